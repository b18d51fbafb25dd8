//! A block that a verb works on.

use alloy_primitives::B256;
use miette::{IntoDiagnostic, Report, Result, miette};
use serde::Serialize;
use zkrom::refusal::{Kind, Refusal};
use zkrom_asm::source_map::SourceMap;
use zkrom_executor::ExecError;
use zkrom_witness::samples::{SAMPLES, Sample, find};
use zkrom_witness::{BlockInput, ChainConfig, check_block};

/// A block with the config it is checked under.
pub struct LoadedBlock {
    /// Block and witness.
    pub input: BlockInput,
    /// The config.
    pub config: ChainConfig,
}

/// What a valid block's header says; the ROM has checked all of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checked {
    number: u64,
    hash: B256,
    fork: String,
    state_root: B256,
    receipts_root: B256,
    /// Gas used.
    pub gas_used: u64,
    gas_limit: u64,
    transactions: usize,
    withdrawals: Option<usize>,
}

/// The sample with a name.
pub fn find_sample(name: &str) -> Result<&'static Sample> {
    find(name).ok_or_else(|| {
        let known: Vec<_> = SAMPLES.iter().map(|s| s.name).collect();
        miette!("no sample {name:?}; there are {}", known.join(", "))
    })
}

impl LoadedBlock {
    /// Finds a block's config; a block from before Paris is refused here, since its header has another form.
    pub fn new(input: BlockInput) -> Result<Self> {
        let config = input.config().into_diagnostic()?;
        if let Ok(block) = input.decode() {
            config.fork_at(block.header.number, block.header.timestamp).into_diagnostic()?;
        }
        Ok(Self { input, config })
    }

    /// Why the ROM refuses the block, with what the oracle says in detail.
    pub fn refusal(&self, error: &ExecError, map: &SourceMap) -> Report {
        let refusal = Refusal::new(error, map);
        let detail = match check_block(&self.input, &self.config) {
            Err(e) => format!("natively: {e}"),
            Ok(_) if refusal.kind == Kind::Unsupported => "natively the block is valid".to_owned(),
            Ok(_) => "natively the block is valid: please report this as a fault of the ROM".to_owned(),
        };
        let report =
            if refusal.kind == Kind::Stuck { format!("\n{}", refusal.report) } else { String::new() };
        miette!(help = refusal.help(), "{refusal}\n{detail}{report}")
    }

    /// What the header says, once the ROM has accepted the block.
    pub fn checked(&self) -> Result<Checked> {
        let block = self.input.decode().into_diagnostic()?;
        let header = block.header;
        let fork = self.config.fork_at(header.number, header.timestamp).into_diagnostic()?;
        Ok(Checked {
            number: header.number,
            hash: block.hash,
            fork: fork.rules.to_string(),
            state_root: header.state_root,
            receipts_root: header.receipts_root,
            gas_used: header.gas_used,
            gas_limit: header.gas_limit,
            transactions: block.transactions.len(),
            withdrawals: block.withdrawals.map(|w| w.len()),
        })
    }
}

impl std::fmt::Display for Checked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "block {} is valid ({} rules)", self.number, self.fork)?;
        writeln!(f, "  hash           {}", self.hash)?;
        writeln!(f, "  state root     {}", self.state_root)?;
        writeln!(f, "  receipts root  {}", self.receipts_root)?;
        write!(
            f,
            "  {} gas of {}, {} transactions, {} withdrawals",
            self.gas_used,
            self.gas_limit,
            self.transactions,
            self.withdrawals.unwrap_or(0)
        )
    }
}
