//! Layouts of the chip of public inputs and outputs.

use zkrom_asm::isa::LIMBS;

use crate::columns;

columns! {
    /// The number of the row: `8 u + v`.
    pub struct PublicPreprocessed<T> {
        /// `u`, one-hot.
        pub high: [T; 4],
        /// `v`, one-hot.
        pub low: [T; 8],
    }
}

columns! {
    /// One row: one public word.
    pub struct PublicCols<T> {
        /// The word.
        pub word: [T; LIMBS],
        /// How often the row is looked up.
        pub multiplicity: T,
        /// Whether it is looked up.
        pub set: T,
        /// Inverse of the multiplicity, or 0.
        pub inverse: T,
    }
}
