//! A program that uses every operation and takes every kind of step.

use alloy_primitives::U256;
use zkrom_asm::image::{Image, OpcodeEntry};
use zkrom_asm::isa::{
    Addr, HintArg, HintCall, Instr, MemOp, ModulusId, Next, Op, Op2, Op3, OperandA, OperandB, PUBLIC_WORDS,
    Reg, RegExpr, RegSource, Space,
};
use zkrom_executor::Input;

/// Memory operations.
pub const MEM_OPS: [MemOp; 7] =
    [MemOp::Keccak, MemOp::Sha256, MemOp::LoadCode, MemOp::Copy, MemOp::Load, MemOp::Store, MemOp::Store8];

/// Two-operand operations that depend on their operands alone.
pub const BINARY: [Op2; 20] = [
    Op2::Add,
    Op2::Sub,
    Op2::Lt,
    Op2::Gt,
    Op2::Slt,
    Op2::Sgt,
    Op2::Eq,
    Op2::And,
    Op2::Or,
    Op2::Xor,
    Op2::Shl,
    Op2::Shr,
    Op2::Sar,
    Op2::Byte,
    Op2::SignExtend,
    Op2::Mul,
    Op2::Div,
    Op2::Sdiv,
    Op2::Mod,
    Op2::Smod,
];

/// 5 7 ADD, an opcode too dear (refilled, retried), a jump to push data (whose cause jumps on, to the JUMPDEST at 9), an underflow, an overflow.
const CODE: [u8; 14] = [0x60, 5, 0x60, 7, 0x01, 0x0c, 0x60, 3, 0x56, 0x5b, 0x0e, 0x0d, 0x00, 0x00];

const ADD: u32 = 1;
const PUSH1: u32 = 2;
const JUMP: u32 = 3;
const JUMPDEST: u32 = 4;
const DEAR: u32 = 5;
const FAULTS: u32 = 6;
const RETRY: u32 = 10;
const SUBROUTINE: u32 = 11;
const START: u32 = 12;

const fn at(space: Space, off: i32) -> Addr {
    Addr { space, ctx: None, base: None, off }
}

const fn global(off: i32) -> Addr {
    at(Space::Global, off)
}

const fn stack(k: i32) -> Addr {
    Addr { space: Space::Stack, ctx: Some(Reg::Ctx), base: Some(Reg::Sp), off: -1 - k }
}

/// A word of the buffer X1.
const fn heap(off: i32) -> Addr {
    Addr { space: Space::Heap, ctx: Some(Reg::X1), base: None, off }
}

fn imm(x: u64) -> OperandB {
    OperandB::Imm(U256::from(x))
}

fn mem(off: i32) -> OperandA {
    OperandA::Mem(global(off))
}

fn row(op: Op) -> Instr {
    Instr { op, ..Default::default() }
}

fn set(reg: Reg, source: RegSource, imm: i32) -> Instr {
    Instr { reg: Some(reg), w: RegExpr { source, imm }, ..Default::default() }
}

fn store(op: Op, a: OperandA, b: OperandB, c: Addr) -> Instr {
    Instr { a, b, c: Some(c), c_write: true, op, ..Default::default() }
}

fn constant(word: U256, c: Addr) -> Instr {
    store(Op::MovB, OperandA::None, OperandB::Imm(word), c)
}

fn op2(op: Op2, a: i32, b: i32, c: i32) -> Instr {
    store(Op::Op2(op), mem(a), OperandB::Mem(global(b)), global(c))
}

fn assert_eq(a: i32, b: OperandB) -> Instr {
    Instr { a: mem(a), b, op: Op::AssertEq, ..Default::default() }
}

fn hint(name: &str, args: &[i32], c: i32) -> Instr {
    let args = args.iter().map(|&off| HintArg::Mem(global(off))).collect();
    let call = HintCall { name: name.to_owned(), args };
    let op = Op::Op2(Op2::Hint);
    Instr { hint: Some(call), ..store(op, OperandA::None, OperandB::None, global(c)) }
}

fn memop(op: MemOp, a: Addr, c: Option<Addr>) -> Instr {
    Instr { a: OperandA::Addr(a), c, c_write: c.is_some() && !op.stores(), op: Op::Mem(op), ..row(Op::None) }
}

fn dispatch(i: Instr) -> Instr {
    Instr { next: Next::Dispatch(FAULTS), ..i }
}

/// Global cells 0..9 are operands, from 10 on results.
fn words(p: &mut Vec<Instr>) {
    let x = U256::from_be_bytes::<32>(core::array::from_fn(|i| 0x97u8.wrapping_mul(i as u8 + 1)));
    let y = U256::from_be_bytes::<32>(core::array::from_fn(|i| 0x3bu8.wrapping_mul(i as u8 + 3) | 0x80));
    p.extend([constant(x, global(0)), constant(y >> 70, global(1)), constant(U256::from(19), global(2))]);
    for (i, op) in BINARY.into_iter().enumerate() {
        p.push(op2(op, 0, 1, 10 + i as i32));
        p.push(op2(op, 2, 0, 30 + i as i32));
    }
    // Operations with one operand an immediate, and both the same cell.
    p.push(store(Op::Op2(Op2::Sub), mem(2), imm(20), global(3)));
    p.push(op2(Op2::Smod, 3, 3, 4));
    // A hint the program checks, and one it does not.
    p.push(hint("div", &[0, 2], 5));
    p.extend([op2(Op2::Mul, 5, 2, 6), op2(Op2::Sub, 0, 6, 6), op2(Op2::Lt, 6, 2, 6), assert_eq(6, imm(1))]);
    p.push(hint("mul_hi", &[0, 1], 7));
    // The modulus, or for fixed moduli the addend, is port C's old word.
    p.extend([constant(y >> 3, global(50)), constant(x >> 90, global(51))]);
    p.push(store(Op::Op3(Op3::AddMod), mem(0), OperandB::Mem(global(1)), global(50)));
    p.push(store(Op::Op3(Op3::MulMod), mem(0), OperandB::Mem(global(50)), global(51)));
    for m in ModulusId::ALL {
        p.push(store(Op::Op3(Op3::MulAdd(m)), mem(0), OperandB::Mem(global(1)), global(51)));
        p.push(store(Op::Op3(Op3::MulSub(m)), mem(51), OperandB::Mem(global(1)), global(50)));
    }
    // Keys: two, the first asked for twice.
    p.extend([op2(Op2::KeyId, 0, 1, 52), op2(Op2::KeyId, 1, 0, 53), op2(Op2::KeyId, 0, 1, 54)]);
    p.push(store(Op::Op2(Op2::KeyCount), OperandA::None, OperandB::None, global(55)));
    for i in 0..PUBLIC_WORDS as u8 {
        p.push(store(Op::Op2(Op2::PubIn(i)), OperandA::None, OperandB::None, global(60 + i32::from(i))));
    }
}

fn steps(p: &mut Vec<Instr>) {
    // Registers from words, words from registers, moves.
    let from_result =
        Instr { reg: Some(Reg::X0), w: RegExpr { source: RegSource::Result, imm: 3 }, ..row(Op::None) };
    p.push(Instr {
        reg: from_result.reg,
        w: from_result.w,
        ..store(Op::MovA, mem(2), OperandB::None, global(8))
    });
    let split = RegExpr { source: RegSource::Reg(Reg::X0), imm: 70_000 };
    p.push(Instr { w: split, ..store(Op::Op2(Op2::Split), OperandA::Reg, OperandB::None, global(56)) });
    p.push(store(Op::MovC, OperandA::None, OperandB::None, global(8)));
    p.push(store(Op::None, OperandA::None, OperandB::None, global(57)));
    p.push(Instr { a: mem(10), b: OperandB::Mem(global(11)), op: Op::Swap, ..row(Op::None) });
    p.push(assert_eq(8, imm(19)));
    p.push(Instr {
        next: Next::Jump(SUBROUTINE),
        ..store(Op::Link, OperandA::None, OperandB::None, global(9))
    });
    // Branches, each taken and not taken: the way not taken ends the run early, without output.
    let branch = |a: i32, next: fn(u32) -> Next, target: u32| Instr {
        a: mem(a),
        op: Op::MovA,
        next: next(target),
        ..row(Op::None)
    };
    let here = |p: &Vec<Instr>| p.len() as u32;
    let at = here(p);
    p.push(branch(57, Next::BranchZero, at + 2));
    p.push(Instr { next: Next::Halt, ..row(Op::None) });
    p.push(branch(8, Next::BranchZero, at + 1));
    p.push(branch(57, Next::BranchNonZero, at + 1));
    p.push(branch(8, Next::BranchNonZero, at + 6));
    p.push(Instr { next: Next::Halt, ..row(Op::None) });
    // Charges, short and enough.
    p.push(set(Reg::Gas, RegSource::Zero, 100));
    let charge = |imm, target| Instr {
        w: RegExpr { source: RegSource::Zero, imm },
        next: Next::Charge(target),
        ..row(Op::None)
    };
    let at = here(p);
    p.push(charge(101, at + 2));
    p.push(Instr { next: Next::Halt, ..row(Op::None) });
    p.push(charge(60, at + 1));
}

fn bytes(p: &mut Vec<Instr>) {
    let mut code = [0u8; 32];
    code[..CODE.len()].copy_from_slice(&CODE);
    p.push(set(Reg::X1, RegSource::Zero, 9));
    p.push(set(Reg::X0, RegSource::Zero, 0));
    p.push(constant(U256::from_be_bytes(code), heap(0)));
    p.push(store(Op::MovA, OperandA::Mem(at(Space::Input, 0)), OperandB::None, heap(1)));
    p.push(store(Op::MovA, OperandA::Mem(at(Space::Input, 1)), OperandB::None, heap(2)));
    p.push(set(Reg::X3, RegSource::Zero, 90));
    p.push(memop(MemOp::Keccak, heap(0), Some(global(80))));
    // Two blocks, of which the second has the padding alone.
    p.push(set(Reg::X3, RegSource::Zero, 61));
    p.push(memop(MemOp::Sha256, heap(0), Some(global(84))));
    p.push(op2(Op2::Add, 56, 84, 56));
    // From byte 5 of the buffer to byte 77 of another, then loads and stores at byte offsets.
    let to = Addr { space: Space::Mem, ctx: Some(Reg::Ctx), base: Some(Reg::X0), off: 77 };
    p.push(set(Reg::Ctx, RegSource::Zero, 4));
    p.push(set(Reg::X3, RegSource::Zero, 50));
    p.push(Instr { b: OperandB::Addr(to), ..memop(MemOp::Copy, heap(5), None) });
    p.push(memop(MemOp::Load, Addr { off: 90, ..to }, Some(global(81))));
    p.push(memop(MemOp::Store, Addr { off: 101, ..to }, Some(global(80))));
    p.push(memop(MemOp::Store8, Addr { off: 4, ..to }, Some(global(80))));
    p.push(memop(MemOp::Load, Addr { off: 0, ..to }, Some(global(82))));
    p.push(set(Reg::X3, RegSource::Zero, CODE.len() as i32));
    p.push(Instr {
        reg: Some(Reg::Cid),
        w: RegExpr { source: RegSource::Reg(Reg::Clk), imm: 0 },
        ..memop(MemOp::LoadCode, heap(0), None)
    });
    p.push(dispatch(row(Op::None)));
}

/// The program.
pub fn image() -> Image {
    let mut p = vec![row(Op::None); START as usize];
    words(&mut p);
    steps(&mut p);
    bytes(&mut p);
    let finish = p.len() as u32;
    // Results are public: those of arithmetic summed, then single cells.
    // By its place from the bottom, so that runs with too short a stack get this far too.
    let bottom = Addr { space: Space::Stack, ctx: Some(Reg::Ctx), base: None, off: 0 };
    p.push(store(Op::MovA, OperandA::Mem(bottom), OperandB::None, global(83)));
    for cell in (11..50).chain([51]) {
        p.push(op2(Op2::Add, 10, cell, 10));
    }
    let cells = [10, 50, 51, 5, 7, 52, 53, 54, 55, 60, 75, 80, 81, 82, 83, 56];
    for (i, cell) in cells.into_iter().enumerate() {
        p.push(Instr { a: mem(cell), op: Op::Op2(Op2::PubOut(i as u8)), ..row(Op::None) });
    }
    p.push(Instr { next: Next::Halt, ..row(Op::None) });

    let mut put = |upc: u32, i: Instr| p[upc as usize] = i;
    put(0, Instr { next: Next::Jump(START), ..row(Op::None) });
    let add = store(Op::Op2(Op2::Add), OperandA::Mem(stack(0)), OperandB::Mem(stack(1)), stack(1));
    put(ADD, dispatch(Instr { dsp: -1, ..add }));
    put(PUSH1, dispatch(Instr { dsp: 1, ..store(Op::PushData, OperandA::None, OperandB::None, stack(-1)) }));
    let evm_jump = Next::EvmJump(FAULTS);
    put(JUMP, Instr { a: OperandA::Mem(stack(0)), op: Op::MovA, dsp: -1, next: evm_jump, ..row(Op::None) });
    put(JUMPDEST, dispatch(row(Op::None)));
    put(DEAR, dispatch(row(Op::None)));
    put(FAULTS, Instr { next: Next::Jump(RETRY), ..set(Reg::Gas, RegSource::Reg(Reg::Gas), 1_000) });
    put(FAULTS + 1, Instr { next: Next::Jump(RETRY), ..set(Reg::Pc, RegSource::Zero, 11) });
    put(FAULTS + 2, Instr { next: Next::Jump(finish), ..row(Op::None) });
    put(FAULTS + 3, Instr { b: imm(9), op: Op::MovB, next: evm_jump, ..row(Op::None) });
    put(RETRY, dispatch(row(Op::None)));
    put(SUBROUTINE, Instr { a: mem(9), op: Op::MovA, next: Next::Return, ..row(Op::None) });

    let invalid = OpcodeEntry { handler: finish, gas: 0, need: 0, max: 1024 };
    let mut table = vec![invalid; 256];
    let entry = |handler, gas, need, max| OpcodeEntry { handler, gas, need, max };
    table[0x01] = entry(ADD, 3, 2, 1024);
    table[0x60] = entry(PUSH1, 3, 0, 1023);
    table[0x56] = entry(JUMP, 8, 1, 1024);
    table[0x5b] = entry(JUMPDEST, 1, 0, 1024);
    table[0x0c] = entry(DEAR, 500, 0, 1024);
    // Needs two items and touches none: a run that goes on with one can be made.
    table[0x0e] = entry(DEAR, 2, 2, 1024);
    table[0x0d] = entry(finish, 0, 0, 0);
    Image { instrs: p, opcodes: vec![table] }
}

/// Its input.
pub fn input() -> Input {
    Input {
        public: core::array::from_fn(|i| U256::from(1000 + i) << (14 * i)),
        private: vec![U256::from(0x1234_5678_u64) << 99, U256::MAX - U256::from(5)],
    }
}
