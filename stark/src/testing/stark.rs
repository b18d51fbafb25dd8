//! Real proofs of a chip alone: the other side of each bus is played by a stub.

use std::collections::BTreeMap;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_batch_stark::folder::{ProverConstraintFolderWithLookups, VerifierConstraintFolderWithLookups};
use p3_batch_stark::{ProverData, StarkInstance, prove_batch, verify_batch};
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_lookup::{Count, InteractionBuilder, InteractionSymbolicBuilder};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use p3_util::log2_strict_usize;

use super::isolated::{Env, Isolated, hits_table, is_table};
use crate::buses::Bus;
use crate::check::{CheckBuilder, Deletion};
use crate::config::{Config, ProofParams};
use crate::field::{Challenge, Val};

/// An AIR every builder of this crate and of the proof system can evaluate.
pub trait MachineAir:
    BaseAir<Val>
    + for<'a> Air<CheckBuilder<'a>>
    + Air<InteractionSymbolicBuilder<Val, Challenge>>
    + for<'a> Air<ProverConstraintFolderWithLookups<'a, Config>>
    + for<'a> Air<VerifierConstraintFolderWithLookups<'a, Config>>
    + Clone
    + Sync
{
}

impl<A> MachineAir for A where
    A: BaseAir<Val>
        + for<'a> Air<CheckBuilder<'a>>
        + Air<InteractionSymbolicBuilder<Val, Challenge>>
        + for<'a> Air<ProverConstraintFolderWithLookups<'a, Config>>
        + for<'a> Air<VerifierConstraintFolderWithLookups<'a, Config>>
        + Clone
        + Sync
{
}

#[derive(Clone)]
enum Party<A> {
    Chip(A),
    Stub { bus: Bus, width: usize },
}

impl<A: BaseAir<Val>> BaseAir<Val> for Party<A> {
    fn width(&self) -> usize {
        match self {
            Self::Chip(a) => a.width(),
            Self::Stub { width, .. } => width + 1,
        }
    }
    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        match self {
            Self::Chip(a) => a.preprocessed_trace(),
            Self::Stub { .. } => None,
        }
    }
    fn preprocessed_width(&self) -> usize {
        match self {
            Self::Chip(a) => a.preprocessed_width(),
            Self::Stub { .. } => 0,
        }
    }
    fn main_next_row_columns(&self) -> Vec<usize> {
        match self {
            Self::Chip(a) => a.main_next_row_columns(),
            Self::Stub { .. } => vec![],
        }
    }
    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        match self {
            Self::Chip(a) => a.preprocessed_next_row_columns(),
            Self::Stub { .. } => vec![],
        }
    }
    fn num_public_values(&self) -> usize {
        match self {
            Self::Chip(a) => a.num_public_values(),
            Self::Stub { .. } => 0,
        }
    }
}

impl<A, AB> Air<AB> for Party<A>
where
    AB: InteractionBuilder<F = Val>,
    A: Air<AB> + BaseAir<Val>,
{
    fn eval(&self, builder: &mut AB) {
        match self {
            Self::Chip(a) => a.eval(builder),
            Self::Stub { bus, width } => {
                let main = builder.main();
                let row = main.current_slice();
                let mult: AB::Expr = row[*width].into();
                let fields: Vec<AB::Expr> = row[..*width].iter().map(|&v| v.into()).collect();
                builder.push_interaction(bus.name(), fields, Count::provided(-mult));
            }
        }
    }
}

/// Proves a chip's trace against an environment with few-query parameters, and returns what the verifier says.
///
/// The stubs hold the environment's messages, and those lookups of the trace that hit their table.
///
/// # Errors
///
/// The prover's or verifier's words, where one refuses.
pub fn prove_isolated<A: MachineAir>(isolated: &Isolated<'_, A>, env: &Env) -> Result<(), String> {
    let mut needed: BTreeMap<Bus, Vec<(Vec<Val>, Val)>> = BTreeMap::new();
    for ((bus, fields), count) in env {
        needed.entry(*bus).or_default().push((fields.clone(), *count));
    }
    let preprocessed = isolated.air.preprocessed_trace();
    let mut widths: BTreeMap<Bus, usize> = needed.iter().map(|(b, v)| (*b, v[0].0.len())).collect();
    for row in 0..isolated.trace.height() {
        for m in isolated.row(preprocessed.as_ref(), row, Deletion::None).1 {
            widths.insert(m.bus, m.fields.len());
            if is_table(m.bus) && hits_table(&m) {
                needed.entry(m.bus).or_default().push((m.fields, m.count));
            }
        }
    }
    let mut airs = vec![Party::Chip(isolated.air.clone())];
    let mut traces = vec![isolated.trace.clone()];
    for (bus, width) in widths {
        let mut messages = needed.remove(&bus).unwrap_or_default();
        messages.sort_by_key(|(f, _)| f.iter().map(PrimeField32::as_canonical_u32).collect::<Vec<_>>());
        messages.dedup_by(|b, a| {
            let same = a.0 == b.0;
            if same {
                a.1 += b.1;
            }
            same
        });
        let height = messages.len().next_power_of_two();
        let mut values = Vec::with_capacity(height * (width + 1));
        for (fields, count) in messages {
            values.extend(fields);
            values.push(count);
        }
        values.resize(height * (width + 1), Val::ZERO);
        airs.push(Party::Stub { bus, width });
        traces.push(RowMajorMatrix::new(values, width + 1));
    }
    let config = ProofParams::TESTING.config();
    let degrees: Vec<usize> = traces.iter().map(|t| log2_strict_usize(t.height())).collect();
    let data = ProverData::from_airs_and_degrees(&config, &airs, &degrees).map_err(|e| format!("{e:?}"))?;
    let public: Vec<Vec<Val>> =
        (0..airs.len()).map(|i| if i == 0 { isolated.public_values.clone() } else { vec![] }).collect();
    let refs: Vec<&RowMajorMatrix<Val>> = traces.iter().collect();
    let instances = StarkInstance::new_multiple(&airs, &refs, &public);
    let proof = prove_batch(&config, &instances, &data).map_err(|e| format!("{e:?}"))?;
    verify_batch(&config, &airs, &proof, &public, &data.common).map_err(|e| format!("{e:?}"))
}

/// Columns of a chip as they are opened: main columns, and base columns of the lookup argument (5 for the accumulator and 5 for each packed
/// column of interactions).
///
/// # Panics
///
/// Where the proof system refuses the chip.
#[must_use]
pub fn opened_columns<A: MachineAir>(air: &A) -> (usize, usize) {
    let config = ProofParams::TESTING.config();
    let data = ProverData::from_airs_and_degrees(&config, std::slice::from_ref(air), &[4])
        .expect("the proof system takes the chip");
    (air.width(), 5 * (1 + data.common.lookups[0].len()))
}
