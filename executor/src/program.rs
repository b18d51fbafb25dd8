//! An image made ready to run: instructions checked and in a compact form.

use alloy_primitives::U256;
use zkrom_asm::{
    image::{Image, OpcodeEntry},
    isa::{
        Addr, HintArg, Instr, MAX_FORKS, MemOp, Next, Op, Op2, OperandA, OperandB, PUBLIC_WORDS, REG_BOUND,
        ROM_HEIGHT, Reg, RegExpr, RegSource, Space,
    },
};

use crate::{
    error::{Flaw, LoadError},
    field,
    hints::{HintFn, Hints},
};

/// Slots of the register file beyond [`Reg`].
pub(crate) mod slot {
    /// Always zero: an absent context or base.
    pub(crate) const ZERO: u8 = 11;
    /// The result word as an integer.
    pub(crate) const RESULT: u8 = 12;
    /// Takes what no register takes.
    pub(crate) const NONE: u8 = 13;
    /// Slots in all.
    pub(crate) const COUNT: usize = 16;
}

/// What a port does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PortKind {
    /// The word zero.
    None,
    /// An access.
    Mem,
    /// An address without an access.
    Addr,
    /// The register expression (A) or the immediate (B).
    Value,
}

/// An address: register slots and a constant as a field element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Port {
    pub(crate) off: u32,
    pub(crate) space: u8,
    pub(crate) ctx: u8,
    pub(crate) base: u8,
}

/// [`Next`] without its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextKind {
    Seq,
    Jump,
    /// A jump whose row links.
    Call,
    BranchZero,
    BranchNonZero,
    Return,
    Dispatch,
    EvmJump,
    Charge,
    Halt,
}

/// An instruction in compact form.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decoded {
    pub(crate) a: Port,
    pub(crate) b: Port,
    pub(crate) c: Port,
    /// Index of the immediate, or of the hint.
    pub(crate) extra: u32,
    pub(crate) w_imm: u32,
    pub(crate) target: u32,
    pub(crate) dsp: i16,
    pub(crate) op: Op,
    pub(crate) a_kind: PortKind,
    pub(crate) b_kind: PortKind,
    pub(crate) has_c: bool,
    /// Whether port C's old value must be read even where times are not kept: for the operation, or for nothing but the access.
    pub(crate) needs_c: bool,
    pub(crate) c_write: bool,
    pub(crate) w_source: u8,
    pub(crate) reg: u8,
    pub(crate) next: NextKind,
}

/// A hint's function and arguments.
#[derive(Clone)]
pub(crate) struct BoundHint {
    pub(crate) name: String,
    pub(crate) call: HintFn,
    pub(crate) args: Vec<BoundArg>,
}

/// An argument of a hint.
#[derive(Clone, Copy)]
pub(crate) enum BoundArg {
    Mem(Port),
    Reg(u8),
    Const(U256),
}

/// An image made ready to run.
#[derive(Clone)]
pub struct Program {
    pub(crate) code: Vec<Decoded>,
    pub(crate) imms: Vec<U256>,
    pub(crate) hints: Vec<BoundHint>,
    /// Entries by `256 fork + opcode`.
    pub(crate) opcodes: Vec<OpcodeEntry>,
}

impl Program {
    /// Checks an image and makes it ready to run with the hints given.
    ///
    /// # Errors
    /// [`LoadError`] names the first instruction that is malformed or whose hint is unknown.
    pub fn load(image: &Image, hints: &Hints) -> Result<Self, LoadError> {
        if image.instrs.len() > ROM_HEIGHT {
            return Err(LoadError::TooManyInstrs { got: image.instrs.len() });
        }
        if image.opcodes.len() > MAX_FORKS {
            return Err(LoadError::TooManyForks { got: image.opcodes.len() });
        }
        for (fork, table) in image.opcodes.iter().enumerate() {
            if table.len() != 256 {
                return Err(LoadError::OpcodeTable { fork, got: table.len() });
            }
            let large = |e: &OpcodeEntry| e.handler.max(e.gas).max(e.need).max(e.max) >= REG_BOUND;
            if let Some(opcode) = table.iter().position(large) {
                return Err(LoadError::OpcodeEntry { fork, opcode });
            }
        }
        let mut program = Self { code: vec![], imms: vec![], hints: vec![], opcodes: image.opcodes.concat() };
        for (upc, instr) in image.instrs.iter().enumerate() {
            let flawed = |flaw| LoadError::Instr { upc: upc as u32, flaw };
            check(instr).map_err(flawed)?;
            let decoded = program.decode(instr, hints).map_err(flawed)?;
            program.code.push(decoded);
        }
        Ok(program)
    }

    fn decode(&mut self, i: &Instr, hints: &Hints) -> Result<Decoded, Flaw> {
        let blank = Port { off: 0, space: 0, ctx: slot::ZERO, base: slot::ZERO };
        let (a_kind, a) = match &i.a {
            OperandA::None => (PortKind::None, blank),
            OperandA::Mem(addr) => (PortKind::Mem, port(addr)),
            OperandA::Addr(addr) => (PortKind::Addr, port(addr)),
            OperandA::Reg => (PortKind::Value, blank),
        };
        let mut extra = 0;
        let (b_kind, b) = match &i.b {
            OperandB::None => (PortKind::None, blank),
            OperandB::Mem(addr) => (PortKind::Mem, port(addr)),
            OperandB::Addr(addr) => (PortKind::Addr, port(addr)),
            OperandB::Imm(word) if word.is_zero() => (PortKind::None, blank),
            OperandB::Imm(word) => {
                extra = self.imms.len() as u32;
                self.imms.push(*word);
                (PortKind::Value, blank)
            }
        };
        if let Some(call) = &i.hint {
            extra = self.hints.len() as u32;
            let args = call.args.iter().map(|arg| match arg {
                HintArg::Mem(addr) => BoundArg::Mem(port(addr)),
                HintArg::Reg(reg) => BoundArg::Reg(*reg as u8),
                HintArg::Const(word) => BoundArg::Const(*word),
            });
            let bound = BoundHint { name: call.name.clone(), call: hints.bind(call)?, args: args.collect() };
            self.hints.push(bound);
        }
        let (next, target) = match i.next {
            Next::Seq => (NextKind::Seq, 0),
            Next::Jump(t) if i.op == Op::Link => (NextKind::Call, t),
            Next::Jump(t) => (NextKind::Jump, t),
            Next::BranchZero(t) => (NextKind::BranchZero, t),
            Next::BranchNonZero(t) => (NextKind::BranchNonZero, t),
            Next::Return => (NextKind::Return, 0),
            Next::Dispatch(t) => (NextKind::Dispatch, t),
            Next::EvmJump(t) => (NextKind::EvmJump, t),
            Next::Charge(t) => (NextKind::Charge, t),
            Next::Halt => (NextKind::Halt, 0),
        };
        if target >= REG_BOUND {
            return Err(Flaw::Target { target });
        }
        Ok(Decoded {
            a,
            b,
            c: i.c.as_ref().map_or(blank, port),
            extra,
            w_imm: field::element(i.w.imm),
            target,
            dsp: i.dsp,
            op: i.op,
            a_kind,
            b_kind,
            has_c: i.c.is_some(),
            needs_c: i.c.is_some()
                && match i.op {
                    Op::MovC | Op::Op3(_) => true,
                    Op::Mem(m) => m.stores() || !i.c_write,
                    _ => !i.c_write,
                },
            c_write: i.c_write,
            w_source: match i.w.source {
                RegSource::Zero => slot::ZERO,
                RegSource::Result => slot::RESULT,
                RegSource::Reg(reg) => reg as u8,
            },
            reg: i.reg.map_or(slot::NONE, |reg| reg as u8),
            next,
        })
    }
}

fn port(addr: &Addr) -> Port {
    let reg = |r: Option<Reg>| r.map_or(slot::ZERO, |r| r as u8);
    Port { off: field::element(addr.off), space: addr.space as u8, ctx: reg(addr.ctx), base: reg(addr.base) }
}

const fn small(value: i32) -> bool {
    value.unsigned_abs() < 1 << 29
}

fn check_addr(addr: &Addr) -> Result<(), Flaw> {
    if !small(addr.off) {
        return Err(Flaw::Constant { what: "an address", value: addr.off });
    }
    match (addr.ctx, addr.base) {
        (Some(reg), _) if !Reg::CONTEXTS.contains(&reg) => Err(Flaw::Register { what: "a context", reg }),
        (_, Some(reg)) if !Reg::BASES.contains(&reg) => Err(Flaw::Register { what: "a base", reg }),
        _ => Ok(()),
    }
}

/// Refuses instructions that no row can satisfy or that the instruction set does not define.
#[allow(clippy::too_many_lines)]
fn check(i: &Instr) -> Result<(), Flaw> {
    let a_addr = match &i.a {
        OperandA::Mem(addr) | OperandA::Addr(addr) => Some(addr),
        OperandA::None | OperandA::Reg => None,
    };
    let b_addr = match &i.b {
        OperandB::Mem(addr) | OperandB::Addr(addr) => Some(addr),
        OperandB::None | OperandB::Imm(_) => None,
    };
    for addr in a_addr.into_iter().chain(b_addr).chain(i.c.as_ref()) {
        check_addr(addr)?;
    }
    for arg in i.hint.iter().flat_map(|h| &h.args) {
        if let HintArg::Mem(addr) = arg {
            check_addr(addr)?;
        }
    }
    let RegExpr { source, imm } = i.w;
    if !small(imm) {
        return Err(Flaw::Constant { what: "a register expression", value: imm });
    }
    if i.reg == Some(Reg::Clk) {
        return Err(Flaw::Register { what: "written", reg: Reg::Clk });
    }
    if i.c_write {
        match &i.c {
            None => return Err(Flaw::NoCell),
            Some(addr) if addr.space == Space::Input => return Err(Flaw::InputWrite { what: "port C" }),
            Some(_) => {}
        }
    }
    check_operands(i)?;
    match i.op {
        Op::Op2(Op2::PubIn(index) | Op2::PubOut(index)) if index as usize >= PUBLIC_WORDS => {
            return Err(Flaw::PublicWord { index });
        }
        Op::Op2(Op2::Split) if source == RegSource::Result => return Err(Flaw::SplitOfResult),
        _ => {}
    }
    if (i.op == Op::Op2(Op2::Hint)) != i.hint.is_some() {
        return Err(Flaw::HintCall { call: i.hint.is_some() });
    }
    match (i.next, i.reg) {
        (Next::Charge(_), Some(_)) => return Err(Flaw::ChargeWrites),
        (Next::Dispatch(_) | Next::EvmJump(_), Some(reg @ (Reg::Pc | Reg::Gas | Reg::Cid | Reg::Fork))) => {
            return Err(Flaw::DispatchWrites { reg });
        }
        _ => {}
    }
    if i.next == Next::Halt && *i != (Instr { next: Next::Halt, ..Instr::default() }) {
        return Err(Flaw::HaltActs);
    }
    Ok(())
}

fn check_operands(i: &Instr) -> Result<(), Flaw> {
    let want = |port, want| Err(Flaw::Operand { op: format!("{:?}", i.op), port, want });
    let no_b = matches!(i.b, OperandB::None) || i.b == OperandB::Imm(U256::ZERO);
    match i.op {
        Op::Mem(op) => {
            let OperandA::Addr(a) = &i.a else { return want('A', "an address") };
            if op.stores() && a.space == Space::Input {
                return Err(Flaw::InputWrite { what: "the store" });
            }
            match (&i.b, op) {
                (OperandB::Addr(b), MemOp::Copy) if b.space == Space::Input => {
                    Err(Flaw::InputWrite { what: "the copy" })
                }
                (OperandB::Addr(_), MemOp::Copy) => Ok(()),
                (_, MemOp::Copy) => want('B', "an address"),
                (OperandB::None, _) => Ok(()),
                _ => want('B', "absent"),
            }
        }
        _ if matches!(i.a, OperandA::Addr(_)) => want('A', "no bare address"),
        _ if matches!(i.b, OperandB::Addr(_)) => want('B', "no bare address"),
        Op::Op2(Op2::Split) => match (i.a, no_b) {
            (OperandA::Reg, true) => Ok(()),
            (OperandA::Reg, false) => want('B', "zero"),
            _ => want('A', "the register expression"),
        },
        _ if i.a == OperandA::Reg => want('A', "no register expression"),
        Op::Op2(Op2::Hint | Op2::KeyCount | Op2::PubIn(_)) => match (i.a, no_b) {
            (OperandA::None, true) => Ok(()),
            (OperandA::None, false) => want('B', "zero"),
            _ => want('A', "absent"),
        },
        Op::Op2(Op2::PubOut(_)) if !no_b => want('B', "zero"),
        Op::Swap => match (&i.a, &i.b) {
            (OperandA::Mem(a), OperandB::Mem(b)) if a.space == Space::Input || b.space == Space::Input => {
                Err(Flaw::InputWrite { what: "the swap" })
            }
            (OperandA::Mem(_), OperandB::Mem(_)) => Ok(()),
            (OperandA::Mem(_), _) => want('B', "a cell"),
            _ => want('A', "a cell"),
        },
        _ => Ok(()),
    }
}
