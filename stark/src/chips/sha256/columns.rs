//! Columns.

use core::ops::Range;

use crate::columns;

/// Schedule rows of a block: four words of the message schedule each.
pub const SCHEDULE_ROWS: usize = 16;
/// Round rows of a block: two rounds each.
pub const ROUND_ROWS: usize = 32;
/// Rows of a block: schedule, then a row to begin, the rounds, and a row to add.
pub const ROWS_PER_BLOCK: usize = SCHEDULE_ROWS + ROUND_ROWS + 2;

/// `q` on load rows: the 8 limbs of the row's 16 bytes, most significant first.
pub const RAW: Range<usize> = 0..8;
/// `q` on the first load row of a word: the time of the word's previous access.
pub const OLD_TIME: usize = 8;
/// `q` there: the low limb of the time passed since, less one.
pub const AGE_LO: usize = 9;
/// `q` off schedule rows: the hash value between blocks, word `k` at `2 k` (upper limb) and `2 k + 1`.
pub const HASH: Range<usize> = 0..16;
/// `q` off schedule rows: `a` of two rows before (first and second), as two limbs.
pub const PREV_A: [usize; 2] = [16, 18];
/// `q` off schedule rows: `e` of the row before.
pub const PREV_E: [usize; 2] = [20, 22];
/// `q` on round rows: the rounds' words of the schedule.
pub const ROUND_W: [usize; 2] = [24, 26];
/// `q` off schedule rows: unused.
pub const SPARE: Range<usize> = 28..32;

/// `bank` on load rows: the limb in which the data ends.
pub const AT: Range<usize> = 0..8;
/// `bank` on load rows: all 16 bytes are data.
pub const FULL: usize = 8;
/// `bank` on load rows: bits of the byte that shares a limb with the last byte of data.
pub const CUT: Range<usize> = 9..17;

columns! {
    /// Columns of the sha256 chip. A 32-bit word in limbs has its upper limb first.
    pub struct Sha256Cols<T> {
        /// Schedule row.
        pub is_s: T,
        /// Row before a block's rounds.
        pub is_i: T,
        /// Round row.
        pub is_r: T,
        /// Row after a block's rounds.
        pub is_f: T,
        /// Row that gives out the digest.
        pub is_d: T,
        /// Load row that begins a memory word (schedule rows 0 and 2).
        pub load_a: T,
        /// Load row in the middle of one (schedule rows 1 and 3).
        pub load_b: T,
        /// Bits 2 and 3 of the row's number in schedule or rounds, one-hot; the fourth is what is missing to 1.
        pub f: [T; 3],
        /// Bits 0 and 1 of it, one-hot.
        pub g: [T; 4],
        /// Round rows: bit 4 of the number. Schedule rows: the row holds the length (row 3 of the last block).
        pub high: T,
        /// Last schedule row or last round row of a block.
        pub end: T,
        /// Schedule rows: the block is the last.
        pub last: T,
        /// Schedule rows: the data did not end before this row.
        pub data: T,
        /// Load rows: the data ends in the middle of a limb.
        pub odd: T,
        /// The row reads a word from memory: its limbs and the next row's.
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
        /// Number of the block.
        pub block: T,
        /// Bits. Schedule rows: four words. Round rows: `a` before the row's first and second round, then `e` likewise.
        pub bits: [[T; 32]; 4],
        /// Schedule rows: partial sums of the next 16 words, and raw data; other rows: hash value, older `a` and `e`, round words.
        pub q: [T; 32],
        /// `sigma0` of each of `bits`, as if a schedule word.
        pub sigma0: [[T; 2]; 4],
        /// `sigma1` of each of `bits`.
        pub sigma1: [[T; 2]; 4],
        /// `Sigma1(e) + Ch(e, f, g) + K` of the row's two rounds, by limb.
        pub t1: [[T; 2]; 2],
        /// `Sigma0(a) + Maj(a, b, c)` of the row's two rounds, by limb.
        pub t2: [[T; 2]; 2],
        /// Booleans: carries, and on load rows where the data ends.
        pub bank: [T; 20],
    }
}
