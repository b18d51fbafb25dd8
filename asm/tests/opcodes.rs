//! The opcode bench: results of short EVM programs, and rows per opcode beside the budget of the design.

mod support;

use std::path::Path;

use alloy_primitives::{I256, U256, keccak256};
use zkrom_asm::{Assembly, Files, Options, assemble, evm};

const GAS: u64 = 10_000_000;

fn bench() -> Assembly {
    assemble(Path::new("../rom/bench/opcodes.zkasm"), &Files::Disk, &Options::default())
        .unwrap_or_else(|e| panic!("{}", e.render()))
}

/// Bytecode of words: opcode names, numbers (the shortest PUSH), and labels `x:` with `@x`.
fn code(text: &str) -> Vec<u8> {
    let mut out: Vec<u8> = vec![];
    let (mut labels, mut uses) = (vec![], vec![]);
    for word in text.split_whitespace() {
        if let Some(label) = word.strip_suffix(':') {
            labels.push((label.to_owned(), out.len()));
            out.push(0x5b);
        } else if let Some(label) = word.strip_prefix('@') {
            uses.push((label.to_owned(), out.len() + 1));
            out.extend([0x61, 0, 0]);
        } else if let Some(op) = evm::find(word) {
            out.push(op.byte);
        } else {
            let n: U256 = word.parse().unwrap_or_else(|_| panic!("{word}"));
            let bytes = n.to_be_bytes_trimmed_vec();
            let bytes = if bytes.is_empty() { vec![0] } else { bytes };
            out.push(0x5f + bytes.len() as u8);
            out.extend(bytes);
        }
    }
    for (label, at) in uses {
        let to = labels.iter().find(|(l, _)| *l == label).unwrap().1;
        out[at..at + 2].copy_from_slice(&(to as u16).to_be_bytes());
    }
    out
}

fn execute(a: &Assembly, code: &[u8], gas: u64) -> support::Run {
    let words: Vec<U256> = code
        .chunks(32)
        .map(|c| {
            let mut w = [0; 32];
            w[..c.len()].copy_from_slice(c);
            U256::from_be_bytes(w)
        })
        .collect();
    let public = [U256::from(gas), U256::from(code.len()), U256::from(evm::Fork::Osaka as u8)];
    support::run(&a.image, 0, &public, &words, &mut |n, _| panic!("{n}"))
        .unwrap_or_else(|s| panic!("{} at {}", s.why, a.source_map.describe(s.upc)))
}

/// Status, top of the stack, gas used.
fn result(a: &Assembly, text: &str) -> (u64, U256, u64) {
    let out = execute(a, &code(text), GAS).outputs;
    (out[0].to(), out[1], GAS - out[3].to::<u64>())
}

#[test]
fn results_and_gas() {
    let a = bench();
    let max = U256::MAX;
    let minus = |n: u64| U256::ZERO.wrapping_sub(U256::from(n));
    let k = |bytes: &[u8]| U256::from_be_bytes(keccak256(bytes).0);
    let two_pow_255: U256 = I256::MIN.into_raw();
    // Operands are pushed last first.
    let cases: Vec<(String, U256, u64)> = vec![
        ("3 2 ADD".into(), U256::from(5), 9),
        (format!("1 {max} ADD"), U256::ZERO, 9),
        ("5 7 MUL".into(), U256::from(35), 11),
        ("5 7 SUB".into(), U256::from(2), 9),
        ("5 17 DIV".into(), U256::from(3), 11),
        ("0 17 DIV".into(), U256::ZERO, 11),
        (format!("{} {two_pow_255} SDIV", minus(1)), two_pow_255, 11),
        (format!("3 {} SMOD", minus(8)), minus(2), 11),
        ("5 17 MOD".into(), U256::from(2), 11),
        (format!("7 {max} {max} ADDMOD"), max.add_mod(max, U256::from(7)), 17),
        (format!("7 {max} {max} MULMOD"), max.mul_mod(max, U256::from(7)), 17),
        ("10 3 EXP".into(), U256::from(59049), 66),
        (format!("{max} 3 EXP"), U256::from(3).wrapping_pow(max), 16 + 32 * 50),
        ("0 3 EXP".into(), U256::from(1), 16),
        ("256 2 EXP".into(), U256::ZERO, 116),
        ("0x80 0 SIGNEXTEND".into(), minus(128), 11),
        ("5 7 LT".into(), U256::ZERO, 9),
        ("5 7 GT".into(), U256::from(1), 9),
        (format!("5 {max} SLT"), U256::from(1), 9),
        ("0 ISZERO".into(), U256::from(1), 6),
        ("0 NOT".into(), max, 6),
        ("0xff00 30 BYTE".into(), U256::from(255), 9),
        ("1 255 SHL".into(), two_pow_255, 9),
        ("1 256 SHL".into(), U256::ZERO, 9),
        (format!("{max} 255 SHR"), U256::from(1), 9),
        (format!("{max} 300 SAR"), max, 9),
        ("PUSH0".into(), U256::ZERO, 2),
        ("1 2 3 DUP3".into(), U256::from(1), 12),
        ("1 2 3 SWAP2".into(), U256::from(1), 12),
        ("1 2 POP".into(), U256::from(1), 8),
        ("PC PC".into(), U256::from(1), 4),
        ("GAS".into(), U256::from(GAS - 2), 2),
        ("@x JUMP 1 x: 2".into(), U256::from(2), 15),
        ("7 1 @x JUMPI 8 x:".into(), U256::from(7), 20),
        ("7 0 @x JUMPI 8 x:".into(), U256::from(8), 23),
        // 3 + 3 + 3 and one word of memory: 3.
        ("9 0 MSTORE 0 MLOAD".into(), U256::from(9), 18),
        ("9 1 MSTORE 2 MLOAD".into(), U256::from(9 << 8), 21),
        ("0x1234 5 MSTORE8 5 MLOAD".into(), U256::from(0x34) << 248, 21),
        ("0 1023 MSTORE8 MSIZE".into(), U256::from(1024), 9 + 98 + 2),
        ("0 0 KECCAK256".into(), k(&[]), 36),
        ("64 0 KECCAK256".into(), k(&[0; 64]), 6 + 30 + 12 + 6),
        ("9 0 MSTORE 31 1 KECCAK256".into(), k(&[&[0u8; 30][..], &[9]].concat()), 12 + 6 + 36),
    ];
    for (text, top, gas) in cases {
        assert_eq!(result(&a, &text), (1, top, gas), "{text}");
    }
}

#[test]
fn failures() {
    let a = bench();
    let full = "1 ".repeat(1024);
    for text in [
        "ADD",
        "1 ADD",
        "3 JUMP",
        // Into push data that looks like a JUMPDEST.
        "1 JUMP 0x5b",
        "0x10000000000000000 JUMP",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935 JUMP",
        "1000 1 SWAP1 JUMPI",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935 MLOAD",
        "10000000000 MLOAD",
        "115792089237316195423570985008687907853269984665640564039457584007913129639935 1 KECCAK256",
        "1 115792089237316195423570985008687907853269984665640564039457584007913129639935 KECCAK256",
        &format!("{full} 1"),
        &format!("{full} DUP1"),
        "x: @x JUMP",
    ] {
        let (status, _, used) = {
            let out = execute(&a, &code(text), 200_000).outputs;
            (out[0], out[1], 200_000 - out[3].to::<u64>())
        };
        assert_eq!((status, used), (U256::from(2), 200_000), "{text}");
    }
    let out = execute(&a, &[0xfe], GAS).outputs;
    assert_eq!(out[0], U256::from(2), "an undefined opcode");
    let out = execute(&a, &code("0 SLOAD"), GAS).outputs;
    assert_eq!(out[0], U256::from(3), "no handler");
}

#[test]
fn more_gas_than_a_register_holds() {
    let a = bench();
    let gas: u64 = 1 << 36;
    // GAS sees all of it; the loop and the memory of 2^20 words use more than one filling of the register.
    let out = execute(&a, &code("GAS"), gas).outputs;
    assert_eq!(out[1], U256::from(gas - 2));
    let out = execute(&a, &code("0 33554400 MSTORE GAS"), gas).outputs;
    let words: u64 = 1 << 20;
    let used = 9 + 3 * words + words * words / 512 + 2;
    assert_eq!((out[0], out[1], out[3]), (U256::from(1), U256::from(gas - used), U256::from(gas - used)));
    // A charge that leaves the register nearly empty, then a jump and opcodes that must fill it.
    let (words, rest): (u64, u64) = (362_038, 30);
    let cost = 3 * words + words * words / 512;
    assert!(cost < 1 << 28);
    let text = format!("0 {} MSTORE @x JUMP x: 1 1 ADD", 32 * (words - 1));
    let exact = 9 + cost + 3 + 8 + 1 + 9;
    for (slack, status) in [(rest, 1u64), (0, 1)] {
        let out = execute(&a, &code(&text), exact + slack).outputs;
        assert_eq!((out[0], out[3]), (U256::from(status), U256::from(slack)));
    }
    let out = execute(&a, &code(&text), exact - 1).outputs;
    assert_eq!(out[0], U256::from(2));
}

/// Rows of an opcode: those of a program with it, less those of the program without it.
fn rows(a: &Assembly, before: &str, op: &str) -> usize {
    // An item below the operands: how the program ends does not depend on whether the stack is empty.
    let with = execute(a, &code(&format!("7 {before} {op}")), GAS).rows;
    with - execute(a, &code(&format!("7 {before}")), GAS).rows
}

#[test]
fn rows_within_the_budget() {
    let a = bench();
    let word = format!("0 64 MSTORE 64 {}", 0);
    let max = U256::MAX;
    // What stands before, the opcode, the budget of DESIGN 4.
    let table: Vec<(String, &str, usize)> = vec![
        ("1 2".into(), "ADD", 2),
        ("1 2".into(), "LT", 2),
        ("1 2".into(), "AND", 2),
        ("1 2".into(), "MUL", 2),
        ("1 2".into(), "DIV", 2),
        ("1 2".into(), "MOD", 2),
        ("1 2 3".into(), "MULMOD", 3),
        ("1 2 3".into(), "ADDMOD", 3),
        ("1 2".into(), "SHL", 3),
        ("1 2".into(), "SHR", 3),
        ("1 2".into(), "SAR", 3),
        ("1 2".into(), "BYTE", 3),
        (String::new(), "PUSH0", 2),
        (String::new(), "1", 2),
        (String::new(), "115792089237316195423570985008687907853269984665640564039457584007913129639935", 2),
        ("1".into(), "DUP1", 2),
        ("1 2".into(), "SWAP1", 2),
        ("1".into(), "POP", 2),
        (String::new(), "JUMPDEST", 1),
        (String::new(), "PC", 2),
        ("1 64 MSTORE 0".into(), "MLOAD", 6),
        ("1 64 MSTORE 1 0".into(), "MSTORE", 6),
        ("1 64 MSTORE 1 0".into(), "MSTORE8", 6),
        (word, "KECCAK256", 12),
        (format!("{max} 3"), "EXP", 1200),
    ];
    let mut report = String::new();
    for (before, op, budget) in table {
        let got = rows(&a, &before, op);
        let name = if op.len() > 20 {
            "PUSH32"
        } else if op == "1" {
            "PUSH1"
        } else {
            op
        };
        report.push_str(&format!("{name:12} {got:5} rows, budget {budget}\n"));
        assert!(got <= budget, "{name}: {got} rows, budget {budget}");
    }
    // With the JUMPDEST that a jump needs.
    let jump = execute(&a, &code("7 @x JUMP x:"), GAS).rows - execute(&a, &code("7 @x x:"), GAS).rows;
    report.push_str(&format!("JUMP         {jump:5} rows, budget 3\n"));
    assert!(jump <= 3);
    println!("{report}");
}
