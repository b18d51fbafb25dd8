//! Columns of a permutation.

use super::{HALF_FULL_ROUNDS, PARTIAL_ROUNDS, WIDTH};

zkrom_stark::columns! {
    /// One permutation.
    pub struct PermCols<T> {
        /// State before.
        pub input: [T; WIDTH],
        /// States after the first full rounds.
        pub begin: [[T; WIDTH]; HALF_FULL_ROUNDS],
        /// First element after the S-box of each partial round.
        pub partial: [T; PARTIAL_ROUNDS],
        /// States after the last full rounds.
        pub end: [[T; WIDTH]; HALF_FULL_ROUNDS],
    }
}

impl<T> PermCols<T> {
    /// State after.
    pub const fn output(&self) -> &[T; WIDTH] {
        &self.end[HALF_FULL_ROUNDS - 1]
    }
}
