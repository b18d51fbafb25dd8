//! The constraint matrices of a circuit, compact, with the checks that tests run on them.

use crate::field::Fr;
use ark_ff::{One, Zero};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

use super::Lc;

/// One of A, B, C: rows of (variable, coefficient), coefficients interned in [`R1cs`].
#[derive(Clone, Debug, Default)]
pub struct SparseRows {
    ends: Vec<usize>,
    entries: Vec<(u32, u32)>,
}

impl SparseRows {
    /// Number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Number of non-zero entries.
    #[must_use]
    pub const fn non_zeros(&self) -> usize {
        self.entries.len()
    }

    /// Row `i` as (variable, index of the coefficient).
    #[must_use]
    pub fn row(&self, i: usize) -> &[(u32, u32)] {
        let start = if i == 0 { 0 } else { self.ends[i - 1] };
        &self.entries[start..self.ends[i]]
    }
}

/// A rank-1 constraint system: `(A z) * (B z) = C z` for `z = (1, public inputs, witness)`.
#[derive(Clone, Debug, Default)]
pub struct R1cs {
    /// Number of public inputs, the leading one not counted.
    pub num_public: usize,
    /// Number of variables, the leading one included.
    pub num_variables: usize,
    /// A, B and C.
    pub matrices: [SparseRows; 3],
    coefficients: Vec<Fr>,
    interned: HashMap<Fr, u32>,
}

impl R1cs {
    /// Number of constraints.
    #[must_use]
    pub const fn num_constraints(&self) -> usize {
        self.matrices[0].len()
    }

    /// The coefficient behind an interned index.
    #[must_use]
    pub fn coefficient(&self, index: u32) -> Fr {
        self.coefficients[index as usize]
    }

    /// The number of distinct coefficients.
    #[must_use]
    pub const fn num_coefficients(&self) -> usize {
        self.coefficients.len()
    }

    fn intern(&mut self, c: Fr) -> u32 {
        let next = self.coefficients.len() as u32;
        let index = *self.interned.entry(c).or_insert(next);
        if index == next {
            self.coefficients.push(c);
        }
        index
    }

    pub(super) fn push(&mut self, rows: [&Lc; 3]) {
        for (m, lc) in rows.into_iter().enumerate() {
            if !lc.constant.is_zero() {
                let c = self.intern(lc.constant);
                self.matrices[m].entries.push((0, c));
            }
            for &(v, k) in &lc.terms {
                let c = self.intern(k);
                self.matrices[m].entries.push((v, c));
            }
            let end = self.matrices[m].entries.len();
            self.matrices[m].ends.push(end);
        }
    }

    /// A digest of the constraints: of sizes, and of each row of A, B and C in turn.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        use ark_ff::{BigInteger, PrimeField};
        let mut hash = Sha256::new();
        hash.update(b"zkrom r1cs 1");
        for n in [self.num_public, self.num_variables, self.num_constraints()] {
            hash.update((n as u64).to_be_bytes());
        }
        let coefficients: Vec<Vec<u8>> =
            self.coefficients.iter().map(|c| c.into_bigint().to_bytes_be()).collect();
        for i in 0..self.num_constraints() {
            for m in &self.matrices {
                let row = m.row(i);
                hash.update((row.len() as u64).to_be_bytes());
                for &(v, c) in row {
                    hash.update(v.to_be_bytes());
                    hash.update(&coefficients[c as usize]);
                }
            }
        }
        hash.finalize().into()
    }

    /// Whether another system has the same constraints.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        let sizes = |r: &Self| (r.num_public, r.num_variables, r.num_constraints());
        let row = |r: &Self, m: usize, i: usize| -> Vec<(u32, Fr)> {
            r.matrices[m].row(i).iter().map(|&(v, c)| (v, r.coefficient(c))).collect()
        };
        sizes(self) == sizes(other)
            && (0..3).all(|m| (0..self.num_constraints()).all(|i| row(self, m, i) == row(other, m, i)))
    }

    /// The value of row `i` of matrix `m` under an assignment.
    #[must_use]
    pub fn eval(&self, m: usize, i: usize, z: &[Fr]) -> Fr {
        self.matrices[m].row(i).iter().map(|&(v, c)| z[v as usize] * self.coefficient(c)).sum()
    }

    /// Whether constraint `i` holds.
    #[must_use]
    pub fn holds(&self, i: usize, z: &[Fr]) -> bool {
        self.eval(0, i, z) * self.eval(1, i, z) == self.eval(2, i, z)
    }

    /// The first constraint that does not hold.
    #[must_use]
    pub fn first_violation(&self, z: &[Fr]) -> Option<usize> {
        (0..self.num_constraints()).find(|&i| !self.holds(i, z))
    }

    /// For each variable, the constraints it occurs in.
    #[must_use]
    pub fn occurrences(&self) -> Vec<Vec<u32>> {
        let mut out = vec![Vec::new(); self.num_variables];
        for i in 0..self.num_constraints() {
            for m in &self.matrices {
                for &(v, _) in m.row(i) {
                    if out[v as usize].last() != Some(&(i as u32)) {
                        out[v as usize].push(i as u32);
                    }
                }
            }
        }
        out
    }

    /// The witness variables that can be changed by each of `deltas` without breaking a constraint.
    ///
    /// One changed variable alone is what this sees; consistent changes of several are the business of
    /// the gadgets' own tests.
    #[must_use]
    pub fn free_variables(&self, z: &[Fr], deltas: &[Fr]) -> Vec<usize> {
        let mut z = z.to_vec();
        let occurrences = self.occurrences();
        (self.num_public + 1..self.num_variables)
            .filter(|&v| {
                let honest = z[v];
                let survives = deltas.iter().any(|&d| {
                    z[v] = honest + d;
                    occurrences[v].iter().all(|&i| self.holds(i as usize, &z))
                });
                z[v] = honest;
                survives
            })
            .collect()
    }
}

/// The changes that [`R1cs::free_variables`] is usually asked about: +1, -1 and twice the KoalaBear order.
#[must_use]
pub fn usual_deltas() -> Vec<Fr> {
    vec![Fr::one(), -Fr::one(), Fr::from(crate::field::P), -Fr::from(crate::field::P), Fr::from(1u64 << 40)]
}
