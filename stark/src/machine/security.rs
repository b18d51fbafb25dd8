//! Proven security of a proof, from its actual shape.

use p3_air::BaseAir;
use p3_air::symbolic::AirLayout;
use p3_batch_stark::num_batched_openings;
use p3_batch_stark::symbolic::get_symbolic_constraints;
use p3_field::{BasedVectorSpace, Field};
use p3_fri::FriParameters;
use p3_lookup::{LogUpGadget, Lookup};
use p3_security::fri::FriRegime;
use p3_security::grinding::GrindingSites;
use p3_security::logup::{LogUpAir, security_term};
use p3_security::report::SecurityReport;
use p3_security::shape::{InstanceShape, StarkAirParams};
use p3_security::stark::proven_security_report;
use p3_uni_stark::OpeningShape;

use super::chip::Chip;
use crate::config::ProofParams;
use crate::field::{Challenge, Val};

/// Collision resistance of a digest of 8 KoalaBear elements: half of 248 bits.
const COLLISION_BITS: usize = 124;
/// Bits of proven security every proof has at least.
pub const TARGET_BITS: f64 = 100.0;

/// What decides a proof's security besides its parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measures {
    /// log2 of the greatest height.
    pub log_height: usize,
    /// Constraints of all chips, lookup constraints included.
    pub constraints: usize,
    /// Greatest degree.
    pub degree: usize,
    /// Columns times opening points.
    pub openings: usize,
    /// Opened columns: main, preprocessed, lookup (flattened) and quotient.
    pub columns: usize,
    /// Bus messages a row, over all chips.
    pub interactions: usize,
    /// Elements of the widest message.
    pub message_width: usize,
}

/// Measures the machine at the given heights.
#[must_use]
pub fn measure(chips: &[Chip], lookups: &[impl AsRef<[Lookup<Val>]>], log_heights: &[usize]) -> Measures {
    let dimension = <Challenge as BasedVectorSpace<Val>>::DIMENSION;
    let mut m = Measures {
        log_height: log_heights.iter().copied().max().unwrap_or(0),
        constraints: 0,
        degree: 0,
        openings: 0,
        columns: 0,
        interactions: 0,
        message_width: 0,
    };
    for ((chip, lookups), &log_height) in chips.iter().zip(lookups).zip(log_heights) {
        let lookups = lookups.as_ref();
        let layout = AirLayout {
            preprocessed_width: chip.preprocessed_width(),
            main_width: chip.width(),
            num_public_values: chip.num_public_values(),
            ..Default::default()
        };
        let (base, ext) =
            get_symbolic_constraints::<Val, Challenge, _, _>(chip, layout, lookups, &LogUpGadget::new());
        m.constraints += base.len() + ext.len();
        let degree = base
            .iter()
            .map(p3_air::SymbolicExpression::degree_multiple)
            .chain(ext.iter().map(p3_air::symbolic::SymbolicExpressionExt::degree_multiple))
            .max()
            .unwrap_or(0);
        m.degree = m.degree.max(degree);
        let chunks = (degree.max(2) - 1).next_power_of_two();
        let next = !chip.main_next_row_columns().is_empty();
        let preprocessed_next = !chip.preprocessed_next_row_columns().is_empty();
        m.openings += num_batched_openings(
            chip.width(),
            next,
            chip.preprocessed_width(),
            preprocessed_next,
            chunks,
            lookups.len(),
            dimension,
            OpeningShape::new(),
        );
        let permutation = if lookups.is_empty() { 0 } else { (lookups.len() + 1) * dimension };
        m.columns += chip.width() + chip.preprocessed_width() + permutation + chunks * dimension;
        for lookup in lookups {
            m.interactions += lookup.elements.len();
            m.message_width = lookup.elements.iter().map(Vec::len).fold(m.message_width, usize::max);
        }
        debug_assert!(log_height <= m.log_height);
    }
    m
}

/// The proven security of a proof with these measures and parameters, by p3-security.
#[must_use]
pub fn report(m: &Measures, params: &ProofParams) -> SecurityReport {
    let fri = FriParameters {
        log_blowup: params.log_blowup,
        log_final_poly_len: params.log_final_poly_len,
        max_log_arity: params.max_log_arity,
        num_queries: params.num_queries,
        batch_proof_of_work_bits: params.batch_pow_bits,
        commit_proof_of_work_bits: params.commit_pow_bits,
        query_proof_of_work_bits: params.query_pow_bits,
        mmcs: (),
    };
    let regime: FriRegime = fri.security_regime();
    let dimension = <Challenge as BasedVectorSpace<Val>>::DIMENSION;
    let shape = InstanceShape {
        log_trace_length: m.log_height,
        // Rounded down: 5 x 30.99 bits.
        modulus_bits: (dimension * Val::bits()).min(154),
        collision_resistance: COLLISION_BITS,
        num_batched_functions: m.openings,
    };
    let air = StarkAirParams {
        num_constraints: m.constraints,
        max_constraint_degree: m.degree,
        num_quotient_chunks: (m.degree.max(2) - 1).next_power_of_two(),
        max_combo: 2,
    };
    let sites = GrindingSites {
        out_of_domain: params.ood_pow_bits,
        batch_combination: params.batch_pow_bits,
        lookup_challenge: params.lookup_pow_bits,
    };
    let logup = LogUpAir { num_interactions: m.interactions, max_message_width: m.message_width };
    let extras: Vec<_> = security_term(&logup, &shape, &sites).into_iter().collect();
    proven_security_report(&regime, &air, &shape, &extras, &sites)
}
