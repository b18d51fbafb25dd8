//! Registers of the main chip.

use serde::{Deserialize, Serialize};

/// A register: one column of the main chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Reg {
    /// Index register 0.
    X0 = 0,
    /// Index register 1.
    X1 = 1,
    /// Index register 2.
    X2 = 2,
    /// Index register 3; also the byte length handed to memory chips.
    X3 = 3,
    /// Context: the current call frame's id.
    Ctx = 4,
    /// EVM stack height; `stack[k]` is the cell at offset `sp - 1 - k`.
    Sp = 5,
    /// Address of the EVM instruction after the one being executed.
    Pc = 6,
    /// Gas left below 2^29; what exceeds it is kept in memory by the ROM.
    Gas = 7,
    /// Code id: the clock of the [`MemOp::LoadCode`](super::MemOp::LoadCode) row that made it.
    Cid = 8,
    /// Fork index into the opcode table.
    Fork = 9,
    /// The clock; read-only.
    Clk = 10,
}

impl Reg {
    /// Number of registers an instruction can write.
    pub const WRITABLE: usize = 10;
    /// Number of registers an instruction can read.
    pub const READABLE: usize = 11;
    /// All registers, in order of their numbers.
    pub const ALL: [Self; Self::READABLE] = [
        Self::X0,
        Self::X1,
        Self::X2,
        Self::X3,
        Self::Ctx,
        Self::Sp,
        Self::Pc,
        Self::Gas,
        Self::Cid,
        Self::Fork,
        Self::Clk,
    ];
    /// Registers an address can take as its base, in the order of the base selector columns.
    pub const BASES: [Self; 5] = [Self::X0, Self::X1, Self::X2, Self::X3, Self::Sp];
    /// Registers an address can take as its context, in the order of the context selector columns.
    pub const CONTEXTS: [Self; 5] = [Self::X0, Self::X1, Self::X2, Self::X3, Self::Ctx];

    /// The register's name in the micro-assembly.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::X0 => "x0",
            Self::X1 => "x1",
            Self::X2 => "x2",
            Self::X3 => "x3",
            Self::Ctx => "ctx",
            Self::Sp => "sp",
            Self::Pc => "pc",
            Self::Gas => "gas",
            Self::Cid => "cid",
            Self::Fork => "fork",
            Self::Clk => "clk",
        }
    }
}

/// Where the value `W` of a register expression starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RegSource {
    /// Zero: `W` is the immediate.
    #[default]
    Zero,
    /// The integer in the result word: `R[0] + 2^16 R[1]`. The row is unsatisfiable unless `R < 2^29`.
    Result,
    /// A register.
    Reg(Reg),
}

/// The value `W = source + imm`, in the field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RegExpr {
    /// The starting value.
    pub source: RegSource,
    /// A signed constant, of magnitude below 2^29.
    pub imm: i32,
}
