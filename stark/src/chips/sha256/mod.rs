//! sha256 of bytes in memory (FIPS 180-4).
//!
//! # Statement
//!
//! For each message `(SHA256, clk, space, ctx, off, 0, 0, 0, len, R)` received on the `memop` bus: with `m` the `len` bytes that begin at word
//! `off` of `(space, ctx)` at time `4 clk + 2`, `R = sha256(m)`, first byte most significant. The words are read once each, those that hold no
//! byte of `m` not at all. Unsatisfiable from `len = 2^29` on.
//!
//! # Layout
//!
//! A call of `n` blocks is `16 n` *schedule* rows (S), then for each block a row before its rounds (I), 32 *round* rows (R) and a row that adds
//! (F), and at last a row with the digest (D): `50 n + 1` rows. The two parts meet on the `memop` bus, by messages of a kind no instruction has.
//!
//! * A schedule row holds bits of four words `w[4c..4c+4]`. The first four, *load rows*, take them from memory with the padding; the others from
//!   `q`, 16 places of partial sums: place `k` is for word `4c + k`; each row adds what its words contribute to later ones. Places of words below 16
//!   are never read: on load rows the first four hold the raw memory limbs, the next four (rows 0 and 2) the time of the read.
//! * A round row holds bits of `a` and `e` before its two rounds; with the row before that makes `a, b, c` and `e, f, g`. `d` and `h` are older and
//!   come as limbs in `q`, beside the hash value, and the two words of the schedule.
//! * I and D hold bits of words 1, 2, 5, 6 of the hash value, F of words 0, 3, 4, 7: the range check of the whole value, and what round 0 needs.
//!
//! # Columns: 230 (see [`columns::Sha256Cols`]), and 20 of the extension: 250 opened
//!
//! | columns | |
//! |---|---|
//! | `is_s is_i is_r is_f is_d load_a load_b f[3] g[4] high end last` | kind and number of the row |
//! | `data odd read` | where the data ends, whether a word is read |
//! | `clk space ctx off len block` | the call, the block |
//! | `bits[4][32]` | S: four words; R: `a`, `a`, `e`, `e`; I, F, D: words of the hash value |
//! | `q[32]` | see [`columns`] for the four uses |
//! | `sigma0[4][2] sigma1[4][2] t1[2][2] t2[2][2]` | functions of `bits`, limb by limb, the same on every row |
//! | `bank[20]` | booleans: carries; on load rows the place of the end |
//!
//! # Equations (degree in brackets; `next.` on transitions only)
//!
//! `load = load_a + load_b`, `busy = is_s + is_i + is_r + is_f`, `c = 4 (f1 + 2 f2 + 3 f3) + g1 + 2 g2 + 3 g3`, `f3 = is_s + is_r - f0 - f1 - f2`.
//!
//! *Rows.*
//! 1. Kinds are boolean and at most one \[2\]; `f_i`, `f3`, `g_i`, `high`, `end` are boolean \[2\]; `sum g = is_s + is_r` \[1\]: one-hot on S and R;
//!    `high` and `end` are 0 elsewhere \[2\]. `load = is_s f0`, `load_a = is_s f0 (g0 + g2)` \[2, 3\].
//! 2. `end` only at `c = 15` of S and `c + 16 high = 31` of R \[3\]; where not `end` the number of the next row is one more \[3\]. A sixteenth or
//!    thirty-second number does not exist (on S `high` does not count), so `end` is there. The number is 0 after `end`, after I, \[2\] and at a call's first row.
//! 3. First row: S or padding \[1\]. Last row: D or padding \[1\]. I to R, R to R or at `end` to F, F to I or D; D only from F; I only from F and S \[2\].
//!    S to S or I \[2\]; to I only with `last` \[3\] (and at `end`: I has number 0, see (2)), never to S at `end` with `last` \[3\]. Into the first S row of a call only from D or padding \[2\].
//! 4. So a call is schedule rows of blocks up to the first that is `last`, then `m >= 1` times I, R, F, and D. `m` is the number of blocks: schedule rows
//!    send `(clk, block, c)`, round rows receive `(clk, block, c / 2)`, and a clock has one call.
//! 5. `clk, space, ctx, off, len` are constant where `busy` \[2\].
//! 6. A call begins with `block = 0`, `c = 0`, `data = 1` \[2, first row; 3\]. `block` goes up by 1 after S's `end` \[3\], to 0 at I after S \[3\], stays
//!    over I and R \[2\], goes up at F \[2\].
//!
//! *Data*, with `at = bank[0..8]`, `full = bank[8]`, `cut = bank[9..17]` on load rows.
//! 7. `load (sum at + full - data) = 0` \[2\], `load (next.data - data + sum at) = 0` \[2\], `data` constant on other S rows \[3\]: rows are full, then one
//!    has the end, then none is anything (`data` is boolean by induction). `data` is 0 off S \[2\].
//! 8. `load sum at (len - 64 block - 16 c - sum 2 j at_j - odd) = 0` \[3\]; both sides are below 2^30 in size, so `len` is known from the end in one
//!    way only. `odd` is boolean, only on a load row with the end \[2\].
//! 9. `read = load_a (data - at_0 (1 - odd))` \[3\]: a word is read if its first byte is data. Where not, its limbs and times are 0 \[2\].
//! 10. On row 3, `last = 1 - full - sum_{j >= 4} at_j` \[3\]: the block is the last if the end is before its byte 56, or was in an earlier one. `last` is
//!     constant over a block \[3\], 0 off S \[2\].
//! 11. On S, `high = 1` on row 3 of the last block only \[3\].
//!
//! *Padding.* With `limb_j` the 16 bits of the row's words in message order, `raw_j = q_j`:
//! 12. Limbs before the end are `raw_j` \[3\]; those after it are 0 \[3\], but for the last two on the row with the length.
//! 13. The limb of the end is 0x8000 if the data ends before it \[3\]; if in its middle (`odd`), its first byte is that of `raw_j`, whose second is
//!     `cut`, eight bits, and its own second byte is 0x80 \[3\]. `cut` is 0 where not `odd` \[2\].
//! 14. On the row with the length, bits 3.. of word 15 are `len` (29 bits, below p) and bits 0..3 are 0 \[3\]. Word 14 is 0 by (12).
//! 15. `bits`, `bank` are boolean \[2\]. Cells of `q` and `bank` without a meaning are 0 \[2, 3\], so that no cell is free.
//!
//! *Schedule.*
//! 16. From row 4 on, `w = place` (and `+ sigma1` of the row's own first words for its third and fourth), limb by limb with carries of two bits \[2\]: at
//!     most four terms below 2^16 and a carry, so carries are at most 3, and nothing is near p.
//! 17. Places move up by four words and take `sigma1(w[t-2])`, `w[t-7]`, `sigma0(w[t-15])`, `w[t-16]` of the row's words \[2 or 3\], wherever the place
//!     is for a word from 16 on.
//! 18. Every row: `sigma0`, `sigma1` of its words; `t1 = Sigma1(e) + Ch(e, f, g) + K`, `t2 = Sigma0(a) + Maj(a, b, c)` of the two rounds its number
//!     would be, from its bits and those of the row before \[3\]. `K` is a product of the one-hot groups and `high`. 0 on the first row.
//!
//! *Rounds*, each limb with a carry; the first round's result is in the same row, the second's in the next.
//! 19. `e' = d + h + t1 + w`: six terms (`t1` is three), carry at most 5, three bits \[2, 3\].
//! 20. `a' = e' - d + t2`: carry -1 to 2, two bits less 1 \[2, 3\].
//! 21. `d`, `h` are the row before's `a`, `e` \[2\]. Before round 0 they are words 3 and 7 of the hash value, and `a`, `e` words 0 and 4 \[2\].
//! 22. The 64th round makes no bits; its carry bits of `a` are 0 \[3\].
//! 23. I and D: bits are words 2, 1, 6, 5 of the hash value; F: 0, 3, 4, 7 \[2\].
//! 24. At the first I the hash value is the initial one \[3\]; it is constant into R and from F \[2\].
//! 25. Into F: words 1, 2, 3, 5, 6, 7 are the sum of the old and the state's, carry a bit \[2\].
//! 26. Words 0 and 4 likewise, the state's being the sums of (19) and (20) of the 64th round: eight and seven terms, three bits \[2\].
//!
//! # Buses
//!
//! * `memop`, one interaction of degree 2 alone in its column: D receives the call; S sends, and even R with the row after it receives,
//!   `(`[`SCHEDULE_KIND`]`, clk, block, c, four words)`. The kinds of rows exclude each other, so each message is one of these.
//! * `memory`: where `read`, receives and sends the word of this row's and the next row's limbs at `off + 2 block + (c = 2)`, unchanged, at
//!   `4 clk + 2`. The age is bounded as in [`keccak`](super::keccak), by two `range16` lookups.
//!
//! # Relies on
//!
//! Memory words of 16-bit limbs; `clk < 2^27`; at most one call a clock; no instruction sends kind [`SCHEDULE_KIND`].
//!
//! # What no lone forgery isolates
//!
//! The tests hold, for each other constraint, a trace it alone refuses. Of the order of rows (1 to 3) some parts overlap: a row of a wrong kind or
//! number breaks several of them at once, as it does the equations of the kind it claims. Booleanity of kinds, `g`, `high`, `end` and `odd` is kept
//! although the other equations leave little room without it (`odd` not boolean would put 0x00 where (13) wants 0x80).
//!
//! # Padding rows
//!
//! Zero but for `t1`, `t2` of the first of them. They send and receive nothing, since `read` and the count of the message are 0.

mod air;
pub mod columns;
mod constants;
mod messages;
mod trace;
mod words;

#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod tests;

pub use messages::SCHEDULE_KIND;
pub use trace::{blocks, rows, trace};

/// The sha256 chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sha256Chip;
