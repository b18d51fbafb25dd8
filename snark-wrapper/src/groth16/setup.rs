//! A key for development.

use ark_bn254::{Fr, G1Projective, G2Projective};
use ark_ec::scalar_mul::ScalarMul;
use ark_ec::{CurveGroup, PrimeGroup};
use ark_ff::Field;
use ark_poly::EvaluationDomain;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::qap::{columns, domain, odd_lagrange, scalar};
use super::{Key, ProvingKey, VerifyingKey};
use crate::r1cs::R1cs;

/// A key whose secrets anybody can compute: they are drawn from a hash of the circuit. **Whoever reads this can prove anything under it.** It is for
/// development and tests; a key for use comes from a ceremony ([`super::read_zkey`]).
///
/// # Panics
///
/// Where the circuit is larger than the field's domains.
#[must_use]
pub fn unsafe_development_key(r1cs: &R1cs) -> Key {
    let circuit = r1cs.digest();
    let seed: [u8; 32] =
        Sha256::new().chain_update(b"zkrom unsafe development key").chain_update(circuit).finalize().into();
    let mut rng = ChaCha20Rng::from_seed(seed);
    let [alpha, beta, gamma, delta, tau]: [Fr; 5] = core::array::from_fn(|_| scalar(&mut rng));
    let domain = domain(r1cs.num_constraints(), r1cs.num_public).expect("the field has a domain");
    let q = columns(r1cs, &domain, tau);
    let inverse = |x: Fr| x.inverse().expect("a secret is not zero");
    let (by_gamma, by_delta) = (inverse(gamma), inverse(delta));
    let inputs = r1cs.num_public + 1;
    let combined: Vec<Fr> = (0..r1cs.num_variables)
        .into_par_iter()
        .map(|i| (beta * q.a[i] + alpha * q.b[i] + q.c[i]) * if i < inputs { by_gamma } else { by_delta })
        .collect();
    let mut odd = odd_lagrange(&domain, tau);
    debug_assert_eq!(odd.len(), domain.size());
    odd.iter_mut().for_each(|x| *x *= by_delta);
    let (g1, g2) = (G1Projective::generator(), G2Projective::generator());
    let verifying = VerifyingKey {
        alpha_g1: (g1 * alpha).into_affine(),
        beta_g2: (g2 * beta).into_affine(),
        gamma_g2: (g2 * gamma).into_affine(),
        delta_g2: (g2 * delta).into_affine(),
        gamma_abc_g1: g1.batch_mul(&combined[..inputs]),
    };
    let proving = ProvingKey {
        vk: verifying,
        beta_g1: (g1 * beta).into_affine(),
        delta_g1: (g1 * delta).into_affine(),
        a_query: g1.batch_mul(&q.a),
        b_g1_query: g1.batch_mul(&q.b),
        b_g2_query: g2.batch_mul(&q.b),
        h_query: g1.batch_mul(&odd),
        l_query: g1.batch_mul(&combined[inputs..]),
    };
    Key { circuit, proving }
}
