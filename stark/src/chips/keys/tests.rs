//! Honest numberings, mutants, forgeries, and the deletion score.

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::{KEY_LIMBS, KeysChip, KeysCols, rows, trace};
use crate::buses::{Bus, KeyIndexMsg, Message};
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{
    Env, Isolated, Samples, assert_counts, cost, deletion_score, forge, mutate, op2_env, prove_isolated,
};

type Key = (U256, U256);

/// Distinct keys that share words and high limbs, in random order.
fn keys(n: usize, seed: u64) -> Vec<Key> {
    let mut samples = Samples::new(seed);
    let mut keys: Vec<Key> = Vec::new();
    while keys.len() < n {
        let from = keys.get(samples.below(n as u64) as usize).copied();
        let key = match (from, samples.below(4)) {
            (Some((a, _)), 0) => (a, samples.word()),
            (Some((_, b)), 1) => (samples.word(), b),
            (Some((a, b)), 2) => (a, b.wrapping_add(U256::ONE)),
            _ => (samples.uniform(), samples.word()),
        };
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

/// Each key asked for at least once, and their number `counts` times.
fn events(keys: &[Key], counts: usize, seed: u64) -> Vec<Op2Event> {
    let mut samples = Samples::new(seed);
    let mut asked: Vec<usize> = (0..keys.len()).collect();
    asked.extend((0..keys.len()).map(|_| samples.below(keys.len() as u64) as usize));
    let mut out: Vec<Op2Event> = asked
        .into_iter()
        .map(|i| Op2Event { op: Op2::KeyId, a: keys[i].0, b: keys[i].1, r: U256::from(i) })
        .collect();
    let count = Op2Event { op: Op2::KeyCount, a: U256::ZERO, b: U256::ZERO, r: U256::from(keys.len()) };
    out.extend(vec![count; counts]);
    out
}

fn isolated(keys: &[Key], op2: &[Op2Event], height: usize) -> (Isolated<'static, KeysChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(keys, op2, height, &mut counts);
    (Isolated { air: &KeysChip, columns: KeysCols::names(), trace, public_values: vec![] }, counts)
}

#[test]
fn honest() {
    for (n, counts) in [(0, 0), (0, 3), (1, 1), (2, 0), (7, 1), (8, 1), (500, 5)] {
        let keys = keys(n, n as u64);
        let events = events(&keys, counts, 2);
        let height = rows(&keys).next_power_of_two();
        let (honest, counts) = isolated(&keys, &events, height);
        honest.assert_honest();
        assert_counts(&honest, &counts);
        assert_eq!(honest.env(), op2_env(&events));
        if n < 9 {
            prove_isolated(&honest, &honest.env()).unwrap();
        }
    }
    // More than 2^16 keys, so that indices have two limbs.
    let many: Vec<Key> = (0..70_000u32).map(|i| (U256::from(i % 10), U256::from(i))).collect();
    let (honest, _) = isolated(&many, &events(&many, 1, 3), 1 << 17);
    honest.assert_honest();
    let cost = cost(&KeysChip, 7);
    println!("keys: {cost}, {} of them read from the next row", KeysCols::NEXT.len());
    assert!(cost.degree <= 3);
}

#[test]
fn mutants_die() {
    let keys = keys(27, 4);
    let (honest, _) = isolated(&keys, &events(&keys, 2, 5), 32);
    let table = mutate(&honest, 32, 6, &[]);
    println!("keys: {table}");
    assert!(table.survivors.is_empty());
}

type Forgery = (Isolated<'static, KeysChip>, Env);

/// A forgery of a trace, in an environment whose `op2` side agrees with it.
fn forged(keys: &[Key], edit: impl FnOnce(&mut [&mut KeysCols<Val>])) -> Forgery {
    let (honest, _) = isolated(keys, &events(keys, 1, 8), 8);
    let (forged, mut env) = forge(&honest, |trace: &mut RowMajorMatrix<Val>| {
        let mut rows: Vec<_> = trace.values.chunks_exact_mut(KeysCols::WIDTH).map(view_mut).collect();
        edit(&mut rows);
    });
    env.retain(|(bus, _), _| *bus != Bus::KeyIndex);
    (forged, env)
}

fn limb(c: &mut KeysCols<Val>, j: usize) -> &mut Val {
    if j < 16 { &mut c.b[j] } else { &mut c.a[j - 16] }
}

/// A key of one limb.
fn unit(j: usize, value: u64) -> Key {
    let word = U256::from(value) << (16 * (j % 16));
    if j < 16 { (U256::ZERO, word) } else { (word, U256::ZERO) }
}

fn order_forgeries(out: &mut Vec<Forgery>) {
    let one = Val::ONE;
    // Keys in descending order, or twice the same.
    let two = [unit(3, 5), unit(3, 9)];
    out.push(forged(&two, |c| {
        (*limb(c[0], 3), *limb(c[1], 3)) = (Val::from_u8(9), Val::from_u8(5));
        c[0].gap = -Val::from_u8(5);
    }));
    out.push(forged(&two, |c| {
        (*limb(c[0], 3), *limb(c[1], 3)) = (Val::from_u8(9), Val::from_u8(5));
    }));
    out.push(forged(&two, |c| {
        *limb(c[0], 3) = Val::from_u8(9);
        (c[0].differ[3], c[0].gap) = (Val::ZERO, Val::ZERO);
    }));
    out.push(forged(&two, |c| {
        *limb(c[0], 3) = Val::from_u8(9);
        c[0].gap = -one;
    }));
    for j in 0..KEY_LIMBS {
        // A limb above the marked one descends.
        if j > 0 {
            out.push(forged(&[unit(j - 1, 5), unit(j - 1, 6)], |c| *limb(c[0], j) += one));
        }
        // A mark of -1: the order rests on the sum of two limbs, the upper one of which descends.
        out.push(match j {
            0 => forged(&[unit(31, 5), unit(31, 6)], |c| {
                (c[0].differ[15], c[0].differ[0]) = (one, -one);
                c[0].gap = Val::ZERO;
            }),
            31 => forged(&[unit(29, 5), unit(29, 6)], |c| {
                (c[0].differ[31], c[0].differ[30], c[0].differ[29]) = (-one, one, one);
                c[0].gap = Val::ZERO;
            }),
            _ => forged(&[unit(j + 1, 5), unit(j + 1, 6)], |c| {
                *limb(c[1], j + 1) = Val::from_u8(4);
                *limb(c[1], j - 1) = Val::from_u8(9);
                (c[0].differ[j + 1], c[0].differ[j], c[0].differ[j - 1]) = (one, -one, one);
                c[0].gap = Val::from_u8(7);
            }),
        });
    }
}

fn row_forgeries(out: &mut Vec<Forgery>) {
    let (one, zero) = (Val::ONE, Val::ZERO);
    let keys = [unit(0, 3), unit(0, 5), unit(20, 1)];
    // Positions from one, or with a hole: a wrong number of keys.
    out.push(forged(&keys, |c| {
        for row in c.iter_mut() {
            row.position += one;
            if row.real + row.end == one {
                row.index[0] += one;
            }
        }
    }));
    out.push(forged(&keys, |c| {
        for row in &mut c[1..] {
            row.position += one;
            if row.real + row.end == one {
                row.index[0] += one;
            }
        }
    }));
    out.push(forged(&keys, |c| c[3].index[0] = Val::from_u8(4)));
    // End rows that are none, and a missing one.
    out.push(forged(&keys, |c| (c[5].end, c[5].multiplicity, c[5].index[0]) = (one, one, Val::from_u8(5))));
    out.push(forged(&keys, |c| c[0].end = one));
    out.push(forged(&[], |c| (c[0].end, c[0].multiplicity) = (zero, zero)));
    out.push(forged(&keys, |c| (c[3].end, c[3].multiplicity) = (zero, zero)));
    // A row that is twice real: one key with two kinds of message.
    out.push(forged(&keys[..2], |c| {
        (c[1].real, c[1].end, c[2].end) = (Val::TWO, -one, Val::TWO);
        (c[1].inverse, c[2].multiplicity) = (Val::TWO * c[1].multiplicity.inverse(), zero);
        c[0].differ[31] = one;
        c[0].gap = zero;
        c[1].index[0] = one;
        c[0].index[0] = zero;
    }));
    // A key after the end: its row must not be asked for, and must.
    out.push(forged(&keys, |c| {
        *c[4] = *c[2];
        (c[4].position, c[4].end, c[5].end) = (Val::from_u8(4), -one, one);
        c[4].index[0] = Val::from_u8(4);
        c[3].differ[31] = one;
        *limb(c[4], 31) = one;
    }));
    // A key nobody asked for, with a limb past 16 bits; a stray inverse; a message of a padding row.
    out.push(forged(&keys, |c| {
        (c[2].multiplicity, c[2].inverse) = (zero, zero);
        *limb(c[2], 20) = Val::from_u32(1 << 16);
        c[1].gap = Val::from_u32(0xffff);
    }));
    out.push(forged(&keys, |c| c[6].inverse = one));
    out.push(forged(&keys, |c| c[6].multiplicity = Val::from_u8(3)));
    // Limbs of the number of keys that are no limbs; the index of another key, or of none.
    out.push(forged(&keys, |c| c[3].index = [Val::from_u8(3) - Val::from_u32(1 << 16), one]));
    out.push(forged(&keys, |c| c[3].index = [Val::from_u8(4), -Val::from_u32(1 << 16).inverse()]));
    out.push(forged(&keys, |c| c[0].index = c[1].index));
    out.push(forged(&keys, |c| c[0].index[0] = Val::from_u8(77)));
}

fn forgeries() -> Vec<Forgery> {
    let mut out = Vec::new();
    order_forgeries(&mut out);
    row_forgeries(&mut out);
    let keys = keys(3, 9);
    let op2 = events(&keys, 1, 8);
    let (honest, _) = isolated(&keys, &op2, 8);
    out.push((honest.clone(), Env::new()));
    out.push((honest.clone(), op2_env(&op2[1..])));
    // Indices somebody else sends or receives.
    for sign in [Val::ONE, -Val::ONE] {
        let mut env = op2_env(&op2);
        for index in 0..3 {
            let message = KeyIndexMsg { index: Val::from_u8(index) };
            env.insert((Bus::KeyIndex, message.into_fields()), sign);
        }
        out.push((honest.clone(), env));
    }
    out
}

#[test]
fn forgeries_are_refused_and_every_part_is_needed() {
    let forgeries = forgeries();
    let report = deletion_score(&forgeries);
    println!("keys: {} forgeries refused; deletion: {report}", forgeries.len());
    for (trace, env) in forgeries.iter().step_by(4) {
        assert!(prove_isolated(trace, env).is_err());
    }
    assert!(report.unnoticed.is_empty());
}
