//! Columns.

zkrom_stark::columns! {
    /// Main columns.
    pub struct BitsCols<T> {
        /// The bit.
        pub bit: T,
        /// The number that the bits up to this one make.
        pub sum: T,
        /// Whether the top seven bits are ones, as far as they are known.
        pub ones: T,
    }
}

zkrom_stark::columns! {
    /// Preprocessed columns.
    pub struct BitsPreprocessed<T> {
        /// The bit's slot.
        pub slot: T,
        /// How it is written.
        pub count: T,
        /// The element's slot.
        pub from: T,
        /// How it is read.
        pub from_count: T,
        /// Bit 30.
        pub first: T,
        /// Whether the next row is one of bits 29 to 24.
        pub top: T,
        /// Whether the next row is one of bits 23 to 0.
        pub low: T,
        /// Whether the bit must be zero.
        pub zero: T,
    }
}
