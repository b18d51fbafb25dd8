//! Honest codes, mutants, and the deletion score; forgeries are in `forgeries.rs`.

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use zkrom_asm::isa::code::code_layout;

use super::forgeries::{edits, forgeries, worlds};
use super::samples::{Sample, fetched, random_code};
use super::{BytecodeChip, BytecodeCols, rows, trace};
use crate::check::Deletion;
use crate::columns::view;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{
    Isolated, KillTable, Waiver, deletion_score, mutate, opened_columns, prove_isolated, sole_culprits,
};

const AIR: BytecodeChip = BytecodeChip;
const LENGTHS: [usize; 20] = [0, 1, 7, 8, 9, 15, 16, 24, 31, 32, 33, 55, 63, 64, 65, 96, 128, 200, 500, 1000];

/// The trace of a sample.
pub fn filled(sample: &Sample, height: usize) -> Isolated<'static, BytecodeChip> {
    let trace = trace(&sample.mem_ops, &sample.fetches, height, &mut LookupCounts::default());
    Isolated { air: &AIR, columns: BytecodeCols::names(), trace, public_values: vec![] }
}

fn fitted(sample: &Sample) -> Isolated<'static, BytecodeChip> {
    filled(sample, rows(&sample.mem_ops, &sample.fetches).next_power_of_two())
}

#[test]
fn layout_is_the_walk() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for len in (0..100).chain([500]) {
        let code = random_code(&mut rng, len);
        for (pc, place) in code_layout(&code).into_iter().enumerate() {
            assert_eq!((place.opcode, place.next_pc), fetched(&code, pc), "{pc} of {code:02x?}");
        }
    }
}

#[test]
fn honest_codes() {
    for seed in 0..6 {
        let sample = Sample::random(&mut ChaCha8Rng::seed_from_u64(seed), &LENGTHS);
        let honest = fitted(&sample);
        honest.assert_honest();
        assert!(honest.env() == sample.bytecode_env());
        if seed < 2 {
            prove_isolated(&honest, &honest.env()).unwrap();
        }
    }
}

/// Pushes of each length cut off at each place, and fetches past the end.
#[test]
fn truncated_pushes() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut sample = Sample::default();
    for op in [0x60, 0x61, 0x62, 0x68, 0x70, 0x7e, 0x7f_u8] {
        for have in 0..op - 0x5f {
            let mut code = vec![0x5b; usize::from(have) % 9];
            code.push(op);
            code.extend(std::iter::repeat_n(0x5b, have.into()));
            let clk = 1 + sample.codes.len() as u32;
            sample.load(&mut rng, clk, &code, 8);
        }
    }
    // far past the end: STOP as well
    let last = *sample.codes.keys().next_back().unwrap();
    sample.fetches.get_mut(&last).unwrap().opcodes.insert(1000, 1);
    let honest = fitted(&sample);
    honest.assert_honest();
    assert!(honest.env() == sample.bytecode_env());
    prove_isolated(&honest, &honest.env()).unwrap();
}

#[test]
fn nothing_loaded() {
    let honest = fitted(&Sample::default());
    honest.assert_honest();
    assert!(honest.env().is_empty());
    prove_isolated(&honest, &honest.env()).unwrap();
}

#[test]
fn columns() {
    let (main, lookup) = opened_columns(&AIR);
    println!("bytecode: {main} main + {lookup} lookup columns, a row for 8 bytes");
    assert_eq!((main, lookup), (98, 60));
}

#[test]
fn counts_match_lookups() {
    let sample = Sample::random(&mut ChaCha8Rng::seed_from_u64(3), &LENGTHS);
    let mut counts = LookupCounts::default();
    let height = rows(&sample.mem_ops, &sample.fetches);
    let main = trace(&sample.mem_ops, &sample.fetches, height.next_power_of_two(), &mut counts);
    let reads: usize = sample.mem_ops.iter().map(|e| e.reads.len()).sum();
    assert_eq!(counts.range16.iter().sum::<u32>() as usize, 2 * reads);
    let honest = Isolated { air: &AIR, columns: BytecodeCols::names(), trace: main, public_values: vec![] };
    let mut pairs = vec![0; 1 << 16];
    for row in 0..honest.trace.height() {
        let b = crate::check::evaluate_row(&AIR, &honest.trace, None, &[], row, Deletion::None);
        for m in b.messages.iter().filter(|m| m.bus == crate::buses::Bus::Byte) {
            let f: Vec<usize> = m.fields.iter().map(|f| f.as_canonical_u32() as usize).collect();
            pairs[f[1] + 256 * f[2]] += 1;
        }
    }
    assert!(pairs == counts.bytes[0]);
}

/// A megabyte and a half of code.
#[test]
fn a_block_of_codes() {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let mut sample = Sample::default();
    for clk in 1..=60 {
        let code = random_code(&mut rng, 24_576);
        let mut one = Sample::default();
        one.load(&mut rng, clk, &code[..64], 1);
        let load = &mut one.mem_ops[0];
        load.len = code.len() as u32;
        load.reads = code
            .chunks_exact(32)
            .enumerate()
            .map(|(i, word)| {
                let word = alloy_primitives::U256::from_be_slice(word);
                let mut read = load.reads[0];
                read.addr.off = load.a.off + i as u32;
                (read.old, read.new) = (word, word);
                read
            })
            .collect();
        sample.mem_ops.append(&mut one.mem_ops);
    }
    let start = std::time::Instant::now();
    let n = rows(&sample.mem_ops, &sample.fetches);
    let main = filled(&sample, n.next_power_of_two()).trace;
    println!("bytecode: {n} rows for 1.5 MB of code, filled in {:?}", start.elapsed());
    assert_eq!(main.height(), 1 << 18);
}

#[test]
fn mutants_are_killed() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    // the first STOP lies in the last word read: no word of the run is left unread
    let mut sample = Sample::default();
    for (i, len) in [20, 57, 30].into_iter().enumerate() {
        let mut code = random_code(&mut rng, len);
        code.extend([0x00, 0x5b].repeat(20));
        code.truncate(len);
        code[len - 20..].fill(0x5b);
        sample.load(&mut rng, 9 + i as u32, &code, 6);
    }
    let table = mutate(&filled(&sample, 16), 16, 6, &[]);
    println!("bytecode: {table}");
    assert!(table.survivors.is_empty(), "{table}");

    let unread = [
        Waiver { column: "mem", reason: "bytes of a word past the end, which is not read", free: past_the_end },
        Waiver { column: "rest", reason: "limbs of a word past the end, which is not read", free: past_the_end },
    ];
    let mut total = KillTable::default();
    for seed in 0..3 {
        let sample = Sample::random(&mut ChaCha8Rng::seed_from_u64(seed), &LENGTHS);
        let table = mutate(&fitted(&sample), 60, seed, &unread);
        println!("bytecode: {table}");
        total.survivors.extend(table.survivors);
    }
    assert!(total.survivors.is_empty(), "{total}");
}

#[test]
fn forgeries_are_refused() {
    for (i, (name, forged)) in forgeries().into_iter().enumerate() {
        assert!(!forged.refusal().accepted(), "accepted: {name}");
        if i % 4 == 0 {
            assert!(prove_isolated(&forged, &forged.env()).is_err(), "proved: {name}");
        }
    }
    for (name, forged, env) in worlds() {
        assert!(!forged.verdict(&env).accepted(), "accepted: {name}");
        assert!(prove_isolated(&forged, &env).is_err(), "proved: {name}");
    }
}

#[test]
fn every_part_is_needed() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let mut sample = Sample::default();
    for (clk, len) in [(5, 41), (9, 30)] {
        let code = random_code(&mut rng, len);
        sample.load(&mut rng, clk, &code, 6);
    }
    let mut dishonest = sole_culprits(&fitted(&sample), 9);
    dishonest.extend(forgeries().into_iter().chain(edits()).map(|(_, f)| {
        let env = f.env();
        (f, env)
    }));
    let report = deletion_score(&dishonest);
    println!("bytecode: {report}");
    // `start` is boolean by the other equations (see the module's doc)
    assert_eq!(report.unnoticed, [Deletion::Constraint(0)], "{report}");
}

/// Whether a row's bytes are all past the end of their code.
fn past_the_end(row: &[Val]) -> bool {
    view::<_, BytecodeCols<Val>>(row).past.iter().all(|&past| past == Val::ONE)
}
