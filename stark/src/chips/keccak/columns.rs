//! Columns.

use crate::columns;

/// Rows that absorb one block.
pub const ROWS_PER_BLOCK: usize = 5;
/// Lanes of the rate: 136 bytes.
pub const RATE_LANES: usize = 17;
/// Limbs of 16 bits in a lane.
pub const LANE_LIMBS: usize = 4;
/// Limbs a row absorbs: one memory word.
pub const ROW_LIMBS: usize = 16;
/// Limbs of the queue: five words.
pub const QUEUE: usize = ROWS_PER_BLOCK * ROW_LIMBS;
/// Limbs of the capacity.
pub const CAPACITY: usize = 32;

columns! {
    /// Columns of the keccak chip.
    ///
    /// Limb `i` of a row is bytes `2 i` and `2 i + 1` of its memory word, counted from the most significant byte: limb `i` of the
    /// *lane* order (bytes little-endian), and limb `15 - i` of the word (bytes big-endian).
    pub struct KeccakSpongeCols<T> {
        /// Which of a block's five absorbing rows this is; all zero on squeezing and padding rows.
        pub pos: [T; ROWS_PER_BLOCK],
        /// The row gives out the digest.
        pub squeeze: T,
        /// First row of a call.
        pub start: T,
        /// Last row of a call's last block.
        pub fin: T,
        /// Lane of the block's first word that the block starts with (one-hot over absorbing and squeezing rows).
        pub phase: [T; 4],
        /// The row's word holds 32 bytes of data.
        pub full: T,
        /// The data ends in this limb: the padding's first byte falls into it.
        pub at: [T; ROW_LIMBS],
        /// The data ends in the middle of that limb.
        pub odd: T,
        /// The byte of that limb that is not data.
        pub cut: T,
        /// The row's word is that of the row before, whose other lanes the block before absorbed.
        pub shared: T,
        /// The row reads its word from memory.
        pub read: T,
        /// The caller's clock.
        pub clk: T,
        /// Space of the data.
        pub space: T,
        /// Context of the data.
        pub ctx: T,
        /// Offset of the data's first word.
        pub off: T,
        /// Length of the data in bytes.
        pub len: T,
        /// Index of the row's word.
        pub index: T,
        /// Time of the word's previous access.
        pub old_time: T,
        /// Low limb of the time passed since, less one.
        pub age_lo: T,
        /// The memory word, zero where none is read.
        pub word: [T; ROW_LIMBS],
        /// Lower byte of each padded limb (the first in memory).
        pub y_lo: [T; ROW_LIMBS],
        /// Upper byte of each padded limb.
        pub y_hi: [T; ROW_LIMBS],
        /// Lower byte of each limb at the queue's head.
        pub x_lo: [T; ROW_LIMBS],
        /// Lower byte of the head xor the padded limbs.
        pub z_lo: [T; ROW_LIMBS],
        /// Upper byte of the head xor the padded limbs.
        pub z_hi: [T; ROW_LIMBS],
        /// The rate as it is before absorbing this row, the row's own limbs first, limbs already absorbed last.
        pub queue: [T; QUEUE],
        /// The capacity.
        pub capacity: [T; CAPACITY],
    }
}
