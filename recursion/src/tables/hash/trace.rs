//! Filling the table. Its first row does nothing.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use super::{HashCols, HashPreprocessed};
use crate::circuit::{Circuit, End, HashRow, HashStep, Origin, Point, Port, Run};
use crate::poseidon::{RATE, WIDTH, fill_permutation};
use crate::quintic::coefficients;
use crate::tables::fill::{digest_id, fill, id};
use crate::tables::{Layout, Reads};

/// Main columns.
#[must_use]
pub const fn width(_: Layout) -> usize {
    HashCols::WIDTH
}

/// Preprocessed columns.
#[must_use]
pub const fn preprocessed_width(_: Layout) -> usize {
    HashPreprocessed::WIDTH
}

/// Names of the main columns.
#[must_use]
pub fn columns(_: Layout) -> Vec<String> {
    HashCols::names()
}

/// Rows a circuit needs.
#[must_use]
pub const fn rows(circuit: &Circuit) -> usize {
    circuit.hash.len() + 1
}

fn announce(row: &mut HashPreprocessed<Val>, next: &HashRow) {
    let flag = Val::from_bool;
    match &next.step {
        HashStep::Absorb { origin, keeps, tag, inputs } => {
            row.sponge = Val::ONE;
            row.output = flag(*origin == Origin::Output);
            row.carries = row.output;
            row.input = flag(*origin == Origin::Input);
            row.keeps_output = flag(*keeps && *origin == Origin::Output);
            row.tag = Val::from_u8(*tag);
            row.rest = core::array::from_fn(|j| flag(j >= inputs.len()));
        }
        HashStep::Look => {
            (row.sponge, row.output, row.keeps_output) = (Val::ONE, Val::ONE, Val::ONE);
            row.rest = [Val::ONE; RATE];
        }
        HashStep::Repeat => {
            (row.sponge, row.input, row.keeps_input) = (Val::ONE, Val::ONE, Val::ONE);
            row.rest = [Val::ONE; RATE];
        }
        HashStep::Merkle => row.merkle = Val::ONE,
        HashStep::Inject => row.inject = Val::ONE,
    }
}

/// The preprocessed columns.
#[must_use]
pub fn preprocessed(circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
    fill(rows(circuit), height, |i, row: &mut HashPreprocessed<Val>| {
        if let Some(next) = circuit.hash.get(i) {
            announce(row, next);
        }
        let Some(op) = i.checked_sub(1).map(|i| &circuit.hash[i]) else { return };
        match op.point {
            Point::Child(child) => row.second = Val::from_bool(child == 1),
            Point::Up => row.up = Val::ONE,
            Point::Down => row.down = Val::ONE,
        }
        match op.port {
            Port::Nothing => {}
            Port::Point(slot) => {
                row.point = Val::ONE;
                (row.slot, row.count) = (id(slot), Val::NEG_ONE);
            }
            Port::Bit(slot) => (row.slot, row.count) = (id(slot), Val::NEG_ONE),
            Port::Write(k, slot) => {
                row.expose[k - 1] = Val::ONE;
                (row.slot, row.count) = (id(slot), reads.slot(slot));
            }
            Port::Read(k, slot) => {
                row.expose[k - 1] = Val::ONE;
                (row.slot, row.count) = (id(slot), Val::NEG_ONE);
            }
        }
        let (digest, count, output) = match op.end {
            End::Nothing => return,
            End::Write(digest) => (digest, reads.digest(digest), true),
            End::Check(digest) => (digest, Val::NEG_ONE, true),
            End::Input(digest) => (digest, reads.digest(digest), false),
            End::Left(digest) => (digest, Val::NEG_ONE, false),
        };
        (row.digest, row.digest_count) = (digest_id(digest), count);
        row.digest_output = Val::from_bool(output);
    })
}

/// The main columns.
#[must_use]
pub fn trace(circuit: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
    let zero = [Val::ZERO; WIDTH];
    fill(height, height, |i, row: &mut HashCols<Val>| {
        let i = i.checked_sub(1);
        fill_permutation(&mut row.perm, i.and_then(|i| run.states.get(i)).unwrap_or(&zero));
        let Some((i, op)) = i.and_then(|i| Some((i, circuit.hash.get(i)?))) else { return };
        row.sum = coefficients(&run.sums[i]);
        if let Some(slot) = op.port.slot() {
            row.port = coefficients(&run.slots[slot.0 as usize]);
        }
    })
}

const _: () = assert!(RATE == 8);
