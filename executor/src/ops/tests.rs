//! Operations against independent arithmetic: wide integers, alloy's signed words, definitions bit by bit.

use alloy_primitives::{I256, U256, U512, uint};
use proptest::prelude::*;
use zkrom_asm::isa::{ModulusId, Op2, Op3};

use super::{eval_op2, eval_op3};

/// Words with the shapes that matter: small, near powers of two, near the ends, random.
fn word() -> impl Strategy<Value = U256> {
    let random = any::<[u64; 4]>().prop_map(U256::from_limbs);
    let power = (0usize..256, -2i64..=2).prop_map(|(n, d)| {
        let base = U256::ONE << n;
        if d < 0 { base.wrapping_sub(U256::from(-d)) } else { base.wrapping_add(U256::from(d)) }
    });
    let modulus =
        (0usize..7, 0u64..4).prop_map(|(i, d)| ModulusId::ALL[i].modulus().wrapping_sub(U256::from(d)));
    prop_oneof![
        random,
        power,
        (0u64..300).prop_map(U256::from),
        (0u64..3).prop_map(|d| U256::MAX - U256::from(d)),
        modulus
    ]
}

fn op2(op: Op2, a: U256, b: U256) -> U256 {
    eval_op2(op, a, b).unwrap_or_else(|| panic!("{op:?}"))
}

fn flag(b: bool) -> U256 {
    U256::from(u8::from(b))
}

fn wide(x: U256) -> U512 {
    U512::from(x)
}

fn low(x: U512) -> U256 {
    x.wrapping_to()
}

/// The word of bits `f(0), f(1), ...`.
fn bits(f: impl Fn(usize) -> bool) -> U256 {
    let mut out = U256::ZERO;
    (0..256).for_each(|i| out.set_bit(i, f(i)));
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn arithmetic(a in word(), b in word()) {
        let two256 = U512::ONE << 256;
        prop_assert_eq!(op2(Op2::Add, a, b), low((wide(a) + wide(b)) % two256));
        prop_assert_eq!(op2(Op2::Sub, a, b), low((two256 + wide(a) - wide(b)) % two256));
        prop_assert_eq!(op2(Op2::Mul, a, b), low(wide(a) * wide(b) % two256));
        let (q, r) = if b.is_zero() { (U256::ZERO, U256::ZERO) } else { a.div_rem(b) };
        prop_assert_eq!(op2(Op2::Div, a, b), q);
        prop_assert_eq!(op2(Op2::Mod, a, b), r);
        if !b.is_zero() {
            prop_assert_eq!(wide(q) * wide(b) + wide(r), wide(a));
            prop_assert!(r < b);
        }
    }

    #[test]
    fn signed_division(a in word(), b in word()) {
        let (x, y) = (I256::from_raw(a), I256::from_raw(b));
        let (q, r) = if b.is_zero() {
            (I256::ZERO, I256::ZERO)
        } else {
            (x.wrapping_div(y), x.wrapping_rem(y))
        };
        prop_assert_eq!(op2(Op2::Sdiv, a, b), q.into_raw());
        prop_assert_eq!(op2(Op2::Smod, a, b), r.into_raw());
    }

    #[test]
    fn comparisons(a in word(), b in word()) {
        let (x, y) = (I256::from_raw(a), I256::from_raw(b));
        prop_assert_eq!(op2(Op2::Lt, a, b), flag(a < b));
        prop_assert_eq!(op2(Op2::Gt, a, b), flag(a > b));
        prop_assert_eq!(op2(Op2::Slt, a, b), flag(x < y));
        prop_assert_eq!(op2(Op2::Sgt, a, b), flag(x > y));
        prop_assert_eq!(op2(Op2::Eq, a, b), flag(a == b));
        prop_assert_eq!(op2(Op2::Eq, a, a), U256::ONE);
    }

    #[test]
    fn bitwise(a in word(), b in word()) {
        prop_assert_eq!(op2(Op2::And, a, b), bits(|i| a.bit(i) && b.bit(i)));
        prop_assert_eq!(op2(Op2::Or, a, b), bits(|i| a.bit(i) || b.bit(i)));
        prop_assert_eq!(op2(Op2::Xor, a, b), bits(|i| a.bit(i) != b.bit(i)));
    }

    #[test]
    fn shifts_and_bytes(n in 0usize..300, far in word(), b in word()) {
        let a = U256::from(n);
        prop_assert_eq!(op2(Op2::Shl, a, b), bits(|i| i >= n && b.bit(i - n)));
        prop_assert_eq!(op2(Op2::Shr, a, b), bits(|i| i + n < 256 && b.bit(i + n)));
        prop_assert_eq!(op2(Op2::Sar, a, b), bits(|i| b.bit((i + n).min(255))));
        let byte = b.to_be_bytes::<32>().get(n).copied().unwrap_or(0);
        prop_assert_eq!(op2(Op2::Byte, a, b), U256::from(byte));
        prop_assert_eq!(op2(Op2::SignExtend, a, b), bits(|i| b.bit(i.min(8 * n + 7).min(255))));
        if far >= U256::from(256) {
            prop_assert_eq!(op2(Op2::Shl, far, b), U256::ZERO);
            prop_assert_eq!(op2(Op2::Shr, far, b), U256::ZERO);
            prop_assert_eq!(op2(Op2::Sar, far, b), bits(|_| b.bit(255)));
            prop_assert_eq!(op2(Op2::Byte, far, b), U256::ZERO);
            prop_assert_eq!(op2(Op2::SignExtend, far, b), b);
        }
    }

    #[test]
    fn modular(a in word(), b in word(), c in word()) {
        let reduce = |x: U512, m: U256| if m.is_zero() { U256::ZERO } else { low(x % wide(m)) };
        prop_assert_eq!(eval_op3(Op3::AddMod, a, b, c), reduce(wide(a) + wide(b), c));
        prop_assert_eq!(eval_op3(Op3::MulMod, a, b, c), reduce(wide(a) * wide(b), c));
        for id in ModulusId::ALL {
            let m = id.modulus();
            let sum = wide(a) * wide(b) % wide(m) + wide(c);
            prop_assert_eq!(eval_op3(Op3::MulAdd(id), a, b, c), reduce(sum, m));
            let difference = wide(a) * wide(b) % wide(m) + wide(m) - wide(c) % wide(m);
            prop_assert_eq!(eval_op3(Op3::MulSub(id), a, b, c), reduce(difference, m));
        }
    }
}

#[test]
fn corner_cases() {
    let min = U256::ONE << 255;
    let minus_one = U256::MAX;
    assert_eq!(op2(Op2::Sdiv, min, minus_one), min);
    assert_eq!(op2(Op2::Smod, min, minus_one), U256::ZERO);
    assert_eq!(op2(Op2::Sdiv, min, U256::ZERO), U256::ZERO);
    assert_eq!(op2(Op2::Smod, minus_one, U256::ZERO), U256::ZERO);
    // EIP-145's own examples.
    assert_eq!(
        op2(
            Op2::Sar,
            U256::from(254),
            uint!(0x4000000000000000000000000000000000000000000000000000000000000000_U256)
        ),
        U256::ONE
    );
    assert_eq!(op2(Op2::Sar, U256::from(256), min), U256::MAX);
    assert_eq!(op2(Op2::SignExtend, U256::ZERO, U256::from(0x80)), U256::MAX - U256::from(0x7f));
    assert_eq!(op2(Op2::SignExtend, U256::from(30), U256::MAX >> 8), U256::MAX);
    assert_eq!(op2(Op2::SignExtend, U256::from(31), min), min);
    assert_eq!(eval_op3(Op3::MulSub(ModulusId::Secp256k1P), U256::ZERO, U256::ZERO, U256::ZERO), U256::ZERO);
}

#[test]
fn operations_of_the_run_have_no_value_of_their_own() {
    for op in [Op2::Hint, Op2::Split, Op2::KeyId, Op2::KeyCount, Op2::PubIn(0), Op2::PubOut(0)] {
        assert_eq!(eval_op2(op, U256::ZERO, U256::ZERO), None);
    }
}
