//! What several verbs take: a program and its input.

use std::path::{Path, PathBuf};

use alloy_primitives::U256;
use clap::Args;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use zkrom_asm::source_map::SourceMap;
use zkrom_asm::{Assembly, Files, Image, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::{ExecError, Input, Location, Program};

use crate::files;

/// A program and its input.
#[derive(Debug, Args)]
pub struct ProgramArgs {
    /// The program: an image (.bin), or a source (.zkasm) that is assembled first.
    #[arg(long)]
    rom: PathBuf,
    /// Public input words: a JSON list of strings, at most 16.
    #[arg(long)]
    public: Option<PathBuf>,
    /// Private input words: a JSON list of strings.
    #[arg(long)]
    private: Option<PathBuf>,
    /// Public input words on the command line instead of `--public`.
    #[arg(long, value_delimiter = ',', conflicts_with = "public")]
    words: Vec<U256>,
}

/// A program ready to run, with its source map where there is one.
pub struct Loaded {
    /// The image.
    pub image: Image,
    /// The program the executor runs.
    pub program: Program,
    /// Its input.
    pub input: Input,
    map: Option<SourceMap>,
}

/// Assembles a source; what is wrong with it is printed with carets.
pub fn assemble_file(path: &Path, require_headers: bool) -> Result<Assembly> {
    let options = Options { require_headers, ..Options::default() };
    assemble(path, &Files::Disk, &options).map_err(|d| {
        eprint!("{}", d.render());
        miette!("{} does not assemble", path.display())
    })
}

impl ProgramArgs {
    /// Loads the program and its input.
    pub fn load(&self) -> Result<Loaded> {
        let (image, map) = if self.rom.extension().is_some_and(|e| e == "zkasm") {
            let assembly = assemble_file(&self.rom, false)?;
            (assembly.image, Some(assembly.source_map))
        } else {
            let image = Image::load(&self.rom).into_diagnostic().wrap_err("cannot load the program")?;
            let map = self.rom.with_extension("map");
            (image, map.exists().then(|| SourceMap::load(&map)).transpose().into_diagnostic()?)
        };
        let given =
            if self.public.is_some() { files::words(self.public.as_deref())? } else { self.words.clone() };
        let mut input = Input { private: files::words(self.private.as_deref())?, ..Input::default() };
        if given.len() > input.public.len() {
            return Err(miette!("{} public input words, at most {} fit", given.len(), input.public.len()));
        }
        input.public[..given.len()].copy_from_slice(&given);
        let program =
            Program::load(&image, &Hints::default()).into_diagnostic().wrap_err("cannot load the program")?;
        Ok(Loaded { image, program, input, map })
    }
}

/// A source map as the executor's reports take it.
pub struct Places<'a>(pub &'a SourceMap);

impl zkrom_executor::SourceMap for Places<'_> {
    fn locate(&self, upc: u32) -> Option<Location> {
        let place = self.0.rows.get(upc as usize)?;
        Some(Location {
            file: self.0.files.get(place.file as usize)?.clone(),
            line: place.line,
            procedure: self.0.unit(upc as usize)?.name.clone(),
        })
    }
}

impl Loaded {
    /// An execution failure as a report with places in the source.
    pub fn failure(&self, error: &ExecError) -> miette::Report {
        let text = match &self.map {
            Some(map) => error.render(&Places(map)),
            None => error.render(&()),
        };
        miette!("the program cannot go on\n{text}")
    }

    /// The name of the procedure a row belongs to.
    pub fn procedures(&self, profile: &zkrom_executor::Profile) -> Vec<(String, u64)> {
        match &self.map {
            Some(map) => profile.procedures(&Places(map)),
            None => profile.procedures(&()),
        }
    }
}
