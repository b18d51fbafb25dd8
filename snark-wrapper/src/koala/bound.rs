//! Bounds on the integers behind circuit variables.

/// An upper bound `mantissa * 2^exponent`; every operation rounds up, so a bound stays a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    mantissa: u64,
    exponent: u32,
}

impl Bound {
    /// Zero.
    pub const ZERO: Self = Self { mantissa: 0, exponent: 0 };

    /// The integer `x`.
    #[must_use]
    pub fn new(x: u64) -> Self {
        Self::normalize(u128::from(x), 0)
    }

    /// 2^k - 1, rounded up.
    #[must_use]
    pub const fn bits_below(k: u32) -> Self {
        if k <= 62 {
            Self { mantissa: (1 << k) - 1, exponent: 0 }
        } else {
            Self { mantissa: 1 << 61, exponent: k - 61 }
        }
    }

    fn normalize(mut mantissa: u128, mut exponent: u32) -> Self {
        while mantissa >= 1 << 62 {
            mantissa = (mantissa + 1) >> 1;
            exponent += 1;
        }
        Self { mantissa: mantissa as u64, exponent: if mantissa == 0 { 0 } else { exponent } }
    }

    /// The least k for which the bound promises a value below 2^k.
    #[must_use]
    pub const fn bits(self) -> u32 {
        if self.mantissa == 0 { 0 } else { self.exponent + (u64::BITS - self.mantissa.leading_zeros()) }
    }

    /// Whether it promises a value of at most `x`.
    #[must_use]
    pub const fn at_most(self, x: u64) -> bool {
        self.exponent == 0 && self.mantissa <= x
    }

    /// Whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return if self.is_zero() { other } else { self };
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        // Give the higher one the low bits it has room for, or the rounding could be half of it.
        let room = (high.mantissa.leading_zeros().saturating_sub(2)).min(high.exponent - low.exponent);
        let high = Self { mantissa: high.mantissa << room, exponent: high.exponent - room };
        let shift = high.exponent - low.exponent;
        let aligned = if shift >= 64 { 1 } else { (u128::from(low.mantissa) + ((1 << shift) - 1)) >> shift };
        Self::normalize(u128::from(high.mantissa) + aligned, high.exponent)
    }

    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self::normalize(
            u128::from(self.mantissa) * u128::from(other.mantissa),
            self.exponent + other.exponent,
        )
    }

    /// The larger.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        // Compare after alignment: equal bounds may differ in form.
        let (a, b) = (u128::from(self.mantissa), u128::from(other.mantissa));
        let less = if self.exponent >= other.exponent {
            let shift = self.exponent - other.exponent;
            a != 0 && shift >= 64 || a.checked_shl(shift.min(64)).is_none_or(|a| a >= b)
        } else {
            let shift = other.exponent - self.exponent;
            !(b != 0 && shift >= 64 || b.checked_shl(shift.min(64)).is_none_or(|b| b > a))
        };
        if less { self } else { other }
    }

    /// An upper bound of the quotient by `d`, rounded up.
    #[must_use]
    pub fn divided_by(self, d: u64) -> Self {
        let scaled = u128::from(self.mantissa) << 64;
        let quotient = scaled.div_ceil(u128::from(d));
        if self.exponent >= 64 {
            Self::normalize(quotient, self.exponent - 64)
        } else {
            let shift = 64 - self.exponent;
            let low = if shift == 64 { u128::from(u64::MAX) } else { (1 << shift) - 1 };
            Self::normalize((quotient + low) >> shift, 0)
        }
    }

    /// The bound itself as a field element.
    #[must_use]
    pub fn to_fr(self) -> crate::field::Fr {
        crate::field::Fr::from(self.mantissa) * crate::field::pow2(self.exponent as usize)
    }
}

/// A range `[-below, above]` of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Bound on the magnitude of a negative value.
    pub below: Bound,
    /// Bound on a positive value.
    pub above: Bound,
}

impl Interval {
    /// `[0, above]`.
    #[must_use]
    pub const fn up_to(above: Bound) -> Self {
        Self { below: Bound::ZERO, above }
    }

    /// The integer `c` alone.
    #[must_use]
    pub fn exactly(c: i64) -> Self {
        let magnitude = Bound::new(c.unsigned_abs());
        if c < 0 {
            Self { below: magnitude, above: Bound::ZERO }
        } else {
            Self { below: Bound::ZERO, above: magnitude }
        }
    }

    /// Sums of a value of each.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { below: self.below.plus(other.below), above: self.above.plus(other.above) }
    }

    /// Products of a value of each.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        Self {
            below: self.below.times(other.above).max(self.above.times(other.below)),
            above: self.above.times(other.above).max(self.below.times(other.below)),
        }
    }

    /// Bits of the larger magnitude.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.below.bits().max(self.above.bits())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_bigint::BigUint;
    use rand::{Rng, SeedableRng};

    fn big(b: Bound) -> BigUint {
        BigUint::from(b.mantissa) << b.exponent
    }

    #[test]
    fn operations_never_round_down_and_stay_close() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        for _ in 0..2000 {
            let mut draw = || {
                let x: u64 = rng.random::<u64>() >> rng.random_range(0..64);
                Bound::normalize(u128::from(x), rng.random_range(0..90))
            };
            let (a, b) = (draw(), draw());
            let d = rng.random_range(1..=u64::from(u32::MAX));
            for (bound, exact) in [
                (a.plus(b), big(a) + big(b)),
                (a.times(b), big(a) * big(b)),
                (a.max(b), big(a).max(big(b))),
                (a.divided_by(d), (big(a) + (d - 1)) / d),
            ] {
                assert!(big(bound) >= exact, "{a:?} {b:?} {d}");
                assert!(big(bound) <= &exact + (&exact >> 30) + 2u32, "{a:?} {b:?} {d}");
                assert!(big(bound) < BigUint::from(1u32) << bound.bits());
            }
        }
    }
}
