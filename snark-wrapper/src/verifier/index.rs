//! The index of a query as bits, and the points of the evaluation domain it stands for.
//!
//! A point is a product of a root of unity for each set bit. Bits are taken six at a time: any function of six bits is a linear combination of their 57 products (and of the bits), so
//! a chunk's factor of any point is free once the products are there, and it is one of 64 known canonical elements.

use ark_ff::One;
use p3_field::{Field, PrimeCharacteristicRing, PrimeField32, TwoAdicField};
use zkrom_stark::field::Val;

use crate::field::Fr;
use crate::koala::{Bound, Felt, Interval};
use crate::r1cs::{Builder, Lc};

/// Bits of a chunk.
const CHUNK: usize = 6;

/// An index.
#[derive(Debug)]
pub struct Index {
    /// Its bits, least significant first.
    pub bits: Vec<Lc>,
    /// For each chunk and each set of its bits, their product.
    products: Vec<Vec<Lc>>,
}

impl Index {
    /// An index with its products.
    pub fn new(b: &mut Builder, bits: Vec<Lc>) -> Self {
        let products = bits
            .chunks(CHUNK)
            .map(|bits| {
                let mut products = vec![Lc::one()];
                for set in 1..1usize << bits.len() {
                    let low = set.trailing_zeros() as usize;
                    let rest = set & (set - 1);
                    let product = if rest == 0 {
                        bits[low].clone()
                    } else {
                        let rest: &Lc = &products[rest];
                        b.mul(rest, &bits[low])
                    };
                    products.push(product);
                }
                products
            })
            .collect();
        Self { bits, products }
    }

    /// Its value under the current assignment.
    #[must_use]
    pub fn value(&self) -> usize {
        self.bits.iter().enumerate().map(|(i, bit)| usize::from(bit.value().is_one()) << i).sum()
    }

    /// The product over bits `k >= from + skip` that are set of `w^exponent`, where `w` generates the subgroup of order `2^(k - from + 1)`; unreduced.
    pub fn root(&self, b: &mut Builder, from: usize, skip: usize, exponent: i64) -> Felt {
        let mut out: Option<Felt> = None;
        for (chunk, products) in self.products.iter().enumerate() {
            let first = chunk * CHUNK;
            let len = products.len().ilog2() as usize;
            let roots: Vec<Option<Val>> = (first..first + len)
                .map(|k| {
                    (k >= from + skip).then(|| {
                        let root = Val::two_adic_generator(k - from + 1);
                        let root = if exponent < 0 { root.inverse() } else { root };
                        root.exp_u64(exponent.unsigned_abs())
                    })
                })
                .collect();
            if roots.iter().all(Option::is_none) {
                continue;
            }
            let values: Vec<Val> = (0..products.len())
                .map(|set| {
                    roots
                        .iter()
                        .enumerate()
                        .filter(|(i, _)| set >> i & 1 == 1)
                        .filter_map(|(_, r)| *r)
                        .product()
                })
                .collect();
            let factor = choose(products, &values);
            out = Some(match out {
                None => factor,
                Some(other) => other.mul(b, &factor),
            });
        }
        out.unwrap_or_else(|| Felt::constant(1))
    }
}

/// The value at the bits with these products: a combination by inclusion and exclusion.
fn choose(products: &[Lc], values: &[Val]) -> Felt {
    let mut coefficients: Vec<i64> = values.iter().map(|v| i64::from(v.as_canonical_u32())).collect();
    for i in 0..products.len().ilog2() {
        for set in 0..products.len() {
            if set >> i & 1 == 1 {
                coefficients[set] -= coefficients[set ^ 1 << i];
            }
        }
    }
    let lc = Lc::sum(coefficients.iter().map(|&c| Fr::from(c)).zip(products));
    Felt::with_range(lc, Interval::up_to(Bound::new(crate::field::P - 1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::{Mode, usual_deltas};
    use p3_util::reverse_bits_len;

    #[test]
    fn roots_are_the_domains_points() {
        let log = 14;
        for index in [0usize, 1, 63, 64, 5000, (1 << log) - 1] {
            let mut b = Builder::new(Mode::Shape);
            let bits = (0..log).map(|i| b.public_input(Fr::from((index >> i & 1) as u64))).collect();
            let i = Index::new(&mut b, bits);
            assert_eq!(i.value(), index);
            for h in [3, 8, 14] {
                let native =
                    |index: usize| Val::two_adic_generator(h).exp_u64(reverse_bits_len(index, h) as u64);
                let high = index >> (log - h);
                let point = i.root(&mut b, log - h, 0, 1);
                assert_eq!(Val::from_u64(point.value()), native(high));
                let start = i.root(&mut b, log - h, 2, -3);
                assert_eq!(Val::from_u64(start.value()), native(high >> 2 << 2).inverse().cube());
            }
            assert_eq!(b.failure(), None);
            let (r1cs, z) = b.into_r1cs();
            assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
        }
    }
}
