//! `zkrom wrap`.

use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;
use zkrom::onchain::PublicValues;
use zkrom::wrapping::SnarkFile;
use zkrom::{EvmRom, EvmStatement};
use zkrom_recursion::pipeline::wrap_blocks;
use zkrom_snark_wrapper::groth16::{Stage, proof_json, prove, public_json};
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::proof::{FileFormat, Proof, VerifyingKey};

use super::keys::{KeysArgs, Stages};
use crate::{files, output, progress};

/// Wrap proofs of consecutive blocks into one Groth16 proof of 256 bytes, which a contract verifies.
///
/// The block proofs are compressed, joined, shrunk and wrapped by STARKs that verify STARKs, and the last one is verified by the Groth16 circuit. Stage proofs are kept beside the output until it is
/// written: a killed run goes on where it was.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom wrap block.proof -o block.snark\n  \
    zkrom wrap 100.proof 101.proof -o blocks.snark --export onchain")]
pub struct Wrap {
    /// Proofs of `zkrom prove`, of consecutive blocks in their order.
    #[arg(required = true)]
    proofs: Vec<PathBuf>,
    /// Where the proof goes.
    #[arg(short, long)]
    output: PathBuf,
    /// Verifying key of the block proofs; by default that of this build's EVM ROM, which is made.
    #[arg(long)]
    key: Option<PathBuf>,
    #[command(flatten)]
    keys: KeysArgs,
    /// Also write proof.json, public.json, verification_key.json (snarkjs's shapes) and values.json (for `zkrom submit`) to this folder.
    #[arg(long)]
    export: Option<PathBuf>,
    /// Keep the folder of stage proofs.
    #[arg(long)]
    keep_stages: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped {
    statement: EvmStatement,
    rom_digest: String,
    public_input: String,
    proof: PathBuf,
    proof_bytes: usize,
    seconds: Vec<(String, f64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_gib: Option<f64>,
}

const fn name_of(stage: Stage) -> &'static str {
    match stage {
        Stage::Quotient => "Groth16: quotient",
        Stage::H => "Groth16: H",
        Stage::L => "Groth16: L",
        Stage::A => "Groth16: A",
        Stage::B1 => "Groth16: B in G1",
        Stage::B2 => "Groth16: B in G2",
    }
}

impl Wrap {
    pub fn run(&self, json: bool) -> Result<()> {
        files::check_writable(&self.output)?;
        if let Some(export) = &self.export {
            std::fs::create_dir_all(export)
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot make {}", export.display()))?;
            files::check_writable(&export.join("proof.json"))?;
        }
        let proofs: Vec<Proof> = self.proofs.iter().map(|p| files::load(p)).collect::<Result<_>>()?;
        let rom = EvmRom::get();
        let mut steps = progress::Steps::new("wrapping");
        let key: VerifyingKey = match &self.key {
            Some(path) => files::load(path)?,
            None => {
                steps.run("block key", || ProvingKey::new(rom.image.clone(), ProofParams::STANDARD)).verifying
            }
        };
        for (path, proof) in self.proofs.iter().zip(&proofs) {
            key.verify(proof).into_diagnostic().wrap_err_with(|| format!("{} is refused", path.display()))?;
        }
        let stages = Stages::new(&mut |name, time| steps.step(name, time))?;
        let folder = stages.key_folder(&self.keys)?;
        if !folder.is_complete() {
            return Err(miette!(
                help = "`zkrom setup` makes a development key (UNSAFE), or takes a ceremony's",
                "no key of this build's circuit in {}",
                self.keys.folder()?.display()
            ));
        }
        let stage_folder = self.output.with_extension("stages");
        std::fs::create_dir_all(&stage_folder)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot make {}", stage_folder.display()))?;
        let blocks: Vec<&Proof> = proofs.iter().collect();
        let progress = &mut |name: &str, time| steps.step(name, time);
        let Stages { parameters, keys, last } = &stages;
        let wrapped = wrap_blocks(parameters, keys, last, &blocks, &key, Some(&stage_folder), progress)
            .into_diagnostic()?;
        let (statement, witness) = steps
            .run("Groth16: witness", || {
                stages.circuit().witness(&wrapped, key.program_digest, key.machine_digest)
            })
            .into_diagnostic()?;
        // The recursion's tables are not needed any more; the key is large.
        drop(stages);
        let proving = steps.run("Groth16: key", || folder.read()).into_diagnostic()?;
        let mut rng = ChaCha20Rng::from_os_rng();
        let mut begun: Option<(Stage, std::time::Instant)> = None;
        let proof = prove(&proving.proving, &witness, &mut rng, &mut |stage, done, all| {
            if let Some((before, start)) = begun.take() {
                steps.step(name_of(before), Some(start.elapsed()));
            }
            if done < all {
                steps.step(name_of(stage), None);
                begun = Some((stage, std::time::Instant::now()));
            }
        })
        .into_diagnostic()
        .wrap_err("cannot prove: the key may be of another build; `zkrom setup --force` makes it again")?;
        let words = statement.words();
        let values = PublicValues::from_words(&statement.rom_digest(), &words);
        let file = SnarkFile::new(values, &proof);
        file.verify(&proving.proving.vk)
            .into_diagnostic()
            .wrap_err("the proof just made does not verify: `zkrom setup --force` makes the key again")?;
        if let Some(export) = &self.export {
            let vk = files::read(&folder.verification_key())?;
            files::write(&export.join("verification_key.json"), &vk)?;
            let json = |value: &serde_json::Value| format!("{value:#}\n").into_bytes();
            files::write(&export.join("proof.json"), &json(&proof_json(&proof)))?;
            files::write(&export.join("public.json"), &json(&public_json(&[file.public_input()])))?;
            let values = serde_json::to_value(values).into_diagnostic()?;
            files::write(&export.join("values.json"), &json(&values))?;
        }
        files::write(&self.output, &file.to_bytes())?;
        if !self.keep_stages {
            std::fs::remove_dir_all(&stage_folder).into_diagnostic()?;
        }
        let out = Wrapped {
            statement: values.statement(),
            rom_digest: values.rom_digest.to_string(),
            public_input: values.public_input().to_string(),
            proof: self.output.clone(),
            proof_bytes: 256,
            seconds: steps.finish(),
            peak_gib: output::peak_gib(),
        };
        output::print(json, &out, |w| {
            format!(
                "{}{} bytes in {}\nROM digest    {}\npublic input  {}\nproved: {}",
                output::seconds(&w.seconds),
                w.proof_bytes,
                w.proof.display(),
                w.rom_digest,
                w.public_input,
                w.statement
            )
        })
    }
}
