//! Rows: every operation, operand, next and access order, on hand-built programs whose records are read independently.

mod common;

use alloy_primitives::{U256, keccak256};
use common::*;
use sha2::{Digest, Sha256};
use zkrom_asm::isa::{
    Addr, HintArg, Instr, MemOp, ModulusId, Next, Op, Op2, Op3, OperandA, OperandB, Reg, RegExpr, RegSource,
    Space,
};
use zkrom_executor::{
    Executor, Input, Start,
    record::{CellAddr, Record},
};

fn word(x: u64) -> U256 {
    U256::from(x)
}

/// Runs the rows, then outputs global cells 0..16.
fn run(mut rows: Vec<Instr>, input: Input) -> Record {
    rows.extend((0..16).map(|i| output(i as u8, global(i))));
    rows.push(halt());
    run_both(&image(rows), input)
}

fn from_result(reg: Reg, imm: i32) -> (RegExpr, Option<Reg>) {
    (RegExpr { source: RegSource::Result, imm }, Some(reg))
}

#[test]
fn moves_links_and_immediates() {
    let c = |i| Some(global(i));
    let rows = vec![
        store(global(0), word(5)),
        Instr { a: OperandA::Mem(global(0)), op: Op::MovA, c: c(1), c_write: true, ..nop() },
        Instr { op: Op::Link, c: c(2), c_write: true, ..nop() },
        // Reads C without writing it, and takes it into a register.
        Instr { op: Op::MovC, c: c(0), w: from_result(Reg::X1, 2).0, reg: Some(Reg::X1), ..nop() },
        Instr {
            a: OperandA::Reg,
            op: Op::Op2(Op2::Split),
            w: RegExpr { source: RegSource::Reg(Reg::X1), imm: 10 },
            c: c(3),
            c_write: true,
            ..nop()
        },
        Instr { a: OperandA::Mem(global(3)), b: OperandB::Imm(word(17)), op: Op::AssertEq, ..nop() },
        Instr { c: c(4), c_write: true, ..nop() },
    ];
    let record = run(rows, Input::default());
    assert_eq!(record.public_out[..5], [5, 5, 3, 17, 0].map(word));
    assert_eq!(record.rows[3].words[2], word(5));
}

#[test]
fn ports_of_one_row_see_each_other_in_order() {
    let g = global(0);
    let rows = vec![
        store(g, word(3)),
        // A, B and C are one cell.
        op2(Op2::Mul, g, g, g),
        Instr { c_write: false, ..op2(Op2::Mul, g, g, g) },
        Instr { a: OperandA::Mem(g), b: OperandB::Mem(g), op: Op::Swap, ..nop() },
    ];
    let record = run(rows, Input::default());
    assert_eq!(record.public_out[0], word(9));
    assert_eq!(record.rows[1].old_times, [4 + 3, 8, 8 + 1]);
    assert_eq!(record.rows[2].old_times, [8 + 3, 12, 12 + 1]);
    assert_eq!(record.rows[2].words, [word(9); 3]);
}

#[test]
fn swap_exchanges_before_port_c() {
    let rows = vec![
        store(global(0), word(1)),
        store(global(1), word(2)),
        Instr {
            a: OperandA::Mem(global(0)),
            b: OperandB::Mem(global(1)),
            c: Some(global(0)),
            op: Op::Swap,
            ..nop()
        },
    ];
    let record = run(rows, Input::default());
    assert_eq!(record.public_out[..2], [2, 1].map(word));
    assert_eq!(record.rows[2].words, [1, 2, 2].map(word));
}

#[test]
fn calls_return_and_branches_branch() {
    let rows = vec![
        // 0: call 4 twice
        Instr { op: Op::Link, c: Some(global(9)), c_write: true, next: Next::Jump(4), ..nop() },
        Instr { op: Op::Link, c: Some(global(9)), c_write: true, next: Next::Jump(4), ..nop() },
        Instr { a: OperandA::Mem(global(1)), op: Op::MovA, next: Next::BranchNonZero(7), ..nop() },
        halt(),
        // 4: count
        store(global(2), word(1)),
        op2(Op2::Add, global(0), global(2), global(0)),
        Instr { a: OperandA::Mem(global(9)), op: Op::MovA, next: Next::Return, ..nop() },
    ];
    let zero = run_both(&image(rows), Input::default());
    assert_eq!(zero.rows.iter().map(|r| r.upc).collect::<Vec<_>>(), [0, 4, 5, 6, 1, 4, 5, 6, 2, 3]);
    let last = zero.memory.iter().find(|c| c.addr == CellAddr::default()).unwrap();
    assert_eq!(last.word, word(2));

    let branches = |x: u64| {
        let b = |next| Instr { b: OperandB::Imm(word(x)), op: Op::MovB, next, ..nop() };
        let rows = vec![b(Next::BranchZero(2)), b(Next::BranchNonZero(3)), halt(), halt()];
        run_both(&image(rows), Input::default()).rows.last().unwrap().upc
    };
    assert_eq!((branches(0), branches(1)), (2, 3));
}

#[test]
fn charges_or_not() {
    let charge = |gas, amount| {
        let w = RegExpr { source: RegSource::Zero, imm: amount };
        let rows = vec![set(Reg::Gas, gas), Instr { w, next: Next::Charge(3), ..nop() }, halt(), halt()];
        let record = run_both(&image(rows), Input::default());
        let last = record.rows.last().unwrap();
        (last.upc, last.regs.get(Reg::Gas))
    };
    assert_eq!(charge(10, 10), (2, 0));
    assert_eq!(charge(10, 0), (2, 10));
    assert_eq!(charge(10, 11), (3, 10));
    assert_eq!(charge(0, (1 << 29) - 1), (3, 0));
}

#[test]
fn registers_and_addresses_are_field_elements() {
    let c = at(Space::Heap, Reg::X0, 5);
    let rows = vec![
        set(Reg::X0, -3),
        set(Reg::X1, 77),
        store(Addr { ctx: Some(Reg::X1), ..c }, word(8)),
        set_from(Reg::X0, Reg::X0, 4),
        set_from(Reg::Sp, Reg::Clk, 0),
        Instr { dsp: -4, ..set_from(Reg::Sp, Reg::Sp, 3) },
        Instr { dsp: 2, ..nop() },
    ];
    let record = run(rows, Input::default());
    let cell = record.memory.iter().find(|c| c.addr.space == Space::Heap.number()).unwrap();
    assert_eq!((cell.addr.ctx, cell.addr.off, cell.word), (77, 2, word(8)));
    let last = record.rows.last().unwrap().regs;
    assert_eq!((last.get(Reg::X0), last.get(Reg::Sp)), (1, 5 + 3 - 4 + 2));
}

#[test]
fn three_operand_operations() {
    let c = |i| Addr { off: i, ..global(0) };
    let (a, b) = (U256::MAX, U256::MAX - word(7));
    let mut rows = vec![store(global(20), a), store(global(21), b)];
    let ops = [Op3::AddMod, Op3::MulMod, Op3::MulAdd(ModulusId::P256N), Op3::MulSub(ModulusId::Bn254P)];
    for (i, op) in ops.into_iter().enumerate() {
        let (a, b) = (OperandA::Mem(global(20)), OperandB::Mem(global(21)));
        rows.push(store(c(i as i32), word(1001)));
        rows.push(Instr { a, b, c: Some(c(i as i32)), c_write: true, op: Op::Op3(op), ..nop() });
    }
    let record = run(rows, Input::default());
    let n = word(1001);
    assert_eq!(record.public_out[0], a.add_mod(b, n));
    assert_eq!(record.public_out[1], a.mul_mod(b, n));
    let p = ModulusId::P256N.modulus();
    assert_eq!(record.public_out[2], a.mul_mod(b, p).add_mod(n, p));
    let p = ModulusId::Bn254P.modulus();
    assert_eq!(record.public_out[3].add_mod(n, p), a.mul_mod(b, p));
}

/// Bytes 1, 2, 3, ... in words.
fn counting(words: usize) -> (Vec<U256>, Vec<u8>) {
    let bytes: Vec<u8> = (0..32 * words).map(|i| i as u8).collect();
    (bytes.chunks(32).map(U256::from_be_slice).collect(), bytes)
}

#[test]
fn hashes_of_every_length() {
    let (words, bytes) = counting(10);
    for len in [0, 1, 31, 32, 33, 55, 56, 63, 64, 119, 120, 135, 136, 137, 271, 272, 300] {
        let input = |off| Addr { space: Space::Input, ctx: None, base: None, off };
        let hash = |op, i| Instr { c: Some(global(i)), c_write: true, ..mem(op, input(0)) };
        let rows = vec![set(Reg::X3, len), hash(MemOp::Keccak, 0), hash(MemOp::Sha256, 1)];
        let record = run(rows, private(&words));
        let data = &bytes[..len as usize];
        assert_eq!(record.public_out[0], U256::from_be_bytes(keccak256(data).0));
        assert_eq!(record.public_out[1], U256::from_be_slice(&Sha256::digest(data)));
        assert_eq!(record.mem_ops[0].reads.len(), (len as usize).div_ceil(32));
        let read = (len as usize).div_ceil(32);
        assert!(record.input.iter().enumerate().all(|(i, c)| (c.time == 4 * 3 + 2) == (i < read)));
    }
}

#[test]
fn copies_are_as_if_through_a_buffer() {
    let (words, bytes) = counting(6);
    let heap = |off| Addr { space: Space::Heap, ctx: None, base: None, off };
    for (from, to, len) in
        [(0, 32, 64), (3, 40, 70), (40, 3, 70), (5, 5, 50), (7, 9, 1), (9, 7, 0), (0, 1, 96)]
    {
        let mut rows: Vec<_> = words.iter().enumerate().map(|(i, w)| store(heap(i as i32), *w)).collect();
        rows.push(set(Reg::X3, len));
        let copy = mem(MemOp::Copy, heap(from));
        rows.push(Instr { b: OperandB::Addr(heap(to)), ..copy });
        for i in 0..6 {
            let (a, c) = (OperandA::Mem(heap(i)), Some(global(i)));
            rows.push(Instr { a, c, op: Op::MovA, c_write: true, ..nop() });
        }
        let record = run(rows, Input::default());
        let mut want = bytes.clone();
        want.copy_within(from as usize..(from + len) as usize, to as usize);
        let got: Vec<u8> = record.public_out[..6].iter().flat_map(|w| w.to_be_bytes::<32>()).collect();
        assert_eq!(got, want, "{from} {to} {len}");
        let event = &record.mem_ops[0];
        if len == 0 {
            assert!(event.reads.is_empty() && event.writes.is_empty());
        }
    }
}

#[test]
fn loads_and_stores_at_any_offset() {
    let (words, bytes) = counting(3);
    let heap = |off| Addr { space: Space::Heap, ctx: None, base: None, off };
    let value = U256::from_be_bytes([0xee; 32]);
    for off in [0, 1, 31, 32, 63, 64] {
        let mut rows: Vec<_> = words.iter().enumerate().map(|(i, w)| store(heap(i as i32), *w)).collect();
        let load = |i, at| Instr { c: Some(global(i)), c_write: true, ..mem(MemOp::Load, heap(at)) };
        rows.push(load(0, off));
        rows.push(store(global(1), value));
        rows.push(Instr { c: Some(global(1)), ..mem(MemOp::Store8, heap(off)) });
        rows.push(load(2, off));
        rows.push(Instr { c: Some(global(1)), ..mem(MemOp::Store, heap(off)) });
        rows.push(load(3, off));
        // Without port C the word stored is zero.
        rows.push(mem(MemOp::Store8, heap(off)));
        rows.push(load(4, off));
        let record = run(rows, Input::default());
        let mut bytes = bytes.clone();
        let at = off as usize;
        let read = |bytes: &[u8]| U256::from_be_slice(&bytes[at..at + 32]);
        assert_eq!(record.public_out[0], read(&bytes));
        bytes[at] = 0xee;
        assert_eq!(record.public_out[2], read(&bytes));
        bytes[at..at + 32].fill(0xee);
        assert_eq!(record.public_out[3], read(&bytes));
        bytes[at] = 0;
        assert_eq!(record.public_out[4], read(&bytes));
    }
}

#[test]
fn keys_are_numbered_in_order_of_first_use() {
    let key = |a: i32, b: i32, c: i32| op2(Op2::KeyId, global(a), global(b), global(c));
    let rows = vec![
        store(global(20), word(1)),
        store(global(21), word(2)),
        key(20, 21, 0),
        key(21, 20, 1),
        key(20, 21, 2),
        key(20, 20, 3),
        Instr { op: Op::Op2(Op2::KeyCount), c: Some(global(4)), c_write: true, ..nop() },
        // Known keys may still be named.
        key(21, 20, 5),
        hint("key_a", vec![HintArg::Const(word(1))], global(6)),
        hint("key_b", vec![HintArg::Const(word(1))], global(7)),
        hint("input_len", vec![], global(8)),
        hint("div", vec![HintArg::Reg(Reg::Clk), HintArg::Mem(global(21))], global(9)),
    ];
    let record = run(rows, private(&[word(0); 3]));
    assert_eq!(record.public_out[..10], [0, 1, 0, 2, 3, 1, 2, 1, 3, 6].map(word));
    assert_eq!(record.keys, [(1, 2), (2, 1), (1, 1)].map(|(a, b)| (word(a), word(b))));
}

#[test]
fn public_words_go_in_and_out() {
    let mut input = Input::default();
    input.public[15] = word(42);
    let rows = vec![
        Instr { op: Op::Op2(Op2::PubIn(15)), c: Some(global(0)), c_write: true, ..nop() },
        output(0, global(0)),
    ];
    // Set twice to the same word.
    let record = run(rows, input);
    assert_eq!((record.public_in[15], record.public_out[0]), (word(42), word(42)));
    assert!(record.op2.iter().filter(|e| e.op == Op2::PubOut(0)).all(|e| e.a == word(42) && e.r.is_zero()));
}

#[test]
fn memory_can_be_read_at_the_end() {
    let image = image(vec![store(at(Space::Journal, Reg::X0, 7), word(3)), halt()]);
    let program = load(&image);
    let (outcome, memory) = Executor::new(&program, Input::default()).run_to_memory().unwrap();
    assert_eq!(outcome.rows, 2);
    assert_eq!(memory.read(Space::Journal, 0, 7), word(3));
    assert_eq!(memory.read(Space::Journal, 0, 8), word(0));
}

#[test]
fn procedures_can_be_run_on_their_own() {
    let image = image(vec![
        halt(),
        halt(),
        op2(Op2::Add, stack(0), stack(1), stack(1)),
        Instr { dsp: -1, ..nop() },
        halt(),
    ]);
    let program = load(&image);
    let mut regs = zkrom_executor::record::Regs::default();
    regs.set(Reg::Sp, 2);
    regs.set(Reg::Ctx, 9);
    let cell = |off| CellAddr { space: Space::Stack.number(), ctx: 9, off };
    let memory = vec![(cell(0), word(4)), (cell(1), U256::MAX)];
    let executor = Executor::new(&program, Input::default()).start(Start { upc: 2, regs, memory });
    let (outcome, memory) = executor.run_to_memory().unwrap();
    assert_eq!((outcome.rows, outcome.regs.get(Reg::Sp)), (3, 1));
    assert_eq!(memory.read(Space::Stack, 9, 0), word(3));
}
