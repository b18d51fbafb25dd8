//! The Poseidon2 permutation of width 16 over KoalaBear, one a row: the one that hashes and drives the transcript of every STARK here.
//!
//! # Statement
//!
//! [`PermCols::output`] is the permutation of [`PermCols::input`].
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | `input[16]` | the state before |
//! | `begin[4][16]` | the state after each of the first four full rounds |
//! | `partial[20]` | the first element after the S-box of each partial round |
//! | `end[4][16]` | the state after each of the last four full rounds; the last is the output |
//!
//! # Equations
//!
//! With `E` and `I` the external and internal linear layers and `c` the round constants:
//!
//! 1. `begin[r] = E((s + c_r)^3)` where `s` is `E(input)` or `begin[r - 1]`: degree 3, 64 constraints;
//! 2. `partial[r] = (s_0 + c_r)^3`, where `s` is the state as a linear form in the columns before: degree 3, 20 constraints; then `s_0` becomes `partial[r]` and
//!    `s` becomes `I(s)`;
//! 3. `end[r]` as 1: degree 3, 64 constraints.
//!
//! The S-box of KoalaBear is the cube, so no column holds a power. Linear layers and constants are p3's own, and a test compares with p3's permutation.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use air::eval_permutation;
pub use columns::PermCols;
#[cfg(test)]
pub(crate) use trace::refill_permutation;
pub use trace::{fill_permutation, permute};

/// Elements of the state.
pub const WIDTH: usize = 16;
/// Elements absorbed by one permutation, and elements of a digest.
pub const RATE: usize = 8;
/// Full rounds before, and after, the partial ones.
pub const HALF_FULL_ROUNDS: usize = p3_koala_bear::KOALABEAR_POSEIDON2_HALF_FULL_ROUNDS;
/// Partial rounds.
pub const PARTIAL_ROUNDS: usize = p3_koala_bear::KOALABEAR_POSEIDON2_PARTIAL_ROUNDS_16;
