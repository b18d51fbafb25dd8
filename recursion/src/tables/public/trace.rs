//! Filling the table.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::ROWS;
use crate::circuit::{Circuit, Run};
use crate::tables::fill::id;
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(layout: Layout) -> usize {
    let n = layout.public_values.div_ceil(ROWS);
    if n == 0 { 1 } else { n }
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(layout: Layout) -> usize {
    ROWS + 2 * width(layout)
}

/// Names of the main columns.
#[must_use]
pub fn columns(layout: Layout) -> Vec<String> {
    (0..width(layout)).map(|j| format!("value[{j}]")).collect()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(_: &Circuit) -> usize {
    ROWS
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, _: &Reads, height: usize) -> RowMajorMatrix<Val> {
    let columns = width(circuit.layout());
    let width = preprocessed_width(circuit.layout());
    let mut values = vec![Val::ZERO; width * height];
    for (r, row) in values.chunks_exact_mut(width).take(ROWS).enumerate() {
        row[r] = Val::ONE;
        for j in 0..columns {
            if let Some(&slot) = circuit.public.get(ROWS * j + r) {
                row[ROWS + j] = id(slot);
                row[ROWS + columns + j] = Val::NEG_ONE;
            }
        }
    }
    RowMajorMatrix::new(values, width)
}

/// The main columns.
#[must_use]
pub fn trace(circuit: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
    let width = width(circuit.layout());
    let mut values = vec![Val::ZERO; width * height];
    for (r, row) in values.chunks_exact_mut(width).take(ROWS).enumerate() {
        for (j, value) in row.iter_mut().enumerate() {
            *value = run.public.get(ROWS * j + r).copied().unwrap_or_default();
        }
    }
    RowMajorMatrix::new(values, width)
}
