//! Layout of the chip of additions, subtractions and comparisons.

use zkrom_asm::isa::LIMBS;

use super::KINDS;
use crate::columns;

columns! {
    /// One row: one operation.
    pub struct ArithCols<T> {
        /// The kind, one-hot in the order of [`KINDS`].
        pub flags: [T; KINDS.len()],
        /// First summand.
        pub p: [T; LIMBS],
        /// Second summand.
        pub q: [T; LIMBS],
        /// Sum mod 2^256.
        pub s: [T; LIMBS],
        /// Top bit of the signed operand behind `p`.
        pub p_sign: T,
        /// Top bit of the signed operand behind `s`.
        pub s_sign: T,
        /// Whether `q = 0`, for `EQ`.
        pub equal: T,
        /// Inverse of the sum of `q`'s limbs, where `EQ` finds a difference.
        pub inverse: T,
    }
}
