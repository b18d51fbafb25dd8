//! Hints of signature recovery on secp256k1: slopes, the public key, and the short vector of `rom/crypto/secp256k1/short.zkasm`.
//!
//! Where an argument is out of range or a thing asked for does not exist, the hint is zero: rows find it wrong.

use alloy_primitives::{Signed, U256, uint};
use k256::{
    AffinePoint, EncodedPoint, ProjectivePoint, Scalar, U256 as Limbs,
    elliptic_curve::{
        ops::Reduce,
        sec1::{FromEncodedPoint, ToEncodedPoint},
    },
};
use zkrom_asm::isa::ModulusId;

use super::{
    Hints,
    number::{mod_inv, mod_sqrt},
};

const P: U256 = ModulusId::Secp256k1P.modulus();
const N: U256 = ModulusId::Secp256k1N.modulus();
/// A cube root of one modulo the order.
const LAMBDA: U256 = uint!(0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72_U256);

/// Registers this module's functions.
pub(super) fn register(hints: &mut Hints) {
    hints.register("is_square", 2, |_, x| {
        let half = x[1].wrapping_sub(U256::ONE) >> 1;
        Ok(U256::from(!x[1].is_zero() && x[0].pow_mod(half, x[1]) <= U256::ONE))
    });
    hints.register("minus_sqrt", 2, |_, x| {
        Ok(if x[1].is_zero() { U256::ZERO } else { mod_sqrt(x[1] - x[0] % x[1], x[1]) })
    });
    hints.register("secp_chord", 4, |_, x| Ok(chord([x[0], x[1]], [x[2], x[3]])));
    hints.register("secp_tangent", 2, |_, x| Ok(tangent(x[0], x[1])));
    hints.register("secp_recover", 5, |_, x| {
        let key = recover(x[1], x[2], x[3], x[4]).unwrap_or_default();
        Ok(key[usize::from(!x[0].is_zero())])
    });
    hints.register("secp_is_short", 4, |_, x| {
        Ok(U256::from(short(x[1], x[2]).is_some() && recover(x[0], x[1], x[2], x[3]).is_some()))
    });
    hints.register("secp_negative", 3, |_, x| {
        let vector = short(x[1], x[2]).unwrap_or_default();
        Ok(U256::from(usize::try_from(x[0]).is_ok_and(|i| vector.get(i).is_some_and(|e| *e < 0))))
    });
    hints.register("secp_points", 2, |_, x| {
        Ok(interleave(short(x[0], x[1]).unwrap_or_default().map(|e| e.unsigned_abs() as u64)))
    });
    hints.register("secp_multiples", 3, |_, x| {
        let [.., m1, m2] = short(x[1], x[2]).unwrap_or_default();
        let m = residue(m1).add_mod(residue(m2).mul_mod(LAMBDA, N), N);
        Ok(interleave(m.mul_mod(x[0], N).mul_mod(mod_inv(x[1], N), N).into_limbs()))
    });
}

fn residue(x: i128) -> U256 {
    let size = U256::from(x.unsigned_abs());
    if x < 0 { N - size } else { size }
}

fn minus(a: U256, b: U256) -> U256 {
    (a % P).add_mod(P - b % P, P)
}

/// The negated slope of the line through two points; zero where it is upright.
fn chord(a: [U256; 2], b: [U256; 2]) -> U256 {
    minus(a[1], b[1]).mul_mod(mod_inv(minus(b[0], a[0]), P), P)
}

/// The negated slope of the tangent at a point.
fn tangent(x: U256, y: U256) -> U256 {
    let square = x.mul_mod(x, P);
    let slope = square.mul_mod(U256::from(3), P).mul_mod(mod_inv(y.add_mod(y, P), P), P);
    minus(U256::ZERO, slope)
}

fn scalar(x: U256) -> Scalar {
    <Scalar as Reduce<Limbs>>::reduce(Limbs::from_be_slice(&x.to_be_bytes::<32>()))
}

/// The public key `(s R - z G) / r` with `R = (r, y)`, unless it is infinity or `R` no point.
fn recover(z: U256, r: U256, s: U256, y: U256) -> Option<[U256; 2]> {
    let at = EncodedPoint::from_affine_coordinates(&r.to_be_bytes().into(), &y.to_be_bytes().into(), false);
    let point = AffinePoint::from_encoded_point(&at).into_option()?;
    let inverse = scalar(mod_inv(r, N));
    let key = ProjectivePoint::from(point) * (scalar(s) * inverse)
        - ProjectivePoint::GENERATOR * (scalar(z) * inverse);
    let key = key.to_affine().to_encoded_point(false);
    Some([U256::from_be_slice(key.x()?), U256::from_be_slice(key.y()?)])
}

/// Bit `i` of number `k` as bit `4 i + k`.
fn interleave(numbers: [u64; 4]) -> U256 {
    let mut word = U256::ZERO;
    for (k, number) in numbers.into_iter().enumerate() {
        for i in 0..64 {
            word.set_bit(4 * i + k, number >> i & 1 == 1);
        }
    }
    word
}

/// Wide enough for `a conj(b)` of 256-bit `a` and 128-bit `b`.
type Int = Signed<512, 8>;

/// An Eisenstein integer `a + b w`, `w^2 + w + 1 = 0`; `w` stands for `lambda` modulo the order.
#[derive(Clone, Copy)]
struct Eisenstein(Int, Int);

impl Eisenstein {
    fn times(self, o: Self) -> Self {
        let both = self.1 * o.1;
        Self(self.0 * o.0 - both, self.0 * o.1 + self.1 * o.0 - both)
    }

    fn minus(self, o: Self) -> Self {
        Self(self.0 - o.0, self.1 - o.1)
    }

    fn norm(self) -> Int {
        self.0 * self.0 - self.0 * self.1 + self.1 * self.1
    }

    /// A nearest quotient; the divisor is not zero.
    fn nearest(self, o: Self) -> Self {
        let norm = o.norm();
        let product = self.times(Self(o.0 - o.1, -o.1));
        let round = |x: Int| {
            let twice = x + x + norm;
            let (quotient, rest) = (twice / (norm + norm), twice % (norm + norm));
            if rest.is_negative() { quotient - Int::ONE } else { quotient }
        };
        Self(round(product.0), round(product.1))
    }
}

fn small(x: u128) -> Int {
    Int::from_raw(U256::from(x).to())
}

/// `(t1, t2, m1, m2)` of magnitude below 2^64, not all zero, with `t1 + t2 lambda = -(m1 + m2 lambda) s / r` modulo the order.
///
/// The extended Euclidean algorithm on `s / r` and the prime over the order, in Eisenstein integers, stopped where remainder and cofactor
/// are about equal; the four vectors there generate the lattice, and a short one is a small combination of them.
fn short(r: U256, s: U256) -> Option<[i128; 4]> {
    let ratio = mod_inv(r, N).mul_mod(s, N);
    if ratio.is_zero() {
        return None;
    }
    // a + b w of norm n, which is 0 where w is lambda.
    let prime = Eisenstein(
        small(0x3086_d221_a7d4_6bcd_e86c_90e4_9284_eb15),
        -small(0xe443_7ed6_010e_8828_6f54_7fa9_0abf_e4c3),
    );
    let zero = Eisenstein(Int::ZERO, Int::ZERO);
    let mut old = (Eisenstein(Int::from_raw(ratio.to()), Int::ZERO), Eisenstein(Int::ONE, Int::ZERO));
    let mut new = (prime, zero);
    let root = small(u128::MAX);
    loop {
        let q = old.0.nearest(new.0);
        let next = (old.0.minus(q.times(new.0)), old.1.minus(q.times(new.1)));
        (old, new) = (new, next);
        if new.0.norm() <= root {
            break;
        }
    }
    let entries = |(r, t): (Eisenstein, Eisenstein)| -> Option<[i128; 4]> {
        let all = [r.0, r.1, -t.0, -t.1].map(|x| {
            let size = i128::try_from(x.unsigned_abs()).ok().filter(|size| *size < 1 << 120)?;
            Some(if x.is_negative() { -size } else { size })
        });
        Some([all[0]?, all[1]?, all[2]?, all[3]?])
    };
    let rotated = |[a, b, c, d]: [i128; 4]| [-b, a - b, -d, c - d];
    // Where the remainder before is long, the last is short on its own.
    let (new, old) = (entries(new)?, entries(old).unwrap_or_default());
    let basis = [new, rotated(new), old, rotated(old)];
    let mut best: Option<(u128, [i128; 4])> = None;
    let range = || -3i128..=3;
    for c in range().flat_map(|a| range().map(move |b| (a, b))) {
        for d in range().flat_map(|a| range().map(move |b| (a, b))) {
            let vector: [i128; 4] = std::array::from_fn(|i| {
                c.0 * basis[0][i] + c.1 * basis[1][i] + d.0 * basis[2][i] + d.1 * basis[3][i]
            });
            let size = vector.iter().map(|e| e.unsigned_abs()).max().unwrap_or_default();
            if size > 0 && best.is_none_or(|(s, _)| size < s) {
                best = Some((size, vector));
            }
        }
    }
    best.filter(|(size, _)| *size < 1 << 64).map(|(_, vector)| vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(n: u64) -> impl Iterator<Item = U256> {
        (0..n).map(|i| U256::from_be_bytes(alloy_primitives::keccak256(i.to_be_bytes()).0))
    }

    #[test]
    fn short_vectors_exist_and_fit() {
        let mut fail = 0;
        let ratios =
            words(400).chain((1u64..40).map(U256::from)).chain((1u64..40).map(|k| N - U256::from(k)));
        let ratios = ratios.chain([LAMBDA, N - LAMBDA, LAMBDA.mul_mod(LAMBDA, N)]);
        for ratio in ratios {
            let ratio = ratio % N;
            let Some([t1, t2, m1, m2]) = short(U256::ONE, ratio) else {
                fail += 1;
                continue;
            };
            let value = |a, b| residue(a).add_mod(residue(b).mul_mod(LAMBDA, N), N);
            let (t, m) = (value(t1, t2), value(m1, m2));
            assert!(!m.is_zero());
            assert_eq!(t.add_mod(m.mul_mod(ratio, N), N), U256::ZERO, "{ratio} {t1} {t2} {m1} {m2}");
        }
        assert_eq!(fail, 0);
        assert_eq!(short(U256::ONE, U256::ZERO), None);
        assert_eq!(short(U256::ZERO, U256::ONE), None);
    }

    #[test]
    fn slopes_meet_points() {
        let g = |k: u64| {
            let at = (ProjectivePoint::GENERATOR * Scalar::from(k)).to_affine().to_encoded_point(false);
            [U256::from_be_slice(at.x().unwrap()), U256::from_be_slice(at.y().unwrap())]
        };
        let sum = |mu: U256, a: [U256; 2], b: [U256; 2]| {
            let x = minus(minus(mu.mul_mod(mu, P), a[0]), b[0]);
            [x, minus(mu.mul_mod(minus(x, a[0]), P), a[1])]
        };
        assert_eq!(sum(chord(g(5), g(9)), g(5), g(9)), g(14));
        assert_eq!(sum(tangent(g(7)[0], g(7)[1]), g(7), g(7)), g(14));
        assert_eq!(chord(g(3), g(3)), U256::ZERO);
    }

    #[test]
    fn bits_interleave() {
        assert_eq!(interleave([1, 0, 0, 0]), U256::ONE);
        assert_eq!(interleave([0, 2, 0, 1 << 63]), U256::from(32) + (U256::ONE << 255));
    }
}
