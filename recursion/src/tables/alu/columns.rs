//! Columns.

use crate::quintic::D;

zkrom_stark::columns! {
    /// Main columns.
    pub struct AluCols<T> {
        /// First factor.
        pub a: [T; D],
        /// Second factor.
        pub b: [T; D],
        /// Summand.
        pub c: [T; D],
        /// Result.
        pub d: [T; D],
    }
}

zkrom_stark::columns! {
    /// Preprocessed columns.
    pub struct AluPreprocessed<T> {
        /// Slots of the operands.
        pub slot: [T; 4],
        /// How they are read or written.
        pub count: [T; 4],
    }
}
