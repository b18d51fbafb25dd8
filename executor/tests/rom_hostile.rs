//! Hostile witnesses: for blocks that are valid, every trie node, code and header deleted or changed, the block's bytes changed, and the private
//! words changed without regard to their form. `rom/main.zkasm` accepts what the oracle (revm on a strict partial trie) accepts, with the same words,
//! and nothing else.
//!
//! Sampled; `ZKROM_HOSTILE=1` tries everything, and a hundred times as many random changes.

mod hostile;
mod rom;

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};

use alloy_primitives::U256;
use hostile::{ITEM_WAYS, Part, Subject, Tally, change_item, change_words, reasons, rng, sampled};
use rand::Rng;
use rom::Rom;
use zkrom_asm::isa::ModulusId;
use zkrom_executor::hints::Hints;
use zkrom_witness::{BlockInput, samples, vectors};

fn thorough() -> bool {
    std::env::var("ZKROM_HOSTILE").is_ok_and(|v| v == "1")
}

/// The sample blocks, and a small real one.
fn subjects() -> Vec<Subject> {
    let mut out: Vec<_> = samples::SAMPLES.iter().map(|s| Subject::new(s.name, s.make().unwrap())).collect();
    if let Some(folder) = vectors::find_or_skip("blocks", "hostile witnesses of a real block") {
        let path = folder.join("mainnet_21429992_cancun.json.gz");
        out.push(Subject::new("21429992", BlockInput::load(path).unwrap()));
    }
    out
}

fn passed(tallies: &[&Tally]) {
    let wrong: Vec<&String> = tallies.iter().flat_map(|t| &t.wrong).collect();
    assert!(wrong.is_empty(), "{} wrong verdicts:\n{wrong:#?}", wrong.len());
}

#[test]
fn witness_items_deleted_and_changed() {
    let rom = Rom::main();
    let (mut tallies, each) = (vec![], if thorough() { usize::MAX } else { 24 });
    for subject in subjects() {
        for part in Part::ALL {
            let mut tally = Tally::default();
            let mut rng = rng(1);
            let len = part.of(&mut subject.input.clone()).len();
            for i in sampled(len, each, &mut rng) {
                for way in 0..ITEM_WAYS {
                    let mut input = subject.input.clone();
                    let name = change_item(part.of(&mut input), i, way, &mut rng);
                    let what = format!("{} {part:?} {i} {name}", subject.name);
                    tally.judge(&rom, &what, &input, &subject.config);
                }
            }
            tally.print(&format!("{} {part:?}", subject.name));
            tallies.push(tally);
        }
    }
    let tallies: Vec<&Tally> = tallies.iter().collect();
    passed(&tallies);
    let reasons = reasons(&tallies);
    for wanted in ["missing_node", "missing_code", "invalid_parent_hash", "missing_parent_header"] {
        assert!(reasons.contains_key(wanted), "{wanted} is not reached: {reasons:?}");
    }
}

/// What no block needs is no reason to refuse it, wherever it stands.
#[test]
fn needless_items_are_ignored() {
    let rom = Rom::main();
    let mut tally = Tally::default();
    for subject in subjects() {
        for extra in [vec![], vec![0xc0], vec![0x80], vec![7; 100], vec![0xff; 5000]] {
            for part in [Part::Nodes, Part::Codes] {
                for first in [true, false] {
                    let mut input = subject.input.clone();
                    let list = part.of(&mut input);
                    list.insert(if first { 0 } else { list.len() }, extra.clone().into());
                    tally.judge(&rom, &format!("{} more {part:?}", subject.name), &input, &subject.config);
                }
            }
        }
    }
    passed(&[&tally]);
    assert_eq!(tally.accepted, tally.total());
}

#[test]
fn blocks_with_changed_bytes() {
    let rom = Rom::main();
    let (mut tallies, n) = (vec![], if thorough() { 20_000 } else { 200 });
    for subject in subjects() {
        let mut tally = Tally::default();
        let mut rng = rng(2);
        for i in 0..n {
            let mut bytes = subject.input.block.to_vec();
            // Half of them in the body: the header is nearly all of a small block.
            let body = subject.body().start;
            let from = if rng.random() { body.min(bytes.len() - 1) } else { 0 };
            for _ in 0..rng.random_range(1..3) {
                let at = rng.random_range(from..bytes.len());
                bytes[at] = match rng.random_range(0..4) {
                    0 => bytes[at] ^ (1 << rng.random_range(0..8)),
                    1 => bytes[at].wrapping_add(1),
                    2 => 0,
                    _ => rng.random(),
                };
            }
            match rng.random_range(0..20) {
                0 => bytes.truncate(rng.random_range(0..bytes.len())),
                1 => bytes.push(rng.random()),
                _ => {}
            }
            let input = BlockInput { block: bytes.into(), ..subject.input.clone() };
            tally.judge(&rom, &format!("{} change {i}", subject.name), &input, &subject.config);
        }
        tally.print(&format!("{} block", subject.name));
        tallies.push(tally);
    }
    let tallies: Vec<&Tally> = tallies.iter().collect();
    passed(&tallies);
    assert!(reasons(&tallies).len() >= 12, "{:?}", reasons(&tallies));
}

#[test]
fn private_words_changed() {
    let rom = Rom::main();
    let (mut tallies, n) = (vec![], if thorough() { 50_000 } else { 400 });
    for subject in subjects() {
        let mut tally = Tally::default();
        let mut rng = rng(3);
        for _ in 0..n {
            let mut words = subject.words();
            let mut what = subject.name.clone();
            for _ in 0..rng.random_range(1..3) {
                if !words.is_empty() {
                    what = format!("{what}, {}", change_words(&mut words, &mut rng));
                }
            }
            tally.judge_words(&rom, &what, words, &subject);
        }
        tally.print(&format!("{} words", subject.name));
        tallies.push(tally);
    }
    passed(&tallies.iter().collect::<Vec<_>>());
}

/// The default hints, but for one call of one of them.
fn wrong_hint(name: &str, call: u32, change: impl Fn(U256) -> U256 + Send + Sync + 'static) -> Hints {
    let mut hints = Hints::default();
    let arity = hints.list().find(|(n, _)| *n == name).unwrap().1;
    let honest = hints.get(name).unwrap();
    let calls = AtomicU32::new(0);
    hints.register(name, arity, move |ctx, args| {
        let value = honest(ctx, args)?;
        Ok(if calls.fetch_add(1, Ordering::Relaxed) == call { change(value) } else { value })
    });
    hints
}

/// A hint is free: with any other value the program refuses the block or proves the same words.
#[test]
fn hints_changed() {
    let rom = Rom::main();
    let mut rng = rng(4);
    let each = if thorough() { 400 } else { 8 };
    let (mut refused, mut same) = (BTreeMap::new(), BTreeMap::new());
    for subject in subjects() {
        let outcome = rom.run(subject.words()).unwrap();
        for (name, calls) in rom.hint_calls(&outcome) {
            for _ in 0..if calls == 0 { 0 } else { each } {
                let (p, n) = (ModulusId::Secp256k1P.modulus(), ModulusId::Secp256k1N.modulus());
                let (bit, word) =
                    (rng.random_range(0..256usize), U256::from_be_bytes(rng.random::<[u8; 32]>()));
                let way = rng.random_range(0..10);
                let hints = wrong_hint(&name, rng.random_range(0..calls), move |x| match way {
                    0 => x.wrapping_add(U256::ONE),
                    1 => x.wrapping_sub(U256::ONE),
                    2 => x ^ (U256::ONE << bit),
                    3 => U256::ZERO,
                    4 => U256::MAX,
                    // The same residues, and their opposites.
                    5 => x.wrapping_add(p),
                    6 => x.wrapping_add(n),
                    7 => p.wrapping_sub(x),
                    8 => n.wrapping_sub(x),
                    _ => word,
                });
                let got = rom.run_with(&hints, subject.words());
                match got {
                    Err(_) => *refused.entry(name.clone()).or_insert(0) += 1,
                    Ok(o) => {
                        assert_eq!(o.public_out[..8], subject.honest, "{}: {name}, way {way}", subject.name);
                        *same.entry(name.clone()).or_insert(0) += 1;
                    }
                }
            }
        }
    }
    println!("refused {refused:?}; the same words {same:?}");
    assert!(refused.len() >= 6, "{refused:?}");
}
