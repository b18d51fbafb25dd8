//! A small EVM in hand-built micro-code: dispatch, push data, jumps and their failures.

mod common;

use alloy_primitives::U256;
use common::{code_input, load, mini_evm, run_both};
use zkrom_asm::isa::{PUSH_DATA, fault};
use zkrom_executor::{Executor, Rule};

fn word(x: u64) -> U256 {
    U256::from(x)
}

/// The top of the stack at STOP and 1 plus the cause of failure.
fn run(gas: i32, code: &[u8]) -> (U256, U256) {
    let record = run_both(&mini_evm(gas), code_input(code));
    (record.public_out[0], record.public_out[1])
}

fn fails(cause: u32) -> (U256, U256) {
    (word(0), word(u64::from(cause) + 1))
}

#[test]
fn programs_compute() {
    assert_eq!(run(100, &[0x60, 2, 0x60, 3, 0x01]), (word(5), word(0)));
    // 10 - 3: the top is the left operand.
    assert_eq!(run(100, &[0x60, 3, 0x60, 10, 0x03]), (word(7), word(0)));
    assert_eq!(run(100, &[0x60, 1, 0x60, 2, 0x90, 0x50]), (word(2), word(0)));
    assert_eq!(run(100, &[0x60, 1, 0x60, 2, 0x81]), (word(1), word(0)));
    assert_eq!(run(100, &[0x60, 7, 0x60, 32, 0x52, 0x60, 33, 0x51]), (word(7 << 8), word(0)));
    // PUSH2 with one byte left.
    assert_eq!(run(100, &[0x61, 0xab]), (word(0xab00), word(0)));
}

#[test]
fn jumps_land_on_jumpdests_only() {
    // PUSH1 4 JUMP INVALID JUMPDEST PUSH1 9
    assert_eq!(run(100, &[0x60, 4, 0x56, 0xfe, 0x5b, 0x60, 9]), (word(9), word(0)));
    let bad = fails(fault::BAD_JUMP);
    // Into push data, onto another opcode, past the end.
    assert_eq!(run(100, &[0x60, 4, 0x56, 0x60, 0x5b]), bad);
    assert_eq!(run(100, &[0x60, 3, 0x56, 0x50]), bad);
    assert_eq!(run(100, &[0x60, 200, 0x56]), bad);
    // No row jumps beyond any code: the program has to look before.
    let far = [0x67, 1, 0, 0, 0, 0, 0, 0, 4, 0x56];
    let error = Executor::new(&load(&mini_evm(100)), code_input(&far)).run().unwrap_err();
    assert!(matches!(error.rule(), Rule::ResultTooLarge { reader: "the EVM jump", .. }));
    // Conditional: taken and not.
    assert_eq!(run(100, &[0x60, 1, 0x60, 6, 0x57, 0xfe, 0x5b, 0x60, 9]), (word(9), word(0)));
    assert_eq!(run(100, &[0x60, 0, 0x60, 9, 0x57, 0x60, 8, 0x00, 0x5b]), (word(8), word(0)));
}

#[test]
fn failures_name_their_cause_and_change_nothing() {
    assert_eq!(run(100, &[0x60, 1, 0x01]), fails(fault::UNDERFLOW));
    assert_eq!(run(5, &[0x60, 1, 0x60, 1]), fails(fault::OUT_OF_GAS));
    assert_eq!(run(6, &[0x60, 1, 0x60, 7]), (word(7), word(0)));
    // Underflow comes before out of gas.
    assert_eq!(run(3, &[0x60, 1, 0x01]), fails(fault::UNDERFLOW));
    let overflow: Vec<u8> = [0x5f].repeat(1025);
    assert_eq!(run(1 << 20, &overflow), fails(fault::OVERFLOW));
    assert_eq!(run(2048, &overflow), fails(fault::OVERFLOW));
    assert_eq!(run(1 << 20, &overflow[1..]), (word(0), word(0)));
    let record = run_both(&mini_evm(5), code_input(&[0x60, 1, 0x60, 1]));
    let at = record.rows.iter().rposition(|r| r.fetch.is_some()).unwrap();
    let (before, after) = (&record.rows[at].regs, &record.rows[at + 1].regs);
    use zkrom_asm::isa::Reg::{Gas, Pc};
    assert_eq!((before.get(Pc), before.get(Gas)), (2, 2));
    assert_eq!((after.get(Pc), after.get(Gas)), (2, 2));
}

#[test]
fn fetches_are_recorded() {
    // PUSH1 4 JUMP, PUSH1 5b: a jump into push data.
    let record = run_both(&mini_evm(100), code_input(&[0x60, 4, 0x56, 0x60, 0x5b]));
    let fetches: Vec<_> = record.rows.iter().filter_map(|r| r.fetch).collect();
    assert_eq!(
        fetches.iter().map(|f| (f.pc, f.opcode)).collect::<Vec<_>>(),
        [(0, 0x60), (2, 0x56), (4, PUSH_DATA)]
    );
    let (cid, counts) = record.fetches.first_key_value().unwrap();
    assert_eq!(*cid, record.mem_ops[0].clk);
    assert_eq!(counts.opcodes.iter().map(|(pc, n)| (*pc, *n)).collect::<Vec<_>>(), [(0, 1), (2, 1), (4, 1)]);
    assert_eq!(counts.push_data.iter().map(|(pc, n)| (*pc, *n)).collect::<Vec<_>>(), [(2, 1)]);
}
