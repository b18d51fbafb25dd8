//! The challenge field in constraints: products of five-element vectors modulo `X^5 + X^2 - 1`.

use p3_field::{BasedVectorSpace, PrimeCharacteristicRing};
use zkrom_stark::field::{Challenge, Val};

/// Dimension of the challenge field.
pub const D: usize = <Challenge as BasedVectorSpace<Val>>::DIMENSION;

/// Coefficients of a challenge-field element.
pub fn coefficients(x: &Challenge) -> [Val; D] {
    x.as_basis_coefficients_slice().try_into().expect("the field has this dimension")
}

/// The element with these coefficients.
pub fn from_coefficients(x: &[Val; D]) -> Challenge {
    Challenge::from_basis_coefficients_fn(|i| x[i])
}

/// `X`, which generates the challenge field.
#[must_use]
pub fn generator() -> Challenge {
    let mut x = [Val::ZERO; D];
    x[1] = Val::ONE;
    from_coefficients(&x)
}

/// The product of two elements given by coefficients: `X^5 = 1 - X^2`.
pub fn product<E: PrimeCharacteristicRing>(a: &[E; D], b: &[E; D]) -> [E; D] {
    let mut c: [E; 2 * D - 1] = core::array::from_fn(|_| E::ZERO);
    for i in 0..D {
        for j in 0..D {
            c[i + j] += a[i].clone() * b[j].clone();
        }
    }
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8] = c;
    [c0 + c5.clone() - c8.clone(), c1 + c6.clone(), c2 - c5 + c7.clone() + c8.clone(), c3 - c6 + c8, c4 - c7]
}

#[cfg(test)]
mod tests {
    use zkrom_stark::testing::Samples;

    use super::*;

    #[test]
    fn product_is_the_fields() {
        let mut samples = Samples::new(1);
        for _ in 0..200 {
            let mut draw = || core::array::from_fn(|_| Val::from_u64(samples.bits()));
            let (a, b): ([Val; D], [Val; D]) = (draw(), draw());
            let expected = from_coefficients(&a) * from_coefficients(&b);
            assert_eq!(product(&a, &b), coefficients(&expected));
        }
    }
}
