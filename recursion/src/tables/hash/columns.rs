//! Columns.

use crate::poseidon::{PermCols, RATE};
use crate::quintic::D;

zkrom_stark::columns! {
    /// Main columns.
    pub struct HashCols<T> {
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
    pub struct HashPreprocessed<T> {
        /// The next row is of a sponge.
        pub sponge: T,
        /// Its capacity goes on from this row's output.
        pub output: T,
        /// Its capacity goes on from this row's input.
        pub input: T,
        /// What it does not absorb is as in this row's output.
        pub keeps_output: T,
        /// What it does not absorb, and its sum, is as in this row's input.
        pub keeps_input: T,
        /// Its sum goes on from this row's.
        pub carries: T,
        /// Added to its first capacity element.
        pub tag: T,
        /// It absorbs nothing in this place.
        pub rest: [T; RATE],
        /// The next row is a step of a path that goes on from this row.
        pub merkle: T,
        /// The next row is an injection.
        pub inject: T,
        /// The port is the sum after `k + 1` elements.
        pub expose: [T; RATE],
        /// The port is the row's point.
        pub point: T,
        /// The row's point is the second child's.
        pub second: T,
        /// The row's point is `X`.
        pub up: T,
        /// The row's point is `1 / X`.
        pub down: T,
        /// The port's slot.
        pub slot: T,
        /// How it is read or written.
        pub count: T,
        /// A digest.
        pub digest: T,
        /// How it is read or written.
        pub digest_count: T,
        /// Whether it is the output, or else the input.
        pub digest_output: T,
    }
}
