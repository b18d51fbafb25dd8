//! ROM images: an assembled program, as executor and prover take it.

use serde::{Deserialize, Serialize};

use crate::isa::Instr;

/// An entry of the opcode table: what dispatching an EVM opcode needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OpcodeEntry {
    /// Micro-pc of the opcode's handler.
    pub handler: u32,
    /// Static gas.
    pub gas: u32,
    /// Stack items the opcode needs.
    pub need: u32,
    /// Greatest stack height before it: 1024 less its growth.
    pub max: u32,
}

/// An assembled program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Instructions, from micro-pc 0; at most [`ROM_HEIGHT`](crate::isa::ROM_HEIGHT).
    pub instrs: Vec<Instr>,
    /// Opcode tables, one of 256 entries for each fork; at most [`MAX_FORKS`](crate::isa::MAX_FORKS).
    pub opcodes: Vec<Vec<OpcodeEntry>>,
}
