//! Filling the table: public values, then constants.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{COLUMNS, packs};
use crate::circuit::{Circuit, Run};
use crate::quintic::coefficients;
use crate::tables::fill::id;
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    1
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(layout: Layout) -> usize {
    COLUMNS + packs(layout.public_values)
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    vec!["unused".to_owned()]
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    circuit.packs.len() + circuit.constants.len()
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    let width = preprocessed_width(circuit.layout());
    let mut values = vec![Val::ZERO; width * height];
    let packs = circuit.packs.len();
    for (r, row) in values.chunks_exact_mut(width).take(rows(circuit)).enumerate() {
        if r < packs {
            (row[0], row[1]) = (id(circuit.packs[r]), Val::NEG_ONE);
            row[COLUMNS + r] = Val::ONE;
        } else {
            let (slot, value) = circuit.constants[r - packs];
            (row[0], row[1]) = (id(slot), reads.slot(slot));
            row[2..COLUMNS].copy_from_slice(&coefficients(&value));
        }
    }
    RowMajorMatrix::new(values, width)
}

/// The main columns.
#[must_use]
pub fn trace(_: &Circuit, _: &Run, height: usize) -> RowMajorMatrix<Val> {
    RowMajorMatrix::new(vec![Val::ZERO; height], 1)
}
