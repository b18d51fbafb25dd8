//! The trace.

use alloy_primitives::{U256, U512};
use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::{LIMBS, Op2, Op3};
use zkrom_executor::record::{Op2Event, Op3Event};

use super::{CARRIES, CARRY_OFFSET, CARRY_STEP, MulDivCols};
use crate::buses::ByteOp;
use crate::chips::product::{Digits, WINDOWS, windows};
use crate::columns::view_mut;
use crate::field::{Val, limbs, limbs_u16};
use crate::lookups::{LookupCounts, fill_rows};

/// What a row does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// `W = P D mod 2^256`.
    Mul,
    /// A division of `a`, signed or not.
    Div { op: Op2, a: U256 },
    /// The first row of a `MULMOD` or `ADDMOD`, with the words of its tail.
    Lead { op: Op3, q: U256, n: U256, r: U256 },
    /// The second.
    Tail,
}

/// A row's words, and what a prover says of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim {
    pub role: Role,
    pub p: U256,
    pub d: U256,
    pub w: U256,
    /// The quotient is negative.
    pub p_sign: bool,
    /// The remainder is negative.
    pub w_sign: bool,
}

impl Claim {
    pub(super) const fn new(role: Role, p: U256, d: U256, w: U256) -> Self {
        Self { role, p, d, w, p_sign: false, w_sign: false }
    }

    /// The honest claim of a division.
    pub(super) fn division(op: Op2, a: U256, d: U256) -> Self {
        let role = Role::Div { op, a };
        if d.is_zero() {
            return Self::new(role, U256::ZERO, d, a);
        }
        let (a_sign, d_sign) = if is_signed(op) { (a.bit(255), d.bit(255)) } else { (false, false) };
        let negate = |x: U256, negative: bool| if negative { x.wrapping_neg() } else { x };
        let (q, r) = negate(a, a_sign).div_rem(negate(d, d_sign));
        let (p_sign, w_sign) = (a_sign != d_sign && !q.is_zero(), a_sign && !r.is_zero());
        Self { role, p: negate(q, p_sign), d, w: negate(r, w_sign), p_sign, w_sign }
    }
}

const fn is_signed(op: Op2) -> bool {
    matches!(op, Op2::Sdiv | Op2::Smod)
}

/// The honest rows of a two-operand operation.
fn claim2(event: &Op2Event) -> Option<Claim> {
    let Op2Event { op, a, b, .. } = *event;
    match op {
        Op2::Mul => Some(Claim::new(Role::Mul, a, b, a.wrapping_mul(b))),
        Op2::Div | Op2::Mod | Op2::Sdiv | Op2::Smod => Some(Claim::division(op, a, b)),
        _ => None,
    }
}

/// The honest rows of a three-operand operation: a `MOD`, the lead and its tail.
pub(super) fn claims3(event: &Op3Event) -> Option<[Claim; 3]> {
    let Op3Event { op, a, b, c: n, .. } = *event;
    let mul = match op {
        Op3::MulMod => true,
        Op3::AddMod => false,
        _ => return None,
    };
    let reduction = Claim::division(Op2::Mod, a, n);
    let (reduced, q, r) = if n.is_zero() {
        (U256::ZERO, U256::ZERO, U256::ZERO)
    } else {
        let (x, wide_n) = (reduction.w, U512::from(n));
        let (q, r) = if mul { x.widening_mul(b) } else { U512::from(x) + U512::from(b) }.div_rem(wide_n);
        (x, q.to(), r.to())
    };
    let lead = Claim::new(Role::Lead { op, q, n, r }, reduced, b, a);
    Some([reduction, lead, Claim::new(Role::Tail, q, n, r)])
}

/// Rows needed for the chip's operations.
#[must_use]
pub fn rows(op2: &[Op2Event], op3: &[Op3Event]) -> usize {
    let twos = op2.iter().filter(|e| matches!(e.op, Op2::Mul | Op2::Div | Op2::Mod | Op2::Sdiv | Op2::Smod));
    let threes = op3.iter().filter(|e| matches!(e.op, Op3::AddMod | Op3::MulMod));
    twos.count() + 3 * threes.count()
}

/// The trace of the chip's operations; their lookups are counted.
///
/// # Panics
///
/// Where `height` is less than [`rows`].
#[must_use]
pub fn trace(
    op2: &[Op2Event],
    op3: &[Op3Event],
    height: usize,
    counts: &mut LookupCounts,
) -> RowMajorMatrix<Val> {
    let mut claims: Vec<Claim> = op2.iter().filter_map(claim2).collect();
    claims.extend(op3.iter().filter_map(claims3).flatten());
    fill_rows(&claims, height, MulDivCols::WIDTH, counts, |claim, row, counts| {
        fill(claim, view_mut(row), counts);
    })
}

/// Fills a row; where the claim is false, carries and comparison are the nearest there are.
pub(super) fn fill(claim: &Claim, cols: &mut MulDivCols<Val>, counts: &mut LookupCounts) {
    let Claim { role, p, d, w, p_sign, w_sign } = *claim;
    let divisor_checked = matches!(role, Role::Div { .. } | Role::Tail);
    let zero = divisor_checked && d.is_zero();
    match role {
        Role::Mul => cols.mul = Val::ONE,
        Role::Tail => cols.tail = Val::ONE,
        Role::Lead { op: Op3::MulMod, .. } => cols.mulmod = Val::ONE,
        Role::Lead { .. } => cols.addmod = Val::ONE,
        Role::Div { op, .. } => match op {
            Op2::Div => cols.div = Val::ONE,
            Op2::Mod => cols.rem = Val::ONE,
            Op2::Sdiv => cols.sdiv = Val::ONE,
            _ => cols.srem = Val::ONE,
        },
    }
    cols.zero = Val::from_bool(zero);
    (cols.p, cols.d, cols.w) = (limbs(p), limbs(d), limbs(w));
    let [p_limbs, d_limbs, w_limbs] = [p, d, w].map(limbs_u16);
    let (p, d) = (Digits::of(p_limbs), Digits::of(d_limbs));
    (cols.p_lo, cols.d_lo) = (p.lo.map(Val::from_i64), d.lo.map(Val::from_i64));
    for x in [&p, &d] {
        for i in 0..LIMBS {
            counts.byte(ByteOp::Pair, x.lo[i] as u8, x.hi[i] as u8);
        }
    }
    let (mut a_sign, mut d_sign) = (false, false);
    if let Role::Div { op, a } = role {
        cols.rem_out = Val::from_bool(!zero && matches!(op, Op2::Mod | Op2::Smod));
        if is_signed(op) && !zero {
            (a_sign, d_sign) = (a.bit(255), claim.d.bit(255));
            cols.signed = Val::ONE;
            cols.a_top = limbs(a)[LIMBS - 1];
            counts.range16(limbs_u16(a)[LIMBS - 1] << 1);
            counts.range16(d_limbs[LIMBS - 1] << 1);
        }
    }
    let signs = [a_sign, d_sign, p_sign, w_sign];
    [cols.a_sign, cols.d_sign, cols.p_sign, cols.w_sign] = signs.map(Val::from_bool);

    let mut carry = 0i64;
    for (k, x) in defects(claim, signs, &p, &d, &w_limbs).into_iter().enumerate().take(CARRIES) {
        carry = (carry + x) >> 16;
        let shifted = (carry + i64::from(CARRY_OFFSET)).clamp(0, 127 + 128 * 255) as u32;
        let (lo, hi) = (shifted % CARRY_STEP, shifted / CARRY_STEP);
        (cols.carry_lo[k], cols.carry_hi[k]) = (Val::from_u32(lo), Val::from_u32(hi));
        counts.byte(ByteOp::Pair, lo as u8, hi as u8);
    }
    for x in w_limbs {
        counts.range16(x);
    }
    if divisor_checked && !zero {
        compare(cols, signs, &d_limbs, &w_limbs);
    }
    counts.range16(cols.gap.as_canonical_u32() as u16);
}

/// What an honest row with these words has in each window.
#[cfg(test)]
pub(super) fn defects_of(claim: &Claim) -> [i64; WINDOWS] {
    let (mut a_sign, mut d_sign) = (false, false);
    if let Role::Div { op, a } = claim.role {
        if is_signed(op) && !claim.d.is_zero() {
            (a_sign, d_sign) = (a.bit(255), claim.d.bit(255));
        }
    }
    let signs = [a_sign, d_sign, claim.p_sign, claim.w_sign];
    let [p, d] = [claim.p, claim.d].map(|x| Digits::of(limbs_u16(x)));
    defects(claim, signs, &p, &d, &limbs_u16(claim.w))
}

/// What the row's equation has in each window, apart from carries; zero where it has none.
fn defects(
    claim: &Claim,
    [a_sign, d_sign, p_sign, w_sign]: [bool; 4],
    p: &Digits<i64>,
    d: &Digits<i64>,
    w: &[u16; LIMBS],
) -> [i64; WINDOWS] {
    let t = windows(p, d);
    match claim.role {
        Role::Tail => [0; WINDOWS],
        Role::Mul => core::array::from_fn(|k| if k < LIMBS { t[k] - i64::from(w[k]) } else { 0 }),
        Role::Div { a, .. } => {
            let a = limbs_u16(a);
            core::array::from_fn(|k| {
                if k < LIMBS {
                    return t[k] + i64::from(w[k]) - i64::from(a[k]);
                }
                let j = k - LIMBS;
                let first = if k == LIMBS { i64::from(a_sign) - i64::from(w_sign) } else { 0 };
                t[k] - i64::from(p_sign) * d.limb[j] - i64::from(d_sign) * p.limb[j] + first
            })
        }
        Role::Lead { op, q, n, r } => {
            let (r, tail) = (limbs_u16(r), windows(&Digits::of(limbs_u16(q)), &Digits::of(limbs_u16(n))));
            core::array::from_fn(|k| {
                let mut x = -tail[k];
                if k < LIMBS {
                    x -= i64::from(r[k]);
                }
                match op {
                    Op3::MulMod => x + t[k],
                    _ if k < LIMBS && !n.is_zero() => x + p.limb[k] + d.limb[k],
                    _ => x,
                }
            })
        }
    }
}

/// Fills the comparison of remainder and divisor.
fn compare(
    cols: &mut MulDivCols<Val>,
    [_, d_sign, _, w_sign]: [bool; 4],
    d: &[u16; LIMBS],
    w: &[u16; LIMBS],
) {
    let e: [i64; LIMBS] = core::array::from_fn(|i| {
        let (d, w) = (i64::from(d[i]), i64::from(w[i]));
        let shift = 0xffff * (i64::from(d_sign) - i64::from(w_sign));
        (if d_sign { -d } else { d }) - (if w_sign { -w } else { w }) + shift
    });
    let at = (0..LIMBS).rev().find(|&i| e[i] != 0).unwrap_or(0);
    let gap = e[at] - 1 + i64::from(at == 0 && d_sign && !w_sign);
    cols.at[at] = Val::ONE;
    cols.gap = Val::from_i64(gap);
    if w_sign && !d_sign {
        let below: i64 = (0..at).map(|i| i64::from(d[i]) + i64::from(w[i])).sum();
        cols.inverse = Val::from_i64(gap + below).try_inverse().unwrap_or(Val::ZERO);
    }
}
