//! Filling the table.

use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{ConstantCols, ConstantPreprocessed};
use crate::circuit::{Circuit, Run};
use crate::quintic::coefficients;
use crate::tables::fill::{fill, id};
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    ConstantCols::WIDTH
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(_: Layout) -> usize {
    ConstantPreprocessed::WIDTH
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    ConstantCols::names()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    circuit.constants.len()
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut ConstantPreprocessed<Val>| {
        let (slot, value) = circuit.constants[i];
        row.slot = id(slot);
        row.count = reads.slot(slot);
        row.value = coefficients(&value);
    })
}

/// The main columns.
#[must_use]
pub fn trace(_: &Circuit, _: &Run, height: usize) -> RowMajorMatrix<Val> {
    fill(0, height, |_, _: &mut ConstantCols<Val>| {})
}
