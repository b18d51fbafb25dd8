//! keccak256 of bytes in memory: the sponge (FIPS 202, 4) around the permutation chip.
//!
//! # Statement
//!
//! For each message `(KECCAK, clk, space, ctx, off, 0, 0, 0, len, R)` received on the `memop` bus: with `m` the `len` bytes that begin at word
//! `off` of `(space, ctx)` at time `4 clk + 2`, `R = keccak256(m)` as the EVM has it (first byte most significant). The words are read once
//! each, those that hold no byte of `m` not at all. The message is unsatisfiable from `len = 2^28 + 32` on.
//!
//! # Layout
//!
//! A block is 136 bytes, 17 lanes, 4.25 words. It takes **five rows**, one for each word it touches: a block that starts at lane `phase` of its
//! first word takes lanes `phase..` of that, three whole words, and lanes `..= phase` of the fifth; the next block starts at lane
//! `phase + 1 mod 4`, in the same word unless that is 0. One more row gives out the digest, so a call has `5 blocks + 1` rows.
//!
//! The rate is a *queue* of five words: 20 lanes, the state's 17 from lane `phase` on and zeros around. A row takes one word
//! from the head, xors the padded bytes of its memory word, and puts the result at the tail; after five rows all have gone through. In lanes the
//! block has no share in the xor is computed all the same and never used. The permutation's message picks the 17 lanes by `phase`; what it
//! gives back is the *next* row's queue and capacity.
//!
//! # Columns (249, see [`columns::KeccakSpongeCols`]) and extension columns (22)
//!
//! | columns | |
//! |---|---|
//! | `pos[5] squeeze start fin phase[4]` | place of the row in block and call |
//! | `full at[16] odd cut` | which bytes of the word are data |
//! | `shared read clk space ctx off len index old_time age_lo word[16]` | the call and the memory access |
//! | `y_lo y_hi x_lo z_lo z_hi` (16 each) | bytes: padded data, head of the queue, their xor |
//! | `queue[80] capacity[32]` | the state |
//!
//! # Equations (degree in brackets; `next.` is the next row, all such on transitions only)
//!
//! `absorbs = sum pos`, `real = absorbs + squeeze`, `inside = pos0 + .. + pos3`, `again = pos4 - fin`, `go = absorbs - fin`,
//! `end = sum at`, `before_i = full + sum_{k > i} at_k`. Limb `i` of `word` in lane order is `word[15 - i]`.
//!
//! *Rows.*
//! 1. `start`, `real` are boolean \[2\]. First row: `pos0 = start`, the rest of `pos` and `squeeze` are 0. Last row: `absorbs = 0`. \[1\]
//! 2. `next.pos[r + 1] = pos[r]`, `next.pos0 - next.start = again`, `next.squeeze = fin`. \[1\] By induction from the first row, with (1) and (10):
//!    `pos` is boolean, at most one of `pos`, `squeeze` is set, blocks are five rows in order, a call is `start`, blocks, `fin`, `squeeze`, and none is
//!    cut off by the last row. `start` implies `pos0`. (Much of (1) follows from the rest: a `start` that is not 0 needs data (7), hence an
//!    absorbing row (5); it is kept so that nobody has to see that.)
//! 3. `phase` is `(1, 0, 0, 0)` where `start` or `squeeze` \[2\], constant inside a block, rotated from block to block \[2\]: one-hot on real rows.
//! 4. `clk, space, ctx, off, len` are constant over a call: `absorbs (next.x - x) = 0` \[2\].
//!
//! *Data.*
//! 5. `at_i`, `full`, `odd` are boolean \[2\]; `full + end` is 0 outside absorbing rows \[2\]; `odd` needs `end` \[2\].
//! 6. `shared = pos0 (1 - phase0)` \[2\]: the word is the last row's. `index` is 0 at `start`, `absorbs (next.index - index) = go (1 - next.shared)` \[2\].
//! 7. `start` implies `full + end = 1` \[2\]; `go (next.full + (1 - next.shared) next.end - full) = 0` \[3\] and
//!    `go next.shared (next.end - end) = 0` \[3\]: a new word has data or the end exactly where the word before was full; a shared word is as it was.
//!    So `full + end` is 0 or 1 by induction, `at` has at most one 1, and a call is words that are full, one with the end, and words without data.
//! 8. `end (len - 32 index - sum 2 i at_i - odd) = 0` \[2\]. `index` counts rows, so it is below 2^23, and `32 index + 31 < p`:
//!    `len` as an integer is `32 index` plus the place of the end, in one way only.
//! 9. `read = (1 - shared) (full + end - at_0 (1 - odd))` \[3\]: a word is read once, and only if it holds data. `word` is 0 where neither `read` nor
//!    `shared` \[2\], `next.shared (next.word - word) = 0` \[2\], `old_time` and `age_lo` are 0 where not `read` \[2\].
//! 10. `fin = pos4 (1 - full - end + sum_lane at_lane sum_{p >= lane} phase_p)` \[3\]: the block is the last one if and only if the end was in an
//!     earlier row, or is in this one in a lane the block takes. (It cannot have been in an earlier block, which would have been the last.)
//!
//! *Padding* (pad10*1 with Ethereum's empty domain: 0x01 after the data, 0x80 into the last byte of the block, 0x81 if they meet).
//! 11. `before_i (word_i - 256 y_lo_i - y_hi_i) = 0` \[2\]: data. Both are bytes (17), `256 * 255 + 255 < p`, and `word_i` is a 16-bit limb.
//! 12. `(1 - before_i - odd at_i)(y_lo_i - at_i) = 0` \[3\]: from the end on, 0x01 at the end and then 0.
//! 13. `odd (sum at_i (word_i - 256 y_lo_i) - cut) = 0` \[3\], `(1 - odd) cut = 0` \[2\]: where the end is in the middle of a limb, its first byte
//!     is data and its second, `cut`, is ignored; `cut` is a byte (17), or the data byte would not be bound.
//! 14. `(1 - before_i)(y_hi_i - at_i odd - 0x80 fin phase_{i / 4}) = 0`, the last term only for `i mod 4 = 3` \[3\]: 0x01 in the middle of the limb, and
//!     0x80 in the last byte of the last lane the block takes. The data cannot reach it: the block would not be the last (10).
//!
//! *State.*
//! 15. The state's lanes in `queue` and `capacity` are 0 at `start` \[2\]: every call begins with the zero state.
//! 16. The lanes around the state's 17 are 0 where a block begins or the digest is given out \[3\]. Not needed for soundness; it leaves no free cell.
//! 17. Lookups, where `real`: `x_lo xor y_lo = z_lo`, `(queue_i - x_lo)/256 xor y_hi = z_hi` for the 16 limbs at the head, and `cut` is a byte. All
//!     are bytes, `256 * 255 + 255 < p`: the head's decomposition is unique, and its limbs below 2^16.
//! 18. `inside`: the queue moves up by 16 limbs, with `z_lo + 256 z_hi` at its tail, and the capacity stays \[2\].
//!
//! # Buses
//!
//! * `memop`: receives the call where `squeeze`; `R`'s limb `15 - i` is `256 x_lo_i` plus the upper byte, so range-checked by (17). Degree 1.
//! * `memory`: where `read`, receives and sends the cell `off + index`, unchanged, at `4 clk + 2`. `old_time < now`:
//!   `age = now - 1 - old_time = age_lo + 2^13 m` with `age_lo` and `m` 16-bit (two `range16` lookups, `m` an expression), so `age < 2^29 + 2^16`;
//!   times are below 2^29, so a negative `age` would be above `p - 2^29 > 2^29 + 2^16`. `off + index` past `p` would need the cell `p - 1` first,
//!   which no memory has.
//! * `keccak-f`: where `pos4`, sends the 100 limbs of the queue's 17 lanes after the row and of the capacity, and the next row's as the result.
//!   Elements of degree 2, alone in its column. Relies on the permutation chip for the result, which also is 16-bit limbs.
//! * `byte` (33 interactions), `range16` (2).
//!
//! # Relies on
//!
//! Memory words of 16-bit limbs; `clk < 2^27`; at most one call a clock (the main chip's row).
//!
//! # Padding rows
//!
//! All zero. They send and receive nothing since `real = read = 0` there; any other content is as harmless, and `start` may follow them.

mod air;
pub mod columns;
mod trace;

#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod tests;

pub use trace::{blocks, permutations, rows, trace};

/// The keccak sponge chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeccakChip;
