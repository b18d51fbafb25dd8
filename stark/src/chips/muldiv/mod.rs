//! Multiplication and division: `MUL`, `DIV`, `SDIV`, `MOD`, `SMOD` (`op2`), `ADDMOD`, `MULMOD` (`op3`), with the results of
//! [`Op2`](zkrom_asm::isa::Op2) and [`Op3`](zkrom_asm::isa::Op3) for divisor 0.
//!
//! # Statement
//!
//! Each row holds one product `P D` and a word `W`, and is one of:
//! * `MUL`: receives `(MUL, P, D, W)`; `W = P D mod 2^256`.
//! * a division: receives `(kind, A, D, R)`; `A = P D + W` over the integers, words being two's complement for `SDIV` and `SMOD`, with `|W| < |D|`, `W`
//!   zero or of `A`'s sign; `R` is `P` or `W`. The columns hold no `A`: its limbs *are* the low windows of the equation.
//! * a lead, `MULMOD` or `ADDMOD`, with the next row its *tail* (cyclically): receives `(kind, A = W, B = D, N = D', R = W')` and **sends** `(MOD, W, D', P)`, which another
//!   row of this chip answers, so that `P = A mod N`; then `P D` (or `P + D`) `= P' D' + W'` with `W' < D'`. Primes are the tail's words. The first reduction keeps the quotient `P'` within one word.
//!
//! # Why not a chip for MULMOD
//!
//! A division has one product, `MULMOD` two and a quotient of 512 bits. In one row it takes 605 columns of its own (main: operands with bytes 96, `R` 16, 64 bytes of `Q`, 47 carries,
//! comparison, flags; 144 lookups in 72 extension columns). Here it takes 3 rows of 406 = 1,218 cells, twice as many, but no column: `MUL` and `DIV` stay at 406 cells
//! (they would pay for the second product in a shared row), 605 columns fewer are opened in every proof, and `MULMOD` is far rarer than `MUL` and `DIV`.
//!
//! # Columns
//!
//! See [`MulDivCols`]: 176 and 46 extension columns, 406 opened; 82 of them (`P`, `D`, `W`, `tail`, `zero`) at the next row too.
//!
//! # Equations
//!
//! `T_k` are the windows of `P D` (see [`product`](super::product)), `c_k = carry_lo[k-1] + 128 carry_hi[k-1] - 2^14`, `c_0 = c_32 = 0`, `real` the sum of the eight operation flags,
//! `divides` that of the four divisions', `leads = mulmod + addmod`.
//!
//! 1. The flags but `tail` are bits, and so is `real` (2). `tail' = leads` on every row, the last one included (1); so `tail` is 0 or 1 too: `real` is a sum of non-negative integers.
//!    `zero` is a bit (2), `signed = (sdiv + smod)(1 - zero)`, `rem_out = (mod + smod)(1 - zero)` (2).
//! 2. Byte pairs: `(lo, (x - lo)/256)` of each limb of `P` and `D`, `(carry_lo, carry_hi)` (1).
//! 3. Windows, all times the flags of the rows they are for (3), `E_k = T_k + c_k - 2^16 c_(k+1)`:
//!    * `MUL`, `k < 16`: `E_k - W_k = 0`;
//!    * divisions, `k < 16`: the message's `A_k = E_k + W_k` (2);
//!    * divisions, `k >= 16`, `j = k - 16`: `E_k - p_sign D_j - d_sign P_j + [k = 16](a_sign - w_sign) + [k = 31] 2^16 p_sign d_sign = 0`;
//!    * leads: `mulmod T_k + [k < 16](addmod (1 - zero')(P_k + D_k) - leads W'_k) + leads (c_k - 2^16 c_(k+1) - T'_k) = 0`;
//!    * carries without a use are 0: all of a tail's, `c_17..` of `MUL` (2).
//! 4. `a_sign`, `d_sign`, `p_sign` are bits, 0 unless `signed`; `w_sign` is a bit (2). `a_top = signed A_15` (3). Where `signed`, `2 (a_top - 2^15 a_sign)` and `2 (D_15 - 2^15 d_sign)` are 16-bit
//!    numbers (1). `w_sign (1 - a_sign) = 0` (2), `a_sign (1 - w_sign) sum W_i = 0` (3).
//! 5. `|W| < |D|`: `at` are bits (2) that sum to `divides + tail - zero` (1): one limb decides, unless `zero` or nothing is divided. With
//!    `e_i = (1 - 2 d_sign) D_i - (1 - 2 w_sign) W_i + 65535 (d_sign - w_sign)`: `e_j = 0` above the deciding limb (3), `gap = sum at_i (e_i - 1) + at_0 d_sign (1 - w_sign)` (3) is a 16-bit number,
//!    and `(gap + sum_i at_i sum_{j<i} (W_j + D_j)) inverse = w_sign (1 - d_sign)` (3); `inverse` is 0 where the right side is (3).
//! 6. `zero sum D_i = 0`, `zero sum P_i = 0` (2).
//! 7. `W_i` and `gap` are 16-bit numbers.
//! 8. The calls; `R_i = (div + sdiv) P_i + rem_out W_i` (2). The degree-2 message has an extension column of its own; `MUL`'s and the sent `MOD` share one.
//!
//! # No equation wraps around p
//!
//! Bytes are bytes by (2), hence `P_i`, `D_i` limbs; `W_i` by (7); `A_k` equals a limb of the caller's word. `-16384 <= c_k <= 16511`, whatever the two bytes (the steps of 128 overlap: a
//! carry has more than one form, which harms nothing, and no range of 16 bits is needed, which would be one bit too wide). So
//! * `0 <= T_k <= 534,700,575`, for leads `|T_k - T'_k| <= 534,700,575`;
//! * all linear terms together are within `+-3 * 65536` in (3), the carries within `16511 * 65537`;
//! * the sum is below `534,700,575 + 196,608 + 1,082,081,407 = 1,616,978,590 < p`: each window's equation holds over the integers, and so does their sum `sum E_k 2^(16 k)`.
//!
//! Honest carries are within `+-8162`. In (4), `2 (x - 2^15 s)` is between `-2^16` and `2^17` for a limb `x` and a bit `s`. In (5), `|e_i| < 2^17`, and the sums of limbs are below `2^21`.
//!
//! # Why the results are right
//!
//! *Signed identity.* (3) says `A - 2^256 a_sign = (P - 2^256 p_sign)(D - 2^256 d_sign) + W - 2^256 w_sign`, window by window up to 2^512. `a_sign` and `d_sign` are the words' signs by (4). The quotient's
//! integer is free to be 2^255, in `-2^255 / -1`: `P = 2^255` with `p_sign = 0`.
//!
//! *Sign of the remainder.* By (4) it is negative only if `A` is, and if `A` is and it is not, it is zero.
//!
//! *Size.* The number compared in (5), with `~x` for `2^256 - 1 - x`:
//!
//! | `w_sign` | `d_sign` | `e_i` | decided | means |
//! |---|---|---|---|---|
//! | 0 | 0 | `D - W` | `W < D` | the same |
//! | 0 | 1 | `~D - W` | `W <= ~D`: at limb 0 equality is let through | `W < 2^256 - D` |
//! | 1 | 1 | `W - D` | `W > D` | `2^256 - W < 2^256 - D` |
//! | 1 | 0 | `W - ~D` | `W > ~D`, so `2^256 - W <= D` | see below |
//!
//! In the last case `W + D - 2^256 = gap 2^(16 i) + sum_{j<i} (W_j + D_j) 2^(16 j)`, a sum of non-negative terms: it is positive just if `gap + sum_{j<i} (W_j + D_j)`, an integer below 2^22, is not 0, and that
//! has an inverse. A negative "remainder" `W = 0` fails both lower cases. Where `zero` is not set, `D = 0` fails all; where it is, (6) says so.
//! So quotient and remainder are the unique ones of truncated division.
//!
//! *Divisor 0.* `P = 0` gives `DIV` 0, `rem_out = 0` gives `MOD` 0 (`W = A`); signs are all 0. For a lead, `P = MOD(A, 0) = 0` and `T' = 0`, so `W' = 0` (for `ADDMOD`, `1 - zero'` drops `B`).
//!
//! *Leads.* `P = A mod N < N`, so `P B < N 2^256`, and `P + B = P' N + W'` has `P' < 2^256`: a quotient of one word exists, and `W'` is unique.
//!
//! # Buses
//!
//! `op2` (receive 2, send 1), `op3` (receive 1), `byte` (63), `range16` (19).
//!
//! Relies on: operand words of `op2` and `op3` messages being made of 16-bit limbs (only a dividend's are used).
//!
//! # Padding, first and last rows
//!
//! Unused rows (all zero) have `real = 0`: no message, no lookup; `at` sums to `-zero`, so `zero = 0`. Only a lead reads the next row, and then that row is a tail; the last row's next is the first, so that rows may be rotated but nothing
//! is free at either end. Every other row stands alone.

mod air;
mod columns;
#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod tests;
mod trace;

pub use columns::{CARRIES, MulDivCols};
pub use trace::{rows, trace};

/// The chip of multiplications and divisions.
#[derive(Clone, Copy, Debug)]
pub struct MulDivChip;

/// What is added to a carry to make it two bytes.
const CARRY_OFFSET: u32 = 1 << 14;
/// The weight of a carry's second byte.
const CARRY_STEP: u32 = 128;
