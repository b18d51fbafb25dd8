//! The challenge field as five bounded integers.
//!
//! A product of two elements of variables is nine constraints: the product polynomial `c = a b`, of degree 8 and over the integers, is determined by its values at
//! nine points, each a product of values of `a` and `b`, which are linear; so `c` is a combination of the nine products (in the BN254 field, where the interpolation is an
//! identity). The bounds of its coefficients are those of the integer convolution, whatever the constants of the interpolation are. Reduction modulo the field's
//! polynomial is linear, too: the powers of `X` come from p3's own field.

use std::sync::OnceLock;

use ark_ff::{Field as _, One, Zero};
use p3_field::{BasedVectorSpace, Field, PrimeCharacteristicRing, PrimeField32};
use zkrom_stark::field::{Challenge, Val};

use super::{Felt, Interval, LIMIT_BITS};
use crate::field::{Fr, P};
use crate::r1cs::{Builder, Lc};

/// Dimension of the challenge field.
pub const D: usize = <Challenge as BasedVectorSpace<Val>>::DIMENSION;
/// Coefficients of a product before reduction.
const N: usize = 2 * D - 1;

/// An element of the challenge field.
#[derive(Clone, Debug)]
pub struct Ext {
    pub(crate) c: [Felt; D],
}

/// The centred integer of an element.
pub(crate) fn centred(x: Val) -> i64 {
    let x = i64::from(x.as_canonical_u32());
    if x > P as i64 / 2 { x - P as i64 } else { x }
}

/// What a product is made with.
struct Tables {
    /// Coefficient `i` of `X^k`: `trinomial[i][k]`.
    trinomial: [[i64; N]; D],
    /// The values' points but the last, which is infinity.
    points: [i64; N - 1],
    /// Coefficient `i` of the product, from the nine values.
    interpolation: [[Fr; N]; D],
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let x = Challenge::from_basis_coefficients_fn(|i| Val::from_bool(i == 1));
        let powers: Vec<Challenge> = x.powers().take(N).collect();
        let trinomial = core::array::from_fn(|i| {
            core::array::from_fn(|k| {
                centred(BasedVectorSpace::<Val>::as_basis_coefficients_slice(&powers[k])[i])
            })
        });
        let points = [0, 1, -1, 2, -2, 3, -3, 4];
        let vandermonde: [[Fr; N]; N] = core::array::from_fn(|m| {
            core::array::from_fn(|k| match points.get(m) {
                Some(&x) => Fr::from(x).pow([k as u64]),
                None => Fr::from(u64::from(k == N - 1)),
            })
        });
        let inverse = invert(vandermonde);
        let interpolation = core::array::from_fn(|i: usize| {
            let row: &[i64; N] = &trinomial[i];
            core::array::from_fn(|m| (0..N).map(|k| Fr::from(row[k]) * inverse[k][m]).sum())
        });
        Tables { trinomial, points, interpolation }
    })
}

/// The inverse of an invertible matrix, by Gauss and Jordan.
fn invert(mut a: [[Fr; N]; N]) -> [[Fr; N]; N] {
    let mut out: [[Fr; N]; N] =
        core::array::from_fn(|i| core::array::from_fn(|j| Fr::from(u64::from(i == j))));
    for i in 0..N {
        let pivot = (i..N).find(|&r| !a[r][i].is_zero()).expect("distinct points make it invertible");
        a.swap(i, pivot);
        out.swap(i, pivot);
        let scale = a[i][i].inverse().expect("the pivot is not zero");
        for k in 0..N {
            a[i][k] *= scale;
            out[i][k] *= scale;
        }
        for r in (0..N).filter(|&r| r != i) {
            let factor = a[r][i];
            for k in 0..N {
                let (x, y) = (a[i][k], out[i][k]);
                a[r][k] -= factor * x;
                out[r][k] -= factor * y;
            }
        }
    }
    out
}

impl Ext {
    /// The element with these coefficients.
    #[must_use]
    pub const fn new(c: [Felt; D]) -> Self {
        Self { c }
    }

    /// A constant.
    #[must_use]
    pub fn constant(x: Challenge) -> Self {
        let c: &[Val] = x.as_basis_coefficients_slice();
        Self { c: core::array::from_fn(|i| Felt::constant(u64::from(c[i].as_canonical_u32()))) }
    }

    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Self::constant(Challenge::ZERO)
    }

    /// One.
    #[must_use]
    pub fn one() -> Self {
        Self::constant(Challenge::ONE)
    }

    /// A base element.
    #[must_use]
    pub fn from_base(x: Felt) -> Self {
        let mut out = Self::zero();
        out.c[0] = x;
        out
    }

    /// A new element of five 31-bit integers: 155 constraints.
    pub fn alloc(b: &mut Builder, value: [u64; D]) -> Self {
        Self { c: value.map(|v| Felt::alloc(b, v)) }
    }

    /// Its coefficients.
    #[must_use]
    pub const fn coefficients(&self) -> &[Felt; D] {
        &self.c
    }

    /// Its coefficients modulo p under the current assignment.
    #[must_use]
    pub fn value(&self) -> [u64; D] {
        core::array::from_fn(|i| self.c[i].value())
    }

    /// Its value under the current assignment.
    pub fn native(&self) -> Challenge {
        Challenge::from_basis_coefficients_fn(|i| Val::from_u64(self.c[i].value()))
    }

    /// Most bits of a coefficient's magnitude.
    #[must_use]
    pub fn bits(&self) -> u32 {
        self.c.iter().map(|c| c.range().bits()).max().unwrap_or(0)
    }

    /// Whether it is a constant.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.c.iter().all(|c| c.lc().as_constant().is_some())
    }

    /// The sum.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        Self { c: core::array::from_fn(|i| self.c[i].add(&other.c[i])) }
    }

    /// The difference.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        Self { c: core::array::from_fn(|i| self.c[i].sub(&other.c[i])) }
    }

    /// `sum c x`, with centred constants.
    #[must_use]
    pub fn sum(parts: &[(i64, &Self)]) -> Self {
        Self { c: core::array::from_fn(|i| Felt::sum(parts.iter().map(|&(c, x)| (c, &x.c[i])))) }
    }

    /// The product with a base constant.
    #[must_use]
    pub fn scale(&self, c: Val) -> Self {
        Self { c: core::array::from_fn(|i| self.c[i].scale(centred(c))) }
    }

    /// The product with `X^j`: linear.
    #[must_use]
    pub fn shift(&self, j: usize) -> Self {
        let t = &tables().trinomial;
        Self {
            c: core::array::from_fn(|i| {
                let parts = (0..D).filter(|k| t[i][k + j] != 0).map(|k| (t[i][k + j], &self.c[k]));
                Felt::sum(parts.collect::<Vec<_>>())
            }),
        }
    }

    /// `sum X^j x_j`: an element whose coefficients are elements.
    #[must_use]
    pub fn recompose(x: &[Self]) -> Self {
        let shifted: Vec<Self> = x.iter().enumerate().map(|(j, x)| x.shift(j)).collect();
        Self::sum(&shifted.iter().map(|x| (1, x)).collect::<Vec<_>>())
    }

    /// The ranges of the coefficients of a product.
    fn product_ranges(&self, other: &Self) -> [Interval; D] {
        let mut full = [Interval::exactly(0); N];
        for (i, x) in self.c.iter().enumerate() {
            for (j, y) in other.c.iter().enumerate() {
                full[i + j] = full[i + j].plus(x.range().times(y.range()));
            }
        }
        tables().trinomial.map(|row| {
            row.iter()
                .zip(full)
                .fold(Interval::exactly(0), |sum, (&t, range)| sum.plus(range.times(Interval::exactly(t))))
        })
    }

    /// Whether the product fits without a reduction.
    #[must_use]
    pub fn fits(&self, other: &Self) -> bool {
        self.product_ranges(other).iter().all(|r| r.bits() <= LIMIT_BITS)
    }

    /// The product, unreduced: at most nine constraints. Where it would not fit, the larger factor is reduced first.
    pub fn mul(&self, b: &mut Builder, other: &Self) -> Self {
        if !self.fits(other) {
            return if self.bits() >= other.bits() {
                self.reduce(b).mul(b, other)
            } else {
                let other = other.reduce(b);
                self.mul(b, &other)
            };
        }
        let ranges = self.product_ranges(other);
        let variables = |x: &Self| x.c.iter().filter(|c| c.lc().as_constant().is_none()).count();
        let lcs = if variables(self) * variables(other) < N {
            self.schoolbook(b, other)
        } else {
            self.interpolated(b, other)
        };
        let mut pairs = lcs.into_iter().zip(ranges);
        Self {
            c: core::array::from_fn(|_| {
                let (lc, range) = pairs.next().expect("as many as coefficients");
                Felt::with_range(lc, range)
            }),
        }
    }

    fn schoolbook(&self, b: &mut Builder, other: &Self) -> [Lc; D] {
        let mut products: Vec<(usize, Lc)> = Vec::with_capacity(D * D);
        for (i, x) in self.c.iter().enumerate() {
            for (j, y) in other.c.iter().enumerate() {
                if x.lc().as_constant().is_some_and(|c| c.is_zero())
                    || y.lc().as_constant().is_some_and(|c| c.is_zero())
                {
                    continue;
                }
                products.push((i + j, b.mul(x.lc(), y.lc())));
            }
        }
        let t = &tables().trinomial;
        core::array::from_fn(|i| Lc::sum(products.iter().map(|(k, lc)| (Fr::from(t[i][*k]), lc))))
    }

    fn interpolated(&self, b: &mut Builder, other: &Self) -> [Lc; D] {
        let at = |x: &Self, point: i64| {
            let mut power = Fr::one();
            Lc::sum(x.c.iter().map(|c| {
                let factor = power;
                power *= Fr::from(point);
                (factor, c.lc())
            }))
        };
        let tables = tables();
        let mut values: Vec<Lc> = tables.points.iter().map(|&k| b.mul(&at(self, k), &at(other, k))).collect();
        values.push(b.mul(self.c[D - 1].lc(), other.c[D - 1].lc()));
        tables.interpolation.map(|row| Lc::sum(row.into_iter().zip(&values)))
    }

    /// The product with a base element: five constraints.
    pub fn mul_base(&self, b: &mut Builder, x: &Felt) -> Self {
        Self { c: core::array::from_fn(|i| self.c[i].mul(b, x)) }
    }

    /// The same element of five 31-bit integers.
    pub fn reduce(&self, b: &mut Builder) -> Self {
        Self { c: core::array::from_fn(|i| self.c[i].reduce(b)) }
    }

    /// The same element, reduced if it has more than `bits`.
    pub fn within(&self, b: &mut Builder, bits: u32) -> Self {
        if self.bits() > bits { self.reduce(b) } else { self.clone() }
    }

    /// The element is zero.
    pub fn enforce_zero(&self, b: &mut Builder) {
        self.c.iter().for_each(|c| c.enforce_zero(b));
    }

    /// The two are equal.
    pub fn enforce_equal(&self, b: &mut Builder, other: &Self) {
        self.sub(other).enforce_zero(b);
    }

    /// `q` with `q divisor = self`, which is the quotient where the divisor is not zero: that is the caller's to know.
    pub fn div(&self, b: &mut Builder, divisor: &Self) -> Self {
        let inverse = divisor.native().try_inverse().unwrap_or_default();
        let quotient = Self::constant(self.native() * inverse).value();
        let quotient = Self::alloc(b, quotient);
        quotient.mul(b, divisor).enforce_equal(b, self);
        quotient
    }

    /// The inverse, which proves that the element is not zero.
    pub fn inverse(&self, b: &mut Builder) -> Self {
        Self::one().div(b, self)
    }

    /// The power `x^n`, reduced.
    pub fn pow(&self, b: &mut Builder, n: usize) -> Self {
        if n == 0 {
            return Self::one();
        }
        let base = self.reduce(b);
        let mut out = base.clone();
        for i in (0..n.ilog2()).rev() {
            out = out.mul(b, &out).reduce(b);
            if n >> i & 1 == 1 {
                out = out.mul(b, &base).reduce(b);
            }
        }
        out
    }

    /// `if bit { yes } else { no }`.
    #[must_use]
    pub fn select(b: &mut Builder, bit: &Lc, yes: &Self, no: &Self) -> Self {
        Self { c: core::array::from_fn(|i| Felt::select(b, bit, &yes.c[i], &no.c[i])) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::{Mode, usual_deltas};
    use rand::{Rng, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn draw(rng: &mut ChaCha8Rng) -> Challenge {
        Challenge::from_basis_coefficients_fn(|_| Val::from_u64(rng.random()))
    }

    fn alloc(b: &mut Builder, x: Challenge) -> Ext {
        let value = Ext::constant(x).value();
        Ext::alloc(b, value)
    }

    #[test]
    fn arithmetic_is_the_fields() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        for _ in 0..20 {
            let [x, y, z] = core::array::from_fn(|_| draw(&mut rng));
            let mut b = Builder::new(Mode::Shape);
            let [ex, ey, ez] = [x, y, z].map(|v| alloc(&mut b, v));
            let before = b.num_constraints();
            let product = ex.mul(&mut b, &ey);
            assert_eq!(b.num_constraints() - before, N);
            assert_eq!(product.native(), x * y);
            let mut chain = product.sub(&ez);
            let mut expected = x * y - z;
            for _ in 0..8 {
                // Past the limit: reductions happen on the way.
                chain = chain.mul(&mut b, &ex).add(&ey);
                expected = expected * x + y;
            }
            assert_eq!(chain.native(), expected);
            assert_eq!(ex.mul(&mut b, &Ext::constant(y)).native(), x * y);
            assert_eq!(ex.div(&mut b, &ey).native(), x / y);
            assert_eq!(ex.inverse(&mut b).native(), x.inverse());
            assert_eq!(ex.pow(&mut b, 13).native(), x.exp_u64(13));
            assert_eq!(
                ex.shift(3).native(),
                x * Challenge::from_basis_coefficients_fn(|i| Val::from_bool(i == 3))
            );
            assert_eq!(ex.mul_base(&mut b, &ey.c[0]).native(), x * Val::from_u64(ey.c[0].value()));
            assert_eq!(b.failure(), None);
            let (r1cs, z) = b.into_r1cs();
            assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
        }
    }

    #[test]
    fn zero_has_no_inverse_and_a_wrong_product_is_refused() {
        let mut b = Builder::new(Mode::Shape);
        let zero = alloc(&mut b, Challenge::ZERO);
        let _ = zero.inverse(&mut b);
        assert!(b.failure().is_some());
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let (x, y) = (draw(&mut rng), draw(&mut rng));
        for i in 0..D {
            let mut b = Builder::new(Mode::Shape);
            let (ex, ey) = (alloc(&mut b, x), alloc(&mut b, y));
            let wrong = x * y + Challenge::from_basis_coefficients_fn(|k| Val::from_bool(k == i));
            let claimed = alloc(&mut b, wrong);
            ex.mul(&mut b, &ey).enforce_equal(&mut b, &claimed);
            assert!(b.failure().is_some(), "coefficient {i}");
        }
    }
}
