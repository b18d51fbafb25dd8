//! Columns.

use crate::quintic::D;

zkrom_stark::columns! {
    /// Main columns.
    pub struct ConstantCols<T> {
        /// Zero.
        pub unused: T,
    }
}

zkrom_stark::columns! {
    /// Preprocessed columns.
    pub struct ConstantPreprocessed<T> {
        /// The slot.
        pub slot: T,
        /// How it is written.
        pub count: T,
        /// The constant.
        pub value: [T; D],
    }
}
