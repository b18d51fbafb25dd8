//! The prover: p3's batch-STARK protocol, step for step, over p3's commitment scheme.
//!
//! The verifier is p3's and knows nothing of this module; what it accepts is what makes a proof. `prove_batch` of p3 gives the same proof, byte for byte (a test
//! compares them); this one is faster on wide machines and needs less memory, because
//!
//! * what depends on the machine only (degrees, constraint layouts, the messages' expressions) is worked out once, in the key;
//! * messages are evaluated as straight-line programs, each shared sub-expression once, where p3 walks a tree for each element ([`messages`]);
//! * lookup columns are filled on packed rows ([`lookups`]);
//! * traces are consumed by the commitment: only the columns that messages read are kept for the lookups.

mod lookups;
mod messages;
mod quotient;
#[cfg(test)]
mod tests;

use p3_air::symbolic::{AirLayout, ConstraintLayout};
use p3_air::{Air, BaseAir};
use p3_batch_stark::folder::ProverConstraintFolderWithLookups;
use p3_batch_stark::proof::OpenedValuesWithLookups;
use p3_batch_stark::symbolic::{get_constraint_layout, get_log_num_quotient_chunks};
use p3_batch_stark::{
    BatchCommitments, BatchOpenedValues, BatchProof, BatchProverTranscript, BatchShape, ProverData,
};
use p3_commit::{PolynomialSpace, UnivariateStarkPcs};
use p3_field::Field;
use p3_lookup::{
    InteractionSymbolicBuilder, LogUpGadget, Lookup, LookupTerminal, check_multiplicity_height_bound,
};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use p3_uni_stark::{OpenedValues, PreprocessedOpenedValues, StarkGenericConfig};
use p3_util::log2_strict_usize;
use rayon::prelude::*;
use tracing::info_span;

use crate::config::{Challenger, Config, Pcs};
use crate::field::{Challenge, Val};
use lookups::LookupTrace;
use messages::Messages;

/// Several rows of a base-field column at once.
type PackedVal = <Val as Field>::Packing;
/// Several rows of an extension-field column at once.
type PackedChallenge = <Challenge as p3_field::ExtensionField<Val>>::ExtensionPacking;
type Domain = <Pcs as p3_commit::Pcs<Challenge, Challenger>>::Domain;

type CommittedData = <Pcs as p3_commit::Pcs<Challenge, Challenger>>::ProverData;
type OnDomain<'a> = <Pcs as UnivariateStarkPcs<Challenge, Challenger>>::EvaluationsOnDomain<'a>;

/// The values of a committed matrix on a domain.
fn on_domain<'a>(pcs: &Pcs, data: &'a CommittedData, index: usize, domain: Domain) -> OnDomain<'a> {
    UnivariateStarkPcs::<Challenge, Challenger>::get_evaluations_on_domain(pcs, data, index, domain)
}

/// An AIR the prover can evaluate.
pub(crate) trait ProvableAir:
    BaseAir<Val>
    + Air<InteractionSymbolicBuilder<Val, Challenge>>
    + for<'a> Air<ProverConstraintFolderWithLookups<'a, Config>>
    + Sync
{
}

impl<A> ProvableAir for A where
    A: BaseAir<Val>
        + Air<InteractionSymbolicBuilder<Val, Challenge>>
        + for<'a> Air<ProverConstraintFolderWithLookups<'a, Config>>
        + Sync
{
}

/// What the prover works out of a chip once.
struct ChipPlan {
    /// log2 of the number of quotient chunks.
    log_chunks: usize,
    /// Which constraints are over the base field and which over the extension.
    layout: ConstraintLayout,
    /// The messages, compiled.
    messages: Messages,
    /// The preprocessed columns.
    preprocessed: Option<RowMajorMatrix<Val>>,
    /// Whether constraints look at the next row.
    next_row: bool,
    /// Whether constraints look at the next preprocessed row.
    preprocessed_next_row: bool,
}

/// What the prover works out of a machine once, whatever the heights.
pub(crate) struct Plan(Vec<ChipPlan>);

impl Plan {
    /// Works out the plan of chips with their packed lookups.
    pub(crate) fn new<A: ProvableAir>(airs: &[A], lookups: &[&[Lookup<Val>]]) -> Self {
        let gadget = LogUpGadget::new();
        let plan = |air: &A, lookups: &[Lookup<Val>]| {
            let layout = || AirLayout {
                preprocessed_width: air.preprocessed_width(),
                main_width: air.width(),
                num_public_values: air.num_public_values(),
                ..Default::default()
            };
            // The length is used for periodic columns only, which no chip has.
            assert_eq!(air.num_periodic_columns(), 0, "periodic columns");
            let log_chunks =
                get_log_num_quotient_chunks::<Val, Challenge, A, _>(air, layout(), 1, lookups, 0, &gadget);
            ChipPlan {
                log_chunks,
                layout: get_constraint_layout::<Val, Challenge, A, _>(air, layout(), lookups, &gadget),
                messages: Messages::new(lookups),
                preprocessed: air.preprocessed_trace(),
                next_row: !air.main_next_row_columns().is_empty(),
                preprocessed_next_row: !air.preprocessed_next_row_columns().is_empty(),
            }
        };
        Self(airs.iter().zip(lookups).map(|(air, lookups)| plan(air, lookups)).collect())
    }
}

/// Proves filled traces, which are consumed.
///
/// # Errors
///
/// Where the commitment scheme refuses a height.
pub(crate) fn prove<A: ProvableAir>(
    config: &Config,
    airs: &[A],
    plan: &Plan,
    data: &ProverData<Config>,
    traces: Vec<RowMajorMatrix<Val>>,
    public_values: &[Vec<Val>],
) -> Result<BatchProof<Config>, String> {
    let gadget = LogUpGadget::new();
    let pcs = config.pcs();
    let plans = &plan.0;
    let n = airs.len();
    let lookups: Vec<&[Lookup<Val>]> = data.common.lookups.iter().map(|l| &**l).collect();
    let heights: Vec<usize> = traces.iter().map(Matrix::height).collect();
    let log_heights: Vec<usize> = heights.iter().map(|&h| log2_strict_usize(h)).collect();
    let domains: Vec<Domain> = heights
        .iter()
        .map(|&h| <Pcs as p3_commit::Pcs<Challenge, Challenger>>::natural_domain_for_degree(pcs, h))
        .collect();
    check_multiplicity_height_bound(&data.common.lookups, &heights).map_err(|e| format!("{e:?}"))?;
    let preprocessed = data.common.preprocessed.as_ref();
    let preprocessed_index = |i: usize| preprocessed?.instances[i].as_ref().map(|m| m.matrix_index);

    let shape = BatchShape {
        trace_widths: airs.iter().map(BaseAir::width).collect(),
        public_value_counts: public_values.iter().map(Vec::len).collect(),
        preprocessed_widths: (0..n)
            .map(|i| preprocessed.and_then(|p| p.instances[i].as_ref()).map_or(0, |m| m.width))
            .collect(),
        has_preprocessed_commitment: preprocessed.is_some(),
        num_lookup_instances: lookups.iter().filter(|l| !l.is_empty()).count(),
        lookup_pow_bits: config.lookup_proof_of_work_bits(),
        has_randomization_commitment: false,
        ood_pow_bits: config.ood_proof_of_work_bits(),
    };
    let mut challenger = config.initialise_challenger();
    let mut transcript = BatchProverTranscript::<Challenger, Val, Challenge, _>::new(&mut challenger, shape);
    transcript.instance_bindings(&log_heights);

    // Main traces. What the lookups read of them stays, the rest becomes the extension.
    let sources: Vec<LookupTrace> = info_span!("keep message columns").in_scope(|| {
        plans.par_iter().zip(&traces).map(|(plan, trace)| LookupTrace::new(&plan.messages, trace)).collect()
    });
    let inputs: Vec<_> = domains.iter().copied().zip(traces).collect();
    let (main_commit, main_data) = <Pcs as p3_commit::Pcs<Challenge, Challenger>>::commit(pcs, inputs)
        .map_err(|e| {
            transcript.abort();
            format!("{e:?}")
        })?;
    transcript.main_phase(main_commit.clone(), public_values);
    transcript.preprocessed_phase(preprocessed.map(|p| p.commitment.clone()));

    // Lookups.
    let (challenges, lookup_pow_witness) =
        info_span!("grind").in_scope(|| transcript.lookup_phase(&lookups, &gadget));
    let filled: Vec<_> = info_span!("lookup columns").in_scope(|| {
        (0..n)
            .into_par_iter()
            .zip(sources)
            .map(|(i, source)| {
                let plan = &plans[i];
                source.fill(&plan.messages, plan.preprocessed.as_ref(), &public_values[i], &challenges[i])
            })
            .collect()
    });
    let mut lookup_terminals = Vec::with_capacity(n);
    let mut lookup_inputs = vec![];
    // Place of each chip's lookup columns among the committed ones.
    let mut lookup_index = vec![None; n];
    for (i, columns) in filled.into_iter().enumerate() {
        lookup_terminals.push(columns.as_ref().map(|(_, terminal)| LookupTerminal(*terminal)));
        if let Some((matrix, _)) = columns {
            lookup_index[i] = Some(lookup_inputs.len());
            lookup_inputs.push((domains[i], matrix));
        }
    }
    let lookup_committed = if lookup_inputs.is_empty() {
        None
    } else {
        Some(<Pcs as p3_commit::Pcs<Challenge, Challenger>>::commit(pcs, lookup_inputs).map_err(|e| {
            transcript.abort();
            format!("{e:?}")
        })?)
    };
    let lookup_data = lookup_committed.as_ref().map(|(_, data)| data);
    let terminals: Vec<Challenge> = lookup_terminals.iter().flatten().map(|t| t.0).collect();
    let alpha = transcript.permutation_phase(lookup_committed.as_ref().map(|(c, _)| c.clone()), &terminals);

    // Quotients.
    let quotients: Vec<Vec<RowMajorMatrix<Val>>> = info_span!("quotient values").in_scope(|| {
        (0..n)
            .into_par_iter()
            .map(|i| {
                let plan = &plans[i];
                let domain = domains[i].create_disjoint_domain(1 << (log_heights[i] + plan.log_chunks));
                let preprocessed = preprocessed_index(i).map(|index| {
                    let data = data.prover_only.preprocessed_prover_data.as_ref();
                    (data.expect("the key holds the preprocessed columns it commits to"), index)
                });
                let values = quotient::values(&quotient::Inputs {
                    air: &airs[i],
                    plan,
                    public_values: &public_values[i],
                    trace_domain: domains[i],
                    domain,
                    main: on_domain(pcs, &main_data, i, domain),
                    lookup: lookup_data
                        .zip(lookup_index[i])
                        .map(|(data, index)| on_domain(pcs, data, index, domain)),
                    preprocessed: preprocessed.map(|(data, index)| on_domain(pcs, data, index, domain)),
                    challenges: &challenges[i],
                    terminal: lookup_terminals[i].map(|t| t.0),
                    alpha,
                });
                domain.split_evals(1 << plan.log_chunks, values)
            })
            .collect()
    });
    let mut chunks_of = vec![0..0; n];
    let mut extended = vec![];
    for (i, chunks) in quotients.into_iter().enumerate() {
        let domain = domains[i].create_disjoint_domain(1 << (log_heights[i] + plans[i].log_chunks));
        let number = chunks.len();
        let evals = domain.split_domains(number).into_iter().zip(chunks);
        let ldes = UnivariateStarkPcs::<Challenge, Challenger>::get_quotient_ldes(pcs, evals, number)
            .map_err(|e| {
                transcript.abort();
                format!("{e:?}")
            })?;
        chunks_of[i] = extended.len()..extended.len() + number;
        extended.extend(ldes);
    }
    let (quotient_commit, quotient_data) =
        UnivariateStarkPcs::<Challenge, Challenger>::commit_ldes(pcs, extended).map_err(|e| {
            transcript.abort();
            format!("{e:?}")
        })?;
    transcript.quotient_phase(quotient_commit.clone(), None);

    // Openings: each chip at the out-of-domain point and, where it looks at the next row, at that point's successor.
    let (zeta, ood_pow_witness) = info_span!("grind").in_scope(|| transcript.ood_phase());
    let points = |i: usize, next: bool| -> Vec<Challenge> {
        let successor = || domains[i].next_point(zeta).expect("two-adic domains have a next point");
        if next { vec![zeta, successor()] } else { vec![zeta] }
    };
    let mut rounds = vec![
        (&main_data, (0..n).map(|i| points(i, plans[i].next_row)).collect::<Vec<_>>()),
        (&quotient_data, chunks_of.iter().flat_map(|r| r.clone().map(|_| vec![zeta])).collect()),
    ];
    if let Some(p) = preprocessed {
        let data = data.prover_only.preprocessed_prover_data.as_ref();
        let at = p.matrix_to_instance.iter().map(|&i| points(i, plans[i].preprocessed_next_row)).collect();
        rounds.push((data.expect("the key holds the preprocessed columns it commits to"), at));
    }
    if let Some(data) = lookup_data {
        rounds.push((data, (0..n).filter(|&i| lookup_index[i].is_some()).map(|i| points(i, true)).collect()));
    }
    let opened = info_span!("open").in_scope(|| {
        transcript.delegate(|challenger| {
            let rounds = rounds.into_iter().map(Into::into).collect();
            UnivariateStarkPcs::<Challenge, Challenger>::open_with_preprocessing(
                pcs,
                rounds,
                challenger,
                preprocessed.map(|_| 2),
            )
        })
    });
    let (opened, opening_proof) = opened.map_err(|e| {
        transcript.abort();
        format!("{e:?}")
    })?;
    transcript.finish();

    let mut opened = opened.into_iter();
    let mut round = || opened.next().expect("one list of openings a round").into_iter();
    let (mut main, mut quotient) = (round(), round());
    let mut preprocessed_values = if preprocessed.is_some() { round() } else { vec![].into_iter() };
    let mut lookup_values = if lookup_data.is_some() { round() } else { vec![].into_iter() };
    let one = |values: &mut std::vec::IntoIter<Vec<Vec<Challenge>>>| {
        let mut points = values.next().expect("one list of openings a matrix").into_iter();
        (points.next().expect("each matrix is opened"), points.next())
    };
    let instances = (0..n)
        .map(|i| {
            let (trace_local, trace_next) = one(&mut main);
            let quotient_chunks = chunks_of[i].clone().map(|_| one(&mut quotient).0).collect();
            let preprocessed = preprocessed_index(i).map(|_| {
                let (local, next) = one(&mut preprocessed_values);
                PreprocessedOpenedValues { local, next }
            });
            let (permutation_local, permutation_next) = match lookup_index[i] {
                Some(_) => one(&mut lookup_values),
                None => (vec![], None),
            };
            OpenedValuesWithLookups {
                base_opened_values: OpenedValues {
                    trace_local,
                    trace_next,
                    preprocessed,
                    quotient_chunks,
                    random: None,
                },
                permutation_local,
                permutation_next: permutation_next.unwrap_or_default(),
            }
        })
        .collect();
    Ok(BatchProof {
        commitments: BatchCommitments {
            main: main_commit,
            permutation: lookup_committed.map(|(c, _)| c),
            quotient_chunks: quotient_commit,
            random: None,
        },
        opened_values: BatchOpenedValues { instances },
        opening_proof,
        lookup_terminals,
        degree_bits: log_heights,
        lookup_pow_witness,
        ood_pow_witness,
    })
}
