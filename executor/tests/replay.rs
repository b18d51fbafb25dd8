//! Checkpoints and replay: the parts of a run, recorded one by one, are the whole record.

mod common;

use alloy_primitives::U256;
use common::*;
use zkrom_asm::{
    image::Image,
    isa::{Instr, MemOp, Next, Op, Op2, Op3, OperandA, OperandB, Reg, RegExpr, RegSource, Space},
};
use zkrom_executor::{Executor, Input, Program, record::Record};

/// Puts the parts of a run between `cuts` together.
fn replay(executor: &Executor<'_>, every: u32, cuts: &[u32]) -> Record {
    let checkpoints = executor.checkpoints(every).unwrap();
    let mut whole = Record::default();
    let mut from = 0;
    for &to in cuts.iter().chain([&u32::MAX]) {
        let part = executor.replay(&checkpoints, from..to).unwrap();
        assert!(part.memory.iter().all(|c| c.time >= 4 * (from + 1)));
        whole.append(part);
        from = to;
    }
    whole
}

fn check(program: &Program, input: Input) {
    let executor = Executor::new(program, input);
    let record = executor.record().unwrap();
    let rows = record.rows.len() as u32;
    for every in [1, 7, 64, 1000, u32::MAX] {
        for cuts in
            [vec![], vec![1], vec![rows - 1], vec![rows / 3, rows / 2, rows], (0..rows).step_by(5).collect()]
        {
            assert_eq!(replay(&executor, every, &cuts), record, "every {every}, cut at {cuts:?}");
        }
    }
}

/// A loop over every kind of state: memory in several spaces and contexts, keys, code, hints, outputs, calls.
fn everything() -> Image {
    let heap = |off| zkrom_asm::isa::Addr { ctx: Some(Reg::X1), ..at(Space::Heap, Reg::X0, off) };
    let c_write = true;
    let jump_back = Instr {
        b: OperandB::Imm(U256::ONE),
        next: Next::BranchNonZero(2),
        ..op2(Op2::Sub, global(0), global(0), global(0))
    };
    image(vec![
        store(global(0), U256::from(9)),
        set(Reg::X3, 70),
        // 2:
        set_from(Reg::X1, Reg::X1, 1_000_003),
        set_from(Reg::X0, Reg::X0, 3),
        Instr {
            a: OperandA::Mem(heap(-3)),
            c: Some(heap(1)),
            c_write,
            op: Op::Op3(Op3::MulMod),
            ..op2(Op2::Add, global(0), global(0), heap(1))
        },
        store(heap(0), U256::MAX),
        Instr { b: OperandB::Addr(heap(40)), ..mem(MemOp::Copy, heap(0)) },
        Instr { c: Some(global(1)), c_write, ..mem(MemOp::Keccak, heap(0)) },
        op2(Op2::KeyId, global(0), global(1), global(2)),
        Instr {
            a: OperandA::Mem(global(2)),
            op: Op::MovA,
            w: RegExpr { source: RegSource::Result, imm: 1 },
            reg: Some(Reg::X2),
            ..nop()
        },
        store(zkrom_asm::isa::Addr { ctx: Some(Reg::X2), ..at(Space::Key, Reg::X2, 0) }, U256::from(4)),
        Instr {
            w: RegExpr { source: RegSource::Reg(Reg::Clk), imm: 0 },
            reg: Some(Reg::Cid),
            ..mem(MemOp::LoadCode, heap(0))
        },
        Instr { op: Op::Link, c: Some(global(3)), c_write, next: Next::Jump(16), ..nop() },
        Instr {
            a: OperandA::Mem(zkrom_asm::isa::Addr { space: Space::Input, ..global(1) }),
            op: Op::MovA,
            c: Some(global(5)),
            c_write,
            ..nop()
        },
        jump_back,
        Instr { next: Next::Jump(18), ..nop() },
        // 16: a procedure
        hint("input_len", vec![], global(4)),
        Instr { a: OperandA::Mem(global(3)), op: Op::MovA, next: Next::Return, ..nop() },
        // 18:
        Instr { op: Op::Op2(Op2::KeyCount), c: Some(global(6)), c_write, ..nop() },
        output(0, global(1)),
        output(1, global(6)),
        halt(),
    ])
}

#[test]
fn parts_make_the_whole() {
    let image = everything();
    let input = private(&[U256::ZERO, U256::from(5), U256::from(6)]);
    let record = run_both(&image, input.clone());
    assert_eq!(record.public_out[1], U256::from(9));
    check(&load(&image), input);
}

#[test]
fn evm_parts_make_the_whole() {
    // PUSH1 5, JUMPDEST, PUSH1 1, SWAP1, SUB, DUP1, PUSH1 32, MSTORE, DUP1, PUSH1 2, JUMPI
    let code = [0x60, 5, 0x5b, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 32, 0x52, 0x80, 0x60, 2, 0x57];
    let image = mini_evm(10_000);
    run_both(&image, code_input(&code));
    check(&load(&image), code_input(&code));
}

#[test]
fn checkpoints_know_the_outcome() {
    let program = load(&everything());
    let executor = Executor::new(&program, private(&[U256::ZERO; 3]));
    let (run, with) = (executor.run().unwrap(), executor.checkpoints(10).unwrap().outcome);
    let record = executor.record().unwrap();
    assert_eq!(with.counts.cells as usize, record.memory.len());
    assert!(run.counts.cells >= with.counts.cells);
    let mut same = with;
    same.counts.cells = run.counts.cells;
    assert_eq!(same, run);
}
