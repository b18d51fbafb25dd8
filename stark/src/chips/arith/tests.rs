//! Honest operations against `U256`, mutants, forgeries, and the deletion score.

use alloy_primitives::{I256, U256};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::{ArithChip, ArithCols, KINDS, rows, trace};
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{
    Env, Isolated, Samples, assert_counts, cost, deletion_score, forge, mutate, op2_env, prove_isolated,
};

fn oracle(op: Op2, a: U256, b: U256) -> U256 {
    let (sa, sb) = (I256::from_raw(a), I256::from_raw(b));
    match op {
        Op2::Add => a.wrapping_add(b),
        Op2::Sub => a.wrapping_sub(b),
        Op2::Lt => U256::from(a < b),
        Op2::Gt => U256::from(a > b),
        Op2::Slt => U256::from(sa < sb),
        Op2::Sgt => U256::from(sa > sb),
        Op2::Eq => U256::from(a == b),
        _ => unreachable!(),
    }
}

fn event(op: Op2, a: U256, b: U256) -> Op2Event {
    Op2Event { op, a, b, r: oracle(op, a, b) }
}

fn isolated(events: &[Op2Event], height: usize) -> (Isolated<'static, ArithChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(events, height, &mut counts);
    (Isolated { air: &ArithChip, columns: ArithCols::names(), trace, public_values: vec![] }, counts)
}

/// All kinds on random words, close pairs and equal ones.
fn sample(n: usize, seed: u64) -> Vec<Op2Event> {
    let mut samples = Samples::new(seed);
    (0..n)
        .map(|i| {
            let a = samples.word();
            let b = match samples.below(6) {
                0 => a,
                1 => a ^ (U256::ONE << samples.below(256) as usize),
                _ => samples.word(),
            };
            event(KINDS[i % KINDS.len()], a, b)
        })
        .collect()
}

#[test]
fn honest() {
    let mut events = sample(3000, 1);
    for a in Samples::edges() {
        for b in Samples::edges() {
            events.extend(KINDS.map(|op| event(op, a, b)));
        }
    }
    events.push(Op2Event { op: Op2::And, ..events[0] });
    let height = rows(&events).next_power_of_two();
    assert_eq!(rows(&events), events.len() - 1);
    let (honest, counts) = isolated(&events, height);
    honest.assert_honest();
    assert_counts(&honest, &counts);
    events.pop();
    assert_eq!(honest.env(), op2_env(&events));
    let (honest, _) = isolated(&events[..100], 128);
    prove_isolated(&honest, &op2_env(&events[..100])).unwrap();
    let cost = cost(&ArithChip, 7);
    println!("arith: {cost}");
    assert!(cost.degree <= 3);
}

#[test]
fn mutants_die() {
    let (honest, _) = isolated(&sample(60, 2), 64);
    let table = mutate(&honest, 48, 3, &[]);
    println!("arith: {table}");
    assert!(table.survivors.is_empty());
}

/// Wrong results and operands, the rest of the trace filled to fit as well as can be.
#[test]
fn wrong_results_are_refused() {
    let mut samples = Samples::new(4);
    let mut faults = 0;
    for (i, honest) in sample(700, 5).into_iter().enumerate() {
        let word = match honest.op {
            Op2::Add | Op2::Sub => match samples.below(3) {
                0 => honest.r.wrapping_add(U256::ONE << (16 * samples.below(16) as usize)),
                1 => honest.r ^ (U256::ONE << samples.below(256) as usize),
                _ => samples.uniform(),
            },
            _ => U256::ONE - honest.r,
        };
        let wrong = Op2Event { r: word, ..honest };
        let (isolated, _) = isolated(&[wrong], 1);
        let env = op2_env(&[wrong]);
        assert!(!isolated.verdict(&env).accepted(), "{wrong:?}");
        faults += 1;
        if i % 100 < 7 {
            assert!(prove_isolated(&isolated, &env).is_err());
        }
    }
    println!("arith: {faults} wrong results refused");
}

type Dishonest = Vec<(Isolated<'static, ArithChip>, Env)>;

/// A forgery of a one-operation trace.
fn forged(event: Op2Event, edit: impl FnOnce(&mut ArithCols<Val>)) -> (Isolated<'static, ArithChip>, Env) {
    let (honest, _) = isolated(&[event], 1);
    forge(&honest, |trace: &mut RowMajorMatrix<Val>| edit(view_mut(&mut trace.values)))
}

fn forgeries() -> Dishonest {
    let zero = U256::ZERO;
    let minus_one = -Val::ONE;
    let mut out = Dishonest::new();
    // Flags that are no bits: the kind of the message is a mixture of three.
    for k in 0..KINDS.len() {
        out.push(forged(event(Op2::Add, zero, zero), |c| {
            c.q = [Val::ZERO; 16];
            c.s = [Val::ZERO; 16];
            c.flags = [Val::ZERO; 7];
            c.flags[k] = minus_one;
            c.flags[(k + 1) % 7] = Val::ONE;
            c.flags[(k + 2) % 7] = Val::ONE;
            c.equal = c.flags[6];
        }));
    }
    // Two kinds at once.
    out.push(forged(event(Op2::Sub, zero, zero), |c| c.flags[2] = Val::ONE));
    // A carry that is no bit: 1 / 2^16 is an integer mod p, which the next limb swallows.
    for i in 0..16 {
        out.push(forged(event(Op2::Sub, zero, zero), |c| {
            c.s[i] = Val::ONE;
            if i < 15 {
                c.s[i + 1] = -Val::from_u32(1 << 16).inverse();
            }
        }));
    }
    // Signs of one half leave the operands unflipped: an unsigned comparison passed off as signed.
    let half = Val::TWO.inverse();
    for (p, s) in [(true, false), (false, true), (true, true)] {
        out.push(forged(event(Op2::Slt, U256::from(3), U256::from(5)), |c| {
            if p {
                c.p_sign = half;
            }
            if s {
                c.s_sign = half;
            }
        }));
    }
    // A sign bit in an unsigned comparison, and wrong sign bits with the limb out of range that they need.
    out.push(forged(event(Op2::Lt, U256::from(3), U256::from(5)), |c| c.p_sign = Val::ONE));
    let top = U256::from(5) << 240;
    out.push(forged(event(Op2::Slt, zero, top), |c| {
        c.p_sign = Val::ONE;
        c.p[15] -= Val::from_u32(1 << 16);
        c.q[15] = c.s[15] - c.p[15];
    }));
    out.push(forged(event(Op2::Slt, top, zero), |c| {
        c.s_sign = Val::ONE;
        c.s[15] -= Val::from_u32(1 << 16);
        c.q[15] = c.s[15] - c.p[15] + Val::from_u32(1 << 16);
    }));
    // Equality of different words, difference of equal ones, a stray inverse.
    let different = event(Op2::Eq, U256::MAX, U256::ONE << 200);
    let same = event(Op2::Eq, top, top);
    out.push(forged(different, |c| (c.equal, c.inverse) = (Val::ONE, Val::ZERO)));
    out.push(forged(same, |c| c.equal = Val::ZERO));
    out.push(forged(same, |c| c.inverse = Val::from_u8(7)));
    out.push(forged(event(Op2::Sub, top, top), |c| c.equal = Val::ONE));
    // Results with a limb of 2^16: aliases mod 2^256.
    for i in 0..16 {
        let a = if i < 15 { U256::ONE << (16 * (i + 1)) } else { zero };
        out.push(forged(event(Op2::Sub, a, zero), |c| {
            c.q = [Val::ZERO; 16];
            c.q[i] = Val::from_u32(1 << 16);
        }));
    }
    // A comparison turned round by a difference past the range.
    out.push(forged(event(Op2::Lt, U256::from(3), U256::from(5)), |c| {
        c.q = [Val::ZERO; 16];
        c.q[0] = -Val::TWO;
    }));
    // An operation on a padding row, unasked for; an operation that was asked for and is missing.
    let (two, _) = isolated(&[event(Op2::Lt, zero, top)], 2);
    let (one, _) = isolated(&[event(Op2::Lt, zero, top)], 1);
    let mut doubled = two.clone();
    doubled.trace.values.copy_within(0..ArithCols::WIDTH, ArithCols::WIDTH);
    out.push((doubled, two.env()));
    out.push((one, Env::new()));
    let (empty, _) = isolated(&[], 1);
    out.push((empty, two.env()));
    out
}

#[test]
fn forgeries_are_refused_and_every_part_is_needed() {
    let forgeries = forgeries();
    let report = deletion_score(&forgeries);
    println!("arith: {} forgeries refused; deletion: {report}", forgeries.len());
    assert!(report.unnoticed.is_empty());
    for (trace, env) in forgeries.iter().step_by(3) {
        assert!(prove_isolated(trace, env).is_err());
    }
}
