//! What the operations of other chips compute.

use alloy_primitives::U256;
use zkrom_asm::isa::{Op2, Op3};

/// `R` of a two-operand operation that depends on `A` and `B` alone; `None` for the others (hints, keys, public words, splits).
#[inline]
#[must_use]
pub fn eval_op2(op: Op2, a: U256, b: U256) -> Option<U256> {
    let mut r = U256::ZERO;
    eval_op2_into(op, &a, &b, &mut r).then_some(r)
}

/// As [`eval_op2`], in place: words are copied as seldom as possible in the interpreter's loop.
#[inline(always)]
pub(crate) fn eval_op2_into(op: Op2, a: &U256, b: &U256, r: &mut U256) -> bool {
    let (a, b) = (*a, *b);
    *r = match op {
        Op2::Add => a.wrapping_add(b),
        Op2::Sub => a.wrapping_sub(b),
        Op2::Lt => bit(a < b),
        Op2::Gt => bit(a > b),
        Op2::Slt => bit(flip_sign(a) < flip_sign(b)),
        Op2::Sgt => bit(flip_sign(a) > flip_sign(b)),
        Op2::Eq => bit(a == b),
        Op2::And => a & b,
        Op2::Or => a | b,
        Op2::Xor => a ^ b,
        Op2::Shl => amount(a, 256).map_or(U256::ZERO, |n| b << n),
        Op2::Shr => amount(a, 256).map_or(U256::ZERO, |n| b >> n),
        Op2::Sar => {
            let sign = if b.bit(255) { U256::MAX } else { U256::ZERO };
            amount(a, 256).map_or(sign, |n| b.arithmetic_shr(n))
        }
        Op2::Byte => amount(a, 32).map_or(U256::ZERO, |n| U256::from(b.byte(31 - n))),
        Op2::SignExtend => amount(a, 31).map_or(b, |n| sign_extend(b, n)),
        Op2::Mul => a.wrapping_mul(b),
        Op2::Div => a.checked_div(b).unwrap_or_default(),
        Op2::Sdiv => sdiv(a, b),
        Op2::Mod => a.checked_rem(b).unwrap_or_default(),
        Op2::Smod => smod(a, b),
        Op2::Hint | Op2::Split | Op2::KeyId | Op2::KeyCount | Op2::PubIn(_) | Op2::PubOut(_) => return false,
    };
    true
}

/// `R` of a three-operand operation.
#[must_use]
pub fn eval_op3(op: Op3, a: U256, b: U256, c: U256) -> U256 {
    match op {
        Op3::AddMod => a.add_mod(b, c),
        Op3::MulMod => a.mul_mod(b, c),
        Op3::MulAdd(m) => {
            let m = m.modulus();
            a.mul_mod(b, m).add_mod(c, m)
        }
        Op3::MulSub(m) => {
            let m = m.modulus();
            a.mul_mod(b, m).add_mod(m - c % m, m)
        }
    }
}

const fn bit(b: bool) -> U256 {
    if b { U256::ONE } else { U256::ZERO }
}

/// Orders two's complement words as unsigned ones.
fn flip_sign(x: U256) -> U256 {
    x ^ (U256::ONE << 255)
}

/// The word as a shift amount or byte index below `bound`.
fn amount(a: U256, bound: usize) -> Option<usize> {
    (a < U256::from(bound)).then(|| a.as_limbs()[0] as usize)
}

/// `b` sign-extended from byte `n < 31`, counted from the least significant.
fn sign_extend(b: U256, n: usize) -> U256 {
    let mask = (U256::ONE << (8 * n + 8)) - U256::ONE;
    if b.bit(8 * n + 7) { b | !mask } else { b & mask }
}

fn magnitude(x: U256) -> U256 {
    if x.bit(255) { x.wrapping_neg() } else { x }
}

fn sdiv(a: U256, b: U256) -> U256 {
    let q = magnitude(a).checked_div(magnitude(b)).unwrap_or_default();
    if a.bit(255) == b.bit(255) { q } else { q.wrapping_neg() }
}

fn smod(a: U256, b: U256) -> U256 {
    let r = magnitude(a).checked_rem(magnitude(b)).unwrap_or_default();
    if a.bit(255) { r.wrapping_neg() } else { r }
}

#[cfg(test)]
mod tests;
