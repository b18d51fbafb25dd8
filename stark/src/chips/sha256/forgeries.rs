//! Dishonest traces: what an attacker would write, with everything that follows consistent.

use p3_field::PrimeCharacteristicRing;

use super::columns::{AT, FULL, ROWS_PER_BLOCK};
use super::tests::{Chip, WIDTH, edited, events, filled, honest, row, tampered};
use super::trace::{Site, fill_between, padded};
use crate::field::Val;

/// Calls filled from other padded messages than they have.
pub fn message_forgeries() -> Vec<(String, Chip)> {
    let mut out = vec![];
    for len in [0, 1, 32, 54, 55, 56, 63, 64, 100, 119, 120] {
        let e = &events(&[len], u64::from(len))[0];
        let truth = padded(e);
        let (n, last) = (len as usize, truth.len() - 1);
        let mut add = |name: &str, message: Vec<u8>| {
            if message != truth {
                out.push((format!("{name}, length {len}"), filled(e, &message)));
            }
        };
        let with = |edits: &[(usize, u8)]| {
            let mut m = truth.clone();
            edits.iter().for_each(|&(i, x)| m[i] ^= x);
            m
        };
        add("no first padding byte", with(&[(n, 0x80)]));
        add("another first padding byte", with(&[(n, 0x81)]));
        add("padding not zero", with(&[(n + 1, 0x10)]));
        add("padding not zero before the length", with(&[(last - 4, 1)]));
        add("length plus a byte", with(&[(last, 8)]));
        add("length plus a bit", with(&[(last, 1)]));
        add("length plus 2^8 bytes", with(&[(last - 1, 8)]));
        add("length with its top bit", with(&[(last - 3, 0x80)]));
        if n > 0 {
            add("data changed", with(&[(n - 1, 0xff)]));
            add("first byte changed", with(&[(0, 1)]));
            add("padding a byte early", with(&[(n - 1, truth[n - 1] ^ 0x80), (n, 0x80)]));
        }
        if n % 32 != 0 {
            let mut longer = e.clone();
            longer.len = len.next_multiple_of(32);
            add("bytes past the length", padded(&longer));
        }
        let mut more = truth.clone();
        more.extend([0; 64]);
        add("another block of zeros", more.clone());
        more.copy_within(last - 7..last + 1, last + 57);
        more[last - 7..=last].fill(0);
        add("the length one block later", more);
        if truth.len() > 64 {
            add("first block left out", truth[64..].to_vec());
            add("last block left out", truth[..truth.len() - 64].to_vec());
            let mut m = truth[64..].to_vec();
            m.extend(&truth[..64]);
            add("blocks in another order", m);
        }
    }
    for (len, said) in [
        (40, 39),
        (40, 41),
        (64, 63),
        (64, 0),
        (32, 0),
        (0, 1),
        (56, 55),
        (10, 10 + (1 << 28)),
        (10, 10 + (1 << 29)),
    ] {
        let e = &events(&[len], 77)[0];
        let base = filled(e, &padded(e));
        out.push((
            format!("length {len} said to be {said}"),
            edited(&base, |t| (0..t.values.len() / WIDTH).for_each(|i| row(t, i).len = Val::from_u32(said))),
        ));
    }
    out
}

/// Edits of the trace of a call of two blocks (75 bytes: rows 0..32 schedule, 32..66 and 66..100 rounds, 100 the digest).
pub fn row_forgeries() -> Vec<(String, Chip)> {
    let base = honest(&events(&[75], 8));
    let short = honest(&events(&[20], 9));
    let mut out: Vec<(String, Chip)> = vec![];
    let mut add = |name: &str, chip: Chip| out.push((name.to_owned(), chip));
    type Field = fn(&mut super::columns::Sha256Cols<Val>) -> &mut Val;
    let constants: [(&str, Field); 6] = [
        ("clk", |r| &mut r.clk),
        ("space", |r| &mut r.space),
        ("ctx", |r| &mut r.ctx),
        ("off", |r| &mut r.off),
        ("len", |r| &mut r.len),
        ("block", |r| &mut r.block),
    ];
    for (name, field) in constants {
        for from in [1, 2, 16, 32, 33, 66, 100] {
            let change = |t: &mut _| (from..101).for_each(|i| *field(row(t, i)) += Val::ONE);
            add(&format!("{name} changed from row {from} on"), edited(&base, change));
        }
    }
    add("block does not begin at 0", edited(&base, |t| (0..101).for_each(|i| row(t, i).block += Val::ONE)));
    let cut = |from: usize, to: usize| {
        move |t: &mut p3_matrix::dense::RowMajorMatrix<Val>| {
            let mut values = t.values[..from * WIDTH].to_vec();
            values.extend(&t.values[to * WIDTH..]);
            values.resize(t.values.len(), Val::ZERO);
            fill_between(&mut values);
            t.values = values;
        }
    };
    for (name, from, to) in [
        ("the first block's schedule left out", 0, 16),
        ("the second block's schedule left out", 16, 32),
        ("a schedule row left out", 20, 21),
        ("the first block's rounds left out", 32, 66),
        ("the second block's rounds left out", 66, 100),
        ("a round row left out", 50, 51),
        ("the beginning of the rounds left out", 66, 67),
        ("the addition left out", 99, 100),
        ("the first load row left out", 0, 1),
        ("all schedules left out", 0, 32),
        ("a call that begins with rounds", 0, 33),
        ("a digest from nothing", 0, 100),
        ("the digest left out", 100, 101),
    ] {
        add(name, edited(&base, cut(from, to)));
    }
    add(
        "the digest given out twice",
        edited(&base, |t| {
            let digest = t.values[100 * WIDTH..101 * WIDTH].to_vec();
            t.values[101 * WIDTH..102 * WIDTH].copy_from_slice(&digest);
            fill_between(&mut t.values);
        }),
    );
    add(
        "cut off by the last row",
        edited(&short, |t| {
            let mut values = vec![Val::ZERO; 14 * WIDTH];
            values.extend(&t.values[..50 * WIDTH]);
            fill_between(&mut values);
            t.values = values;
        }),
    );
    add(
        "another initial hash value",
        edited(&short, |t| {
            let other = honest(&events(&[75], 8)).trace;
            // The rounds of a later block after a first block's schedule.
            t.values[16 * WIDTH..51 * WIDTH].copy_from_slice(&other.values[66 * WIDTH..101 * WIDTH]);
            fill_between(&mut t.values);
        }),
    );
    for i in [0, 15, 16, 31, 32, 33, 50, 65, 66, 99, 100] {
        for kind in 0..5 {
            add(
                &format!("row {i} of kind {kind} as well"),
                edited(&base, |t| {
                    let r = row(t, i);
                    let kinds = [&mut r.is_s, &mut r.is_i, &mut r.is_r, &mut r.is_f, &mut r.is_d];
                    let cell = kinds.into_iter().nth(kind).unwrap();
                    *cell += if *cell == Val::ZERO { Val::ONE } else { Val::NEG_ONE };
                }),
            );
        }
    }
    add(
        "old time in the future",
        edited(&base, |t| {
            let r = row(t, 0);
            r.q[8] = r.clk * Val::from_u8(4) + Val::ONE + Val::from_u16(1 << 13);
            r.q[9] = Val::ZERO;
        }),
    );
    add(
        "age's low limb past 16 bits",
        edited(&short, |t| {
            (0..51).for_each(|i| row(t, i).clk = Val::from_u32(1 << 20));
            let r = row(t, 0);
            (r.q[8], r.q[9]) = (Val::ZERO, Val::from_u32(1 + (1 << 16)));
        }),
    );
    add(
        "a word not read",
        edited(&base, |t| {
            let r = row(t, 2);
            r.read = Val::ZERO;
        }),
    );
    add(
        "a word past the data read",
        edited(&base, |t| {
            let r = row(t, 18);
            r.read = Val::ONE;
            r.q[8] = r.clk * Val::from_u8(4) + Val::ONE;
        }),
    );
    add("full and the end", edited(&base, |t| row(t, 0).bank[AT.start] = Val::ONE));
    add("neither full nor the end", edited(&base, |t| row(t, 0).bank[FULL] = Val::ZERO));
    let last = ROWS_PER_BLOCK;
    add(
        "the cut byte takes from the data",
        edited(&honest(&events(&[21], 11)), |t| row(t, 1).odd = Val::ZERO),
    );
    // Unused cells: nothing follows from them.
    for i in 16..20 {
        add(&format!("carry {i} of the 64th round"), edited(&short, |t| row(t, last - 2).bank[i] = Val::ONE));
        add(&format!("bank {i} on a schedule row"), edited(&short, |t| row(t, 9).bank[i] = Val::ONE));
    }
    for i in 0..20 {
        add(&format!("bank {i} before the rounds"), edited(&short, |t| row(t, 16).bank[i] = Val::ONE));
    }
    out
}

/// Forgeries in which all but one thing is right.
pub fn consistent_forgeries() -> Vec<(String, Chip)> {
    let mut out: Vec<(String, Chip)> = vec![];
    let mut add = |name: String, chip: Chip| out.push((name, chip));
    let asked = events(&[20], 41).remove(0);
    let truth = padded(&asked);
    let base = filled(&asked, &truth);
    let said = |len: u8| {
        let mut m = truth.clone();
        m[62..64].copy_from_slice(&(8 * u16::from(len)).to_be_bytes());
        edited(&filled(&asked, &m), |t| (0..51).for_each(|i| row(t, i).len = Val::from_u8(len)))
    };
    // Moves a trace down one row, behind a padding row.
    let behind = |chip: Chip| {
        edited(&chip, |t| {
            let mut values = vec![Val::ZERO; WIDTH];
            values.extend(&t.values[..t.values.len() - WIDTH]);
            fill_between(&mut values);
            t.values = values;
        })
    };
    // The rows from one on, functions of the row before the first being zero.
    let from = |chip: &Chip, first: usize| {
        edited(chip, |t| {
            let mut values = t.values[first * WIDTH..].to_vec();
            values.resize(t.values.len(), Val::ZERO);
            fill_between(&mut values);
            t.values = values;
            let r = row(t, 0);
            (r.t1, r.t2) = ([[Val::ZERO; 2]; 2], [[Val::ZERO; 2]; 2]);
        })
    };
    add("length and end apart".into(), said(21));
    let first = edited(&said(84), |t| (0..16).for_each(|i| row(t, i).block += Val::ONE));
    add("first block is 1, behind padding".into(), behind(first.clone()));
    add("first block is 1".into(), first);
    let late = from(&base, 1);
    add("first row is 1, behind padding".into(), behind(late.clone()));
    add("first row is 1".into(), late);
    let none = events(&[0], 42).remove(0);
    let mut m = padded(&none);
    m[0] = 0;
    let none = edited(&filled(&none, &m), |t| {
        let r = row(t, 0);
        (r.data, r.bank[AT.start]) = (Val::ZERO, Val::ZERO);
    });
    add("no end, behind padding".into(), behind(none.clone()));
    add("no end".into(), none);
    let half = events(&[16], 43).remove(0);
    let mut m = padded(&half);
    m[16] = 0;
    add(
        "the data stops without an end".into(),
        edited(&filled(&half, &m), |t| {
            let r = row(t, 1);
            (r.data, r.bank[AT.start]) = (Val::ZERO, Val::ZERO);
        }),
    );
    let empty = events(&[0], 44).remove(0);
    for i in 1..56 {
        let mut m = padded(&empty);
        m[i] ^= 4;
        add(format!("byte {i} of the padding not zero"), filled(&empty, &m));
    }
    for first in [16, 49, 50] {
        add(format!("a trace that begins with row {first}"), from(&base, first));
    }
    add("rounds without a schedule".into(), behind(from(&base, 16)));
    add(
        "a schedule cut after row 3".into(),
        edited(&base, |t| {
            let mut values = t.values[..4 * WIDTH].to_vec();
            values.extend(&t.values[16 * WIDTH..]);
            values.resize(t.values.len(), Val::ZERO);
            fill_between(&mut values);
            t.values = values;
            row(t, 3).end = Val::ONE;
        }),
    );
    let mut m = truth.clone();
    m.extend([0; 56]);
    m.extend(&truth[56..]);
    add(
        "another block after the last".into(),
        edited(&filled(&asked, &m), |t| {
            (0..16).for_each(|i| row(t, i).last = Val::ONE);
            row(t, 3).high = Val::ONE;
            fill_between(&mut t.values);
        }),
    );
    let long = events(&[100], 45).remove(0);
    let mut m = padded(&long);
    m.truncate(64);
    add(
        "the last block left out".into(),
        edited(&filled(&long, &m), |t| {
            (0..16).for_each(|i| row(t, i).last = Val::ZERO);
            row(t, 3).high = Val::ZERO;
            fill_between(&mut t.values);
        }),
    );
    for i in 16..32 {
        add(
            format!("place limb {i} not zero at first"),
            edited(&base, |t| {
                row(t, 0).q[i] += Val::ONE;
                row(t, 1).q[i - 8] += Val::ONE;
            }),
        );
    }
    for k in 0..4 {
        for (h, bit) in [(1, 0), (0, 16)] {
            let t = 32 + k;
            let chip = tampered(&asked, &truth, &|s, x| if s == Site::W(t) { x ^ 1 << bit } else { x });
            let flipped_on = row(&mut chip.trace.clone(), 8).bits[k][bit] == Val::ONE;
            let by = if flipped_on { Val::ONE } else { Val::NEG_ONE };
            add(format!("place {k} wrong in limb {h}"), edited(&chip, |t| row(t, 8).q[2 * k + h] += by));
        }
    }
    for k in 0..4 {
        for bit in [3, 20] {
            add(
                format!("bits {k} of the hash value after the rounds, {bit}"),
                edited(&base, |t| {
                    let cell = &mut row(t, 49).bits[k][bit];
                    *cell = Val::ONE - *cell;
                    fill_between(&mut t.values);
                }),
            );
        }
    }
    out
}

/// One value of the computation wrong in one limb, the rest computed from it.
pub fn faults() -> Vec<(String, Chip)> {
    let mut sites = vec![];
    for k in 0..8 {
        sites.extend([Site::Initial(k), Site::Begin(k), Site::Sum(k)]);
    }
    for t in [0, 1, 2, 31, 32, 62] {
        sites.extend([Site::D(t), Site::H(t), Site::A(t), Site::E(t), Site::RoundW(t)]);
    }
    sites.extend([Site::D(63), Site::H(63), Site::RoundW(63)]);
    for t in [16, 17, 18, 19, 33, 50, 60, 61, 62, 63] {
        sites.push(Site::W(t));
    }
    let mut out = vec![];
    for (len, seed) in [(20, 31), (60, 32)] {
        let e = &events(&[len], seed)[0];
        for &site in &sites {
            for bit in [0, 16, 31] {
                let chip = tampered(e, &padded(e), &|s, x| if s == site { x ^ 1 << bit } else { x });
                out.push((format!("{site:?} with bit {bit} wrong"), chip));
            }
        }
    }
    out
}
