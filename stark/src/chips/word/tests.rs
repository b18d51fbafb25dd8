//! Honest operations, mutants, forgeries, and the deletion score.

use alloy_primitives::U256;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::{WordChip, WordCols, rows, trace};
use crate::buses::{Bus, Message, Op2Msg};
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{
    Env, Isolated, Samples, assert_counts, cost, deletion_score, forge, mutate, prove_isolated,
};

fn hint(r: U256) -> Op2Event {
    Op2Event { op: Op2::Hint, a: U256::ZERO, b: U256::ZERO, r }
}

fn split(w: u32) -> Op2Event {
    Op2Event { op: Op2::Split, a: U256::from(w), b: U256::ZERO, r: U256::from(w) }
}

/// The environment: as `op2_env`, but a split's operand is one field element.
fn env(events: &[Op2Event]) -> Env {
    let mut env = Env::new();
    for e in events {
        let mut a = [Val::ZERO; 16];
        a[0] = Val::from_u32(e.a.to());
        let message = Op2Msg { kind: Val::from_u32(e.op.kind()), a, b: [Val::ZERO; 16], r: limbs(e.r) };
        *env.entry((Bus::Op2, message.into_fields())).or_insert(Val::ZERO) -= Val::ONE;
    }
    env
}

fn isolated(events: &[Op2Event], height: usize) -> (Isolated<'static, WordChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(events, height, &mut counts);
    (Isolated { air: &WordChip, columns: WordCols::names(), trace, public_values: vec![] }, counts)
}

fn sample(n: usize, seed: u64) -> Vec<Op2Event> {
    let mut samples = Samples::new(seed);
    (0..n)
        .map(|i| match i % 4 {
            0 | 1 => hint(samples.word()),
            2 => split(samples.below(1 << 30) as u32),
            _ => split((samples.below(1 << 30) as u32) >> samples.below(30)),
        })
        .collect()
}

#[test]
fn honest() {
    let mut events = sample(1000, 1);
    events.extend(Samples::edges().into_iter().map(hint));
    events.extend([0, 1, 0xffff, 0x1_0000, 0x3fff_0000, 0x3fff_ffff].map(split));
    let n = events.len();
    events.push(Op2Event { op: Op2::Add, ..events[0] });
    assert_eq!(rows(&events), n);
    let (honest, counts) = isolated(&events, 1024);
    events.pop();
    honest.assert_honest();
    assert_counts(&honest, &counts);
    assert_eq!(honest.env(), env(&events));
    let (honest, _) = isolated(&events[..100], 128);
    prove_isolated(&honest, &env(&events[..100])).unwrap();
    let cost = cost(&WordChip, 7);
    println!("word: {cost}");
    assert!(cost.degree <= 3);
}

#[test]
fn mutants_die() {
    let (honest, _) = isolated(&sample(61, 2), 64);
    let table = mutate(&honest, 64, 3, &[]);
    println!("word: {table}");
    assert!(table.survivors.is_empty());
}

/// Splits of other values, split limbs that are not those of the value, and values from 2^30 on.
#[test]
fn wrong_splits_are_refused() {
    let mut samples = Samples::new(4);
    let p = u64::from(Val::ORDER_U32);
    for i in 0..400 {
        let w = samples.below(1 << 30) as u32;
        let wrong = match i % 4 {
            0 => Op2Event { r: U256::from(w ^ (1 << samples.below(30))), ..split(w) },
            1 => Op2Event { r: U256::from(p + u64::from(w)), ..split(w) },
            2 => split((1 << 30) + samples.below(p - (1 << 30)) as u32),
            _ => {
                Op2Event { r: U256::from(w) | (U256::ONE << (32 + samples.below(224) as usize)), ..split(w) }
            }
        };
        let (isolated, _) = isolated(&[wrong], 1);
        assert!(!isolated.verdict(&env(&[wrong])).accepted(), "{wrong:?}");
        if i % 40 < 4 {
            assert!(prove_isolated(&isolated, &env(&[wrong])).is_err());
        }
    }
}

fn forged(event: Op2Event, edit: impl FnOnce(&mut WordCols<Val>)) -> (Isolated<'static, WordChip>, Env) {
    let (honest, _) = isolated(&[event], 1);
    forge(&honest, |trace| edit(view_mut(&mut trace.values)))
}

fn forgeries() -> Vec<(Isolated<'static, WordChip>, Env)> {
    let zero = U256::ZERO;
    let mut out = Vec::new();
    // Flags that are no bits, or both set.
    let minus = -Val::ONE;
    out.push(forged(hint(zero), |c| (c.is_hint, c.is_split) = (minus, Val::ONE)));
    out.push(forged(hint(zero), |c| (c.is_hint, c.is_split) = (Val::ONE, minus)));
    let half = Val::ONE.halve();
    out.push(forged(hint(zero), |c| (c.is_hint, c.is_split) = (half, half)));
    out.push(forged(hint(zero), |c| c.is_split = Val::ONE));
    out.push(forged(hint(zero), |c| c.is_hint = Val::TWO));
    out.push(forged(split(0), |c| c.is_split = Val::TWO));
    // A hint with a limb past 16 bits, in each limb.
    for i in 0..16 {
        out.push(forged(hint(U256::MAX), |c| c.r[i] = Val::from_u32(1 << 16)));
        out.push(forged(hint(U256::MAX), |c| c.r[i] = -Val::ONE));
    }
    // A split with a third limb, and aliases: W + p with limbs in range, and limbs out of range.
    for i in 2..16 {
        out.push(forged(split(77), |c| c.r[i] = Val::ONE));
    }
    out.push(forged(split(77), |c| (c.r[2], c.r[3]) = (Val::ONE, -Val::ONE)));
    let alias = Val::ORDER_U32 + 77;
    out.push(forged(split(77), |c| {
        (c.r[0], c.r[1]) = (Val::from_u32(alias & 0xffff), Val::from_u32(alias >> 16));
    }));
    out.push(forged(split(0x2_0003), |c| (c.r[0], c.r[1]) = (Val::from_u32(0x1_0003), Val::ONE)));
    let call = hint(U256::MAX);
    out.push((isolated(&[call], 1).0, Env::new()));
    out.push((isolated(&[], 1).0, env(&[call])));
    out
}

#[test]
fn forgeries_are_refused_and_every_part_is_needed() {
    let forgeries = forgeries();
    let report = deletion_score(&forgeries);
    println!("word: {} forgeries refused; deletion: {report}", forgeries.len());
    for (trace, env) in forgeries.iter().step_by(5) {
        assert!(prove_isolated(trace, env).is_err());
    }
    assert!(report.unnoticed.is_empty());
}
