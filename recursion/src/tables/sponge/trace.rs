//! Filling the table. Its first row is in no sponge.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{SpongeCols, SpongePreprocessed};
use crate::circuit::{Circuit, Input, Run, Side, Slot};
use crate::poseidon::{RATE, WIDTH, fill_permutation};
use crate::tables::fill::{digest_id, fill, id};
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    SpongeCols::WIDTH
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(_: Layout) -> usize {
    SpongePreprocessed::WIDTH
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    SpongeCols::names()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    circuit.sponge.len() + 1
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut SpongePreprocessed<Val>| {
        if let Some(next) = circuit.sponge.get(i) {
            row.chained = Val::from_bool(next.chained);
            row.fresh = Val::from_bool(!next.chained);
            row.rest = core::array::from_fn(|j| Val::from_bool(j >= next.inputs.len()));
            row.keeps = Val::from_bool(next.keeps);
            row.tag = Val::from_u8(next.tag);
        }
        let Some(op) = i.checked_sub(1).map(|i| &circuit.sponge[i]) else { return };
        for (j, input) in op.inputs.iter().enumerate() {
            row.in_slot[j] = id(input.slot());
            row.in_count[j] = match *input {
                Input::Read(_) => Val::NEG_ONE,
                Input::Hint(slot) => reads.slot(slot),
            };
        }
        if let Some(first) = op.outputs {
            row.out_slot = id(first);
            row.out_count = core::array::from_fn(|j| reads.slot(Slot(first.0 + j as u32)));
        }
        if let Some((digest, side)) = op.digest {
            row.digest = digest_id(digest);
            row.digest_count = reads.digest(digest);
            row.digest_input = Val::from_bool(side == Side::Input);
        }
    })
}

/// The main columns.
#[must_use]
pub fn trace(_: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
    let zero = [Val::ZERO; WIDTH];
    fill(height, height, |i, row: &mut SpongeCols<Val>| {
        let input = i.checked_sub(1).and_then(|i| run.sponge.get(i)).unwrap_or(&zero);
        fill_permutation(&mut row.perm, input);
    })
}

const _: () = assert!(RATE == 8);
