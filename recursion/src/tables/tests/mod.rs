//! Honest tables, mutants, and forgeries of each family of constraints.

mod deletion;

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;
use zkrom_stark::columns::{view, view_mut};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;

use super::TableId;
use super::bits::BitsCols;
use super::hash::{HashCols, HashPreprocessed};
use crate::circuit::{Circuit, Run};
use crate::poseidon::{RATE, fill_permutation};
use crate::stage::ProvingKey;
use crate::testing::{Traces, mutate, toy};

fn sample(children: usize) -> (Circuit, Run, Traces) {
    let (circuit, mut hints) = toy(children, 7);
    let run = circuit.run(&mut hints).expect("the hints are honest");
    let traces = Traces::of(&circuit, &run);
    (circuit, run, traces)
}

#[test]
fn honest() {
    for children in [1, 2] {
        let (circuit, run, traces) = sample(children);
        assert_eq!(traces.failures(), []);
        let key = ProvingKey::new(circuit, ProofParams::TESTING);
        let proof = key.prove(&run).unwrap();
        key.verifying.verify(&proof, ProofParams::TESTING).unwrap();
    }
}

/// Every cell is bound, but for those the tables' documentation says are free.
#[test]
fn mutants_die() {
    let (_, _, traces) = sample(2);
    for &id in TableId::ALL {
        let table = mutate(&traces, id, 1, 3);
        let free = |row: usize, column: &str| {
            let messages = traces.row(id as usize, row).1.len();
            let flags = traces.preprocessed[id as usize].row_slice(row).unwrap().to_vec();
            match id {
                // Padding.
                TableId::Alu => messages == 0,
                TableId::Bits => flags.iter().all(|f| *f == Val::ZERO),
                TableId::Hash => {
                    let height = traces.main[id as usize].height();
                    let before = (row + height - 1) % height;
                    let flags_before = traces.preprocessed[id as usize].row_slice(before).unwrap().to_vec();
                    let p: &HashPreprocessed<Val> = view(&flags_before);
                    let own: &HashPreprocessed<Val> = view(&flags);
                    column.starts_with("sum") && p.sponge == Val::ZERO
                        || column.starts_with("port") && own.count == Val::ZERO
                }
                _ => false,
            }
        };
        let survivors: Vec<_> = table.survivors.iter().filter(|s| !free(s.row, &s.column)).collect();
        println!(
            "{}: {} killed by constraints, {} by messages, {} free, {} survivors",
            id.name(),
            table.by_constraint,
            table.by_message,
            table.survivors.len() - survivors.len(),
            survivors.len()
        );
        assert!(survivors.is_empty(), "{:?}", &survivors[..survivors.len().min(5)]);
    }
}

/// The decomposition of 5, the fifth, as that of `5 + p`.
fn alias(honest: &Traces) -> Traces {
    let mut traces = honest.clone();
    let trace = traces.table(TableId::Bits);
    let width = trace.width();
    let alias = Val::ORDER_U32 + 5;
    for i in 0..31 {
        let row = 4 * 31 + i;
        let cols: &mut BitsCols<Val> = view_mut(&mut trace.values[row * width..(row + 1) * width]);
        let bit = 30 - i;
        cols.bit = Val::from_u32((alias >> bit) & 1);
        cols.sum = Val::from_u32(alias >> bit);
        cols.ones = Val::ONE;
    }
    traces
}

/// A number's other decomposition, that of the number plus `p`, fails the canonicity constraint and no other.
#[test]
fn bits_are_canonical() {
    let (_, _, traces) = sample(1);
    // 0: bits; 1: zeros; 2, 3: first; 4: sum; 5, 6: ones; 7: canonical.
    assert_eq!(alias(&traces).failing_constraints(TableId::Bits), [7]);
}

/// A hash row with another input, refilled, is refused by the row before it: each place that is not absorbed or chosen.
#[test]
fn hash_rows_follow() {
    let (_, _, honest) = sample(2);
    let table = TableId::Hash as usize;
    let prep = honest.preprocessed[table].clone();
    let mut kinds = [0; 3];
    for row in 1..honest.main[table].height() {
        let before = prep.row_slice(row - 1).unwrap().to_vec();
        let flags: &HashPreprocessed<Val> = view(&before);
        let places: Vec<usize> = if flags.sponge == Val::ONE {
            kinds[0] += 1;
            (RATE..2 * RATE).chain((0..RATE).filter(|&j| flags.rest[j] == Val::ONE)).collect()
        } else if flags.merkle == Val::ONE {
            kinds[1] += 1;
            let row = honest.main[table].row_slice(row).unwrap();
            let side = if view::<Val, HashCols<Val>>(&row).port[0] == Val::ONE { RATE } else { 0 };
            (side..side + RATE).collect()
        } else if flags.inject == Val::ONE {
            kinds[2] += 1;
            (RATE..2 * RATE).collect()
        } else {
            continue;
        };
        for place in places {
            let mut traces = honest.clone();
            let trace = traces.table(TableId::Hash);
            let width = trace.width();
            let cols: &mut HashCols<Val> = view_mut(&mut trace.values[row * width..(row + 1) * width]);
            let mut input = cols.perm.input;
            input[place] += Val::ONE;
            fill_permutation(&mut cols.perm, &input);
            let (failing, _) = traces.row(table, row - 1);
            assert!(failing.iter().any(|&c| c >= 148), "{row} {place}");
        }
    }
    assert!(kinds.iter().all(|&n| n > 0), "{kinds:?}");
}

/// An absorbed element that a sum is written or read of, refilled: a constraint of the row or a message changes.
#[test]
fn sums_bind_elements() {
    let (_, _, honest) = sample(1);
    let table = TableId::Hash as usize;
    let prep = honest.preprocessed[table].clone();
    let mut tried = 0;
    for row in 1..honest.main[table].height() {
        let own = prep.row_slice(row).unwrap().to_vec();
        let own: &HashPreprocessed<Val> = view(&own);
        let Some(k) = own.expose.iter().position(|f| *f == Val::ONE) else { continue };
        for place in 0..=k {
            tried += 1;
            let mut traces = honest.clone();
            let trace = traces.table(TableId::Hash);
            let width = trace.width();
            let cols: &mut HashCols<Val> = view_mut(&mut trace.values[row * width..(row + 1) * width]);
            let mut input = cols.perm.input;
            input[place] += Val::ONE;
            fill_permutation(&mut cols.perm, &input);
            // Equation 7.
            let (failing, _) = traces.row(table, row);
            assert!(failing.iter().any(|&c| (185..190).contains(&c)), "{row} {place}: {failing:?}");
        }
    }
    assert!(tried > 100);
}

/// A digest that is not the one on the bus; a wrong point.
#[test]
fn hash_messages_bind() {
    let (_, _, honest) = sample(1);
    let table = TableId::Hash as usize;
    let prep = honest.preprocessed[table].clone();
    for row in 0..prep.height() {
        let own = prep.row_slice(row).unwrap().to_vec();
        let own: &HashPreprocessed<Val> = view(&own);
        if own.digest_count == Val::ZERO {
            continue;
        }
        let mut traces = honest.clone();
        let trace = traces.table(TableId::Hash);
        let width = trace.width();
        let cols: &mut HashCols<Val> = view_mut(&mut trace.values[row * width..(row + 1) * width]);
        let mut input = cols.perm.input;
        input[3] += Val::ONE;
        fill_permutation(&mut cols.perm, &input);
        let messages = |t: &Traces| {
            t.row(table, row).1.into_iter().filter(|m| m.bus == super::bus::DIGEST).collect::<Vec<_>>()
        };
        assert_ne!(messages(&traces), messages(&honest), "{row}");
        assert!(!traces.failures().is_empty());
    }
    let mut traces = honest;
    traces.public[table][2] += Val::ONE;
    assert!(!traces.failing_constraints(TableId::Hash).is_empty());
}

/// Each public value.
#[test]
fn public_values_bind() {
    let (_, _, honest) = sample(1);
    let table = TableId::Values as usize;
    for i in 0..honest.public[table].len() {
        let mut traces = honest.clone();
        traces.public[table][i] += Val::ONE;
        assert!(!traces.failures().is_empty(), "{i}");
    }
}
