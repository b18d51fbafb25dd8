//! `zkrom bench`.

use std::time::Instant;

use clap::Args;
use miette::{IntoDiagnostic, Result};
use serde::Serialize;
use zkrom::cost::{ChipCost, Costs, measure};
use zkrom_executor::Executor;
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::rows;

use super::profile::ProfileJson;
use super::program::{Loaded, ProgramArgs};
use super::size::{check_counts, check_memory};
use crate::{output, progress};

/// Runs of the executor of which the fastest counts.
const RUNS: usize = 3;

/// Measure a block or a program: gas and rows a second, cells in all and per EVM opcode, then key, proof by stage, and the ratio to the bare extension and commitment of matrices of the same size in the same run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom bench block.json.gz --no-proof\n  \
    zkrom bench --sample erc20\n  \
    zkrom bench --rom rom/examples/factorial.zkasm --words 2000")]
pub struct Bench {
    #[command(flatten)]
    program: ProgramArgs,
    /// Measure execution and cells only.
    #[arg(long)]
    no_proof: bool,
    /// Refuse to prove where the estimated memory is above this many GiB; the machine's memory by default.
    #[arg(long)]
    memory: Option<f64>,
}

#[derive(Serialize)]
struct Measured {
    rows: u32,
    run_seconds: f64,
    rows_per_second: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_per_second: Option<f64>,
    cells: u64,
    chips: Vec<ChipCost>,
    profile: ProfileJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<ProofTimes>,
}

#[derive(Serialize)]
struct ProofTimes {
    /// Cells with the padding to the shape's heights.
    cells: u64,
    key_seconds: f64,
    prove_seconds: f64,
    floor_seconds: f64,
    ratio: f64,
    verify_seconds: f64,
    mega_cells_per_second: f64,
    memory_estimate_gib: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory_peak_gib: Option<f64>,
    stages: Vec<(&'static str, f64)>,
}

impl Bench {
    pub fn run(&self, json: bool) -> Result<()> {
        let loaded = self.program.load()?;
        let executor = Executor::new(&loaded.program, loaded.input.clone());
        let mut run_seconds = f64::INFINITY;
        let mut outcome = None;
        for _ in 0..RUNS {
            let start = Instant::now();
            let run = progress::waiting("running", || executor.run()).map_err(|e| loaded.failure(&e))?;
            run_seconds = run_seconds.min(start.elapsed().as_secs_f64());
            outcome = Some(run);
        }
        let (run, costs): (_, Costs) =
            progress::waiting("measuring", || measure(&executor, &loaded.image, loaded.map.as_ref()))
                .map_err(|e| loaded.failure(&e))?;
        let outcome = outcome.unwrap_or(run);
        let gas = loaded.block.as_ref().map(|b| b.checked()).transpose()?.map(|c| c.gas_used);
        let proof = if self.no_proof {
            None
        } else {
            check_counts(&outcome)?;
            Some(self.prove(&loaded, &executor)?)
        };
        let out = Measured {
            rows: outcome.rows,
            run_seconds,
            rows_per_second: f64::from(outcome.rows) / run_seconds,
            gas,
            gas_per_second: gas.map(|g| g as f64 / run_seconds),
            cells: costs.cells(),
            profile: ProfileJson::new(&costs, loaded.map.as_ref()),
            chips: costs.chips,
            proof,
        };
        output::print(json, &out, text)
    }

    fn prove(&self, loaded: &Loaded, executor: &Executor<'_>) -> Result<ProofTimes> {
        let start = Instant::now();
        let record = executor.record().map_err(|e| loaded.failure(&e))?;
        let execute_seconds = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let image = loaded.image.clone();
        let key = progress::waiting("making the key", || ProvingKey::new(image, ProofParams::STANDARD));
        let key_seconds = start.elapsed().as_secs_f64();
        let (shape, memory_estimate_gib) = check_memory(&key, &rows(&record), self.memory)?;
        let start = Instant::now();
        let (proof, times) = progress::with_stages("proving", || key.prove_consuming(record));
        let proof = proof.into_diagnostic()?;
        let prove_seconds = start.elapsed().as_secs_f64();
        let memory_peak_gib = output::peak_gib();
        let start = Instant::now();
        key.verifying.verify(&proof).into_diagnostic()?;
        let verify_seconds = start.elapsed().as_secs_f64();
        let floor_seconds = key.floor(&shape).as_secs_f64();
        let cells = key.committed_cells(&shape);
        Ok(ProofTimes {
            cells,
            key_seconds,
            prove_seconds,
            floor_seconds,
            ratio: prove_seconds / floor_seconds,
            verify_seconds,
            mega_cells_per_second: cells as f64 / prove_seconds / 1e6,
            memory_estimate_gib,
            memory_peak_gib,
            stages: core::iter::once(("execute", execute_seconds))
                .chain(times.into_iter().map(|(s, t)| (s, t.as_secs_f64())))
                .collect(),
        })
    }
}

fn text(m: &Measured) -> String {
    let mut text = format!("{}\n\n{}\n", output::chips(&m.chips), m.profile);
    text.push_str(&format!(
        "executed {} rows in {:.3} s ({:.1} M rows/s",
        m.rows,
        m.run_seconds,
        m.rows_per_second / 1e6
    ));
    if let Some(gas) = m.gas_per_second {
        text.push_str(&format!(", {:.2} M gas/s", gas / 1e6));
    }
    text.push_str(&format!("); {} cells", m.cells));
    if let Some(gas) = m.gas.filter(|g| *g > 0) {
        text.push_str(&format!(", {:.0} per gas", m.cells as f64 / gas as f64));
    }
    let Some(p) = &m.proof else { return text };
    text.push('\n');
    let all: f64 = p.stages.iter().map(|(_, seconds)| seconds).sum();
    for (stage, seconds) in &p.stages {
        text.push_str(&format!("{stage:<12} {seconds:>8.3} s {:>5.1} %\n", 100.0 * seconds / all));
    }
    text.push_str(&format!(
        "key {:.2} s; proved {} cells (padded) in {:.2} s: {:.1} M cells/s, {:.2} times the bare extension and commitment \
         ({:.2} s); {:.2} GiB estimated, {} at the peak\nverified in {:.3} s",
        p.key_seconds,
        p.cells,
        p.prove_seconds,
        p.mega_cells_per_second,
        p.ratio,
        p.floor_seconds,
        p.memory_estimate_gib,
        p.memory_peak_gib.map_or_else(|| "unknown".to_owned(), |g| format!("{g:.2}")),
        p.verify_seconds
    ));
    text
}
