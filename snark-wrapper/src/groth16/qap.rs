//! The quadratic arithmetic program of a constraint system.

use ark_ff::{Field, One, PrimeField, Zero, batch_inversion};
use ark_poly::{EvaluationDomain, Radix2EvaluationDomain};
use rand_chacha::rand_core::CryptoRng;
use rayon::prelude::*;

use crate::field::Fr;
use crate::r1cs::{R1cs, Witness};

/// A scalar, uniform but for 2^-250.
pub(super) fn scalar(rng: &mut impl CryptoRng) -> Fr {
    let mut bytes = [0; 64];
    rng.fill_bytes(&mut bytes);
    Fr::from_le_bytes_mod_order(&bytes)
}

/// The domain of a system, unless it is too large for the field.
pub(super) fn domain(num_constraints: usize, num_public: usize) -> Option<Radix2EvaluationDomain<Fr>> {
    Radix2EvaluationDomain::new(num_constraints + num_public + 1)
}

/// The columns of A, B and C as polynomials, at a point.
pub(super) struct Columns {
    pub(super) a: Vec<Fr>,
    pub(super) b: Vec<Fr>,
    pub(super) c: Vec<Fr>,
}

/// Evaluates the columns at `tau`.
pub(super) fn columns(r1cs: &R1cs, domain: &Radix2EvaluationDomain<Fr>, tau: Fr) -> Columns {
    let lagrange = domain.evaluate_all_lagrange_coefficients(tau);
    let column = |m: usize| {
        let mut out = vec![Fr::zero(); r1cs.num_variables];
        for (i, l) in lagrange[..r1cs.num_constraints()].iter().enumerate() {
            for &(v, c) in r1cs.matrices[m].row(i) {
                out[v as usize] += *l * r1cs.coefficient(c);
            }
        }
        out
    };
    let mut a = column(0);
    for (v, x) in a[..=r1cs.num_public].iter_mut().enumerate() {
        *x += lagrange[r1cs.num_constraints() + v];
    }
    Columns { a, b: column(1), c: column(2) }
}

/// Lagrange polynomials of the odd powers of a root of order `2 n` at `tau`: `L_i(tau) = (tau^n + 1) / -n . x_i / (tau - x_i)` for `x_i^n = -1`.
pub(super) fn odd_lagrange(domain: &Radix2EvaluationDomain<Fr>, tau: Fr) -> Vec<Fr> {
    let n = domain.size();
    let root = shift(domain);
    let points: Vec<Fr> = domain.elements().map(|x| x * root).collect();
    let mut inverses: Vec<Fr> = points.iter().map(|x| tau - x).collect();
    batch_inversion(&mut inverses);
    // The polynomial of degree below 2 n that is 1 at x_i and 0 at all other powers of the root: (tau^2n - 1) x_i / (2 n (tau - x_i)).
    let power = tau.pow([n as u64]).square() - Fr::one();
    let scale = power * Fr::from(2 * n as u64).inverse().expect("n is below the modulus");
    points.iter().zip(inverses).map(|(x, inverse)| scale * x * inverse).collect()
}

/// A root of order `2 n`: what snarkjs takes.
fn shift(domain: &Radix2EvaluationDomain<Fr>) -> Fr {
    Radix2EvaluationDomain::<Fr>::new(2 * domain.size())
        .expect("the field has a root of twice the order")
        .group_gen
}

/// `A B - C` at the odd powers of the root.
pub(super) fn quotient(witness: &Witness, domain: &Radix2EvaluationDomain<Fr>) -> Vec<Fr> {
    let root = shift(domain);
    let pad = |row: &[Fr], extra: &[Fr]| {
        let mut out = Vec::with_capacity(domain.size());
        out.extend_from_slice(row);
        out.extend_from_slice(extra);
        out.resize(domain.size(), Fr::zero());
        out
    };
    let extend = |mut values: Vec<Fr>| {
        domain.ifft_in_place(&mut values);
        Radix2EvaluationDomain::<Fr>::distribute_powers(&mut values, root);
        domain.fft_in_place(&mut values);
        values
    };
    let a = pad(&witness.rows[0], &witness.values[..=witness.num_public]);
    let b = pad(&witness.rows[1], &[]);
    // Satisfied rows have C = A B; the rows of the public inputs have no B.
    let c: Vec<Fr> = a.par_iter().zip(&b).map(|(a, b)| *a * b).collect();
    let mut out = extend(a);
    let b = extend(b);
    out.par_iter_mut().zip(b).for_each(|(x, y)| *x *= y);
    let c = extend(c);
    out.par_iter_mut().zip(c).for_each(|(x, y)| *x -= y);
    out
}
