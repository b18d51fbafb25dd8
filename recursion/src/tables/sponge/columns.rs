//! Columns.

use crate::poseidon::{PermCols, RATE};

zkrom_stark::columns! {
    /// Main columns.
    pub struct SpongeCols<T> {
        /// The permutation.
        pub perm: PermCols<T>,
    }
}

zkrom_stark::columns! {
    /// Preprocessed columns.
    pub struct SpongePreprocessed<T> {
        /// The next row's capacity goes on from this row.
        pub chained: T,
        /// The next row's capacity is zero.
        pub fresh: T,
        /// The next row absorbs nothing in this place.
        pub rest: [T; RATE],
        /// What the next row does not absorb is as this row left it.
        pub keeps: T,
        /// Added to the next row's first capacity element.
        pub tag: T,
        /// Slots of absorbed elements.
        pub in_slot: [T; RATE],
        /// How they are read or written.
        pub in_count: [T; RATE],
        /// First slot of the output.
        pub out_slot: T,
        /// How they are written.
        pub out_count: [T; RATE],
        /// A digest.
        pub digest: T,
        /// How it is written.
        pub digest_count: T,
        /// Whether it is the input.
        pub digest_input: T,
    }
}
