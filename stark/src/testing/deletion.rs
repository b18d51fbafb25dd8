//! The deletion score: leave out one constraint or interaction at a time; some mutant must then survive, or the part is redundant (or the
//! suite too weak to notice it).

use std::fmt;

use p3_air::{Air, BaseAir};
use p3_matrix::Matrix;

use super::isolated::{Env, Isolated};
use crate::check::{CheckBuilder, Deletion, evaluate_row};
use crate::field::Val;

/// Parts of a chip whose absence was noticed, and those whose was not.
#[derive(Clone, Debug, Default)]
pub struct DeletionReport {
    /// Constraints and interactions of the chip.
    pub parts: usize,
    /// Parts without which some dishonest trace is accepted.
    pub noticed: usize,
    /// Parts whose absence no given trace shows.
    pub unnoticed: Vec<Deletion>,
}

impl fmt::Display for DeletionReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} parts, {} noticed, unnoticed {:?}", self.parts, self.noticed, self.unnoticed)
    }
}

/// Whether the absence of each part of a chip is noticed by one of the `dishonest` traces, each with the environment it must be refused in.
///
/// # Panics
///
/// Where a dishonest trace is accepted by the whole chip.
#[must_use]
pub fn deletion_score<A>(dishonest: &[(Isolated<'_, A>, Env)]) -> DeletionReport
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let Some((first, _)) = dishonest.first() else { return DeletionReport::default() };
    let preprocessed = first.air.preprocessed_trace();
    let b =
        evaluate_row(first.air, &first.trace, preprocessed.as_ref(), &first.public_values, 0, Deletion::None);
    assert!(first.trace.height() > 0);
    for (i, (trace, env)) in dishonest.iter().enumerate() {
        assert!(!trace.verdict(env).accepted(), "dishonest trace {i} is accepted");
    }
    let parts: Vec<Deletion> = (0..b.num_constraints)
        .map(Deletion::Constraint)
        .chain((0..b.num_interactions).map(Deletion::Interaction))
        .collect();
    let mut report = DeletionReport { parts: parts.len(), ..Default::default() };
    for part in parts {
        if dishonest.iter().any(|(trace, env)| trace.verdict_without(env, part).accepted()) {
            report.noticed += 1;
        } else {
            report.unnoticed.push(part);
        }
    }
    report
}
