//! The fixed tables: 16-bit values, and byte pairs with their bitwise operations.
//!
//! # Statement
//!
//! * [`Range16Chip`] answers `range16(v)` for `v` in `0 .. 2^16`, and for nothing else.
//! * [`ByteChip`] answers `(kind, x, y, z)` for bytes `x`, `y`, each [`ByteOp`](crate::buses::ByteOp) `kind` and its result `z`, and nothing else.
//!
//! # Columns
//!
//! | chip | preprocessed | main |
//! |---|---|---|
//! | range | the value | its multiplicity |
//! | byte | `x`, `y`, `x & y`, `x ^ y` | a multiplicity for each of the four operations |
//!
//! Row `i` of the range table holds `i`; row `x + 256 y` of the byte table holds the pair `(x, y)`. Both have 2^16 rows, fixed by the
//! preprocessed columns, whose commitment the verifier pins.
//!
//! # Constraints
//!
//! None. The multiplicities are free: whatever they are, a row provides the entry of its preprocessed columns only, so a lookup
//! of anything else has no counterpart on the bus. A prover's wrong multiplicity unbalances the bus. Or is no column:
//! `x | y = x + y - (x & y)`, of degree 1.
//!
//! A lookup bus with fewer than `p` queries is balanced only if each query hits an entry; the proof system bounds the number of
//! queries by the sum of the heights times the declared weights.
//!
//! # Buses
//!
//! Receives `range16` and `byte` with a multiplicity. Relies on nobody; the users must keep the counts of their lookups 0 or 1.
//!
//! The byte chip declares a degree of 3, though it has no constraints, so that its four interactions take two columns rather
//! than four (the second quotient chunk it pays for them costs one).

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::{BytePreprocessed, ByteTableCols, Range16Cols};
pub use trace::{byte_trace, range16_trace};

/// log2 of the height of both tables.
pub const LOG_TABLE_HEIGHT: usize = 16;

/// The table of 16-bit values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Range16Chip;

/// The table of byte pairs.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByteChip;
