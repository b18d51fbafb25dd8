//! `zkrom fmt-rom`.

use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Result, miette};
use serde::Serialize;
use zkrom_asm::format_source;

use crate::{files, output};

/// Format micro-assembly sources.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  zkrom fmt-rom rom/examples/*.zkasm\n  zkrom fmt-rom --check $(git ls-files '*.zkasm')"
)]
pub struct FmtRom {
    /// Sources.
    #[arg(required = true)]
    sources: Vec<PathBuf>,
    /// Write nothing; fail where a source is not formatted.
    #[arg(long)]
    check: bool,
}

#[derive(Serialize)]
struct Formatted {
    changed: Vec<PathBuf>,
}

impl FmtRom {
    pub fn run(&self, json: bool) -> Result<()> {
        let mut out = Formatted { changed: vec![] };
        for path in &self.sources {
            let text = String::from_utf8(files::read(path)?).into_diagnostic()?;
            let formatted = format_source(&text);
            if formatted != text {
                if !self.check {
                    files::write(path, formatted.as_bytes())?;
                }
                out.changed.push(path.clone());
            }
        }
        output::print(json, &out, |o| {
            let verb = if self.check { "not formatted" } else { "formatted" };
            o.changed
                .iter()
                .map(|p| format!("{verb}: {}\n", p.display()))
                .collect::<String>()
                .trim_end()
                .to_owned()
        })?;
        if self.check && !out.changed.is_empty() {
            return Err(miette!("{} sources are not formatted", out.changed.len()));
        }
        Ok(())
    }
}
