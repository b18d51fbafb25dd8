//! Forged rows: each breaks one equation and satisfies all the others.

use alloy_primitives::{U256, U512};
use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};
use zkrom_asm::isa::{LIMBS, ModulusId};

use super::trace::{Claim, fill};
use super::{CARRIES, MODULI, ModMulChip, ModMulCols};
use crate::chips::product::{Digits, windows};
use crate::columns::view_mut;
use crate::field::{Val, limbs_u16};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated, Samples};

type Forgery = (Isolated<'static, ModMulChip>, Env);
type Cols = ModMulCols<Val>;

const P: i64 = Val::ORDER_U32 as i64;

fn zero_row() -> Isolated<'static, ModMulChip> {
    let trace = super::trace(&[], 1, &mut LookupCounts::default());
    Isolated { air: &ModMulChip, columns: ModMulCols::names(), trace, public_values: vec![] }
}

/// A row filled by `edit`, in the environment that agrees with it.
fn forgery(edit: impl FnOnce(&mut Cols)) -> Forgery {
    let mut row = zero_row();
    edit(view_mut(&mut row.trace.values));
    let env = row.env();
    (row, env)
}

/// The integer nearest to zero that a cell stands for.
fn lift(x: Val) -> i64 {
    let x = i64::from(x.as_canonical_u32());
    if x > P / 2 { x - P } else { x }
}

/// Carries and cofactor that fit the row and the operand `c`, but for `defect[k]` in the equation of window `k`.
fn solve(cols: &mut Cols, c: [u16; LIMBS], defect: &[(usize, i64)]) {
    let digits = |limb: [Val; LIMBS], lo: [Val; LIMBS]| {
        let (limb, lo) = (limb.map(lift), lo.map(lift));
        let hi = core::array::from_fn(|i| (limb[i] - lo[i]) / 256);
        Digits { limb, lo, lo_256: lo.map(|x| 256 * x), hi }
    };
    let m = MODULI.iter().zip(cols.modulus).fold([0; LIMBS], |sum, (&m, flag)| {
        let m = limbs_u16(m);
        core::array::from_fn(|i| sum[i] + lift(flag) * i64::from(m[i]))
    });
    let m = Digits {
        limb: m,
        lo: m.map(|x| x & 0xff),
        lo_256: m.map(|x| (x & 0xff) << 8),
        hi: m.map(|x| x >> 8),
    };
    let (a, b, q) = (digits(cols.a, cols.a_lo), digits(cols.b, cols.b_lo), digits(cols.q, cols.q_lo));
    let (sub, top) = (lift(cols.sub), lift(cols.q_bit) + 2 * lift(cols.q_two));
    let (sign, offset, r) = (1 - 2 * sub, 8 * sub, cols.r.map(lift));
    let (ab, qm) = (windows(&a, &b), windows(&q, &m));
    let mut carry = 0;
    for k in 0..CARRIES {
        carry += ab[k] - qm[k];
        carry += if k < LIMBS {
            i64::from(c[k]) - sign * r[k] - offset * m.limb[k]
        } else {
            -top * m.limb[k - LIMBS]
        };
        carry -= defect.iter().filter(|d| d.0 == k).map(|d| d.1).sum::<i64>();
        carry >>= 16;
        cols.carry[k] = Val::from_i64(carry);
    }
    let alternating = |x: &Digits<i64>| x.lo.iter().sum::<i64>() - x.hi.iter().sum::<i64>();
    let residue = c.iter().map(|&x| i64::from(x)).sum::<i64>() - sign * r.iter().sum::<i64>()
        + alternating(&a) * alternating(&b)
        - (alternating(&q) + top + offset) * alternating(&m);
    let cofactor = residue.div_euclid(257) + (1 << 18);
    cols.cofactor = [cofactor.rem_euclid(8), cofactor.div_euclid(8)].map(Val::from_i64);
}

/// Marks limb `i` as the one where `R < M` is decided.
fn decide_at(cols: &mut Cols, i: usize) {
    let one_hot = |k: usize| core::array::from_fn(|j| Val::from_bool(j == k));
    (cols.at_row, cols.at_col) = (one_hot(i / 4), one_hot(i % 4));
}

/// `0 * 0 + C = 0 M + R` with `R = C` of any size.
fn passed_through(cols: &mut Cols, modulus: ModulusId, r: U256) {
    let (zero, q) = (U256::ZERO, U512::ZERO);
    let claim = Claim { modulus, sub: false, a: zero, b: zero, c: r, r, q };
    fill(&claim, cols, &mut LookupCounts::default());
}

/// `A B + C - Q M - R = sum defect[k] 2^(16 k)`, with everything else in order.
fn defective(cols: &mut Cols, samples: &mut Samples, defect: &[(usize, i64)]) {
    let modulus = ModulusId::ALL[samples.below(7) as usize];
    let high = U256::ONE << 254;
    let [a, b, c]: [U256; 3] = core::array::from_fn(|_| samples.uniform() | high);
    let m = U512::from(modulus.modulus());
    let mut target: U512 = a.widening_mul(b);
    target += U512::from(c);
    for &(k, d) in defect {
        let d_abs = U512::from(d.unsigned_abs()) << (16 * k);
        target = if d > 0 { target - d_abs } else { target + d_abs };
    }
    let (q, r) = target.div_rem(m);
    let claim = Claim { modulus, sub: false, a, b, c, r: r.to(), q };
    fill(&claim, cols, &mut LookupCounts::default());
    solve(cols, limbs_u16(c), defect);
}

pub(super) fn forgeries() -> Vec<Forgery> {
    let mut out = Vec::new();
    out.extend((0..7).filter_map(mixed_moduli));
    assert_eq!(out.len(), 7);
    operations(&mut out);
    quotients(&mut out);
    let mut samples = Samples::new(7);
    // A window that is off by a multiple of 257, the rest consistent.
    for k in 16..32 {
        out.push(forgery(|c| defective(c, &mut samples, &[(k, if k == 31 { -257 } else { 257 })])));
    }
    wraps(&mut out, &mut samples);
    digits(&mut out);
    comparisons(&mut out);
    results(&mut out);
    out
}

/// Flag `k` is -1, two others 1: the kind and the modulus are mixtures.
fn mixed_moduli(k: usize) -> Option<Forgery> {
    let pairs = (0..7).flat_map(|i| (0..i).map(move |j| (i, j))).filter(|&(i, j)| i != k && j != k);
    pairs.into_iter().find_map(|(i, j)| {
        let limb = |x: usize| i64::from(limbs_u16(MODULI[x])[15]);
        let top = limb(i) + limb(j) - limb(k);
        (1..=1 << 16).contains(&top).then(|| {
            forgery(|c| {
                passed_through(c, ModulusId::ALL[i], U256::ZERO);
                (c.modulus[j], c.modulus[k]) = (Val::ONE, -Val::ONE);
                c.gap = Val::from_i64(top - 1);
            })
        })
    })
}

fn operations(out: &mut Vec<Forgery>) {
    // sub = 2 makes the kind the next modulus's. A = q M / M hides the quotient offset.
    out.push(forgery(|c| {
        let m = ModulusId::Bn254P;
        passed_through(c, m, U256::ZERO);
        c.sub = Val::TWO;
        (c.a, c.q) = ([Val::from_i64(-510 * 257); LIMBS], [Val::from_i64(-510 * 257); LIMBS]);
        (c.a_lo, c.q_lo) = ([Val::from_i64(-510); LIMBS], [Val::from_i64(-510); LIMBS]);
        c.a[0] += Val::from_u32(16);
        c.a_lo[0] += Val::from_u32(16);
        let limbs = limbs_u16(m.modulus());
        (c.b, c.b_lo) = (limbs.map(Val::from_u16), limbs.map(|x| Val::from_u16(x & 0xff)));
    }));
    // An unused row that subtracts.
    out.push(forgery(|c| c.sub = Val::ONE));
    // Two moduli at once.
    out.push(forgery(|c| {
        passed_through(c, ModulusId::Bn254P, U256::ONE);
        c.modulus[5] = Val::ONE;
    }));
}

fn quotients(out: &mut Vec<Forgery>) {
    let honest = |c: &mut Cols, top: u64| {
        // (2^256 - 1) top M = Q M with Q = top 2^256 - top.
        let (modulus, a) = (ModulusId::Bn254P, U256::MAX);
        let m = U512::from(modulus.modulus());
        let b = modulus.modulus() * U256::from(top);
        let product: U512 = a.widening_mul(b);
        let (q, r) = product.div_rem(m);
        let claim = Claim { modulus, sub: false, a, b, c: U256::ZERO, r: r.to(), q };
        fill(&claim, c, &mut LookupCounts::default());
        lift(c.q_bit) + 2 * lift(c.q_two)
    };
    // Limb 16 of the quotient: its parts are not the bits they should be.
    out.push(forgery(|c| {
        let top = honest(c, 4);
        assert!(top >= 3);
        (c.q_bit, c.q_two) = (Val::from_i64(top), Val::ZERO);
    }));
    out.push(forgery(|c| {
        let top = honest(c, 3);
        let bit = 1 - top % 2;
        (c.q_bit, c.q_two) = (Val::from_i64(bit), Val::from_i64(top - bit).halve());
    }));
    // Q - 1 and R + M, where that has 256 bits: the identity holds, R is not canonical.
    for modulus in [ModulusId::Bn254P, ModulusId::Bn254R, ModulusId::Bls12R] {
        for sub in [false, true] {
            out.push(forgery(|c| {
                let m = modulus.modulus();
                let (a, b): (U256, U256) = (U256::MAX >> 3, U256::MAX >> 5);
                let (q, r) = a.widening_mul::<256, 4, 512, 8>(b).div_rem(U512::from(m));
                let q = q - U512::ONE + U512::from(if sub { 8 } else { 0 });
                let claim = Claim { modulus, sub, a, b, c: U256::ZERO, r: m + r.to::<U256>(), q };
                fill(&claim, c, &mut LookupCounts::default());
            }));
        }
    }
}

fn wraps(out: &mut Vec<Forgery>, samples: &mut Samples) {
    // -p in one window, and in several: all ranges hold, the residue modulo 257 does not.
    for k in 0..CARRIES - 1 {
        out.push(forgery(|c| defective(c, samples, &[(k, -P)])));
    }
    let every: Vec<(usize, i64)> = (0..CARRIES - 1).map(|k| (k, -P)).collect();
    out.push(forgery(|c| defective(c, samples, &every)));
    // +p in one window and -p in another: the residue holds, a carry is out of range.
    for k in 0..CARRIES {
        out.push(forgery(|c| defective(c, samples, &[(k, P), (if k == 0 { 9 } else { k - 1 }, -P)])));
    }
    // -2p and its residue made up for by 131 * 129 = 2 * ... mod 257: a carry above its range.
    out.push(forgery(|c| defective(c, samples, &[(12, -2 * P), (3, P), (4, P)])));
    // The residue's cofactor taken in the field: out of range.
    for i in 0..2 {
        out.push(forgery(|c| {
            defective(c, samples, &[(10, -P)]);
            let e = zero_residue(c);
            let unit = if i == 0 { Val::ONE } else { Val::from_u32(8) };
            c.cofactor[i] += e * unit.inverse();
        }));
    }
}

/// What the cofactor lacks to satisfy (5) in the field, for a row with one wrap in a low window.
fn zero_residue(c: &Cols) -> Val {
    // The nearest cofactor is `floor(residue / 257)`; the rest `residue mod 257` is that of `-p`, up to the sign.
    let mut trial = *c;
    for rest in 0..257 {
        let e = Val::from_i64(rest) * Val::from_u32(257).inverse();
        trial.cofactor[0] = c.cofactor[0] + e;
        let (row, env) = forgery(|cols| *cols = trial);
        if row.verdict(&env).constraint.is_none() {
            return e;
        }
    }
    unreachable!("some residue below 257 fits")
}

fn digits(out: &mut Vec<Forgery>) {
    let word = U256::from(0x1234) | U256::MAX << 40;
    let claim = |a: U256, b: U256, q: u64| {
        let modulus = ModulusId::Secp256k1P;
        let c = modulus.modulus() & if q == 1 { U256::MAX } else { U256::ZERO };
        Claim { modulus, sub: false, a, b, c, r: U256::ZERO, q: U512::from(q) }
    };
    let byte = Val::from_u32(256);
    for i in 0..LIMBS {
        let filled = |claim: Claim, edit: &dyn Fn(&mut Cols)| {
            forgery(|c| {
                fill(&claim, c, &mut LookupCounts::default());
                edit(c);
                solve(c, limbs_u16(claim.c), &[]);
            })
        };
        // Limbs split into bytes of which one is 256 too great, the other negative.
        out.push(filled(claim(word, U256::ZERO, 0), &|c| c.a_lo[i] += byte));
        out.push(filled(claim(U256::ZERO, word, 0), &|c| c.b_lo[i] += byte));
        out.push(filled(claim(U256::ZERO, U256::ZERO, 1), &|c| c.q_lo[i] += byte));
    }
}

fn comparisons(out: &mut Vec<Forgery>) {
    let modulus = ModulusId::Secp256k1N;
    let m = modulus.modulus();
    let limbs = limbs_u16(m);
    let differing = |i: usize, j: usize| {
        let unit = |k: usize| U256::ONE << (16 * k);
        let r = if limbs[j] == 0xffff { m - unit(j) } else { m + unit(j) };
        r - unit(i)
    };
    // Decided at limb i, where a higher limb differs.
    for j in 1..LIMBS {
        out.push(forgery(|c| {
            passed_through(c, modulus, differing(j - 1, j));
            decide_at(c, j - 1);
            c.gap = Val::ZERO;
        }));
    }
    // R = M, decided at the top limb, with a false gap; and with the gap -1 out of range, at each limb.
    out.push(forgery(|c| {
        passed_through(c, modulus, m);
        decide_at(c, 15);
        c.gap = Val::from_u32(5);
    }));
    for i in 0..LIMBS {
        out.push(forgery(|c| {
            passed_through(c, modulus, m);
            decide_at(c, i);
            c.gap = -Val::ONE;
        }));
    }
    // One entry of the place -1, two others 1, and R >= M where some arrangement hides that.
    for is_row in [true, false] {
        for bad in 0..4 {
            out.push(crooked_place(modulus, is_row, bad));
        }
    }
}

/// A row whose place has one entry that is no bit, which nothing but the constraint of that entry refuses.
fn crooked_place(modulus: ModulusId, is_row: bool, bad: usize) -> Forgery {
    let m = modulus.modulus();
    let limbs = limbs_u16(m).map(i64::from);
    let others = (0..4).flat_map(|i| (0..i).map(move |j| (i, j))).filter(|&(i, j)| i != bad && j != bad);
    for (x, y) in others {
        let mut crooked = [0i64; 4];
        (crooked[bad], crooked[x], crooked[y]) = (-1, 1, 1);
        for straight in 0..4 {
            let one_hot: [i64; 4] = core::array::from_fn(|k| i64::from(k == straight));
            let (row, col) = if is_row { (crooked, one_hot) } else { (one_hot, crooked) };
            for at in 0..LIMBS {
                for delta in [1i64, -1] {
                    let r_at = limbs[at] + delta;
                    let lower = |j: usize| {
                        row[..j / 4].iter().sum::<i64>() + row[j / 4] * col[..j % 4].iter().sum::<i64>()
                    };
                    let gap = -row[at / 4] * col[at % 4] * delta - 1;
                    if !(0..1 << 16).contains(&r_at) || lower(at) != 0 || gap < 0 {
                        continue;
                    }
                    let unit = U256::ONE << (16 * at);
                    let r = if delta > 0 { m + unit } else { m - unit };
                    return forgery(|c| {
                        passed_through(c, modulus, r);
                        c.at_row = core::array::from_fn(|i| Val::from_i64(row[i]));
                        c.at_col = core::array::from_fn(|i| Val::from_i64(col[i]));
                        c.gap = Val::from_i64(gap);
                    });
                }
            }
        }
    }
    unreachable!("some arrangement fits")
}

fn results(out: &mut Vec<Forgery>) {
    let modulus = ModulusId::Secp256k1N;
    // A limb of R that is -1 (the word is right), and a negative word.
    for i in 0..LIMBS {
        out.push(forgery(|c| {
            let m = modulus.modulus();
            let word = if i < 15 { U256::ONE << (16 * i + 16) } else { m };
            passed_through(c, modulus, U256::ZERO);
            decide_at(c, 15);
            c.r[i] = -Val::ONE;
            let top = i64::from(limbs_u16(m)[15]);
            if i < 15 {
                c.r[i + 1] = Val::ONE;
                c.gap = Val::from_i64(top - 1 - i64::from(i == 14));
                solve(c, limbs_u16(word - (U256::ONE << (16 * i))), &[]);
            } else {
                c.gap = Val::from_i64(top);
                (c.q[0], c.q_lo[0]) = (Val::ONE, Val::ONE);
                solve(c, limbs_u16(m - (U256::ONE << 240)), &[]);
            }
        }));
    }
    // Cofactor parts of the right sum, one out of range.
    out.push(forgery(|c| {
        passed_through(c, modulus, U256::ONE);
        c.cofactor[0] -= Val::from_u32(8);
        c.cofactor[1] += Val::ONE;
    }));
}
