//! Honest operations against `U256`, mutants, forgeries, and the deletion score.

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::{BitwiseChip, BitwiseCols, KINDS, rows, trace};
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{
    Env, Isolated, Samples, assert_counts, cost, deletion_score, forge, mutate, op2_env, prove_isolated,
};

fn event(op: Op2, a: U256, b: U256) -> Op2Event {
    let r = match op {
        Op2::And => a & b,
        Op2::Or => a | b,
        _ => a ^ b,
    };
    Op2Event { op, a, b, r }
}

fn isolated(events: &[Op2Event], height: usize) -> (Isolated<'static, BitwiseChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(events, height, &mut counts);
    (Isolated { air: &BitwiseChip, columns: BitwiseCols::names(), trace, public_values: vec![] }, counts)
}

fn sample(n: usize, seed: u64) -> Vec<Op2Event> {
    let mut samples = Samples::new(seed);
    (0..n).map(|i| event(KINDS[i % 3].0, samples.word(), samples.word())).collect()
}

#[test]
fn honest() {
    let mut events = sample(3000, 1);
    for a in Samples::edges() {
        for b in Samples::edges() {
            events.extend(KINDS.map(|(op, _)| event(op, a, b)));
        }
    }
    events.push(Op2Event { op: Op2::Add, ..events[0] });
    assert_eq!(rows(&events), events.len() - 1);
    let (honest, counts) = isolated(&events, 4096);
    honest.assert_honest();
    assert_counts(&honest, &counts);
    events.pop();
    assert_eq!(honest.env(), op2_env(&events));
    let (honest, _) = isolated(&events[..100], 128);
    prove_isolated(&honest, &op2_env(&events[..100])).unwrap();
    let cost = cost(&BitwiseChip, 7);
    println!("bitwise: {cost}");
    assert!(cost.degree <= 3);
}

#[test]
fn mutants_die() {
    let (honest, _) = isolated(&sample(61, 2), 64);
    let table = mutate(&honest, 48, 3, &[]);
    println!("bitwise: {table}");
    assert!(table.survivors.is_empty());
}

#[test]
fn wrong_results_are_refused() {
    let mut samples = Samples::new(4);
    for (i, honest) in sample(600, 5).into_iter().enumerate() {
        let r = match samples.below(3) {
            0 => honest.r ^ (U256::ONE << samples.below(256) as usize),
            1 => honest.r.wrapping_add(U256::ONE),
            _ => samples.uniform(),
        };
        let wrong = Op2Event { r, ..honest };
        let (isolated, _) = isolated(&[wrong], 1);
        let env = op2_env(&[wrong]);
        assert!(!isolated.verdict(&env).accepted(), "{wrong:?}");
        if i % 100 < 3 {
            assert!(prove_isolated(&isolated, &env).is_err());
        }
    }
}

fn forged(
    event: Op2Event,
    edit: impl FnOnce(&mut BitwiseCols<Val>),
) -> (Isolated<'static, BitwiseChip>, Env) {
    let (honest, _) = isolated(&[event], 1);
    forge(&honest, |trace| edit(view_mut(&mut trace.values)))
}

fn forgeries() -> Vec<(Isolated<'static, BitwiseChip>, Env)> {
    let mut samples = Samples::new(6);
    let mut out = Vec::new();
    let zero = U256::ZERO;
    for k in 0..3 {
        // A flag of -1 beside two of 1: one call, of a kind no flag stands for.
        out.push(forged(event(Op2::And, zero, zero), |c| {
            c.flags = [Val::ONE; 3];
            c.flags[k] = -Val::ONE;
        }));
    }
    // Two kinds at once: XOR's lookups, answering for kind 17 twice.
    out.push(forged(event(Op2::Xor, zero, zero), |c| c.flags = [Val::ONE, Val::ONE, Val::ZERO]));
    for j in 0..32 {
        let (a, b) = (samples.uniform(), samples.uniform());
        // A wrong byte; a limb split other than into bytes.
        out.push(forged(event(KINDS[j % 3].0, a, b), |c| c.r[j] = Val::from_u8(255) - c.r[j]));
        out.push(forged(event(Op2::And, zero, zero), |c| {
            let up = Val::from_u32(if j % 2 == 0 { 256 } else { 1 });
            c.a[j] += up;
            c.a[j ^ 1] -= if j % 2 == 0 { Val::ONE } else { Val::from_u32(256) };
        }));
    }
    let call = event(Op2::Or, samples.uniform(), samples.uniform());
    let (one, _) = isolated(&[call], 1);
    let env = op2_env(&[call]);
    let (mut twice, _) = isolated(&[call], 2);
    let half = twice.trace.values.len() / 2;
    twice.trace.values.copy_within(..half, half);
    out.push((one, Env::new()));
    out.push((twice, env.clone()));
    out.push((isolated(&[], 1).0, env));
    out
}

#[test]
fn forgeries_are_refused_and_every_part_is_needed() {
    let forgeries = forgeries();
    let report = deletion_score(&forgeries);
    println!("bitwise: {} forgeries refused; deletion: {report}", forgeries.len());
    assert!(report.unnoticed.is_empty());
    for (trace, env) in forgeries.iter().step_by(5) {
        assert!(prove_isolated(trace, env).is_err());
    }
}
