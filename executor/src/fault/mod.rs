//! Faults: one wrong step of an otherwise honest run, for the soundness suite.
//!
//! A machine with a fault does one thing wrong in one row and goes on honestly from there, so that everything downstream is consistent.

mod pick;

pub use pick::faults;

use alloy_primitives::U256;
use zkrom_asm::isa::Reg;

/// How a word is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tamper {
    /// Adds to it, modulo 2^256.
    Add(U256),
    /// Flips bits.
    Xor(U256),
    /// Replaces it.
    Set(U256),
}

impl Tamper {
    /// The changed word.
    #[must_use]
    pub fn apply(self, word: U256) -> U256 {
        match self {
            Self::Add(x) => word.wrapping_add(x),
            Self::Xor(x) => word ^ x,
            Self::Set(x) => x,
        }
    }
}

/// A port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortName {
    /// Port A.
    A,
    /// Port B.
    B,
    /// Port C.
    C,
}

/// How a dispatch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// In the opcode's handler.
    Succeeds,
    /// With a cause, one of [`zkrom_asm::isa::fault`].
    Fails(u32),
}

/// What goes wrong in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The result word, of whatever operation: sum, quotient, comparison, hash, hint, key index, push data, link.
    Result(Tamper),
    /// The word port C stores, which then is not the result.
    Stored(Tamper),
    /// The word a port finds in its cell.
    Read(PortName, Tamper),
    /// The time of the previous access a port claims.
    OldTime(PortName, u32),
    /// The word a memory chip's n-th read finds.
    ChipRead(usize, Tamper),
    /// The word a memory chip's n-th write leaves.
    ChipWrite(usize, Tamper),
    /// The time of the previous access a memory chip's n-th read claims.
    ChipReadTime(usize, u32),
    /// The time of the previous access a memory chip's n-th write claims.
    ChipWriteTime(usize, u32),
    /// The value the row's register takes.
    Register(u32),
    /// The value of any register after the row.
    State(Reg, u32),
    /// The next micro-pc.
    Next(u32),
    /// The other way at a branch or charge.
    Branch,
    /// The opcode fetched.
    Opcode(u32),
    /// The address after the instruction fetched.
    NextPc(u32),
    /// How the dispatch ends.
    Dispatch(Outcome),
}

/// A fault: what goes wrong, and in which row (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row.
    pub row: u32,
    /// What goes wrong.
    pub kind: FaultKind,
}
