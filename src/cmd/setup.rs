//! `zkrom setup`.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use zkrom_snark_wrapper::groth16::{check_verifying_key, read_zkey, unsafe_development_key, write_r1cs};

use super::keys::{KeysArgs, Stages};
use crate::{files, output, progress};

/// Make the keys of the Groth16 circuit: a development key, or a ceremony's.
///
/// The development key is UNSAFE: its secrets are drawn from a hash of the circuit, so anyone can forge proofs under it. It is for development and tests. A key for use comes from a ceremony:
/// export the circuit with --r1cs, run snarkjs's set-up, contributions and beacon on it, and give the result with --zkey.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom setup\n  \
    zkrom setup --r1cs zkrom.r1cs\n  \
    zkrom setup --zkey final.zkey --keys keys")]
pub struct Setup {
    #[command(flatten)]
    keys: KeysArgs,
    /// Write the circuit as iden3's .r1cs to this file, and make no key.
    #[arg(long, conflicts_with = "zkey")]
    r1cs: Option<PathBuf>,
    /// Take this .zkey of a ceremony instead of making a development key.
    #[arg(long)]
    zkey: Option<PathBuf>,
    /// Make the key again where there is one.
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Made {
    constraints: usize,
    parts: Vec<(&'static str, usize)>,
    circuit_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    r1cs: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proving_key: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification_key: Option<PathBuf>,
    development: bool,
    seconds: Vec<(String, f64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    peak_gib: Option<f64>,
}

/// A key that was there before.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct There {
    proving_key: PathBuf,
    verification_key: PathBuf,
}

impl Setup {
    pub fn run(&self, json: bool) -> Result<()> {
        let mut steps = progress::Steps::new("setup");
        let stages = Stages::new(&mut |name, time| steps.step(name, time))?;
        let folder = stages.key_folder(&self.keys)?;
        if self.r1cs.is_none() && self.zkey.is_none() && folder.is_complete() && !self.force {
            steps
                .run("checking the key", || folder.read())
                .into_diagnostic()
                .wrap_err("--force makes the key again")?;
            steps.finish();
            let there =
                There { proving_key: folder.proving_key(), verification_key: folder.verification_key() };
            return output::print(json, &there, |t| {
                format!(
                    "there is a key of this circuit already, whole (--force makes it again)\nproving key {}\nverifying key {}",
                    t.proving_key.display(),
                    t.verification_key.display()
                )
            });
        }
        let (r1cs, parts) = steps.run("circuit", || stages.circuit().build().constraints());
        drop(stages);
        let digest = r1cs.digest();
        if let Some(path) = &self.r1cs {
            steps
                .run("writing the circuit", || {
                    let partial = path.with_extension("r1cs.partial");
                    let mut file = BufWriter::new(File::create(&partial)?);
                    write_r1cs(&r1cs, &mut file)?;
                    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
                    std::fs::rename(&partial, path)
                })
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot write {}", path.display()))?;
        } else {
            let key = match &self.zkey {
                Some(path) => {
                    let bytes = files::read(path)?;
                    steps
                        .run("reading the ceremony's key", || read_zkey(&bytes, &r1cs))
                        .into_diagnostic()
                        .wrap_err_with(|| path.display().to_string())?
                }
                None => steps.run("unsafe development key", || unsafe_development_key(&r1cs)),
            };
            check_verifying_key(&key.proving.vk).into_diagnostic().wrap_err("the key is refused")?;
            steps.run("writing the key", || folder.write(&key, self.zkey.is_none())).into_diagnostic()?;
        }
        let made = Made {
            constraints: r1cs.num_constraints(),
            parts: parts.into_iter().collect(),
            circuit_digest: output::hex(&digest),
            r1cs: self.r1cs.clone(),
            proving_key: self.r1cs.is_none().then(|| folder.proving_key()),
            verification_key: self.r1cs.is_none().then(|| folder.verification_key()),
            development: self.r1cs.is_none() && self.zkey.is_none(),
            seconds: steps.finish(),
            peak_gib: output::peak_gib(),
        };
        output::print(json, &made, |m| {
            let mut text = String::new();
            for (part, constraints) in &m.parts {
                text.push_str(&format!("{part:<24} {constraints:>10} constraints\n"));
            }
            text.push_str(&format!("{:<24} {:>10}\n", "all", m.constraints));
            text.push_str(&output::seconds(&m.seconds));
            text.push_str(&format!("circuit {}\n", m.circuit_digest));
            match (&m.r1cs, &m.proving_key, &m.verification_key) {
                (Some(path), ..) => text.push_str(&format!("written to {}", path.display())),
                (_, Some(pk), Some(vk)) => {
                    text.push_str(&format!("proving key {}\nverifying key {}", pk.display(), vk.display()));
                }
                _ => {}
            }
            if m.development {
                text.push_str("\nUNSAFE: this is a development key; anyone can forge proofs under it");
            }
            text
        })
    }
}
