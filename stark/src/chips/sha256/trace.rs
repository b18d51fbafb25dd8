//! Filling.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::MemOpEvent;

use super::columns::*;
use super::constants::{IV, K};
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::LookupCounts;

const WIDTH: usize = Sha256Cols::WIDTH;
/// Bytes of a block.
const BLOCK: usize = 64;

fn calls(events: &[MemOpEvent]) -> impl Iterator<Item = &MemOpEvent> {
    events.iter().filter(|e| e.op == MemOp::Sha256)
}

/// Blocks of a message of some length: nine bytes of padding at least.
#[must_use]
pub const fn blocks(len: usize) -> usize {
    (len + 8) / BLOCK + 1
}

const fn rows_of(event: &MemOpEvent) -> usize {
    ROWS_PER_BLOCK * blocks(event.len as usize) + 1
}

/// Rows needed for the sha256 calls among some events.
#[must_use]
pub fn rows(events: &[MemOpEvent]) -> usize {
    calls(events).map(rows_of).sum()
}

/// The trace of the sha256 calls among some events, in their order.
///
/// # Panics
///
/// Where the calls do not fit, or an event lacks reads its length asks for.
#[must_use]
pub fn trace(events: &[MemOpEvent], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    assert!(rows(events) <= height);
    let mut values = Val::zero_vec(height * WIDTH);
    let mut left = values.as_mut_slice();
    let mut jobs = Vec::new();
    for event in calls(events) {
        let (own, rest) = left.split_at_mut(rows_of(event) * WIDTH);
        jobs.push((event, own));
        left = rest;
    }
    jobs.into_par_iter().for_each(|(event, rows)| fill_call(event, &padded(event), rows, &|_, x| x));
    for event in calls(events) {
        for read in &event.reads {
            let age = 4 * event.clk + 1 - read.old_time;
            counts.range16(age as u16);
            counts.range16(((age >> 16) << 3) as u16);
        }
    }
    fill_between(&mut values);
    RowMajorMatrix::new(values, WIDTH)
}

/// The message with its padding (FIPS 180-4, 5.1.1).
pub(super) fn padded(event: &MemOpEvent) -> Vec<u8> {
    let len = event.len as usize;
    let mut bytes: Vec<u8> = event.reads.iter().flat_map(|a| a.old.to_be_bytes::<32>()).collect();
    assert_eq!(event.reads.len(), len.div_ceil(32), "a sha256 event holds the words of its data");
    bytes.truncate(len);
    bytes.push(0x80);
    bytes.resize(BLOCK * blocks(len) - 8, 0);
    bytes.extend((8 * len as u64).to_be_bytes());
    bytes
}

fn limbs(x: u32) -> [Val; 2] {
    [Val::from_u16((x >> 16) as u16), Val::from_u16(x as u16)]
}

fn set(cells: &mut [Val], values: &[Val]) {
    cells[..values.len()].copy_from_slice(values);
}

fn bits_of(x: u32) -> [Val; 32] {
    core::array::from_fn(|i| Val::from_bool(x >> i & 1 == 1))
}

fn word_of(bits: &[Val; 32]) -> u32 {
    bits.iter().enumerate().map(|(i, b)| u32::from(*b != Val::ZERO) << i).sum()
}

fn put(bank: &mut [Val], at: usize, bits: usize, value: u32) {
    assert!(value >> bits == 0);
    (0..bits).for_each(|i| bank[at + i] = Val::from_u32(value >> i & 1));
}

/// Carries of a sum of words, by limb: into the upper limb and out of it. `less` is subtracted.
fn carries(words: &[u32], limb_sums: &[[u32; 2]], less: u32) -> [i64; 2] {
    let part = |i: usize, x: u32| i64::from(if i == 0 { x >> 16 } else { x & 0xffff });
    let sum = |i: usize| {
        words.iter().map(|&w| part(i, w)).sum::<i64>()
            + limb_sums.iter().map(|s| i64::from(s[i])).sum::<i64>()
            - part(i, less)
    };
    let lo = sum(1) >> 16;
    [(sum(0) + lo) >> 16, lo]
}

fn small_sigma0(x: u32) -> u32 {
    x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3)
}

fn small_sigma1(x: u32) -> u32 {
    x.rotate_right(17) ^ x.rotate_right(19) ^ (x >> 10)
}

fn big_sigma0(x: u32) -> u32 {
    x.rotate_right(2) ^ x.rotate_right(13) ^ x.rotate_right(22)
}

fn big_sigma1(x: u32) -> u32 {
    x.rotate_right(6) ^ x.rotate_right(11) ^ x.rotate_right(25)
}

/// The sum of words limb by limb, without carries.
fn limb_sum(words: &[u32]) -> [u32; 2] {
    [words.iter().map(|w| w >> 16).sum(), words.iter().map(|w| w & 0xffff).sum()]
}

/// `t1` or `t2` from bits.
fn t_pair(
    cur: [u32; 2],
    prev: [u32; 2],
    k: [u32; 2],
    sigma: fn(u32) -> u32,
    mix: fn(u32, u32, u32) -> u32,
) -> [[u32; 2]; 2] {
    [
        limb_sum(&[sigma(cur[0]), mix(cur[0], prev[1], prev[0]), k[0]]),
        limb_sum(&[sigma(cur[1]), mix(cur[1], cur[0], prev[1]), k[1]]),
    ]
}

fn maj(a: u32, b: u32, c: u32) -> u32 {
    (a & b) ^ (a & c) ^ (b & c)
}

fn ch(e: u32, f: u32, g: u32) -> u32 {
    (e & f) ^ (!e & g)
}

/// Fills what every row has whatever its kind: functions of its bits and of the row before.
pub(super) fn fill_between(values: &mut [Val]) {
    let words: Vec<([u32; 4], usize)> = values
        .par_chunks_exact_mut(WIDTH)
        .map(|row| {
            let row: &mut Sha256Cols<Val> = view_mut(row);
            let w = core::array::from_fn(|i| word_of(&row.bits[i]));
            for i in 0..4 {
                row.sigma0[i] = limbs(small_sigma0(w[i]));
                row.sigma1[i] = limbs(small_sigma1(w[i]));
            }
            (w, number(row))
        })
        .collect();
    values.par_chunks_exact_mut(WIDTH).enumerate().skip(1).for_each(|(i, row)| {
        let row: &mut Sha256Cols<Val> = view_mut(row);
        let ([a0, a1, e0, e1], c) = words[i];
        let p = words[i - 1].0;
        let k = if row.is_s + row.is_r == Val::ONE { [K[2 * c], K[2 * c + 1]] } else { [0, 0] };
        row.t1 = t_pair([e0, e1], [p[2], p[3]], k, big_sigma1, ch).map(|t| t.map(Val::from_u32));
        row.t2 = t_pair([a0, a1], [p[0], p[1]], [0, 0], big_sigma0, maj).map(|t| t.map(Val::from_u32));
    });
}

/// The row's number in schedule or rounds, `high` counted.
fn number(row: &Sha256Cols<Val>) -> usize {
    let f = row.f.iter().position(|x| *x == Val::ONE).unwrap_or(3);
    let g = row.g.iter().position(|x| *x == Val::ONE).unwrap_or(0);
    4 * f + g + if row.high == Val::ONE { 16 } else { 0 }
}

fn set_number(row: &mut Sha256Cols<Val>, c: usize) {
    if c / 4 % 4 < 3 {
        row.f[c / 4 % 4] = Val::ONE;
    }
    row.g[c % 4] = Val::ONE;
}

/// A value of a call's computation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Site {
    /// Word of the initial hash value.
    Initial(usize),
    /// Word `t` of a schedule.
    W(usize),
    /// Word `k` of the hash value as a block's rounds begin with it.
    Begin(usize),
    /// `a` of before three rounds, as `d` of round `t`.
    D(usize),
    /// `e` of before three rounds, as `h` of round `t`.
    H(usize),
    /// Word `t` of a schedule as round `t` has it.
    RoundW(usize),
    /// `a` after round `t`.
    A(usize),
    /// `e` after round `t`.
    E(usize),
    /// Word `k` of the hash value after a block.
    Sum(usize),
}

/// What becomes of each value: itself, but in tests of faults.
pub(super) type Tamper<'a> = &'a (dyn Fn(Site, u32) -> u32 + Sync);

/// Fills the rows of a call from the padded message (tests pass other ones), but for [`fill_between`].
pub(super) fn fill_call(event: &MemOpEvent, message: &[u8], rows: &mut [Val], tamper: Tamper<'_>) {
    let blocks = message.len() / BLOCK;
    let mut rows = rows.chunks_exact_mut(WIDTH).map(view_mut::<Val, Sha256Cols<Val>>);
    let mut next = |block: usize| {
        let row = rows.next().expect("a call has its rows");
        row.clk = Val::from_u32(event.clk);
        row.space = Val::from_u32(event.a.space);
        row.ctx = Val::from_u32(event.a.ctx);
        row.off = Val::from_u32(event.a.off);
        row.len = Val::from_u32(event.len);
        row.block = Val::from_usize(block);
        row
    };
    let schedules: Vec<[u32; 64]> = message
        .chunks_exact(BLOCK)
        .enumerate()
        .map(|(block, bytes)| {
            let w = schedule(bytes, tamper);
            let mut sums = [[0; 2]; 16];
            for c in 0..SCHEDULE_ROWS {
                if c == 2 {
                    sums[4..8].fill([0; 2]);
                }
                fill_schedule_row(
                    next(block),
                    event,
                    &w[4 * c..4 * c + 4],
                    &sums,
                    block,
                    c,
                    block + 1 == blocks,
                );
                sums = shift(&sums, &w[4 * c..4 * c + 4]);
            }
            w
        })
        .collect();
    let mut hash = core::array::from_fn(|k| tamper(Site::Initial(k), IV[k]));
    for (block, w) in schedules.iter().enumerate() {
        hash = fill_rounds(|| next(block), w, hash, tamper);
    }
    let row = next(blocks);
    row.is_d = Val::ONE;
    fill_hash(row, &hash);
    fill_beginning(row, &hash);
}

fn schedule(bytes: &[u8], tamper: Tamper<'_>) -> [u32; 64] {
    let mut w = [0; 64];
    for t in 0..64 {
        w[t] = if t < 16 {
            u32::from_be_bytes(bytes[4 * t..4 * t + 4].try_into().expect("four bytes"))
        } else {
            let terms = [small_sigma1(w[t - 2]), w[t - 7], small_sigma0(w[t - 15]), w[t - 16]];
            tamper(Site::W(t), terms.into_iter().fold(0, u32::wrapping_add))
        };
    }
    w
}

fn fill_schedule_row(
    row: &mut Sha256Cols<Val>,
    event: &MemOpEvent,
    w: &[u32],
    sums: &[[u32; 2]; 16],
    block: usize,
    c: usize,
    last: bool,
) {
    row.is_s = Val::ONE;
    set_number(row, c);
    row.end = Val::from_bool(c + 1 == SCHEDULE_ROWS);
    row.last = Val::from_bool(last);
    let len = event.len as usize;
    let start = BLOCK * block + 16 * c.min(4);
    row.data = Val::from_bool(len >= start);
    for i in 0..4 {
        row.bits[i] = bits_of(w[i]);
    }
    for k in 0..16 {
        set(&mut row.q[2 * k..], &sums[k].map(Val::from_u32));
    }
    if c < 4 {
        row.load_a = Val::from_bool(c.is_multiple_of(2));
        row.load_b = Val::from_bool(c % 2 == 1);
        row.high = Val::from_bool(last && c == 3);
        fill_load(row, event, start, c);
        return;
    }
    for i in 0..4 {
        let inner = if i < 2 { 0 } else { small_sigma1(w[i - 2]) };
        let [hi, lo] = carries(&[inner], &[sums[i]], 0);
        put(&mut row.bank, 4 * i, 2, lo as u32);
        put(&mut row.bank, 4 * i + 2, 2, hi as u32);
    }
}

/// The partial sums in the row after one: four words further on, with what this row's words contribute.
fn shift(sums: &[[u32; 2]; 16], w: &[u32]) -> [[u32; 2]; 16] {
    core::array::from_fn(|k| {
        let mut sum = if k < 12 { sums[k + 4] } else { [0; 2] };
        for (i, &w) in w.iter().enumerate() {
            let term = match 4 + k - i {
                2 => small_sigma1(w),
                7 | 16 => w,
                15 => small_sigma0(w),
                _ => continue,
            };
            let term = limb_sum(&[term]);
            sum = [sum[0] + term[0], sum[1] + term[1]];
        }
        sum
    })
}

fn fill_load(row: &mut Sha256Cols<Val>, event: &MemOpEvent, start: usize, c: usize) {
    let len = event.len as usize;
    let index = start / 32;
    let access = event.reads.get(index);
    let bytes = access.map_or([0; 32], |a| a.old.to_be_bytes::<32>());
    let bytes = &bytes[16 * (c % 2)..][..16];
    for j in RAW {
        row.q[j] = Val::from_u16(u16::from_be_bytes([bytes[2 * j], bytes[2 * j + 1]]));
    }
    if c.is_multiple_of(2)
        && let Some(access) = access
    {
        row.read = Val::ONE;
        row.q[OLD_TIME] = Val::from_u32(access.old_time);
        row.q[AGE_LO] = Val::from_u16((4 * event.clk + 1 - access.old_time) as u16);
    }
    if len >= start + 16 {
        row.bank[FULL] = Val::ONE;
    } else if len >= start {
        let here = len - start;
        row.bank[AT.start + here / 2] = Val::ONE;
        if here % 2 == 1 {
            row.odd = Val::ONE;
            put(&mut row.bank, CUT.start, 8, u32::from(bytes[here]));
        }
    }
}

fn fill_hash(row: &mut Sha256Cols<Val>, hash: &[u32; 8]) {
    for (k, &h) in hash.iter().enumerate() {
        set(&mut row.q[HASH.start + 2 * k..], &limbs(h));
    }
}

/// Bits of the words that the first round needs from before it.
fn fill_beginning(row: &mut Sha256Cols<Val>, hash: &[u32; 8]) {
    for (bits, k) in row.bits.iter_mut().zip([2, 1, 6, 5]) {
        *bits = bits_of(hash[k]);
    }
}

fn fill_rounds<'a>(
    mut next: impl FnMut() -> &'a mut Sha256Cols<Val>,
    w: &[u32; 64],
    hash: [u32; 8],
    tamper: Tamper<'_>,
) -> [u32; 8] {
    let begin: [u32; 8] = core::array::from_fn(|k| tamper(Site::Begin(k), hash[k]));
    let w: [u32; 64] = core::array::from_fn(|t| tamper(Site::RoundW(t), w[t]));
    let row = next();
    row.is_i = Val::ONE;
    fill_hash(row, &hash);
    fill_beginning(row, &begin);
    set(&mut row.q[PREV_A[1]..], &limbs(begin[3]));
    set(&mut row.q[PREV_E[1]..], &limbs(begin[7]));
    // a[t + 3], e[t + 3] stand before round t.
    let mut a = vec![begin[3], begin[2], begin[1], begin[0]];
    let mut e = vec![begin[7], begin[6], begin[5], begin[4]];
    let (mut older_a, mut older_e) = (vec![], vec![]);
    let mut round_carries = vec![];
    for t in 0..64 {
        let (d, h) = (tamper(Site::D(t), a[t]), tamper(Site::H(t), e[t]));
        older_a.push(d);
        older_e.push(h);
        let t1 = [big_sigma1(e[t + 3]), ch(e[t + 3], e[t + 2], e[t + 1]), K[t]];
        let t2 = [big_sigma0(a[t + 3]), maj(a[t + 3], a[t + 2], a[t + 1])];
        let e_terms = [&[d, h, w[t]][..], &t1].concat();
        let new_e = tamper(Site::E(t), e_terms.iter().fold(0u32, |x, &y| x.wrapping_add(y)));
        let new_a = tamper(Site::A(t), t2.iter().fold(new_e.wrapping_sub(d), |x, &y| x.wrapping_add(y)));
        let a_terms = [&[new_e][..], &t2].concat();
        let h4 = [&[hash[4]][..], &e_terms].concat();
        round_carries
            .push((carries(if t == 63 { &h4 } else { &e_terms }, &[], 0), carries(&a_terms, &[], d)));
        a.push(new_a);
        e.push(new_e);
    }
    older_a.push(a[64]);
    older_e.push(e[64]);
    for c in 0..ROUND_ROWS {
        let row = next();
        row.is_r = Val::ONE;
        set_number(row, c);
        row.high = Val::from_bool(c >= 16);
        row.end = Val::from_bool(c + 1 == ROUND_ROWS);
        fill_hash(row, &hash);
        for i in 0..2 {
            row.bits[i] = bits_of(a[2 * c + 3 + i]);
            row.bits[2 + i] = bits_of(e[2 * c + 3 + i]);
            set(&mut row.q[PREV_A[i]..], &limbs(older_a[2 * c + 1 + i]));
            set(&mut row.q[PREV_E[i]..], &limbs(older_e[2 * c + 1 + i]));
            set(&mut row.q[ROUND_W[i]..], &limbs(w[2 * c + i]));
            let (ec, ac) = round_carries[2 * c + i];
            put(&mut row.bank, 10 * i, 3, ec[1] as u32);
            put(&mut row.bank, 10 * i + 3, 3, ec[0] as u32);
            if 2 * c + i != 63 {
                put(&mut row.bank, 10 * i + 6, 2, (ac[1] + 1) as u32);
                put(&mut row.bank, 10 * i + 8, 2, (ac[0] + 1) as u32);
            }
        }
    }
    let state = [a[67], a[66], a[65], a[64], e[67], e[66], e[65], e[64]];
    let new: [u32; 8] = core::array::from_fn(|k| tamper(Site::Sum(k), hash[k].wrapping_add(state[k])));
    let row = next();
    row.is_f = Val::ONE;
    fill_hash(row, &new);
    for (bits, k) in row.bits.iter_mut().zip([0, 3, 4, 7]) {
        *bits = bits_of(new[k]);
    }
    for (slot, k) in [1, 2, 3, 5, 6, 7].into_iter().enumerate() {
        let [hi, lo] = carries(&[hash[k], state[k]], &[], 0);
        put(&mut row.bank, 2 * slot, 1, lo as u32);
        put(&mut row.bank, 2 * slot + 1, 1, hi as u32);
    }
    let terms = [
        hash[0],
        older_e[63],
        w[63],
        K[63],
        big_sigma1(e[66]),
        ch(e[66], e[65], e[64]),
        big_sigma0(a[66]),
        maj(a[66], a[65], a[64]),
    ];
    let [hi, lo] = carries(&terms, &[], 0);
    put(&mut row.bank, 12, 3, lo as u32);
    put(&mut row.bank, 15, 3, hi as u32);
    new
}
