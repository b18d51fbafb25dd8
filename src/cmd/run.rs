//! `zkrom run`.

use std::time::Instant;

use clap::Args;
use miette::Result;
use serde::Serialize;
use zkrom_executor::{Executor, Outcome};

use super::program::ProgramArgs;
use crate::output;

/// Run a program without proving.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  zkrom run --rom rom/examples/factorial.zkasm --words 20 --profile")]
pub struct Run {
    #[command(flatten)]
    program: ProgramArgs,
    /// Also show rows by procedure and by EVM opcode.
    #[arg(long)]
    profile: bool,
}

#[derive(Serialize)]
struct Ran {
    public_out: Vec<String>,
    milliseconds: u128,
    procedures: Vec<(String, u64)>,
    #[serde(flatten)]
    outcome: OutcomeJson,
}

#[derive(Serialize)]
struct OutcomeJson {
    rows: u32,
    counts: zkrom_executor::Counts,
    profile: Option<zkrom_executor::Profile>,
}

impl Run {
    pub fn run(&self, json: bool) -> Result<()> {
        let loaded = self.program.load()?;
        let executor = Executor::new(&loaded.program, loaded.input.clone());
        let start = Instant::now();
        let outcome: Outcome = executor.run().map_err(|e| loaded.failure(&e))?;
        let procedures = if self.profile { loaded.procedures(&outcome.profile) } else { vec![] };
        let ran = Ran {
            public_out: outcome.public_out.iter().map(|w| format!("{w:#x}")).collect(),
            milliseconds: start.elapsed().as_millis(),
            procedures,
            outcome: OutcomeJson {
                rows: outcome.rows,
                counts: outcome.counts,
                profile: self.profile.then_some(outcome.profile),
            },
        };
        output::print(json, &ran, |r| {
            let mut text = format!("{} rows in {} ms\npublic output", r.outcome.rows, r.milliseconds);
            text.push_str(&output::numbered(&r.public_out));
            for (name, rows) in &r.procedures {
                text.push_str(&format!("\n{rows:>10}  {name}"));
            }
            text
        })
    }
}
