//! Columns.

use crate::quintic::D;

zkrom_stark::columns! {
    /// Main columns.
    pub struct LiftCols<T> {
        /// The coefficients.
        pub value: [T; D],
    }
}

zkrom_stark::columns! {
    /// Preprocessed columns.
    pub struct LiftPreprocessed<T> {
        /// Source slots.
        pub from: [T; D],
        /// How they are read.
        pub from_count: T,
        /// Target slot.
        pub to: T,
        /// How it is written.
        pub to_count: T,
    }
}
