//! Words that enter without arithmetic: `Op2` `HINT` and `SPLIT`, one row each.
//!
//! # Statement
//!
//! Each row with a flag set answers one `op2` message with limbs of `R` below 2^16:
//! * `HINT`: `A = B = 0`, `R` any word;
//! * `SPLIT`: `A = (W, 0, .., 0)` with `W` a field element, `B = 0`, `R = (lo, hi, 0, .., 0)` with `lo + 2^16 hi = W` as an integer below 2^30. A
//!   `W` from 2^30 on is unsatisfiable. Nothing is assumed of `W`.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | `is_hint`, `is_split` | the kind; both zero on padding |
//! | `r[16]` | limbs of the result |
//!
//! # Equations
//!
//! 1. `flag (flag - 1) = 0` and `(is_hint + is_split)` boolean: degree 2. At most one kind.
//! 2. `is_split (r[2] + .. + r[15]) = 0`: degree 2. The limbs are below 2^16, so their sum is below 2^20 and zero only if each is.
//!
//! The message is `A[0] = is_split (r[0] + 2^16 r[1])`, of degree 2, the other operand limbs zero.
//!
//! Ranges: all 16 limbs are looked up. For `SPLIT` so is `4 r[1]`, an integer below 2^18, so `r[1] < 2^14` and
//! `r[0] + 2^16 r[1] < 2^30 < p`: a `W` has one split at most.
//!
//! # Buses
//!
//! `op2`: receives one message a row. `range16`: 16 lookups a row, 17 for `SPLIT`. What checks a hint is the ROM.
//!
//! # Boundaries
//!
//! No constraint reads another row. A row with no flag set sends and receives nothing; its limbs are then free.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::WordCols;
pub use trace::{rows, trace};

/// The chip of hints and of words made from registers.
#[derive(Clone, Copy, Debug, Default)]
pub struct WordChip;
