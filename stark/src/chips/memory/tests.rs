//! Honest boundaries, mutants and forgeries.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom_executor::record::{CellAddr, FinalCell};

use super::{MemoryChip, MemoryCols, rows, trace};
use crate::buses::Bus;
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated, deletion_score, mutate, opened_columns, prove_isolated, sole_culprits};

const AIR: MemoryChip = MemoryChip;
const TOP: u32 = (1 << 29) - 1;

fn isolated(trace: RowMajorMatrix<Val>) -> Isolated<'static, MemoryChip> {
    Isolated { air: &AIR, columns: MemoryCols::names(), trace, public_values: vec![] }
}

fn filled(cells: &[FinalCell], height: usize) -> Isolated<'static, MemoryChip> {
    isolated(trace(cells, height, &mut LookupCounts::default()))
}

fn cell(space: u32, ctx: u32, off: u32, time: u32, word: U256) -> FinalCell {
    FinalCell { addr: CellAddr { space, ctx, off }, word, time }
}

/// Random cells of all spaces but the input's, with neighbours, far offsets and both ends of every range.
fn random_cells(rng: &mut ChaCha8Rng, n: usize) -> Vec<FinalCell> {
    let mut cells = BTreeMap::new();
    while cells.len() < n {
        let space = [0, 1, 2, 3, 4, 5, 7][rng.random_range(0..7)];
        let mut value = || match rng.random_range(0..5) {
            0 => rng.random_range(0..4),
            1 => rng.random_range(0..1 << 16),
            2 => rng.random_range(0..=TOP),
            3 => [0, 1, 0xffff, 0x1_0000, TOP, TOP - 1][rng.random_range(0..6)],
            _ => 7,
        };
        let (ctx, off) = (value(), value());
        let time = if rng.random_ratio(1, 8) { 0 } else { rng.random_range(0..1 << 29) };
        let word = if time == 0 { U256::ZERO } else { U256::from_be_bytes(rng.random::<[u8; 32]>()) };
        cells.insert((space, ctx, off), cell(space, ctx, off, time, word));
    }
    cells.into_values().collect()
}

/// A short boundary in which the key grows in each part.
fn sample() -> Vec<FinalCell> {
    let word = U256::MAX - U256::from(0xabcd_u32);
    vec![
        cell(0, 0, 0, 5, word),
        cell(0, 0, 1, 9, U256::from(1)),
        cell(0, 0, 0x1_0005, 1 << 28, word),
        cell(2, 4, 3, 17, U256::from(77)),
        cell(2, 5, 0, 18, word),
        cell(2, TOP, TOP, 19, word),
        cell(5, 0, 7, 0, U256::ZERO),
        cell(7, 1, 2, 23, word),
        cell(7, 1, 3, 24, word),
    ]
}

/// The messages a boundary must exchange, from the definition.
fn expected(cells: &[FinalCell]) -> Env {
    let mut env = Env::new();
    for c in cells {
        let state = |time, word| {
            let mut fields = [c.addr.space, c.addr.ctx, c.addr.off, time].map(Val::from_u32).to_vec();
            fields.extend(limbs(word));
            (Bus::Memory, fields)
        };
        *env.entry(state(0, U256::ZERO)).or_insert(Val::ZERO) += Val::ONE;
        *env.entry(state(c.time, c.word)).or_insert(Val::ZERO) -= Val::ONE;
    }
    env.retain(|_, n| *n != Val::ZERO);
    env
}

fn row<'a>(forged: &'a mut Isolated<'static, MemoryChip>, i: usize) -> &'a mut MemoryCols<Val> {
    let w = MemoryCols::WIDTH;
    view_mut(&mut forged.trace.values[i * w..(i + 1) * w])
}

#[test]
fn honest_boundaries() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for n in [0, 1, 2, 7, 8, 100, 1000] {
        let cells = random_cells(&mut rng, n);
        let honest = filled(&cells, rows(&cells).next_power_of_two());
        honest.assert_honest();
        assert_eq!(honest.env(), expected(&cells));
        prove_isolated(&honest, &honest.env()).unwrap();
    }
}

#[test]
fn columns() {
    let (main, lookup) = opened_columns(&AIR);
    println!("memory: {main} main + {lookup} lookup columns, one row a cell");
    assert_eq!((main, lookup), (29, 25));
}

#[test]
fn counts_match_lookups() {
    let cells = random_cells(&mut ChaCha8Rng::seed_from_u64(2), 50);
    let mut counts = LookupCounts::default();
    let _ = trace(&cells, 64, &mut counts);
    assert_eq!(counts.range16.iter().sum::<u32>(), 6 * 50);
}

#[test]
fn mutants_are_killed() {
    // a cell nobody accesses could be any other: left out here
    let used = |cells: Vec<FinalCell>| cells.into_iter().filter(|c| c.time != 0).collect::<Vec<_>>();
    let random = used(random_cells(&mut ChaCha8Rng::seed_from_u64(3), 100));
    for (cells, height) in
        [(&random[..], 128), (&used(sample()), 16), (&used(sample()), 8), (&random[..64], 64)]
    {
        let table = mutate(&filled(cells, height), 40, 4, &[]);
        println!("memory: {table}");
        assert!(table.survivors.is_empty(), "{table}");
    }
}

type Forgery = (&'static str, Isolated<'static, MemoryChip>);

/// A boundary filled as if its cells were in order.
fn misordered(name: &'static str, cells: &[FinalCell]) -> Forgery {
    (name, filled(cells, (cells.len() + 1).next_power_of_two()))
}

fn edited(name: &'static str, edit: impl FnOnce(&mut Isolated<'static, MemoryChip>)) -> Forgery {
    let mut forged = filled(&sample(), 16);
    edit(&mut forged);
    (name, forged)
}

/// Boundaries that give a cell two first values, one of the input a first value, or break the order so that one could.
fn forgeries() -> Vec<Forgery> {
    let w = U256::from(3);
    let mut out = vec![
        misordered("cell twice", &[cell(0, 0, 4, 8, w), cell(0, 0, 4, 9, w)]),
        misordered("cell twice, apart", &[cell(0, 0, 4, 8, w), cell(0, 0, 5, 9, w), cell(0, 0, 4, 8, w)]),
        misordered("context twice", &[cell(1, 3, 0, 8, w), cell(1, 4, 0, 8, w), cell(1, 3, 0, 9, w)]),
        misordered("space twice", &[cell(1, 3, 0, 8, w), cell(2, 3, 0, 8, w), cell(1, 3, 0, 9, w)]),
        misordered("a cell of the input", &[cell(0, 0, 0, 8, w), cell(6, 0, 0, 9, w)]),
        misordered("only a cell of the input", &[cell(6, 0, 0, 9, w)]),
        misordered("offset too large", &[cell(0, 0, 0, 8, w), cell(0, 0, 1 << 30, 9, w)]),
        misordered("first offset too large", &[cell(0, 0, 1 << 30, 9, w)]),
        misordered("context too large", &[cell(0, 1 << 30, 0, 9, w)]),
    ];
    out.push(edited("cell twice, as a context step of zero", |f| {
        *row(f, 1) = *row(f, 0);
        row(f, 1).by_ctx = Val::ONE;
    }));
    out.push(edited("offset alias: the high half is a fraction", |f| {
        // off = lo + 2^16 hi = 0 again, with hi = -lo / 2^16
        let r = row(f, 1);
        r.off_lo = Val::from_u16(5);
        r.off_hi = -Val::from_u16(5) * Val::from_u32(1 << 16).inverse();
        r.diff_lo = -Val::ONE;
        r.diff_hi = Val::ZERO;
    }));
    out.push(edited("the last cell again, by a negative difference", |f| {
        let before = *row(f, 7);
        let r = row(f, 8);
        (r.off_lo, r.off_hi) = (before.off_lo, before.off_hi);
        r.diff_lo = -Val::ONE;
    }));
    out.push(edited("the last cell again, by a difference whose high half is a fraction", |f| {
        let before = *row(f, 7);
        let r = row(f, 8);
        (r.off_lo, r.off_hi) = (before.off_lo, before.off_hi);
        r.diff_hi = -Val::from_u32(1 << 16).inverse();
    }));
    out.push(edited("a row counts twice, by two kinds of step", |f| {
        let r = row(f, 8);
        r.off_lo += Val::ONE;
        (r.real, r.by_off, r.by_ctx) = (Val::TWO, Val::ONE, Val::ONE);
    }));
    out.push(edited("a gap of padding, then a cell again", |f| {
        let again = *row(f, 0);
        *row(f, 12) = again;
    }));
    out.push(edited("a gap of padding, then a cell again as a step of space", |f| {
        let mut again = *row(f, 0);
        again.diff_lo = -Val::ONE;
        *row(f, 12) = again;
    }));
    out.push(edited("a row counts twice", |f| row(f, 2).real = Val::TWO));
    out.push(edited("a row counts minus once", |f| row(f, 8).real = -Val::ONE));
    out.push(edited("half a row", |f| row(f, 8).real = Val::TWO.inverse()));
    out.push(edited("both kinds of step at once", |f| {
        let r = row(f, 1);
        (r.by_ctx, r.diff_lo) = (Val::ONE, Val::ZERO);
    }));
    out.push(edited("two halves of steps", |f| {
        let half = Val::TWO.inverse();
        let r = row(f, 1);
        (r.by_off, r.by_ctx) = (half, half);
    }));
    out.push(edited("offset step across contexts", |f| {
        let r = row(f, 4);
        (r.by_ctx, r.by_off) = (Val::ZERO, Val::ONE);
        r.diff_lo = -Val::from_u8(4);
    }));
    out.push(edited("context step across spaces", |f| {
        let r = row(f, 7);
        (r.by_ctx, r.diff_lo) = (Val::ONE, Val::ZERO);
    }));
    out.push(edited("space bits that are no bits", |f| {
        // 6 = 0 + 2 * 3 + 4 * 0
        let r = row(f, 8);
        r.space_bits = [Val::ZERO, Val::from_u8(3), Val::ZERO];
    }));
    out.push(edited("a step on the first row", |f| row(f, 0).by_off = Val::ONE));
    out.push(edited("flags on padding", |f| {
        row(f, 12).by_off = Val::ONE;
        row(f, 12).by_ctx = -Val::ONE;
    }));
    out
}

#[test]
fn forgeries_are_refused() {
    for (i, (name, forged)) in forgeries().into_iter().enumerate() {
        let verdict = forged.refusal();
        assert!(!verdict.accepted(), "accepted: {name}");
        if i % 3 == 0 {
            assert!(prove_isolated(&forged, &forged.env()).is_err(), "proved: {name}");
        }
    }
}

/// A cell the rest of the machine does not know, or one it misses.
#[test]
fn wrong_cells_are_refused() {
    let cells = sample();
    let env = expected(&cells);
    let mut changed = cells.clone();
    changed[3].word += U256::ONE;
    let mut later = cells.clone();
    later[3].time += 1;
    for forged in [&cells[1..], &cells[..8], &changed, &later] {
        let forged = filled(forged, 16);
        assert!(!forged.verdict(&env).accepted());
        assert!(prove_isolated(&forged, &env).is_err());
    }
}

#[test]
fn every_part_is_needed() {
    let honest = filled(&sample(), 16);
    let mut dishonest = sole_culprits(&honest, 5);
    dishonest.extend(forgeries().into_iter().map(|(_, f)| {
        let env = f.env();
        (f, env)
    }));
    let report = deletion_score(&dishonest);
    println!("memory: {report}");
    assert!(report.unnoticed.is_empty(), "{report}");
}
