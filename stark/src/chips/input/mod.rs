//! The boundary of the private input: words the prover chooses, read-only.
//!
//! # Statement
//!
//! Row `i` is cell `(Input, 0, i)`: the chip sends its first state "`word` since time 0", for a `word` of 16-bit limbs the prover is free
//! to choose, and receives its last state, which holds the same word. No other cell of that space has a first state (the memory boundary
//! excludes the space, and offsets here are row numbers), so every read of a cell finds the one word of its row. A program that wrote
//! another word to a cell would have to write the first one back before it halts.
//!
//! # Columns
//!
//! | column | meaning |
//! |---|---|
//! | `real` | the row is a cell; 1 on a prefix of the rows |
//! | `off` | the row's number |
//! | `time` | time of the last access; 0 if none |
//! | `word[16]` | the word |
//!
//! # Equations
//!
//! | equation | degree | rows |
//! |---|---|---|
//! | `off = 0` | 2 | first row |
//! | `off' = off + 1` | 1 | transitions |
//! | `real` boolean | 2 | all |
//! | `real' (1 - real) (2 - real) = 0`: real rows are a prefix (`real` is boolean, so the last factor is not zero) | 3 | transitions |
//! | Range16: each limb of `word`, on real rows | | |
//!
//! The third factor makes the chip one of degree 3, for which p3 packs two interactions in a column.
//!
//! **No wrap.** `off` is the row's number, below the greatest height 2^24 < p: offsets are distinct. Real rows are a prefix, so the
//! cells are `0..n` without a gap.
//!
//! # Buses
//!
//! * Memory: sends `(Input, 0, off, 0, word)`, receives `(Input, 0, off, time, word)`, both `real` times (one extension column);
//! * Range16: sixteen checks, `real` times (eight extension columns).
//!
//! # Relies on
//!
//! As the memory boundary does: others receive an older and send a newer state of the same cell. A cell nobody reads has `time = 0`.
//!
//! # First, last and padding rows
//!
//! Padding rows go on counting `off`, and send and receive nothing. A cell past the prefix cannot be read.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::InputCols;
pub use trace::{rows, trace};

/// The private input.
#[derive(Clone, Copy, Debug, Default)]
pub struct InputChip;
