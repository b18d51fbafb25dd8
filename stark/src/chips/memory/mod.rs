//! The boundary of the memory: first and last state of every cell outside [`Space::Input`](zkrom_asm::isa::Space::Input).
//!
//! # Statement
//!
//! There is a set of cells `(space, ctx, off)`, none twice and none in the space of private input, such that this chip sends for each
//! the state "zero since time 0" and receives for each one last state. With accesses that each receive an older state and send a newer
//! one of the same cell, the Memory bus balances only if the accesses to every cell form one chain from zero to the last state: a cell
//! without a row here has no first state, so its earliest access finds no sender; a cell with two rows would have two chains, which is
//! what the strict order below excludes.
//!
//! # Columns
//!
//! | column | meaning |
//! |---|---|
//! | `real` | the row is a cell; 1 on a prefix of the rows |
//! | `space_bits[3]` | `space`, least significant bit first |
//! | `ctx_lo, ctx_hi` | `ctx = ctx_lo + 2^16 ctx_hi` |
//! | `off_lo, off_hi` | `off = off_lo + 2^16 off_hi` |
//! | `by_off`, `by_ctx` | how the row's key exceeds that of the row before: in `off` (same space and context), in `ctx` (same space); neither: in `space` |
//! | `diff_lo, diff_hi` | `diff = diff_lo + 2^16 diff_hi`, the excess less one |
//! | `time`, `word[16]` | the last state |
//!
//! # Equations
//!
//! Write `x` for this row's value and `x'` for the next row's, `by_space = real - by_off - by_ctx`.
//!
//! | equation | degree | rows |
//! |---|---|---|
//! | `real, space_bits, by_off, by_ctx, by_space` boolean | 2 | all |
//! | `space_bits[2] space_bits[1] (1 - space_bits[0]) = 0`: `space != 6` | 3 | all |
//! | `real' (1 - real) = 0`: real rows are a prefix | 2 | transitions |
//! | `(by_off' + by_ctx') (space' - space) = 0` | 2 | transitions |
//! | `by_off' (ctx' - ctx) = 0` | 2 | transitions |
//! | `diff' = by_off' (off' - off - 1) + by_ctx' (ctx' - ctx - 1) + by_space' (space' - space - 1)` | 2 | transitions |
//! | `by_off = by_ctx = 0`, `diff = 0` | 2 | first row |
//! | Range16: `ctx_lo, 8 ctx_hi, off_lo, 8 off_hi, diff_lo, 8 diff_hi`, on real rows | | |
//!
//! **No wrap.** A pair `(lo, hi)` with `lo` and `k = 8 hi` below 2^16 in the field (`hi` itself need not be an integer) stands for the
//! integer `v = lo + 2^13 k < B = 2^29 + 2^16`. So on real rows `ctx`, `off` and `diff` are integers in `[0, B)`, and `space` is one in
//! `[0, 8)`. For two values `a, b` in `[0, B)`, the field element `b - a - 1` is the residue of an integer in `(-B - 1, B)`; a
//! negative one is at least `p - B - 1 > B`, since `p = 2^31 - 2^24 + 1 > 2 B + 1`. So `diff < B` says `b > a` over the integers. By the
//! three exclusive flags (their sum is `real`), each real row's key exceeds the previous one's in the order of `(space, ctx, off)`:
//! keys increase strictly over the prefix of real rows, so no cell comes twice. Honest values are below 2^29.
//!
//! # Buses
//!
//! * Memory: sends `(space, ctx, off, 0, 0)`, receives `(space, ctx, off, time, word)`, both `real` times (one extension column);
//! * Range16: six checks, `real` times (three extension columns).
//!
//! # Relies on
//!
//! Every other participant of the Memory bus receives an older and sends a newer state of the same cell, newer by a range check, and limbs
//! it sends are 16-bit limbs: `word` and `time` are then bound by the state they match. A row whose cell nobody accesses has `time = 0`
//! and `word = 0`, and takes no part.
//!
//! # First, last and padding rows
//!
//! The first row has no predecessor and its flags are zero; nothing else depends on it. Order is imposed on all transitions into real rows,
//! and a real row follows real rows only. Padding rows send and receive nothing (`real = 0` forces both flags to zero).

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::MemoryCols;
pub use trace::{rows, trace};

/// The memory boundary.
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryChip;
