//! Layout of the chip of bitwise operations.

use super::KINDS;
use crate::columns;

columns! {
    /// One row: one operation.
    pub struct BitwiseCols<T> {
        /// The kind, one-hot in the order of [`KINDS`].
        pub flags: [T; KINDS.len()],
        /// Bytes of `A`.
        pub a: [T; 32],
        /// Bytes of `B`.
        pub b: [T; 32],
        /// Bytes of `R`.
        pub r: [T; 32],
    }
}
