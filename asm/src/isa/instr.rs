//! The instruction: everything one ROM row says.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use super::{Op, Reg, RegExpr, Space};

/// A memory address: `(space, context register or 0, base register or 0 + off)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Addr {
    /// Address space.
    pub space: Space,
    /// Context register, one of [`Reg::CONTEXTS`]; context 0 where absent.
    pub ctx: Option<Reg>,
    /// Base register, one of [`Reg::BASES`].
    pub base: Option<Reg>,
    /// Constant offset, of magnitude below 2^29.
    pub off: i32,
}

/// What port A gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OperandA {
    /// The word zero.
    #[default]
    None,
    /// The word in a memory cell.
    Mem(Addr),
    /// The word zero; the address is handed to a memory chip.
    Addr(Addr),
    /// `A[0] = W`, the register expression; only [`Op2::Split`](super::Op2::Split) takes it.
    Reg,
}

/// What port B gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum OperandB {
    /// The word zero.
    #[default]
    None,
    /// The word in a memory cell.
    Mem(Addr),
    /// The word zero; the address is handed to a memory chip.
    Addr(Addr),
    /// A constant word of the instruction.
    Imm(U256),
}

/// Which instruction comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Next {
    /// The following one.
    #[default]
    Seq,
    /// The target.
    Jump(u32),
    /// The target where `R = 0`.
    BranchZero(u32),
    /// The target where `R != 0`.
    BranchNonZero(u32),
    /// The instruction at address `R` (which must be below 2^29, as in [`RegSource::Result`](super::RegSource::Result)).
    Return,
    /// Dispatches the opcode at `(cid, pc)`. Where gas and stack (at its height after this row) suffice: charges its static gas, sets `pc` to the
    /// address after the instruction, goes to its handler. Otherwise `pc` and `gas` stay, and the target plus a [`fault`](super::fault) number comes next.
    Dispatch(u32),
    /// As [`Next::Dispatch`], from address `R` instead of `pc`; fails with [`fault::BAD_JUMP`](super::fault::BAD_JUMP) unless a JUMPDEST opcode is there.
    EvmJump(u32),
    /// `gas -= W`; where gas is short of `W`, it stays, and the target comes next. `0 <= W < 2^29`, and no register is written.
    Charge(u32),
    /// Halts: this instruction repeats up to the end of the trace.
    Halt,
}

/// An argument of a hint: an address whose word the hint's function is given, or a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum HintArg {
    /// The word in memory.
    Mem(Addr),
    /// The value of a register.
    Reg(Reg),
    /// A constant.
    Const(U256),
}

/// The executor-side function behind an [`Op2::Hint`](super::Op2::Hint): no part of what is proved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HintCall {
    /// Name of a function the executor knows.
    pub name: String,
    /// Its arguments.
    pub args: Vec<HintArg>,
}

/// One instruction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Instr {
    /// Port A.
    pub a: OperandA,
    /// Port B.
    pub b: OperandB,
    /// Port C's cell; absent, its old value is the word zero.
    pub c: Option<Addr>,
    /// Whether port C stores `R`.
    pub c_write: bool,
    /// What gives `R`.
    pub op: Op,
    /// The register expression `W`.
    pub w: RegExpr,
    /// The register that takes `W`; not [`Reg::Clk`].
    pub reg: Option<Reg>,
    /// What is added to the stack height, after the register write.
    pub dsp: i16,
    /// Which instruction comes next.
    pub next: Next,
    /// The function behind a hint.
    pub hint: Option<HintCall>,
}
