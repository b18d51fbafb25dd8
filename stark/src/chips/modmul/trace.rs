//! The trace.

use alloy_primitives::{U256, U512};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::{LIMBS, ModulusId, Op3};
use zkrom_executor::record::Op3Event;

use super::{CARRIES, CARRY_OFFSET, COFACTOR_OFFSET, ModMulCols, QUOTIENT_OFFSET, RESIDUE};
use crate::buses::ByteOp;
use crate::chips::product::{Digits, windows};
use crate::columns::view_mut;
use crate::field::{Val, limbs, limbs_u16};
use crate::lookups::{LookupCounts, fill_rows};

/// A multiplication with what a prover says of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub modulus: ModulusId,
    pub sub: bool,
    pub a: U256,
    pub b: U256,
    pub c: U256,
    pub r: U256,
    /// `Q + 8 sub`, below 6 * 2^256.
    pub q: U512,
}

impl Claim {
    /// The honest claim about an event; the result is recomputed.
    fn of(event: &Op3Event) -> Option<Self> {
        let Op3Event { op, a, b, c, .. } = *event;
        let (modulus, sub) = match op {
            Op3::MulAdd(m) => (m, false),
            Op3::MulSub(m) => (m, true),
            _ => return None,
        };
        let (wide_c, m) = (U512::from(c), U512::from(modulus.modulus()));
        let product: U512 = a.widening_mul(b);
        let shift = U512::from(if sub { QUOTIENT_OFFSET } else { 0 });
        let (q, r) = if sub && product < wide_c {
            let (q, r) = (wide_c - product).div_rem(m);
            if r.is_zero() { (shift - q, r) } else { (shift - q - U512::ONE, m - r) }
        } else {
            let (q, r) = (if sub { product - wide_c } else { product + wide_c }).div_rem(m);
            (q + shift, r)
        };
        Some(Self { modulus, sub, a, b, c, r: r.to(), q })
    }
}

/// Rows needed for the chip's operations among `op3`.
#[must_use]
pub fn rows(op3: &[Op3Event]) -> usize {
    op3.iter().filter(|e| matches!(e.op, Op3::MulAdd(_) | Op3::MulSub(_))).count()
}

/// The trace of the chip's operations among `op3`; their lookups are counted.
///
/// # Panics
///
/// Where `height` is less than [`rows`].
#[must_use]
pub fn trace(op3: &[Op3Event], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    let claims: Vec<Claim> = op3.iter().filter_map(Claim::of).collect();
    fill_rows(&claims, height, ModMulCols::WIDTH, counts, |claim, row, counts| {
        fill(claim, view_mut(row), counts);
    })
}

/// Fills a row; where the claim is false, carries and cofactor are the nearest there are.
pub(super) fn fill(claim: &Claim, cols: &mut ModMulCols<Val>, counts: &mut LookupCounts) {
    let Claim { modulus, sub, a, b, c, r, q } = *claim;
    let sign = if sub { -1 } else { 1 };
    let q_top = i64::from((q.as_limbs()[4]) as u32);
    let q_low: U256 = (q & U512::from(U256::MAX)).to();
    let [a_limbs, b_limbs, c_limbs, r_limbs, m_limbs, q_limbs] =
        [a, b, c, r, modulus.modulus(), q_low].map(limbs_u16);
    cols.modulus[modulus as usize] = Val::ONE;
    cols.sub = Val::from_bool(sub);
    let signed = |x: i64| Val::from_i64(sign * x);
    let (a, b, q) = (Digits::of(a_limbs), Digits::of(b_limbs), Digits::of(q_limbs));
    (cols.a, cols.a_lo) = (a.limb.map(signed), a.lo.map(signed));
    (cols.b, cols.b_lo, cols.r) = (limbs(claim.b), b.lo.map(Val::from_i64), limbs(r));
    (cols.q, cols.q_lo) = (q.limb.map(signed), q.lo.map(signed));
    (cols.q_bit, cols.q_two) = (signed(q_top % 2), signed(q_top / 2));
    for x in [&a, &q] {
        for i in 0..LIMBS {
            let flip = if sub { 0xff } else { 0 };
            counts.byte(ByteOp::Pair, x.lo[i] as u8 ^ flip, x.hi[i] as u8 ^ flip);
        }
    }
    for i in 0..LIMBS {
        counts.byte(ByteOp::Pair, b.lo[i] as u8, b.hi[i] as u8);
    }

    let m = Digits::of(m_limbs);
    let (ab, qm) = (windows(&a, &b), windows(&q, &m));
    let offset = if sub { i64::from(QUOTIENT_OFFSET) } else { 0 };
    let mut carry = 0i64;
    for k in 0..CARRIES {
        let window = sign * (ab[k] - qm[k]);
        carry += if k < LIMBS {
            window - offset * m.limb[k] + i64::from(c_limbs[k]) - sign * i64::from(r_limbs[k])
        } else {
            window - sign * q_top * m.limb[k - LIMBS]
        };
        carry >>= 16;
        cols.carry[k] = Val::from_i64(carry);
        counts.range16((carry + i64::from(CARRY_OFFSET)) as u16);
    }

    let sum = |x: &[u16; LIMBS]| x.iter().map(|&x| i64::from(x)).sum::<i64>();
    let alternating = |x: &Digits<i64>| x.lo.iter().sum::<i64>() - x.hi.iter().sum::<i64>();
    let residue = sum(&c_limbs) - sign * sum(&r_limbs) + sign * (alternating(&a) * alternating(&b))
        - (sign * (alternating(&q) + q_top) + offset) * alternating(&m);
    let cofactor = (residue.div_euclid(i64::from(RESIDUE)) + i64::from(COFACTOR_OFFSET)) as u64;
    let parts = [cofactor % 8, cofactor / 8].map(|x| x as u16);
    cols.cofactor = parts.map(Val::from_u16);

    let place = (0..LIMBS).rev().find(|&i| r_limbs[i] != m_limbs[i]).unwrap_or(0);
    if place / 4 < 3 {
        cols.at_row[place / 4] = Val::ONE;
    }
    if place % 4 < 3 {
        cols.at_col[place % 4] = Val::ONE;
    }
    let gap = m.limb[place] - i64::from(r_limbs[place]) - 1;
    cols.gap = Val::from_i64(gap);
    for x in r_limbs.into_iter().chain(parts).chain([gap as u16]) {
        counts.range16(x);
    }
}
