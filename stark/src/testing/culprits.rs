//! Dishonest traces that a single part of a chip refuses, found by random changes: the raw material of the deletion score.

use std::collections::{BTreeMap, BTreeSet};

use p3_air::{Air, BaseAir};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;

use super::isolated::{Env, Isolated, Verdict, hits_table, is_table};
use super::mutation::mutants;
use crate::buses::Bus;
use crate::check::{CheckBuilder, Deletion, evaluate_row};
use crate::field::Val;

impl<A> Isolated<'_, A>
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    /// What refuses the trace where the rest of the machine goes along with every message it sends and receives: constraints and
    /// table lookups alone.
    #[must_use]
    pub fn refusal(&self) -> Verdict {
        self.verdict(&self.env())
    }

    /// The environment of the trace with a part of the chip left out.
    #[must_use]
    pub fn env_without(&self, deletion: Deletion) -> Env {
        let preprocessed = self.air.preprocessed_trace();
        let mut env = Env::new();
        for row in 0..self.trace.height() {
            for m in self.row(preprocessed.as_ref(), row, deletion).1 {
                if !is_table(m.bus) {
                    *env.entry((m.bus, m.fields)).or_insert(Val::ZERO) += m.count;
                }
            }
        }
        env.retain(|_, c| *c != Val::ZERO);
        env
    }

    /// Indices of the constraints that fail anywhere, and the number of table lookups that miss.
    fn culprits(&self, preprocessed: Option<&RowMajorMatrix<Val>>) -> (BTreeSet<usize>, Vec<Bus>) {
        let mut failed = BTreeSet::new();
        let mut missed = Vec::new();
        for row in 0..self.trace.height() {
            let (failures, messages) = self.row(preprocessed, row, Deletion::None);
            failed.extend(failures);
            missed.extend(messages.iter().filter(|m| is_table(m.bus) && !hits_table(m)).map(|m| m.bus));
        }
        (failed, missed)
    }
}

/// Dishonest traces, each with an environment that goes along with it, that one constraint or one lookup alone refuses, found by changing
/// one cell of `honest` at a time; one for each constraint found, and one for each column found to be bound by a lookup. To them are added, for
/// each interaction, the honest trace in a machine that does not take part in it.
#[must_use]
pub fn sole_culprits<'a, A>(honest: &Isolated<'a, A>, seed: u64) -> Vec<(Isolated<'a, A>, Env)>
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let preprocessed = honest.air.preprocessed_trace();
    let mut state = seed;
    let mut by_constraint = BTreeMap::new();
    let mut by_lookup = BTreeMap::new();
    let mut work = honest.clone();
    for at in 0..honest.trace.values.len() {
        let from = work.trace.values[at];
        for to in mutants(from, &mut state) {
            work.trace.values[at] = to;
            let (failed, missed) = work.culprits(preprocessed.as_ref());
            let failed: Vec<usize> = failed.into_iter().collect();
            match (failed.as_slice(), missed.as_slice()) {
                (&[one], []) if !by_constraint.contains_key(&one) => {
                    by_constraint.insert(one, (work.clone(), work.env()));
                }
                ([], &[bus]) => {
                    by_lookup
                        .entry((bus, at % honest.trace.width))
                        .or_insert_with(|| (work.clone(), work.env()));
                }
                _ => {}
            }
        }
        work.trace.values[at] = from;
    }
    let b = evaluate_row(
        honest.air,
        &honest.trace,
        preprocessed.as_ref(),
        &honest.public_values,
        0,
        Deletion::None,
    );
    let full = honest.env();
    let absent = (0..b.num_interactions)
        .map(|k| (honest.clone(), honest.env_without(Deletion::Interaction(k))))
        .filter(|(_, env)| *env != full);
    let mut out: Vec<_> = by_constraint.into_values().chain(by_lookup.into_values()).collect();
    out.extend(absent);
    out
}
