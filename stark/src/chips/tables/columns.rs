//! Layouts of the tables.

use crate::columns;

columns! {
    /// Main columns of the range table.
    pub struct Range16Cols<T> {
        /// How often the row's value is looked up.
        pub multiplicity: T,
    }
}

columns! {
    /// Preprocessed columns of the byte table.
    pub struct BytePreprocessed<T> {
        /// First byte.
        pub x: T,
        /// Second byte.
        pub y: T,
        /// `x & y`.
        pub and: T,
        /// `x ^ y`.
        pub xor: T,
    }
}

columns! {
    /// Main columns of the byte table.
    pub struct ByteTableCols<T> {
        /// How often the row's pair is looked up, by [`ByteOp`](crate::buses::ByteOp).
        pub multiplicities: [T; 4],
    }
}
