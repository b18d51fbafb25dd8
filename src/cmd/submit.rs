//! `zkrom submit`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use alloy_primitives::{Address, B256};
use clap::{Args, ValueEnum};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde::Serialize;
use zkrom::onchain::abi::Target;
use zkrom::onchain::{Groth16Proof, PublicValues, Sender, Submission};

use crate::{files, output, progress};

/// Send a Groth16 proof of blocks to a contract: checked by a call first, then sent as a transaction.
///
/// Nothing is sent if the node is of another chain, the address has no contract, or the contract refuses the proof in the dry run.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom submit proof.json values.json --rpc http://127.0.0.1:8545 --chain-id 31337 --to 0x… --dry-run\n  \
    zkrom submit proof.json values.json --rpc http://127.0.0.1:8545 --chain-id 31337 --to 0x… --key key.hex\n  \
    zkrom submit proof.json values.json --rpc http://127.0.0.1:8545 --chain-id 31337 --to 0x… --contract router --version 1 --from 0x…")]
pub struct Submit {
    /// The proof, `proof.json` in snarkjs's shape.
    proof: PathBuf,
    /// The public values: JSON with romDigest, configHash, chainId, firstBlock, lastBlock, parentHash, lastBlockHash, preStateRoot, postStateRoot.
    values: PathBuf,
    /// The proof's public input, `public.json` in snarkjs's shape, to be compared with the hash of the values.
    #[arg(long)]
    public: Option<PathBuf>,
    /// URL of a node's JSON-RPC; plain http.
    #[arg(long)]
    rpc: String,
    /// Id of the chain that the contract is on (not of the chain whose blocks are proved).
    #[arg(long)]
    chain_id: u64,
    /// Address of the contract.
    #[arg(long)]
    to: Address,
    /// What the contract is.
    #[arg(long, value_enum, default_value = "state-chain")]
    contract: Kind,
    /// The router's version.
    #[arg(long, required_if_eq("contract", "router"))]
    version: Option<u32>,
    /// Stop after the dry run.
    #[arg(long)]
    dry_run: bool,
    /// A file with the sender's private key in hexadecimal; needed unless there is --from or --dry-run.
    #[arg(long, conflicts_with = "from", required_unless_present_any = ["from", "dry_run"])]
    key: Option<PathBuf>,
    /// A sender whose key the node holds.
    #[arg(long)]
    from: Option<Address>,
    /// Seconds to wait for an answer, and for the receipt.
    #[arg(long, default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    StateChain,
    Router,
    Verifier,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Submitted {
    accepted: bool,
    sent: bool,
    chain_id: u64,
    to: Address,
    public_input: String,
    calldata_bytes: usize,
    estimated_gas: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<Transaction>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Transaction {
    hash: B256,
    block: Option<u64>,
    gas_used: u64,
}

impl Submit {
    pub fn run(&self, json: bool) -> Result<()> {
        let within = |path: &Path| format!("in {}", path.display());
        let proof = Groth16Proof::from_snarkjs(&files::read(&self.proof)?)
            .into_diagnostic()
            .wrap_err_with(|| within(&self.proof))?;
        let values = PublicValues::from_json(&files::read(&self.values)?)
            .into_diagnostic()
            .wrap_err_with(|| within(&self.values))?;
        if let Some(path) = &self.public {
            values.check_input(&files::read(path)?).into_diagnostic().wrap_err_with(|| within(path))?;
        }
        let target = match (self.contract, self.version) {
            (Kind::StateChain, None) => Target::StateChain,
            (Kind::Verifier, None) => Target::Verifier,
            (Kind::Router, Some(version)) => Target::Router { version },
            _ => return Err(miette!("--version goes with --contract router, and only with it")),
        };
        let submission = Submission {
            url: self.rpc.clone(),
            chain_id: self.chain_id,
            to: self.to,
            target,
            calldata: target.calldata(&values, &proof),
            last_block_hash: values.last_block_hash,
            patience: Duration::from_secs(self.timeout),
        };
        let out = Submitted {
            public_input: values.public_input().to_string(),
            ..progress::waiting("submitting", || self.submit(&submission))?
        };
        output::print(json, &out, |o| {
            let head = format!(
                "accepted by {} on chain {} (dry run)\npublic input   {}\ncalldata       {} bytes\nestimated gas  {}",
                o.to, o.chain_id, o.public_input, o.calldata_bytes, o.estimated_gas
            );
            match &o.transaction {
                None => head,
                Some(t) => {
                    let block = t.block.map_or_else(|| "pending".into(), |b| b.to_string());
                    format!(
                        "{head}\ngas used       {}\ntransaction    {}\nin block       {block}",
                        t.gas_used, t.hash
                    )
                }
            }
        })
    }

    fn submit(&self, submission: &Submission) -> Result<Submitted> {
        let sender = self.sender()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().into_diagnostic()?;
        runtime.block_on(async {
            let provider = submission.connect(&sender).await.into_diagnostic()?;
            let dry_run = submission.dry_run(&provider, &sender).await.into_diagnostic()?;
            let transaction = match self.dry_run {
                true => None,
                false => {
                    let t = submission.send(&provider, &sender, dry_run).await.into_diagnostic()?;
                    Some(Transaction { hash: t.hash, block: t.block, gas_used: t.gas_used })
                }
            };
            Ok(Submitted {
                accepted: true,
                sent: transaction.is_some(),
                chain_id: submission.chain_id,
                to: submission.to,
                public_input: String::new(),
                calldata_bytes: submission.calldata.len(),
                estimated_gas: dry_run.gas,
                transaction,
            })
        })
    }

    fn sender(&self) -> Result<Sender> {
        if let Some(path) = &self.key {
            // The error must not quote the file.
            let text = String::from_utf8(files::read(path)?).unwrap_or_default();
            let key = text
                .trim()
                .parse()
                .map_err(|_| miette!("{} holds no private key: 32 bytes in hexadecimal", path.display()))?;
            return Ok(Sender::Key(Box::new(key)));
        }
        Ok(self.from.map_or(Sender::Nobody, Sender::Node))
    }
}
