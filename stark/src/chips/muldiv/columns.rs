//! The columns.

use zkrom_asm::isa::LIMBS;

use crate::columns;

/// Carries between windows.
pub const CARRIES: usize = 31;

columns! {
    /// A row of the chip.
    pub struct MulDivCols<T> {
        /// `MUL`.
        pub mul: T,
        /// `DIV`.
        pub div: T,
        /// `MOD`.
        pub rem: T,
        /// `SDIV`.
        pub sdiv: T,
        /// `SMOD`.
        pub srem: T,
        /// `MULMOD`: the row before its tail.
        pub mulmod: T,
        /// `ADDMOD`: the row before its tail.
        pub addmod: T,
        /// The second row of a `MULMOD` or `ADDMOD`.
        pub tail: T,
        /// The divisor `D` is zero.
        pub zero: T,
        /// `SDIV` or `SMOD` with a divisor that is not zero.
        pub signed: T,
        /// `MOD` or `SMOD` with a divisor that is not zero: `W` is the result.
        pub rem_out: T,
        /// Limbs of `P`: first factor; quotient; `A mod N` before a tail.
        pub p: [T; LIMBS],
        /// Low bytes of `P`'s limbs.
        pub p_lo: [T; LIMBS],
        /// Limbs of `D`: second factor or summand; divisor.
        pub d: [T; LIMBS],
        /// Low bytes of `D`'s limbs.
        pub d_lo: [T; LIMBS],
        /// Limbs of `W`: product modulo 2^256; remainder; operand `A` before a tail.
        pub w: [T; LIMBS],
        /// The carry from window `k` to `k + 1` is `carry_lo[k] + 128 carry_hi[k] - 2^14`: this byte,
        pub carry_lo: [T; CARRIES],
        /// and this.
        pub carry_hi: [T; CARRIES],
        /// Signed: the dividend's highest limb.
        pub a_top: T,
        /// Signed: the dividend's sign.
        pub a_sign: T,
        /// Signed: the divisor's sign.
        pub d_sign: T,
        /// Signed: the quotient is `P - 2^256`.
        pub p_sign: T,
        /// Signed: the remainder is `W - 2^256`.
        pub w_sign: T,
        /// The highest limb in which remainder and divisor differ, one-hot.
        pub at: [T; LIMBS],
        /// By how much they do there, less one.
        pub gap: T,
        /// Remainder negative, divisor positive: the inverse that says their sum is not zero.
        pub inverse: T,
    }
}
