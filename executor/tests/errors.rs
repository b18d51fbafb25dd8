//! Every rule a row can break and every flaw of an instruction, each provoked, and what reports say.

mod common;

use alloy_primitives::U256;
use common::*;
use zkrom_asm::{
    image::{Image, OpcodeEntry},
    isa::{Addr, HintArg, Instr, MemOp, Next, Op, Op2, OperandA, OperandB, Reg, RegExpr, RegSource, Space},
};
use zkrom_executor::{
    ExecError, Executor, Flaw, Input, Limits, LoadError, Location, Program, Rule, SourceMap,
    hints::{HintError, Hints},
};

fn word(x: u64) -> U256 {
    U256::from(x)
}

/// The error of rows followed by a halt, which running, recording and checkpointing agree on.
fn fail_with(image: &Image, input: Input) -> ExecError {
    let program = load(image);
    let executor = Executor::new(&program, input).limits(Limits { rows: 1000 });
    let error = executor.run().map(|o| o.rows).unwrap_err();
    assert_eq!(executor.checkpoints(3).unwrap_err().rule(), error.rule());
    error
}

fn fail(mut rows: Vec<Instr>) -> Rule {
    rows.push(halt());
    fail_with(&image(rows), private(&[word(1), word(2)])).rule().clone()
}

fn input(off: i32) -> Addr {
    Addr { space: Space::Input, ctx: None, base: None, off }
}

fn read(a: Addr) -> Instr {
    Instr { a: OperandA::Mem(a), op: Op::MovA, ..nop() }
}

#[test]
fn assertions() {
    let (a, b) = (OperandA::Mem(input(0)), OperandB::Imm(word(9)));
    let rule = fail(vec![Instr { a, b, op: Op::AssertEq, ..nop() }]);
    assert_eq!(rule, Rule::AssertEq { a: word(1), b: word(9) });
    assert_eq!(rule.to_string(), "assertion failed: A = 0x1, B = 0x9");
}

#[test]
fn large_results_are_no_integers() {
    let large = |r: U256| Instr { b: OperandB::Imm(r), op: Op::MovB, ..nop() };
    for r in [word(1 << 29), word(1 << 32), U256::ONE << 64, U256::MAX] {
        let w = RegExpr { source: RegSource::Result, imm: 0 };
        for (reg, reader) in [(Some(Reg::X0), "the register expression"), (None, "the register expression")] {
            let rule = fail(vec![Instr { w, reg, ..large(r) }]);
            assert_eq!(rule, Rule::ResultTooLarge { reader, r });
        }
        let rule = fail(vec![Instr { next: Next::Return, ..large(r) }]);
        assert_eq!(rule, Rule::ResultTooLarge { reader: "the return", r });
    }
    let fits = fail(vec![Instr { next: Next::Return, ..large(word((1 << 29) - 1)) }]);
    assert_eq!(fits, Rule::UpcPastEnd { upc: (1 << 29) - 1, len: 2 });
}

#[test]
fn offsets_have_bounds() {
    let rule = fail(vec![set(Reg::X0, 3), read(at(Space::Heap, Reg::X0, -4))]);
    assert_eq!(rule, Rule::OffsetOutOfRange { port: 'A', space: Space::Heap as u8, offset: -1 });
    let top = (1 << 29) - 1;
    let b = |a| Instr { b: OperandB::Mem(a), op: Op::MovB, ..nop() };
    let rule = fail(vec![set(Reg::X0, 1), b(at(Space::Mem, Reg::X0, top))]);
    assert_eq!(rule, Rule::OffsetOutOfRange { port: 'B', space: Space::Mem as u8, offset: 1 << 29 });
    let rule = fail(vec![set(Reg::X0, 1), store(at(Space::Mem, Reg::X0, top), word(0))]);
    assert_eq!(rule, Rule::OffsetOutOfRange { port: 'C', space: Space::Mem as u8, offset: 1 << 29 });
    // A constant offset below zero; C only read.
    let rule = fail(vec![Instr { c: Some(global(-1)), ..nop() }]);
    assert_eq!(rule, Rule::OffsetOutOfRange { port: 'C', space: 0, offset: -1 });
    run_both(&image(vec![store(at(Space::Mem, Reg::X0, top), word(1)), halt()]), Input::default());
}

#[test]
fn contexts_have_bounds() {
    let heap = Addr { space: Space::Heap, ctx: Some(Reg::X1), base: None, off: 0 };
    let rule = fail(vec![set(Reg::X1, -1), read(heap)]);
    assert_eq!(rule, Rule::ContextOutOfRange { space: Space::Heap as u8, ctx: -1 });
    run_both(&image(vec![set(Reg::X1, (1 << 29) - 1), store(heap, word(1)), halt()]), Input::default());
}

#[test]
fn the_private_input_has_an_end() {
    assert_eq!(fail(vec![read(input(2))]), Rule::InputPastEnd { off: 2, len: 2 });
    let c = Instr { c: Some(input(7)), op: Op::MovC, ..nop() };
    assert_eq!(fail(vec![c]), Rule::InputPastEnd { off: 7, len: 2 });
    let ctx = Addr { ctx: Some(Reg::X0), ..input(0) };
    assert_eq!(fail(vec![set(Reg::X0, 4), read(ctx)]), Rule::InputContext { ctx: 4 });
    for op in [MemOp::Keccak, MemOp::Sha256, MemOp::LoadCode] {
        assert_eq!(fail(vec![set(Reg::X3, 65), mem(op, input(0))]), Rule::InputPastEnd { off: 2, len: 2 });
    }
    assert_eq!(fail(vec![mem(MemOp::Load, input(33))]), Rule::InputPastEnd { off: 2, len: 2 });
    let rule = fail(vec![hint("byte_len", vec![HintArg::Mem(input(9))], global(0))]);
    assert_eq!(rule, Rule::InputPastEnd { off: 9, len: 2 });
    assert!(rule.to_string().contains("private input word 9 is read, but the input has 2 words"));
}

#[test]
fn lengths_have_bounds() {
    for (op, name) in [(MemOp::Keccak, "keccak"), (MemOp::Copy, "copy"), (MemOp::LoadCode, "load-code")] {
        let b = if op == MemOp::Copy { OperandB::Addr(global(0)) } else { OperandB::None };
        let rule = fail(vec![set(Reg::X3, -1), Instr { b, ..mem(op, global(0)) }]);
        assert_eq!(rule, Rule::LengthOutOfRange { op: name, len: -1, offset: 0 });
    }
    let top = (1 << 29) - 1;
    let rule = fail(vec![set(Reg::X3, 33), mem(MemOp::Sha256, global(top))]);
    assert_eq!(rule, Rule::LengthOutOfRange { op: "sha256", len: 33, offset: top as u32 });
    // Operations without a length do not look at it.
    run_both(&image(vec![set(Reg::X3, -1), mem(MemOp::Load, global(0)), halt()]), Input::default());
}

#[test]
fn port_c_and_a_chip_cannot_write_at_one_time() {
    let heap = |off| Addr { space: Space::Heap, ctx: None, base: None, off };
    let addr = zkrom_executor::record::CellAddr { space: Space::Heap.number(), ctx: 0, off: 1 };
    let store = Instr { c: Some(heap(1)), ..mem(MemOp::Store, heap(31)) };
    assert_eq!(fail(vec![store]), Rule::SameTime { addr });
    let store = Instr { c: Some(heap(1)), ..mem(MemOp::Store8, heap(63)) };
    assert_eq!(fail(vec![store]), Rule::SameTime { addr });
    let copy = Instr { b: OperandB::Addr(heap(20)), c: Some(heap(1)), ..mem(MemOp::Copy, heap(200)) };
    assert_eq!(fail(vec![set(Reg::X3, 13), copy.clone()]), Rule::SameTime { addr });
    // One byte less ends in cell 0. A cell the chip only reads is free for port C.
    let read = Instr { b: OperandB::Addr(heap(200)), c: Some(heap(1)), ..mem(MemOp::Copy, heap(32)) };
    let hash = Instr { c: Some(heap(0)), c_write: true, ..mem(MemOp::Keccak, heap(0)) };
    let rows = vec![set(Reg::X3, 12), copy, read, hash, halt()];
    let record = run_both(&image(rows), Input::default());
    assert_eq!(record.rows[3].old_times[2], 4 * 4 + 2);
}

#[test]
fn runs_end() {
    let rule = fail(vec![Instr { next: Next::Jump(5), ..nop() }]);
    assert_eq!(rule, Rule::UpcPastEnd { upc: 5, len: 2 });
    assert_eq!(fail_with(&image(vec![]), Input::default()).rule(), &Rule::UpcPastEnd { upc: 0, len: 0 });
    let forever = image(vec![Instr { next: Next::Jump(0), ..nop() }]);
    assert_eq!(fail_with(&forever, Input::default()).rule(), &Rule::RowLimit { limit: 1000 });
    let error = Executor::new(&load(&forever), Input::default()).run().unwrap_err();
    assert_eq!(error.rule(), &Rule::ClockBound);
    let halts = load(&image(vec![nop(), nop(), halt()]));
    let limited = |rows| Executor::new(&halts, Input::default()).limits(Limits { rows }).run();
    assert_eq!(limited(2).unwrap_err().rule(), &Rule::RowLimit { limit: 2 });
    assert_eq!(limited(3).unwrap().rows, 3);
}

#[test]
fn the_stack_does_not_go_below_its_bottom() {
    assert_eq!(fail(vec![Instr { dsp: -1, ..nop() }]), Rule::StackHeight { sp: -1 });
    assert_eq!(fail(vec![set(Reg::Sp, -2)]), Rule::StackHeight { sp: 0x7f00_0001 - 2 });
    assert_eq!(fail(vec![Instr { dsp: -3, ..set(Reg::Sp, 2) }]), Rule::StackHeight { sp: -1 });
}

#[test]
fn splits_charges_and_gas_have_bounds() {
    let w = |source, imm| RegExpr { source, imm };
    let x0 = RegSource::Reg(Reg::X0);
    let split = Instr { a: OperandA::Reg, op: Op::Op2(Op2::Split), ..nop() };
    let rule = fail(vec![Instr { w: w(RegSource::Zero, -1), ..split.clone() }]);
    assert_eq!(rule, Rule::SplitOutOfRange { w: -1 });
    let top = (1 << 29) - 1;
    let rows = |imm| vec![set(Reg::X0, top), set_from(Reg::X0, Reg::X0, imm)];
    let mut at_bound = rows(2);
    at_bound.push(Instr { w: w(x0, top), ..split.clone() });
    assert_eq!(fail(at_bound), Rule::SplitOutOfRange { w: 1 << 30 });
    let mut below = rows(1);
    below.extend([Instr { w: w(x0, top), ..split }, halt()]);
    run_both(&image(below), Input::default());

    let charge = Instr { next: Next::Charge(0), ..nop() };
    let rule = fail(vec![Instr { w: w(RegSource::Zero, -5), ..charge.clone() }]);
    assert_eq!(rule, Rule::ChargeOutOfRange { w: -5 });
    assert_eq!(fail(vec![set(Reg::Gas, -1), charge]), Rule::GasOutOfRange { gas: -1 });
}

#[test]
fn public_words_are_set_once() {
    let rule = fail(vec![output(3, input(0)), output(3, input(0)), output(3, input(1))]);
    assert_eq!(rule, Rule::PubOutConflict { index: 3, old: word(1), new: word(2) });
}

#[test]
fn dispatch_needs_code_and_table() {
    let next = Next::Dispatch(0);
    assert_eq!(fail(vec![Instr { next, ..nop() }]), Rule::NoCode { cid: 0 });
    let push = Instr { op: Op::PushData, ..nop() };
    assert_eq!(fail(vec![push.clone()]), Rule::NoCode { cid: 0 });
    let load_code = Instr {
        w: RegExpr { source: RegSource::Reg(Reg::Clk), imm: 0 },
        reg: Some(Reg::Cid),
        ..mem(MemOp::LoadCode, input(0))
    };
    let rows = |more: Vec<Instr>| [vec![set(Reg::X3, 32), load_code.clone()], more].concat();
    let rule = fail(rows(vec![Instr { next, ..nop() }]));
    assert_eq!(rule, Rule::NoOpcodeEntry { fork: 0, opcode: 0 });
    assert_eq!(fail(rows(vec![set(Reg::Pc, -1), Instr { next, ..nop() }])), Rule::PcOutOfRange { pc: -1 });
    assert_eq!(fail(rows(vec![push])), Rule::NoPushData { cid: 2, pc: 0 });
    // With the checks off a run goes on without the code, as if it were empty.
    let blind = image(vec![Instr { next, ..nop() }, halt()]);
    let blind = Image {
        opcodes: vec![vec![OpcodeEntry { handler: 1, max: 1024, ..OpcodeEntry::default() }; 256]],
        ..blind
    };
    let program = load(&blind);
    let executor = Executor::new(&program, Input::default());
    assert_eq!(executor.run().unwrap_err().rule(), &Rule::NoCode { cid: 0 });
    assert_eq!(executor.unchecked().run().unwrap().rows, 2);
    // A stack height that no 16-bit difference tells from what the opcode takes.
    for (sp, far) in
        [(0, false), (1024, false), (1025, false), (1024 + (1 << 16), false), (1025 + (1 << 16), true)]
    {
        let table = vec![OpcodeEntry { max: 1024, handler: 4, ..OpcodeEntry::default() }; 256];
        let instrs = rows(vec![set(Reg::Sp, sp), Instr { next: Next::Dispatch(4), ..nop() }]);
        let instrs = [instrs, vec![halt(); 4]].concat();
        let program = load(&Image { opcodes: vec![table], instrs });
        let got = Executor::new(&program, Input { private: vec![U256::ZERO], ..Input::default() }).run();
        let want = Rule::StackTooFar { sp: sp as u32, need: 0, max: 1024 };
        assert_eq!(got.is_err_and(|e| *e.rule() == want), far, "{sp}");
    }
    // A dispatch into push data finds no entry.
    let code = Image {
        opcodes: vec![vec![OpcodeEntry::default(); 256]],
        instrs: rows(vec![set(Reg::Pc, 1), Instr { next, ..nop() }]),
    };
    let error = fail_with(&code, private(&[word(0x60) << 248]));
    assert_eq!(error.rule(), &Rule::NoOpcodeEntry { fork: 0, opcode: 256 });
    assert!(error.to_string().contains("push data"));
}

#[test]
fn keys_are_not_added_once_counted() {
    let count = Instr { op: Op::Op2(Op2::KeyCount), ..nop() };
    let rule = fail(vec![count, op2(Op2::KeyId, input(0), input(1), global(0))]);
    assert_eq!(rule, Rule::KeyAfterCount { a: word(1), b: word(2), clk: 1 });
}

#[test]
fn hints_fail_with_a_reason() {
    let rule = fail(vec![hint("key_a", vec![HintArg::Const(word(3))], global(0))]);
    let error = HintError("no key 3; the run has 0 so far".into());
    assert_eq!(rule, Rule::Hint { name: "key_a".into(), error });
}

struct Map;

impl SourceMap for Map {
    fn locate(&self, upc: u32) -> Option<Location> {
        let procedure = if upc < 2 { "main" } else { "inner" }.into();
        (upc < 4).then(|| Location { file: "main.zkasm".into(), line: 10 + upc, procedure })
    }
}

#[test]
fn reports_say_where_and_with_what() {
    let rows = vec![
        set(Reg::X2, -7),
        Instr { op: Op::Link, c: Some(global(0)), c_write: true, next: Next::Jump(2), ..nop() },
        nop(),
        Instr {
            a: OperandA::Mem(input(0)),
            b: OperandB::Imm(word(9)),
            op: Op::AssertEq,
            c: Some(input(1)),
            ..nop()
        },
    ];
    let program = load(&image(rows));
    let executor = Executor::new(&program, private(&[word(1), word(2)]));
    let error = executor.run().unwrap_err();
    assert_eq!(error, executor.checkpoints(2).unwrap_err());
    assert_eq!(error.0.words, [1, 9, 2, 0].map(word));
    assert_eq!(error.0.recent, [0, 1, 2, 3]);
    let want = "\
error: assertion failed: A = 0x1, B = 0x9
  at upc 3 (inner at main.zkasm:13), clock 4
  registers: x0=0 x1=0 x2=-7 x3=0 ctx=0 sp=0 pc=0 gas=0 cid=0 fork=0 clk=4
  A = 0x1
  B = 0x9
  C = 0x2
  R = 0x0
  called from upc 1 (main at main.zkasm:11): upc 2 (inner at main.zkasm:12)
  last rows:
    upc 3 (inner at main.zkasm:13)
    upc 2 (inner at main.zkasm:12)
    upc 1 (main at main.zkasm:11)
    upc 0 (main at main.zkasm:10)
";
    assert_eq!(error.render(&Map), want);
    assert_eq!(error.to_string(), "row at micro-pc 3, clock 4: assertion failed: A = 0x1, B = 0x9");
}

#[test]
fn reports_name_the_evm_instruction() {
    // PUSH8 far, JUMP
    let code = [0x67, 1, 0, 0, 0, 0, 0, 0, 4, 0x56];
    let error = Executor::new(&load(&mini_evm(100)), code_input(&code)).run().unwrap_err();
    assert!(error.render(&()).contains("evm: code 2 pc 9 opcode 0x56"), "{}", error.render(&()));
}

fn flaw(instr: Instr) -> Flaw {
    match Program::load(&image(vec![nop(), instr]), &Hints::default()) {
        Err(LoadError::Instr { upc: 1, flaw }) => flaw,
        other => panic!("{:?}", other.err()),
    }
}

#[test]
fn flawed_instructions_do_not_load() {
    let m = |addr| OperandA::Mem(addr);
    let what = "an address";
    assert_eq!(flaw(read(global(1 << 29))), Flaw::Constant { what, value: 1 << 29 });
    assert_eq!(
        flaw(set(Reg::X0, -1 << 29)),
        Flaw::Constant { what: "a register expression", value: -1 << 29 }
    );
    assert_eq!(flaw(set(Reg::Clk, 0)), Flaw::Register { what: "written", reg: Reg::Clk });
    let ctx = Addr { ctx: Some(Reg::Sp), ..global(0) };
    assert_eq!(flaw(read(ctx)), Flaw::Register { what: "a context", reg: Reg::Sp });
    assert_eq!(flaw(read(at(Space::Heap, Reg::Ctx, 0))), Flaw::Register { what: "a base", reg: Reg::Ctx });
    let arg = HintArg::Mem(at(Space::Heap, Reg::Gas, 0));
    assert_eq!(
        flaw(hint("byte_len", vec![arg], global(0))),
        Flaw::Register { what: "a base", reg: Reg::Gas }
    );
    assert_eq!(flaw(Instr { c_write: true, ..nop() }), Flaw::NoCell);
    assert_eq!(flaw(store(input(0), word(1))), Flaw::InputWrite { what: "port C" });
    assert_eq!(flaw(mem(MemOp::Store, input(0))), Flaw::InputWrite { what: "the store" });
    let to_input = Instr { b: OperandB::Addr(input(0)), ..mem(MemOp::Copy, global(0)) };
    assert_eq!(flaw(to_input), Flaw::InputWrite { what: "the copy" });
    let swap = Instr { op: Op::Swap, ..nop() };
    let both = Instr { a: m(global(0)), b: OperandB::Mem(input(0)), ..swap.clone() };
    assert_eq!(flaw(both), Flaw::InputWrite { what: "the swap" });
    assert!(matches!(flaw(swap.clone()), Flaw::Operand { port: 'A', .. }));
    assert!(matches!(flaw(Instr { a: m(global(0)), ..swap }), Flaw::Operand { port: 'B', .. }));
    let target = 1 << 29;
    assert_eq!(flaw(Instr { next: Next::Jump(target), ..nop() }), Flaw::Target { target });
    assert_eq!(flaw(Instr { next: Next::Charge(0), ..set(Reg::X0, 1) }), Flaw::ChargeWrites);
    for reg in [Reg::Pc, Reg::Gas, Reg::Cid, Reg::Fork] {
        assert_eq!(flaw(Instr { next: Next::Dispatch(0), ..set(reg, 1) }), Flaw::DispatchWrites { reg });
    }
    assert_eq!(flaw(Instr { dsp: 1, ..halt() }), Flaw::HaltActs);
    assert_eq!(flaw(output(16, global(0))), Flaw::PublicWord { index: 16 });
}

#[test]
fn operands_are_those_of_the_operation() {
    let is = |instr, port, want| match flaw(instr) {
        Flaw::Operand { port: p, want: w, .. } => assert_eq!((p, w), (port, want)),
        other => panic!("{other:?}"),
    };
    let (a, b) = (OperandA::Mem(global(0)), OperandB::Mem(global(0)));
    is(Instr { a: OperandA::None, ..mem(MemOp::Load, global(0)) }, 'A', "an address");
    is(Instr { b, ..mem(MemOp::Load, global(0)) }, 'B', "absent");
    is(mem(MemOp::Copy, global(0)), 'B', "an address");
    is(Instr { a: OperandA::Addr(global(0)), ..nop() }, 'A', "no bare address");
    is(Instr { b: OperandB::Addr(global(0)), ..nop() }, 'B', "no bare address");
    is(Instr { a: OperandA::Reg, ..nop() }, 'A', "no register expression");
    let split = Instr { op: Op::Op2(Op2::Split), ..nop() };
    is(Instr { a, ..split.clone() }, 'A', "the register expression");
    is(Instr { a: OperandA::Reg, b, ..split.clone() }, 'B', "zero");
    let own = RegExpr { source: RegSource::Result, imm: 0 };
    assert_eq!(flaw(Instr { a: OperandA::Reg, w: own, ..split }), Flaw::SplitOfResult);
    for op in [Op2::KeyCount, Op2::PubIn(0)] {
        is(Instr { a, op: Op::Op2(op), ..nop() }, 'A', "absent");
        is(Instr { b: OperandB::Imm(word(1)), op: Op::Op2(op), ..nop() }, 'B', "zero");
    }
    is(Instr { b, ..output(0, global(0)) }, 'B', "zero");
    let hints = hint("input_len", vec![], global(0));
    is(Instr { a, ..hints.clone() }, 'A', "absent");
    assert_eq!(flaw(Instr { hint: None, ..hints }), Flaw::HintCall { call: false });
    assert_eq!(flaw(Instr { op: Op::None, ..hints }), Flaw::HintCall { call: true });
    assert_eq!(flaw(hint("nope", vec![], global(0))), Flaw::UnknownHint { name: "nope".into() });
    let wrong = Flaw::HintArity { name: "div".into(), expected: 2, got: 0 };
    assert_eq!(flaw(hint("div", vec![], global(0))), wrong);
    // Zero as an immediate is zero.
    let zero = Instr { b: OperandB::Imm(U256::ZERO), ..hint("input_len", vec![], global(0)) };
    run_both(&image(vec![store(global(1), word(5)), zero, halt()]), Input::default());
}

#[test]
fn flawed_images_do_not_load() {
    let load = |image: &Image| Program::load(image, &Hints::default()).err().unwrap();
    let many = image(vec![nop(); zkrom_asm::isa::ROM_HEIGHT + 1]);
    assert_eq!(load(&many), LoadError::TooManyInstrs { got: zkrom_asm::isa::ROM_HEIGHT + 1 });
    let table = vec![OpcodeEntry::default(); 256];
    let forks = Image { instrs: vec![], opcodes: vec![table.clone(); 9] };
    assert_eq!(load(&forks), LoadError::TooManyForks { got: 9 });
    let short = Image { instrs: vec![], opcodes: vec![table.clone(), table[1..].to_vec()] };
    assert_eq!(load(&short), LoadError::OpcodeTable { fork: 1, got: 255 });
    let mut large = Image { instrs: vec![], opcodes: vec![table] };
    large.opcodes[0][7].gas = 1 << 29;
    assert_eq!(load(&large), LoadError::OpcodeEntry { fork: 0, opcode: 7 });
}
