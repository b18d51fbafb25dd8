//! Honest push data, mutants and forgeries.

use p3_field::{Field, PrimeCharacteristicRing};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use zkrom_asm::isa::code::PUSH_DATA_STRIDE;

use super::{PushDataChip, PushDataCols, rows, trace};
use crate::check::Deletion;
use crate::chips::bytecode::samples::{Sample, fetched};
use crate::columns::view_mut;
use crate::field::Val;
use crate::testing::{Env, Isolated, deletion_score, mutate, opened_columns, prove_isolated, sole_culprits};

const AIR: PushDataChip = PushDataChip;
type Forged = Isolated<'static, PushDataChip>;
type Lie<'a> = (&'a str, &'a dyn Fn(&mut Forged));

fn filled(sample: &Sample, height: usize) -> Forged {
    let trace = trace(&sample.mem_ops, &sample.fetches, height);
    Isolated { air: &AIR, columns: PushDataCols::names(), trace, public_values: vec![] }
}

fn fitted(sample: &Sample) -> Forged {
    filled(sample, rows(&sample.mem_ops, &sample.fetches).next_power_of_two())
}

/// One code with every length of push, the last cut off.
fn all_lengths() -> Sample {
    let mut code = Vec::new();
    for n in 1..=32_u8 {
        code.push(0x5f + n);
        code.extend((0..n).map(|i| 0x5f_u8.wrapping_add(i.wrapping_mul(n))));
    }
    code.extend([0x7f, 0xff]);
    let mut sample = Sample::default();
    sample.load(&mut ChaCha8Rng::seed_from_u64(1), 3, &code, 8);
    sample
}

/// PUSH3, PUSH1, PUSH4, PUSH0, PUSH2 cut off.
fn small() -> Sample {
    let code = [0x62, 1, 2, 3, 0x60, 0x5b, 0x63, 9, 8, 7, 6, 0x5f, 0x61, 0xaa];
    let mut sample = Sample::default();
    sample.load(&mut ChaCha8Rng::seed_from_u64(1), 3, &code, 8);
    sample
}

#[test]
fn honest_push_data() {
    let mut samples = vec![Sample::default(), all_lengths(), small()];
    for seed in 0..4 {
        samples
            .push(Sample::random(&mut ChaCha8Rng::seed_from_u64(seed), &[0, 1, 33, 64, 300, 1000, 5, 900]));
    }
    for sample in samples {
        let honest = fitted(&sample);
        honest.assert_honest();
        assert!(honest.env() == sample.push_data_env());
        prove_isolated(&honest, &honest.env()).unwrap();
    }
}

#[test]
fn columns() {
    let (main, lookup) = opened_columns(&AIR);
    println!("pushdata: {main} main + {lookup} lookup columns, a row for 2 bytes of an executed push");
    assert_eq!((main, lookup), (25, 20));
}

/// The arithmetic that no fetch of push data passes for that of a push.
#[test]
fn push_data_is_no_instruction() {
    for after in 1..=32 {
        for byte in 0..256 {
            assert_ne!(after + PUSH_DATA_STRIDE * byte, 256 - 0x5e, "{after} {byte}");
        }
    }
}

#[test]
fn mutants_are_killed() {
    for (sample, height) in [(all_lengths(), 512), (small(), 8), (small(), 16)] {
        let table = mutate(&filled(&sample, height), 60, 2, &[]);
        println!("pushdata: {table}");
        assert!(table.survivors.is_empty(), "{table}");
    }
}

fn row(f: &mut Forged, i: usize) -> &mut PushDataCols<Val> {
    let w = PushDataCols::WIDTH;
    view_mut(&mut f.trace.values[i * w..(i + 1) * w])
}

/// Rows of [`small`]: PUSH3 in 0 and 1, PUSH1 in 2, PUSH4 in 3 and 4, PUSH2 in 5.
fn edited(name: &'static str, edit: impl FnOnce(&mut Forged)) -> (&'static str, Forged) {
    let mut f = filled(&small(), 8);
    edit(&mut f);
    (name, f)
}

/// Tables that break a constraint, the fetches going along.
fn forgeries() -> Vec<(&'static str, Forged)> {
    let minus = -Val::ONE;
    let mut out = vec![
        edited("the second row of a push answers too", |f| row(f, 0).last = Val::ONE),
        edited("a run never ends", |f| row(f, 5).last = Val::ZERO),
        edited("it ends early", |f| {
            row(f, 0).last = Val::ONE;
            row(f, 1).start = Val::ONE;
        }),
        edited("it ends early, on padding", |f| {
            row(f, 3).last = Val::ONE;
            *row(f, 4) = *row(f, 7);
            row(f, 3).mult = Val::ONE;
        }),
        edited("odd in the middle", |f| row(f, 4).odd = Val::ONE),
        edited("an odd row with a first byte", |f| row(f, 2).hi = Val::ONE),
        edited("the code id changes", |f| row(f, 1).cid += Val::ONE),
        edited("the end changes", |f| {
            row(f, 1).end += Val::ONE;
            row(f, 1).at += Val::ONE;
        }),
        edited("a byte twice", |f| {
            row(f, 3).at += Val::TWO;
        }),
        edited("the end changes alone", |f| row(f, 0).end += Val::ONE),
        edited("addresses skip", |f| row(f, 0).at -= Val::TWO),
        edited("answered for a later end", |f| {
            row(f, 2).end += Val::ONE;
        }),
        edited("no start", |f| row(f, 2).start = Val::ZERO),
        edited("row 0 goes on", |f| {
            row(f, 0).start = Val::ZERO;
        }),
        edited("padding that starts", |f| row(f, 6).start = Val::ONE),
        edited("padding that answers", |f| {
            row(f, 6).last = Val::ONE;
            row(f, 6).mult = Val::ONE;
        }),
        edited("padding that ends and starts", |f| {
            let r = row(f, 6);
            (r.last, r.end, r.mult) = (Val::ONE, Val::ONE, Val::ONE);
            let r = row(f, 7);
            (r.start, r.end, r.at) = (Val::ONE, Val::ONE, Val::TWO);
        }),
        edited("a row in the middle answers", |f| row(f, 0).mult = Val::ONE),
        edited("odd padding", |f| row(f, 6).odd = Val::ONE),
        edited("a row counts twice", |f| row(f, 2).active = Val::TWO),
        edited("a start counts twice", |f| row(f, 2).start = Val::TWO),
        edited("it ends twice", |f| row(f, 2).last = Val::TWO),
        edited("twice odd", |f| row(f, 2).odd = Val::TWO),
        edited("half odd", |f| row(f, 2).odd = Val::TWO.inverse()),
        edited("a run around the end of the table", |f| {
            // rows 0..8 are all used: one PUSH1 and PUSH14, turned
            let mut code = vec![0x60, 1, 0x6d];
            code.extend([7; 14]);
            let mut sample = Sample::default();
            sample.load(&mut ChaCha8Rng::seed_from_u64(1), 3, &code, 8);
            *f = filled(&sample, 8);
            f.trace.values.rotate_right(PushDataCols::WIDTH);
        }),
        edited("a start that is not active", |f| {
            let r = row(f, 2);
            (r.active, r.start, r.last) = (Val::ZERO, Val::ONE, Val::ZERO);
        }),
        edited("minus a row", |f| {
            let r = row(f, 7);
            (r.active, r.start, r.last, r.end) = (minus, minus, minus, Val::ONE);
        }),
    ];
    for i in 1..16 {
        out.push(edited("the register does not start from zero", |f| row(f, 2).word[i] = Val::ONE));
    }
    out
}

#[test]
fn forgeries_are_refused() {
    for (i, (name, forged)) in forgeries().into_iter().enumerate() {
        assert!(!forged.refusal().accepted(), "accepted: {name}");
        if i % 4 == 0 {
            assert!(prove_isolated(&forged, &forged.env()).is_err(), "proved: {name}");
        }
    }
}

/// Fetches a bytecode chip answers nobody: each table is consistent in itself, and some fetch finds no such place.
#[test]
fn lies_find_no_place() {
    let sample = small();
    let code = &sample.codes[&3];
    let lies: [Lie<'_>; 7] = [
        ("the first byte left out", &|f| {
            row(f, 3).odd = Val::ONE;
            row(f, 3).hi = Val::ZERO;
            row(f, 3).word[0] = Val::from_u8(8);
            row(f, 4).word[1] = Val::from_u8(8);
        }),
        ("another byte", &|f| row(f, 2).word[0] += Val::ONE),
        ("a PUSH2 of the data of a PUSH1", &|f| {
            let r = row(f, 2);
            (r.odd, r.hi) = (Val::ZERO, Val::from_u8(0x60));
            r.word[0] += Val::from_u32(0x6000);
        }),
        ("push data of the next instruction", &|f| {
            let r = row(f, 2);
            r.at += Val::TWO;
            r.end += Val::TWO;
        }),
        ("another code", &|f| row(f, 2).cid += Val::ONE),
        ("bytes with a carry between them", &|f| row(f, 5).hi -= Val::ONE),
        ("an end between, made up for by the byte", &|f| {
            // end + 64 byte is the same: end + 64, byte - 1
            let r = row(f, 2);
            r.end += Val::from_u32(64);
            r.at = r.end - Val::ONE;
            r.word[0] -= Val::ONE;
        }),
    ];
    for (name, lie) in lies {
        let mut forged = filled(&sample, 8);
        lie(&mut forged);
        assert!(forged.refusal().accepted(), "no lie, but broken: {name}");
        let places: Vec<Vec<Val>> = (0..=16)
            .map(|pc| {
                let (opcode, next_pc) = fetched(code, pc);
                [3, pc as u32, opcode, next_pc].map(Val::from_u32).to_vec()
            })
            .collect();
        let unmatched = |env: &Env| {
            env.keys().filter(|(bus, m)| *bus == crate::buses::Bus::Fetch && !places.contains(m)).count()
        };
        assert_eq!(unmatched(&filled(&sample, 8).env()), 0);
        assert!(unmatched(&forged.env()) > 0, "matched: {name}");
    }
}

/// The register, the words and the end of every push are asked for as they are.
#[test]
fn wrong_words_are_refused() {
    let sample = small();
    let env = sample.push_data_env();
    for i in 0..6 {
        for limb in 0..16 {
            let mut forged = filled(&sample, 8);
            row(&mut forged, i).word[limb] += Val::ONE;
            assert!(!forged.verdict(&env).accepted());
        }
    }
    let mut forged = filled(&sample, 8);
    row(&mut forged, 2).word[0] += Val::ONE;
    assert!(prove_isolated(&forged, &env).is_err());
}

#[test]
fn every_part_is_needed() {
    let mut dishonest = sole_culprits(&filled(&small(), 8), 5);
    dishonest.extend(forgeries().into_iter().map(|(_, f)| {
        let env = f.env();
        (f, env)
    }));
    let report = deletion_score(&dishonest);
    println!("pushdata: {report}");
    // that three flags are boolean follows from the rest (see the module's doc)
    assert_eq!(report.unnoticed, [0, 1, 2].map(Deletion::Constraint), "{report}");
}
