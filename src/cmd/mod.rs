//! The verbs, one file each.

mod asm;
mod bench;
mod block;
mod conformance;
mod export_verifier;
mod fmt_rom;
mod inspect;
mod keys;
mod oracle;
mod profile;
mod program;
mod prove;
mod run;
mod sample;
mod security;
mod setup;
mod size;
mod submit;
mod test_rom;
mod verify;
mod witness;
mod wrap;

use clap::{Parser, Subcommand};
use miette::Result;

/// Prove Ethereum blocks valid; assemble, run and prove ROM programs; verify the proofs.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Start with: zkrom prove --sample transfer -o block.proof\n\nExit codes: 0 success, 1 failure, 2 wrong usage"
)]
pub struct Cli {
    /// Print JSON on standard output.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Asm(asm::Asm),
    TestRom(test_rom::TestRom),
    FmtRom(fmt_rom::FmtRom),
    Run(run::Run),
    Prove(prove::Prove),
    Verify(verify::Verify),
    Setup(setup::Setup),
    Wrap(wrap::Wrap),
    Security(security::Security),
    Inspect(inspect::Inspect),
    Bench(bench::Bench),
    Conformance(conformance::Conformance),
    Sample(sample::Sample),
    Witness(witness::Witness),
    Oracle(oracle::Oracle),
    ExportVerifier(export_verifier::ExportVerifier),
    Submit(submit::Submit),
}

impl Cli {
    /// Runs the verb.
    pub fn run(&self) -> Result<()> {
        match &self.verb {
            Verb::Asm(v) => v.run(self.json),
            Verb::TestRom(v) => v.run(self.json),
            Verb::FmtRom(v) => v.run(self.json),
            Verb::Run(v) => v.run(self.json),
            Verb::Prove(v) => v.run(self.json),
            Verb::Verify(v) => v.run(self.json),
            Verb::Setup(v) => v.run(self.json),
            Verb::Wrap(v) => v.run(self.json),
            Verb::Security(v) => v.run(self.json),
            Verb::Inspect(v) => v.run(self.json),
            Verb::Bench(v) => v.run(self.json),
            Verb::Conformance(v) => v.run(self.json),
            Verb::Sample(v) => v.run(self.json),
            Verb::Witness(v) => v.run(self.json),
            Verb::Oracle(v) => v.run(self.json),
            Verb::ExportVerifier(v) => v.run(self.json),
            Verb::Submit(v) => v.run(self.json),
        }
    }
}
