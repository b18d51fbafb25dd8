//! Instructions as text, for listings and debuggers: the row as the machine has it.

use crate::{
    isa::{Addr, Instr, Next, Op, Op2, Op3, OperandA, OperandB, RegExpr, RegSource},
    ops,
};

fn addr(a: &Addr) -> String {
    let ctx = a.ctx.map_or(String::new(), |r| format!("({})", r.name()));
    let at = match (a.base, a.off) {
        (None, n) => n.to_string(),
        (Some(r), 0) => r.name().to_owned(),
        (Some(r), n) => format!("{}{n:+}", r.name()),
    };
    format!("{}{ctx}[{at}]", a.space.name())
}

fn expr(w: &RegExpr) -> String {
    let start = match w.source {
        RegSource::Zero => return w.imm.to_string(),
        RegSource::Result => "R",
        RegSource::Reg(r) => r.name(),
    };
    if w.imm == 0 { start.to_owned() } else { format!("{start}{:+}", w.imm) }
}

fn op(o: Op) -> String {
    match o {
        Op::None => String::new(),
        Op::MovA | Op::MovB | Op::MovC => "mov".to_owned(),
        Op::Link => "link".to_owned(),
        Op::Swap => "swap".to_owned(),
        Op::AssertEq => "assert_eq".to_owned(),
        Op::PushData => "push_data".to_owned(),
        Op::Op2(Op2::PubIn(i)) => format!("public_in {i}"),
        Op::Op2(Op2::PubOut(i)) => format!("public_out {i}"),
        Op::Op2(Op2::Split) => "widen".to_owned(),
        Op::Op2(Op2::KeyId) => "key_id".to_owned(),
        Op::Op2(Op2::KeyCount) => "key_count".to_owned(),
        Op::Op2(o) => ops::op2_name(o).to_owned(),
        Op::Op3(Op3::AddMod) => "addmod".to_owned(),
        Op::Op3(Op3::MulMod) => "mulmod".to_owned(),
        Op::Op3(Op3::MulAdd(m)) => format!("mul_add.{}", m.name()),
        Op::Op3(Op3::MulSub(m)) => format!("mul_sub.{}", m.name()),
        Op::Mem(m) => ops::mem_name(m).to_owned(),
    }
}

/// An instruction on one line.
#[must_use]
pub fn instruction(i: &Instr) -> String {
    let mut operands = vec![];
    match &i.a {
        OperandA::None => {}
        OperandA::Mem(a) => operands.push(addr(a)),
        OperandA::Addr(a) => operands.push(format!("&{}", addr(a))),
        OperandA::Reg => operands.push(expr(&i.w)),
    }
    match &i.b {
        OperandB::None => {}
        OperandB::Mem(a) => operands.push(addr(a)),
        OperandB::Addr(a) => operands.push(format!("&{}", addr(a))),
        OperandB::Imm(n) if n.bit_len() <= 64 => operands.push(n.to_string()),
        OperandB::Imm(n) => operands.push(format!("{n:#x}")),
    }
    if let Some(h) = &i.hint {
        operands.push(format!("{}()", h.name));
    }
    let reads_c = matches!(i.op, Op::Op3(_) | Op::MovC) || matches!(i.op, Op::Mem(m) if m.stores());
    if let (Some(c), true) = (&i.c, reads_c) {
        operands.push(addr(c));
    }
    let mut word = format!("{} {}", op(i.op), operands.join(", ")).trim().to_owned();
    if let (Some(c), true) = (&i.c, i.c_write) {
        word = format!("{} = {word}", addr(c));
    }
    let mut parts = vec![];
    if !word.is_empty() {
        parts.push(word);
    }
    if let Some(r) = i.reg {
        parts.push(format!("{} = {}", r.name(), expr(&i.w)));
    }
    if i.dsp != 0 {
        parts.push(format!("sp{:+}", i.dsp));
    }
    match i.next {
        Next::Seq => {}
        Next::Jump(t) => parts.push(format!("goto {t}")),
        Next::BranchZero(t) => parts.push(format!("if zero goto {t}")),
        Next::BranchNonZero(t) => parts.push(format!("if nonzero goto {t}")),
        Next::Return => parts.push("return".to_owned()),
        Next::Dispatch(t) => parts.push(format!("dispatch else {t}")),
        Next::EvmJump(t) => parts.push(format!("jump else {t}")),
        Next::Charge(t) => parts.push(format!("charge {} else {t}", expr(&i.w))),
        Next::Halt => parts.push("halt".to_owned()),
    }
    parts.join(" | ")
}
