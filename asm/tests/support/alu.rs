//! Word operations by their definitions.

use alloy_primitives::{I256, U256};
use zkrom_asm::isa::{Op2, Op3};

fn flag(b: bool) -> U256 {
    U256::from(u8::from(b))
}

fn signed(a: U256) -> I256 {
    I256::from_raw(a)
}

/// A two-operand operation of the arithmetic chips.
pub fn op2(op: Op2, a: U256, b: U256) -> U256 {
    let small = a.try_into().ok().filter(|n: &usize| *n < 256);
    match op {
        Op2::Add => a.wrapping_add(b),
        Op2::Sub => a.wrapping_sub(b),
        Op2::Lt => flag(a < b),
        Op2::Gt => flag(a > b),
        Op2::Slt => flag(signed(a) < signed(b)),
        Op2::Sgt => flag(signed(a) > signed(b)),
        Op2::Eq => flag(a == b),
        Op2::And => a & b,
        Op2::Or => a | b,
        Op2::Xor => a ^ b,
        Op2::Shl => small.map_or(U256::ZERO, |n| b << n),
        Op2::Shr => small.map_or(U256::ZERO, |n| b >> n),
        Op2::Sar => match small {
            Some(n) => signed(b).asr(n).into_raw(),
            None if signed(b).is_negative() => U256::MAX,
            None => U256::ZERO,
        },
        Op2::Byte => small.filter(|n| *n < 32).map_or(U256::ZERO, |n| U256::from(b.byte(31 - n))),
        Op2::SignExtend => match small.filter(|n| *n < 31) {
            Some(n) => {
                let shift = 248 - 8 * n;
                signed(b << shift).asr(shift).into_raw()
            }
            None => b,
        },
        Op2::Mul => a.wrapping_mul(b),
        Op2::Div => a.checked_div(b).unwrap_or_default(),
        Op2::Mod => a.checked_rem(b).unwrap_or_default(),
        Op2::Sdiv if b.is_zero() => U256::ZERO,
        Op2::Sdiv => signed(a).wrapping_div(signed(b)).into_raw(),
        Op2::Smod if b.is_zero() => U256::ZERO,
        Op2::Smod => signed(a).wrapping_rem(signed(b)).into_raw(),
        other => panic!("{other:?} is no word operation"),
    }
}

/// A three-operand operation.
pub fn op3(op: Op3, a: U256, b: U256, c: U256) -> U256 {
    match op {
        Op3::AddMod => a.add_mod(b, c),
        Op3::MulMod => a.mul_mod(b, c),
        Op3::MulAdd(m) => a.mul_mod(b, m.modulus()).add_mod(c, m.modulus()),
        Op3::MulSub(m) => {
            let n = m.modulus();
            a.mul_mod(b, n).add_mod(n - c % n, n)
        }
    }
}
