//! The rules of the instruction set that a raw instruction must keep.
//!
//! The assembler checks what it makes, and [`Image::load`](crate::image::Image::load) checks what it reads, so that
//! executor and prover can rely on them.

use thiserror::Error;

use crate::isa::{
    Addr, HintArg, Instr, MemOp, Next, Op, Op2, OperandA, OperandB, PUBLIC_WORDS, REG_BOUND, Reg, RegExpr,
    RegSource, STACK_LIMIT, Space, fault,
};

/// A broken rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Invalid {
    /// An offset of 2^29 or more.
    #[error("port {port}: the offset's magnitude is not below 2^29")]
    Offset {
        /// The port.
        port: char,
    },
    /// A base register that has no selector.
    #[error("port {port}: {} cannot be a base", reg.name())]
    Base {
        /// The port.
        port: char,
        /// The register.
        reg: Reg,
    },
    /// A context register that has no selector.
    #[error("port {port}: {} cannot be a context", reg.name())]
    Context {
        /// The port.
        port: char,
        /// The register.
        reg: Reg,
    },
    /// A write to the private input.
    #[error("port {port} writes to the private input")]
    InputWrite {
        /// The port.
        port: char,
    },
    /// A split of a value that is itself taken from the split's result, which would fix nothing.
    #[error("the operation Split cannot split a register expression that starts from its own result")]
    SplitResult,
    /// A dispatching row that writes a register the dispatch uses.
    #[error("a row that dispatches cannot write {}: the dispatch uses it", reg.name())]
    DispatchWrite {
        /// The register.
        reg: Reg,
    },
    /// `Reg` operand without `Split`, or the reverse.
    #[error("port A is a register expression if and only if the operation is Split")]
    SplitOperand,
    /// An address operand on an operation that is no memory chip's, or a memory chip without one.
    #[error(
        "port {port}: an address without an access goes with the memory operations that take it, and only there"
    )]
    AddressOperand {
        /// The port.
        port: char,
    },
    /// An operand where the operation fixes the word to zero.
    #[error("port {port} must be absent for this operation")]
    UnusedOperand {
        /// The port.
        port: char,
    },
    /// `Swap` of something other than two cells.
    #[error("Swap takes two cells")]
    SwapOperands,
    /// A store without a cell to store.
    #[error("Store and Store8 take the word of port C")]
    StoreWithoutC,
    /// `c_write` without a cell.
    #[error("port C writes but has no cell")]
    WriteWithoutCell,
    /// A public word that does not exist.
    #[error("there is no public word {0}")]
    PublicWord(u8),
    /// Immediate of a register expression out of range.
    #[error("the immediate's magnitude is not below 2^29")]
    RegImmediate,
    /// Write to the clock.
    #[error("the clock cannot be written")]
    ClockWrite,
    /// A charging row that writes a register.
    #[error("a charging row writes no register")]
    ChargeWrite,
    /// A negative constant charge.
    #[error("a constant charge is not negative")]
    NegativeCharge,
    /// Too large a change of the stack height.
    #[error("the stack height changes by more than its limit")]
    StackChange,
    /// A jump outside the image.
    #[error("target {target} is outside the image of {len} instructions")]
    Target {
        /// The target, with the last fault entry where it has four.
        target: u32,
        /// Instructions of the image.
        len: usize,
    },
    /// A halting row with an effect.
    #[error("a halting row has no effect: it repeats")]
    HaltEffect,
    /// A hint function without `Hint`, or the reverse.
    #[error("a hint function goes with the operation Hint, and only there")]
    HintFunction,
    /// A row after the last one.
    #[error("the last instruction continues past the image")]
    RunsOff,
}

/// Checks an instruction at micro-pc `upc` of an image of `len` instructions.
///
/// # Errors
///
/// The first rule that it breaks.
pub fn validate(i: &Instr, upc: usize, len: usize) -> Result<(), Invalid> {
    operands(i)?;
    if let Some(c) = &i.c {
        addr(c, 'C', i.c_write)?;
    } else if i.c_write {
        return Err(Invalid::WriteWithoutCell);
    }
    operation(i)?;
    registers(i)?;
    next(i, upc, len)?;
    if i.hint.is_some() != (i.op == Op::Op2(Op2::Hint)) {
        return Err(Invalid::HintFunction);
    }
    for arg in i.hint.iter().flat_map(|h| &h.args) {
        if let HintArg::Mem(a) = arg {
            addr(a, 'h', false)?;
        }
    }
    Ok(())
}

fn addr(a: &Addr, port: char, writes: bool) -> Result<(), Invalid> {
    if a.off.unsigned_abs() >= REG_BOUND {
        return Err(Invalid::Offset { port });
    }
    if let Some(reg) = a.base.filter(|r| !Reg::BASES.contains(r)) {
        return Err(Invalid::Base { port, reg });
    }
    if let Some(reg) = a.ctx.filter(|r| !Reg::CONTEXTS.contains(r)) {
        return Err(Invalid::Context { port, reg });
    }
    if writes && a.space == Space::Input {
        return Err(Invalid::InputWrite { port });
    }
    Ok(())
}

fn operands(i: &Instr) -> Result<(), Invalid> {
    let mem = if let Op::Mem(m) = i.op { Some(m) } else { None };
    let swap = i.op == Op::Swap;
    match &i.a {
        OperandA::Mem(a) => addr(a, 'A', swap)?,
        OperandA::Addr(a) => addr(a, 'A', mem.is_some_and(MemOp::stores))?,
        OperandA::None | OperandA::Reg => {}
    }
    match &i.b {
        OperandB::Mem(a) => addr(a, 'B', swap)?,
        OperandB::Addr(a) => addr(a, 'B', true)?,
        OperandB::None | OperandB::Imm(_) => {}
    }
    if (i.a == OperandA::Reg) != (i.op == Op::Op2(Op2::Split)) {
        return Err(Invalid::SplitOperand);
    }
    if i.a == OperandA::Reg && i.w.source == RegSource::Result {
        return Err(Invalid::SplitResult);
    }
    if matches!(i.a, OperandA::Addr(_)) != mem.is_some() {
        return Err(Invalid::AddressOperand { port: 'A' });
    }
    if matches!(i.b, OperandB::Addr(_)) != (mem == Some(MemOp::Copy)) {
        return Err(Invalid::AddressOperand { port: 'B' });
    }
    Ok(())
}

fn operation(i: &Instr) -> Result<(), Invalid> {
    let no = |present: bool, port: char| if present { Err(Invalid::UnusedOperand { port }) } else { Ok(()) };
    let (a, b) = (i.a != OperandA::None, i.b != OperandB::None);
    match i.op {
        Op::Swap if !matches!((&i.a, &i.b), (OperandA::Mem(_), OperandB::Mem(_))) => {
            Err(Invalid::SwapOperands)
        }
        Op::Op2(Op2::Hint | Op2::KeyCount) => no(a, 'A').and(no(b, 'B')),
        Op::Op2(Op2::Split) => no(b, 'B'),
        Op::Op2(Op2::PubIn(n)) => {
            no(a, 'A').and(no(b, 'B'))?;
            if usize::from(n) >= PUBLIC_WORDS { Err(Invalid::PublicWord(n)) } else { Ok(()) }
        }
        Op::Op2(Op2::PubOut(n)) => {
            no(b, 'B')?;
            if usize::from(n) >= PUBLIC_WORDS { Err(Invalid::PublicWord(n)) } else { Ok(()) }
        }
        Op::Mem(m) => {
            no(b && m != MemOp::Copy, 'B')?;
            if m.stores() && i.c.is_none() { Err(Invalid::StoreWithoutC) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn registers(i: &Instr) -> Result<(), Invalid> {
    if i.w.imm.unsigned_abs() >= REG_BOUND {
        return Err(Invalid::RegImmediate);
    }
    if i.reg == Some(Reg::Clk) {
        return Err(Invalid::ClockWrite);
    }
    if let (Some(reg @ (Reg::Pc | Reg::Gas | Reg::Cid | Reg::Fork)), Next::Dispatch(_) | Next::EvmJump(_)) = (i.reg, i.next) {
        return Err(Invalid::DispatchWrite { reg });
    }
    if i32::from(i.dsp).unsigned_abs() > STACK_LIMIT {
        return Err(Invalid::StackChange);
    }
    Ok(())
}

fn next(i: &Instr, upc: usize, len: usize) -> Result<(), Invalid> {
    let check =
        |target: u32| if (target as usize) < len { Ok(()) } else { Err(Invalid::Target { target, len }) };
    let follows = || if upc + 1 < len { Ok(()) } else { Err(Invalid::RunsOff) };
    match i.next {
        Next::Seq => follows(),
        Next::Jump(t) => check(t),
        Next::BranchZero(t) | Next::BranchNonZero(t) => check(t).and(follows()),
        Next::Return => Ok(()),
        Next::Dispatch(t) | Next::EvmJump(t) => check(t.saturating_add(fault::BAD_JUMP)),
        Next::Charge(t) => {
            if i.reg.is_some() {
                return Err(Invalid::ChargeWrite);
            }
            if i.w.source == RegSource::Zero && i.w.imm < 0 {
                return Err(Invalid::NegativeCharge);
            }
            check(t).and(follows())
        }
        Next::Halt => {
            let plain = i.a == OperandA::None
                && i.b == OperandB::None
                && i.c.is_none()
                && i.op == Op::None
                && i.reg.is_none()
                && i.w == RegExpr::default()
                && i.dsp == 0;
            if plain { Ok(()) } else { Err(Invalid::HaltEffect) }
        }
    }
}
