use alloy_primitives::U256;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha3::{Digest, Keccak256};
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::{Access, CellAddr, MemOpEvent};

use super::columns::KeccakSpongeCols;
use super::forgeries::consistent_forgeries;
use super::trace::{fill_call, padded};
use super::{KeccakChip, blocks, permutations, rows, trace};
use crate::buses::Bus;
use crate::check::Deletion;
use crate::chips::keccak_f::{self, KeccakFChip, State};
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated, mutate, opened_columns, prove_isolated, sole_refusers};

const AIR: KeccakChip = KeccakChip;
pub const WIDTH: usize = KeccakSpongeCols::WIDTH;
const RATE: usize = 136;
pub type Chip = Isolated<'static, KeccakChip>;

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
    let r = U256::from_be_slice(&Keccak256::digest(&bytes));
    MemOpEvent { op: MemOp::Keccak, clk, a, b: CellAddr::default(), len, r, reads, writes: vec![] }
}

pub fn events(lens: &[u32], seed: u64) -> Vec<MemOpEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    lens.iter().enumerate().map(|(i, &len)| event(len, 1000 + 7 * i as u32, &mut rng)).collect()
}

fn isolated(trace: RowMajorMatrix<Val>) -> Chip {
    Isolated { air: &AIR, columns: KeccakSpongeCols::names(), trace, public_values: vec![] }
}

pub fn honest(events: &[MemOpEvent]) -> Chip {
    let height = rows(events).next_power_of_two();
    isolated(trace(events, height, &mut LookupCounts::default()))
}

/// The messages calls must lead to: the oracle's digest, the memory accesses, and the permutations, each as the permutation chip has it.
fn expected(events: &[MemOpEvent]) -> Env {
    let mut env = Env::new();
    let mut add =
        |bus: Bus, fields: Vec<Val>, count: Val| *env.entry((bus, fields)).or_insert(Val::ZERO) += count;
    let val = Val::from_u32;
    for e in events {
        let mut call = vec![Val::ONE, val(e.clk), val(e.a.space), val(e.a.ctx), val(e.a.off)];
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
    let inputs = permutations(events);
    let height = keccak_f::rows(&inputs).next_power_of_two();
    let chip = Isolated {
        air: &KeccakFChip,
        columns: keccak_f::columns::names(),
        trace: keccak_f::trace(&inputs, height, &mut LookupCounts::default()),
        public_values: vec![],
    };
    for ((bus, fields), count) in chip.env() {
        add(bus, fields, -count);
    }
    env
}

#[test]
fn digests_match_the_oracle() {
    let lens: Vec<u32> = (0..=300).collect();
    let events = events(&lens, 1);
    assert_eq!(rows(&events), events.iter().map(|e| 5 * blocks(e.len as usize) + 1).sum::<usize>());
    let mut counts = LookupCounts::default();
    let chip = isolated(trace(&events, rows(&events).next_power_of_two(), &mut counts));
    chip.assert_honest();
    assert_eq!(chip.env(), expected(&events));
    assert_counts(&chip, &counts);
}

#[test]
fn long_messages_match_the_oracle() {
    let events =
        events(&[4096, 135, 136, 137, 271, 272, 543, 544, 545, 24_576, 10_007, 0, 136 * 32, 31, 32, 33], 2);
    let chip = honest(&events);
    chip.assert_honest();
    assert_eq!(chip.env(), expected(&events));
}

/// Counts filled with the trace are the lookups its rows make.
fn assert_counts(chip: &Chip, counts: &LookupCounts) {
    let mut seen = LookupCounts::default();
    for row in 0..chip.trace.values.len() / WIDTH {
        for m in crate::check::evaluate_row(&AIR, &chip.trace, None, &[], row, Deletion::None).messages {
            let f: Vec<u32> = m.fields.iter().map(PrimeField32::as_canonical_u32).collect();
            match m.bus {
                Bus::Range16 => seen.range16(f[0] as u16),
                Bus::Byte => seen.byte(crate::buses::ByteOp::ALL[f[0] as usize], f[1] as u8, f[2] as u8),
                _ => {}
            }
        }
    }
    assert_eq!(seen.range16, counts.range16);
    assert_eq!(seen.bytes, counts.bytes);
}

#[test]
fn proofs_are_accepted() {
    for lens in [&[0][..], &[135, 136], &[64, 532, 33, 1]] {
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
    // A full trace: no padding row at the end.
    let events = events(&[0, 0, 300, 136, 600, 100, 100, 540, 10], 4);
    let full = (1..=events.len()).map(|n| &events[..n]).find(|e| rows(e).is_power_of_two());
    if let Some(events) = full {
        assert_eq!(honest(events).env(), expected(events));
    }
}

#[test]
fn mutants_are_killed() {
    for (lens, rows, seed) in [(&[533, 64, 0][..], 64, 5), (&[135, 136, 61, 407, 31][..], 64, 6)] {
        let chip = honest(&events(lens, seed));
        let table = mutate(&chip, rows, seed, &[]);
        println!("keccak {lens:?}: {table}");
        assert!(table.survivors.is_empty(), "{table}");
    }
}

pub fn row(trace: &mut RowMajorMatrix<Val>, row: usize) -> &mut KeccakSpongeCols<Val> {
    view_mut(&mut trace.values[row * WIDTH..(row + 1) * WIDTH])
}

/// A single call filled from another padded message and starting state than it has, everything after them consistent.
fn filled(event: &MemOpEvent, message: &[u8], state: State) -> Chip {
    let n = 5 * (message.len() / RATE) + 1;
    let mut values = Val::zero_vec(n.next_power_of_two() * WIDTH);
    fill_call(event, message, state, &mut values[..n * WIDTH], &mut LookupCounts::default());
    isolated(RowMajorMatrix::new(values, WIDTH))
}

pub fn edited(base: &Chip, edit: impl Fn(&mut RowMajorMatrix<Val>)) -> Chip {
    let mut out = base.clone();
    edit(&mut out.trace);
    out
}

/// Traces of wrong statements, with all that follows from the lie consistent; the environment agrees with whatever they say.
fn forgeries() -> Vec<(String, Chip)> {
    let mut out: Vec<(String, Chip)> = vec![];
    for len in [0, 1, 100, 134, 135, 136, 200, 271, 272, 300, 543] {
        let e = &events(&[len], u64::from(len))[0];
        let true_message = padded(e);
        assert!(filled(e, &true_message, [0; 25]).verdict(&expected(std::slice::from_ref(e))).accepted());
        let mut add = |name: &str, message: Vec<u8>, state: State| {
            if message != true_message || state != [0; 25] {
                out.push((format!("{name}, length {len}"), filled(e, &message, state)));
            }
        };
        let n = len as usize;
        let last = true_message.len() - 1;
        let with = |edits: &[(usize, u8)]| {
            let mut m = true_message.clone();
            edits.iter().for_each(|&(i, x)| m[i] ^= x);
            m
        };
        add("SHA-3's padding", with(&[(n, 0x01 ^ 0x06)]), [0; 25]);
        add("no first padding byte", with(&[(n, 0x01)]), [0; 25]);
        add("no last padding byte", with(&[(last, 0x80)]), [0; 25]);
        add("padding not zero", with(&[((n + 1).min(last), 0x10)]), [0; 25]);
        add("padding bit before the last", with(&[(last, 0x40)]), [0; 25]);
        if n > 0 {
            add("data changed", with(&[(n - 1, 0xff)]), [0; 25]);
            add("first byte changed", with(&[(0, 1)]), [0; 25]);
            add("padding a byte early", with(&[(n - 1, true_message[n - 1] ^ 1), (n, 1)]), [0; 25]);
        }
        if !n.is_multiple_of(32) {
            // The bytes of the last word past the length taken for data.
            let mut longer = e.clone();
            longer.len = len.next_multiple_of(32);
            add("bytes past the length", padded(&longer), [0; 25]);
        }
        let mut more = true_message.clone();
        more.extend([0; RATE]);
        add("another block of zeros", more.clone(), [0; 25]);
        more[last] ^= 0x80;
        *more.last_mut().unwrap() ^= 0x80;
        add("padding over one block more", more, [0; 25]);
        if n >= RATE {
            let mut m = true_message[RATE..].to_vec();
            add("first block left out", m.clone(), [0; 25]);
            m = true_message[..last + 1 - RATE].to_vec();
            add("last block left out", m.clone(), [0; 25]);
            m = true_message[RATE..].to_vec();
            m.extend(&true_message[..RATE]);
            add("blocks in another order", m, [0; 25]);
            let mut m = true_message[..RATE].to_vec();
            m.extend(&true_message);
            add("first block twice", m, [0; 25]);
        }
        let mut state = [0; 25];
        state[0] = 5;
        add("state not reset", true_message.clone(), state);
        state = [0; 25];
        state[24] = 1 << 40;
        add("capacity not reset", true_message.clone(), state);
    }
    // A length that is not the data's, the rows being those of the data.
    for (len, said) in [
        (100, 99),
        (100, 101),
        (64, 63),
        (64, 65),
        (137, 136),
        (135, 136),
        (0, 1),
        (32, 0),
        (10, 10 + (1 << 28)),
    ] {
        let e = &events(&[len], 77)[0];
        let message = padded(e);
        let base = filled(e, &message, [0; 25]);
        out.push((
            format!("length {len} said to be {said}"),
            edited(&base, |t| (0..t.values.len() / WIDTH).for_each(|i| row(t, i).len = Val::from_u32(said))),
        ));
    }
    out.extend(row_forgeries());
    out.extend(consistent_forgeries());
    out
}

/// Edits of the trace of a call of 300 bytes (three blocks, rows 0..16) and one of 20 (rows 16..22).
fn row_forgeries() -> Vec<(String, Chip)> {
    let base = honest(&events(&[300, 20], 8));
    let short = honest(&events(&[20], 9));
    let mut out: Vec<(String, Chip)> = vec![];
    let mut add = |name: &str, chip: Chip| out.push((name.to_owned(), chip));
    type Field = fn(&mut KeccakSpongeCols<Val>) -> &mut Val;
    let constants: [(&str, Field); 6] = [
        ("clk", |r| &mut r.clk),
        ("space", |r| &mut r.space),
        ("ctx", |r| &mut r.ctx),
        ("off", |r| &mut r.off),
        ("len", |r| &mut r.len),
        ("index", |r| &mut r.index),
    ];
    for (name, field) in constants {
        for from in [1, 5, 9, 15] {
            add(
                &format!("{name} changed from row {from} on"),
                edited(&base, |t| (from..16).for_each(|i| *field(row(t, i)) += Val::ONE)),
            );
        }
    }
    add("index does not begin at 0", edited(&base, |t| (0..16).for_each(|i| row(t, i).index += Val::ONE)));
    add("a shared word read again", edited(&base, |t| row(t, 5).read = Val::ONE));
    add(
        "a word not read",
        edited(&base, |t| {
            let r = row(t, 2);
            (r.read, r.old_time, r.age_lo) = (Val::ZERO, Val::ZERO, Val::ZERO);
        }),
    );
    add(
        "a shared word not the same",
        edited(&base, |t| {
            let r = row(t, 5);
            // Byte 20 of the word: limb 5, in a lane of the second block.
            r.word[5] += Val::from_u16(256);
            r.y_lo[10] += Val::ONE;
            let z = r.y_lo[10].as_canonical_u32() ^ r.x_lo[10].as_canonical_u32();
            r.z_lo[10] = Val::from_u32(z);
        }),
    );
    add(
        "a word past the data read",
        edited(&base, |t| {
            let r = row(t, 12);
            r.read = Val::ONE;
        }),
    );
    add(
        "old time in the future",
        edited(&base, |t| {
            let r = row(t, 0);
            r.old_time = r.clk * Val::from_u8(4) + Val::from_u8(2);
            r.age_lo = Val::ZERO;
        }),
    );
    for (name, from, to) in [("the first block", 0, 5), ("the last block", 10, 15)] {
        let cut = edited(&base, |t| {
            let mut values = t.values[..from * WIDTH].to_vec();
            values.extend(&t.values[to * WIDTH..]);
            values.resize(t.values.len(), Val::ZERO);
            t.values = values;
        });
        add(&format!("rows of {name} left out"), cut);
    }
    add(
        "the digest given out after the first block",
        edited(&base, |t| {
            let mut values = t.values[..5 * WIDTH].to_vec();
            values.extend(&t.values[15 * WIDTH..]);
            values.resize(t.values.len(), Val::ZERO);
            t.values = values;
            row(t, 4).fin = Val::ONE;
        }),
    );
    add(
        "the digest given out twice",
        edited(&base, |t| {
            let mut values = t.values[..16 * WIDTH].to_vec();
            values.extend(&t.values[15 * WIDTH..]);
            values.truncate(t.values.len());
            t.values = values;
        }),
    );
    add(
        "a digest from nothing, in padding",
        edited(&base, |t| {
            let digest = t.values[15 * WIDTH..16 * WIDTH].to_vec();
            t.values[25 * WIDTH..26 * WIDTH].copy_from_slice(&digest);
        }),
    );
    add(
        "a digest from nothing, in the first row",
        edited(&short, |t| {
            let mut values = t.values[5 * WIDTH..6 * WIDTH].to_vec();
            values.resize(t.values.len(), Val::ZERO);
            t.values = values;
        }),
    );
    for first in 1..5 {
        add(
            &format!("a call that begins with row {first}"),
            edited(&short, |t| {
                let mut values = t.values[first * WIDTH..].to_vec();
                values.resize(t.values.len(), Val::ZERO);
                t.values = values;
            }),
        );
    }
    for last in 0..5 {
        add(
            &format!("a call cut off by the last row after row {last}"),
            edited(&short, |t| {
                let mut values = vec![Val::ZERO; t.values.len() - (last + 1) * WIDTH];
                values.extend(&t.values[..(last + 1) * WIDTH]);
                t.values = values;
            }),
        );
    }
    add(
        "two calls in the same rows",
        edited(&base, |t| {
            for i in 0..16 {
                row(t, i).pos.rotate_right(1);
            }
        }),
    );
    add("start without a place", edited(&base, |t| row(t, 25).start = Val::ONE));
    add("start in the middle", edited(&base, |t| row(t, 5).start = Val::ONE));
    add("no start", edited(&base, |t| row(t, 16).start = Val::ZERO));
    add(
        "phase of two lanes",
        edited(&base, |t| {
            for i in 5..10 {
                row(t, i).phase[2] = Val::ONE;
            }
        }),
    );
    add(
        "another phase",
        edited(&base, |t| {
            for i in 5..10 {
                row(t, i).phase.rotate_right(1);
            }
        }),
    );
    add(
        "phases from the start on",
        edited(&base, |t| {
            for i in 0..16 {
                row(t, i).phase.rotate_right(1);
            }
        }),
    );
    add("digest from another lane", edited(&base, |t| row(t, 15).phase.rotate_right(1)));
    out
}

#[test]
fn forgeries_are_refused() {
    let forged = forgeries();
    for (name, chip) in &forged {
        let verdict = chip.verdict(&chip.env());
        assert!(verdict.constraint.is_some() || verdict.lookup.is_some(), "{name}: accepted");
    }
    println!("keccak: {} forgeries refused by constraints and tables alone", forged.len());
    for (name, chip) in forged.iter().step_by(9) {
        assert!(prove_isolated(chip, &chip.env()).is_err(), "{name}: proved");
    }
}

/// Honest traces of other statements: only messages can tell.
#[test]
fn other_statements_are_refused() {
    let asked = events(&[200, 40], 10);
    let env = expected(&asked);
    let mut cases: Vec<(&str, Chip)> = vec![];
    let mut word = asked.clone();
    word[0].reads[2].old ^= U256::ONE;
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
    let twice = vec![asked[0].clone(), asked[1].clone(), asked[1].clone()];
    cases.push(("a call twice", honest(&twice)));
    // The permutation's result replaced, and all that follows.
    let base = honest(&asked);
    cases.push((
        "another permutation result",
        edited(&base, |t| {
            let r = row(t, 10);
            let x = r.queue[0].as_canonical_u32() ^ 1;
            r.queue[0] = Val::from_u32(x);
            r.x_lo[0] = Val::from_u32(x & 0xff);
            r.z_lo[0] = r.x_lo[0];
        }),
    ));
    cases.push((
        "another capacity",
        edited(&base, |t| (5..10).for_each(|i| row(t, i).capacity[3] += Val::ONE)),
    ));
    for (name, chip) in &cases {
        assert!(chip.verdict(&chip.env()).accepted(), "{name}: refused by itself");
        assert!(chip.verdict(&env).message.is_some(), "{name}: accepted");
        assert!(prove_isolated(chip, &env).is_err(), "{name}: proved");
    }
}

#[test]
fn every_part_is_noticed() {
    let forged: Vec<Chip> = forgeries().into_iter().map(|(_, chip)| chip).collect();
    let report = sole_refusers(&honest(&events(&[175, 20], 12)), 13, &forged);
    println!("keccak: {report}; columns {:?}", opened_columns(&AIR));
    // The other interactions: without one, nothing on its bus is bound. One of each in an environment that lacks it.
    assert_eq!(report.interactions - report.noticed_lookups.len(), 4, "memory twice, keccak-f, memop");
}
