//! Which parts of a chip are the only one to refuse some dishonest trace: a deletion score whose cost is one evaluation a trace, for chips
//! with hundreds of constraints.

use std::collections::BTreeSet;
use std::fmt;

use p3_air::{Air, BaseAir};
use p3_matrix::Matrix;

use super::isolated::{Isolated, hits_table, is_table};
use super::mutation::mutants;
use crate::check::{CheckBuilder, Deletion};
use crate::field::Val;

/// The parts of a chip, and those that some dishonest trace is refused by alone: without the part, that trace would be accepted in the
/// environment that agrees with its messages.
#[derive(Clone, Debug, Default)]
pub struct SoleReport {
    /// Constraints of the chip.
    pub constraints: usize,
    /// Interactions of the chip.
    pub interactions: usize,
    /// Constraints that refuse something alone.
    pub noticed_constraints: BTreeSet<usize>,
    /// Table lookups that refuse something alone. (Other messages are refused by the environment, which this report lets agree.)
    pub noticed_lookups: BTreeSet<usize>,
}

impl SoleReport {
    /// Constraints nothing notices the absence of.
    #[must_use]
    pub fn unnoticed(&self) -> Vec<usize> {
        (0..self.constraints).filter(|i| !self.noticed_constraints.contains(i)).collect()
    }
}

impl fmt::Display for SoleReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} constraints and {} of {} interactions refuse some trace alone; other constraints {:?}",
            self.noticed_constraints.len(),
            self.constraints,
            self.noticed_lookups.len(),
            self.interactions,
            self.unnoticed()
        )
    }
}

/// Changes every cell of an honest trace in the ways of [`mutate`](super::mutate), and looks at forged traces besides.
#[must_use]
pub fn sole_refusers<A>(honest: &Isolated<'_, A>, seed: u64, forged: &[Isolated<'_, A>]) -> SoleReport
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let mut report = SoleReport::default();
    let mut state = seed;
    let mut work = honest.clone();
    let (height, width) = (work.trace.height(), work.trace.width);
    for row in 0..height {
        for column in 0..width {
            let old = work.trace.values[row * width + column];
            for new in mutants(old, &mut state) {
                work.trace.values[row * width + column] = new;
                look(&work, &[(row + height - 1) % height, row], &mut report);
            }
            work.trace.values[row * width + column] = old;
        }
    }
    for trace in forged {
        let rows: Vec<usize> = (0..trace.trace.height()).collect();
        look(trace, &rows, &mut report);
    }
    report
}

fn look<A>(trace: &Isolated<'_, A>, rows: &[usize], report: &mut SoleReport)
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let preprocessed = trace.air.preprocessed_trace();
    let misses = |row: usize, deletion: Deletion| {
        let b = crate::check::evaluate_row(
            trace.air,
            &trace.trace,
            preprocessed.as_ref(),
            &trace.public_values,
            row,
            deletion,
        );
        let missed = b.messages.iter().filter(|m| is_table(m.bus) && !hits_table(m)).count();
        (b.failures, missed, b.num_constraints, b.num_interactions)
    };
    let mut failures = BTreeSet::new();
    let mut missing = Vec::new();
    for &row in rows {
        let (failed, missed, constraints, interactions) = misses(row, Deletion::None);
        (report.constraints, report.interactions) = (constraints, interactions);
        failures.extend(failed);
        if missed > 0 {
            missing.push(row);
        }
        if failures.len() > 1 {
            return;
        }
    }
    if missing.is_empty() {
        if failures.len() == 1 {
            report.noticed_constraints.extend(failures);
        }
    } else if failures.is_empty() {
        for part in 0..report.interactions {
            if !report.noticed_lookups.contains(&part)
                && missing.iter().all(|&row| misses(row, Deletion::Interaction(part)).1 == 0)
            {
                report.noticed_lookups.insert(part);
            }
        }
    }
}
