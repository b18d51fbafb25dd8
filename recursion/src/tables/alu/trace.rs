//! Filling the table.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{AluCols, AluPreprocessed};
use crate::circuit::{Circuit, Run, Writes};
use crate::quintic::coefficients;
use crate::tables::fill::{fill, id};
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    AluCols::WIDTH
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(_: Layout) -> usize {
    AluPreprocessed::WIDTH
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    AluCols::names()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    circuit.alu.len()
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut AluPreprocessed<Val>| {
        let op = circuit.alu[i];
        let slots = [op.a, op.b, op.c, op.d];
        row.slot = slots.map(id);
        row.count = [Val::NEG_ONE; 4];
        let written = match op.writes {
            Writes::A => 0,
            Writes::C => 2,
            Writes::D => 3,
            Writes::Nothing => return,
        };
        row.count[written] = reads.slot(slots[written]);
    })
}

/// The main columns.
#[must_use]
pub fn trace(circuit: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut AluCols<Val>| {
        let op = circuit.alu[i];
        let value = |slot: crate::circuit::Slot| coefficients(&run.slots[slot.0 as usize]);
        (row.a, row.b, row.c, row.d) = (value(op.a), value(op.b), value(op.c), value(op.d));
    })
}
