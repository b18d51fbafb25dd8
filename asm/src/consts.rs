//! Arithmetic of constant expressions: exact integers, no wrapping.

use alloy_primitives::{Signed, U256, U512};

use crate::ast::BinOp;

/// A constant's value.
pub type Int = Signed<512, 8>;

/// A word as an integer.
#[must_use]
pub fn from_word(n: U256) -> Int {
    Int::from_raw(U512::from(n))
}

/// An integer as a word, where it is one.
#[must_use]
pub fn to_word(n: Int) -> Option<U256> {
    if n.is_negative() { None } else { U256::checked_from_limbs_slice(n.into_raw().as_limbs()) }
}

/// An integer as a small signed one.
#[must_use]
pub fn to_i64(n: Int) -> Option<i64> {
    i64::try_from(n).ok()
}

/// Applies an operator.
///
/// # Errors
///
/// What is wrong, where the result is not an integer below 2^511 or is not defined.
pub fn apply(op: BinOp, a: Int, b: Int) -> Result<Int, &'static str> {
    const LARGE: &str = "the value does not fit 512 bits";
    match op {
        BinOp::Add => a.checked_add(b).ok_or(LARGE),
        BinOp::Sub => a.checked_sub(b).ok_or(LARGE),
        BinOp::Mul => a.checked_mul(b).ok_or(LARGE),
        BinOp::Div => a.checked_div(b).ok_or("division by zero"),
        BinOp::Rem => a.checked_rem(b).ok_or("division by zero"),
        BinOp::Pow | BinOp::Shl | BinOp::Shr => {
            let n = u64::try_from(b).map_err(|_| "the exponent or shift is negative or too large")?;
            if n > 511 {
                return Err(LARGE);
            }
            let power = |base: Int| base.checked_pow(U512::from(n)).ok_or(LARGE);
            match op {
                BinOp::Pow => power(a),
                BinOp::Shl => a.checked_mul(power(Int::try_from(2).unwrap_or(Int::ONE))?).ok_or(LARGE),
                _ if a.is_negative() => Err("a negative value cannot be shifted right"),
                _ => Ok(Int::from_raw(a.into_raw() >> n as usize)),
            }
        }
        BinOp::And | BinOp::Xor if a.is_negative() || b.is_negative() => {
            Err("bitwise operators take values that are not negative")
        }
        BinOp::And => Ok(a & b),
        BinOp::Xor => Ok(a ^ b),
    }
}
