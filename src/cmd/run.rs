//! `zkrom run`.

use std::time::Instant;

use clap::Args;
use miette::Result;
use serde::Serialize;
use zkrom::EvmStatement;
use zkrom::cost::{Costs, measure};
use zkrom_executor::Executor;

use super::block::Checked;
use super::profile::ProfileJson;
use super::program::ProgramArgs;
use crate::{output, progress};

/// Run a block, or any program, without proving.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom run block.json.gz\n  \
    zkrom run --sample erc20 --profile\n  \
    zkrom run --rom rom/examples/factorial.zkasm --words 20 --profile")]
pub struct Run {
    #[command(flatten)]
    program: ProgramArgs,
    /// Also show rows and cells by EVM opcode and by procedure, and rows per opcode beside their budget.
    #[arg(long)]
    profile: bool,
}

#[derive(Serialize)]
struct Ran {
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<Checked>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<EvmStatement>,
    public_out: Vec<String>,
    rows: u32,
    cells: u64,
    seconds: f64,
    chips: Vec<zkrom::cost::ChipCost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<ProfileJson>,
}

impl Run {
    pub fn run(&self, json: bool) -> Result<()> {
        let loaded = self.program.load()?;
        let executor = Executor::new(&loaded.program, loaded.input.clone());
        let start = Instant::now();
        let outcome = progress::waiting("running", || executor.run()).map_err(|e| loaded.failure(&e))?;
        let seconds = start.elapsed().as_secs_f64();
        let map = loaded.map.as_ref();
        let (_, costs): (_, Costs) =
            progress::waiting("measuring", || measure(&executor, &loaded.image, map))
                .map_err(|e| loaded.failure(&e))?;
        let ran = Ran {
            block: loaded.block.as_ref().map(super::block::LoadedBlock::checked).transpose()?,
            statement: loaded.block.as_ref().map(|_| EvmStatement::new(&outcome.public_out)),
            public_out: outcome.public_out.iter().map(|w| format!("{w:#x}")).collect(),
            rows: outcome.rows,
            cells: costs.cells(),
            seconds,
            profile: self.profile.then(|| ProfileJson::new(&costs, map)),
            chips: costs.chips,
        };
        output::print(json, &ran, |r| {
            let mut text = match &r.block {
                Some(block) => format!("{block}\n"),
                None => format!("public output{}\n", output::numbered(&r.public_out)),
            };
            text.push_str(&format!(
                "{} rows in {:.3} s ({:.1} M rows/s)",
                r.rows,
                r.seconds,
                f64::from(r.rows) / r.seconds / 1e6
            ));
            if let Some(block) = &r.block {
                text.push_str(&format!(", {:.2} M gas/s", block.gas_used as f64 / r.seconds / 1e6));
            }
            text.push_str(&format!(", {} cells\n\n{}", r.cells, output::chips(&r.chips)));
            if let Some(profile) = &r.profile {
                text.push_str(&format!("\n\n{profile}"));
            }
            text
        })
    }
}
