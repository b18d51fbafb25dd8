//! Filling the table.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{OpeningCols, OpeningPreprocessed};
use crate::circuit::{Circuit, End, Opening, OpeningRow, Run};
use crate::poseidon::{RATE, WIDTH, fill_permutation};
use crate::quintic::coefficients;
use crate::tables::fill::{digest_id, fill, id};
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    OpeningCols::WIDTH
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(_: Layout) -> usize {
    OpeningPreprocessed::WIDTH
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    OpeningCols::names()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    circuit.opening.len()
}

fn announce(row: &mut OpeningPreprocessed<Val>, next: &OpeningRow) {
    match next.step {
        Opening::Absorb { fresh, count, .. } => {
            row.fresh = Val::from_bool(fresh);
            row.chain = Val::from_bool(!fresh);
            row.pad = core::array::from_fn(|j| Val::from_bool(j + 1 >= count));
        }
        Opening::Merkle { start: None, .. } => row.merkle = Val::ONE,
        Opening::Inject { .. } => row.inject = Val::ONE,
        Opening::Merkle { .. } | Opening::Point { .. } => {}
    }
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut OpeningPreprocessed<Val>| {
        if let Some(next) = circuit.opening.get(i + 1) {
            announce(row, next);
        }
        let op = &circuit.opening[i];
        row.second = Val::from_bool(op.child == 1);
        match op.step {
            Opening::Point { child, slot } => {
                row.point[child] = Val::ONE;
                (row.slot, row.count) = (id(slot), Val::NEG_ONE);
            }
            Opening::Absorb { expose: Some((k, slot)), .. } => {
                row.expose[k - 1] = Val::ONE;
                (row.slot, row.count) = (id(slot), reads.slot(slot));
            }
            Opening::Absorb { .. } => {}
            Opening::Merkle { bit, start } => {
                (row.slot, row.count) = (id(bit), Val::NEG_ONE);
                if let Some(start) = start {
                    (row.start, row.start_count) = (digest_id(start), Val::NEG_ONE);
                }
            }
            Opening::Inject { left } => (row.start, row.start_count) = (digest_id(left), Val::NEG_ONE),
        }
        match op.end {
            End::Nothing => {}
            End::Write(digest) => (row.end, row.end_count) = (digest_id(digest), reads.digest(digest)),
            End::Check(digest) => (row.end, row.end_count) = (digest_id(digest), Val::NEG_ONE),
        }
    })
}

/// The main columns.
#[must_use]
pub fn trace(circuit: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
    let zero = [Val::ZERO; WIDTH];
    fill(height, height, |i, row: &mut OpeningCols<Val>| {
        fill_permutation(&mut row.perm, run.opening.get(i).unwrap_or(&zero));
        let Some(op) = circuit.opening.get(i) else { return };
        row.sum = coefficients(&run.sums[i]);
        let slot = match op.step {
            Opening::Point { slot, .. } | Opening::Absorb { expose: Some((_, slot)), .. } => slot,
            Opening::Merkle { bit, .. } => bit,
            Opening::Absorb { .. } | Opening::Inject { .. } => return,
        };
        row.port = coefficients(&run.slots[slot.0 as usize]);
    })
}

const _: () = assert!(RATE == 8);
