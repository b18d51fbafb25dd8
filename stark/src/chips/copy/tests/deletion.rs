//! The deletion score, over forgeries and over cell changes that a single part of the chip notices.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;

use super::super::CopyCols;
use super::forge::{Copy, forgeries, refill, refill_rows, row, v};
use super::sim::{Sim, at};
use crate::buses::{Bus, ByteOp};
use crate::check::{Deletion, RowMessage, evaluate_row};
use crate::field::Val;
use crate::testing::{Env, deletion_score};

/// Parts that on some rows refuse a trace where every bus but the tables says what the trace wants.
fn refusers(x: &Copy, rows: impl IntoIterator<Item = usize>) -> Vec<Deletion> {
    let mut out = Vec::new();
    for row in rows {
        let b = evaluate_row(x.air, &x.trace, None, &[], row, Deletion::None);
        out.extend(b.failures.iter().map(|&k| Deletion::Constraint(k)));
        if b.messages.iter().any(misses) {
            // Which interactions: leave out each in turn.
            for k in 0..b.num_interactions {
                let without = evaluate_row(x.air, &x.trace, None, &[], row, Deletion::Interaction(k));
                let count = |m: &[RowMessage]| m.iter().filter(|m| misses(m)).count();
                if count(&without.messages) < count(&b.messages) {
                    out.push(Deletion::Interaction(k));
                }
            }
        }
    }
    out.sort_by_key(|d| format!("{d:?}"));
    out.dedup();
    out
}

fn misses(m: &RowMessage) -> bool {
    let f: Vec<u32> = m.fields.iter().map(PrimeField32::as_canonical_u32).collect();
    match m.bus {
        Bus::Range16 => f[0] >= 1 << 16,
        Bus::Byte => f[0] != ByteOp::Pair as u32 || f[1] >= 256 || f[2] >= 256 || f[3] != 0,
        _ => false,
    }
}

/// Messages of a trace with an interaction left out.
fn env_without(x: &Copy, part: Deletion) -> Env {
    let mut env = Env::new();
    for row in 0..x.trace.height() {
        for m in evaluate_row(x.air, &x.trace, None, &[], row, part).messages {
            if !matches!(m.bus, Bus::Range16 | Bus::Byte) {
                *env.entry((m.bus, m.fields)).or_insert(Val::ZERO) += m.count;
            }
        }
    }
    env.retain(|_, c| *c != Val::ZERO);
    env
}

/// Changes of one cell, with and without refilling, that exactly one part refuses; one for each part.
fn lone_refusals(x: &Copy, found: &mut BTreeMap<String, (Copy, Env)>) {
    let honest = x.trace.clone();
    let mut forged = x.clone();
    for at in 0..honest.values.len() {
        let value = honest.values[at];
        let changes = [
            value + Val::ONE,
            value - Val::ONE,
            Val::ONE - value,
            v(2),
            -Val::ONE,
            v(256),
            v(1 << 16),
            v(12345),
        ];
        for to in changes.into_iter().filter(|to| *to != value) {
            for derive in [false, true] {
                forged.trace = honest.clone();
                forged.trace.values[at] = to;
                // A change reaches the row after it, and is seen from the row before it.
                let (height, i) = (honest.height(), at / honest.width);
                let [before, after] = [height - 1, 1].map(|by| (i + by) % height);
                if derive {
                    refill_rows(&mut forged, [i, after]);
                }
                if let [only] = refusers(&forged, [before, i, after])[..] {
                    found.entry(format!("{only:?}")).or_insert_with(|| (forged.clone(), forged.env()));
                }
            }
        }
    }
}

type Group = fn(&mut CopyCols<Val>) -> &mut [Val];

/// One-hot groups with three marks, 1, 1 and -1, on the rows of single-row calls of zero words.
fn three_hot(found: &mut BTreeMap<String, (Copy, Env)>) {
    let mut sim = Sim::new(6);
    sim.blank = true;
    sim.load(at(2, 3, 64));
    for off in [0, 9, 20, 31] {
        sim.store8(at(2, 5, off), U256::ZERO);
        sim.copy(at(2, 6, 2), at(2, 7, off), 32 - off);
    }
    let honest = sim.isolated(None);
    let groups: [Group; 5] = [
        |c| &mut c.rotate,
        |c| &mut c.first_group,
        |c| &mut c.first_byte,
        |c| &mut c.final_group,
        |c| &mut c.final_byte,
    ];
    let mut forged = honest.clone();
    for (i, group) in (0..honest.trace.height()).flat_map(|i| groups.map(|g| (i, g))) {
        let n = group(row(&mut forged, i)).len();
        if group(row(&mut forged, i)).iter().all(|x| *x == Val::ZERO) {
            continue;
        }
        for (a, b, c) in (0..n * n * n).map(|k| (k / n / n, k / n % n, k % n)) {
            if a < b && a != c && b != c {
                forged.trace = honest.trace.clone();
                let marks = group(row(&mut forged, i));
                marks.fill(Val::ZERO);
                (marks[a], marks[b], marks[c]) = (Val::ONE, Val::ONE, -Val::ONE);
                let height = forged.trace.height();
                refill_rows(&mut forged, [i, (i + 1) % height]);
                let seen = [(i + height - 1) % height, i, (i + 1) % height];
                if let [only] = refusers(&forged, seen)[..] {
                    found.entry(format!("{only:?}")).or_insert_with(|| (forged.clone(), forged.env()));
                }
            }
        }
    }
}

fn small() -> Copy {
    let mut sim = Sim::new(5);
    let w = sim.word();
    sim.copy(at(2, 1, 37), at(3, 2, 67), 70);
    sim.load(at(2, 3, 5));
    sim.store(at(2, 4, 39), w);
    sim.store8(at(2, 5, 9), w);
    sim.copy(at(2, 6, 10), at(3, 7, 3), 0);
    sim.isolated(Some(16))
}

/// Constraints that say plainly what the others imply; the module's documentation has the proofs.
const IMPLIED: [Deletion; 4] =
    [Deletion::Constraint(0), Deletion::Constraint(2), Deletion::Constraint(9), Deletion::Constraint(11)];

#[test]
fn every_part_is_noticed() {
    let honest = small();
    honest.assert_honest();
    let mut again = honest.clone();
    refill(&mut again);
    assert_eq!(again.trace, honest.trace);
    let mut found = BTreeMap::new();
    lone_refusals(&honest, &mut found);
    three_hot(&mut found);
    let mut dishonest: Vec<(Copy, Env)> = found.into_values().collect();
    dishonest.extend(forgeries().into_iter().map(|f| (f.trace, f.env)));
    // A call or an access that the rest of the machine knows nothing of.
    for k in 0..5 {
        dishonest.push((honest.clone(), env_without(&honest, Deletion::Interaction(k))));
    }
    let report = deletion_score(&dishonest);
    println!("copy: {} dishonest traces; {report}", dishonest.len());
    assert_eq!(report.unnoticed, IMPLIED);
}
