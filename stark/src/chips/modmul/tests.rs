//! Honest operations against `U256`'s modular arithmetic, mutants, wrong results, forgeries and the deletion score.

use alloy_primitives::{U256, U512};
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::isa::{ModulusId, Op3};
use zkrom_executor::record::Op3Event;

use super::forgeries::forgeries;
use super::trace::{Claim, fill};
use super::{MODULI, ModMulChip, ModMulCols, rows, trace};
use crate::buses::{Bus, Message, Op3Msg};
use crate::check::Deletion;
use crate::columns::view_mut;
use crate::field::{Val, limbs, limbs_u16};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated, Samples, assert_counts, cost, deletion_score, mutate, prove_isolated};

fn oracle(m: ModulusId, sub: bool, a: U256, b: U256, c: U256) -> U256 {
    let m = m.modulus();
    let c = c % m;
    a.mul_mod(b, m).add_mod(if sub { m - c } else { c }, m)
}

fn event(m: ModulusId, sub: bool, a: U256, b: U256, c: U256) -> Op3Event {
    let op = if sub { Op3::MulSub(m) } else { Op3::MulAdd(m) };
    Op3Event { op, a, b, c, r: oracle(m, sub, a, b, c) }
}

pub(super) fn op3_env(events: &[Op3Event]) -> Env {
    let mut env = Env::new();
    for e in events {
        let kind = Val::from_u32(e.op.kind());
        let message = Op3Msg { kind, a: limbs(e.a), b: limbs(e.b), c: limbs(e.c), r: limbs(e.r) };
        *env.entry((Bus::Op3, message.into_fields())).or_insert(Val::ZERO) -= Val::ONE;
    }
    env
}

fn isolated(events: &[Op3Event], height: usize) -> (Isolated<'static, ModMulChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(events, height, &mut counts);
    (Isolated { air: &ModMulChip, columns: ModMulCols::names(), trace, public_values: vec![] }, counts)
}

/// Random operations: words of all sizes, words near multiples of the modulus, results near 0 and `M`.
fn sample(n: usize, seed: u64) -> Vec<Op3Event> {
    let mut samples = Samples::new(seed);
    (0..n)
        .map(|i| {
            let (m, sub) = (ModulusId::ALL[i % 7], samples.below(2) == 1);
            let near = |samples: &mut Samples| {
                let multiple =
                    m.modulus().wrapping_mul(U256::from(samples.below(if i % 7 > 3 { 3 } else { 2 })));
                multiple.wrapping_add(U256::from(samples.below(5))).wrapping_sub(U256::from(2))
            };
            let [a, b, mut c] =
                [(); 3].map(|()| if samples.below(3) == 0 { near(&mut samples) } else { samples.word() });
            if samples.below(4) == 0 {
                // A result that agrees with M in some of its upper limbs.
                let target = m.modulus()
                    - (U256::ONE << (16 * samples.below(15) as usize))
                    - U256::from(samples.below(3));
                let product = oracle(m, false, a, b, U256::ZERO);
                let (x, y) = if sub { (product, target) } else { (target, product) };
                c = x.add_mod(m.modulus() - y, m.modulus());
            }
            event(m, sub, a, b, c)
        })
        .collect()
}

#[test]
fn the_bounds_in_the_documentation_hold() {
    for m in MODULI {
        let bytes = m.to_le_bytes::<32>();
        let alternating: i32 = bytes
            .iter()
            .enumerate()
            .map(|(i, &b)| if i % 2 == 0 { i32::from(b) } else { -i32::from(b) })
            .sum();
        assert!(alternating.abs() <= 648);
        assert!(U512::MAX / U512::from(m) < U512::from(6) << 256, "Q + 8 < 6 * 2^256");
        assert!(U256::MAX / m < U256::from(6), "A B - C >= -6 M");
        assert!(limbs_u16(m)[0] & 1 == 1);
    }
}

#[test]
fn honest() {
    let mut events = sample(3000, 1);
    for m in ModulusId::ALL {
        let edges =
            [U256::ZERO, U256::ONE, m.modulus() - U256::ONE, m.modulus(), U256::ONE << 255, U256::MAX];
        for a in edges {
            for b in edges {
                for c in edges {
                    events.push(event(m, false, a, b, c));
                    events.push(event(m, true, a, b, c));
                }
            }
        }
    }
    events.push(Op3Event { op: Op3::AddMod, ..events[0] });
    assert_eq!(rows(&events), events.len() - 1);
    let (honest, counts) = isolated(&events, rows(&events).next_power_of_two());
    honest.assert_honest();
    assert_counts(&honest, &counts);
    events.pop();
    assert_eq!(honest.env(), op3_env(&events));
    let (honest, _) = isolated(&events[..100], 128);
    prove_isolated(&honest, &op3_env(&events[..100])).unwrap();
    let cost = cost(&ModMulChip, 7);
    println!("modmul: {cost}");
    assert!(cost.degree <= 3);
    assert_eq!((cost.main, cost.extension), (162, 51));
}

#[test]
fn mutants_die() {
    let (honest, _) = isolated(&sample(60, 2), 64);
    let table = mutate(&honest, 32, 3, &[]);
    println!("modmul: {table}");
    assert!(table.survivors.is_empty());
}

/// Wrong results, with the quotient, carries and cofactor that come nearest; the caller agrees with all of it.
#[test]
fn wrong_results_are_refused() {
    let (mut samples, mut faults) = (Samples::new(4), 0);
    for (i, honest) in sample(1500, 5).into_iter().enumerate() {
        let (m, sub) = match honest.op {
            Op3::MulAdd(m) => (m, false),
            Op3::MulSub(m) => (m, true),
            _ => unreachable!(),
        };
        let wrong = match samples.below(5) {
            0 => honest.r.wrapping_add(U256::ONE << (16 * samples.below(16) as usize)),
            1 => honest.r ^ (U256::ONE << samples.below(256) as usize),
            2 => honest.r.wrapping_add(m.modulus()),
            3 => honest.r.wrapping_sub(U256::ONE),
            _ => samples.uniform(),
        };
        // Another modulus than the kind's is another operation.
        let modulus = if samples.below(8) == 0 { ModulusId::ALL[samples.below(7) as usize] } else { m };
        let wide = |x: U256| U512::from(x);
        let product: U512 = honest.a.widening_mul(honest.b);
        let plus = if sub { U512::from(8) * wide(modulus.modulus()) } else { wide(honest.c) };
        let minus = wide(wrong) + if sub { wide(honest.c) } else { U512::ZERO };
        let q = product.saturating_add(plus).saturating_sub(minus) / wide(modulus.modulus());
        let claim = Claim { modulus, sub, a: honest.a, b: honest.b, c: honest.c, r: wrong, q };
        let (mut forged, _) = isolated(&[], 1);
        fill(&claim, view_mut(&mut forged.trace.values), &mut LookupCounts::default());
        // What the caller asked for, and what the row's flags say it asked for.
        let asked = event(m, sub, honest.a, honest.b, honest.c);
        let said = event(modulus, sub, honest.a, honest.b, honest.c);
        for call in [asked, said].into_iter().filter(|call| call.r != wrong) {
            let env = op3_env(&[Op3Event { r: wrong, ..call }]);
            assert!(!forged.verdict(&env).accepted(), "{claim:?}");
            faults += 1;
            if i % 100 == 0 {
                assert!(prove_isolated(&forged, &env).is_err());
            }
        }
    }
    println!("modmul: {faults} wrong results refused");
}

#[test]
fn forgeries_are_refused() {
    let mut all = forgeries();
    // The call nobody made.
    let (honest, _) = isolated(&sample(1, 8), 1);
    all.push((honest, Env::new()));
    for (i, (trace, env)) in all.iter().enumerate() {
        assert!(!trace.verdict(env).accepted(), "forgery {i}");
        if i % 12 == 0 {
            assert!(prove_isolated(trace, env).is_err(), "forgery {i}");
        }
    }
    println!("modmul: {} forgeries refused", all.len());
    let report = deletion_score(&all);
    println!("modmul: {report}");
    // Constraint 7 (at most one modulus) follows from the others for these seven moduli: the sum of two of them has a limb above 2^16 among its
    // four highest, which (6) would have `R` equal. It stays as what bounds the counts of all messages by 1.
    assert_eq!(report.unnoticed, [Deletion::Constraint(7)]);
}
