//! Honest calls: what the chip's messages say is what the oracle says.

use alloy_primitives::U256;
use p3_field::PrimeField32;
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use rand::Rng;

use super::super::{rows, trace};
use super::sim::{Sim, at};
use crate::buses::{Bus, ByteOp};
use crate::check::{Deletion, evaluate_row};
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{mutate, prove_isolated};

fn assert_matches(sim: &Sim, height: Option<usize>) {
    let isolated = sim.isolated(height);
    isolated.assert_honest();
    assert_eq!(isolated.env(), sim.net());
}

/// Every place in the source word, every place in the destination word, lengths about none, one and two words.
#[test]
fn all_alignments() {
    let lengths = (0..4).chain(30..36).chain(62..67);
    for s in 0..32 {
        let mut sim = Sim::new(u64::from(s));
        for d in 0..32 {
            for len in lengths.clone() {
                let ctx = d * 100 + len;
                sim.copy(at(2, ctx, s), at(5, ctx, d), len);
            }
        }
        assert_matches(&sim, None);
    }
}

/// Loads, stores and byte stores at every offset of two words.
#[test]
fn all_accesses() {
    let mut sim = Sim::new(40);
    for off in 0..64 {
        let word = sim.word();
        sim.store(at(2, off, off), word);
        assert_eq!(sim.load(at(2, off, off)), word);
        let word = sim.word();
        sim.store8(at(2, off, off), word);
        let loaded = sim.load(at(2, off, off));
        assert_eq!(loaded.byte(31), word.byte(0));
    }
    assert_matches(&sim, None);
}

/// Copies within one buffer, overlapping either way, and onto themselves.
#[test]
fn overlapping() {
    let mut sim = Sim::new(41);
    for _ in 0..400 {
        let ctx = sim.rng.random_range(0..40);
        let (a, b) = (sim.rng.random_range(0..200), sim.rng.random_range(0..200));
        let len = sim.rng.random_range(0..200);
        sim.copy(at(2, ctx, a), at(2, ctx, b), len);
        sim.copy(at(2, ctx, a), at(2, ctx, a), len);
    }
    assert_matches(&sim, None);
}

#[test]
fn random_calls() {
    for seed in 0..20 {
        let sim = Sim::mixed(100 + seed, 300);
        assert_matches(&sim, None);
        assert_matches(&sim, Some(8192));
    }
}

/// A trace without padding: the first row sees the last one as the row before it.
#[test]
fn full_height() {
    for seed in 0..20 {
        let mut sim = Sim::mixed(seed, 20);
        while !rows(&sim.events).is_power_of_two() {
            let off = sim.rng.random_range(0..1000);
            sim.store8(at(3, 9, off), U256::from(7));
        }
        assert_matches(&sim, None);
    }
}

/// The ends of the offset range, the least and the greatest clock, long copies, copies of nothing from anywhere.
#[test]
fn extremes() {
    let mut sim = Sim::new(42);
    let top = (1 << 29) - 1;
    sim.copy(at(2, 0, 0), at(5, 0, top), 1);
    sim.copy(at(2, 0, top), at(5, 1, 0), 1);
    sim.copy(at(2, 0, top - 100), at(5, 2, top - 67), 68);
    sim.copy(at(2, 0, top), at(5, 1, top), 0);
    sim.copy(at(2, 0, 1_900_000_001), at(5, 1, 2_000_000_017), 0);
    sim.store(at(2, 7, top - 31), U256::MAX);
    sim.load(at(2, 7, top - 31));
    sim.load(at(2, 8, top - 40));
    sim.store8(at(2, 7, top), U256::ZERO);
    sim.copy(at(2, 9, 5), at(5, 9, 70), 40_000);
    sim.copy(at(2, 10, 17), at(5, 10, 16), 32 * 500);
    sim.clk = (1 << 27) - 1;
    sim.copy(at(2, 11, 3), at(5, 11, 1), 99);
    assert_matches(&sim, None);
}

/// Lookup counts are what the rows look up.
#[test]
fn lookup_counts() {
    let sim = Sim::mixed(7, 400);
    let mut counts = LookupCounts::default();
    let height = rows(&sim.events).next_power_of_two();
    let filled: RowMajorMatrix<Val> = trace(&sim.events, height, &mut counts);
    let mut seen = LookupCounts::default();
    for row in 0..filled.height() {
        for m in evaluate_row(&super::sim::CHIP, &filled, None, &[], row, Deletion::None).messages {
            let f: Vec<u32> = m.fields.iter().map(PrimeField32::as_canonical_u32).collect();
            match m.bus {
                Bus::Range16 => seen.range16(f[0] as u16),
                Bus::Byte => seen.byte(ByteOp::Pair, f[1] as u8, f[2] as u8),
                _ => {}
            }
        }
    }
    assert!(seen.range16 == counts.range16);
    assert!(seen.bytes == counts.bytes);
}

#[test]
fn no_calls() {
    let sim = Sim::new(0);
    assert_eq!(rows(&sim.events), 0);
    let isolated = sim.isolated(Some(4));
    isolated.assert_honest();
    assert!(isolated.env().is_empty());
    prove_isolated(&isolated, &isolated.env()).unwrap();
}

#[test]
fn proves() {
    let sim = Sim::mixed(9, 60);
    let isolated = sim.isolated(None);
    prove_isolated(&isolated, &sim.net()).unwrap();
    let mut wrong = sim.net();
    let key = wrong.keys().find(|k| k.0 == Bus::MemOp).unwrap().clone();
    wrong.remove(&key);
    prove_isolated(&isolated, &wrong).unwrap_err();
}

#[test]
fn mutants() {
    let sim = Sim::mixed(11, 100);
    let table = mutate(&sim.isolated(None), 120, 1, &[]);
    println!("copy: {table}");
    // The first padding row counts as inert only if the row before it is silent too. On a padding row these columns are free, and harmless: all
    // flags are zero, so every count of the row is zero, and no constraint binds it to a neighbour.
    let free = ["load", "store", "store8", "clk", "src_", "dst_", "end", "len", "odd"];
    for s in &table.survivors {
        assert!(s.row >= rows(&sim.events) && free.iter().any(|c| s.column.starts_with(c)), "{s:?}");
    }
    let mut sim = Sim::mixed(12, 60);
    while !rows(&sim.events).is_power_of_two() {
        sim.store8(at(3, 9, 5), U256::from(7));
    }
    let table = mutate(&sim.isolated(None), 128, 2, &[]);
    println!("copy, no padding: {table}");
    assert!(table.survivors.is_empty(), "{table}");
}
