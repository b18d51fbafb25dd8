//! Expressions that stay linear over KoalaBear as long as they are.
//!
//! A linear layer multiplies by constants of 31 bits again and again; over the integers each would add 31 bits to the bound, and every few layers all would have to be reduced. Here
//! the coefficients of a linear form are multiplied in KoalaBear, where the AIR means them, and only a form that meets a product becomes integers: of at most 31 bits more than its
//! variables. Variables are the opened values and earlier products.

use p3_field::{BasedVectorSpace, Field, PrimeCharacteristicRing};
use zkrom_stark::field::{Challenge, Val};

use crate::koala::{Ext, Felt, LIMIT_BITS, centred};
use crate::r1cs::Builder;

/// `constant + sum coefficient * variable`, the terms by variable.
#[derive(Clone, Debug)]
pub struct Linear {
    constant: Challenge,
    terms: Vec<(u32, Val)>,
}

/// The variables.
#[derive(Debug, Default)]
pub struct Arena(Vec<Ext>);

impl Linear {
    /// A constant.
    #[must_use]
    pub const fn constant(constant: Challenge) -> Self {
        Self { constant, terms: vec![] }
    }

    fn as_base_constant(&self) -> Option<Val> {
        let c: &[Val] = self.constant.as_basis_coefficients_slice();
        (self.terms.is_empty() && c[1..].iter().all(|c| c.is_zero())).then(|| c[0])
    }

    /// `self + c other`.
    #[must_use]
    pub fn add_scaled(&self, other: &Self, c: Val) -> Self {
        let mut terms = Vec::with_capacity(self.terms.len() + other.terms.len());
        let (mut a, mut b) = (self.terms.iter().peekable(), other.terms.iter().peekable());
        loop {
            let term = match (a.peek(), b.peek()) {
                (Some(&&(i, x)), Some(&&(j, y))) if i == j => {
                    a.next();
                    b.next();
                    (i, x + y * c)
                }
                (Some(&&(i, x)), other) if other.is_none_or(|&&(j, _)| i < j) => {
                    a.next();
                    (i, x)
                }
                (_, Some(&&(j, y))) => {
                    b.next();
                    (j, y * c)
                }
                (_, None) => break,
            };
            if !term.1.is_zero() {
                terms.push(term);
            }
        }
        Self { constant: self.constant + other.constant * c, terms }
    }

    /// `c self`.
    #[must_use]
    pub fn scale(&self, c: Val) -> Self {
        Self::constant(Challenge::ZERO).add_scaled(self, c)
    }
}

impl Arena {
    /// A new variable.
    pub fn variable(&mut self, value: Ext) -> Linear {
        self.0.push(value);
        Linear { constant: Challenge::ZERO, terms: vec![(self.0.len() as u32 - 1, Val::ONE)] }
    }

    /// A form as integers. Where it would not fit, its largest variables are reduced, for good.
    pub fn element(&mut self, b: &mut Builder, x: &Linear) -> Ext {
        loop {
            let variables = &self.0;
            let parts = |j: usize| {
                x.terms.iter().map(move |&(v, c)| (centred(c), &variables[v as usize].coefficients()[j]))
            };
            // A bit to spare for the constant.
            if (0..crate::koala::D).all(|j| Felt::sum_range(parts(j)).bits() < LIMIT_BITS) {
                let sum = core::array::from_fn(|j| Felt::sum(parts(j).collect::<Vec<_>>()));
                return Ext::new(sum).add(&Ext::constant(x.constant));
            }
            let largest = x.terms.iter().map(|t| t.0).max_by_key(|&v| self.0[v as usize].bits());
            let largest = largest.expect("a sum that does not fit has terms") as usize;
            self.0[largest] = self.0[largest].reduce(b);
        }
    }

    /// The product. A factor that has to be reduced is replaced by what it was reduced to, so that its next use does not pay again.
    pub fn mul(&mut self, b: &mut Builder, x: &mut Linear, y: &mut Linear) -> Linear {
        match (x.as_base_constant(), y.as_base_constant()) {
            (Some(c), _) => return y.scale(c),
            (_, Some(c)) => return x.scale(c),
            _ => {}
        }
        let (mut ex, mut ey) = (self.element(b, x), self.element(b, y));
        while !ex.fits(&ey) {
            let (factor, form) = if ex.bits() >= ey.bits() { (&mut ex, &mut *x) } else { (&mut ey, &mut *y) };
            *factor = factor.reduce(b);
            *form = self.variable(factor.clone());
        }
        let product = ex.mul(b, &ey);
        self.variable(product)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::Mode;
    use rand::{Rng, SeedableRng};

    /// Random straight-line programs give what the field gives.
    #[test]
    fn programs_equal_the_fields() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(8);
        for _ in 0..4 {
            let mut b = Builder::new(Mode::Witness);
            let mut arena = Arena::default();
            let mut values: Vec<(Linear, Challenge)> = (0..6)
                .map(|_| {
                    let x = Challenge::from_basis_coefficients_fn(|_| Val::from_u64(rng.random()));
                    let value = Ext::constant(x).value();
                    (arena.variable(Ext::alloc(&mut b, value)), x)
                })
                .collect();
            values.push((Linear::constant(Challenge::TWO), Challenge::TWO));
            for _ in 0..200 {
                let (i, j) = (rng.random_range(0..values.len()), rng.random_range(0..values.len()));
                let c = Val::from_u64(rng.random());
                let ((mut x, ex), (mut y, ey)) = (values[i].clone(), values[j].clone());
                let next = if rng.random_bool(0.6) {
                    (x.add_scaled(&y, c), ex + ey * c)
                } else {
                    (arena.mul(&mut b, &mut x, &mut y), ex * ey)
                };
                assert_eq!(arena.element(&mut b, &next.0).native(), next.1);
                values.push(next);
            }
            assert_eq!(b.failure(), None);
        }
    }
}
