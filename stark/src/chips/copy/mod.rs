//! Copy chip: COPY, LOAD, STORE and STORE8, at any byte offset.
//!
//! # Statement
//!
//! For each message `(kind, clk, A, B, len, R)` received on the `memop` bus, with byte offsets `A.off`, `B.off` in memory of big-endian words
//! (byte `x` is byte `x mod 32` of cell `floor(x / 32)`, byte 0 the most significant):
//! * COPY: the `len` bytes from `A` are written from `B` on, as if through a buffer; `R = 0`; `len = 0` touches nothing;
//! * LOAD: `R` is the 32 bytes from `A`; STORE: `R` is written to the 32 bytes from `A`; STORE8: the lowest byte of `R` is written to byte `A`.
//!   `B` is zero and `len` may be anything.
//!
//! All reads are at time `4 clk + 2`, all writes at `4 clk + 3`. Exactly the words that hold source bytes are read and exactly those that hold
//! destination bytes are written, each once; bytes outside the destination keep their values. Offsets must be below 2^29 (but for a COPY
//! of no bytes: from and to anywhere), else no trace satisfies the call; nor is there one for a length that is more than the rows hold, or "negative".
//!
//! # Rows
//!
//! A call is a run of rows, one for each destination word, in order; each takes in at most one source word. With `shift = (d - s) mod 32` for
//! the first source byte's place `s` and the first destination byte's place `d` in their words, bytes `shift ..` of a destination word come from the
//! source word on its own row, bytes `.. shift` from the one on the row before. Where `s > d` a *lead* row that only reads comes first.
//! LOAD is a copy of 32 bytes to an aligned word that goes to `R` instead of memory; STORE and STORE8 are copies of 32 bytes and of one byte from an
//! aligned word that comes from `R` (rotated by a byte for STORE8, so that its lowest byte is first) instead of memory. Rows a call:
//! LOAD and STORE 1 where aligned, else 2; STORE8 1; COPY the destination words, plus 1 if `s > d`; a COPY of nothing 1.
//!
//! The call is received on the first destination row (`starts`), or on the one row of a COPY of nothing (`none`).
//!
//! # Columns (154, and 19 extension columns: 249 opened)
//!
//! | columns | number | what |
//! |---|---|---|
//! | `lead start led cont none`, `last`, `read` | 7 | what the row is; whether it is the call's last; whether it takes in a source word |
//! | `load store store8` | 3 | kind; none of them: COPY |
//! | `clk src_space src_ctx dst_space dst_ctx end len` | 7 | the call, kept through the run |
//! | `src_word dst_word src_word_hi dst_word_hi` | 4 | word offsets, and bits 16.. of the first ones |
//! | `src_dt dst_dt` | 4 | times since the previous accesses |
//! | `rotate odd` | 17 | shift: `2 k + odd`, `k` one-hot |
//! | `first_group first_byte final_group final_byte` | 24 | first and last byte to write of this word: `8 a + b`, both one-hot |
//! | `hi lo` | 32 | source word, in bytes |
//! | `shifted old new` | 48 | source bytes in place; destination word before and after, in memory order |
//! | `first_old first_new final_old final_new` | 8 | bytes of positions (byte pairs) of which one byte is written |
//!
//! # Constraints (at most degree 3; none is switched by the transition selector: they hold around the end of the trace too)
//!
//! Write `W = start + led + cont` (`writes`), `active = W + lead`, `real = active + none`, `starts = start + led`, `open = W - last`,
//! `st = store + store8`, `special = st + load`; `first`, `final`, `shift` for the numbers the one-hot groups name.
//!
//! 1. `lead start last none read load store store8 odd real special` are boolean; `last (1 - W) = 0`. (2)
//! 2. `next.cont = open`, `next.led = lead`; `cont = led = 0` on the first row: so runs begin with `lead` or `start`, go on until `last`, and
//!    cannot pass the end of the trace. (1, 2)
//! 3. `none special = 0`, `none len = 0`. (2)
//! 4. `lead (1 - read) = 0`. (2)
//! 5. `read (1 - active) = 0`. (2)
//! 6. Where `next.cont + next.led = 1`: kind, `clk`, spaces, contexts, `end`, `len`, `odd`, `rotate` are kept (`rotate[0]` by 9), and both word
//!    offsets go up by one. (2)
//! 7. On `starts` and `none` rows `end = 32 dst_word + first + n`, with `n = len`, 32 or 1 by kind. (3)
//! 8. `last (32 dst_word + final + 1 - end) = 0`. (2)
//! 9. `rotate` is boolean with sum `active`. (2)
//! 10. `first_group, first_byte, final_group, final_byte` are boolean, each with sum `W`. (2)
//! 11. `cont`: `first = 0`. (2)
//! 12. `open`: `final = 31`. (2)
//! 13. `next.shifted`: with `S` the 32 positions of this row's source word and the next row's, one byte late if `odd`,
//!     `shifted[q] = sum_j rotate[j] S[16 + q - j]`. The byte-late stream runs across the words, so words meet between positions, never within. (3)
//! 14. The position where the first byte to write is the second byte (at most one): `256 first_old[0] + first_old[1]` is `old` there,
//!     `first_new` likewise `shifted`; `final_old`, `final_new` where the last byte to write is the first byte of its position. (3)
//! 15. `new` is: `shifted` in positions written whole, `old` in those not written, `256 first_old[0] + first_new[1]` and
//!     `256 final_new[0] + final_old[1]` in those two. A position is written whole if `first <= 2 q` and `2 q + 1 <= final`; where `first <= final`, at
//!     least one of the two always holds, so the product is their sum less one: degree 2. (3)
//! 16. What is not used is zero: `hi`, `lo` unless `read`; `src_dt` unless read from memory; `old`, `dst_dt` unless written to memory;
//!     `src_word_hi`, `dst_word_hi` unless `starts`. (2, 3)
//!
//! Messages:
//!
//! 17. `memop`, received where `starts + none`: `kind = 4 + load + 2 store + 3 store8`, source offset `32 src_word + first - shift`, destination
//!     offset `32 dst_word + first`; A and B are source and destination, exchanged where `st`;
//!     `R = load shifted + store source + store8 (source rotated left by a byte)`. (elements of degree 2)
//! 18. `memory`: source word, where `read (1 - st)`, and destination word, where `W (1 - load)`, each received as of
//!     `now - 1 - dt[0] - 2^16 dt[1]` and sent as of `now`. (counts of degree 2)
//! 19. `range16` of `dt[0]` and `8 dt[1]`: `dt < 2^29`, hence the old time is less than `now` (times are below 2^29, so nothing wraps).
//! 20. Where `starts`: `range16(src_word - led - 2^16 src_word_hi)`, `range16(dst_word - 2^16 dst_word_hi)`, both `hi` bytes: the first source word
//!     `w = src_word - led` and the first destination word are below 2^24.
//! 21. Where `starts`: `range16(2048 (first - shift + 32 led))`, an integer between -31 and 63 before scaling, so it is in 0 .. 31.
//! 22. Where `W`: `final - shift + 32 (1 - read)` and `final - first` are in 0 .. 31: 8 times each is a byte (again integers between -31 and 63).
//! 23. `hi[q]`, `lo[q]` are bytes where `read`; the split positions are bytes where `real`.
//!
//! # Why it holds
//!
//! *Offsets.* By 17, 20, 21 the source offset is `32 w + s` with `w < 2^24` and `s = first - shift + 32 led` in 0 .. 31: as an integer below 2^29,
//! so the decomposition is unique, and `led` is `s > first`: a lead row is there exactly if needed. The same for `32 dst_word + first`.
//! For STORE and STORE8 the source offset in the message is B's, zero, so `s = w = 0`; for LOAD the destination's is. Later word offsets are at most
//! 2^24 plus the height (at most 2^24): no wrap.
//!
//! *Extent.* Let a run have `k + 1` destination rows. By 6, 7, 8: `32 k + final + 1 - first = n` in the field. By 22 (for `k = 0`; else trivially) the left
//! side is an integer from 1 to 2^29, so `n` is not 0 and determines `k` and `final`. By 11 and 12 the words between are written whole.
//!
//! *Source.* By 22, `read = 0` only if `final < shift`, when the row's own source word gives no byte to write; on rows that are not last `final = 31`,
//! so the next row's `.. shift` bytes were read. On a `start` row `first >= shift`, so the row before (another run's, or the last row of the trace, seen by the
//! first) gives no byte to write either. It may share a position with one, as its first byte: it is a byte (23, or 16: zero), and 14 parts the two.
//! A source word of a COPY or LOAD is bound by the memory bus; that of a store by `R` on the first row, and later rows of a store do not read:
//! STORE has `final = shift - 1` there.
//!
//! *Limbs.* `shifted` consists of checked bytes; `new` of `shifted`, checked bytes and `old` limbs (trusted).
//!
//! *Padding.* All flags zero: by 5 and 9 `read` and `rotate` are zero, all counts are products with flags and vanish, and no constraint ties
//! the row's remaining free columns to anything. A row after the last of a run is `lead`, `start`, `none` or padding.
//!
//! *Said twice.* Four constraints follow from the others and are kept because they say plainly what the rest builds on (`tests/deletion.rs` lists them):
//! * `last (1 - W) = 0`: with `W = 0`, `last != 0` makes `open != 0`, so `final_group[3] = 1` (12), but the group's sum is 0.
//! * `last` boolean: if `last != 0`, `W = 1`, `lead = 0`, `next.led = 0`, `c = next.cont = 1 - last`. If `c != 0`, `next.first_group[0] = 1` (11), so
//!   `next.W >= 1`, so `next.W = next.real = 1` and `c = 1 - next.start`, which leaves `c = 1`, `last = 0`.
//! * `lead` boolean: if `lead != 0`, `read = 1` and `active = 1`, so `lead = 1 - W` with `W` in 0 .. 4. If `lead < 0`, `W >= 2`, `last = 0`, `next.cont = W`,
//!   `next.led = lead`, `next.W = next.start + 1`. Either `next.lead = 0`, then `next.start = 0` and 21 fails (`led < 0`, `first = 0`); or `next.lead = -1`, and the
//!   same holds of the row after it, around to the first row, where `cont = 0`.
//! * `real` boolean: `W >= 2` leaves `last = 0` and `next.cont = W`, for ever. `W = lead = 1` makes `active = 2`: 4 and 5 contradict. `none` within a run
//!   makes `len = n = 0`, which no run has.
//!
//! # Relies on
//!
//! Limbs of `R` of a store and of old memory words are 16 bits; `clk < 2^27`; the memory bus gives back only states that were left, at times below 2^29.

mod air;
mod bus;
mod columns;
mod derived;
mod plan;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::{CopyCols, POSITIONS};
pub use trace::{rows, trace};

/// The copy chip; see the module's documentation.
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyChip;
