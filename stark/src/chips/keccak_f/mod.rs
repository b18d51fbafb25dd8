//! Keccak-f\[1600\]: one permutation in 24 rows, by `p3-keccak-air`.
//!
//! # Statement
//!
//! Every message received on the `keccak-f` bus, 100 limbs before and 100 limbs after, is a permutation: all 200 are 16-bit limbs, and the
//! second hundred is Keccak-f\[1600\] (FIPS 202, 3.3) of the first. Nobody has to range-check limbs that went through it.
//!
//! # Columns
//!
//! p3's 2,633 (see [`p3_keccak_air::KeccakCols`]): `step_flags` (24, the round, one-hot), `export`, `preimage` (100 limbs), `a` (the round's
//! input, 100 limbs), bits of `C`, `C'` and `A'`, limbs of `A''` (the round's output but for lane 0), bits of lane 0 of `A''`, limbs of
//! lane 0 of the output. Bit `i` of limb `j` of lane `x + 5 y` is bit `16 j + i` of the lane.
//!
//! # What p3's AIR constrains (all of degree at most 3, read in its 0.8.0 sources and tested here)
//!
//! 1. *Rounds*: the first row has round 0; on every transition the flags rotate. So row `r` has exactly round `r mod 24`, whatever the height.
//! 2. *Preimage*: equal to `a` in round 0; equal to the next row's in rounds 0..22. So it is constant over a permutation, and it
//!    is the input the rounds were computed from. The transition from round 23 leaves it free.
//! 3. *Theta*: `C` is boolean, `C' = xor3(C, ..)` exactly, hence boolean; `A'` is boolean; each limb of `a` is the sum of the 16 bits
//!    `A' xor C xor C'`, hence a 16-bit limb (`2^16 < p`: no wrap); and `sum_y A' - C'` is 0, 2 or 4, that is `C' = xor_y A'`, which with `C'`'s
//!    definition says that `C` is the column parity of `a`.
//! 4. *Rho, pi, chi*: limbs of `A''` are sums of bits computed from `A'`.
//! 5. *Iota*: lane 0 of `A''` is decomposed into boolean bits; the limbs of the output's lane 0 are those bits xor the round constant.
//! 6. *Chaining*: the output equals the next row's `a` in rounds 0..22.
//! 7. *Export* is boolean, and 0 outside round 23.
//!
//! What it leaves open, and why that is safe:
//! * `export` in round 23 is the prover's choice: an exported permutation is a true one, and the bus balance decides how many there are
//!   of each. An extra one finds no sender, a missing one leaves a sender alone.
//! * A permutation need not be complete at the last row: the height is a power of two, not a multiple of 24. Such rows are never in round 23, so
//!   they cannot be exported. Nothing wraps around from the last row to the first: (2) and (6) hold on transitions only.
//! * Padding rows are permutations of zero that are not exported (any other would do).
//!
//! # Buses
//!
//! `keccak-f`: receives [`KeccakFMsg`](crate::buses::KeccakFMsg) with count `export`, elements of degree 1: one extension column beside the
//! accumulator, 2,643 columns in all.

mod air;
pub mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use trace::{State, rows, trace};

/// The permutation chip. (p3's `KeccakAir` is not `Clone`, which a batch of chips must be.)
#[derive(Clone, Copy, Debug, Default)]
pub struct KeccakFChip;
