//! Honest tables, mutants, and forgeries of each family of constraints.

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;
use zkrom_stark::columns::{view, view_mut};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;

use super::TableId;
use super::bits::{BitsCols, BitsPreprocessed};
use super::opening::{OpeningCols, OpeningPreprocessed};
use super::sponge::SpongeCols;
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
                TableId::Alu | TableId::Lift => messages == 0,
                TableId::Bits => flags.iter().all(|f| *f == Val::ZERO),
                TableId::Opening => {
                    let before =
                        (row + traces.main[id as usize].height() - 1) % traces.main[id as usize].height();
                    let flags_before = traces.preprocessed[id as usize].row_slice(before).unwrap().to_vec();
                    let p: &OpeningPreprocessed<Val> = view(&flags_before);
                    let own: &OpeningPreprocessed<Val> = view(&flags);
                    let absorbs = p.fresh + p.chain == Val::ONE;
                    let ports = own.count != Val::ZERO;
                    column.starts_with("sum") && !absorbs || column.starts_with("port") && !ports
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

/// A number's other decomposition, that of the number plus `p`, fails the canonicity constraint and no other.
#[test]
fn bits_are_canonical() {
    let (_, _, mut traces) = sample(1);
    let prep = traces.preprocessed[TableId::Bits as usize].clone();
    let trace = traces.table(TableId::Bits);
    let width = trace.width();
    // The decomposition of 3 2^20.
    let row = (0..trace.height())
        .filter(|&r| view::<Val, BitsPreprocessed<Val>>(&prep.row_slice(r).unwrap()).first == Val::ONE)
        .nth(3)
        .unwrap();
    let alias = Val::ORDER_U32 + (3 << 20);
    for i in 0..31 {
        let cols: &mut BitsCols<Val> = view_mut(&mut trace.values[(row + i) * width..(row + i + 1) * width]);
        let bit = 30 - i;
        cols.bit = Val::from_u32((alias >> bit) & 1);
        cols.sum = Val::from_u32(alias >> bit);
        cols.ones = Val::ONE;
    }
    // 0: bits; 1: zeros; 2, 3: first; 4: sum; 5, 6: ones; 7: canonical. The alias also has a low one.
    assert_eq!(traces.failing_constraints(TableId::Bits), [1, 7]);
}

/// A sponge row that overwrites what it must keep, or begins from another capacity.
#[test]
fn sponge_rows_follow() {
    let (circuit, _, honest) = sample(1);
    for (row, place) in [(2, 8), (2, 15), (2, 5), (3, 0), (3, 7), (3, 8), (4, 8), (4, 15), (5, 2), (5, 15)] {
        let mut traces = honest.clone();
        let trace = traces.table(TableId::Sponge);
        let width = trace.width();
        let cols: &mut SpongeCols<Val> = view_mut(&mut trace.values[row * width..(row + 1) * width]);
        let mut input = cols.perm.input;
        input[place] += Val::ONE;
        fill_permutation(&mut cols.perm, &input);
        let failing = traces.failing_constraints(TableId::Sponge);
        assert!(failing.iter().all(|&c| c >= 148) && !failing.is_empty(), "{row} {place}: {failing:?}");
    }
    assert!(circuit.sponge.len() > 5);
}

/// An opening row with another input, refilled: a value that was not absorbed, a capacity, a digest on the wrong side, an injection.
#[test]
fn opening_rows_follow() {
    let (_, _, honest) = sample(2);
    let prep = honest.preprocessed[TableId::Opening as usize].clone();
    let mut kinds = [0; 5];
    for row in 1..honest.main[TableId::Opening as usize].height() {
        let before = prep.row_slice(row - 1).unwrap().to_vec();
        let flags: &OpeningPreprocessed<Val> = view(&before);
        let places: Vec<usize> = if flags.fresh + flags.chain == Val::ONE {
            kinds[0] += 1;
            let pads = (1..RATE).filter(|j| flags.pad[j - 1] == Val::ONE);
            (RATE..2 * RATE).chain(pads).collect()
        } else if flags.merkle == Val::ONE {
            kinds[1] += 1;
            let bit = view::<Val, OpeningCols<Val>>(
                &honest.main[TableId::Opening as usize].row_slice(row).unwrap(),
            )
            .port[0];
            let side = if bit == Val::ONE { RATE } else { 0 };
            (side..side + RATE).collect()
        } else if flags.inject == Val::ONE {
            kinds[2] += 1;
            (RATE..2 * RATE).collect()
        } else {
            continue;
        };
        for place in places {
            let mut traces = honest.clone();
            let trace = traces.table(TableId::Opening);
            let width = trace.width();
            let cols: &mut OpeningCols<Val> = view_mut(&mut trace.values[row * width..(row + 1) * width]);
            let mut input = cols.perm.input;
            input[place] += Val::ONE;
            fill_permutation(&mut cols.perm, &input);
            let (failing, _) = traces.row(TableId::Opening as usize, row - 1);
            assert!(failing.iter().any(|&c| c >= 148), "{row} {place}");
        }
    }
    assert!(kinds[..3].iter().all(|&n| n > 0));
}

/// A digest from the bus on the other side of the sibling; a bit that is none; a wrong point.
#[test]
fn opening_messages_bind() {
    let (_, _, honest) = sample(1);
    let prep = honest.preprocessed[TableId::Opening as usize].clone();
    let rows = (0..prep.height())
        .filter(|&r| {
            let row = prep.row_slice(r).unwrap().to_vec();
            view::<Val, OpeningPreprocessed<Val>>(&row).start_count != Val::ZERO
        })
        .collect::<Vec<_>>();
    assert!(rows.len() >= 4);
    for row in rows {
        let mut traces = honest.clone();
        let trace = traces.table(TableId::Opening);
        let width = trace.width();
        let cols: &mut OpeningCols<Val> = view_mut(&mut trace.values[row * width..(row + 1) * width]);
        let mut input = cols.perm.input;
        input.rotate_left(RATE);
        fill_permutation(&mut cols.perm, &input);
        cols.port[0] = Val::ONE - cols.port[0];
        assert!(!traces.failures().is_empty());
    }
    let mut traces = honest;
    traces.public[TableId::Opening as usize][2] += Val::ONE;
    assert!(!traces.failing_constraints(TableId::Opening).is_empty());
}
