//! Instructions as field elements.

use p3_field::PrimeCharacteristicRing;
use zkrom_asm::isa::{Addr, Instr, Next, Op, OperandA, OperandB, Reg, RegSource};

use super::columns::RomFields;
use crate::columns::view_mut;
use crate::field::Val;

/// A signed constant as a field element.
fn signed(x: i32) -> Val {
    Val::from_i32(x)
}

struct AddrFields {
    space: Val,
    ctx: [Val; Reg::CONTEXTS.len()],
    base: [Val; Reg::BASES.len()],
    off: Val,
}

fn addr_fields(addr: &Addr) -> AddrFields {
    let one_hot = |reg: Option<Reg>, of: &[Reg; 5]| of.map(|r| Val::from_bool(reg == Some(r)));
    AddrFields {
        space: Val::from_u32(addr.space.number()),
        ctx: one_hot(addr.ctx, &Reg::CONTEXTS),
        base: one_hot(addr.base, &Reg::BASES),
        off: signed(addr.off),
    }
}

fn encode_operation(instr: &Instr, f: &mut RomFields<Val>) {
    match instr.op {
        Op::None => {}
        Op::MovA => f.r_a = Val::ONE,
        Op::MovB => f.r_b = Val::ONE,
        Op::MovC => f.r_c = Val::ONE,
        Op::Link => f.r_link = Val::ONE,
        Op::Swap => f.swap = Val::ONE,
        Op::AssertEq => f.assert_eq = Val::ONE,
        Op::PushData => {
            f.push_data = Val::ONE;
            f.r_bus = Val::ONE;
        }
        Op::Op2(op) => {
            f.op2 = Val::ONE;
            f.r_bus = Val::ONE;
            f.kind = Val::from_u32(op.kind());
        }
        Op::Op3(op) => {
            f.op3 = Val::ONE;
            f.r_bus = Val::ONE;
            f.kind = Val::from_u32(op.kind());
        }
        Op::Mem(op) => {
            f.memop = Val::ONE;
            f.kind = Val::from_u32(op.kind());
            if op.stores() {
                f.r_c = Val::ONE;
            } else {
                f.r_bus = Val::ONE;
            }
        }
    }
}

fn encode_next(next: Next, f: &mut RomFields<Val>) {
    let target = match next {
        Next::Seq => return,
        Next::Jump(t) => {
            f.jump = Val::ONE;
            t
        }
        Next::BranchZero(t) => {
            f.branch_zero = Val::ONE;
            t
        }
        Next::BranchNonZero(t) => {
            f.branch_nonzero = Val::ONE;
            t
        }
        Next::Return => {
            f.ret = Val::ONE;
            0
        }
        Next::Dispatch(t) => {
            f.dispatch = Val::ONE;
            t
        }
        Next::EvmJump(t) => {
            f.dispatch = Val::ONE;
            f.evm_jump = Val::ONE;
            t
        }
        Next::Charge(t) => {
            f.charge = Val::ONE;
            t
        }
        Next::Halt => {
            f.halt = Val::ONE;
            0
        }
    };
    f.target = Val::from_u32(target);
}

/// The fields of an instruction.
pub fn encode(instr: &Instr) -> [Val; RomFields::<u8>::WIDTH] {
    let mut row = [Val::ZERO; RomFields::<u8>::WIDTH];
    let f: &mut RomFields<Val> = view_mut(&mut row);
    match &instr.a {
        OperandA::None => {}
        OperandA::Reg => f.a_reg = Val::ONE,
        OperandA::Mem(addr) | OperandA::Addr(addr) => {
            f.a_en = Val::from_bool(matches!(instr.a, OperandA::Mem(_)));
            let x = addr_fields(addr);
            (f.a_space, f.a_ctx, f.a_base, f.a_off) = (x.space, x.ctx, x.base, x.off);
        }
    }
    match &instr.b {
        OperandB::None => {}
        OperandB::Imm(_) => f.b_imm = Val::ONE,
        OperandB::Mem(addr) | OperandB::Addr(addr) => {
            f.b_en = Val::from_bool(matches!(instr.b, OperandB::Mem(_)));
            let x = addr_fields(addr);
            (f.b_space, f.b_ctx, f.b_base, f.b_off) = (x.space, x.ctx, x.base, x.off);
        }
    }
    if let Some(addr) = &instr.c {
        f.c_en = Val::ONE;
        f.c_write = Val::from_bool(instr.c_write);
        let x = addr_fields(addr);
        (f.c_space, f.c_ctx, f.c_base, f.c_off) = (x.space, x.ctx, x.base, x.off);
    }
    encode_operation(instr, f);
    match instr.w.source {
        RegSource::Zero => {}
        RegSource::Result => f.w_result = Val::ONE,
        RegSource::Reg(reg) => f.w_reg[reg as usize] = Val::ONE,
    }
    f.w_imm = signed(instr.w.imm);
    if let Some(reg) = instr.reg {
        f.set[reg as usize] = Val::ONE;
    }
    f.dsp = signed(i32::from(instr.dsp));
    encode_next(instr.next, f);
    row
}

/// The fields of the idle instruction.
pub fn encode_idle() -> [Val; RomFields::<u8>::WIDTH] {
    let mut row = [Val::ZERO; RomFields::<u8>::WIDTH];
    view_mut::<_, RomFields<Val>>(&mut row).idle = Val::ONE;
    row
}
