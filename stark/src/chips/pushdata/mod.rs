//! Push data as words: what `PUSH1..PUSH32` put on the stack.
//!
//! # Statement
//!
//! Each message `(cid, end, word)` provided on the PushData bus is true: in code `cid` a `PUSH1..PUSH32` ends before `end`, and `word` is
//! its data as a big-endian integer (zero bytes past the end of the code). The chip fetches the instruction and each byte of its data from
//! the [bytecode chip](super::bytecode), two bytes (a limb) a row, for those instructions only that were executed.
//!
//! # Columns
//!
//! A *run* is the rows of one instruction.
//!
//! | column | meaning |
//! |---|---|
//! | `active, start, last` | the row is one of a run; its first; its last |
//! | `odd` | the row has one byte only: the first row where the number of bytes is odd |
//! | `cid, end` | code id; address after the instruction |
//! | `at` | address of the row's second byte |
//! | `hi` | the row's first byte; zero where there is none |
//! | `word[16]` | the data up to this row; its lowest limb is the row's: `lo = word[0] - 256 hi` |
//! | `mult` | times the word is asked for |
//!
//! # Equations
//!
//! Write `x'` for the next row's values, `goes_on = active - last`.
//!
//! | equation | degree | rows |
//! |---|---|---|
//! | `active, start, last, odd` boolean | 2 | all |
//! | `start (1 - active) = odd (1 - start) = 0` | 2 | all |
//! | `active = start` | 2 | first row |
//! | `active' - start' = goes_on` | 1 | all, cyclic |
//! | `goes_on`: `cid' = cid, end' = end, at' = at + 2, word'[i + 1] = word[i]` for i = 0..14 | 2 | all, cyclic |
//! | `start word[i] = 0` for i = 1..15 | 2 | all |
//! | `odd hi = 0` | 2 | all |
//! | `last (at - end + 1) = 0` | 2 | all |
//! | `(1 - last) (2 - last) mult = 0`: only a last row answers (`last` is boolean, so the second factor is not zero) | 3 | all |
//!
//! The second factor of the last one makes the chip one of degree 3, for which p3 packs two interactions in a column.
//!
//! **Runs.** `active' - start'` is 0 or 1, so is `goes_on`, and with `last` boolean padding has `last = 0`. A row with `goes_on = 1` is
//! followed by an active row that is no start, every other row by a start or padding; row 0 is a start or padding, so no run wraps around.
//! (That `active`, `start` and `last` are boolean follows, each from the other two and the rest: `at` meets `end - 1` once at most in a
//! chain of rows that go on, so as many runs end as begin only if that is one. They are asserted all the same, for counts to be plainly 0 or 1.)
//! Let the run begin with `at = at_0` and have `k` rows: `at_0 + 2 (k - 1) = end - 1`.
//!
//! **The instruction.** The first row fetches `(cid, op, 0x5e + end - op, end)` with `op = at_0 - 2 + odd`. What the bytecode chip answers at
//! `op` is either the instruction there, `opcode = code`, `end = op + 1 + d`: then `code = 0x5f + d`, so it is `PUSHd` (`PUSH0` where d = 0,
//! the one other opcode that would fit), `0 <= d <= 32`. Or it is push data, `256 = 0x5e + end - op` and `end = e + 64 byte` with
//! `1 <= e - op <= 32`: then `64 byte = 162 - (e - op)` is in `[130, 161]`, which has no multiple of 64 (as field elements: both
//! sides are small). So a `PUSHd` at `op` ends before `end`, and `d = end - op - 1 = 2 k - odd` in the field: with at most 2^24 rows
//! over the integers, so `d >= 1`, `odd` is its parity, and `k <= 16`.
//!
//! **The bytes.** Each row fetches `(cid, at, 256, end + 64 lo)`, and `(cid, at - 1, 256, end + 64 hi)` unless `odd`. These addresses are
//! `op + 1, ..., end - 1`, each once and in order. At each of them the bytecode chip answers only `(256, end + 64 byte)`, by the
//! layout of the instruction at `op`: so `lo` and `hi` are the bytes. The register shifts by a limb a row from zero, never over its
//! top (`k <= 16`): on the last row it is the big-endian integer, of 16-bit limbs as bytes are bytes.
//!
//! # Buses
//!
//! * Fetch: sends the three fetches, `active`, `active - odd` and `start` times (two extension columns);
//! * PushData: provides `(cid, end, word)`, `mult` times (one extension column), which is free on last rows.
//!
//! # Relies on
//!
//! The bytecode chip: one answer an address, and the right one. Nothing else: a run for an instruction never executed, or two for one,
//! would only say true things again.
//!
//! # First, last and padding rows
//!
//! Padding rows send and provide nothing. A run that is not ended by `last` cannot stop, at the last row neither, since row 0
//! does not go on from another.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::PushDataCols;
pub use trace::{rows, trace};

/// The push-data chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct PushDataChip;
