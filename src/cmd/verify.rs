//! `zkrom verify`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use zkrom::{EvmRom, EvmStatement};
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::proof::{Proof, VerifyingKey};

use crate::{files, output, progress};

/// Verify a proof: of a block, against the EVM ROM of this build or a key that is trusted; of another program, against its key.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom verify block.proof\n  \
    zkrom verify block.proof --key block.vk\n  \
    zkrom verify factorial.proof --key factorial.vk")]
pub struct Verify {
    /// The proof.
    proof: PathBuf,
    /// The program's verifying key, written by `zkrom prove`; without it the key of this build's EVM ROM is made, which takes a moment and trusts no file.
    #[arg(long)]
    key: Option<PathBuf>,
}

#[derive(Serialize)]
struct Verified {
    rom_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement: Option<EvmStatement>,
    public_in: Vec<String>,
    public_out: Vec<String>,
    milliseconds: u128,
}

impl Verify {
    pub fn run(&self, json: bool) -> Result<()> {
        let proof: Proof = files::load(&self.proof)?;
        let rom = EvmRom::get();
        let key: VerifyingKey = match &self.key {
            Some(path) => files::load(path)?,
            None => {
                let image = rom.image.clone();
                progress::waiting("making the key", || ProvingKey::new(image, ProofParams::STANDARD))
                    .verifying
            }
        };
        let start = Instant::now();
        let statement = key.verify(&proof).into_diagnostic().wrap_err(match self.key {
            Some(_) => "the proof is refused",
            None => {
                "the proof is refused under the EVM ROM of this build (--key names another program's key)"
            }
        })?;
        let words = |w: &[alloy_primitives::U256]| w.iter().map(|x| format!("{x:#x}")).collect();
        let evm = key.program_digest == rom.image.digest().0;
        let out = Verified {
            rom_digest: output::hex(&statement.rom_digest),
            statement: evm.then(|| EvmStatement::new(&statement.public_out)),
            public_in: words(&statement.public_in),
            public_out: words(&statement.public_out),
            milliseconds: start.elapsed().as_millis(),
        };
        output::print(json, &out, |v| {
            let head = format!("verified in {} ms\nROM digest  {}\n", v.milliseconds, v.rom_digest);
            match &v.statement {
                Some(statement) => format!("{head}proved: {statement}"),
                None => format!(
                    "{head}public input{}\npublic output{}",
                    output::numbered(&v.public_in),
                    output::numbered(&v.public_out)
                ),
            }
        })
    }
}
