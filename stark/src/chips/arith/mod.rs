//! Addition, subtraction and comparison of words: `Op2` `ADD SUB LT GT SLT SGT EQ`, one row each.
//!
//! # Statement
//!
//! Each row with a flag set answers one `op2` message `(kind, A, B, R)` with `R = kind(A, B)`, provided that the limbs of `A` and
//! `B` are 16-bit, which the caller guarantees (the limb invariant). `R`'s limbs are then 16-bit.
//!
//! # One chain for all kinds
//!
//! A row proves `P + Q = S + 2^256 c` for words `P`, `Q`, `S` and a bit `c`. With `~x = 2^256 - 1 - x` (limbwise `65535 - x`) and
//! `x' = x xor 2^255` for the signed kinds, `x' = x` for the others:
//!
//! | kind | P | Q | S | result |
//! |---|---|---|---|---|
//! | `ADD` | `B` | `~R` | `~A` | `B + ~R = ~A mod 2^256`, that is `R = A + B` |
//! | `SUB` | `B` | `R` | `A` | `R = A - B` |
//! | `LT`, `SLT` | `B'` | any difference | `A'` | `c`: `B' + Q = A' + 2^256 c` with `Q < 2^256` has `c = 1` iff `A' < B'` |
//! | `GT`, `SGT` | `A'` | any difference | `B'` | `c`, likewise |
//! | `EQ` | `B` | the difference | `A` | whether `Q = 0` |
//!
//! So `Q` is the only word the chip produces; it alone is range-checked.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | `flags[7]` | the kind, one-hot, in the order of [`KINDS`]; all zero on padding |
//! | `p[16]`, `q[16]`, `s[16]` | limbs of the chain |
//! | `p_sign`, `s_sign` | top bits of the operands behind `P` and `S`; zero unless the kind is signed |
//! | `equal` | whether `Q = 0`, for `EQ`; else zero |
//! | `inverse` | `1 / (sum of q)` where `EQ` finds a difference; else zero |
//!
//! # Equations
//!
//! Let `real` be the sum of the flags, `signed = SLT + SGT`, `c[-1] = 0` and `c[i] = (p[i] + q[i] + c[i-1] - s[i]) / 2^16`: linear in the columns,
//! so carries need none.
//!
//! 1. `flag (flag - 1) = 0` and `real (real - 1) = 0`: degree 2. At most one kind.
//! 2. `c[i] (c[i] - 1) = 0`: degree 2. With `p`, `q`, `s` and the previous carry in range, `p + q + c[i-1] - s` lies in `(-2^16, 2^17)` and
//!    `2^16 c[i]` is `0` or `2^16`: the equation mod `p` is one of integers.
//! 3. `sign (sign - signed) = 0` for both signs: degree 2; a bit where signed, zero elsewhere.
//! 4. `equal * sum(q) = 0` and `sum(q) * inverse = EQ - equal`: degree 2. The sum is below `2^20`, hence zero only if all limbs are.
//!    Where `EQ = 0`, `equal = 0`: by the first if the sum is not zero, by the second if it is.
//! 5. `inverse (1 - EQ + equal) = 0`: degree 2; only so that no column is ever free.
//!
//! The message (its elements have degree at most 2, its constraint 3), with `x[15]` standing for `x[15] - 2^15 signed + 2^16 x_sign`
//! in the operands' limb 15:
//! `A = S + ADD (65535 - 2 S) + (GT + SGT)(P - S)`, `B = P + (GT + SGT)(S - P)`,
//! `R = SUB Q + ADD (65535 - Q)`, plus `(LT + GT + SLT + SGT) c[15] + equal` in limb 0.
//!
//! Ranges: `q[0..16]`, `p[15]` and `s[15]` are looked up; the other limbs of `P` and `S` equal trusted limbs of the message or
//! their complements to 65535. For a signed kind `x = s[15] - 2^15 + 2^16 s_sign` is the trusted limb, so `s[15]` is `x + 2^15` or `x - 2^15`, and
//! only the one that flips the top bit is in range.
//!
//! # Buses
//!
//! `op2`: receives one message a row. `range16`: 18 lookups a row.
//!
//! # Boundaries
//!
//! No constraint reads another row: rows are independent, first and last ones included. A row with no flag set sends and receives nothing.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::ArithCols;
pub use trace::{rows, trace};

use zkrom_asm::isa::Op2;

/// The kinds, in the order of their flags.
pub const KINDS: [Op2; 7] = [Op2::Add, Op2::Sub, Op2::Lt, Op2::Gt, Op2::Slt, Op2::Sgt, Op2::Eq];

/// The chip of additions, subtractions and comparisons.
#[derive(Clone, Copy, Debug, Default)]
pub struct ArithChip;
