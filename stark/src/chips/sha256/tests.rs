use alloy_primitives::U256;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::{Access, CellAddr, MemOpEvent};

use super::columns::Sha256Cols;
use super::forgeries::{consistent_forgeries, faults, message_forgeries, row_forgeries};
use super::trace::{Tamper, fill_between, fill_call};
use super::{Sha256Chip, blocks, rows, trace};
use crate::buses::Bus;
use crate::check::{Deletion, evaluate_row};
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated, mutate, opened_columns, prove_isolated, sole_refusers};

const AIR: Sha256Chip = Sha256Chip;
pub const WIDTH: usize = Sha256Cols::WIDTH;
pub type Chip = Isolated<'static, Sha256Chip>;

/// A call over random bytes, bytes past the length included.
fn event(len: u32, clk: u32, rng: &mut ChaCha8Rng) -> MemOpEvent {
    let a = CellAddr {
        space: rng.random_range(0..8),
        ctx: rng.random_range(0..1 << 20),
        off: rng.random_range(0..1 << 24),
    };
    let reads: Vec<Access> = (0..len.div_ceil(32))
        .map(|i| {
            let word = U256::from_be_bytes(rng.random::<[u8; 32]>());
            let old_time = rng.random_range(0..4 * clk + 2);
            Access { addr: CellAddr { off: a.off + i, ..a }, old_time, old: word, new: word }
        })
        .collect();
    let bytes: Vec<u8> = reads.iter().flat_map(|r| r.old.to_be_bytes::<32>()).take(len as usize).collect();
    let r = U256::from_be_slice(&Sha256::digest(&bytes));
    MemOpEvent { op: MemOp::Sha256, clk, a, b: CellAddr::default(), len, r, reads, writes: vec![] }
}

pub fn events(lens: &[u32], seed: u64) -> Vec<MemOpEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    lens.iter().enumerate().map(|(i, &len)| event(len, 1000 + 7 * i as u32, &mut rng)).collect()
}

pub fn isolated(trace: RowMajorMatrix<Val>) -> Chip {
    Isolated { air: &AIR, columns: Sha256Cols::names(), trace, public_values: vec![] }
}

pub fn honest(events: &[MemOpEvent]) -> Chip {
    let height = rows(events).next_power_of_two();
    isolated(trace(events, height, &mut LookupCounts::default()))
}

/// A call filled from another padded message than its own, all that follows consistent.
pub fn filled(event: &MemOpEvent, message: &[u8]) -> Chip {
    tampered(event, message, &|_, x| x)
}

/// A call with values of its computation replaced, all that follows consistent.
pub fn tampered(event: &MemOpEvent, message: &[u8], tamper: Tamper<'_>) -> Chip {
    let n = super::columns::ROWS_PER_BLOCK * (message.len() / 64) + 1;
    let mut values = Val::zero_vec(n.next_power_of_two() * WIDTH);
    fill_call(event, message, &mut values[..n * WIDTH], tamper);
    fill_between(&mut values);
    isolated(RowMajorMatrix::new(values, WIDTH))
}

pub fn row(trace: &mut RowMajorMatrix<Val>, row: usize) -> &mut Sha256Cols<Val> {
    view_mut(&mut trace.values[row * WIDTH..(row + 1) * WIDTH])
}

pub fn edited(base: &Chip, edit: impl Fn(&mut RowMajorMatrix<Val>)) -> Chip {
    let mut out = base.clone();
    edit(&mut out.trace);
    out
}

/// The messages calls must lead to: the oracle's digest and the memory accesses.
pub fn expected(events: &[MemOpEvent]) -> Env {
    let mut env = Env::new();
    let mut add =
        |bus: Bus, fields: Vec<Val>, count: Val| *env.entry((bus, fields)).or_insert(Val::ZERO) += count;
    let val = Val::from_u32;
    for e in events {
        let mut call = vec![Val::TWO, val(e.clk), val(e.a.space), val(e.a.ctx), val(e.a.off)];
        call.extend([Val::ZERO, Val::ZERO, Val::ZERO, val(e.len)]);
        call.extend(limbs(e.r));
        add(Bus::MemOp, call, Val::NEG_ONE);
        for r in &e.reads {
            for (time, count) in [(r.old_time, Val::NEG_ONE), (4 * e.clk + 2, Val::ONE)] {
                let mut cell = vec![val(r.addr.space), val(r.addr.ctx), val(r.addr.off), val(time)];
                cell.extend(limbs(r.old));
                add(Bus::Memory, cell, count);
            }
        }
    }
    env
}

#[test]
fn digests_match_the_oracle() {
    let lens: Vec<u32> = (0..=300).collect();
    let events = events(&lens, 1);
    assert_eq!(rows(&events), events.iter().map(|e| 50 * blocks(e.len as usize) + 1).sum::<usize>());
    let mut counts = LookupCounts::default();
    let chip = isolated(trace(&events, rows(&events).next_power_of_two(), &mut counts));
    chip.assert_honest();
    assert_eq!(chip.env(), expected(&events));
    let mut seen = LookupCounts::default();
    for row in 0..chip.trace.values.len() / WIDTH {
        for m in evaluate_row(&AIR, &chip.trace, None, &[], row, Deletion::None).messages {
            if m.bus == Bus::Range16 {
                seen.range16(m.fields[0].as_canonical_u32() as u16);
            }
        }
    }
    assert_eq!(seen.range16, counts.range16);
}

#[test]
fn long_messages_match_the_oracle() {
    let events = events(&[4096, 10_007, 0, 55, 56, 63, 64, 65, 119, 120, 1023], 2);
    let chip = honest(&events);
    chip.assert_honest();
    assert_eq!(chip.env(), expected(&events));
}

#[test]
fn extreme_words_match_the_oracle() {
    // All ones and all zeros, where carries are greatest and least.
    for byte in [0u8, 0xff] {
        let mut e = events(&[200], 3).remove(0);
        for r in &mut e.reads {
            r.old = U256::from_be_bytes([byte; 32]);
        }
        e.r = U256::from_be_slice(&Sha256::digest([byte; 200]));
        let chip = honest(&[e.clone()]);
        chip.assert_honest();
        assert_eq!(chip.env(), expected(&[e]));
    }
}

#[test]
fn proofs_are_accepted() {
    for lens in [&[0][..], &[55, 56], &[150, 48]] {
        let events = events(lens, 3);
        prove_isolated(&honest(&events), &expected(&events)).unwrap();
    }
}

#[test]
fn no_calls_is_a_trace_of_nothing() {
    for height in [1, 4] {
        let chip = isolated(trace(&[], height, &mut LookupCounts::default()));
        chip.assert_honest();
        assert!(chip.env().is_empty());
    }
}

#[test]
fn mutants_are_killed() {
    for (lens, seed) in [(&[75, 0][..], 5), (&[57][..], 6)] {
        let chip = honest(&events(lens, seed));
        let table = mutate(&chip, 256, seed, &[]);
        println!("sha256 {lens:?}: {table}");
        assert!(table.survivors.is_empty(), "{table}");
    }
}

#[test]
fn forgeries_are_refused() {
    let mut forged = row_forgeries();
    forged.extend(message_forgeries());
    forged.extend(faults());
    forged.extend(consistent_forgeries());
    for (name, chip) in &forged {
        // The schedule's messages must balance within the chip; all others the environment agrees with.
        let mut env = chip.env();
        env.retain(|(bus, fields), _| *bus != Bus::MemOp || fields[0] == Val::TWO);
        assert!(!chip.verdict(&env).accepted(), "{name}: accepted");
    }
    println!("sha256: {} forgeries refused", forged.len());
    for (name, chip) in forged.iter().step_by(40) {
        let mut env = chip.env();
        env.retain(|(bus, fields), _| *bus != Bus::MemOp || fields[0] == Val::TWO);
        assert!(prove_isolated(chip, &env).is_err(), "{name}: proved");
    }
}

/// Honest traces of other statements: only messages can tell.
#[test]
fn other_statements_are_refused() {
    let asked = events(&[100, 40], 10);
    let env = expected(&asked);
    let mut cases: Vec<(&str, Chip)> = vec![];
    let mut word = asked.clone();
    word[0].reads[2].old ^= U256::ONE << 255;
    cases.push(("another word", honest(&word)));
    let mut swapped = asked.clone();
    swapped[0].reads.swap(0, 1);
    cases.push(("words in another order", honest(&swapped)));
    for edit in 0..6 {
        let mut other = asked.clone();
        let e = &mut other[1];
        match edit {
            0 => e.clk += 1,
            1 => e.a.space ^= 1,
            2 => e.a.ctx += 1,
            3 => e.a.off += 1,
            4 => e.len -= 1,
            _ => e.reads[0].old_time ^= 1,
        }
        cases.push(("another call", honest(&other)));
    }
    cases.push(("a call left out", honest(&asked[..1])));
    cases.push(("a call twice", honest(&[asked[0].clone(), asked[1].clone(), asked[1].clone()])));
    for (name, chip) in &cases {
        assert!(chip.verdict(&chip.env()).accepted(), "{name}: refused by itself");
        assert!(chip.verdict(&env).message.is_some(), "{name}: accepted");
        assert!(prove_isolated(chip, &env).is_err(), "{name}: proved");
    }
}

#[test]
fn every_part_is_noticed() {
    let forged: Vec<Chip> = row_forgeries()
        .into_iter()
        .chain(message_forgeries())
        .chain(faults())
        .chain(consistent_forgeries())
        .map(|(_, chip)| chip)
        .collect();
    let report = sole_refusers(&honest(&events(&[57], 12)), 13, &forged);
    println!("sha256: {report}; columns {:?}", opened_columns(&AIR));
    assert_eq!(report.interactions - report.noticed_lookups.len(), 3, "memory twice, memop");
}
