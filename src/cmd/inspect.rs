//! `zkrom inspect`.

use std::path::PathBuf;

use clap::Args;
use miette::{Result, miette};
use serde::Serialize;
use zkrom_asm::Image;
use zkrom_stark::machine::{machine_digest, page};
use zkrom_stark::proof::{FORMAT_VERSION, FileFormat, Proof, VerifyingKey};

use crate::{files, output};

/// Say what a file is; or, with --machine, print the inventory of chips.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  zkrom inspect factorial.proof\n  zkrom inspect --machine > docs/chips.md"
)]
pub struct Inspect {
    /// A ROM image, proof or verifying key.
    #[arg(required_unless_present = "machine")]
    file: Option<PathBuf>,
    /// Print the machine's chips, columns and buses as Markdown.
    #[arg(long)]
    machine: bool,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum What {
    Machine { page: String, machine_digest: String },
    Proof { format: u16, rom_digest: String, shape: u8, public_in: Vec<String>, public_out: Vec<String> },
    VerifyingKey { format: u16, program_digest: String, machine_digest: String, rom_digest: String },
    Image { instructions: usize, forks: usize, program_digest: String },
}

fn what(bytes: &[u8]) -> Result<What> {
    if bytes.starts_with(&Proof::MAGIC) {
        let p = Proof::from_bytes(bytes).map_err(|e| miette!("{e}"))?;
        let words = |w: &[alloy_primitives::U256]| w.iter().map(|x| format!("{x:#x}")).collect();
        return Ok(What::Proof {
            format: FORMAT_VERSION,
            rom_digest: output::hex(&p.statement.rom_digest),
            shape: p.shape,
            public_in: words(&p.statement.public_in),
            public_out: words(&p.statement.public_out),
        });
    }
    if bytes.starts_with(&VerifyingKey::MAGIC) {
        let k = VerifyingKey::from_bytes(bytes).map_err(|e| miette!("{e}"))?;
        return Ok(What::VerifyingKey {
            format: FORMAT_VERSION,
            program_digest: output::hex(&k.program_digest),
            machine_digest: output::hex(&k.machine_digest),
            rom_digest: output::hex(&k.rom_digest()),
        });
    }
    if bytes.starts_with(&zkrom_asm::file::MAGIC) {
        let image = Image::from_bytes(bytes).map_err(|e| miette!("{e}"))?;
        return Ok(What::Image {
            instructions: image.instrs.len(),
            forks: image.opcodes.len(),
            program_digest: image.digest().to_string(),
        });
    }
    Err(miette!("neither a ROM image, a proof nor a verifying key"))
}

impl Inspect {
    pub fn run(&self, json: bool) -> Result<()> {
        let what = match &self.file {
            Some(path) => what(&files::read(path)?).map_err(|e| e.wrap_err(path.display().to_string()))?,
            None => What::Machine { page: page(), machine_digest: output::hex(&machine_digest()) },
        };
        output::print(json, &what, |w| match w {
            What::Machine { page, .. } => page.trim_end().to_owned(),
            What::Proof { format, rom_digest, shape, public_in, public_out } => format!(
                "STARK proof, format {format}\nROM digest {rom_digest}\nshape {shape}\npublic input{}\npublic output{}",
                output::numbered(public_in),
                output::numbered(public_out)
            ),
            What::VerifyingKey { format, program_digest, machine_digest, rom_digest } => format!(
                "verifying key, format {format}\nprogram {program_digest}\nmachine {machine_digest}\nROM     {rom_digest}"
            ),
            What::Image { instructions, forks, program_digest } => {
                format!("ROM image: {instructions} instructions, {forks} forks\nprogram {program_digest}")
            }
        })
    }
}
