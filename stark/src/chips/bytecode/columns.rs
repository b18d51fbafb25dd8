//! Columns of the bytecode chip.

use zkrom_asm::isa::LIMBS;

/// Code bytes a row.
pub const BYTES: usize = 8;
/// Rows a word.
pub const WORD_ROWS: usize = 32 / BYTES;
/// Limbs of the word that are the row's own bytes.
pub const OWN: usize = BYTES / 2;

crate::columns! {
    /// Eight bytes of code a row.
    pub struct BytecodeCols<T> {
        /// The row begins a code.
        pub start: T,
        /// Which part of its word the row has, most significant first; none on padding.
        pub phase: [T; WORD_ROWS],
        /// Code id: the caller's clock.
        pub cid: T,
        /// Address of the row's first byte.
        pub pc: T,
        /// Bytes of the code from this row on.
        pub left: T,
        /// Space of the code in memory.
        pub space: T,
        /// Its context.
        pub ctx: T,
        /// Offset of the row's word.
        pub off: T,
        /// Time since the word's last access less one, low 16 bits, on rows that read.
        pub diff_lo: T,
        /// The rest of it.
        pub diff_hi: T,
        /// The word's other limbs, in the order in which rows come to them, around the word's end to its beginning.
        pub rest: [T; LIMBS - OWN],
        /// Bytes in memory.
        pub mem: [T; BYTES],
        /// Past the end of the code.
        pub past: [T; BYTES],
        /// Bytes of code: those in memory, zero past the end.
        pub code: [T; BYTES],
        /// Push data.
        pub data: [T; BYTES],
        /// Opcodes `PUSH0..PUSH32`.
        pub push: [T; BYTES],
        /// Opcodes from `0x80` on.
        pub high: [T; BYTES],
        /// Opcode as fetched: the byte, or [`PUSH_DATA`](zkrom_asm::isa::PUSH_DATA).
        pub opcode: [T; BYTES],
        /// Bytes of push data to come from each byte on (itself included), and from the next row on.
        pub rem: [T; BYTES + 1],
        /// How often each byte is fetched.
        pub mult: [T; BYTES],
    }
}
