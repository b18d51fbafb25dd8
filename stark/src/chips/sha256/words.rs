//! Words in constraints, and the functions of them every row has columns for.

use p3_air::AirBuilder;
use p3_field::PrimeCharacteristicRing;

use super::columns::Sha256Cols;
use super::constants::K;

pub(super) fn sum<AB: AirBuilder>(cells: &[AB::Var]) -> AB::Expr {
    cells.iter().map(|&c| c.into()).sum()
}

/// The number of some bits, least significant first.
///
/// (Not by `double`: where it is evaluated symbolically, that adds an expression to itself, and p3 walks both of its places.)
pub(super) fn from_bits<AB: AirBuilder>(bits: &[AB::Var]) -> AB::Expr {
    bits.iter().rev().fold(AB::Expr::ZERO, |acc, &b| acc * AB::F::TWO + b)
}

/// The limbs of a word, upper first.
pub(super) fn limbs<AB: AirBuilder>(bits: &[AB::Var; 32]) -> [AB::Expr; 2] {
    [from_bits::<AB>(&bits[16..]), from_bits::<AB>(&bits[..16])]
}

/// The fourth of the one-hot `f`.
pub(super) fn last_f<AB: AirBuilder>(row: &Sha256Cols<AB::Var>) -> AB::Expr {
    row.is_s + row.is_r - sum::<AB>(&row.f)
}

/// The row's number but for `high`: 0 to 15.
pub(super) fn number<AB: AirBuilder>(row: &Sha256Cols<AB::Var>) -> AB::Expr {
    let f = row.f[1] + row.f[2].into().double() + last_f::<AB>(row) * AB::F::from_u8(3);
    let g = row.g[1] + row.g[2].into().double() + row.g[3] * AB::F::from_u8(3);
    f * AB::F::from_u8(4) + g
}

/// A function of words, bit by bit, as limbs.
fn by_bit<AB: AirBuilder>(bit: impl Fn(usize) -> AB::Expr) -> [AB::Expr; 2] {
    [16..32, 0..16].map(|range| range.rev().fold(AB::Expr::ZERO, |acc, i| acc * AB::F::TWO + bit(i)))
}

/// Xor of two rotations and a rotation or shift of a word.
fn sigma<AB: AirBuilder>(x: &[AB::Var; 32], r: [usize; 3], shift: bool) -> [AB::Expr; 2] {
    by_bit::<AB>(|i| {
        let at = |r: usize| -> AB::Expr { x[(i + r) % 32].into() };
        let two = at(r[0]).xor(&at(r[1]));
        if shift && i + r[2] >= 32 { two } else { two.xor(&at(r[2])) }
    })
}

fn maj<AB: AirBuilder>(a: &[AB::Var; 32], b: &[AB::Var; 32], c: &[AB::Var; 32]) -> [AB::Expr; 2] {
    by_bit::<AB>(|i| {
        let (a, b, c): (AB::Expr, AB::Expr, AB::Expr) = (a[i].into(), b[i].into(), c[i].into());
        let both = b.clone() * c.clone();
        a * (b + c - both.double()) + both
    })
}

fn ch<AB: AirBuilder>(e: &[AB::Var; 32], f: &[AB::Var; 32], g: &[AB::Var; 32]) -> [AB::Expr; 2] {
    by_bit::<AB>(|i| e[i] * (f[i] - g[i]) + g[i])
}

/// The round constants of a row's two rounds.
fn constants<AB: AirBuilder>(row: &Sha256Cols<AB::Var>) -> [[AB::Expr; 2]; 2] {
    let f = [row.f[0].into(), row.f[1].into(), row.f[2].into(), last_f::<AB>(row)];
    let mut out = core::array::from_fn(|_| [AB::Expr::ZERO, AB::Expr::ZERO]);
    for c in 0..16 {
        let here = f[c / 4].clone() * row.g[c % 4];
        for (round, out) in out.iter_mut().enumerate() {
            let [low, high] = [K[2 * c + round], K[2 * (c + 16) + round]].map(|k| [k >> 16, k & 0xffff]);
            for (h, out) in out.iter_mut().enumerate() {
                let [low, high] = [low[h], high[h]].map(AB::F::from_u32);
                *out += here.clone() * (row.high * (high - low.clone()) + low);
            }
        }
    }
    out
}

/// 18: `sigma0`, `sigma1`, `t1` and `t2` of every row, whatever its kind.
pub(super) fn eval_functions<AB: AirBuilder>(
    builder: &mut AB,
    local: &Sha256Cols<AB::Var>,
    next: &Sha256Cols<AB::Var>,
) {
    for (i, bits) in local.bits.iter().enumerate() {
        let sigmas = [
            (local.sigma0[i], sigma::<AB>(bits, [7, 18, 3], true)),
            (local.sigma1[i], sigma::<AB>(bits, [17, 19, 10], true)),
        ];
        for (cells, values) in sigmas {
            cells.into_iter().zip(values).for_each(|(cell, value)| builder.assert_eq(cell, value));
        }
    }
    let mut first = builder.when_first_row();
    for &cell in local.t1.iter().chain(&local.t2).flatten() {
        first.assert_zero(cell);
    }
    let [a0, a1, e0, e1] = &next.bits;
    let [b0, b1, f0, f1] = &local.bits;
    let rounds = [(a0, b1, b0, e0, f1, f0), (a1, a0, b1, e1, e0, f1)];
    let mut step = builder.when_transition();
    for (i, (k, (a, b, c, e, f, g))) in constants::<AB>(next).into_iter().zip(rounds).enumerate() {
        let s1 = sigma::<AB>(e, [6, 11, 25], false);
        let s0 = sigma::<AB>(a, [2, 13, 22], false);
        let (ch, maj) = (ch::<AB>(e, f, g), maj::<AB>(a, b, c));
        for (h, (((s1, s0), (ch, maj)), k)) in
            s1.into_iter().zip(s0).zip(ch.into_iter().zip(maj)).zip(k).enumerate()
        {
            step.assert_eq(next.t1[i][h], s1 + ch + k);
            step.assert_eq(next.t2[i][h], s0 + maj);
        }
    }
}
