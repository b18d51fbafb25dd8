//! The EVM ROM of this build: its sources are embedded, and assembled when they are first needed.

use std::path::Path;
use std::sync::LazyLock;

use alloy_primitives::U256;
use zkrom_asm::source_map::SourceMap;
use zkrom_asm::{Assembly, Files, Image, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::{Executor, Input, Location, Outcome, Program};
use zkrom_witness::{BlockInput, ChainConfig, rom_input};

use crate::refusal::Refusal;
use crate::statement::EvmStatement;

/// The sources by path, `rom/main.zkasm` among them.
static SOURCES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/rom_files.rs"));

static ROM: LazyLock<EvmRom> = LazyLock::new(|| {
    // A build whose ROM does not assemble cannot pass its first test.
    EvmRom::assemble().unwrap_or_else(|diagnostics| panic!("the EVM ROM does not assemble\n{diagnostics}"))
});

/// The program that proves blocks valid.
pub struct EvmRom {
    /// Its image.
    pub image: Image,
    /// The image, ready to run.
    pub program: Program,
    /// Where its rows come from.
    pub map: SourceMap,
}

/// A block that the ROM accepts.
#[derive(Clone, Debug)]
pub struct BlockRun {
    /// What the run proves.
    pub statement: EvmStatement,
    /// The run.
    pub outcome: Outcome,
}

impl EvmRom {
    /// The ROM, assembled once a process: some 50 ms.
    ///
    /// # Panics
    /// Where the sources of this build do not assemble.
    #[must_use]
    pub fn get() -> &'static Self {
        &ROM
    }

    /// Assembles the sources.
    ///
    /// # Errors
    /// What is wrong with them, rendered.
    pub fn assemble() -> Result<Self, String> {
        let files = Files::memory(SOURCES.iter().copied());
        let options = Options { require_headers: true, ..Options::default() };
        let assembly = assemble(Path::new("rom/main.zkasm"), &files, &options).map_err(|d| d.render())?;
        let Assembly { image, source_map, .. } = assembly;
        let program = Program::load(&image, &Hints::default()).map_err(|e| e.to_string())?;
        Ok(Self { image, program, map: source_map })
    }

    /// What the ROM is given for a block.
    #[must_use]
    pub fn input(block: &BlockInput, config: &ChainConfig) -> Input {
        Input { private: rom_input(block, config), ..Input::default() }
    }

    /// Runs a block; its witness is not trusted.
    ///
    /// # Errors
    /// The rule by which the block or its witness is refused.
    pub fn run(&self, block: &BlockInput, config: &ChainConfig) -> Result<BlockRun, Refusal> {
        self.run_words(rom_input(block, config))
    }

    /// As [`run`](Self::run), from the private input words.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_words(&self, private: Vec<U256>) -> Result<BlockRun, Refusal> {
        let executor = Executor::new(&self.program, Input { private, ..Input::default() });
        let outcome = executor.run().map_err(|e| Refusal::new(&e, &self.map))?;
        Ok(BlockRun { statement: EvmStatement::new(&outcome.public_out), outcome })
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
