//! `zkrom export-verifier`.

use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr};
use serde::Serialize;
use zkrom_snark_wrapper::solidity::{Options, Origin, Words, render, template_digest};

use crate::{files, output};

/// Write the Solidity contract that verifies Groth16 proofs of a key, which is compiled into it.
///
/// The key is `verification_key.json` as snarkjs writes it, of a circuit with one public input. A key that is known to be forgeable is refused: points that are not of their
/// groups, gamma = ±delta, a set-up without any contribution. Whether somebody kept the randomness of a set-up cannot be seen: the contract's documentation says UNSAFE unless
/// --notice says whose word it is that nobody did.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    zkrom export-verifier verification_key.json -o verifier-sol/src/Groth16Verifier.sol\n  \
    zkrom export-verifier verification_key.json --development -o Groth16Verifier.sol\n  \
    zkrom export-verifier verification_key.json --notice 'Key of the ceremony of May 2027, transcript 0x1f3c.' -o Groth16Verifier.sol")]
pub struct ExportVerifier {
    /// The verifying key, `verification_key.json`.
    key: PathBuf,
    /// Where the contract goes; standard output by default.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Name of the contract.
    #[arg(long, default_value = "Groth16Verifier")]
    contract: String,
    /// Import path of verifier-sol/src, relative to the contract.
    #[arg(long, default_value = ".")]
    root: String,
    /// What the contract's documentation says of the key's origin, in one line.
    #[arg(long, conflicts_with = "development")]
    notice: Option<String>,
    /// Mark the key as a development key, which anyone can forge proofs for.
    #[arg(long)]
    development: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Exported {
    contract: String,
    key_digest: String,
    template_digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

impl ExportVerifier {
    pub fn run(&self, json: bool) -> Result<()> {
        let key = Words::from_snarkjs(&files::read(&self.key)?)
            .into_diagnostic()
            .wrap_err_with(|| format!("no contract can be made of {}", self.key.display()))?;
        let origin = match &self.notice {
            Some(notice) => Origin::Stated(notice.clone()),
            // The file's own word counts too.
            None if self.development || key.development => Origin::Development,
            None => Origin::Unknown,
        };
        let options = Options { contract: self.contract.clone(), root: self.root.clone(), origin };
        let source = render(&key, &options).into_diagnostic()?;
        if let Some(file) = &self.output {
            files::write(file, source.as_bytes())?;
        }
        let out = Exported {
            contract: self.contract.clone(),
            key_digest: output::hex(&key.digest()),
            template_digest: output::hex(&template_digest()),
            file: self.output.clone(),
            source: self.output.is_none().then_some(source),
        };
        output::print(json, &out, |o| match (&o.file, &o.source) {
            (Some(file), _) => {
                format!("{} written to {}\nkey digest  {}", o.contract, file.display(), o.key_digest)
            }
            (None, Some(source)) => source.trim_end().to_owned(),
            (None, None) => String::new(),
        })
    }
}
