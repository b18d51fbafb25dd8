//! Filling of the copy chip's columns.

use core::array::from_fn;

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::MemOpEvent;

use super::columns::{CopyCols, POSITIONS};
use super::plan::{self, Role, Step};
use crate::buses::ByteOp;
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::LookupCounts;

/// Rows filled by one task.
const CHUNK: usize = 1 << 12;

/// Rows the calls of COPY, LOAD, STORE and STORE8 among `events` need.
#[must_use]
pub fn rows(events: &[MemOpEvent]) -> usize {
    events.iter().map(plan::rows).sum()
}

/// The trace of the calls of COPY, LOAD, STORE and STORE8 among `events`.
///
/// # Panics
///
/// Where `height` is less than [`rows`].
#[must_use]
pub fn trace(events: &[MemOpEvent], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    let mut steps = Vec::with_capacity(rows(events));
    for event in events {
        plan::steps(event, &mut steps);
    }
    assert!(steps.len() <= height, "copy chip: {} rows do not fit a height of {height}", steps.len());
    let mut values = vec![Val::ZERO; height * CopyCols::WIDTH];
    // The row before the first is the last, whether padding or not.
    let wrapped = if steps.len() == height { steps.last().map_or([0; 32], |s| s.bytes) } else { [0; 32] };
    let counted = values[..steps.len() * CopyCols::WIDTH]
        .par_chunks_mut(CHUNK * CopyCols::WIDTH)
        .enumerate()
        .fold(LookupCounts::default, |mut counts, (chunk, values)| {
            for (i, row) in values.chunks_exact_mut(CopyCols::WIDTH).enumerate() {
                let at = chunk * CHUNK + i;
                let before = if at == 0 { wrapped } else { steps[at - 1].bytes };
                fill(view_mut(row), &steps[at], &before, &mut counts);
            }
            counts
        })
        .reduce_with(|mut a, b| {
            a.merge(&b);
            a
        });
    if let Some(counted) = counted {
        counts.merge(&counted);
    }
    RowMajorMatrix::new(values, CopyCols::WIDTH)
}

/// A word's bytes as positions.
fn positions(bytes: &[u8; 32]) -> [Val; POSITIONS] {
    from_fn(|q| Val::from_u16(u16::from_be_bytes([bytes[2 * q], bytes[2 * q + 1]])))
}

fn fill(c: &mut CopyCols<Val>, step: &Step, before: &[u8; 32], counts: &mut LookupCounts) {
    match step.role {
        Role::Lead => c.lead = Val::ONE,
        Role::Start => c.start = Val::ONE,
        Role::Led => c.led = Val::ONE,
        Role::Cont => c.cont = Val::ONE,
        Role::None => c.none = Val::ONE,
    }
    let stores = step.op.stores();
    c.last = Val::from_bool(step.last);
    c.read = Val::from_bool(step.read);
    c.load = Val::from_bool(step.op == MemOp::Load);
    c.store = Val::from_bool(step.op == MemOp::Store);
    c.store8 = Val::from_bool(step.op == MemOp::Store8);
    c.clk = Val::from_u32(step.clk);
    c.src_space = Val::from_u32(step.src.space);
    c.src_ctx = Val::from_u32(step.src.ctx);
    c.src_word = step.src_word;
    c.dst_space = Val::from_u32(step.dst.space);
    c.dst_ctx = Val::from_u32(step.dst.ctx);
    c.dst_word = step.dst_word;
    c.end = step.end;
    c.len = Val::from_u32(step.len);
    let writes = !matches!(step.role, Role::Lead | Role::None);
    if matches!(step.role, Role::Start | Role::Led) {
        let src = step.src.off / 32;
        let dst = step.dst.off / 32;
        c.src_word_hi = Val::from_u32(src >> 16);
        c.dst_word_hi = Val::from_u32(dst >> 16);
        counts.range16(src as u16);
        counts.range16(dst as u16);
        counts.byte(ByteOp::Pair, (src >> 16) as u8, (dst >> 16) as u8);
        counts.range16((2048 * (step.src.off % 32)) as u16);
    }
    if step.read && !stores {
        c.src_dt = elapsed(4 * step.clk + 2, step.src_time, counts);
    }
    if writes && step.op != MemOp::Load {
        c.dst_dt = elapsed(4 * step.clk + 3, step.dst_time, counts);
    }
    c.odd = Val::from_u32(step.shift % 2);
    if step.role != Role::None {
        c.rotate[step.shift as usize / 2] = Val::ONE;
    }
    let before = if step.role == Role::None { None } else { Some(before) };
    let shifted = before.map_or([0; 32], |before| shift(before, &step.bytes, step.shift as usize));
    let mut new = [0; 32];
    if writes {
        for (group, byte, at) in [
            (&mut c.first_group, &mut c.first_byte, step.first),
            (&mut c.final_group, &mut c.final_byte, step.final_),
        ] {
            group[at as usize / 8] = Val::ONE;
            byte[at as usize % 8] = Val::ONE;
        }
        let reaches = step.final_ + 32 * u32::from(!step.read) - step.shift;
        counts.byte(ByteOp::Pair, 8 * reaches as u8, 8 * (step.final_ - step.first) as u8);
        new = step.old;
        let range = step.first as usize..=step.final_ as usize;
        new[range.clone()].copy_from_slice(&shifted[range]);
    }
    if step.read {
        for q in 0..POSITIONS {
            let (hi, lo) = (step.bytes[2 * q], step.bytes[2 * q + 1]);
            (c.hi[q], c.lo[q]) = (Val::from_u8(hi), Val::from_u8(lo));
            counts.byte(ByteOp::Pair, hi, lo);
        }
    }
    c.shifted = positions(&shifted);
    c.old = positions(&step.old);
    c.new = positions(&new);
    let first = (writes && step.first % 2 == 1).then(|| step.first as usize - 1);
    let last = (writes && step.final_.is_multiple_of(2)).then_some(step.final_ as usize);
    for (out, word, at) in [
        (&mut c.first_old, &step.old, first),
        (&mut c.first_new, &shifted, first),
        (&mut c.final_old, &step.old, last),
        (&mut c.final_new, &shifted, last),
    ] {
        let (hi, lo) = at.map_or((0, 0), |at| (word[at], word[at + 1]));
        *out = [hi, lo].map(Val::from_u8);
        counts.byte(ByteOp::Pair, hi, lo);
    }
}

/// The 32 bytes from `32 - shift` on of two words, as the columns give them.
fn shift(before: &[u8; 32], bytes: &[u8; 32], shift: usize) -> [u8; 32] {
    from_fn(|t| if t >= shift { bytes[t - shift] } else { before[32 + t - shift] })
}

/// `now - then - 1` as a 16-bit and a 13-bit limb.
fn elapsed(now: u32, then: u32, counts: &mut LookupCounts) -> [Val; 2] {
    let dt = now.wrapping_sub(then).wrapping_sub(1);
    let (lo, hi) = (dt as u16, dt >> 16);
    counts.range16(lo);
    counts.range16((8 * (hi & 0x1fff)) as u16);
    [Val::from_u16(lo), Val::from_u32(hi)]
}
