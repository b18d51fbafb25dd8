use alloy_primitives::{U256, uint};
use zkrom_asm::isa::{HintArg, HintCall, ModulusId};

use super::{Hints, number::*};
use crate::error::Flaw;

fn call(name: &str, args: usize) -> HintCall {
    HintCall { name: name.into(), args: vec![HintArg::Const(U256::ZERO); args] }
}

#[test]
fn unknown_names_and_wrong_arities_are_refused() {
    let hints = Hints::default();
    assert!(hints.bind(&call("mod_inv", 2)).is_ok());
    assert_eq!(hints.bind(&call("nope", 0)).err(), Some(Flaw::UnknownHint { name: "nope".into() }));
    let wrong = Flaw::HintArity { name: "div".into(), expected: 2, got: 3 };
    assert_eq!(hints.bind(&call("div", 3)).err(), Some(wrong));
}

#[test]
fn programs_register_their_own() {
    let mut hints = Hints::default();
    hints.register("seven", 0, |_, _| Ok(U256::from(7)));
    assert!(hints.bind(&call("seven", 0)).is_ok());
    assert!(hints.list().any(|(name, arity)| name == "seven" && arity == 0));
}

/// Words that look random.
fn words(n: u64) -> impl Iterator<Item = U256> {
    (0..n).map(|i| U256::from_be_bytes(alloy_primitives::keccak256(i.to_be_bytes()).0))
}

#[test]
fn inverses_multiply_to_one() {
    for m in ModulusId::ALL.map(ModulusId::modulus) {
        for a in words(20) {
            assert_eq!(mod_inv(a, m).mul_mod(a, m), U256::ONE);
        }
        assert_eq!(mod_inv(U256::ZERO, m), U256::ZERO);
        assert_eq!(mod_inv(m, m), U256::ZERO);
    }
    assert_eq!(mod_inv(U256::from(6), U256::from(9)), U256::ZERO);
    assert_eq!(mod_inv(U256::from(6), U256::ZERO), U256::ZERO);
}

#[test]
fn square_roots_square_back() {
    let small = [2u64, 3, 5, 7, 13, 17, 41, 97, 193, 257, 65_537].map(U256::from);
    // BLS12-381's order has 2^32 dividing p - 1: the long way of Tonelli and Shanks.
    for m in ModulusId::ALL.map(ModulusId::modulus).into_iter().chain(small) {
        let mut none = 0;
        for a in words(20) {
            let square = a.mul_mod(a, m);
            let root = mod_sqrt(square, m);
            assert_eq!(root.mul_mod(root, m), square, "{square} mod {m}");
            let root = mod_sqrt(a, m);
            none += u32::from(root.is_zero());
            assert!(root.is_zero() || root.mul_mod(root, m) == a % m);
        }
        assert!(m <= U256::from(3) || (1..20).contains(&none), "{none} of 20 have no root mod {m}");
    }
}

#[test]
fn square_roots_end_for_composites_and_degenerate_moduli() {
    for m in (0u64..400).chain([561, 1105, 1729, 65_535, 1 << 40]).map(U256::from) {
        for a in words(10) {
            let root = mod_sqrt(a, m);
            assert!(root.is_zero() || root.mul_mod(root, m) == a % m);
        }
    }
}

#[test]
fn quotients_and_upper_halves() {
    assert_eq!(mul_hi(U256::MAX, U256::MAX), U256::MAX - U256::ONE);
    for (a, b) in words(20).zip(words(40).skip(20)) {
        let m = ModulusId::Secp256k1N.modulus();
        let (a, b) = (a % m, b % m);
        let q = mulmod_quotient(a, b, m);
        assert_eq!(q.wrapping_mul(m).wrapping_add(a.mul_mod(b, m)), a.wrapping_mul(b));
    }
    assert_eq!(mulmod_quotient(U256::MAX, U256::MAX, U256::ZERO), U256::ZERO);
    let m = uint!(0x8000000000000000000000000000000000000000000000000000000000000000_U256);
    assert_eq!(mulmod_quotient(m, m, U256::ONE), U256::ZERO);
}
