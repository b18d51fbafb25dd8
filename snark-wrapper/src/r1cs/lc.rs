//! Linear combinations of circuit variables that carry their value.

use crate::field::Fr;
use ark_ff::{One, Zero};

/// `constant + sum coefficient * variable`, with its value under the current assignment.
///
/// When the builder only generates a witness the terms stay empty and the value is all there is;
/// `fixed` (no variable has ever entered) is tracked in both modes, because constant folding decides the
/// shape of the circuit and the two modes must build the same one.
#[derive(Clone, Debug)]
pub struct Lc {
    pub(super) value: Fr,
    pub(super) constant: Fr,
    pub(super) fixed: bool,
    pub(super) terms: Vec<(u32, Fr)>,
}

impl Lc {
    /// The constant `c`.
    #[must_use]
    pub const fn constant(c: Fr) -> Self {
        Self { value: c, constant: c, fixed: true, terms: Vec::new() }
    }

    /// The constant zero.
    #[must_use]
    pub fn zero() -> Self {
        Self::constant(Fr::zero())
    }

    /// The constant one.
    #[must_use]
    pub fn one() -> Self {
        Self::constant(Fr::one())
    }

    /// The value under the current assignment.
    #[must_use]
    pub const fn value(&self) -> Fr {
        self.value
    }

    /// The constant this is, where no variable has entered.
    #[must_use]
    pub const fn as_constant(&self) -> Option<Fr> {
        if self.fixed { Some(self.value) } else { None }
    }

    /// Number of terms, the constant not counted (zero while only a witness is generated).
    #[must_use]
    pub const fn num_terms(&self) -> usize {
        self.terms.len()
    }

    /// `c * self`.
    #[must_use]
    pub fn scale(&self, c: Fr) -> Self {
        if c.is_zero() {
            return Self::zero();
        }
        Self {
            value: self.value * c,
            constant: self.constant * c,
            fixed: self.fixed,
            terms: self.terms.iter().map(|&(v, k)| (v, k * c)).collect(),
        }
    }

    /// `self + c`.
    #[must_use]
    pub fn add_constant(mut self, c: Fr) -> Self {
        self.value += c;
        self.constant += c;
        self
    }

    /// `sum coefficient * lc`, merged in one pass.
    #[must_use]
    pub fn sum<'a>(parts: impl IntoIterator<Item = (Fr, &'a Self)>) -> Self {
        let mut out = Self::zero();
        let mut pieces = 0;
        for (c, lc) in parts {
            if c.is_zero() {
                continue;
            }
            let one = c.is_one();
            out.value += if one { lc.value } else { lc.value * c };
            out.constant += if one { lc.constant } else { lc.constant * c };
            out.fixed &= lc.fixed;
            if !lc.terms.is_empty() {
                pieces += 1;
                out.terms.extend(lc.terms.iter().map(|&(v, k)| (v, if one { k } else { k * c })));
            }
        }
        if pieces > 1 {
            out.merge();
        }
        out
    }

    fn merge(&mut self) {
        self.terms.sort_unstable_by_key(|t| t.0);
        let mut write = 0;
        for read in 0..self.terms.len() {
            let (v, k) = self.terms[read];
            if write > 0 && self.terms[write - 1].0 == v {
                self.terms[write - 1].1 += k;
            } else {
                if write > 0 && self.terms[write - 1].1.is_zero() {
                    write -= 1;
                }
                self.terms[write] = (v, k);
                write += 1;
            }
        }
        if write > 0 && self.terms[write - 1].1.is_zero() {
            write -= 1;
        }
        self.terms.truncate(write);
    }
}

impl core::ops::Add for &Lc {
    type Output = Lc;
    fn add(self, other: Self) -> Lc {
        Lc::sum([(Fr::one(), self), (Fr::one(), other)])
    }
}

impl core::ops::Sub for &Lc {
    type Output = Lc;
    fn sub(self, other: Self) -> Lc {
        Lc::sum([(Fr::one(), self), (-Fr::one(), other)])
    }
}

impl core::ops::Neg for &Lc {
    type Output = Lc;
    fn neg(self) -> Lc {
        self.scale(-Fr::one())
    }
}
