//! Bits, ranges and zero tests: the gadgets under everything else.

use ark_ff::{BigInteger, Field, One, PrimeField, Zero};

use crate::field::{Fr, pow2};
use crate::r1cs::{Builder, Lc};

/// `b` is 0 or 1.
pub fn enforce_boolean(b: &mut Builder, bit: &Lc) {
    b.enforce(bit, &bit.clone().add_constant(-Fr::one()), &Lc::zero());
}

/// The `n` bits of `x`, least significant first, which also proves `0 <= x < 2^n`: `n` constraints.
///
/// The top bit is a combination of `x` and the other bits and gets no variable. With `n <= 253` the sum of
/// the bits cannot wrap around the modulus, so the decomposition is the only one.
#[must_use]
pub fn to_bits(b: &mut Builder, x: &Lc, n: usize) -> Vec<Lc> {
    assert!(n <= 253, "{n} bits may wrap around the modulus");
    if n == 0 {
        b.enforce_zero(x);
        return Vec::new();
    }
    let value = x.value().into_bigint();
    let mut bits: Vec<Lc> = (0..n - 1)
        .map(|i| {
            let bit = b.alloc(Fr::from(value.get_bit(i)));
            enforce_boolean(b, &bit);
            bit
        })
        .collect();
    let low = Lc::sum(bits.iter().enumerate().map(|(i, bit)| (-pow2(i), bit)));
    let top = (x + &low).scale(pow2(n - 1).inverse().expect("a power of two is not zero"));
    enforce_boolean(b, &top);
    bits.push(top);
    bits
}

/// `0 <= x < 2^n`.
pub fn enforce_range(b: &mut Builder, x: &Lc, n: usize) {
    if let Some(c) = x.as_constant() {
        if c.into_bigint().num_bits() as usize > n {
            // Unsatisfiable, and visibly so.
            b.enforce(&Lc::one(), &Lc::one(), &Lc::zero());
        }
        return;
    }
    let _ = to_bits(b, x, n);
}

/// `sum bit_i * 2^i`.
#[must_use]
pub fn from_bits(bits: &[Lc]) -> Lc {
    Lc::sum(bits.iter().enumerate().map(|(i, bit)| (pow2(i), bit)))
}

/// `if bit { yes } else { no }`, in a new variable.
#[must_use]
pub fn select(b: &mut Builder, bit: &Lc, yes: &Lc, no: &Lc) -> Lc {
    let d = b.mul(bit, &(yes - no));
    no + &d
}

/// The entry of `table` that `bits` (least significant first) point at.
///
/// # Panics
///
/// Unless the table has 2^bits entries.
#[must_use]
pub fn lookup(b: &mut Builder, bits: &[Lc], table: &[Lc]) -> Lc {
    assert_eq!(table.len(), 1 << bits.len());
    let mut layer = table.to_vec();
    for bit in bits {
        layer = layer.chunks_exact(2).map(|pair| select(b, bit, &pair[1], &pair[0])).collect();
    }
    layer.pop().expect("one entry is left")
}

/// `x` is not zero.
pub fn enforce_nonzero(b: &mut Builder, x: &Lc) {
    let inverse = b.alloc(x.value().inverse().unwrap_or_else(Fr::zero));
    b.enforce(x, &inverse, &Lc::one());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::{Mode, usual_deltas};

    fn range(x: Fr, n: usize) -> bool {
        let mut b = Builder::new(Mode::Shape);
        let x = b.public_input(x);
        enforce_range(&mut b, &x, n);
        assert_eq!(b.num_constraints(), n.max(1));
        let ok = b.failure().is_none();
        let (r1cs, z) = b.into_r1cs();
        assert_eq!(r1cs.first_violation(&z).is_none(), ok);
        if ok {
            assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
        }
        ok
    }

    #[test]
    fn ranges_hold_exactly() {
        for n in [0, 1, 2, 31, 64, 253] {
            let top = pow2(n);
            assert!(range(Fr::zero(), n));
            assert!(range(top - Fr::one(), n));
            assert!(!range(top, n));
            assert!(!range(-Fr::one(), n));
        }
    }

    #[test]
    fn lookup_finds_each_entry() {
        for index in 0..8u64 {
            let mut b = Builder::new(Mode::Shape);
            let bits: Vec<Lc> = (0..3).map(|i| b.public_input(Fr::from(index >> i & 1))).collect();
            let table: Vec<Lc> = (0..8u64).map(|i| b.alloc(Fr::from(100 + i))).collect();
            assert_eq!(lookup(&mut b, &bits, &table).value(), Fr::from(100 + index));
            assert_eq!(b.num_constraints(), 7);
            assert_eq!(b.failure(), None);
        }
    }
}
