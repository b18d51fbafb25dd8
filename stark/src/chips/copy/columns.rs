//! Column layout of the copy chip.

use crate::columns;

/// Positions of a word: position `q` holds bytes `2 q` and `2 q + 1` in memory order, that is limb `15 - q`.
pub const POSITIONS: usize = 16;

columns! {
    /// One row: at most one source word taken in, at most one destination word produced.
    ///
    /// Words are kept in memory order, position 0 first (see [`POSITIONS`]).
    pub struct CopyCols<T> {
        /// The row only takes in the first source word; the destination begins on the next row.
        pub lead: T,
        /// First destination word of a call without a lead row; receives the call.
        pub start: T,
        /// First destination word of a call, after its lead row; receives the call.
        pub led: T,
        /// A later destination word.
        pub cont: T,
        /// The destination word is the call's last.
        pub last: T,
        /// A copy of no bytes: receives the call and does nothing else.
        pub none: T,
        /// The row takes in a source word.
        pub read: T,
        /// The call is a LOAD.
        pub load: T,
        /// The call is a STORE.
        pub store: T,
        /// The call is a STORE8.
        pub store8: T,
        /// The caller's clock.
        pub clk: T,
        /// Space of the source.
        pub src_space: T,
        /// Context of the source.
        pub src_ctx: T,
        /// Offset of the source word that feeds bytes `shift ..` of this row's destination word.
        pub src_word: T,
        /// Space of the destination.
        pub dst_space: T,
        /// Context of the destination.
        pub dst_ctx: T,
        /// Offset of the destination word.
        pub dst_word: T,
        /// Byte offset after the last destination byte.
        pub end: T,
        /// Register X3.
        pub len: T,
        /// Bits 16 to 23 of the first source word's offset.
        pub src_word_hi: T,
        /// Bits 16 to 23 of the first destination word's offset.
        pub dst_word_hi: T,
        /// Time since the source word's previous access, less one: 16 and 13 bits.
        pub src_dt: [T; 2],
        /// Time since the destination word's previous access, less one: 16 and 13 bits.
        pub dst_dt: [T; 2],
        /// One-hot: `shift / 2`, where a source byte at `s` of its word goes to `(s + shift) mod 32` of the destination's.
        pub rotate: [T; POSITIONS],
        /// `shift mod 2`.
        pub odd: T,
        /// One-hot: `first / 8`, where `first` is the first byte to write of this word.
        pub first_group: [T; 4],
        /// One-hot: `first mod 8`.
        pub first_byte: [T; 8],
        /// One-hot: `final / 8`, where `final` is the last byte to write of this word.
        pub final_group: [T; 4],
        /// One-hot: `final mod 8`.
        pub final_byte: [T; 8],
        /// The source word: byte `2 q`.
        pub hi: [T; POSITIONS],
        /// The source word: byte `2 q + 1`.
        pub lo: [T; POSITIONS],
        /// The 32 source bytes that fall on this destination word.
        pub shifted: [T; POSITIONS],
        /// The destination word before.
        pub old: [T; POSITIONS],
        /// The destination word after.
        pub new: [T; POSITIONS],
        /// Bytes of `old` where only the second byte of a position is written; else zero.
        pub first_old: [T; 2],
        /// Bytes of `shifted` at the same position.
        pub first_new: [T; 2],
        /// Bytes of `old` where only the first byte of a position is written; else zero.
        pub final_old: [T; 2],
        /// Bytes of `shifted` at the same position.
        pub final_new: [T; 2],
    }
}
