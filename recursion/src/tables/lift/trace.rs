//! Filling the table.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{LiftCols, LiftPreprocessed};
use crate::circuit::{Circuit, Run};
use crate::quintic::coefficients;
use crate::tables::fill::{fill, id};
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    LiftCols::WIDTH
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(_: Layout) -> usize {
    LiftPreprocessed::WIDTH
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    LiftCols::names()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    circuit.lift.len()
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut LiftPreprocessed<Val>| {
        let op = circuit.lift[i];
        row.from = op.from.map(id);
        row.from_count = Val::NEG_ONE;
        row.to = id(op.to);
        row.to_count = reads.slot(op.to);
    })
}

/// The main columns.
#[must_use]
pub fn trace(circuit: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut LiftCols<Val>| {
        row.value = coefficients(&run.slots[circuit.lift[i].to.0 as usize]);
    })
}
