//! The programs under `rom/`: they assemble with headers required, their `#[test]`s pass on the plain interpreter, and the
//! rows of the EVM opcodes stay within the budget.

mod support;

use std::path::Path;

use zkrom_asm::{Assembly, Files, Options, assemble};

const PROGRAMS: [&str; 8] = [
    "examples/factorial",
    "examples/memcopy",
    "examples/keccak",
    "examples/merkle",
    "bench/opcodes",
    "tests/mpt",
    "tests/list",
    "tests/state",
];

fn program(name: &str, require_headers: bool) -> Assembly {
    let path = format!("../rom/{name}.zkasm");
    let options = Options { require_headers, ..Options::default() };
    assemble(Path::new(&path), &Files::Disk, &options).unwrap_or_else(|e| panic!("{}", e.render()))
}

/// The programs of the manual assemble as they stand (but for a `main`, where they are a procedure only).
#[test]
fn the_manual_is_right() {
    let manual = std::fs::read_to_string("../docs/micro-assembly.md").unwrap();
    let mut checked = 0;
    for block in manual.split("```").skip(1).step_by(2).map(str::trim_start) {
        if !(block.starts_with(";!") || block.starts_with("proc ")) {
            continue;
        }
        let main = if block.contains("routine main") { "" } else { "\nroutine main() {\n    halt\n}\n" };
        let files = Files::memory([("manual", &*format!("{block}{main}"))]);
        assemble(Path::new("manual"), &files, &Options::default())
            .unwrap_or_else(|e| panic!("{}", e.render()));
        checked += 1;
    }
    assert_eq!(checked, 3);
}

#[test]
fn tests_in_the_sources_pass() {
    let mut ran = 0;
    let mut failures = vec![];
    let language = "../asm/tests/golden/good/control";
    for name in PROGRAMS.into_iter().chain([language]) {
        let a = program(name, name != language);
        for t in &a.tests.tests {
            let got = support::run(&a.tests.image, t.entry as usize, &t.public, &t.private, &mut |n, _| {
                panic!("{n}")
            });
            let bad = match (&got, t.stuck) {
                (Ok(run), false) => t.output.as_ref().is_some_and(|o| *o != run.outputs),
                (Err(_), true) => false,
                _ => true,
            };
            if bad {
                let at = got.as_ref().err().map(|s| a.tests.source_map.describe(s.upc));
                failures.push(format!(
                    "{name}: {}: {:?} at {at:?}, expected {:?}",
                    t.name,
                    got.map(|r| r.outputs),
                    t.output
                ));
            }
            ran += 1;
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    println!("{ran} tests");
    assert!(ran >= 30);
}
