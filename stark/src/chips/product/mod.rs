//! Products of words in a 31-bit field, for the chips that multiply.
//!
//! A factor is given by its 16 limbs `x_i` of 16 bits, each split into bytes: `x_i = lo_i + 256 hi_i` ([`Digits`]). The product of `x` and `y` is
//! the sum of its 32 *windows* `T_k 2^(16 k)`, where
//!
//! ```text
//! T_k = sum_{i+j=k} (x_i lo(y_j) + 256 lo(x_i) hi(y_j)) + sum_{i+j=k-1} hi(x_i) hi(y_j)          (degree 2)
//! ```
//!
//! A product of two 16-bit limbs would pass the field's 31 bits; with the bytes of *both* factors, what lies above bit 16 of a product of limbs moves
//! to the next window. With bytes in `0..=255`, and `n` pairs with `i + j = k` (at most 16, and then 15 pairs with `i + j = k - 1`),
//!
//! ```text
//! 0 <= T_k <= 16 (65535 * 255 + 256 * 255 * 255) + 15 * 255 * 255 = 534,700,575 = MAX_WINDOW < 2^29
//! ```
//!
//! (for `n = 15`: at most 501,407,775), so that a carry `c_(k+1) = (T_k + c_k) / 2^16` is below 2^13. The field leaves two bits above `T_k`, and no more: a
//! range of 16 bits for the carry would let `2^16 c` wrap around `p`; see the chips for what each does about it.

use core::ops::{Add, Mul};

use zkrom_asm::isa::LIMBS;

/// Windows of a product of two words.
pub const WINDOWS: usize = 2 * LIMBS;
/// The greatest window of a product.
pub const MAX_WINDOW: u32 = 16 * (65535 * 255 + 256 * 255 * 255) + 15 * 255 * 255;

/// A factor: limbs and their bytes.
#[derive(Clone, Debug)]
pub struct Digits<E> {
    /// The limbs, `lo + 256 hi`.
    pub limb: [E; LIMBS],
    /// The low bytes.
    pub lo: [E; LIMBS],
    /// The low bytes times 256.
    pub lo_256: [E; LIMBS],
    /// The high bytes.
    pub hi: [E; LIMBS],
}

impl Digits<i64> {
    /// The digits of a word's limbs.
    #[must_use]
    pub fn of(limbs: [u16; LIMBS]) -> Self {
        Self {
            limb: limbs.map(i64::from),
            lo: limbs.map(|x| i64::from(x & 0xff)),
            lo_256: limbs.map(|x| i64::from(x & 0xff) << 8),
            hi: limbs.map(|x| i64::from(x >> 8)),
        }
    }
}

/// The windows of a product.
pub fn windows<E>(x: &Digits<E>, y: &Digits<E>) -> [E; WINDOWS]
where
    E: Clone + Default + Add<Output = E> + Mul<Output = E>,
{
    core::array::from_fn(|k| {
        let mut sum: Option<E> = None;
        let mut add = |a: &E, b: &E| {
            let term = a.clone() * b.clone();
            sum = Some(match sum.take() {
                Some(sum) => sum + term,
                None => term,
            });
        };
        for i in k.saturating_sub(LIMBS - 1)..LIMBS.min(k + 1) {
            add(&x.limb[i], &y.lo[k - i]);
            add(&x.lo_256[i], &y.hi[k - i]);
        }
        for i in k.saturating_sub(LIMBS)..LIMBS.min(k) {
            add(&x.hi[i], &y.hi[k - 1 - i]);
        }
        sum.unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use alloy_primitives::{U256, U512};

    use super::{Digits, MAX_WINDOW, windows};
    use crate::field::limbs_u16;
    use crate::testing::Samples;

    #[test]
    fn windows_sum_to_the_product() {
        let mut samples = Samples::new(1);
        let mut words = Samples::edges();
        words.extend((0..40).map(|_| samples.word()));
        for &x in &words {
            for &y in &words {
                let t = windows(&Digits::of(limbs_u16(x)), &Digits::of(limbs_u16(y)));
                let sum = t.iter().enumerate().fold(U512::ZERO, |sum, (k, &t)| {
                    assert!((0..=i64::from(MAX_WINDOW)).contains(&t));
                    sum + (U512::from(t) << (16 * k))
                });
                assert_eq!(sum, x.widening_mul::<256, 4, 512, 8>(y));
            }
        }
        let top = Digits::of(limbs_u16(U256::MAX));
        assert_eq!(windows(&top, &top).into_iter().max(), Some(i64::from(MAX_WINDOW)));
    }
}
