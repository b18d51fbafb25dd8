//! Conversions between the fields of the two worlds: p3's `Bn254` and `KoalaBear`, and arkworks' `Fr`.
//!
//! p3's `Bn254` and ark's `Fr` are the same field with the same Montgomery radix, but the conversions
//! here go through canonical limbs, so that they depend on neither library's internal form.

use ark_ff::{BigInt, PrimeField as _};
use p3_bn254::Bn254;
use p3_field::{PrimeField as _, PrimeField32};
use p3_koala_bear::KoalaBear;

/// The scalar field of BN254: the field of the R1CS.
pub type Fr = ark_bn254::Fr;

/// The order of KoalaBear, 2^31 - 2^24 + 1.
pub const P: u64 = KoalaBear::ORDER_U32 as u64;

/// p3's BN254 scalar as ark's.
#[must_use]
pub fn fr_from_bn254(x: Bn254) -> Fr {
    let mut limbs = [0u64; 4];
    for (limb, digit) in limbs.iter_mut().zip(x.as_canonical_biguint().to_u64_digits()) {
        *limb = digit;
    }
    Fr::from_bigint(BigInt::new(limbs)).expect("a canonical value is below the modulus")
}

/// ark's BN254 scalar as p3's.
pub fn bn254_from_fr(x: Fr) -> Bn254 {
    Bn254::new(x.into_bigint().0)
}

/// The integer a field element stands for in the centred range, as (negative, magnitude).
#[must_use]
pub fn signed(x: Fr) -> (bool, [u64; 4]) {
    let magnitude = x.into_bigint();
    if magnitude > Fr::MODULUS_MINUS_ONE_DIV_TWO {
        (true, (-x).into_bigint().0)
    } else {
        (false, magnitude.0)
    }
}

/// Quotient and remainder of a 256-bit integer by the KoalaBear order.
#[must_use]
pub fn div_rem_p(x: [u64; 4]) -> ([u64; 4], u64) {
    let mut quotient = [0u64; 4];
    let mut rem = 0u128;
    for i in (0..4).rev() {
        let cur = (rem << 64) | u128::from(x[i]);
        quotient[i] = (cur / u128::from(P)) as u64;
        rem = cur % u128::from(P);
    }
    (quotient, rem as u64)
}

/// The KoalaBear element that the centred integer of `x` is congruent to, canonical.
#[must_use]
pub fn mod_p(x: Fr) -> u64 {
    let (negative, magnitude) = signed(x);
    let (_, rem) = div_rem_p(magnitude);
    if negative && rem != 0 { P - rem } else { rem }
}

/// 2^k in the scalar field.
#[must_use]
pub fn pow2(k: usize) -> Fr {
    assert!(k < 254, "2^{k} is not below the BN254 modulus");
    let mut limbs = [0u64; 4];
    limbs[k / 64] = 1 << (k % 64);
    Fr::from_bigint(BigInt::new(limbs)).expect("below the modulus")
}

#[cfg(test)]
mod tests {
    use super::*;
    use p3_field::PrimeCharacteristicRing;

    #[test]
    fn conversions_agree() {
        for k in [0u64, 1, 2, P, u64::MAX] {
            let a = Fr::from(k);
            assert_eq!(fr_from_bn254(Bn254::from_u64(k)), a);
            assert_eq!(bn254_from_fr(a), Bn254::from_u64(k));
            assert_eq!(mod_p(a), k % P);
            assert_eq!(mod_p(-a), (P - k % P) % P);
        }
        assert_eq!(bn254_from_fr(-Fr::from(1u64)), Bn254::NEG_ONE);
        assert_eq!(pow2(200), Fr::from(2u64).pow_u(200));
    }

    trait PowU {
        fn pow_u(self, k: u64) -> Self;
    }
    impl PowU for Fr {
        fn pow_u(self, k: u64) -> Self {
            ark_ff::Field::pow(&self, [k])
        }
    }
}
