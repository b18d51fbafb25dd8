//! Faults: one wrong step, honest from there; and the seeded lists of them.

mod common;

use std::collections::BTreeMap;

use alloy_primitives::U256;
use common::*;
use zkrom_asm::{
    image::Image,
    isa::{MemOp, Op, Op2, Reg, fault},
};
use zkrom_executor::{
    DispatchOutcome, Executor, Fault, FaultKind, Input, Limits, PortName, Rule, Tamper, faults,
    record::Record,
};

fn word(x: u64) -> U256 {
    U256::from(x)
}

fn run(image: &Image, input: Input, row: u32, kind: FaultKind) -> Record {
    let program = load(image);
    let executor = Executor::new(&program, input).limits(Limits { rows: 5000 });
    executor.record_with_fault(Fault { row, kind }).unwrap_or_else(|e| panic!("{}", e.render(&())))
}

/// Two words, their sum, the sum of that and the first.
fn sums() -> Image {
    image(vec![
        store(global(0), word(3)),
        store(global(1), word(4)),
        op2(Op2::Add, global(0), global(1), global(2)),
        op2(Op2::Add, global(0), global(2), global(3)),
        output(0, global(3)),
        halt(),
    ])
}

#[test]
fn a_wrong_result_goes_on_honestly() {
    let record = run(&sums(), Input::default(), 2, FaultKind::Result(Tamper::Add(word(1))));
    assert_eq!((record.rows[2].result, record.op2[0].r), (word(8), word(8)));
    assert_eq!((record.rows[3].words[1], record.public_out[0]), (word(8), word(11)));
}

#[test]
fn words_stored_and_read_go_on_in_memory() {
    let stored = run(&sums(), Input::default(), 2, FaultKind::Stored(Tamper::Set(word(50))));
    assert_eq!((stored.rows[2].result, stored.public_out[0]), (word(7), word(53)));
    let read = run(&sums(), Input::default(), 2, FaultKind::Read(PortName::A, Tamper::Set(word(10))));
    assert_eq!((read.rows[2].words[0], read.op2[0].a, read.public_out[0]), (word(10), word(10), word(24)));
    let old = run(&sums(), Input::default(), 3, FaultKind::OldTime(PortName::B, 1));
    assert_eq!((old.rows[3].old_times[1], old.public_out[0]), (1, word(10)));
}

#[test]
fn the_way_can_be_wrong() {
    let upcs = |r: &Record| r.rows.iter().map(|r| r.upc).collect::<Vec<_>>();
    let skipped = run(&sums(), Input::default(), 2, FaultKind::Next(5));
    assert_eq!(upcs(&skipped), [0, 1, 2, 5]);
    let code = [0x60, 1, 0x60, 6, 0x57, 0xfe, 0x5b, 0x60, 9];
    let evm = |row, kind| run(&mini_evm(100), code_input(&code), row, kind);
    let honest = run_both(&mini_evm(100), code_input(&code));
    let jumpi = honest.rows.iter().position(|r| r.fetch.is_some_and(|f| f.opcode == 0x57)).unwrap() as u32;
    // Not taken: INVALID, which the table sends to failure.
    let branch = evm(jumpi + 1, FaultKind::Branch);
    assert_eq!(branch.public_out[..2], [word(0), word(1)]);
    let dispatch = evm(jumpi, FaultKind::Dispatch(DispatchOutcome::Fails(fault::OVERFLOW)));
    assert_eq!(dispatch.public_out[..2], [word(0), word(3)]);
    let fetched = evm(jumpi, FaultKind::Opcode(0x01));
    assert_eq!(fetched.rows[jumpi as usize].fetch.unwrap().opcode, 0x01);
    let next_pc = evm(jumpi, FaultKind::NextPc(7));
    assert_eq!(next_pc.rows[jumpi as usize + 1].regs.get(Reg::Pc), 7);
    let gas = evm(jumpi, FaultKind::State(Reg::Gas, 1));
    assert_eq!(gas.rows[jumpi as usize + 1].regs.get(Reg::Gas), 1);
    assert_eq!(gas.public_out[1], word(1), "then out of gas");
    // A failure that was honest, forced to succeed.
    let short = run_both(&mini_evm(5), code_input(&[0x60, 1, 0x60, 7]));
    let at = short.rows.iter().rposition(|r| r.fetch.is_some()).unwrap() as u32;
    let program = load(&mini_evm(5));
    let executor = Executor::new(&program, code_input(&[0x60, 1, 0x60, 7]));
    let fault = Fault { row: at, kind: FaultKind::Dispatch(DispatchOutcome::Succeeds) };
    // Gas below zero is noticed at the next dispatch, unless the checks are off.
    let error = executor.record_with_fault(fault).unwrap_err();
    assert_eq!(error.rule(), &Rule::GasOutOfRange { gas: -1 });
    let forced = executor.unchecked().record_with_fault(fault).unwrap();
    assert_eq!(forced.public_out[..2], [word(7), word(0)]);
}

#[test]
fn memory_chips_can_be_wrong() {
    let heap = |off| at(zkrom_asm::isa::Space::Heap, Reg::X0, off);
    let hash = zkrom_asm::isa::Instr { c: Some(global(0)), c_write: true, ..mem(MemOp::Keccak, heap(0)) };
    let rows = vec![store(heap(0), word(1)), set(Reg::X3, 32), hash, output(0, global(0)), halt()];
    let image = image(rows);
    let at = |kind| run(&image, Input::default(), 2, kind);
    let read = at(FaultKind::ChipRead(0, Tamper::Set(word(2))));
    let want = alloy_primitives::keccak256(word(2).to_be_bytes::<32>());
    assert_eq!(read.public_out[0], U256::from_be_bytes(want.0));
    assert_eq!(read.memory.iter().find(|c| c.addr.space == 5).unwrap().word, word(2));
    assert_eq!(at(FaultKind::ChipReadTime(0, 3)).mem_ops[0].reads[0].old_time, 3);
    let hash = at(FaultKind::Result(Tamper::Xor(word(1))));
    assert_eq!((hash.mem_ops[0].r, hash.public_out[0]), (hash.rows[2].result, hash.rows[2].result));
}

#[test]
fn unchecked_runs_go_past_broken_rules() {
    let image = image(vec![
        store(global(0), word(1)),
        store(global(1), word(2)),
        zkrom_asm::isa::Instr { op: Op::AssertEq, ..op2(Op2::Add, global(0), global(1), global(2)) },
        output(0, global(0)),
        output(0, global(1)),
        halt(),
    ]);
    let program = load(&image);
    let executor = Executor::new(&program, Input::default());
    assert!(matches!(executor.run().unwrap_err().rule(), Rule::AssertEq { .. }));
    let record = executor.unchecked().record().unwrap();
    assert_eq!((record.rows.len(), record.public_out[0]), (6, word(2)));
}

/// Every fault of a seeded list makes a record that differs, and the places are spread over operations and kinds.
#[test]
fn seeded_faults_change_records() {
    // PUSH1 5, JUMPDEST, PUSH1 1, SWAP1, SUB, DUP1, PUSH1 32, MSTORE, PUSH1 3, MLOAD, POP, DUP1, PUSH1 2, JUMPI
    let code =
        [0x60, 5, 0x5b, 0x60, 1, 0x90, 0x03, 0x80, 0x60, 32, 0x52, 0x60, 3, 0x51, 0x50, 0x80, 0x60, 2, 0x57];
    let image = mini_evm(1000);
    let program = load(&image);
    let executor = Executor::new(&program, code_input(&code)).limits(Limits { rows: 5000 }).unchecked();
    let honest = run_both(&image, code_input(&code));
    let list = faults(&image, &honest, 7, 2000);
    assert_eq!(list.len(), 2000);
    assert_eq!(list, faults(&image, &honest, 7, 2000));
    assert_ne!(list, faults(&image, &honest, 8, 2000));
    let mut halted = 0;
    let mut kinds = BTreeMap::<String, u32>::new();
    for fault in list {
        let kind = format!("{:?}", fault.kind).split('(').next().unwrap().to_owned();
        *kinds.entry(kind).or_default() += 1;
        if let Ok(record) = executor.record_with_fault(fault) {
            assert_ne!(record, honest, "{fault:?}");
            halted += 1;
            let same = honest.rows.iter().zip(&record.rows).take_while(|(a, b)| a == b).count();
            assert!(same >= fault.row as usize, "{fault:?} changed row {same}");
        }
    }
    println!("{halted} of 2000 runs with a fault halted; {kinds:?}");
    assert!(halted > 1200, "{halted}");
    assert_eq!(kinds.len(), 15, "{kinds:?}");
}

#[test]
fn profiles_say_where_rows_went() {
    struct Map;
    impl zkrom_executor::SourceMap for Map {
        fn locate(&self, upc: u32) -> Option<zkrom_executor::Location> {
            let procedure = if upc < FAILED { "start" } else { "handlers" }.to_owned();
            Some(zkrom_executor::Location { file: "evm".into(), line: upc, procedure })
        }
    }
    let program = load(&mini_evm(1000));
    let code = [0x60, 3, 0x60, 4, 0x01, 0x60, 0, 0x52, 0x60, 9];
    let outcome = Executor::new(&program, code_input(&code)).run().unwrap();
    let profile = &outcome.profile;
    assert_eq!(profile.outside, 6);
    let of = |op: usize| (profile.opcodes[op].dispatches, profile.opcodes[op].rows);
    assert_eq!([of(0x60), of(0x01), of(0x52), of(0)], [(4, 4), (1, 1), (1, 2), (1, 2)]);
    let rows: u64 = profile.opcodes.iter().map(|o| o.rows).sum();
    assert_eq!(rows + profile.outside, u64::from(outcome.rows));
    assert_eq!(profile.procedures(&Map), [("handlers".to_owned(), 9), ("start".to_owned(), 6)]);
    let counts = &outcome.counts;
    assert_eq!((counts.of_op2(Op2::Add), counts.of_mem_op(MemOp::Store), counts.push_data), (1, 1, 4));
    assert_eq!((counts.work.code_bytes, counts.work.chip_writes, counts.fetches), (10, 1, 7));
    let json = serde_json::to_string(&(profile, counts)).unwrap();
    let back: (zkrom_executor::Profile, zkrom_executor::Counts) = serde_json::from_str(&json).unwrap();
    assert_eq!((&back.0, &back.1), (profile, counts));
}
