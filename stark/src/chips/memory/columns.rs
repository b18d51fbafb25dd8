//! Columns of the memory boundary.

use zkrom_asm::isa::LIMBS;

crate::columns! {
    /// One cell a row.
    pub struct MemoryCols<T> {
        /// Whether the row is a cell.
        pub real: T,
        /// Number of the space, least significant bit first.
        pub space_bits: [T; 3],
        /// Context, low 16 bits.
        pub ctx_lo: T,
        /// Context, the rest.
        pub ctx_hi: T,
        /// Offset, low 16 bits.
        pub off_lo: T,
        /// Offset, the rest.
        pub off_hi: T,
        /// The row exceeds the one before in its offset.
        pub by_off: T,
        /// The row exceeds the one before in its context.
        pub by_ctx: T,
        /// Excess over the row before less one, low 16 bits.
        pub diff_lo: T,
        /// The rest of it.
        pub diff_hi: T,
        /// Time of the last access.
        pub time: T,
        /// Last word.
        pub word: [T; LIMBS],
    }
}
