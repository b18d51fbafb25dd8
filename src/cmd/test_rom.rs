//! `zkrom test-rom`.

use std::path::PathBuf;

use alloy_primitives::U256;
use clap::Args;
use miette::{IntoDiagnostic, Result, miette};
use serde::Serialize;
use zkrom::rom::Places;
use zkrom_asm::{Test, TestImage};
use zkrom_executor::hints::Hints;
use zkrom_executor::{Executor, Input, Program};

use super::program::assemble_file;
use crate::output;

/// Run the tests in programs' sources.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  zkrom test-rom rom/examples/*.zkasm")]
pub struct TestRom {
    /// Programs: each one's first file.
    #[arg(required = true)]
    sources: Vec<PathBuf>,
}

#[derive(Serialize)]
struct Results {
    passed: usize,
    failed: Vec<String>,
}

/// Why a test failed.
fn run_test(tests: &TestImage, program: &Program, test: &Test) -> Result<(), String> {
    let mut input = Input { private: test.private.clone(), ..Input::default() };
    input.public[..test.public.len()].copy_from_slice(&test.public);
    match (Executor::new(program, input).entry(test.entry).run(), test.stuck) {
        (Ok(outcome), false) => {
            let Some(expected) = &test.output else { return Ok(()) };
            let got = &outcome.public_out[..];
            let same = expected.iter().zip(got).all(|(e, g)| e == g)
                && got[expected.len()..].iter().all(|w| *w == U256::ZERO);
            if same { Ok(()) } else { Err(format!("public output {got:x?}, expected {expected:x?}")) }
        }
        (Ok(_), true) => Err("the run halted, the test says it gets stuck".to_owned()),
        (Err(_), true) => Ok(()),
        (Err(e), false) => Err(e.render(&Places(&tests.source_map))),
    }
}

impl TestRom {
    pub fn run(&self, json: bool) -> Result<()> {
        let mut results = Results { passed: 0, failed: vec![] };
        for source in &self.sources {
            let tests = assemble_file(source, false)?.tests;
            let program = Program::load(&tests.image, &Hints::default()).into_diagnostic()?;
            for test in &tests.tests {
                match run_test(&tests, &program, test) {
                    Ok(()) => results.passed += 1,
                    Err(why) => results.failed.push(format!("{} {}: {why}", source.display(), test.name)),
                }
            }
        }
        output::print(json, &results, |r| {
            let failed: String = r.failed.iter().map(|f| format!("FAILED {f}\n")).collect();
            format!("{failed}{} passed, {} failed", r.passed, r.failed.len())
        })?;
        if results.failed.is_empty() { Ok(()) } else { Err(miette!("{} tests failed", results.failed.len())) }
    }
}
