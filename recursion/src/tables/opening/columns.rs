//! Columns.

use crate::poseidon::{PermCols, RATE};
use crate::quintic::D;

/// Greatest number of children.
pub const CHILDREN: usize = 2;

zkrom_stark::columns! {
    /// Main columns.
    pub struct OpeningCols<T> {
        /// The permutation.
        pub perm: PermCols<T>,
        /// The Horner sum before the row.
        pub sum: [T; D],
        /// What the row exchanges with a slot.
        pub port: [T; D],
    }
}

zkrom_stark::columns! {
    /// Preprocessed columns.
    pub struct OpeningPreprocessed<T> {
        /// The next row begins a hash.
        pub fresh: T,
        /// The next row goes on with a hash.
        pub chain: T,
        /// The next row absorbs nothing in place `j + 1`.
        pub pad: [T; RATE - 1],
        /// The next row is a step of a path that goes on from this row.
        pub merkle: T,
        /// The next row is an injection.
        pub inject: T,
        /// The port is the sum after `k + 1` values.
        pub expose: [T; RATE],
        /// The port is a child's point.
        pub point: [T; CHILDREN],
        /// The second child's point is used.
        pub second: T,
        /// The port's slot.
        pub slot: T,
        /// How it is read or written.
        pub count: T,
        /// A digest read.
        pub start: T,
        /// How it is read.
        pub start_count: T,
        /// The output's digest.
        pub end: T,
        /// How it is read or written.
        pub end_count: T,
    }
}
