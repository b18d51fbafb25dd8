//! `zkrom prove`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use zkrom::EvmStatement;
use zkrom_executor::Executor;
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::{ChipId, rows};
use zkrom_stark::proof::FileFormat;

use super::block::{Checked, LoadedBlock};
use super::program::ProgramArgs;
use super::size::{check_counts, check_memory};
use crate::{files, output, progress};

/// Prove a block valid, or the run of any program.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom prove block.json.gz -o block.proof\n  \
    zkrom prove --sample transfer -o block.proof\n  \
    zkrom prove --rom rom/examples/factorial.zkasm --words 20 -o factorial.proof")]
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
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<Checked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<EvmStatement>,
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
        let outcome = progress::waiting("running", || executor.run()).map_err(|e| loaded.failure(&e))?;
        check_counts(&outcome)?;
        let record = progress::waiting("recording", || executor.record()).map_err(|e| loaded.failure(&e))?;
        let execute = start.elapsed().as_secs_f64();
        let start = Instant::now();
        let image = loaded.image.clone();
        let key = progress::waiting("making the key", || ProvingKey::new(image, ProofParams::STANDARD));
        let key_seconds = start.elapsed().as_secs_f64();
        let counts = rows(&record);
        let (shape, memory_estimate_gib) = check_memory(&key, &counts, self.memory)?;
        let start = Instant::now();
        let (proof, times) = progress::with_stages("proving", || key.prove_consuming(record));
        let proof = proof.into_diagnostic().wrap_err("cannot prove")?;
        let prove = start.elapsed().as_secs_f64();
        key.verifying.verify(&proof).into_diagnostic().wrap_err("the proof just made does not verify")?;

        let bytes = proof.to_bytes();
        files::write(&key_path, &key.verifying.to_bytes())?;
        files::write(&self.output, &bytes)?;
        let out = Proved {
            block: loaded.block.as_ref().map(LoadedBlock::checked).transpose()?,
            statement: loaded.block.as_ref().map(|_| EvmStatement::new(&proof.statement.public_out)),
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
            if let Some(statement) = &p.statement {
                text.push_str(&format!("\nproved: {statement}"));
            }
            text
        })
    }
}
