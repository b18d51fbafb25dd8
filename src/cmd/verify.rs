//! `zkrom verify`.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde::Serialize;
use zkrom::wrapping::{SnarkFile, read_verifying};
use zkrom::{EvmRom, EvmStatement};
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::proof::{FileFormat, Proof, VerifyingKey};

use super::keys::{KeysArgs, Stages};
use crate::{files, output, progress};

/// Verify a proof: of a block, against the EVM ROM of this build or a key that is trusted; of another program, against its key; a Groth16 proof of blocks, against the Groth16 key.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom verify block.proof\n  \
    zkrom verify block.proof --key block.vk\n  \
    zkrom verify factorial.proof --key factorial.vk\n  \
    zkrom verify block.snark --key verification_key.json")]
pub struct Verify {
    /// The proof.
    proof: PathBuf,
    /// The program's verifying key, written by `zkrom prove`; without it the key of this build's EVM ROM is made, which takes a moment and trusts no file. For a Groth16 proof,
    /// verification_key.json; without it the key of this build's circuit that `zkrom setup` made.
    #[arg(long)]
    key: Option<PathBuf>,
    #[command(flatten)]
    keys: KeysArgs,
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
        let bytes = files::read(&self.proof)?;
        if bytes.starts_with(&SnarkFile::MAGIC) {
            return self.snark(&bytes, json);
        }
        let proof = Proof::from_bytes(&bytes)
            .into_diagnostic()
            .wrap_err_with(|| format!("in {}", self.proof.display()))?;
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

    /// A Groth16 proof. The ROM it is about is pinned by a contract; here it is compared with the one of this build.
    fn snark(&self, bytes: &[u8], json: bool) -> Result<()> {
        let file = SnarkFile::from_bytes(bytes)
            .into_diagnostic()
            .wrap_err_with(|| format!("in {}", self.proof.display()))?;
        let mut steps = progress::Steps::new("verifying");
        let key = match &self.key {
            Some(path) => read_verifying(path),
            None => Stages::new(&mut |name, time| steps.step(name, time))?
                .key_folder(&self.keys)?
                .read_verifying(),
        }
        .into_diagnostic()
        .wrap_err("there is no key to verify a Groth16 proof with: name one with --key, or make one with `zkrom setup`")?;
        let start = Instant::now();
        file.verify(&key).into_diagnostic().wrap_err("the proof is refused")?;
        let milliseconds = start.elapsed().as_millis();
        let image = EvmRom::get().image.clone();
        let rom =
            steps.run("block key", || ProvingKey::new(image, ProofParams::STANDARD)).verifying.rom_digest();
        steps.finish();
        if file.values.rom_digest != rom {
            return Err(miette!(
                "the proof is valid, but of ROM {}; the EVM ROM of this build is {}",
                file.values.rom_digest,
                output::hex(&rom)
            ));
        }
        let out = Verified {
            rom_digest: output::hex(&rom),
            statement: Some(file.values.statement()),
            public_in: vec![file.values.public_input().to_string()],
            public_out: vec![],
            milliseconds,
        };
        output::print(json, &out, |v| {
            format!(
                "verified in {} ms\nROM digest    {}\npublic input  {}\nproved: {}",
                v.milliseconds,
                v.rom_digest,
                v.public_in[0],
                file.values.statement()
            )
        })
    }
}
