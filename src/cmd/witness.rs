//! `zkrom witness`.

use std::path::PathBuf;

use alloy_primitives::Bytes;
use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use zkrom_witness::alloc::load_alloc;
use zkrom_witness::build_witness;

use crate::{files, output};

/// Build a block file with a complete witness from a pre-state and a block.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  zkrom witness --state pre.json --block block.hex --header parent.hex --network mainnet --chain-id 1 -o block.json"
)]
pub struct Witness {
    /// The whole state before the block: JSON, `{address: {balance, nonce, code, storage}}` as in the test fixtures.
    #[arg(long)]
    state: PathBuf,
    /// The block's RLP as hexadecimal text.
    #[arg(long)]
    block: PathBuf,
    /// Headers as hexadecimal text, the parent first, then its ancestors as far as BLOCKHASH reaches.
    #[arg(long, required = true)]
    header: Vec<PathBuf>,
    /// The network, or a fork's name as in the test fixtures.
    #[arg(long)]
    network: String,
    /// The chain id.
    #[arg(long)]
    chain_id: u64,
    /// Where the block file goes; gzipped where its name ends in .gz.
    #[arg(short, long)]
    output: PathBuf,
}

#[derive(Serialize)]
struct Written {
    file: PathBuf,
    valid: bool,
    verdict: String,
    nodes: usize,
    codes: usize,
}

fn hex(path: &std::path::Path) -> Result<Bytes> {
    let text = String::from_utf8(files::read(path)?).into_diagnostic()?;
    text.trim().parse().into_diagnostic().wrap_err_with(|| format!("{} is not hexadecimal", path.display()))
}

impl Witness {
    pub fn run(&self, json: bool) -> Result<()> {
        files::check_writable(&self.output)?;
        let state = load_alloc(&self.state).into_diagnostic()?;
        let headers = self.header.iter().map(|h| hex(h)).collect::<Result<Vec<_>>>()?;
        let built = build_witness(&state, &headers, hex(&self.block)?, &self.network, self.chain_id)
            .into_diagnostic()
            .wrap_err("cannot build the witness")?;
        built.input.save(&self.output).into_diagnostic()?;
        let out = Written {
            file: self.output.clone(),
            valid: built.verdict.is_ok(),
            verdict: built
                .verdict
                .map_or_else(|e| e.to_string(), |o| format!("valid, state root {}", o.state_root)),
            nodes: built.input.witness.state.len(),
            codes: built.input.witness.codes.len(),
        };
        output::print(json, &out, |w| {
            format!("{}: {} nodes, {} codes; the block is {}", w.file.display(), w.nodes, w.codes, w.verdict)
        })
    }
}
