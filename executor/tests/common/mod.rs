//! Hand-built images.
#![allow(dead_code, missing_docs)]

pub mod check;

use alloy_primitives::U256;
use zkrom_asm::{
    image::{Image, OpcodeEntry},
    isa::{
        Addr, HintArg, HintCall, Instr, MemOp, Next, Op, Op2, OperandA, OperandB, Reg, RegExpr, RegSource,
        Space,
    },
};
use zkrom_executor::{Executor, Input, Program, hints::Hints};

/// A cell at a fixed offset of the global space.
pub fn global(off: i32) -> Addr {
    Addr { space: Space::Global, ctx: None, base: None, off }
}

/// Item `k` of the EVM stack, 0 being the top; -1 is the cell above it.
pub fn stack(k: i32) -> Addr {
    Addr { space: Space::Stack, ctx: Some(Reg::Ctx), base: Some(Reg::Sp), off: -1 - k }
}

/// A cell at `reg + off` in context 0.
pub fn at(space: Space, base: Reg, off: i32) -> Addr {
    Addr { space, ctx: None, base: Some(base), off }
}

pub fn nop() -> Instr {
    Instr::default()
}

pub fn halt() -> Instr {
    Instr { next: Next::Halt, ..nop() }
}

/// `reg = value`.
pub fn set(reg: Reg, value: i32) -> Instr {
    Instr { w: RegExpr { source: RegSource::Zero, imm: value }, reg: Some(reg), ..nop() }
}

/// `reg = from + value`.
pub fn set_from(reg: Reg, from: Reg, value: i32) -> Instr {
    Instr { w: RegExpr { source: RegSource::Reg(from), imm: value }, reg: Some(reg), ..nop() }
}

/// `c = word`.
pub fn store(c: Addr, word: U256) -> Instr {
    Instr { b: OperandB::Imm(word), c: Some(c), c_write: true, op: Op::MovB, ..nop() }
}

/// `c = op(a, b)`.
pub fn op2(op: Op2, a: Addr, b: Addr, c: Addr) -> Instr {
    let (a, b) = (OperandA::Mem(a), OperandB::Mem(b));
    Instr { a, b, c: Some(c), c_write: true, op: Op::Op2(op), ..nop() }
}

/// Public output word `i` = a.
pub fn output(i: u8, a: Addr) -> Instr {
    Instr { a: OperandA::Mem(a), op: Op::Op2(Op2::PubOut(i)), ..nop() }
}

/// `c = hint name(args)`.
pub fn hint(name: &str, args: Vec<HintArg>, c: Addr) -> Instr {
    let hint = Some(HintCall { name: name.into(), args });
    Instr { op: Op::Op2(Op2::Hint), hint, c: Some(c), c_write: true, ..nop() }
}

/// A memory operation on `a`.
pub fn mem(op: MemOp, a: Addr) -> Instr {
    Instr { op: Op::Mem(op), a: OperandA::Addr(a), ..nop() }
}

pub fn image(instrs: Vec<Instr>) -> Image {
    Image { instrs, opcodes: vec![] }
}

pub fn load(image: &Image) -> Program {
    Program::load(image, &Hints::default()).unwrap_or_else(|e| panic!("{e}"))
}

pub fn private(words: &[U256]) -> Input {
    Input { private: words.to_vec(), ..Input::default() }
}

/// Words an EVM program is given as: its length, then its bytes.
pub fn code_input(code: &[u8]) -> Input {
    let mut words = vec![U256::from(code.len())];
    for chunk in code.chunks(32) {
        let mut word = [0; 32];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(U256::from_be_bytes(word));
    }
    private(&words)
}

/// Micro-pc the first cause of a failed dispatch goes to in [`mini_evm`].
pub const FAILED: u32 = 6;

/// An EVM of a few opcodes. It runs the code of [`code_input`]; output 0 is the top of the stack at STOP, output 1 is 1 plus the cause of the
/// failure, if any.
pub fn mini_evm(gas: i32) -> Image {
    let a = |k| OperandA::Mem(stack(k));
    let b = |k| OperandB::Mem(stack(k));
    let next = Next::Dispatch(FAILED);
    let input = |off| Addr { space: Space::Input, ctx: None, base: None, off };
    let mut instrs = vec![
        Instr {
            a: OperandA::Mem(input(0)),
            op: Op::MovA,
            w: RegExpr { source: RegSource::Result, imm: 0 },
            reg: Some(Reg::X3),
            ..nop()
        },
        Instr {
            w: RegExpr { source: RegSource::Reg(Reg::Clk), imm: 0 },
            reg: Some(Reg::Cid),
            ..mem(MemOp::LoadCode, input(1))
        },
        set(Reg::Ctx, 1),
        set(Reg::Gas, gas),
        set(Reg::Pc, 0),
        Instr { next, ..nop() },
    ];
    // One entry for each cause.
    let end = FAILED + 4;
    for _ in 0..4 {
        instrs.push(Instr { next: Next::Jump(end), ..nop() });
    }
    for (cause, instr) in instrs[FAILED as usize..].iter_mut().enumerate() {
        *instr = Instr { next: Next::Jump(end), ..store(global(0), U256::from(cause + 1)) };
    }
    instrs.push(output(1, global(0)));
    instrs.push(halt());

    let mut table = vec![OpcodeEntry { handler: FAILED, gas: 0, need: 0, max: 1024 }; 256];
    let mut handler = |op: u8, gas: u32, need: u32, grows: u32, rows: Vec<Instr>| {
        table[op as usize] = OpcodeEntry { handler: instrs.len() as u32, gas, need, max: 1024 - grows };
        instrs.extend(rows);
    };
    let c_write = true;
    handler(0, 0, 0, 0, vec![output(0, stack(0)), halt()]);
    let binary =
        |op| Instr { a: a(0), b: b(1), c: Some(stack(1)), c_write, op: Op::Op2(op), dsp: -1, next, ..nop() };
    let ops = [Op2::Add, Op2::Mul, Op2::Sub, Op2::Div, Op2::Sdiv, Op2::Mod, Op2::Smod];
    for (i, op) in ops.into_iter().enumerate() {
        handler(1 + i as u8, 3, 2, 0, vec![binary(op)]);
    }
    let ops = [Op2::Lt, Op2::Gt, Op2::Slt, Op2::Sgt, Op2::Eq];
    for (i, op) in ops.into_iter().enumerate() {
        handler(0x10 + i as u8, 3, 2, 0, vec![binary(op)]);
    }
    let ops = [Op2::And, Op2::Or, Op2::Xor];
    for (i, op) in ops.into_iter().enumerate() {
        handler(0x16 + i as u8, 3, 2, 0, vec![binary(op)]);
    }
    let ops = [Op2::Byte, Op2::Shl, Op2::Shr, Op2::Sar];
    for (i, op) in ops.into_iter().enumerate() {
        handler(0x1a + i as u8, 3, 2, 0, vec![binary(op)]);
    }
    handler(0x50, 2, 1, 0, vec![Instr { dsp: -1, next, ..nop() }]);
    let memory = Addr { space: Space::Mem, ctx: Some(Reg::Ctx), base: Some(Reg::X0), off: 0 };
    let offset = |k| Instr {
        a: a(k),
        op: Op::MovA,
        w: RegExpr { source: RegSource::Result, imm: 0 },
        reg: Some(Reg::X0),
        ..nop()
    };
    let mload = Instr {
        op: Op::Mem(MemOp::Load),
        a: OperandA::Addr(memory),
        c: Some(stack(0)),
        c_write,
        next,
        ..nop()
    };
    handler(0x51, 3, 1, 0, vec![offset(0), mload]);
    let mstore =
        |op| Instr { op: Op::Mem(op), a: OperandA::Addr(memory), c: Some(stack(1)), dsp: -2, next, ..nop() };
    handler(0x52, 3, 2, 0, vec![offset(0), mstore(MemOp::Store)]);
    handler(0x53, 3, 2, 0, vec![offset(0), mstore(MemOp::Store8)]);
    let jump = Instr { a: a(0), op: Op::MovA, dsp: -1, next: Next::EvmJump(FAILED), ..nop() };
    handler(0x56, 8, 1, 0, vec![jump]);
    handler(0x57, 10, 2, 0, vec![]);
    handler(0x5b, 1, 0, 0, vec![Instr { next, ..nop() }]);
    handler(0x5f, 2, 0, 1, vec![Instr { c: Some(stack(-1)), c_write, dsp: 1, next, ..nop() }]);
    let push = Instr { op: Op::PushData, c: Some(stack(-1)), c_write, dsp: 1, next, ..nop() };
    for n in 1..=32 {
        handler(0x5f + n, 3, 0, 1, vec![push.clone()]);
    }
    for k in 0..16 {
        let dup = Instr { a: a(k), op: Op::MovA, c: Some(stack(-1)), c_write, dsp: 1, next, ..nop() };
        handler(0x80 + k as u8, 3, k as u32 + 1, 1, vec![dup]);
        let swap = Instr { a: a(0), b: b(k + 1), op: Op::Swap, next, ..nop() };
        handler(0x90 + k as u8, 3, k as u32 + 2, 0, vec![swap]);
    }
    // JUMPI's rows, at the end since they branch.
    let at = instrs.len() as u32;
    table[0x57].handler = at;
    instrs.push(Instr { a: a(1), op: Op::MovA, next: Next::BranchZero(at + 2), ..nop() });
    instrs.push(Instr { a: a(0), op: Op::MovA, dsp: -2, next: Next::EvmJump(FAILED), ..nop() });
    instrs.push(Instr { dsp: -2, next, ..nop() });
    Image { instrs, opcodes: vec![table] }
}

/// Runs and records, and checks that both agree and that the record is what the image says.
pub fn run_both(image: &Image, input: Input) -> zkrom_executor::record::Record {
    let program = load(image);
    let executor = Executor::new(&program, input);
    let outcome = executor.run().unwrap_or_else(|e| panic!("{}", e.render(&())));
    let record = executor.record().unwrap_or_else(|e| panic!("{}", e.render(&())));
    assert_eq!(outcome.public_out, record.public_out);
    assert_eq!(outcome.rows as usize, record.rows.len());
    check::check(image, &record);
    record
}
