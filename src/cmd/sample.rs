//! `zkrom sample`.

use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use serde::Serialize;
use zkrom_witness::samples::SAMPLES;

use crate::output;

/// Make the sample blocks with their witnesses: small blocks signed, executed and sealed here, needing no network and no file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  zkrom sample -o samples\n  zkrom sample transfer -o samples")]
pub struct Sample {
    /// Names of samples; all by default.
    names: Vec<String>,
    /// The folder they go to.
    #[arg(short, long)]
    output: PathBuf,
}

#[derive(Serialize)]
struct Made {
    file: PathBuf,
    about: &'static str,
}

impl Sample {
    pub fn run(&self, json: bool) -> Result<()> {
        if let Some(name) = self.names.iter().find(|n| SAMPLES.iter().all(|s| s.name != n.as_str())) {
            let known: Vec<_> = SAMPLES.iter().map(|s| s.name).collect();
            return Err(miette!("no sample {name:?}; there are {}", known.join(", ")));
        }
        std::fs::create_dir_all(&self.output)
            .into_diagnostic()
            .wrap_err_with(|| format!("cannot make {}", self.output.display()))?;
        let mut made = vec![];
        for sample in SAMPLES {
            if !self.names.is_empty() && !self.names.iter().any(|n| n == sample.name) {
                continue;
            }
            let file = self.output.join(format!("{}.json", sample.name));
            let block =
                sample.make().into_diagnostic().wrap_err_with(|| format!("cannot make {}", sample.name))?;
            block.save(&file).into_diagnostic()?;
            made.push(Made { file, about: sample.about });
        }
        output::print(json, &made, |m| {
            m.iter().map(|m| format!("{}: {}", m.file.display(), m.about)).collect::<Vec<_>>().join("\n")
        })
    }
}
