//! The deletion score: for each constraint a forgery that fails it and nothing else, so that without it the forgery would pass.

use std::collections::BTreeSet;

use p3_field::PrimeCharacteristicRing;
use p3_matrix::Matrix;
use zkrom_stark::columns::view_mut;
use zkrom_stark::field::{Challenge, Val};

use super::sample;
use crate::circuit::{Circuit, Run, Slot};
use crate::poseidon::{PermCols, fill_permutation, refill_permutation};
use crate::tables::TableId;
use crate::tables::hash::HashCols;
use crate::testing::{Failure, Given, Traces, toy};

/// Constraints whose deletion a forgery shows.
#[derive(Default)]
struct Score(BTreeSet<(&'static str, usize)>);

impl Score {
    /// Counts a forgery, which must not pass.
    fn count(&mut self, forged: &Traces) {
        let failures = forged.failures();
        assert!(!failures.is_empty(), "a forgery passes");
        let mut failed = BTreeSet::new();
        for failure in failures {
            match failure {
                Failure::Constraint { table, index, .. } => drop(failed.insert((table, index))),
                Failure::Message { .. } => return,
            }
        }
        if failed.len() == 1 {
            self.0.extend(failed);
        }
    }
}

impl Score {
    /// Counts a forgery of rows that fail one constraint, if that is not counted yet. Most fail several or change a message.
    fn count_if_new(&mut self, forged: &Traces, id: TableId, rows: &[usize]) {
        let failed: BTreeSet<usize> = rows.iter().flat_map(|&row| forged.row(id as usize, row).0).collect();
        if let (1, Some(&index)) = (failed.len(), failed.first())
            && !self.0.contains(&(id.name(), index))
        {
            self.count(forged);
        }
    }
}

/// Changes one row of the hash table.
fn hash_row(honest: &Traces, row: usize, change: impl FnOnce(&mut HashCols<Val>)) -> Traces {
    let mut traces = honest.clone();
    let trace = traces.table(TableId::Hash);
    let width = trace.width();
    change(view_mut(&mut trace.values[row * width..(row + 1) * width]));
    traces
}

/// A run of a circuit that differs from the toy circuit, as a forgery of the toy's.
fn other_run(change: impl FnOnce(&mut Circuit, &mut Vec<Val>)) -> Traces {
    let (circuit, Given(words)) = toy(2, 7);
    let mut words: Vec<Val> = words.collect();
    let mut other = circuit.clone();
    change(&mut other, &mut words);
    let run: Run = other.run(&mut Given(words.into_iter())).expect("the other circuit accepts");
    Traces::of(&circuit, &run)
}

#[test]
fn every_constraint_is_needed() {
    let (circuit, _, honest) = sample(2);
    let mut score = Score::default();
    // Single cells, on rows of every kind; of the permutation, on a padding row and refilled.
    for &id in TableId::ALL {
        let (width, height) = (honest.main[id as usize].width(), honest.main[id as usize].height());
        let columns = id.columns(honest.tables[id as usize].layout);
        for row in 0..height {
            for (c, column) in columns.iter().enumerate() {
                if column.starts_with("perm") {
                    continue;
                }
                for change in [Val::ONE, Val::TWO] {
                    let mut traces = honest.clone();
                    traces.main[id as usize].values[row * width + c] += change;
                    let before = (row + height - 1) % height;
                    score.count_if_new(&traces, id, &[before, row]);
                }
            }
        }
    }
    let padding = circuit.hash.len() + 5;
    for step in 0..PermCols::WIDTH - 16 {
        score.count(&hash_row(&honest, padding, |cols| refill_permutation(&mut cols.perm, step)));
    }
    // Inputs, refilled.
    for row in 1..=circuit.hash.len() {
        for place in 0..16 {
            let forged = hash_row(&honest, row, |cols| {
                let mut input = cols.perm.input;
                input[place] += Val::ONE;
                fill_permutation(&mut cols.perm, &input);
            });
            score.count_if_new(&forged, TableId::Hash, &[row - 1, row]);
        }
    }
    // Another point than the slot's, in each coefficient.
    for i in 0..5 {
        score.count(&other_run(|circuit, _| {
            let mut element = [Val::ZERO; 5];
            element[i] = Val::ONE;
            let error = crate::quintic::from_coefficients(&element);
            shift_points(circuit, error);
        }));
    }
    // Bits that make another number than their sums: that of 3 2^20 plus 2^30.
    let mut traces = honest.clone();
    let bits = traces.table(TableId::Bits);
    let first = 3 * 31 * bits.width();
    assert_eq!(bits.values[first], Val::ZERO);
    // Bit and `ones`.
    bits.values[first] = Val::ONE;
    bits.values[first + 2] = Val::ONE;
    score.count(&traces);
    // The bits of 5 + p.
    score.count(&super::alias(&honest));
    // Bits that must be zero.
    score.count(&other_run(|circuit, words| {
        circuit.bits.iter_mut().filter(|op| op.zeros == 20).for_each(|op| op.zeros = 0);
        let at = words.iter().position(|w| *w == Val::from_u32(5 << 20)).expect("the word");
        words[at] += Val::ONE;
    }));
    let counts: Vec<(&str, usize)> = TableId::ALL
        .iter()
        .map(|id| (id.name(), score.0.iter().filter(|(table, _)| *table == id.name()).count()))
        .collect();
    println!("constraints whose deletion is noticed: {counts:?}");
    for (id, expected) in TableId::ALL.iter().zip([5, 8, 195, 1]) {
        let missing: Vec<usize> =
            (0..expected).filter(|&index| !score.0.contains(&(id.name(), index))).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", id.name());
    }
}

/// Binds every child's point to a slot with another value.
fn shift_points(circuit: &mut Circuit, error: Challenge) {
    use crate::circuit::{Alu, Port, Step, Writes};
    for row in 0..circuit.hash.len() {
        let Port::Point(slot) = circuit.hash[row].port else { continue };
        let fresh = |circuit: &mut Circuit| {
            circuit.slots += 1;
            Slot(circuit.slots as u32 - 1)
        };
        let (constant, one) = (fresh(circuit), fresh(circuit));
        circuit.constants.push((constant, error));
        circuit.constants.push((one, Challenge::ONE));
        let shifted = fresh(circuit);
        let at = circuit.order.iter().position(|s| *s == Step::Hash(row)).expect("the row is in the order");
        circuit.order.insert(at, Step::Alu(circuit.alu.len()));
        circuit.alu.push(Alu { a: slot, b: one, c: constant, d: shifted, writes: Writes::D });
        circuit.hash[row].port = Port::Point(shifted);
    }
}

/// A wrong value for each slot in turn, all that follows computed from it: nothing passes.
#[test]
fn faults_do_not_pass() {
    let (circuit, hints) = toy(2, 7);
    let constants: BTreeSet<Slot> = circuit.constants.iter().map(|c| c.0).collect();
    let (mut ran, mut stopped) = (0, 0);
    for slot in (0..circuit.slots as u32).map(Slot).filter(|s| !constants.contains(s)) {
        for error in [Challenge::ONE, Challenge::TWO, crate::quintic::generator()] {
            let Ok(run) = circuit.run_faulty(&mut hints.clone(), slot, error) else {
                stopped += 1;
                continue;
            };
            let (_, honest) = (0, circuit.run(&mut hints.clone()).expect("the hints are honest"));
            if run.slots == honest.slots {
                // No operation writes the slot: a product that was fused.
                continue;
            }
            ran += 1;
            assert!(!Traces::of(&circuit, &run).failures().is_empty(), "{slot:?}");
        }
    }
    println!("{ran} faulty runs, {stopped} that could not go on");
    assert!(ran > 300);
}
