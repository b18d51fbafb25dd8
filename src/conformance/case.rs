//! One block of a case: what the ROM must make of it.

use zkrom_asm::isa::CLK_BOUND;
use zkrom_witness::fixtures::{Replayed, exceptions};
use zkrom_witness::{BlockError, BlockOutcome, ChainConfig, ForkName};

use super::reason::rom_exceptions;
use crate::refusal::{Kind, Refusal};
use crate::rom::{BlockRun, EvmRom};
use crate::statement::EvmStatement;

/// Precompiles that the ROM has.
const PRECOMPILES: [u8; 3] = [1, 2, 4];

/// What came of a block or a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The ROM agrees.
    Passed,
    /// The block uses what the ROM does not cover.
    NotCovered(String),
    /// The ROM does not agree: what was expected and what it says.
    Failed(String),
}

/// What of a block the ROM does not cover, by what revm saw; `None` if it covers all.
#[must_use]
pub fn not_covered(block: &Replayed) -> Option<String> {
    let coverage = &block.built.coverage;
    let other = coverage.precompiles.keys().find(|a| {
        let number = a.as_slice()[19];
        a.as_slice()[..19] != [0; 19] || !PRECOMPILES.contains(&number)
    });
    if let Some(address) = other {
        return Some(format!("precompile {address}"));
    }
    // An executed opcode takes a row at least, and a row is a clock.
    if coverage.steps() >= u64::from(CLK_BOUND) {
        return Some(format!("more opcodes than a proof has clocks ({CLK_BOUND})"));
    }
    None
}

/// Runs a block through the ROM and compares.
#[must_use]
pub fn judge(rom: &EvmRom, config: &ChainConfig, block: &Replayed) -> (Verdict, Option<BlockRun>) {
    let lack = not_covered(block);
    let run = rom.run(&block.built.input, config);
    let verdict = match (&block.built.verdict, &run) {
        (Ok(outcome), Ok(run)) => accepted(config, outcome, run),
        // Sound whatever is covered: an invalid block is never accepted.
        (Err(error), Ok(_)) => Verdict::Failed(format!("expected a refusal ({error}), got a valid block")),
        (_, Err(_)) if lack.is_some() => Verdict::Passed,
        (Ok(_), Err(refusal)) => {
            Verdict::Failed(format!("expected a valid block, got {}", described(refusal)))
        }
        (Err(error), Err(refusal)) => refused(block.expect_exception.as_deref(), error, refusal),
    };
    let verdict = match (verdict, lack) {
        (Verdict::Passed, Some(lack)) => Verdict::NotCovered(lack),
        (verdict, _) => verdict,
    };
    (verdict, run.ok())
}

fn described(refusal: &Refusal) -> String {
    if refusal.kind == Kind::Stuck { refusal.report.clone() } else { refusal.to_string() }
}

fn accepted(config: &ChainConfig, outcome: &BlockOutcome, run: &BlockRun) -> Verdict {
    let got = run.statement;
    let expected = EvmStatement {
        config_hash: config.config_hash(),
        chain_id: config.chain_id,
        first_block: outcome.number,
        last_block: outcome.number,
        last_block_hash: outcome.hash,
        pre_state_root: outcome.pre_state_root,
        post_state_root: outcome.state_root,
        ..got
    };
    if expected == got { Verdict::Passed } else { Verdict::Failed(format!("expected {expected}, got {got}")) }
}

fn refused(expected: Option<&str>, error: &BlockError, refusal: &Refusal) -> Verdict {
    let names = rom_exceptions(&refusal.procedure);
    let natively = exceptions(error);
    let ok = match expected {
        Some(expected) if expected.contains("Exception.") => {
            expected.split('|').any(|e| names.contains(&e.rsplit('.').next().unwrap_or(e)))
        }
        // Names without a class are those of older tools, which nobody has listed: the oracle's reason counts.
        _ if natively.is_empty() => refusal.kind == Kind::Invalid,
        _ => names.iter().any(|n| natively.contains(n)),
    };
    if ok {
        return Verdict::Passed;
    }
    Verdict::Failed(format!(
        "expected {} ({error}), got {}",
        expected.unwrap_or("a refusal"),
        described(refusal)
    ))
}

/// Whether all rules of a config are from Paris to Cancun.
pub fn in_scope(config: &ChainConfig) -> bool {
    config.forks.iter().all(|f| f.rules <= ForkName::Cancun)
}
