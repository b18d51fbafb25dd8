//! Filling matrices row by row.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_stark::columns::{Columns, view_mut};
use zkrom_stark::field::Val;

use crate::circuit::{Digest, Slot};

/// A matrix of `height` rows of which the first `rows` are filled, the others zero.
pub(super) fn fill<C: Columns<Val>>(
    rows: usize,
    height: usize,
    row: impl Fn(usize, &mut C) + Sync,
) -> RowMajorMatrix<Val> {
    assert!(rows <= height, "{rows} rows in a table of {height}");
    let width = size_of::<C>() / size_of::<Val>();
    let mut values = vec![Val::ZERO; width * height];
    values.par_chunks_exact_mut(width).take(rows).enumerate().for_each(|(i, cells)| row(i, view_mut(cells)));
    RowMajorMatrix::new(values, width)
}

/// A slot in a message.
pub(super) const fn id(slot: Slot) -> Val {
    Val::new(slot.0)
}

/// A digest in a message.
pub(super) const fn digest_id(digest: Digest) -> Val {
    Val::new(digest.0)
}

/// How often each slot and digest is read.
#[derive(Debug)]
pub struct Reads {
    slots: Vec<u32>,
    digests: Vec<u32>,
}

impl Reads {
    /// Of a circuit.
    #[must_use]
    pub fn of(circuit: &crate::circuit::Circuit) -> Self {
        let (slots, digests) = circuit.reads();
        Self { slots, digests }
    }

    /// Reads of a slot.
    pub fn slot(&self, slot: Slot) -> Val {
        Val::from_u32(self.slots[slot.0 as usize])
    }

    /// Reads of a digest.
    pub fn digest(&self, digest: Digest) -> Val {
        Val::from_u32(self.digests[digest.0 as usize])
    }
}
