//! Loaded codes: what is fetched from each address.
//!
//! # Statement
//!
//! For each call `LoadCode(clk, space, ctx, off, len)` received, the chip reads the `ceil(len / 32)` words from `(space, ctx, off)` on, each
//! once at time `4 clk + 2`, and answers for code `cid = clk` whose bytes are the first `len` bytes of those words (big-endian, byte 0 the
//! most significant), followed by zeros, the fetch of every address `pc` in a range `0..n`, `n > len`, with exactly one message
//! `(cid, pc, opcode, next_pc)`, that of [`code_layout`](zkrom_asm::isa::code::code_layout):
//!
//! * `opcode` = the byte and `next_pc = pc + 1 + d` where an instruction begins, `d` the bytes of its push data (0 but for `PUSH1..PUSH32`);
//! * `opcode = PUSH_DATA`, `next_pc = end + 64 byte` inside push data of the instruction that ends before `end`.
//!
//! Nothing is answered for another code id. The push data of an instruction as a word is the [push-data chip](super::pushdata)'s, which
//! fetches its bytes here: that is what the 64 is for.
//!
//! # How far past the end
//!
//! `stop`, the first address `>= len` outside push data, is the only one past the end that sequential execution fetches: the last
//! instruction that begins below `len` ends at some `end >= len`; all addresses of `len..end` are its push data, so `end = stop`; what is
//! fetched there is STOP (byte 0), which ends the frame. A truncated `PUSH32` at `len - 1` gives the greatest `stop`, `len + 32`; where no push
//! is truncated `stop = len`. The chip's last row of a code must end with a byte past the end that is no push data, so `stop < n`. A prover
//! may append rows: they answer STOP, which is what the zeros are. The trace has the rows up to `stop`, or to the last address fetched. A
//! program that jumps past `stop` is refused by nobody, but each address up to there costs an eighth of a row: it should compare the
//! destination with the length first.
//!
//! # Columns
//!
//! Eight bytes a row; a *run* is the rows of one code. Write `active` for the sum of `phase`, `x'` for the next row.
//!
//! | column | meaning |
//! |---|---|
//! | `start` | first row of a run |
//! | `phase[4]` | the part of its word the row has; all zero on padding |
//! | `cid, pc` | code id; address of the row's first byte |
//! | `left` | `len` less the code bytes of the rows before |
//! | `space, ctx, off` | the word's cell |
//! | `diff_lo, diff_hi` | `4 cid + 2 - old time - 1` where the row reads its word |
//! | `rest[12]` | the word's limbs other than the row's own, most significant first, from the row's place around |
//! | `mem[8], past[8], code[8]` | byte in memory; past the end; byte of code |
//! | `data, push, high [8]` | push data; opcode in `0x5f..=0x7f`; opcode `>= 0x80`. None of them: opcode below `0x5f` |
//! | `opcode[8]` | as fetched |
//! | `rem[9]` | bytes of push data still to come at each byte and after the row |
//! | `mult[8]` | times fetched |
//!
//! 98 main columns; lookups: accumulator, MemOp, Memory, Range16, 4 of Byte, 4 of Fetch, 60 base columns. That is 20 cells for a byte of code, where a
//! byte a row takes about 66 to 90.
//!
//! # Equations
//!
//! `goes_on = active' - start'` (the next row continues this run), `in_code = 8 - sum(past)`, `low = 1 - data - push - high`.
//!
//! | equation | degree | rows |
//! |---|---|---|
//! | `start, phase, active, past, data, push, high, data + push + high` boolean | 2 | all |
//! | `start (1 - phase[0]) = start pc = start rem[0] = 0` | 2 | all |
//! | `active = start` | 2 | first row |
//! | `goes_on (1 - active) = 0` | 2 | all, cyclic |
//! | `goes_on`: `cid' = cid, space' = space, ctx' = ctx, pc' = pc + 8, left' = left - in_code, off' = off + phase[3], rem'[0] = rem[8]` | 2 | all, cyclic |
//! | `goes_on past[7] (1 - past'[0]) = 0`, `goes_on (phase'[k] - phase[k - 1]) = 0` for k = 1, 2, 3 | 3 | all, cyclic |
//! | `phase'[1] + phase'[2] + phase'[3]`: `word' = word` turned by four limbs | 2 | all, cyclic |
//! | `active - goes_on` (end of a run): `left = in_code`, `past[7] = 1`, `data[7] = 0`, `rem[8] = 0` | 2 | all, cyclic |
//! | `past[j] (1 - past[j + 1]) = 0` | 2 | all |
//! | `code = (1 - past) mem` | 2 | all |
//! | `opcode = code + data (256 - code)` | 2 | all |
//! | `(1 - data) rem[j] = 0`, `rem[j + 1] = rem[j] - data + push (code - 0x5f)` | 2 | all |
//! | Byte: the pair `(mem, code + 0x80 push + 0xa1 low - 0x80 high)`, `active` times | | |
//! | `reads = phase[0] (1 - past[0])`: `(1 - reads) diff_lo = (1 - reads) diff_hi = 0` | 3 | all |
//! | Range16: `diff_lo, 8 diff_hi`, `reads` times | | |
//!
//! **Runs.** `start` implies `phase[0]`, so `goes_on` is 0 or 1; it is 0 into row 0 (there `active = start`), so the equations may wrap
//! around. An active row that is no start continues the row before, which is active: active rows fall into runs, each of one `start` row and
//! the rows that go on from it. `start` receives one call, so a call has one run, a run one call, and calls have different clocks:
//! `(cid, pc)` is unique, `pc` being 0, 8, 16, ... below 2^27 < p (at most 2^24 rows).
//!
//! (That `start` is boolean follows from the rest, given `start (1 - phase[0]) = start pc = 0`: otherwise `goes_on` into the row is not
//! zero, so the rows before it count down from `pc = -8` to a row with `pc = 0`, over 2^27 rows away. It is asserted all the same, for the
//! call's count to be plainly 0 or 1.)
//!
//! **Length.** `past` grows along the run and is 1 at its end; `left` starts at `len` and what is left on the last row is its `in_code`, so
//! `len = sum of in_code` in the field, both sides below p: exactly the first `len` addresses are code, and a `len` no run reaches is
//! unsatisfiable. In particular nothing is in code where `len = 0`, nothing is read, and the run is still there.
//!
//! **Words.** Rows 4 i .. 4 i + 3 of a run have phases 0..3 and cell `off + i`. Where byte `32 i` is in code, the first of them reads the
//! word; the turning equations say that the four rows' own bytes are the word's, in order. Each limb is `256 mem + mem` of two bytes (range
//! `mem` by lookup), the word's limbs are the bus's, so the bytes are the word's. `now - old_time - 1 = diff_lo + 2^13 (8 diff_hi)` is in
//! `[0, 2^29 + 2^16)`: the old time is older, as times are below 2^29 and a wrapped one is that of no message.
//!
//! **Instructions.** The lookup says that `mem` (hence `code`) is a byte, and of an instruction's byte: `low` gives `code <= 0x5e`, `high`
//! `code >= 0x80`, `push` `code <= 0x7f` (a value out of `0..=255` is no wrap: all terms are below 2^9). Let `rem = 0` at some byte (as at
//! byte 0), the first of an instruction.
//! *(a)* `data` were 1: then `rem` is -1 at the next byte. *(b)* `push` were 1 with `code < 0x5f`: then `rem` is in `[-95, -1]` at the next
//! byte. Once `rem = -k`, `data` must be 1 and `push` 0, so `rem` falls by one a byte, and would come to 0 only after `p - k` bytes: a run is
//! shorter (2^27) and ends with `rem = 0`. So neither happens: the byte is an instruction, `push` says exactly `0x5f <= code <= 0x7f`, and the
//! next `rem` is the bytes `d` of its push data. While `rem > 0` each byte is data and `rem` falls by one to 0. So instruction
//! boundaries are those of the EVM, whatever the bytes. `PUSH0` has `push = 1`, `d = 0`.
//!
//! **Answers.** `opcode` is the byte or 256. `code + 256 data - opcode = data code`, so `next_pc = pc + 1 + rem[j + 1] + 64 data code`, as
//! stated: for an instruction `rem[j + 1] = d`; for push data `pc + 1 + rem[j + 1] = end`.
//!
//! # Buses
//!
//! * MemOp: receives the call, `start` times, with `R = 0`;
//! * Memory: receives and sends each word, `reads` times;
//! * Fetch: provides each byte `active mult` times (`mult` is free: it is what the other side asked);
//! * Byte, Range16: as above.
//!
//! # Relies on
//!
//! The main chip sends at most one call for a clock, with clocks below 2^27; words on the Memory bus have 16-bit limbs.
//!
//! # First, last and padding rows
//!
//! Padding rows are not active: they receive, read, provide and look up nothing. A run cannot go on into row 0, and one that reaches the last row
//! ends there. `mem` and `rest` of a word that is not read (past the end) are bytes and limbs of no account.

mod air;
mod code;
mod columns;
mod trace;

#[cfg(test)]
mod forgeries;
#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod tests;

pub use code::{Code, Push, fetches_of, loads};
pub use columns::{BYTES, BytecodeCols, OWN, WORD_ROWS};
pub use trace::{rows, trace};

/// First opcode of class `high`.
const FIRST_HIGH: u32 = 0x80;
/// Brings the greatest opcode of class `push`, `PUSH32`, to 255.
const ABOVE_PUSH: u32 = 0xff - 0x7f;
/// Brings the greatest opcode of class `low`, below `PUSH0`, to 255.
const ABOVE_LOW: u32 = 0xff - 0x5e;

/// The bytecode chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct BytecodeChip;
