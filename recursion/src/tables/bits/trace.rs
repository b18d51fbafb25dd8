//! Filling the table.

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{BitsCols, BitsPreprocessed};
use crate::circuit::{BITS, Circuit, Run};
use crate::quintic::coefficients;
use crate::tables::fill::{fill, id};
use crate::tables::{Layout, Reads};

/// The bit above which all ones mean that the others are zeros.
const TOP: usize = 24;

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    BitsCols::WIDTH
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(_: Layout) -> usize {
    BitsPreprocessed::WIDTH
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    BitsCols::names()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    BITS * circuit.bits.len()
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut BitsPreprocessed<Val>| {
        let (op, bit) = (circuit.bits[i / BITS], BITS - 1 - i % BITS);
        row.slot = id(op.to[bit]);
        row.count = reads.slot(op.to[bit]);
        row.from = id(op.from);
        row.from_count = if bit == 0 { Val::NEG_ONE } else { Val::ZERO };
        row.first = Val::from_bool(bit == BITS - 1);
        row.top = Val::from_bool(bit > TOP);
        row.low = Val::from_bool(0 < bit && bit <= TOP);
        row.zero = Val::from_bool(bit < op.zeros);
    })
}

/// The main columns.
#[must_use]
pub fn trace(circuit: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut BitsCols<Val>| {
        let (op, bit) = (circuit.bits[i / BITS], BITS - 1 - i % BITS);
        let value = coefficients(&run.slots[op.from.0 as usize])[0].as_canonical_u32();
        row.bit = Val::from_u32((value >> bit) & 1);
        row.sum = Val::from_u32(value >> bit);
        let known = bit.max(TOP);
        row.ones = Val::from_bool(value >> known == (1 << (BITS - known)) - 1);
    })
}
