//! Field elements of KoalaBear as bounded integers.
//!
//! Invariant: the centred integer of `lc` lies in `range`, and `range` has at most [`LIMIT_BITS`] bits.
//! An integer x of that range is reduced by exhibiting x + K p = q p + r with K a constant that makes the
//! left side non-negative, r of 31 bits and q of as many bits as the range allows: both sides are then
//! non-negative integers below 2^253, so equality in the BN254 field is equality of integers.

use ark_ff::{Field, One};

use super::bits::{enforce_range, to_bits};
use super::{Bound, Interval};
use crate::field::{Fr, P, mod_p, pow2};
use crate::r1cs::{Builder, Lc};

/// Most bits of the magnitude of an unreduced value.
pub const LIMIT_BITS: u32 = 250;

/// A KoalaBear element as a bounded integer.
#[derive(Clone, Debug)]
pub struct Felt {
    lc: Lc,
    range: Interval,
}

impl Felt {
    /// A value that is known to lie in `range`.
    pub(crate) fn with_range(lc: Lc, range: Interval) -> Self {
        assert!(range.bits() <= LIMIT_BITS, "{} bits are too close to the modulus", range.bits());
        Self { lc, range }
    }

    /// The constant `c`, in centred form.
    #[must_use]
    pub fn constant(c: u64) -> Self {
        let c = c % P;
        let centred = if c > P / 2 { c as i64 - P as i64 } else { c as i64 };
        Self { lc: Lc::constant(Fr::from(centred)), range: Interval::exactly(centred) }
    }

    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Self::constant(0)
    }

    /// A new element of 31 bits, not necessarily canonical: 31 constraints.
    pub fn alloc(b: &mut Builder, value: u64) -> Self {
        let lc = b.alloc(Fr::from(value));
        enforce_range(b, &lc, 31);
        Self { lc, range: Interval::up_to(Bound::bits_below(31)) }
    }

    /// A new canonical element, with its bits: 32 constraints.
    pub fn alloc_canonical_bits(b: &mut Builder, value: u64) -> (Self, Vec<Lc>) {
        let lc = b.alloc(Fr::from(value));
        let bits = to_bits(b, &lc, 31);
        enforce_canonical(b, &bits);
        (Self { lc, range: Interval::up_to(Bound::new(P - 1)) }, bits)
    }

    /// A new canonical element: 32 constraints.
    pub fn alloc_canonical(b: &mut Builder, value: u64) -> Self {
        Self::alloc_canonical_bits(b, value).0
    }

    /// Whether its integer is known to be its canonical form.
    #[must_use]
    pub const fn is_canonical(&self) -> bool {
        self.range.below.is_zero() && self.range.above.at_most(P - 1)
    }

    /// A bit as an element.
    #[must_use]
    pub fn from_bit(bit: &Lc) -> Self {
        Self { lc: bit.clone(), range: Interval::up_to(Bound::new(1)) }
    }

    /// The combination behind it.
    #[must_use]
    pub const fn lc(&self) -> &Lc {
        &self.lc
    }

    /// What its value is known to lie in.
    #[must_use]
    pub const fn range(&self) -> Interval {
        self.range
    }

    /// Its value modulo p under the current assignment.
    #[must_use]
    pub fn value(&self) -> u64 {
        mod_p(self.lc.value())
    }

    /// The sum.
    #[must_use]
    pub fn add(&self, other: &Self) -> Self {
        Self::with_range(&self.lc + &other.lc, self.range.plus(other.range))
    }

    /// The difference.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Self {
        self.add(&other.scale(-1))
    }

    /// `c * self`.
    #[must_use]
    pub fn scale(&self, c: i64) -> Self {
        Self::with_range(self.lc.scale(Fr::from(c)), self.range.times(Interval::exactly(c)))
    }

    /// `sum c * x`.
    ///
    /// # Panics
    ///
    /// Where the sum may come too near the modulus; [`Self::sum_range`] tells.
    #[must_use]
    pub fn sum<'a>(parts: impl IntoIterator<Item = (i64, &'a Self)> + Clone) -> Self {
        let range = Self::sum_range(parts.clone());
        Self::with_range(Lc::sum(parts.into_iter().map(|(c, x)| (Fr::from(c), &x.lc))), range)
    }

    /// What `sum c * x` lies in.
    #[must_use]
    pub fn sum_range<'a>(parts: impl IntoIterator<Item = (i64, &'a Self)>) -> Interval {
        parts.into_iter().fold(Interval::exactly(0), |r, (c, x)| r.plus(x.range.times(Interval::exactly(c))))
    }

    /// The product: one constraint, unless a factor is constant. Reduces the larger factor where the
    /// product would not fit.
    pub fn mul(&self, b: &mut Builder, other: &Self) -> Self {
        if self.range.bits() + other.range.bits() > LIMIT_BITS {
            return if self.range.bits() >= other.range.bits() {
                self.reduce(b).mul(b, other)
            } else {
                let other = other.reduce(b);
                self.mul(b, &other)
            };
        }
        Self::with_range(b.mul(&self.lc, &other.lc), self.range.times(other.range))
    }

    /// The same element of 31 bits. Costs 31 constraints and those of the quotient.
    pub fn reduce(&self, b: &mut Builder) -> Self {
        if self.lc.as_constant().is_some() {
            return Self::constant(self.value());
        }
        if self.range.below.is_zero() && self.range.above.bits() <= 31 {
            return self.clone();
        }
        let r = Self::alloc(b, self.value());
        self.sub(&r).enforce_zero(b);
        r
    }

    /// The same element, canonical, with its bits.
    pub fn canonical_bits(&self, b: &mut Builder) -> (Self, Vec<Lc>) {
        let (r, bits) = Self::alloc_canonical_bits(b, self.value());
        self.sub(&r).enforce_zero(b);
        (r, bits)
    }

    /// The element is zero: constraints as many as the quotient by p has bits.
    pub fn enforce_zero(&self, b: &mut Builder) {
        let offset = self.range.below.divided_by(P);
        let most = self.range.above.divided_by(P).plus(offset);
        let bits = most.bits() as usize;
        // (2^bits) p is an upper bound of both sides; see the module's documentation.
        assert!(bits + 31 <= 253, "a quotient of {bits} bits may wrap");
        let inverse = Fr::from(P).inverse().expect("p is not zero in the BN254 field");
        let quotient = self.lc.scale(inverse).add_constant(offset.to_fr());
        enforce_range(b, &quotient, bits);
    }

    /// The two elements are equal.
    pub fn enforce_equal(&self, b: &mut Builder, other: &Self) {
        self.sub(other).enforce_zero(b);
    }

    /// `if bit { yes } else { no }`.
    #[must_use]
    pub fn select(b: &mut Builder, bit: &Lc, yes: &Self, no: &Self) -> Self {
        let range = Interval {
            below: yes.range.below.max(no.range.below),
            above: yes.range.above.max(no.range.above),
        };
        Self::with_range(super::bits::select(b, bit, &yes.lc, &no.lc), range)
    }

    /// The inverse, which proves that the element is not zero.
    pub fn inverse(&self, b: &mut Builder) -> Self {
        use p3_field::{Field as _, PrimeField32, integers::QuotientMap};
        let value = p3_koala_bear::KoalaBear::from_int(self.value() as u32);
        let inverse = Self::alloc(b, u64::from(value.try_inverse().unwrap_or_default().as_canonical_u32()));
        let product = self.mul(b, &inverse);
        product.sub(&Self::constant(1)).enforce_zero(b);
        inverse
    }
}

/// The 31 bits are those of an integer below p: one constraint.
///
/// p - 1 = 2^31 - 2^24 has its seven top bits set and the others clear, so a larger integer has the seven
/// set and some other bit too. With s the sum of the seven, (7 - s) w = low is solvable in w exactly where
/// s < 7 or low = 0. (Where both are zero, that is for p - 1, w is free and means nothing.)
fn enforce_canonical(b: &mut Builder, bits: &[Lc]) {
    let low = Lc::sum(bits[..24].iter().enumerate().map(|(i, bit)| (pow2(i), bit)));
    let missing = Lc::sum(bits[24..].iter().map(|bit| (-Fr::one(), bit))).add_constant(Fr::from(7u64));
    let quotient = missing.value().inverse().map_or(Fr::from(0u64), |inv| inv * low.value());
    let w = b.alloc(quotient);
    b.enforce(&missing, &w, &low);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::{Mode, usual_deltas};
    use p3_field::{Field as _, PrimeCharacteristicRing, PrimeField32};
    use p3_koala_bear::KoalaBear;
    use rand::{Rng, SeedableRng};

    fn no_free_variable(b: Builder) {
        assert_eq!(b.failure(), None);
        let (r1cs, z) = b.into_r1cs();
        assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
    }

    #[test]
    fn canonical_means_below_p() {
        for (x, ok) in
            [(0, true), (1, true), (P - 1, true), (P, false), (P + 1, false), ((1 << 31) - 1, false)]
        {
            let mut b = Builder::new(Mode::Shape);
            let _ = Felt::alloc_canonical(&mut b, x);
            assert_eq!(b.num_constraints(), 32);
            assert_eq!(b.failure().is_none(), ok, "{x}");
        }
        let mut b = Builder::new(Mode::Shape);
        let _ = Felt::alloc_canonical(&mut b, 12345);
        no_free_variable(b);
    }

    #[test]
    fn arithmetic_equals_koala_bear() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(2);
        for _ in 0..20 {
            let [x, y, z]: [u64; 3] = core::array::from_fn(|_| rng.random_range(0..P));
            let [kx, ky, kz] = [x, y, z].map(KoalaBear::from_u64);
            let mut b = Builder::new(Mode::Shape);
            let [x, y, z] = [x, y, z].map(|v| Felt::alloc_canonical(&mut b, v));
            let mut product = x.mul(&mut b, &y);
            let mut expected = kx * ky;
            for _ in 0..12 {
                // Past the limit: reductions happen on the way.
                product = product.sub(&z).mul(&mut b, &x).add(&y.scale(-5));
                expected = (expected - kz) * kx - ky * KoalaBear::from_u64(5);
            }
            assert_eq!(product.value(), u64::from(expected.as_canonical_u32()));
            let reduced = product.reduce(&mut b);
            assert!(reduced.range().bits() <= 31);
            assert_eq!(reduced.value(), product.value());
            let inverse = reduced.inverse(&mut b);
            assert_eq!(inverse.value(), u64::from(expected.inverse().as_canonical_u32()));
            no_free_variable(b);
        }
    }

    #[test]
    fn reduction_of_b_bits_costs_about_b() {
        let mut b = Builder::new(Mode::Shape);
        let x = Felt::alloc_canonical(&mut b, 3);
        let product = x.mul(&mut b, &x);
        let before = b.num_constraints();
        let _ = product.reduce(&mut b);
        assert!(b.num_constraints() - before <= 62 + 3, "{}", b.num_constraints() - before);
    }

    #[test]
    fn zero_has_no_inverse_and_nonzero_is_not_zero() {
        let mut b = Builder::new(Mode::Shape);
        let x = Felt::alloc_canonical(&mut b, 0);
        let _ = x.inverse(&mut b);
        assert!(b.failure().is_some());
        for (v, ok) in [(0, true), (P, true), (1, false), (P - 1, false)] {
            let mut b = Builder::new(Mode::Shape);
            Felt::alloc(&mut b, v).enforce_zero(&mut b);
            assert_eq!(b.failure().is_none(), ok, "{v}");
        }
    }

    /// A prover who picks the quotient and the remainder freely: no pair but the honest one (and the
    /// honest one shifted by p inside 31 bits) can satisfy the reduction.
    #[test]
    fn forged_remainders_are_refused() {
        let mut b = Builder::new(Mode::Shape);
        let x = Felt::alloc_canonical(&mut b, P - 2);
        let product = x.mul(&mut b, &x);
        for forged in [0, 1, 2, 3, 5, P - 1, (1 << 31) - 1] {
            let mut b = Builder::new(Mode::Shape);
            let x = Felt::alloc_canonical(&mut b, P - 2);
            let product = x.mul(&mut b, &x);
            let r = Felt::alloc(&mut b, forged);
            product.sub(&r).enforce_zero(&mut b);
            assert_eq!(b.failure().is_none(), forged == 4, "{forged}");
        }
        assert_eq!(product.value(), 4);
    }
}
