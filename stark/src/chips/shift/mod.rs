//! Shifts and byte selection: `Op2` `SHL SHR SAR BYTE SIGNEXTEND`, one row each.
//!
//! # Statement
//!
//! Each row with a flag set answers one `op2` message `(kind, A, B, R)` with `R = kind(A, B)`, `A` the amount or index (any word) and `B` the value,
//! provided that the limbs of `A` and `B` are 16-bit (the limb invariant). `R`'s limbs are then 16-bit.
//!
//! # The decomposition
//!
//! `X` is `B`, or its complement `~B` where the result is sign-filled from a negative sign (`negative`, for `SAR` and `SIGNEXTEND` only). With
//! `S = 16 q + 8 h + e`, `q < 16`, `h < 2`, `e <= 8`, all one-hot, a row computes `X 2^S` in two steps: `bytes` and `carries` are `X 2^e`, `y` is
//! `X 2^(e + 8 h)` in 17 limbs, and the limbs of `X 2^S` are those of `y`, `q` places up. Then, for a small amount:
//!
//! | kind | amount | result, before the complement where `negative` |
//! |---|---|---|
//! | `SHL` | `A = S` | the low 256 bits of `X 2^S` |
//! | `SHR`, `SAR` | `A = 256 - S` | the next 256 bits of `X 2^S`, which are `X >> A` |
//! | `BYTE` | `A = 31 - (2 q + h)` | byte `2 q + h` of `X` (here `e = 0`, so `bytes` are the bytes of `X`) |
//! | `SIGNEXTEND` | `A = 2 q + h` | bytes `0 ..= 2 q + h` of `X`; their top bit is 0 |
//!
//! For a large amount (from 256 on for shifts, from 32 on for the others) no `q` is set, and the result is 0, or `X` for `SIGNEXTEND`.
//! `S = 0` for a right shift and `S = 256` for a left one stand for 256 and give 0, as they must. `SIGNEXTEND` with 31 takes all bytes.
//! `~(~B >> A)` is the arithmetic shift of a negative `B`, and `~` of the low bytes of `~B`, zero above, is `B` extended with ones.
//! Amounts with two decompositions (`e = 8`, or the next `h`) have one result.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | `flags[5]` | the kind, one-hot, in the order of [`KINDS`]; all zero on padding |
//! | `a[16]`, `x[16]`, `r[16]` | limbs of `A`, `X` and the result before the complement (zero for `BYTE`) |
//! | `bytes[32]`, `carries[16]` | `X 2^e`: limb `i` is `bytes[2 i] + 256 bytes[2 i + 1]`, and `carries[15]` the byte above |
//! | `y[17]` | limbs of `X 2^(e + 8 h)` |
//! | `limb_shift[16]`, `byte_shift`, `bit_shift[9]` | `q` (one-hot, or none), `h`, `e` (one-hot) |
//! | `negative` | whether `X = ~B` |
//! | `large_high`, `large_low` | the amount is large: by a limb above the first, or by the first |
//! | `inverse` | inverse of the sum of `a[1..]` where `large_high`, else 0 |
//! | `top_limb` | limb `q` of `X` cut to its bytes up to `2 q + h` (used by `SIGNEXTEND`) |
//! | `byte` | byte `2 q + h` of `bytes` (used by `BYTE` and `SIGNEXTEND`) |
//!
//! # Equations
//!
//! Let `real` be the sum of the flags, `small = real - large_high - large_low`, `high = a[1] + .. + a[15]` (below 2^20).
//!
//! 1. `flag (flag - 1) = 0`, `real (real - 1) = 0`, `large_low (large_low - 1) = 0`: degree 2.
//! 2. `small * high = 0`, `high * inverse = large_high`, `inverse (1 - large_high) = 0`: degree 2. So `large_high` is 0, or 1 with `high != 0`.
//! 3. `limb_shift` and `bit_shift` boolean, `sum(limb_shift) = small`, `sum(bit_shift) = real`,
//!    `byte_shift (byte_shift - small) = 0`, `(BYTE + SIGNEXTEND)(1 - bit_shift[0]) = 0`: degree at most 2. The sum of bits is not negative, so
//!    `large_high` and `large_low` are not both set, and neither is on padding: `small` is a bit.
//! 4. `small (a[0] - SHL S - (SHR + SAR)(256 - S) - BYTE (31 - 2 q - h) - SIGNEXTEND (2 q + h)) = 0`: degree 3. All terms are below 2^17 in magnitude.
//! 5. `x[i] 2^e + carries[i-1] = bytes[2 i] + 256 bytes[2 i + 1] + 2^16 carries[i]`: degree 2, both sides below `2^24 + 2^8`, so the bytes are
//!    the digits of the product.
//! 6. `y[i] = (1 - h)(bytes[2 i] + 256 bytes[2 i + 1]) + h (bytes[2 i - 1] + 256 bytes[2 i])`: degree 2, with `bytes[-1] = 0`,
//!    `bytes[32] = carries[15]`, `bytes[33] = 0`.
//! 7. `top_limb = sum_q limb_shift[q] (bytes[2 q] + 256 h bytes[2 q + 1])` and
//!    `byte = sum_q limb_shift[q] ((1 - h) bytes[2 q] + h bytes[2 q + 1])`: degree 3.
//! 8. `r[i] = SHL sum_{q <= i} limb_shift[q] y[i - q] + (SHR + SAR) sum_{q >= i} limb_shift[q] y[16 + i - q]`
//!    `+ SIGNEXTEND (x[i] (1 - sum_{q <= i} limb_shift[q]) + limb_shift[i] top_limb)`: degree 3.
//! 9. `negative (negative - SAR - SIGNEXTEND) = 0`: degree 2; a bit for those kinds, zero elsewhere.
//!
//! The message (degree 2, its constraint 3): `A = a`, `B = x + negative (65535 - 2 x)`, `R = r + negative (65535 - 2 r)`,
//! plus `BYTE * byte` in limb 0.
//!
//! Ranges: `bytes` and `carries` are bytes of the table. The limbs of `a` and `x` are trusted, or complements of trusted ones. Where `large_low`,
//! `a[0] - 256` or `a[0] - 32` is looked up as 16-bit: above `-2^16`, so negative values miss. For `SAR`, `2 x[15]` is looked up, so that
//! `negative` is `B`'s sign; for `SIGNEXTEND` `512 byte`, so that it is the sign in byte `A` (0 where the amount is large, and then `negative` is of no
//! consequence: complement and complement give `R = B`). `r` consists of checked bytes and of trusted limbs.
//!
//! # Buses
//!
//! `op2`: receives one message a row. `byte`: 24 pairs a row. `range16`: at most 2 a row.
//!
//! # Boundaries
//!
//! No constraint reads another row. A row with no flag set sends and receives nothing: `large_low` is zero there too.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::ShiftCols;
pub use trace::{rows, trace};

use zkrom_asm::isa::Op2;

/// The kinds, in the order of their flags.
pub const KINDS: [Op2; 5] = [Op2::Shl, Op2::Shr, Op2::Sar, Op2::Byte, Op2::SignExtend];

/// The chip of shifts and byte selection.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShiftChip;
