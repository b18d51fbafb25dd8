//! Pages of the docs that are made from the code: the instruction set, and the hints of the block program with what checks each.
//!
//! `ZKROM_BLESS=1` writes them.

use std::{collections::BTreeSet, path::Path};

use zkrom_asm::{
    Assembly, Files, Options, assemble,
    isa::{MemOp, Next, Op, Op2, Space, page::page},
    listing::hints_page,
};

fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("ZKROM_BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let stale = written.lines().zip(made.lines()).position(|(a, b)| a != b);
    assert!(
        written == made,
        "docs/{name} is stale from line {stale:?} on: ZKROM_BLESS=1 cargo test --release -p zkrom-asm --test pages"
    );
}

fn main_program() -> Assembly {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rom/main.zkasm");
    assemble(&path, &Files::Disk, &Options::default()).unwrap_or_else(|e| panic!("{}", e.render()))
}

#[test]
fn the_instruction_set() {
    let text = page();
    compare("isa.md", &text);
    // Every operation that a program can name is on it.
    for op in [MemOp::Keccak, MemOp::Store8] {
        assert!(text.contains(&format!("`{op:?}`")));
    }
    for space in Space::ALL {
        assert!(text.contains(&format!("`{}`", space.name())));
    }
    for instr in &main_program().image.instrs {
        let name = match instr.op {
            Op::Op2(Op2::PubIn(_) | Op2::PubOut(_)) => continue,
            Op::Op2(op) => format!("{op:?}"),
            Op::Op3(op) => format!("{op:?}"),
            Op::Mem(op) => format!("{op:?}"),
            op => format!("{op:?}"),
        };
        assert!(text.contains(&format!("`{name}`")), "{name} is not on the page");
    }
}

#[test]
fn the_hints_of_the_block_program() {
    let assembly = main_program();
    compare("hints.md", &hints_page("rom/main.zkasm", &assembly.hints));
    // The list is complete: it has each row of the image that is a hint, and no other.
    let instrs = &assembly.image.instrs;
    let is_hint = |upc: &u32| instrs[*upc as usize].op == Op::Op2(Op2::Hint);
    let rows: BTreeSet<u32> = (0..instrs.len() as u32).filter(is_hint).collect();
    let of_kind =
        |kind: &[&str]| assembly.hints.iter().filter(|h| kind.contains(&&*h.kind)).collect::<Vec<_>>();
    let listed: BTreeSet<u32> = of_kind(&["hint", "guess"]).iter().map(|h| h.upc).collect();
    assert_eq!(listed, rows);
    for h in of_kind(&["hint", "untrusted input"]) {
        assert!(!h.checks.is_empty(), "{h:?}");
        for c in &h.checks {
            // What checks can fail: an assertion, a branch, or a call that takes the duty over.
            let instr = &instrs[c.upc as usize];
            let can_fail = instr.op == Op::AssertEq
                || matches!(instr.next, Next::BranchZero(_) | Next::BranchNonZero(_) | Next::Jump(_));
            assert!(can_fail, "{}: {instr:?}", c.statement);
        }
    }
    // A guess branches on its own row.
    for h in of_kind(&["guess"]) {
        assert!(matches!(instrs[h.upc as usize].next, Next::BranchZero(_) | Next::BranchNonZero(_)), "{h:?}");
    }
    assert!(rows.len() > 10, "{} hints", rows.len());
}
