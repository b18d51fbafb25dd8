//! Modular multiplication: `R = A B + C mod M` or `A B - C mod M`, canonical, for any words `A`, `B`, `C` and a fixed modulus `M`.
//!
//! # Statement
//!
//! A used row receives one `op3` message `(kind, A, B, C, R)` with kind [`MulAdd(M)`](zkrom_asm::isa::Op3::MulAdd) or
//! [`MulSub(M)`](zkrom_asm::isa::Op3::MulSub), and then `R` is made of 16-bit limbs, `0 <= R < M` and `R = A B +- C mod M`. One row an operation.
//!
//! The proof is an identity over the integers, with some integer `Q`. With `s = 1` for `MulAdd` and `s = -1` for `MulSub`:
//!
//! ```text
//! I = C - s R + s A B - s Q M = 0        (A B + C = Q M + R, or A B - C = Q M + R)
//! ```
//!
//! # Columns
//!
//! See [`ModMulCols`]. The limbs of `A` and `Q` are kept times `s`, which leaves every equation below at degree 2 where `C` occurs, so that
//! `C` needs no columns: its limbs *are* equation (3). `M` costs the modulus flags only. `Q + 8 sub` is kept, and is not negative in an honest row: `A B - C >= -2^256 > -6 M`.
//!
//! # Equations
//!
//! Let `T_k` be the windows (see [`product`](super::product)) of `a b - q' M`, where `a = s A` and `q' = s Q` have all digits of one sign:
//! `q' = q + 2^256 (q_bit + 2 q_two) + 8 sub`, so that `a b - q' M = s (A B - Q M)`; `c_k = carry[k - 1]`, `c_0 = 0`. `real` is the sum of the modulus flags.
//!
//! 1. The flags are bits, at most one is set; `sub` is a bit, 0 on unused rows. (2) `M`'s limbs and bytes are sums of flags times constants (1).
//! 2. For `x` in `a`, `q`: `(lo + 255 sub, (x - lo)/256 + 255 sub)` are bytes, and `(lo, (b - lo)/256)` for `b`: one lookup a limb (1).
//!    So `x = lo + 256 hi` with both digits in `0..=255`, or both in `-255..=0` with `sub`.
//!    `q_bit (s - q_bit) = 0` (2), `q_two (s - q_two)(2 s - q_two) = 0` (3).
//! 3. Windows `k < 16`: the message's `C_k = s R_k - T_k - c_k + 2^16 c_(k+1)` (2).
//! 4. Windows `16 <= k < 32`: `T_k + c_k - 2^16 c_(k+1) = 0`, with `c_32 = 0` (2). `c_k + 2^14` is a 16-bit number.
//! 5. `sum C_k - s sum R_k + alt(a) alt(b) - alt(q') alt(M) = 257 (cofactor_0 + 8 cofactor_1 - 2^18)` (2), where `alt` sums the low bytes less the high
//!    bytes; both cofactors are 16-bit numbers.
//! 6. `R < M`: with `row` and `col` one-hot of 4 (the last entries are `real` less the others; all are bits (2)), at the limb `i = 4 row + col`
//!    `gap = M_i - R_i - 1` (3) is a 16-bit number, and for each `j > i`, `R_j = M_j`: `(row_< + row col_<)(M_j - R_j) = 0` (3).
//! 7. `R_k`, the cofactors and `gap` are 16-bit numbers.
//! 8. The call: kind `sum flag_M kind(MulAdd(M)) + sub` (1), `A_i = s a_i` (2), `B_i` (1), `C_i` (2), `R_i` (1), received `real` times. Its degree-2 elements cost
//!    nothing: nothing else could share its extension column.
//!
//! # No equation wraps around p = 2^31 - 2^24 + 1
//!
//! All columns named are integers of known ranges: bytes by (2), `R_k`, `gap`, cofactors by (7), `C_k` because it equals a limb of an operand, `c_k` in
//! `-2^14 ..= 49151` by (4). (2) itself cannot wrap: `x = lo + 256 hi` holds in the field by definition of `hi`, and defines `x` as an integer.
//! `A_i` and `B_i` are then below 2^16 whatever the caller sends.
//!
//! *Windows.* `|a b|` and `|q M|` are each at most 534,700,575 a window, `q_top M_k <= 5 * 65535` (`k >= 16`), `8 sub M_k <= 8 * 65535` (`k < 16`),
//! `|C_k - s R_k| <= 131,070`, `|c_k| <= 49,151`. Within one window `a b` and `-q' M` have opposite signs, but for the term `8 sub M` of either sign. So
//! `E_k = [k < 16] (C_k - s R_k) + T_k + c_k - 2^16 c_(k+1)` is `X - 2^16 c_(k+1)` with `|X| < 535,500,000 < 0.2514 p`. (3), (4) say `E_k = t_k p` for an integer `t_k`.
//! * `t_k >= 1` needs `2^16 c_(k+1) <= X - p < -1,595,000,000`, hence `c_(k+1) < -24,300`: out of range.
//! * `t_k <= -2` needs `2^16 c_(k+1) >= X + 2 p > 3,725,000,000`, hence `c_(k+1) > 56,800`: out of range.
//! * The last window has no carry out: `|E_31| <= 2 * 65025 + 5 * 65535 + 49151 < p`, so `t_31 = 0`.
//!
//! So `t_k` is 0 or -1: a 16-bit range is one bit too wide to exclude -1 (a range of 15 bits has no lookup of its own, and two bytes `x + 128 y` would cost
//! 31 columns), but *wraps all have one sign*, and can be counted. Summing, `I = sum E_k 2^(16 k) = -p sum_(k in S) 2^(16 k)` for a set `S` of windows.
//!
//! *Count.* (5) says `I = 0 mod 257`: its left side is congruent to `I`, since `2^8 = -1` and `2^16 = 1` mod 257. It does not wrap:
//! `|alt(a)|, |alt(b)| <= 16 * 255`, `|alt(q')| <= 4080 + 5 + 8`, `|alt(M)| <= 648` (tested), so the left side is at most
//! `16,646,400 + 2,652,264 + 2 * 1,048,560 < 2^25` and the right at most `257 * 9 * 2^16 < 2^28`. As `p = 131 mod 257` and 257 is prime, `0 = I = -131 |S| mod 257`, and `|S| <= 31`:
//! `S` is empty and `I = 0`. (Honest carries are within `+-8176`, honest cofactors within `+-83,300 < 2^18`.)
//!
//! *Comparison.* In (6) `M_i - R_i - 1` lies between `-2^16` and `2^16`, so it is what the range check says. `R` is unique: `0 <= R < M`.
//!
//! # Buses
//!
//! `op3` (receive, 1), `byte` (48 lookups), `range16` (50 lookups). 162 columns and 51 extension columns: 417 opened.
//!
//! Relies on: operand words in `op3` messages being made of 16-bit limbs (only `C`'s are used).
//!
//! # Padding, first and last rows
//!
//! No constraint reads another row. Unused rows (all zero) have `real = 0`, hence no message and no lookup. Every row is used or unused by its flags alone.

mod air;
mod columns;
#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod tests;
mod trace;

use alloy_primitives::U256;
use zkrom_asm::isa::ModulusId;

pub use columns::{CARRIES, ModMulCols};
pub use trace::{rows, trace};

/// The chip of modular multiplications.
#[derive(Clone, Copy, Debug)]
pub struct ModMulChip;

/// What is added to a quotient that can be negative.
const QUOTIENT_OFFSET: u32 = 8;
/// What is added to a carry in its range check.
const CARRY_OFFSET: u32 = 1 << 14;
/// What is added to the cofactor in its range check.
const COFACTOR_OFFSET: u32 = 1 << 18;
/// The modulus of equation (5).
const RESIDUE: u32 = 257;
/// The moduli, in the order of the flags.
const MODULI: [U256; ModulusId::ALL.len()] = {
    let mut all = [U256::ZERO; ModulusId::ALL.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = ModulusId::ALL[i].modulus();
        i += 1;
    }
    all
};
