//! Proofs from witnesses.

use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand_chacha::rand_core::CryptoRng;

use super::qap::{quotient, scalar};
use super::{Proof, ProvingKey};
use crate::r1cs::Witness;

/// A step of a proof, for progress reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Transforms.
    Quotient,
    /// The sum of the quotient's bases.
    H,
    /// That of the witness's bases.
    L,
    /// The first point.
    A,
    /// The second point, in the first group.
    B1,
    /// The second point.
    B2,
}

/// Stages, in order.
const STAGES: [Stage; 6] = [Stage::Quotient, Stage::H, Stage::L, Stage::A, Stage::B1, Stage::B2];

/// Why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The key is of another circuit.
    #[error("the key has {expected} {what}, the witness {got}")]
    OtherCircuit {
        /// Of what the numbers are.
        what: &'static str,
        /// The key's.
        expected: usize,
        /// The witness's.
        got: usize,
    },
    /// The witness does not satisfy the circuit.
    #[error("constraint {0} does not hold")]
    Unsatisfied(usize),
}

/// Proves that a witness satisfies the key's circuit. `progress` hears of each stage when it begins: the stage, how many are done, how many there are.
///
/// # Errors
///
/// Where the witness does not satisfy the circuit, or is of another one.
pub fn prove(
    key: &ProvingKey,
    witness: &Witness,
    rng: &mut impl CryptoRng,
    progress: &mut dyn FnMut(Stage, usize, usize),
) -> Result<Proof, ProveError> {
    let check = |what, expected, got| {
        if expected == got { Ok(()) } else { Err(ProveError::OtherCircuit { what, expected, got }) }
    };
    check("variables", key.a_query.len(), witness.values.len())?;
    check("public inputs", key.vk.gamma_abc_g1.len(), witness.num_public + 1)?;
    let rows = witness.rows[0].len() + witness.num_public + 1;
    check("points", key.h_query.len(), rows.next_power_of_two())?;
    let [a, b, c] = &witness.rows;
    if let Some(i) = (0..a.len()).find(|&i| a[i] * b[i] != c[i]) {
        return Err(ProveError::Unsatisfied(i));
    }
    let mut done = 0;
    let mut begin = |stage: Stage| {
        debug_assert_eq!(STAGES[done], stage);
        progress(stage, done, STAGES.len());
        done += 1;
    };
    begin(Stage::Quotient);
    let domain = Radix2EvaluationDomain::<Fr>::new(key.h_query.len()).ok_or(ProveError::OtherCircuit {
        what: "points",
        expected: key.h_query.len(),
        got: rows,
    })?;
    let quotient = quotient(witness, &domain);
    debug_assert_eq!(domain.size(), quotient.len());
    let values = &witness.values;
    let g1 = |bases: &[ark_bn254::G1Affine], scalars: &[Fr]| G1Projective::msm_unchecked(bases, scalars);
    begin(Stage::H);
    let h = g1(&key.h_query, &quotient);
    begin(Stage::L);
    let l = g1(&key.l_query, &values[witness.num_public + 1..]);
    let (r, s) = (scalar(rng), scalar(rng));
    begin(Stage::A);
    let a = g1(&key.a_query, values) + key.vk.alpha_g1 + key.delta_g1 * r;
    begin(Stage::B1);
    let b1 = g1(&key.b_g1_query, values) + key.beta_g1 + key.delta_g1 * s;
    begin(Stage::B2);
    let b = G2Projective::msm_unchecked(&key.b_g2_query, values) + key.vk.beta_g2 + key.vk.delta_g2 * s;
    let c = h + l + a * s + b1 * r - key.delta_g1 * (r * s);
    progress(Stage::B2, STAGES.len(), STAGES.len());
    Ok(Proof { a: a.into_affine(), b: b.into_affine(), c: c.into_affine() })
}
