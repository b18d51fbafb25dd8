//! Layout of the chip of key indices.

use zkrom_asm::isa::LIMBS;

use super::KEY_LIMBS;
use crate::columns;

columns! {
    /// One row: one key. The columns up to `end` are read from the next row too.
    pub struct KeysCols<T> {
        /// The key's second word.
        pub b: [T; LIMBS],
        /// The key's first word, the more significant one.
        pub a: [T; LIMBS],
        /// Number of the row.
        pub position: T,
        /// The row has a key.
        pub real: T,
        /// The row is the first one without a key.
        pub end: T,
        /// The most significant limb in which the next key differs, one-hot.
        pub differ: [T; KEY_LIMBS],
        /// The difference there, less one.
        pub gap: T,
        /// Limbs of the key's index, or of the number of keys.
        pub index: [T; 2],
        /// How often the row is looked up.
        pub multiplicity: T,
        /// Inverse of `multiplicity` where the row has a key.
        pub inverse: T,
    }
}

impl KeysCols<u8> {
    /// The columns that constraints read from the next row.
    pub const NEXT: core::ops::Range<usize> = 0..core::mem::offset_of!(Self, differ);
}

impl<T: Copy> KeysCols<T> {
    /// The limbs of the key, least significant first.
    pub fn key(&self) -> [T; KEY_LIMBS] {
        core::array::from_fn(|j| if j < LIMBS { self.b[j] } else { self.a[j - LIMBS] })
    }
}
