//! Columns of the private input.

use zkrom_asm::isa::LIMBS;

crate::columns! {
    /// One word a row.
    pub struct InputCols<T> {
        /// Whether the row is a cell.
        pub real: T,
        /// The row's number.
        pub off: T,
        /// Time of the last access.
        pub time: T,
        /// The word.
        pub word: [T; LIMBS],
    }
}
