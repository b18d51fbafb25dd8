//! What several verbs take: a block, or a program and its input.

use std::path::{Path, PathBuf};

use alloy_primitives::U256;
use clap::{ArgGroup, Args};
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use zkrom::EvmRom;
use zkrom::rom::Places;
use zkrom_asm::source_map::SourceMap;
use zkrom_asm::{Assembly, Files, Image, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::{ExecError, Input, Program};
use zkrom_witness::BlockInput;

use super::block::{LoadedBlock, find_sample};
use crate::files;

/// A block for the EVM ROM of this build, or any program and its input.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub struct ProgramArgs {
    /// A block file: the block and its witness. The EVM ROM of this build runs it.
    #[arg(value_name = "BLOCK", group = "what")]
    block: Option<PathBuf>,
    /// A sample block instead, made on the spot: `transfer`, `erc20`, ... (`zkrom sample --help`).
    #[arg(long, value_name = "NAME", group = "what")]
    sample: Option<String>,
    /// Another program instead: an image (.bin), or a source (.zkasm) that is assembled first.
    #[arg(long, value_name = "PROGRAM", group = "what")]
    rom: Option<PathBuf>,
    /// Public input words of the program: a JSON list of strings, at most 16.
    #[arg(long, conflicts_with_all = ["block", "sample"])]
    public: Option<PathBuf>,
    /// Private input words of the program: a JSON list of strings.
    #[arg(long, conflicts_with_all = ["block", "sample"])]
    private: Option<PathBuf>,
    /// Public input words on the command line instead of `--public`.
    #[arg(long, value_delimiter = ',', conflicts_with_all = ["public", "block", "sample"])]
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
    /// Its source map.
    pub map: Option<SourceMap>,
    /// The block, where the program is the EVM ROM.
    pub block: Option<LoadedBlock>,
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
        match (&self.rom, &self.block, &self.sample) {
            (Some(rom), ..) => self.load_program(rom),
            (_, Some(path), _) => load_block(BlockInput::load(path).into_diagnostic()?),
            (_, _, Some(name)) => load_block(find_sample(name)?.make().into_diagnostic()?),
            _ => Err(miette!("neither a block nor a program is named")),
        }
    }

    fn load_program(&self, rom: &Path) -> Result<Loaded> {
        let (image, map) = if rom.extension().is_some_and(|e| e == "zkasm") {
            let assembly = assemble_file(rom, false)?;
            (assembly.image, Some(assembly.source_map))
        } else {
            let image = Image::load(rom).into_diagnostic().wrap_err("cannot load the program")?;
            let map = rom.with_extension("map");
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
        Ok(Loaded { image, program, input, map, block: None })
    }
}

fn load_block(input: BlockInput) -> Result<Loaded> {
    let block = LoadedBlock::new(input)?;
    let rom = EvmRom::get();
    Ok(Loaded {
        image: rom.image.clone(),
        program: rom.program.clone(),
        input: EvmRom::input(&block.input, &block.config),
        map: Some(rom.map.clone()),
        block: Some(block),
    })
}

impl Loaded {
    /// An execution failure as a report: the rule a block breaks, or the place in a program's source.
    pub fn failure(&self, error: &ExecError) -> miette::Report {
        match (&self.block, &self.map) {
            (Some(block), Some(map)) => block.refusal(error, map),
            (_, Some(map)) => miette!("the program cannot go on\n{}", error.render(&Places(map))),
            (_, None) => miette!("the program cannot go on\n{}", error.render(&())),
        }
    }
}
