//! `zkrom prove`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use zkrom_executor::Executor;
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::{ChipId, Shape, rows};
use zkrom_stark::proof::FileFormat;

use super::program::ProgramArgs;
use crate::{files, output, progress};

/// Run a program and prove the run.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  zkrom prove --rom rom/examples/factorial.zkasm --words 20 -o factorial.proof"
)]
pub struct Prove {
    #[command(flatten)]
    program: ProgramArgs,
    /// Where the proof goes.
    #[arg(short, long)]
    output: PathBuf,
    /// Where the verifying key goes; beside the proof, with extension .vk, by default.
    #[arg(long)]
    key: Option<PathBuf>,
    /// Refuse to prove where the estimated memory is above this many GiB; the machine's memory by default.
    #[arg(long)]
    memory: Option<f64>,
}

#[derive(Serialize)]
struct Proved {
    proof: PathBuf,
    key: PathBuf,
    proof_bytes: usize,
    rows: Vec<(&'static str, usize, usize)>,
    cells: u64,
    memory_estimate_gib: f64,
    seconds: Seconds,
    stages: Vec<(&'static str, f64)>,
}

#[derive(Serialize)]
struct Seconds {
    execute: f64,
    key: f64,
    prove: f64,
}

impl Prove {
    pub fn run(&self, json: bool) -> Result<()> {
        let key_path = self.key.clone().unwrap_or_else(|| self.output.with_extension("vk"));
        files::check_writable(&self.output)?;
        files::check_writable(&key_path)?;
        let loaded = self.program.load()?;
        let start = Instant::now();
        let executor = Executor::new(&loaded.program, loaded.input.clone());
        let record = executor.record().map_err(|e| loaded.failure(&e))?;
        let execute = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let key = ProvingKey::new(loaded.image.clone(), ProofParams::STANDARD);
        let key_seconds = start.elapsed().as_secs_f64();

        let counts = rows(&record);
        let shape = Shape::table()[key.shape(&counts).into_diagnostic()?].clone();
        let memory_estimate_gib = key.memory_estimate(&shape) as f64 / f64::from(1 << 30);
        let available = self.memory.or_else(output::available_gib);
        if available.is_some_and(|a| a < memory_estimate_gib) {
            return Err(miette::miette!(
                help =
                    "free memory, use a larger machine, or prove a smaller run; --memory overrides the limit",
                "the proof needs about {memory_estimate_gib:.1} GiB, {:.1} are available",
                available.unwrap_or_default()
            ));
        }
        let start = Instant::now();
        let (proof, times) = progress::with_stages("proving", || key.prove(&record));
        let proof = proof.into_diagnostic().wrap_err("cannot prove")?;
        let prove = start.elapsed().as_secs_f64();
        key.verifying.verify(&proof).into_diagnostic().wrap_err("the proof just made does not verify")?;

        let bytes = proof.to_bytes();
        files::write(&key_path, &key.verifying.to_bytes())?;
        files::write(&self.output, &bytes)?;
        let out = Proved {
            proof: self.output.clone(),
            key: key_path,
            proof_bytes: bytes.len(),
            rows: ChipId::ALL.iter().map(|&c| (c.name(), counts[c as usize], shape.height(c))).collect(),
            cells: key.committed_cells(&shape),
            memory_estimate_gib,
            seconds: Seconds { execute, key: key_seconds, prove },
            stages: times.into_iter().map(|(s, t)| (s, t.as_secs_f64())).collect(),
        };
        output::print(json, &out, |p| {
            let mut text = String::from("chip              rows    height\n");
            for (name, rows, height) in &p.rows {
                text.push_str(&format!("{name:<12} {rows:>9} {height:>9}\n"));
            }
            for (stage, seconds) in &p.stages {
                text.push_str(&format!("{stage:<24} {seconds:>8.2} s\n"));
            }
            text.push_str(&format!(
                "{} cells; executed in {:.2} s, key in {:.2} s, proved in {:.2} s; about {:.1} GiB\n\
                 proof {} ({} bytes), key {}",
                p.cells,
                p.seconds.execute,
                p.seconds.key,
                p.seconds.prove,
                p.memory_estimate_gib,
                p.proof.display(),
                p.proof_bytes,
                p.key.display()
            ));
            text
        })
    }
}
