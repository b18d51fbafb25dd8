//! Columns of the push-data chip.

use zkrom_asm::isa::LIMBS;

crate::columns! {
    /// Two bytes of push data a row.
    pub struct PushDataCols<T> {
        /// The row is one of a run.
        pub active: T,
        /// First row of an instruction.
        pub start: T,
        /// Last row of an instruction.
        pub last: T,
        /// The row has one byte only.
        pub odd: T,
        /// Code id.
        pub cid: T,
        /// Address after the instruction.
        pub end: T,
        /// Address of the row's second byte.
        pub at: T,
        /// The row's first byte.
        pub hi: T,
        /// The data up to this row.
        pub word: [T; LIMBS],
        /// How often the word is asked for.
        pub mult: T,
    }
}
