//! What the verifier of a child does, from the child's AIRs, heights and parameters alone.

use p3_air::symbolic::AirLayout;
use p3_air::{Air, BaseAir};
use p3_batch_stark::BatchShape;
use p3_batch_stark::symbolic::get_log_num_quotient_chunks_for_domain;
use p3_challenger::CanObserve;
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_field::{PrimeCharacteristicRing, PrimeField64};
use p3_fri::{FriShape, PcsShape, fold_schedule};
use p3_lookup::{InteractionSymbolicBuilder, LogUpGadget, Lookup};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::{Challenge, Val};

use crate::quintic::D;

/// An AIR a child may have.
pub trait ChildAir: BaseAir<Val> + Air<InteractionSymbolicBuilder<Val, Challenge>> {}
impl<A: BaseAir<Val> + Air<InteractionSymbolicBuilder<Val, Challenge>>> ChildAir for A {}

/// A kind of child: everything but its values.
#[derive(Debug)]
pub struct Child<'a, A> {
    /// Its AIRs.
    pub airs: &'a [A],
    /// Their packed lookups.
    pub lookups: Vec<&'a [Lookup<Val>]>,
    /// log2 of their heights.
    pub log_heights: Vec<usize>,
    /// The parameters its proofs are made with.
    pub params: ProofParams,
}

/// A table of a child.
#[derive(Clone, Debug)]
pub struct Instance {
    /// log2 of the height.
    pub log_height: usize,
    /// Main columns.
    pub width: usize,
    /// Whether the next row is opened.
    pub next: bool,
    /// Preprocessed columns.
    pub preprocessed: usize,
    /// Whether their next row is opened.
    pub preprocessed_next: bool,
    /// Public values.
    pub public_values: usize,
    /// Quotient chunks.
    pub chunks: usize,
    /// Lookup columns, the accumulator not counted.
    pub lookups: usize,
}

/// The commitments a proof opens, in p3's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Main columns.
    Main,
    /// Quotient chunks.
    Quotient,
    /// Preprocessed columns.
    Preprocessed,
    /// Lookup columns.
    Lookup,
}

/// A committed matrix.
#[derive(Clone, Copy, Debug)]
pub struct Matrix {
    /// The table it belongs to.
    pub instance: usize,
    /// log2 of the height of its low-degree extension.
    pub log_height: usize,
    /// Base columns.
    pub width: usize,
    /// Points it is opened at: `zeta`, and the next.
    pub points: usize,
}

/// A commitment and its matrices.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Which.
    pub source: Source,
    /// Its matrices.
    pub matrices: Vec<Matrix>,
}

impl Batch {
    /// log2 of the greatest height.
    #[must_use]
    pub fn log_height(&self) -> usize {
        self.matrices.iter().map(|m| m.log_height).max().unwrap_or(0)
    }

    /// The matrices of one height, in order: their rows are hashed as one.
    pub fn of_height(&self, log_height: usize) -> impl Iterator<Item = (usize, &Matrix)> {
        self.matrices.iter().enumerate().filter(move |(_, m)| m.log_height == log_height)
    }
}

/// The plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Tables.
    pub instances: Vec<Instance>,
    /// Commitments opened.
    pub batches: Vec<Batch>,
    /// log2 heights of the low-degree extensions, descending.
    pub log_heights: Vec<usize>,
    /// log2 of the arity of each FRI round.
    pub log_arities: Vec<usize>,
    /// Parameters.
    pub params: ProofParams,
    /// What the transcript begins with.
    pub batch_seed: Vec<Val>,
    /// What the opening argument begins with.
    pub pcs_seed: Vec<Val>,
    /// What FRI begins with.
    pub fri_seed: Vec<Val>,
}

/// Records what a separator absorbs.
#[derive(Default)]
struct Recorder(Vec<Val>);

impl CanObserve<Val> for Recorder {
    fn observe(&mut self, value: Val) {
        self.0.push(value);
    }
}

/// What a challenger absorbs when a protocol begins.
macro_rules! seed {
    ($shape:expr) => {{
        let mut recorder = Recorder::default();
        $shape.domain_separator::<Val, Challenge>().seed(&mut recorder);
        recorder.0
    }};
}

fn instance<A: ChildAir>(air: &A, lookups: &[Lookup<Val>], log_height: usize) -> Instance {
    assert_eq!(air.num_periodic_columns(), 0, "periodic columns are not verified");
    let preprocessed = air.preprocessed_width();
    let layout = layout(air);
    let domain = TwoAdicMultiplicativeCoset::new(Val::ONE, log_height).expect("a height the field has");
    let log_chunks = get_log_num_quotient_chunks_for_domain::<_, Challenge, A, _>(
        air,
        layout,
        domain,
        lookups,
        0,
        &LogUpGadget::new(),
    );
    Instance {
        log_height,
        width: air.width(),
        next: !air.main_next_row_columns().is_empty(),
        preprocessed,
        preprocessed_next: preprocessed > 0 && !air.preprocessed_next_row_columns().is_empty(),
        public_values: air.num_public_values(),
        chunks: 1 << log_chunks,
        lookups: lookups.len(),
    }
}

/// The layout p3's verifier evaluates an AIR with.
#[must_use]
pub fn layout<A: ChildAir>(air: &A) -> AirLayout {
    AirLayout {
        preprocessed_width: air.preprocessed_width(),
        main_width: air.width(),
        num_public_values: air.num_public_values(),
        num_periodic_columns: air.num_periodic_columns(),
        ..Default::default()
    }
}

fn batches(instances: &[Instance], log_blowup: usize) -> Vec<Batch> {
    let mut out: Vec<Batch> = [Source::Main, Source::Quotient, Source::Preprocessed, Source::Lookup]
        .map(|source| Batch { source, matrices: vec![] })
        .into();
    for (index, i) in instances.iter().enumerate() {
        let mut push = |batch: usize, width: usize, points: usize| {
            let log_height = i.log_height + log_blowup;
            out[batch].matrices.push(Matrix { instance: index, log_height, width, points });
        };
        push(0, i.width, 1 + usize::from(i.next));
        (0..i.chunks).for_each(|_| push(1, D, 1));
        if i.preprocessed > 0 {
            push(2, i.preprocessed, 1 + usize::from(i.preprocessed_next));
        }
        if i.lookups > 0 {
            push(3, (i.lookups + 1) * D, 2);
        }
    }
    out.retain(|b| !b.matrices.is_empty());
    out
}

impl<A: ChildAir> Child<'_, A> {
    /// The plan of this child's verifier.
    ///
    /// # Panics
    ///
    /// Where the AIRs are not such as the block's and the recursion's are: with periodic columns, without lookups or preprocessed columns, of one row, or with so
    /// many messages that a multiplicity may wrap around (p3's verifier refuses these, too).
    #[must_use]
    pub fn plan(&self) -> Plan {
        let instances: Vec<Instance> = self
            .airs
            .iter()
            .zip(&self.lookups)
            .zip(&self.log_heights)
            .map(|((air, lookups), &log_height)| instance(air, lookups, log_height))
            .collect();
        let of_table = |(lookups, &h): (&&[Lookup<Val>], &usize)| {
            lookups.iter().map(|l| u128::from(l.count_weight) << h).sum::<u128>()
        };
        let reads: u128 = self.lookups.iter().zip(&self.log_heights).map(of_table).sum();
        assert!(reads < u128::from(Val::ORDER_U64), "multiplicities may wrap around");
        let params = self.params;
        let batches = batches(&instances, params.log_blowup);
        assert_eq!(batches.len(), 4, "a child has preprocessed and lookup columns");
        let mut log_heights: Vec<usize> =
            instances.iter().map(|i| i.log_height + params.log_blowup).collect();
        log_heights.sort_unstable_by(|a, b| b.cmp(a));
        log_heights.dedup();
        let log_final = params.log_blowup + params.log_final_poly_len;
        assert!(log_heights.iter().all(|&h| h > log_final), "a table too short for the final polynomial");
        let log_arities = fold_schedule(&log_heights, log_final, params.max_log_arity);
        let batch_shape = BatchShape {
            trace_widths: instances.iter().map(|i| i.width).collect(),
            public_value_counts: instances.iter().map(|i| i.public_values).collect(),
            preprocessed_widths: instances.iter().map(|i| i.preprocessed).collect(),
            has_preprocessed_commitment: true,
            num_lookup_instances: instances.iter().filter(|i| i.lookups > 0).count(),
            lookup_pow_bits: params.lookup_pow_bits,
            has_randomization_commitment: false,
            ood_pow_bits: params.ood_pow_bits,
        };
        let counts = |b: &Batch| b.matrices.iter().map(|m| vec![m.width; m.points]).collect();
        let pcs_shape = PcsShape {
            claimed_evaluation_counts: batches.iter().map(counts).collect(),
            batch_pow_bits: params.batch_pow_bits,
        };
        let fri_shape = FriShape {
            log_arities: log_arities.clone(),
            final_poly_len: 1 << params.log_final_poly_len,
            commit_pow_bits: params.commit_pow_bits,
            query_pow_bits: params.query_pow_bits,
            num_queries: params.num_queries,
            index_bits: log_heights[0],
            log_blowup: params.log_blowup,
            max_log_arity: params.max_log_arity,
        };
        Plan {
            instances,
            batches,
            log_heights,
            log_arities,
            params,
            batch_seed: seed!(batch_shape),
            pcs_seed: seed!(pcs_shape),
            fri_seed: seed!(fri_shape),
        }
    }
}

impl Plan {
    /// log2 of the greatest height of a low-degree extension: bits of a query index.
    #[must_use]
    pub fn log_global_height(&self) -> usize {
        self.log_heights[0]
    }

    /// log2 of the height FRI ends at.
    #[must_use]
    pub const fn log_final_height(&self) -> usize {
        self.params.log_blowup + self.params.log_final_poly_len
    }
}
