//! Layout of the chip of shifts and byte selection.

use zkrom_asm::isa::LIMBS;

use super::KINDS;
use crate::columns;

columns! {
    /// One row: one operation.
    pub struct ShiftCols<T> {
        /// The kind, one-hot in the order of [`KINDS`].
        pub flags: [T; KINDS.len()],
        /// The amount.
        pub a: [T; LIMBS],
        /// The value or its complement.
        pub x: [T; LIMBS],
        /// The result or its complement.
        pub r: [T; LIMBS],
        /// The low 32 bytes of `x 2^e`.
        pub bytes: [T; 32],
        /// Carries of `x 2^e`, the last one its top byte.
        pub carries: [T; LIMBS],
        /// `x 2^(e + 8 h)`.
        pub y: [T; LIMBS + 1],
        /// `q`, one-hot; none where the amount is large.
        pub limb_shift: [T; LIMBS],
        /// `h`.
        pub byte_shift: T,
        /// `e`, one-hot.
        pub bit_shift: [T; 9],
        /// Whether `x` is the complement of the value.
        pub negative: T,
        /// The amount has a limb above the first.
        pub large_high: T,
        /// The amount's first limb is past the bound.
        pub large_low: T,
        /// Inverse of the sum of the amount's limbs above the first.
        pub inverse: T,
        /// Limb `q` of `x` up to byte `2 q + h`.
        pub top_limb: T,
        /// Byte `2 q + h` of `bytes`.
        pub byte: T,
    }
}
