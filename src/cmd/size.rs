//! Whether a run can be proved on this machine: asked before anything large is made.

use miette::{IntoDiagnostic, Result, miette};
use zkrom_executor::Outcome;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::{ChipId, Shape};

use crate::output;

const HELP: &str = "prove a smaller block: one proof holds one segment, and a block is one segment so far";

/// Refuses a run that no shape holds, from its counts alone: recording it could take more memory than there is.
pub fn check_counts(outcome: &Outcome) -> Result<()> {
    let table = Shape::table();
    let permutations = 24 * outcome.counts.work.keccak_permutations;
    for (chip, rows) in [(ChipId::Main, u64::from(outcome.rows)), (ChipId::KeccakF, permutations)] {
        let limit = table.iter().map(|s| s.height(chip)).max().unwrap_or(0) as u64;
        if rows > limit {
            return Err(miette!(
                help = HELP,
                "too large to prove: the run needs {rows} rows of chip {}, the largest shape has {limit}",
                chip.name()
            ));
        }
    }
    Ok(())
}

/// The shape of a run and the GiB its proof takes; refused where that is more than `limit`, or than the machine has.
pub fn check_memory(key: &ProvingKey, rows: &[usize], limit: Option<f64>) -> Result<(Shape, f64)> {
    let shape = Shape::table()[key.shape(rows).into_diagnostic()?].clone();
    let estimate = key.memory_estimate(&shape) as f64 / f64::from(1 << 30);
    match limit.or_else(output::available_gib) {
        Some(available) if available < estimate => Err(miette!(
            help = "free memory, use a larger machine, or prove a smaller run; --memory overrides the limit",
            "the proof needs about {estimate:.1} GiB, {available:.1} are available"
        )),
        _ => Ok((shape, estimate)),
    }
}
