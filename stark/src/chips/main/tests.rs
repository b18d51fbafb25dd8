//! The main chip alone: a program that takes every kind of row, mutated and forged.

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::image::{Image, OpcodeEntry};
use zkrom_asm::isa::{
    Addr, Instr, MemOp, Next, Op, Op2, Op3, OperandA, OperandB, Reg, RegExpr, RegSource, Space,
};
use zkrom_executor::hints::Hints;
use zkrom_executor::record::Record;
use zkrom_executor::{Executor, Input, Program};

use super::columns::MainCols;
use super::{MainChip, public_values, trace};
use crate::columns::view;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{Isolated, Waiver, mutate, prove_isolated};

const fn at(space: Space, off: i32) -> Addr {
    Addr { space, ctx: None, base: None, off }
}

const fn stack(k: i32) -> Addr {
    Addr { space: Space::Stack, ctx: Some(Reg::Ctx), base: Some(Reg::Sp), off: -1 - k }
}

fn imm(x: u64) -> OperandB {
    OperandB::Imm(U256::from(x))
}

const fn set(reg: Reg, source: RegSource, imm: i32) -> (Option<Reg>, RegExpr) {
    (Some(reg), RegExpr { source, imm })
}

fn row(op: Op) -> Instr {
    Instr { op, ..Default::default() }
}

fn store(op: Op, a: OperandA, b: OperandB, c: Addr) -> Instr {
    Instr { a, b, c: Some(c), c_write: true, op, ..Default::default() }
}

/// Micro-pcs of the handlers below.
const ADD: u32 = 30;
const PUSH1: u32 = 31;
const JUMP: u32 = 32;
const JUMPDEST_H: u32 = 33;
const GAS_HOG: u32 = 34;
const STOP: u32 = 35;
const FAULTS: u32 = 40;
const SUBROUTINE: u32 = 45;

/// The EVM code: 5 7 add, then an opcode too dear (refilled and retried), a jump to a byte that is no JUMPDEST (taken up by the fault row,
/// which jumps on), an underflow, an overflow, STOP.
const CODE: [u8; 14] = [0x60, 5, 0x60, 7, 0x01, 0x0c, 0x60, 3, 0x56, 0x5b, 0x01, 0x0d, 0x00, 0x00];

fn program() -> Image {
    let g = |off| at(Space::Global, off);
    let (reg, w) = set(Reg::X0, RegSource::Result, 3);
    let code_word = U256::from_be_slice(&{
        let mut word = [0u8; 32];
        word[..CODE.len()].copy_from_slice(&CODE);
        word
    });
    let dispatch = |i: Instr| Instr { next: Next::Dispatch(FAULTS), ..i };
    let mut instrs = vec![row(Op::None); 64];
    let mut put = |upc: u32, i: Instr| instrs[upc as usize] = i;
    // Words, registers, swap, asserts.
    put(0, store(Op::MovB, OperandA::None, imm(11), g(0)));
    put(1, Instr { reg, w, ..store(Op::Op2(Op2::Add), OperandA::Mem(g(0)), imm(31), g(1)) });
    put(2, Instr { a: OperandA::Mem(g(0)), b: OperandB::Mem(g(1)), op: Op::Swap, ..Default::default() });
    put(3, Instr { a: OperandA::Mem(g(0)), b: imm(42), op: Op::AssertEq, ..Default::default() });
    let x0 = Addr { space: Space::Heap, ctx: Some(Reg::X0), base: Some(Reg::X0), off: -2 };
    put(4, store(Op::MovC, OperandA::None, OperandB::None, x0));
    let split = RegExpr { source: RegSource::Reg(Reg::X0), imm: 70_000 };
    put(5, Instr { w: split, ..store(Op::Op2(Op2::Split), OperandA::Reg, OperandB::None, g(2)) });
    put(6, Instr { next: Next::Jump(SUBROUTINE), ..store(Op::Link, OperandA::None, OperandB::None, g(3)) });
    put(SUBROUTINE, Instr { a: OperandA::Mem(g(3)), op: Op::MovA, next: Next::Return, ..Default::default() });
    // Branches, each taken and not taken.
    put(7, Instr { a: OperandA::Mem(g(0)), op: Op::MovA, next: Next::BranchZero(63), ..Default::default() });
    put(8, Instr { next: Next::BranchZero(10), ..Default::default() });
    put(10, Instr { next: Next::BranchNonZero(63), ..Default::default() });
    put(11, Instr { b: imm(1 << 20), op: Op::MovB, next: Next::BranchNonZero(12), ..Default::default() });
    // Charges: short, then enough.
    let (reg, w) = set(Reg::Gas, RegSource::Zero, 100);
    put(12, Instr { reg, w, ..Default::default() });
    let charge = |imm, target| Instr {
        w: RegExpr { source: RegSource::Zero, imm },
        next: Next::Charge(target),
        ..Default::default()
    };
    put(13, charge(101, 14));
    put(14, charge(60, 63));
    // The EVM code, loaded from memory at heap(9).
    let (reg, w) = set(Reg::X1, RegSource::Zero, 9);
    put(15, Instr { reg, w, ..Default::default() });
    let code = Addr { space: Space::Heap, ctx: Some(Reg::X1), base: None, off: 0 };
    put(16, store(Op::MovB, OperandA::None, OperandB::Imm(code_word), code));
    let (reg, w) = set(Reg::X3, RegSource::Zero, CODE.len() as i32);
    put(17, Instr { reg, w, ..Default::default() });
    let (reg, w) = set(Reg::Cid, RegSource::Reg(Reg::Clk), 0);
    put(18, Instr { a: OperandA::Addr(code), op: Op::Mem(MemOp::LoadCode), reg, w, ..Default::default() });
    let (reg, w) = set(Reg::Ctx, RegSource::Zero, 77);
    put(19, Instr { reg, w, next: Next::Jump(20), ..Default::default() });
    put(20, store(Op::Op3(Op3::MulMod), OperandA::Mem(g(0)), imm(1_000), g(1)));
    let bytes = Addr { space: Space::Mem, ctx: Some(Reg::Ctx), base: Some(Reg::X0), off: 5 };
    put(
        21,
        Instr { a: OperandA::Addr(bytes), c: Some(g(0)), op: Op::Mem(MemOp::Store), ..Default::default() },
    );
    put(22, dispatch(Instr::default()));
    // Handlers.
    put(
        ADD,
        dispatch(Instr {
            dsp: -1,
            ..store(Op::Op2(Op2::Add), OperandA::Mem(stack(0)), OperandB::Mem(stack(1)), stack(1))
        }),
    );
    put(PUSH1, dispatch(Instr { dsp: 1, ..store(Op::PushData, OperandA::None, OperandB::None, stack(-1)) }));
    put(
        JUMP,
        Instr {
            a: OperandA::Mem(stack(0)),
            op: Op::MovA,
            dsp: -1,
            next: Next::EvmJump(FAULTS),
            ..Default::default()
        },
    );
    put(JUMPDEST_H, dispatch(Instr::default()));
    put(GAS_HOG, dispatch(Instr::default()));
    put(STOP, Instr { next: Next::Halt, ..Default::default() });
    // Faults: refill and retry; drop a stack of one and go on; overflow stops; bad jump goes to the JUMPDEST at 9.
    let (reg, w) = set(Reg::Gas, RegSource::Reg(Reg::Gas), 1_000);
    put(FAULTS, Instr { reg, w, next: Next::Jump(50), ..Default::default() });
    put(50, dispatch(Instr::default()));
    let (reg, w) = set(Reg::Pc, RegSource::Zero, 11);
    put(FAULTS + 1, Instr { reg, w, next: Next::Jump(50), ..Default::default() });
    put(FAULTS + 2, Instr { next: Next::Jump(STOP), ..Default::default() });
    put(FAULTS + 3, Instr { b: imm(9), op: Op::MovB, next: Next::EvmJump(FAULTS), ..Default::default() });
    let invalid = OpcodeEntry { handler: STOP, gas: 0, need: 0, max: 1024 };
    let mut table = vec![invalid; 256];
    let entry = |handler, gas, need, max| OpcodeEntry { handler, gas, need, max };
    table[0x01] = entry(ADD, 3, 2, 1024);
    table[0x60] = entry(PUSH1, 3, 0, 1023);
    table[0x56] = entry(JUMP, 8, 1, 1024);
    table[0x5b] = entry(JUMPDEST_H, 1, 0, 1024);
    table[0x0c] = entry(GAS_HOG, 500, 0, 1024);
    table[0x0d] = entry(STOP, 0, 0, 0);
    Image { instrs, opcodes: vec![table] }
}

fn record(image: &Image) -> Record {
    let program = Program::load(image, &Hints::default()).expect("the program loads");
    Executor::new(&program, Input::default()).record().expect("the program halts")
}

const HEIGHT: usize = 64;

fn honest() -> Isolated<'static, MainChip> {
    let image = program();
    let record = record(&image);
    let trace = trace(&image, &record.rows, HEIGHT, &mut LookupCounts::default());
    let public_values = public_values(&record.rows, HEIGHT);
    Isolated { air: &MainChip, columns: MainCols::column_names(), trace, public_values }
}

#[test]
fn the_program_takes_every_outcome() {
    let trace = honest().trace;
    let any = |f: fn(&MainCols<Val>) -> Val| trace.row_slices().any(|r| f(view(r)) == Val::ONE);
    assert!(any(|c| c.ok) && any(|c| c.short) && any(|c| c.under) && any(|c| c.over) && any(|c| c.bad));
    assert!(any(|c| c.f.swap) && any(|c| c.f.ret) && any(|c| c.f.charge) && any(|c| c.f.evm_jump));
}

#[test]
fn honest_trace_is_accepted() {
    let honest = honest();
    honest.assert_honest();
    prove_isolated(&honest, &honest.env()).expect("the proof verifies");
}

const fn off(column: &'static str, free: fn(&[Val]) -> bool) -> Waiver {
    Waiver { column, reason: "switched off: the row does not use it, and no message holds it", free }
}

fn is_zero(row: &[Val], flag: fn(&MainCols<Val>) -> Val) -> bool {
    flag(view(row)) == Val::ZERO
}

/// Columns on the rows that do not use them; on all others the mutants must die.
const WAIVERS: [Waiver; 22] = [
    off("old_time[0]", |r| is_zero(r, |c| c.f.a_en)),
    off("old_time[1]", |r| is_zero(r, |c| c.f.b_en)),
    off("old_time[2]", |r| is_zero(r, |c| c.f.c_en)),
    off("diff_lo[0]", |r| is_zero(r, |c| c.f.a_en)),
    off("diff_lo[1]", |r| is_zero(r, |c| c.f.b_en)),
    off("diff_lo[2]", |r| is_zero(r, |c| c.f.c_en)),
    off("diff_hi[0]", |r| is_zero(r, |c| c.f.a_en)),
    off("diff_hi[1]", |r| is_zero(r, |c| c.f.b_en)),
    off("diff_hi[2]", |r| is_zero(r, |c| c.f.c_en)),
    off("r1_scaled", |r| is_zero(r, |c| c.f.w_result + c.f.ret + c.f.evm_jump)),
    off("sum_inv", |r| !is_zero(r, |c| c.zero)),
    off("opcode", |r| is_zero(r, |c| c.f.dispatch)),
    off("next_pc", |r| is_zero(r, |c| c.f.dispatch)),
    off("handler", |r| is_zero(r, |c| c.f.dispatch - c.bad)),
    off("cost", |r| is_zero(r, |c| c.f.dispatch - c.bad)),
    off("need", |r| is_zero(r, |c| c.f.dispatch - c.bad)),
    off("max", |r| is_zero(r, |c| c.f.dispatch - c.bad)),
    off("jd_inv", |r| is_zero(r, |c| c.bad)),
    off("u", |r| is_zero(r, |c| c.f.dispatch * c.ok + c.under)),
    off("v", |r| is_zero(r, |c| c.f.dispatch * c.ok + c.over)),
    off("g_lo", |r| is_zero(r, |c| c.ok + c.short)),
    off("g_hi", |r| is_zero(r, |c| c.ok + c.short)),
];

#[test]
fn cell_mutants_are_killed() {
    let table = mutate(&honest(), HEIGHT, 1, &WAIVERS);
    println!("main: {table}");
    assert!(table.survivors.is_empty(), "{table}");
}
