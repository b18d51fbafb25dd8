//! Filling.

use core::borrow::BorrowMut;

use p3_field::PrimeCharacteristicRing;
use p3_keccak_air::{KeccakCols, NUM_ROUNDS, generate_trace_rows};
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use super::columns::WIDTH;
use crate::field::Val;
use crate::lookups::LookupCounts;

/// A state before a permutation: lane `x + 5 y` at index `x + 5 y`.
pub type State = [u64; 25];

/// Rows needed for some permutations.
#[must_use]
pub const fn rows(permutations: &[State]) -> usize {
    NUM_ROUNDS * permutations.len()
}

/// The trace of some permutations. The chip makes no lookups.
///
/// # Panics
///
/// Where `height` is not a power of two, or the permutations do not fit.
#[must_use]
pub fn trace(permutations: &[State], height: usize, _counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    assert!(height.is_power_of_two() && rows(permutations) <= height);
    // p3 fills up to the next power of two, with permutations of zero.
    let mut inputs = permutations.to_vec();
    inputs.resize((height / NUM_ROUNDS).max(1), [0; 25]);
    let mut trace = generate_trace_rows::<Val>(inputs, 0);
    trace.values.truncate(height * WIDTH);
    trace.values[..rows(permutations) * WIDTH].par_chunks_exact_mut(NUM_ROUNDS * WIDTH).for_each(|p| {
        let last: &mut KeccakCols<Val> = p[(NUM_ROUNDS - 1) * WIDTH..].borrow_mut();
        last.export = Val::ONE;
    });
    trace
}
