//! Sums of base elements times powers of a challenge, two constraints a term.
//!
//! The five coefficients of a reduced power go into two words in base `2^B`, three and two of them; a base element times a word multiplies all digits at once. A sum of `n`
//! such products has digits below `n 2^62`; with `2^B > n 2^63` no digit reaches the next, and `3 B <= 250`. The digits are then split and reduced in one go:
//! `digit = q p + r` with `r` of 31 bits and `q` of `B - 31`, so each is below `2^B` and the word determines all of them.

use ark_ff::{BigInteger, Field, PrimeField};

use super::bits::enforce_range;
use super::{Bound, D, Ext, Felt};
use crate::field::{Fr, P, div_rem_p, pow2};
use crate::r1cs::{Builder, Lc};

/// Digits of the first word; the second has the rest.
const FIRST: usize = 3;

/// A power in two words.
#[derive(Clone, Debug)]
pub struct Packed([Lc; 2]);

/// Reduced powers of a challenge, from the zeroth on.
#[derive(Clone, Debug)]
pub struct Powers {
    /// The powers.
    pub elements: Vec<Ext>,
    /// The same, packed.
    packed: Vec<Packed>,
    /// Bits of a digit.
    bits: usize,
}

impl Powers {
    /// The first `n` powers: about 335 constraints each. Sums may have `terms` terms.
    ///
    /// # Panics
    ///
    /// Where a sum of so many terms does not fit.
    pub fn new(b: &mut Builder, x: &Ext, n: usize, terms: usize) -> Self {
        let bits = 64 + terms.max(1).ilog2() as usize;
        assert!(FIRST * bits <= 250, "sums of {terms} terms do not fit");
        let x = x.reduce(b);
        let mut elements = vec![Ext::one()];
        while elements.len() < n {
            let next = match elements.len() {
                1 => x.clone(),
                // Squares of what is there cost the same as the next product; the chain does not matter.
                len => elements[len - 1].mul(b, &x).reduce(b),
            };
            elements.push(next);
        }
        let digits = |c: &[Felt]| Lc::sum(c.iter().enumerate().map(|(i, c)| (pow2(bits * i), c.lc())));
        let packed =
            elements.iter().map(|e| Packed([digits(&e.c[..FIRST]), digits(&e.c[FIRST..])])).collect();
        Self { elements, packed, bits }
    }

    /// `sum v_i x^e_i` over pairs of a value of 31 bits and an exponent, reduced: two constraints a term and `5 B`.
    ///
    /// # Panics
    ///
    /// Where a value has more than 31 bits, or there are more terms than the digits have room for.
    pub fn dot(&self, b: &mut Builder, terms: &[(&Felt, usize)]) -> Ext {
        assert!(terms.len() < 2 << (self.bits - 64), "too many terms");
        let fits = |v: &Felt| v.range().below.is_zero() && v.range().above.bits() <= 31;
        assert!(terms.iter().all(|(v, _)| fits(v)), "a value of more than 31 bits");
        let [first, second] = [0, 1].map(|word| {
            let products: Vec<Lc> =
                terms.iter().map(|(v, e)| b.mul(v.lc(), &self.packed[*e].0[word])).collect();
            Lc::sum(products.iter().map(|lc| (Fr::from(1u64), lc)))
        });
        let mut digits = self.unpack(b, &first, FIRST);
        digits.extend(self.unpack(b, &second, D - FIRST));
        Ext::new(digits.try_into().expect("five digits"))
    }

    /// The digits of a word, reduced.
    fn unpack(&self, b: &mut Builder, word: &Lc, n: usize) -> Vec<Felt> {
        let (bits, quotient_bits) = (self.bits, self.bits - 31);
        let value = word.value().into_bigint();
        let mut rest = word.clone();
        let mut digits = Vec::with_capacity(n);
        for i in 0..n {
            let digit = {
                let mut d = value >> (bits * i) as u32;
                for k in bits..256 {
                    if d.get_bit(k) {
                        d.0[k / 64] &= !(1 << (k % 64));
                    }
                }
                d
            };
            let (quotient, remainder) = div_rem_p(digit.0);
            let r = Felt::alloc(b, remainder);
            if i + 1 < n {
                let q = b.alloc(Fr::from_bigint(ark_ff::BigInt::new(quotient)).unwrap_or_default());
                enforce_range(b, &q, quotient_bits);
                let unit = pow2(bits * i);
                rest = Lc::sum([(Fr::from(1u64), &rest), (-unit, r.lc()), (-unit * Fr::from(P), &q)]);
            } else {
                // The last quotient is what is left.
                let unit = pow2(bits * i).inverse().expect("a power of two");
                let p = Fr::from(P).inverse().expect("p is not zero in the BN254 field");
                let q = Lc::sum([(unit * p, &rest), (-p, r.lc())]);
                enforce_range(b, &q, quotient_bits);
            }
            debug_assert!(r.range().above == Bound::bits_below(31));
            digits.push(r);
        }
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::{Mode, usual_deltas};
    use p3_field::{BasedVectorSpace, PrimeCharacteristicRing};
    use rand::{Rng, SeedableRng};
    use zkrom_stark::field::{Challenge, Val};

    #[test]
    fn dot_equals_the_native_sum() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let x = Challenge::from_basis_coefficients_fn(|_| Val::from_u64(rng.random()));
        let mut b = Builder::new(Mode::Shape);
        let ex = Ext::constant(x).value();
        let ex = Ext::alloc(&mut b, ex);
        let powers = Powers::new(&mut b, &ex, 40, 64);
        for n in [1, 2, 63, 127] {
            // The extremes, too: all ones, which is not canonical, and zero.
            let values: Vec<u64> = (0..n)
                .map(|i| match i {
                    0 => (1 << 31) - 1,
                    1 => 0,
                    _ => rng.random_range(0..P),
                })
                .collect();
            let felts: Vec<Felt> = values.iter().map(|&v| Felt::alloc(&mut b, v)).collect();
            let terms: Vec<(&Felt, usize)> = felts.iter().enumerate().map(|(i, f)| (f, i % 40)).collect();
            let before = b.num_constraints();
            let sum = powers.dot(&mut b, &terms);
            // The zeroth power is a constant and free.
            assert!(b.num_constraints() - before <= 2 * n + 5 * 70);
            let expected: Challenge =
                values.iter().enumerate().map(|(i, &v)| x.exp_u64(i as u64 % 40) * Val::from_u64(v)).sum();
            assert_eq!(sum.native(), expected);
        }
        assert_eq!(b.failure(), None);
        let (r1cs, z) = b.into_r1cs();
        assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
    }

    /// A prover who carries from one digit to the next: the ranges leave no room.
    #[test]
    fn digits_cannot_be_shifted() {
        let powers = Powers { elements: vec![], packed: vec![], bits: 64 };
        let (quotient, remainder) = div_rem_p([0, 1, 0, 0]);
        // 2^64 as a digit would have a quotient by p of 34 bits, one more than fits.
        assert_eq!((quotient[0].ilog2() + 1, quotient[1]), (34, 0));
        assert!(remainder < P);
        let mut b = Builder::new(Mode::Shape);
        let word = b.alloc(pow2(64));
        let digits = powers.unpack(&mut b, &word, 2);
        assert_eq!(b.failure(), None);
        assert_eq!([digits[0].value(), digits[1].value()], [0, 1]);
    }
}
