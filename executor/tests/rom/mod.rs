//! What the tests of the ROM's parts share: a test program, its private words, its failures by procedure name.

#![allow(dead_code)]

use std::path::Path;

use alloy_primitives::U256;
use zkrom_asm::{Assembly, Files, Options, assemble};
use zkrom_executor::{Executor, Input, Location, Outcome, Program, SourceMap, hints::Hints};

/// A program under `rom`.
pub struct Rom {
    assembly: Assembly,
    program: Program,
}

struct Places<'a>(&'a Assembly);

impl SourceMap for Places<'_> {
    fn locate(&self, upc: u32) -> Option<Location> {
        let map = &self.0.source_map;
        let place = map.rows.get(upc as usize)?;
        Some(Location {
            file: map.files.get(place.file as usize)?.clone(),
            line: place.line,
            procedure: map.unit(upc as usize)?.name.clone(),
        })
    }
}

impl Rom {
    /// Assembles a test program.
    pub fn new(name: &str) -> Self {
        Self::assemble(&format!("../rom/tests/{name}.zkasm"))
    }

    /// Assembles the program that validates blocks.
    pub fn main() -> Self {
        Self::assemble("../rom/main.zkasm")
    }

    fn assemble(path: &str) -> Self {
        let options = Options { require_headers: true, ..Options::default() };
        let assembly =
            assemble(Path::new(path), &Files::Disk, &options).unwrap_or_else(|e| panic!("{}", e.render()));
        let program = Program::load(&assembly.image, &Hints::default()).unwrap();
        Self { assembly, program }
    }

    /// Runs it with other functions behind its hints.
    pub fn run_with(&self, hints: &Hints, private: Vec<U256>) -> Result<Outcome, String> {
        let program = Program::load(&self.assembly.image, hints).unwrap();
        let input = Input { private, ..Input::default() };
        Executor::new(&program, input).run().map_err(|e| e.to_string())
    }

    /// The hints of the program by name, and how often a run asks for each.
    pub fn hint_calls(&self, outcome: &Outcome) -> std::collections::BTreeMap<String, u32> {
        let mut out = std::collections::BTreeMap::new();
        for (instr, rows) in self.assembly.image.instrs.iter().zip(&outcome.profile.rows_by_upc) {
            if let Some(hint) = &instr.hint {
                *out.entry(hint.name.clone()).or_default() += rows;
            }
        }
        out
    }

    /// Runs it; a failure is rendered with the names of the procedures.
    pub fn run(&self, private: Vec<U256>) -> Result<Outcome, String> {
        let input = Input { private, ..Input::default() };
        Executor::new(&self.program, input).run().map_err(|e| e.render(&Places(&self.assembly)))
    }

    /// Rows and calls by procedure, for the figures in the sources' headers.
    pub fn print_rows(&self, outcome: &Outcome) {
        for unit in &self.assembly.source_map.units {
            let rows = &outcome.profile.rows_by_upc;
            let all: u32 = rows.iter().skip(unit.start as usize).take(unit.rows as usize).sum();
            let calls = rows.get(unit.start as usize).copied().unwrap_or(0);
            if calls > 0 {
                println!(
                    "    {:>7} rows, {calls:>6} calls, {:>7.1} a call: {}",
                    all,
                    f64::from(all) / f64::from(calls),
                    unit.name
                );
            }
        }
    }
}

/// Private words of a blob: its length, then its bytes.
pub fn blob(words: &mut Vec<U256>, bytes: &[u8]) {
    words.push(U256::from(bytes.len()));
    for chunk in bytes.chunks(32) {
        let mut word = [0; 32];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(U256::from_be_bytes(word));
    }
}

/// Private words of a list of blobs: their number, then each.
pub fn blobs<'a>(words: &mut Vec<U256>, list: impl ExactSizeIterator<Item = &'a [u8]>) {
    words.push(U256::from(list.len()));
    list.for_each(|b| blob(words, b));
}
