//! p3's `MultiField32Challenger` over BN254 in the circuit.
//!
//! * Elements are absorbed eight a word in radix `2^31`, least significant first, as canonical integers; two words a permutation, what is not filled is zero, and the number of
//!   elements is added to the third word of the state. A digest is absorbed as a word of its own, with 1 added.
//! * A squeezed word `w < r` (the BN254 modulus) gives seven elements `c_0 .. c_6`, its least significant digits in base p; they are used from the last one of the second word to
//!   the first one of the first.
//!
//! The digits: `w = c_0 + c_1 p + .. + c_6 p^6 + q p^7` with `c_i < p` canonical and, for `r - 1 = R + Q p^7` with `R < p^7`, both `q` and `Q - q` below `2^37`, and
//! `R - (c_0 + .. + c_6 p^6) >= 0` where `q = Q`. Then the right side is below `r`, so that equality in the field is equality of integers. Without the last two a prover could choose between the
//! digits of `w` and of `w + r`.

use std::sync::OnceLock;

use ark_ff::{Field, One, PrimeField, Zero};

use crate::field::{Fr, P, div_rem_p, pow2};
use crate::koala::bits::{enforce_range, from_bits};
use crate::koala::{D, Ext, Felt};
use crate::poseidon2::{RATE, WIDTH, permute};
use crate::r1cs::{Builder, Lc};

/// Elements a word of the rate absorbs.
const ABSORBED: usize = 8;
/// Elements a squeezed word gives.
const SQUEEZED: usize = 7;
/// Bits of the quotient of a word by p^7.
const QUOTIENT_BITS: usize = 37;
/// Bits of p^7, rounded up.
const LOW_BITS: usize = 217;

/// A canonical element that was drawn, with its 31 bits.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The element.
    pub felt: Felt,
    /// Its bits, least significant first.
    pub bits: Vec<Lc>,
}

/// The transcript.
#[derive(Debug)]
pub struct Transcript {
    state: [Lc; WIDTH],
    /// Canonical integers not absorbed yet.
    pending: Vec<Lc>,
    /// Words of the rate that may be squeezed, the last one first.
    words: Vec<Lc>,
    /// Elements of the last squeezed word that are left.
    drawn: Vec<Drawn>,
    /// Whether the rate is that of a permutation nobody squeezed.
    fresh: bool,
}

impl Default for Transcript {
    fn default() -> Self {
        Self {
            state: core::array::from_fn(|_| Lc::zero()),
            pending: vec![],
            words: vec![],
            drawn: vec![],
            fresh: false,
        }
    }
}

/// `sum 2^(31 i) x_i`.
pub(crate) fn pack(x: &[Lc]) -> Lc {
    Lc::sum(x.iter().enumerate().map(|(i, x)| (pow2(31 * i), x)))
}

/// `Q` and `R` with `r - 1 = R + Q p^7`, and `p^7`.
fn modulus() -> &'static (Fr, Fr, Fr) {
    static MODULUS: OnceLock<(Fr, Fr, Fr)> = OnceLock::new();
    MODULUS.get_or_init(|| {
        let mut quotient = (-Fr::one()).into_bigint().0;
        for _ in 0..SQUEEZED {
            quotient = div_rem_p(quotient).0;
        }
        let q = Fr::from_bigint(ark_ff::BigInt::new(quotient)).expect("a quotient is smaller");
        let power = Fr::from(P).pow([SQUEEZED as u64]);
        (q, -Fr::one() - q * power, power)
    })
}

/// The seven least significant digits of a word in base p: 519 constraints.
pub fn digits(b: &mut Builder, word: &Lc) -> Vec<Drawn> {
    let mut rest = word.value().into_bigint().0;
    let mut out = Vec::with_capacity(SQUEEZED);
    let mut low = Vec::with_capacity(SQUEEZED);
    let mut power = Fr::one();
    for _ in 0..SQUEEZED {
        let (quotient, digit) = div_rem_p(rest);
        rest = quotient;
        let (felt, bits) = Felt::alloc_canonical_bits(b, digit);
        low.push((power, felt.lc().clone()));
        power *= Fr::from(P);
        out.push(Drawn { felt, bits });
    }
    let low = Lc::sum(low.iter().map(|(c, lc)| (*c, lc)));
    let &(most, remainder, power) = modulus();
    let inverse = power.inverse().expect("p is not zero in the BN254 field");
    let quotient = (word - &low).scale(inverse);
    let below = (-&quotient).add_constant(most);
    enforce_range(b, &quotient, QUOTIENT_BITS);
    enforce_range(b, &below, QUOTIENT_BITS);
    // top = 1 where the quotient is the greatest, else 0: top = 1 - below * hint and top * below = 0.
    let hint = b.alloc(below.value().inverse().unwrap_or_else(Fr::zero));
    let product = b.mul(&below, &hint);
    let top = (-&product).add_constant(Fr::one());
    b.enforce(&top, &below, &Lc::zero());
    let slack = b.mul(&top, &(-&low).add_constant(remainder));
    enforce_range(b, &slack, LOW_BITS);
    // Where top is zero the hint is the inverse; where it is one nothing else would bind it.
    b.enforce(&top, &hint, &Lc::zero());
    out
}

impl Transcript {
    fn forget(&mut self) {
        self.words.clear();
        self.drawn.clear();
        self.fresh = false;
    }

    fn absorb(&mut self, b: &mut Builder, words: &[Lc], tag: usize) {
        for i in 0..RATE {
            self.state[i] = words.get(i).cloned().unwrap_or_else(Lc::zero);
        }
        self.state[RATE] = self.state[RATE].clone().add_constant(Fr::from(tag as u64));
        self.state = permute(b, &self.state);
        self.forget();
        self.fresh = true;
    }

    fn flush(&mut self, b: &mut Builder) {
        if !self.pending.is_empty() {
            let pending = core::mem::take(&mut self.pending);
            let words: Vec<Lc> = pending.chunks(ABSORBED).map(pack).collect();
            self.absorb(b, &words, pending.len());
        }
    }

    fn push(&mut self, b: &mut Builder, x: Lc) {
        self.forget();
        self.pending.push(x);
        if self.pending.len() == ABSORBED * RATE {
            self.flush(b);
        }
    }

    /// Absorbs a canonical element.
    ///
    /// # Panics
    ///
    /// Where it is not known to be canonical: another integer would be absorbed than p3 absorbs.
    pub fn observe(&mut self, b: &mut Builder, x: &Felt) {
        assert!(x.is_canonical(), "only canonical elements are absorbed");
        self.push(b, x.lc().clone());
    }

    /// Absorbs a constant.
    pub fn observe_constant(&mut self, b: &mut Builder, x: u64) {
        self.push(b, Lc::constant(Fr::from(x % P)));
    }

    /// Absorbs the coefficients of an element.
    pub fn observe_ext(&mut self, b: &mut Builder, x: &Ext) {
        x.coefficients().iter().for_each(|c| self.observe(b, c));
    }

    /// Absorbs a digest.
    pub fn observe_digest(&mut self, b: &mut Builder, digest: &Lc) {
        self.flush(b);
        self.absorb(b, core::slice::from_ref(digest), 1);
    }

    /// Draws an element.
    ///
    /// # Panics
    ///
    /// Never.
    pub fn sample(&mut self, b: &mut Builder) -> Drawn {
        self.flush(b);
        if self.drawn.is_empty() {
            if self.words.is_empty() {
                if !self.fresh {
                    self.state = permute(b, &self.state);
                }
                self.fresh = false;
                self.words = self.state[..RATE].to_vec();
            }
            let word = self.words.pop().expect("the rate has words");
            self.drawn = digits(b, &word);
        }
        self.drawn.pop().expect("a word has digits")
    }

    /// Draws an element of the challenge field.
    pub fn sample_ext(&mut self, b: &mut Builder) -> Ext {
        Ext::new(core::array::from_fn::<_, D, _>(|_| self.sample(b).felt))
    }

    /// Draws `n` bits, least significant first.
    pub fn sample_bits(&mut self, b: &mut Builder, n: usize) -> Vec<Lc> {
        let mut bits = self.sample(b).bits;
        bits.truncate(n);
        bits
    }

    /// Absorbs a proof-of-work witness and checks that the next `bits` bits are zero. At zero bits there is no witness.
    pub fn check_work(&mut self, b: &mut Builder, witness: &Felt, bits: usize) {
        self.observe(b, witness);
        let low = self.sample_bits(b, bits);
        b.enforce_zero(&from_bits(&low));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::{bn254_from_fr, fr_from_bn254};
    use crate::r1cs::{Mode, usual_deltas};
    use p3_bn254::Bn254;
    use p3_challenger::{CanObserve, CanSample, CanSampleBits, GrindingChallenger};
    use p3_field::{PrimeCharacteristicRing, PrimeField32};
    use p3_symmetric::Hash;
    use rand::{Rng, SeedableRng};
    use zkrom_recursion::outer::{OuterChallenger, permutation};
    use zkrom_stark::field::{Challenge, Val};

    #[test]
    fn equals_the_native_challenger() {
        for seed in 0..12 {
            let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
            let mut native = OuterChallenger::new(permutation()).expect("the fields fit");
            let mut b = Builder::new(if seed == 0 { Mode::Shape } else { Mode::Witness });
            let mut t = Transcript::default();
            for _ in 0..if seed == 0 { 8 } else { 40 } {
                match rng.random_range(0..6) {
                    0 => (0..rng.random_range(1..40)).for_each(|_| {
                        let v = rng.random_range(0..P);
                        native.observe(Val::from_u64(v));
                        let felt = Felt::alloc_canonical(&mut b, v);
                        t.observe(&mut b, &felt);
                    }),
                    1 => {
                        let v = rng.random_range(0..P);
                        native.observe(Val::from_u64(v));
                        t.observe_constant(&mut b, v);
                    }
                    2 => {
                        let digest = Fr::from(rng.random::<u128>()).square();
                        native.observe(Hash::<Val, Bn254, 1>::from([bn254_from_fr(digest)]));
                        let lc = b.alloc(digest);
                        t.observe_digest(&mut b, &lc);
                    }
                    3 => {
                        let expected: Challenge = native.sample();
                        assert_eq!(t.sample_ext(&mut b).native(), expected);
                    }
                    4 => {
                        let n = rng.random_range(1..25);
                        let expected = native.sample_bits(n) as u64;
                        let bits = t.sample_bits(&mut b, n);
                        assert_eq!(from_bits(&bits).value(), Fr::from(expected));
                    }
                    _ => {
                        let witness = native.grind(5);
                        let felt = Felt::alloc_canonical(&mut b, u64::from(witness.as_canonical_u32()));
                        t.check_work(&mut b, &felt, 5);
                    }
                }
            }
            assert_eq!(b.failure(), None);
        }
    }

    #[test]
    fn no_variable_is_free_and_wrong_work_is_refused() {
        let mut b = Builder::new(Mode::Shape);
        let mut t = Transcript::default();
        let x = b.alloc(Fr::from(7u64));
        t.observe_digest(&mut b, &x);
        let drawn = t.sample(&mut b);
        assert_eq!(b.failure(), None);
        t.check_work(&mut b, &drawn.felt, 20);
        assert!(b.failure().is_some());
        let mut b = Builder::new(Mode::Shape);
        let mut t = Transcript::default();
        let x = b.public_input(Fr::from(7u64));
        t.observe_digest(&mut b, &x);
        t.sample(&mut b);
        let (r1cs, z) = b.into_r1cs();
        assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
    }

    /// The digits of `w + r`, which fit 254 bits for a small `w`, and the extremes.
    #[test]
    fn digits_do_not_wrap() {
        for w in [Fr::zero(), Fr::one(), -Fr::one(), -Fr::from(2u64), modulus().2, -modulus().2] {
            let mut b = Builder::new(Mode::Shape);
            let word = b.alloc(w);
            let before = b.num_constraints();
            let drawn = digits(&mut b, &word);
            assert_eq!(b.num_constraints() - before, 519);
            assert_eq!(b.failure(), None, "{w}");
            let mut native = p3_field::split_pf_to_field_order_limbs::<_, Val>(bn254_from_fr(w), SQUEEZED);
            native
                .iter_mut()
                .zip(&drawn)
                .for_each(|(n, d)| assert_eq!(u64::from(n.as_canonical_u32()), d.felt.value()));
            assert_eq!(fr_from_bn254(bn254_from_fr(w)), w);
        }
        // The builder computes honest digits, so the forgery changes the assignment: w = 0 with the digits of r.
        let mut b = Builder::new(Mode::Shape);
        let word = b.public_input(-Fr::one());
        let _ = digits(&mut b, &word);
        let (r1cs, mut z) = b.into_r1cs();
        assert_eq!(r1cs.first_violation(&z), None);
        // -1 = r - 1 has digit 0 as r has, less one.
        z[1] = Fr::zero();
        let first = z[2];
        z[2] += Fr::one();
        // All equations hold modulo r, those of the bits of the first digit and of the slack are left.
        assert!(r1cs.first_violation(&z).is_some());
        assert_ne!(first, z[2]);
    }
}
