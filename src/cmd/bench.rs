//! `zkrom bench`.

use std::time::Instant;

use clap::Args;
use miette::{IntoDiagnostic, Result};
use serde::Serialize;
use zkrom_executor::Executor;
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::{ChipId, Shape, rows};

use super::program::ProgramArgs;
use crate::{output, progress};

/// Measure a program: execution, key, proof by stage, and the ratio to the bare extension and commitment of matrices of the same size in the same run.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  zkrom bench --rom rom/examples/factorial.zkasm --words 2000")]
pub struct Bench {
    #[command(flatten)]
    program: ProgramArgs,
}

#[derive(Serialize)]
struct Measured {
    rows: u32,
    rows_per_second: f64,
    cells: u64,
    cells_by_chip: Vec<(&'static str, usize, u64)>,
    key_seconds: f64,
    prove_seconds: f64,
    floor_seconds: f64,
    ratio: f64,
    verify_seconds: f64,
    mega_cells_per_second: f64,
    stages: Vec<(&'static str, f64)>,
}

impl Bench {
    pub fn run(&self, json: bool) -> Result<()> {
        let loaded = self.program.load()?;
        let executor = Executor::new(&loaded.program, loaded.input.clone());
        let start = Instant::now();
        let outcome = executor.run().map_err(|e| loaded.failure(&e))?;
        let run_seconds = start.elapsed().as_secs_f64();
        let record = executor.record().map_err(|e| loaded.failure(&e))?;
        let start = Instant::now();
        let key = ProvingKey::new(loaded.image.clone(), ProofParams::STANDARD);
        let key_seconds = start.elapsed().as_secs_f64();
        let counts = rows(&record);
        let shape = Shape::table()[key.shape(&counts).into_diagnostic()?].clone();

        let start = Instant::now();
        let (proof, times) = progress::with_stages("proving", || key.prove(&record));
        let proof = proof.into_diagnostic()?;
        let prove_seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        key.verifying.verify(&proof).into_diagnostic()?;
        let verify_seconds = start.elapsed().as_secs_f64();
        let floor_seconds = key.floor(&shape).as_secs_f64();

        let widths = key.committed_widths();
        let cells = key.committed_cells(&shape);
        let out = Measured {
            rows: outcome.rows,
            rows_per_second: f64::from(outcome.rows) / run_seconds,
            cells,
            cells_by_chip: ChipId::ALL
                .iter()
                .map(|&c| (c.name(), counts[c as usize], (widths[c as usize] as u64) << shape.log_height(c)))
                .collect(),
            key_seconds,
            prove_seconds,
            floor_seconds,
            ratio: prove_seconds / floor_seconds,
            verify_seconds,
            mega_cells_per_second: cells as f64 / prove_seconds / 1e6,
            stages: times.into_iter().map(|(s, t)| (s, t.as_secs_f64())).collect(),
        };
        output::print(json, &out, |m| {
            let mut text = String::from("chip              rows        cells\n");
            for (name, rows, cells) in &m.cells_by_chip {
                text.push_str(&format!("{name:<12} {rows:>9} {cells:>12}\n"));
            }
            for (stage, seconds) in &m.stages {
                text.push_str(&format!("{stage:<24} {seconds:>8.2} s\n"));
            }
            text.push_str(&format!(
                "executed {} rows ({:.1} M/s); key {:.2} s\n\
                 proved {} cells in {:.2} s: {:.1} M cells/s, {:.2} times the bare extension and commitment ({:.2} s)\n\
                 verified in {:.3} s",
                m.rows,
                m.rows_per_second / 1e6,
                m.key_seconds,
                m.cells,
                m.prove_seconds,
                m.mega_cells_per_second,
                m.ratio,
                m.floor_seconds,
                m.verify_seconds
            ));
            text
        })
    }
}
