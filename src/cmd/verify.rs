//! `zkrom verify`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use zkrom_stark::proof::{Proof, VerifyingKey};

use crate::{files, output};

/// Verify a proof against a program's key.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  zkrom verify factorial.proof --key factorial.vk")]
pub struct Verify {
    /// The proof.
    proof: PathBuf,
    /// The verifying key, written by `zkrom prove` and `zkrom key`.
    #[arg(long)]
    key: PathBuf,
}

#[derive(Serialize)]
struct Verified {
    rom_digest: String,
    public_in: Vec<String>,
    public_out: Vec<String>,
    milliseconds: u128,
}

impl Verify {
    pub fn run(&self, json: bool) -> Result<()> {
        let key: VerifyingKey = files::load(&self.key)?;
        let proof: Proof = files::load(&self.proof)?;
        let start = Instant::now();
        let statement = key.verify(&proof).into_diagnostic().wrap_err("the proof is refused")?;
        let words = |w: &[alloy_primitives::U256]| w.iter().map(|x| format!("{x:#x}")).collect();
        let out = Verified {
            rom_digest: output::hex(&statement.rom_digest),
            public_in: words(&statement.public_in),
            public_out: words(&statement.public_out),
            milliseconds: start.elapsed().as_millis(),
        };
        output::print(json, &out, |v| {
            format!(
                "verified in {} ms\nROM digest  {}\npublic input{}\npublic output{}",
                v.milliseconds,
                v.rom_digest,
                output::numbered(&v.public_in),
                output::numbered(&v.public_out)
            )
        })
    }
}
