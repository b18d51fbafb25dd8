//! `zkrom oracle`.

use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use zkrom_witness::{BlockInput, check_block};

use crate::output;

/// Check a block natively, from block and witness alone: what the ROM is compared with (revm over a strict partial trie; nothing is proved).
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  zkrom oracle samples/transfer.json")]
pub struct Oracle {
    /// The block file.
    block: PathBuf,
}

impl Oracle {
    pub fn run(&self, json: bool) -> Result<()> {
        let input = BlockInput::load(&self.block).into_diagnostic()?;
        let config = input.config().into_diagnostic()?;
        let outcome = check_block(&input, &config).into_diagnostic().wrap_err("the block is refused")?;
        output::print(json, &outcome, |o| {
            format!(
                "block {} ({}) is valid\nstate root    {}\nreceipts root {}\n{} transactions, {} gas, {} opcodes",
                o.number,
                o.fork,
                o.state_root,
                o.receipts_root,
                o.transactions.len(),
                o.gas_used,
                o.coverage.steps()
            )
        })
    }
}
