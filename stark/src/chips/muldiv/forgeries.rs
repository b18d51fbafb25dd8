//! Forged rows: each breaks one equation and satisfies all the others.

use alloy_primitives::{U256, U512};
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::{LIMBS, Op2, Op3};
use zkrom_executor::record::Op3Event;

use super::trace::{Claim, Role, claims3, fill};
use super::{CARRIES, MulDivChip, MulDivCols};
use crate::check::Deletion;
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated};

type Forgery = (Isolated<'static, MulDivChip>, Env);
type Cols = MulDivCols<Val>;

const P: i64 = Val::ORDER_U32 as i64;

/// The rows of claims, true or not.
pub(super) fn claims(claims: &[Claim]) -> Isolated<'static, MulDivChip> {
    let width = MulDivCols::WIDTH;
    let mut values = vec![Val::ZERO; claims.len().next_power_of_two() * width];
    for (claim, row) in claims.iter().zip(values.chunks_mut(width)) {
        fill(claim, view_mut(row), &mut LookupCounts::default());
    }
    let trace = RowMajorMatrix::new(values, width);
    Isolated { air: &MulDivChip, columns: MulDivCols::names(), trace, public_values: vec![] }
}

/// Claimed rows of which one is edited, in the environment that agrees with them.
fn edited(rows: &[Claim], row: usize, edit: impl FnOnce(&mut Cols)) -> Forgery {
    let mut forged = claims(rows);
    edit(view_mut(&mut forged.trace.values[row * MulDivCols::WIDTH..][..MulDivCols::WIDTH]));
    let env = forged.env();
    (forged, env)
}

fn forgery(claim: Claim, edit: impl FnOnce(&mut Cols)) -> Forgery {
    edited(&[claim], 0, edit)
}

fn n(x: u64) -> U256 {
    U256::from(x)
}

fn mul(p: U256, d: U256, w: U256) -> Claim {
    Claim::new(Role::Mul, p, d, w)
}

fn div(op: Op2, a: U256, p: U256, d: U256, w: U256) -> Claim {
    Claim::new(Role::Div { op, a }, p, d, w)
}

fn set_carry(cols: &mut Cols, k: usize, carry: i64) {
    let shifted = carry + (1 << 14);
    cols.carry_lo[k] = Val::from_i64(shifted.rem_euclid(128));
    cols.carry_hi[k] = Val::from_i64(shifted.div_euclid(128));
}

/// The claim, its carries set so that window `k` alone is off, by `defect`.
fn off_by(claim: Claim, k: usize, defect: i64) -> Forgery {
    let x = super::trace::defects_of(&claim);
    forgery(claim, |c| {
        let mut carry = 0;
        for (j, x) in x.into_iter().enumerate().take(CARRIES) {
            carry = (carry + x - if j == k { defect } else { 0 }) >> 16;
            set_carry(c, j, carry);
        }
    })
}

pub(super) fn forgeries() -> Vec<Forgery> {
    let mut out: Vec<Forgery> = (0..7).map(crooked_flag).collect();
    operations(&mut out);
    arithmetic(&mut out);
    idle_carries(&mut out);
    signs(&mut out);
    comparisons(&mut out);
    zero_divisors(&mut out);
    ranges(&mut out);
    out
}

/// A row of zero words whose flag `k` is -1 and two others 1: its kind is a mixture.
fn crooked_flag(k: usize) -> Forgery {
    let others = (0..8).flat_map(|i| (0..i).map(move |j| (i, j))).filter(|&(i, j)| i != k && j != k);
    for (i, j) in others {
        let mut f = [0i64; 8];
        (f[k], f[i], f[j]) = (-1, 1, 1);
        let divides: i64 = f[1..5].iter().sum();
        let zero = divides + f[7];
        if f[7] != f[5] + f[6] || !(0..2).contains(&zero) {
            continue;
        }
        return forgery(mul(n(0), n(0), n(0)), |c| {
            let v = f.map(Val::from_i64);
            [c.mul, c.div, c.rem, c.sdiv, c.srem, c.mulmod, c.addmod, c.tail] = v;
            c.zero = Val::from_i64(zero);
            c.signed = Val::from_i64((f[3] + f[4]) * (1 - zero));
            c.rem_out = Val::from_i64((f[2] + f[4]) * (1 - zero));
        });
    }
    unreachable!("some mixture fits")
}

fn operations(out: &mut Vec<Forgery>) {
    let zero_row = mul(n(0), n(0), n(0));
    // Two operations at once.
    out.push(forgery(zero_row, |c| (c.div, c.zero) = (Val::ONE, Val::ONE)));
    // A tail without a lead, and a lead without a tail.
    out.push(forgery(Claim::new(Role::Tail, n(0), n(0), n(0)), |_| ()));
    let role = |op| Role::Lead { op, q: n(0), n: n(0), r: n(0) };
    out.push(forgery(Claim::new(role(Op3::MulMod), n(0), n(0), n(0)), |_| ()));
    // A lead before a MUL row, whose word nothing bounds: 5 * 5 = 25 mod 7.
    let role = Role::Lead { op: Op3::MulMod, q: n(0), n: n(7), r: n(25) };
    let rows = [Claim::new(role, n(5), n(5), n(5)), mul(n(0), n(7), n(25))];
    out.push(edited(&rows, 1, |_| ()));
    // SDIV done as DIV.
    let a = n(7).wrapping_neg();
    out.push(forgery(div(Op2::Sdiv, a, a / n(2), n(2), n(1)), |c| {
        c.signed = Val::ZERO;
        (c.a_top, c.a_sign) = (Val::ZERO, Val::ZERO);
    }));
    // A MOD 0 = A.
    out.push(forgery(Claim::division(Op2::Mod, n(9), n(0)), |c| c.rem_out = Val::ONE));
}

fn arithmetic(out: &mut Vec<Forgery>) {
    let (p, d) = (U256::MAX / n(7), U256::MAX / n(3));
    let exact = p.wrapping_mul(d);
    // A window off by one, and carries that wrap around p either way.
    for k in 0..LIMBS {
        for (defect, word) in [(1, n(1)), (P, n(P as u64)), (-P, n(P as u64).wrapping_neg())] {
            out.push(off_by(mul(p, d, exact.wrapping_sub(word << (16 * k))), k, defect));
        }
    }
    // Quotients of A + defect * 2^(16 k), beyond the dividend's 256 bits.
    let d = U256::MAX - n(12345);
    for k in LIMBS..2 * LIMBS {
        for defect in [1, P] {
            if defect == P && k > 30 {
                continue;
            }
            let dividend = U512::from(p) + (U512::from(defect) << (16 * k));
            let (q, r) = dividend.div_rem(U512::from(d));
            out.push(off_by(div(Op2::Div, p, q.to(), d, r.to()), k, defect));
        }
    }
}

fn idle_carries(out: &mut Vec<Forgery>) {
    let [reduction, lead, tail] =
        claims3(&Op3Event { op: Op3::MulMod, a: n(11), b: n(9), c: n(5), r: n(4) }).unwrap();
    let product = mul(n(11), n(9), n(99));
    for k in 0..CARRIES {
        let bump = |c: &mut Cols| c.carry_lo[k] += Val::ONE;
        out.push(edited(&[reduction, lead, tail], 2, bump));
        if k >= LIMBS {
            out.push(forgery(product, bump));
        }
    }
}

fn signs(out: &mut Vec<Forgery>) {
    let neg = |x: U256| x.wrapping_neg();
    let power = U256::ONE << 200;
    // A dividend's sign that is no bit: 2 (0 - 2^15 * 32512) = 1 mod p. 0 / 2^200 = -32512 * 2^56.
    let odd = (P - 1) >> 16;
    let q = n(odd as u64) << 56;
    let claim = Claim { p_sign: true, ..div(Op2::Sdiv, n(0), neg(q), power, n(0)) };
    out.push(forgery(claim, |c| {
        c.a_sign = Val::from_i64(odd);
        set_carry_chain(c, &claim, &[(LIMBS, odd)]);
    }));
    // A divisor's: A mod -1 = A.
    let a = n(5) << 200;
    out.push(forgery(div(Op2::Smod, a, n(0), U256::MAX, a), |c| {
        c.d_sign = Val::from_i64(odd + 1);
        c.at = core::array::from_fn(|i| Val::from_bool(i == 15));
        c.gap = Val::from_i64(odd);
    }));
    // A quotient's: 6 / 2 = 3 + 2^255.
    let claim = div(Op2::Sdiv, n(6), n(3) + (U256::ONE << 255), n(2), n(0));
    out.push(forgery(claim, |c| {
        c.p_sign = Val::ONE.halve();
        set_carry_chain(c, &claim, &[(LIMBS, -1)]);
    }));
    // A remainder's, -1: -2^200 / -2^200 = 2^56 + 1.
    let claim = div(Op2::Sdiv, neg(power), (U256::ONE << 56) + n(1), neg(power), n(0));
    out.push(forgery(claim, |c| {
        c.w_sign = -Val::ONE;
        set_carry_chain(c, &claim, &[(LIMBS, 1)]);
        c.at = core::array::from_fn(|i| Val::from_bool(i == 15));
        c.gap = Val::from_u32(0xffff - 1);
    }));
    // Signs where there are none: on products, and on DIV, where W <= ~D is no comparison.
    out.push(forgery(mul(n(0), n(3), n(0)), |c| c.a_sign = Val::ONE));
    out.push(forgery(mul(n(2), n(3), n(6)), |c| c.p_sign = Val::ONE));
    out.push(forgery(div(Op2::Div, n(7), n(0), n(2), n(7)), |c| {
        c.d_sign = Val::ONE;
        c.at = core::array::from_fn(|i| Val::from_bool(i == 15));
        c.gap = Val::from_u32(0xffff - 1);
    }));
    // A negative dividend taken for a positive one: its limb elsewhere, or its sign wrong.
    let a = neg(n(7));
    let unsigned = div(Op2::Smod, a, a / n(2), n(2), n(1));
    for top in [n(0), a] {
        out.push(forgery(unsigned, |c| {
            (c.a_top, c.a_sign) = (limbs(top)[15], Val::ZERO);
            set_carry_chain(c, &unsigned, &[(LIMBS, -1)]);
        }));
    }
    // A negative divisor taken for a positive one: 7 / -2 = 0.
    out.push(forgery(div(Op2::Smod, n(7), n(0), neg(n(2)), n(7)), |c| {
        c.d_sign = Val::ZERO;
        c.at = core::array::from_fn(|i| Val::from_bool(i == 15));
        c.gap = Val::from_u32(0xffff - 1);
    }));
    // Remainders of the other sign: 7 = 4 * 2 - 1, -7 = -4 * 2 + 1.
    let positive = div(Op2::Smod, n(7), n(4), n(2), neg(n(1)));
    out.push(forgery(Claim { w_sign: true, ..positive }, |_| ()));
    let negative = div(Op2::Smod, neg(n(7)), neg(n(4)), n(2), n(1));
    out.push(forgery(Claim { p_sign: true, ..negative }, |_| ()));
    // |remainder| = |divisor|: -4 = -1 * 2 - 2.
    let equal = div(Op2::Smod, neg(n(4)), neg(n(1)), n(2), neg(n(2)));
    out.push(forgery(Claim { p_sign: true, w_sign: true, ..equal }, |_| ()));
    // The other three pairs of signs: 4 = 1 * 2 + 2, 4 = -1 * -2 + 2, -4 = 1 * -2 - 2.
    out.push(forgery(div(Op2::Smod, n(4), n(1), n(2), n(2)), |_| ()));
    let claim = div(Op2::Smod, n(4), neg(n(1)), neg(n(2)), n(2));
    out.push(forgery(Claim { p_sign: true, ..claim }, |_| ()));
    let claim = div(Op2::Smod, neg(n(4)), n(1), neg(n(2)), neg(n(2)));
    out.push(forgery(Claim { w_sign: true, ..claim }, |_| ()));
    // An inverse of nothing.
    out.push(forgery(mul(n(2), n(3), n(6)), |c| c.inverse = Val::ONE));
}

/// Sets the carries of a claim to which `extra` is added in some windows.
fn set_carry_chain(cols: &mut Cols, claim: &Claim, extra: &[(usize, i64)]) {
    let mut carry = 0;
    for (k, x) in super::trace::defects_of(claim).into_iter().enumerate().take(CARRIES) {
        carry += x + extra.iter().filter(|e| e.0 == k).map(|e| e.1).sum::<i64>();
        carry >>= 16;
        set_carry(cols, k, carry);
    }
}

fn comparisons(out: &mut Vec<Forgery>) {
    let unit = |i: usize| U256::ONE << (16 * i);
    let d = U256::from_limbs([0x8000_8000_8000_8000; 4]);
    // W / D = 0, remainder W: W has to be below D.
    let with = |w: U256, edit: &dyn Fn(&mut Cols)| forgery(div(Op2::Div, w, n(0), d, w), edit);
    for i in 0..LIMBS {
        out.push(crooked_place(d, i));
        // Decided at a limb below one where W is greater.
        if i > 0 {
            out.push(with(d + unit(i) - unit(i - 1), &|c| {
                c.at = core::array::from_fn(|k| Val::from_bool(k == i - 1));
                c.gap = Val::ZERO;
            }));
        }
        // W = D, decided at any limb.
        out.push(with(d, &|c| {
            c.at = core::array::from_fn(|k| Val::from_bool(k == i));
            c.gap = -Val::ONE;
        }));
    }
    // Not decided, and decided with a false gap.
    out.push(with(d + n(1), &|c| (c.at, c.gap) = ([Val::ZERO; LIMBS], Val::ZERO)));
    out.push(with(d, &|c| c.gap = Val::from_u32(5)));
}

/// A row whose place `bad` is -1 and two others are 1, which nothing but the constraint of that entry refuses.
fn crooked_place(d: U256, bad: usize) -> Forgery {
    let others = (0..LIMBS).flat_map(|i| (0..i).map(move |j| (i, j))).filter(|&(i, j)| i != bad && j != bad);
    for (i, j) in others {
        let mut at = [0i64; LIMBS];
        (at[bad], at[i], at[j]) = (-1, 1, 1);
        for place in 0..LIMBS {
            for e in [-1i64, 3] {
                let gap: i64 = -1 + at[place] * e;
                let w = if e < 0 { d + (U256::ONE << (16 * place)) } else { d - (n(3) << (16 * place)) };
                if gap < 0 || at[..place].iter().sum::<i64>() != 0 {
                    continue;
                }
                let forged = forgery(div(Op2::Div, w, n(0), d, w), |c| {
                    c.at = at.map(Val::from_i64);
                    c.gap = Val::from_i64(gap);
                });
                // Constraint 85 + bad is the one that says `at[bad]` is a bit.
                if forged.0.verdict_without(&forged.1, Deletion::Constraint(85 + bad)).accepted() {
                    return forged;
                }
            }
        }
    }
    unreachable!("some arrangement fits")
}

fn zero_divisors(out: &mut Vec<Forgery>) {
    // 9 / 5 = 0, since the divisor is "zero"; 9 / 0 = 7; 9 mod 0 = 7.
    out.push(forgery(div(Op2::Div, n(9), n(0), n(5), n(9)), |c| {
        c.zero = Val::ONE;
        (c.at, c.gap) = ([Val::ZERO; LIMBS], Val::ZERO);
    }));
    out.push(forgery(div(Op2::Div, n(9), n(7), n(0), n(9)), |_| ()));
    out.push(forgery(div(Op2::Mod, n(9), n(0), n(0), n(7)), |_| ()));
    // 9 / 0 with the divisor not said to be zero.
    out.push(forgery(div(Op2::Mod, n(9), n(0), n(0), n(9)), |c| {
        (c.zero, c.rem_out) = (Val::ZERO, Val::ONE);
        c.at[0] = Val::ONE;
        c.gap = Val::from_i64(-10);
    }));
    // (5 + 9) mod 0 = 9 or 14.
    for r in [9, 14] {
        let honest = Op3Event { op: Op3::AddMod, a: n(5), b: n(9), c: n(0), r: n(0) };
        let [reduction, lead, tail] = claims3(&honest).unwrap();
        out.push(edited(&[reduction, lead, Claim { w: n(r), ..tail }], 0, |_| ()));
    }
}

fn ranges(out: &mut Vec<Forgery>) {
    let word = U256::MAX / n(5);
    let byte = Val::from_u32(256);
    for i in 0..LIMBS {
        // Bytes of which one is 256 too great, the other negative.
        out.push(forgery(mul(word, n(0), n(0)), |c| c.p_lo[i] += byte));
        out.push(forgery(mul(n(0), word, n(0)), |c| c.d_lo[i] += byte));
        // A limb of the product that is 2^16 too great, the next one less by 1.
        out.push(forgery(mul(word, n(1), word), |c| {
            c.w[i] += Val::from_u32(1 << 16);
            set_carry(c, i, -1);
            if i + 1 < LIMBS {
                c.w[i + 1] -= Val::ONE;
            }
        }));
    }
}
