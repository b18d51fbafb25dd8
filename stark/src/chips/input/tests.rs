//! Honest inputs, mutants and forgeries.

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::isa::Space;
use zkrom_executor::record::InputCell;

use super::{InputChip, InputCols, rows, trace};
use crate::buses::Bus;
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated, deletion_score, mutate, opened_columns, prove_isolated, sole_culprits};

const AIR: InputChip = InputChip;

fn isolated(trace: RowMajorMatrix<Val>) -> Isolated<'static, InputChip> {
    Isolated { air: &AIR, columns: InputCols::names(), trace, public_values: vec![] }
}

fn filled(cells: &[InputCell], height: usize) -> Isolated<'static, InputChip> {
    isolated(trace(cells, height, &mut LookupCounts::default()))
}

fn random_cells(seed: u64, n: usize) -> Vec<InputCell> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n)
        .map(|i| {
            let word = match i % 4 {
                0 => U256::ZERO,
                1 => U256::MAX,
                _ => U256::from_be_bytes(rng.random::<[u8; 32]>()),
            };
            // one cell in five is never read
            InputCell { word, time: if i % 5 == 4 { 0 } else { rng.random_range(1..1 << 29) } }
        })
        .collect()
}

fn state(off: usize, time: u32, word: U256) -> (Bus, Vec<Val>) {
    let mut fields =
        vec![Val::from_u32(Space::Input.number()), Val::ZERO, Val::from_usize(off), Val::from_u32(time)];
    fields.extend(limbs(word));
    (Bus::Memory, fields)
}

/// The messages an input must exchange, from the definition.
fn expected(cells: &[InputCell]) -> Env {
    let read = cells.iter().enumerate().filter(|(_, c)| c.time != 0);
    read.flat_map(|(i, c)| [(state(i, 0, c.word), Val::ONE), (state(i, c.time, c.word), -Val::ONE)]).collect()
}

fn row<'a>(forged: &'a mut Isolated<'static, InputChip>, i: usize) -> &'a mut InputCols<Val> {
    let w = InputCols::WIDTH;
    view_mut(&mut forged.trace.values[i * w..(i + 1) * w])
}

#[test]
fn honest_inputs() {
    for n in [0, 1, 2, 16, 33, 1000] {
        let cells = random_cells(n as u64, n);
        let honest = filled(&cells, rows(&cells).next_power_of_two());
        honest.assert_honest();
        assert_eq!(honest.env(), expected(&cells));
        prove_isolated(&honest, &honest.env()).unwrap();
    }
}

#[test]
fn columns() {
    let (main, lookup) = opened_columns(&AIR);
    println!("input: {main} main + {lookup} lookup columns, one row a word");
    assert_eq!((main, lookup), (19, 50));
}

#[test]
fn counts_match_lookups() {
    let cells = random_cells(9, 40);
    let mut counts = LookupCounts::default();
    let _ = trace(&cells, 64, &mut counts);
    assert_eq!(counts.range16.iter().sum::<u32>(), 16 * 40);
}

#[test]
fn mutants_are_killed() {
    let read: Vec<InputCell> = random_cells(6, 50).into_iter().filter(|c| c.time != 0).collect();
    let table = mutate(&filled(&read[..32], 32), 32, 7, &[]);
    println!("input: {table}");
    assert!(table.survivors.is_empty(), "{table}");

    // One row of padding can become a cell more, zero and never read: the prover may always supply more than is read.
    let table = mutate(&filled(&read, 64), 64, 7, &[]);
    println!("input, padded: {table}");
    assert!(
        table.survivors.iter().all(|s| s.column == "real" && s.row == read.len() && s.to == 1),
        "{table}"
    );
}

fn edited(edit: impl FnOnce(&mut Isolated<'static, InputChip>)) -> Isolated<'static, InputChip> {
    let mut forged = filled(&random_cells(8, 9), 16);
    edit(&mut forged);
    forged
}

/// Inputs that give a cell two first values, leave a gap, or hold limbs out of range.
fn forgeries() -> Vec<(&'static str, Isolated<'static, InputChip>)> {
    vec![
        ("a cell twice", edited(|f| row(f, 3).off = Val::TWO)),
        ("all cells from one on", edited(|f| (0..16).for_each(|i| row(f, i).off += Val::ONE))),
        ("offsets start anew", edited(|f| (5..16).for_each(|i| row(f, i).off -= Val::from_u8(5)))),
        ("an offset is skipped", edited(|f| (5..16).for_each(|i| row(f, i).off += Val::ONE))),
        ("a gap", edited(|f| row(f, 5).real = Val::ZERO)),
        ("padding counts", edited(|f| row(f, 15).real = Val::ONE)),
        ("a row counts twice", edited(|f| (0..9).for_each(|i| row(f, i).real = Val::TWO))),
        ("a row counts minus once", edited(|f| row(f, 8).real = -Val::ONE)),
        ("half a row", edited(|f| row(f, 8).real = Val::TWO.inverse())),
        ("a limb of 17 bits", edited(|f| row(f, 2).word[0] = Val::from_u32(1 << 16))),
        ("a negative limb", edited(|f| row(f, 2).word[15] = -Val::ONE)),
    ]
}

#[test]
fn forgeries_are_refused() {
    for (name, forged) in forgeries() {
        assert!(!forged.refusal().accepted(), "accepted: {name}");
        assert!(prove_isolated(&forged, &forged.env()).is_err(), "proved: {name}");
    }
}

/// Read-only: a last word other than the first, and a machine that read another word.
#[test]
fn a_changed_word_is_refused() {
    let cells = random_cells(8, 9);
    let honest = filled(&cells, 16);
    let mut env = honest.env();
    let (time, word) = (cells[3].time, cells[3].word);
    assert!(env.remove(&state(3, time, word)).is_some());
    env.insert(state(3, time, word + U256::ONE), -Val::ONE);
    assert!(!honest.verdict(&env).accepted());
    assert!(prove_isolated(&honest, &env).is_err());

    let short = filled(&cells[..8], 16);
    assert!(!short.verdict(&honest.env()).accepted());
    assert!(prove_isolated(&short, &honest.env()).is_err());
}

#[test]
fn every_part_is_needed() {
    let honest = filled(&random_cells(8, 9), 16);
    let mut dishonest = sole_culprits(&honest, 5);
    dishonest.extend(forgeries().into_iter().map(|(_, f)| {
        let env = f.env();
        (f, env)
    }));
    let report = deletion_score(&dishonest);
    println!("input: {report}");
    assert!(report.unnoticed.is_empty(), "{report}");
}
