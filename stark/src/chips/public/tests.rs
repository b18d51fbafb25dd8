//! Honest inputs and outputs, mutants, forgeries, and the deletion score.

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::isa::{Op2, PUBLIC_WORDS};
use zkrom_executor::record::Op2Event;

use super::{HEIGHT, NUM_PUBLIC_VALUES, PublicChip, PublicCols, public_values, trace};
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{
    Env, Isolated, Samples, assert_counts, cost, deletion_score, forge, mutate, op2_env, prove_isolated,
};

struct Run {
    inputs: [U256; PUBLIC_WORDS],
    outputs: [U256; PUBLIC_WORDS],
    events: Vec<Op2Event>,
}

/// Inputs read and outputs set, some never, some several times.
fn run(seed: u64) -> Run {
    let mut samples = Samples::new(seed);
    let inputs = core::array::from_fn(|_| samples.word());
    let mut outputs = [U256::ZERO; PUBLIC_WORDS];
    let mut events = Vec::new();
    for i in 0..PUBLIC_WORDS {
        for _ in 0..samples.below(4) {
            let r = inputs[i];
            events.push(Op2Event { op: Op2::PubIn(i as u8), a: U256::ZERO, b: U256::ZERO, r });
        }
        let times = samples.below(4);
        if times > 0 {
            outputs[i] = samples.word();
        }
        for _ in 0..times {
            let a = outputs[i];
            events.push(Op2Event { op: Op2::PubOut(i as u8), a, b: U256::ZERO, r: U256::ZERO });
        }
    }
    Run { inputs, outputs, events }
}

fn isolated(run: &Run) -> (Isolated<'static, PublicChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(&run.inputs, &run.outputs, &run.events, &mut counts);
    let public_values = public_values(&run.inputs, &run.outputs);
    (Isolated { air: &PublicChip, columns: PublicCols::names(), trace, public_values }, counts)
}

#[test]
fn honest() {
    for seed in 0..50 {
        let run = run(seed);
        let (honest, counts) = isolated(&run);
        assert_eq!(honest.public_values.len(), NUM_PUBLIC_VALUES);
        honest.assert_honest();
        assert_counts(&honest, &counts);
        assert_eq!(honest.env(), op2_env(&run.events));
        if seed < 3 {
            prove_isolated(&honest, &honest.env()).unwrap();
        }
    }
    let empty = Run { inputs: [U256::MAX; 16], outputs: [U256::ZERO; 16], events: vec![] };
    isolated(&empty).0.assert_honest();
    let cost = cost(&PublicChip, 5);
    println!("public: {cost}");
    assert!(cost.degree <= 3);
}

#[test]
fn mutants_die() {
    for seed in 1..4 {
        let (honest, _) = isolated(&run(seed));
        let table = mutate(&honest, HEIGHT, seed, &[]);
        println!("public: {table}");
        assert!(table.survivors.is_empty());
    }
}

/// Every public value changed, in a trace that follows the change and in one that does not.
#[test]
fn other_public_values_are_refused() {
    let run = run(6);
    let (honest, _) = isolated(&run);
    let env = honest.env();
    for at in 0..NUM_PUBLIC_VALUES {
        let (row, limb) = (at / 16, at % 16);
        for to in [honest.public_values[at] + Val::ONE, Val::from_u32(1 << 16), -Val::ONE] {
            let mut wrong = honest.clone();
            wrong.public_values[at] = to;
            assert!(!wrong.verdict(&env).accepted());
            wrong.trace.values[row * PublicCols::WIDTH + limb] = to;
            let unread = row < 16 && run.events.iter().all(|e| e.op != Op2::PubIn(row as u8));
            let in_range = to == honest.public_values[at] + Val::ONE && to != Val::from_u32(1 << 16);
            assert_eq!(wrong.verdict(&env).accepted(), unread && in_range, "value {at}");
            if at % 61 == 0 && !unread {
                assert!(prove_isolated(&wrong, &env).is_err());
            }
        }
    }
}

type Forgery = (Isolated<'static, PublicChip>, Env);

fn forged(run: &Run, row: usize, edit: impl FnOnce(&mut PublicCols<Val>)) -> Forgery {
    let (honest, _) = isolated(run);
    forge(&honest, |trace| {
        edit(view_mut(&mut trace.values[row * PublicCols::WIDTH..][..PublicCols::WIDTH]));
    })
}

fn forgeries() -> Vec<Forgery> {
    let honest = run(7);
    let mut out = Vec::new();
    // Words other than the public ones, with whoever uses them.
    for i in 0..512 {
        out.push(forged(&honest, i / 16, |c| c.word[i % 16] += Val::ONE));
    }
    // Public limbs past 16 bits, used as they are.
    for j in 0..16 {
        let (mut wrong, _) = isolated(&honest);
        wrong.public_values[16 * 3 + j] = Val::from_u32(1 << 16);
        wrong.trace.values[3 * PublicCols::WIDTH + j] = Val::from_u32(1 << 16);
        let env = wrong.env();
        out.push((wrong, env));
    }
    // An output that no row sets: as it is, with a forged flag, with a flag and an inverse.
    let mut unset = Run { inputs: honest.inputs, outputs: honest.outputs, events: vec![] };
    unset.outputs = [U256::ZERO; PUBLIC_WORDS];
    for i in 0..PUBLIC_WORDS {
        unset.outputs[i] = U256::from(7) << (16 * i);
        out.push(forged(&unset, 16 + i, |_| ()));
        out.push(forged(&unset, 16 + i, |c| c.set = Val::ONE));
        out.push(forged(&unset, 16 + i, |c| (c.set, c.inverse) = (Val::ONE, Val::ONE)));
        unset.outputs[i] = U256::ZERO;
        out.push(forged(&unset, 16 + i, |c| c.inverse = Val::ONE));
    }
    // The flag of one half: the inverse is not one.
    out.push(forged(&honest, 0, |c| {
        (c.multiplicity, c.set, c.inverse) = (Val::TWO, Val::ONE.halve(), Val::ONE.halve().halve());
    }));
    // An output set once more, to another word; a call without an answer.
    let (trace, _) = isolated(&honest);
    let mut events = honest.events.clone();
    let set = *events.iter().find(|e| matches!(e.op, Op2::PubOut(_))).expect("an output is set");
    events.push(Op2Event { a: set.a ^ U256::ONE, ..set });
    out.push((trace.clone(), op2_env(&events)));
    out.push((trace, Env::new()));
    out
}

#[test]
fn forgeries_are_refused_and_every_part_is_needed() {
    let forgeries = forgeries();
    let report = deletion_score(&forgeries);
    println!("public: {} forgeries refused; deletion: {report}", forgeries.len());
    for (trace, env) in forgeries.iter().step_by(29) {
        assert!(prove_isolated(trace, env).is_err());
    }
    assert!(report.unnoticed.is_empty());
}
