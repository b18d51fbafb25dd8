//! The trace.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::WordCols;
use crate::columns::view_mut;
use crate::field::{Val, limbs_u16};
use crate::lookups::{LookupCounts, fill_rows};

const fn is_ours(event: &Op2Event) -> bool {
    matches!(event.op, Op2::Hint | Op2::Split)
}

/// Rows needed for the chip's operations among `op2`.
#[must_use]
pub fn rows(op2: &[Op2Event]) -> usize {
    op2.iter().filter(|e| is_ours(e)).count()
}

/// The trace of the chip's operations among `op2`; their lookups are counted.
///
/// # Panics
///
/// Where `height` is less than [`rows`].
#[must_use]
pub fn trace(op2: &[Op2Event], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    let events: Vec<&Op2Event> = op2.iter().filter(|e| is_ours(e)).collect();
    fill_rows(&events, height, WordCols::WIDTH, counts, |event, row, counts| {
        let cols: &mut WordCols<Val> = view_mut(row);
        let limbs = limbs_u16(event.r);
        let split = event.op == Op2::Split;
        cols.is_hint = Val::from_bool(!split);
        cols.is_split = Val::from_bool(split);
        cols.r = limbs.map(Val::from_u16);
        limbs.into_iter().for_each(|limb| counts.range16(limb));
        if split {
            // Wraps where `W >= 2^30`: such a row is refused whatever is counted.
            counts.range16(limbs[1].wrapping_mul(4));
        }
    })
}
