//! `zkrom asm`.

use std::path::PathBuf;

use clap::Args;
use miette::{IntoDiagnostic, Result};
use serde::Serialize;
use zkrom_asm::listing::hints_text;

use super::program::assemble_file;
use crate::{files, output};

/// Assemble a program.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  zkrom asm rom/examples/factorial.zkasm -o factorial.bin --listing --map")]
pub struct Asm {
    /// The program's first file.
    source: PathBuf,
    /// Where the image goes; beside the source by default.
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Also write a listing (.lst): every row with its address, rows by procedure.
    #[arg(long)]
    listing: bool,
    /// Also write a source map (.map), used by reports and profiles.
    #[arg(long)]
    map: bool,
    /// Print each hint with the rows that check it.
    #[arg(long)]
    hints: bool,
}

#[derive(Serialize)]
struct Assembled {
    image: PathBuf,
    instructions: usize,
    program_digest: String,
    hints: Vec<zkrom_asm::listing::HintInfo>,
}

impl Asm {
    pub fn run(&self, json: bool) -> Result<()> {
        let image = self.output.clone().unwrap_or_else(|| self.source.with_extension("bin"));
        files::check_writable(&image)?;
        let assembly = assemble_file(&self.source, false)?;
        assembly.image.save(&image).into_diagnostic()?;
        if self.listing {
            files::write(&image.with_extension("lst"), assembly.listing.as_bytes())?;
        }
        if self.map {
            assembly.source_map.save(&image.with_extension("map")).into_diagnostic()?;
        }
        let out = Assembled {
            instructions: assembly.image.instrs.len(),
            program_digest: assembly.image.digest().to_string(),
            hints: assembly.hints,
            image,
        };
        output::print(json, &out, |o| {
            let hints = if self.hints { format!("\n{}", hints_text(&o.hints)) } else { String::new() };
            format!(
                "{}: {} instructions, program digest {}{hints}",
                o.image.display(),
                o.instructions,
                o.program_digest
            )
        })
    }
}
