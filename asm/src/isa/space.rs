//! Address spaces of the memory.

use serde::{Deserialize, Serialize};

/// An address space. A memory cell is named by (space, context, offset) and holds a 256-bit word.
///
/// Spaces never alias: the space is an element of its own in every memory message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Space {
    /// Variables of the ROM: procedure frames and globals, context 0.
    Global = 0,
    /// EVM stacks; the context is the call frame's.
    Stack = 1,
    /// Byte-addressed memory kept as big-endian words: cell `i` holds bytes `32 i ..= 32 i + 31`. The context is a call frame's.
    Mem = 2,
    /// Variables of a call frame; the context is the call frame's.
    Frame = 3,
    /// Cells of a key: the context is the key's index (see [`Op2::KeyId`](super::Op2::KeyId)).
    Key = 4,
    /// ROM buffers: bytes kept as in [`Space::Mem`], or tables of words; the context is a buffer id.
    Heap = 5,
    /// The private input: read-only words whose first value the prover chooses. Context 0, contiguous from offset 0.
    Input = 6,
    /// The journal of state changes, for reverts.
    Journal = 7,
}

impl Space {
    /// All spaces, in order of their numbers.
    pub const ALL: [Self; 8] = [
        Self::Global,
        Self::Stack,
        Self::Mem,
        Self::Frame,
        Self::Key,
        Self::Heap,
        Self::Input,
        Self::Journal,
    ];

    /// The space's name in the micro-assembly.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Stack => "stack",
            Self::Mem => "mem",
            Self::Frame => "frame",
            Self::Key => "key",
            Self::Heap => "heap",
            Self::Input => "input",
            Self::Journal => "journal",
        }
    }

    /// The space's number in memory messages.
    #[must_use]
    pub const fn number(self) -> u32 {
        self as u32
    }
}
