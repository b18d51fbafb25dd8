//! Hints of integer and modular arithmetic.

use alloy_primitives::{U256, U512};

use super::Hints;

/// Registers this module's functions.
pub(super) fn register(hints: &mut Hints) {
    hints.register("mod_inv", 2, |_, x| Ok(mod_inv(x[0], x[1])));
    hints.register("mod_sqrt", 2, |_, x| Ok(mod_sqrt(x[0], x[1])));
    hints.register("div", 2, |_, x| Ok(x[0].checked_div(x[1]).unwrap_or_default()));
    hints.register("mul_hi", 2, |_, x| Ok(mul_hi(x[0], x[1])));
    hints.register("byte_len", 1, |_, x| Ok(U256::from(x[0].byte_len())));
    hints.register("mulmod_quotient", 3, |_, x| Ok(mulmod_quotient(x[0], x[1], x[2])));
}

/// The inverse of `a` modulo `m`; zero if there is none.
pub(super) fn mod_inv(a: U256, m: U256) -> U256 {
    if m.is_zero() { U256::ZERO } else { (a % m).inv_mod(m).unwrap_or_default() }
}

/// The upper word of `a * b`.
pub(super) fn mul_hi(a: U256, b: U256) -> U256 {
    let product: U512 = a.widening_mul(b);
    U256::from(product >> 256)
}

/// The low word of `a * b / m`; zero where `m = 0`.
pub(super) fn mulmod_quotient(a: U256, b: U256, m: U256) -> U256 {
    if m.is_zero() {
        return U256::ZERO;
    }
    let product: U512 = a.widening_mul(b);
    (product / U512::from(m)).wrapping_to()
}

/// A square root of `a` modulo the prime `m`; zero if there is none, or if `m` turns out not to be a prime.
///
/// Tonelli and Shanks (Cohen, A Course in Computational Algebraic Number Theory, 1.5.1).
pub(super) fn mod_sqrt(a: U256, m: U256) -> U256 {
    let (zero, one) = (U256::ZERO, U256::ONE);
    if m <= one {
        return zero;
    }
    let a = a % m;
    if m == U256::from(2) || a.is_zero() {
        return a;
    }
    let checked = |root: U256| if root.mul_mod(root, m) == a { root } else { zero };
    if m.as_limbs()[0] & 3 == 3 {
        return checked(a.pow_mod((m >> 2) + one, m));
    }
    let minus_one = m - one;
    let twos = minus_one.trailing_zeros();
    let odd = minus_one >> twos;
    // Half of all residues of a prime are no squares, so the least of them is small.
    let non_square = (2u64..4096).map(U256::from).find(|n| n.pow_mod(minus_one >> 1, m) == minus_one);
    let Some(non_square) = non_square else { return zero };
    let mut root = a.pow_mod((odd >> 1) + one, m);
    let mut rest = a.pow_mod(odd, m);
    let mut step = non_square.pow_mod(odd, m);
    let mut order = twos;
    while rest != one {
        let mut square = rest;
        let mut k = 0;
        while square != one && k < order {
            square = square.mul_mod(square, m);
            k += 1;
        }
        if k == order {
            return zero;
        }
        for _ in 0..order - k - 1 {
            step = step.mul_mod(step, m);
        }
        root = root.mul_mod(step, m);
        step = step.mul_mod(step, m);
        rest = rest.mul_mod(step, m);
        order = k;
    }
    checked(root)
}
