//! Layout of the chip of hints and register words.

use zkrom_asm::isa::LIMBS;

use crate::columns;

columns! {
    /// One row: one operation.
    pub struct WordCols<T> {
        /// The row is a `HINT`.
        pub is_hint: T,
        /// The row is a `SPLIT`.
        pub is_split: T,
        /// Limbs of the result.
        pub r: [T; LIMBS],
    }
}
