//! Filling of the bytecode chip.

use std::collections::BTreeMap;

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_asm::isa::code::{PUSH0, PUSH32, push_len};
use zkrom_asm::isa::{LIMBS, PUSH_DATA};
use zkrom_executor::record::{CodeFetches, MemOpEvent};

use super::code::{Code, fetches_of, loads};
use super::columns::{BYTES, BytecodeCols, OWN, WORD_ROWS};
use super::{ABOVE_LOW, ABOVE_PUSH, FIRST_HIGH};
use crate::buses::ByteOp;
use crate::columns::{view, view_mut};
use crate::field::Val;
use crate::lookups::LookupCounts;

type Fetches = BTreeMap<u32, CodeFetches>;

/// Rows of one code: up to its first STOP past the end, and as far as it is fetched from.
fn code_rows(code: &Code<'_>, fetches: Option<&CodeFetches>) -> usize {
    let fetched = fetches.and_then(|f| f.opcodes.keys().next_back()).map_or(0, |&pc| pc as usize);
    code.stop().max(fetched) / BYTES + 1
}

/// Rows needed before padding.
#[must_use]
pub fn rows(mem_ops: &[MemOpEvent], fetches: &Fetches) -> usize {
    loads(mem_ops).map(|e| code_rows(&Code::new(e), fetches_of(fetches, e))).sum()
}

/// The trace of the codes loaded by `mem_ops` (other operations are passed over).
///
/// `fetches` are the main chip's; those the push-data chip makes for its rows are added here.
///
/// # Panics
///
/// Where `height` is below [`rows`].
#[must_use]
pub fn trace(
    mem_ops: &[MemOpEvent],
    fetches: &Fetches,
    height: usize,
    counts: &mut LookupCounts,
) -> RowMajorMatrix<Val> {
    const WIDTH: usize = BytecodeCols::<u8>::WIDTH;
    let codes: Vec<_> = loads(mem_ops)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|e| (Code::new(e), fetches_of(fetches, e)))
        .collect();
    let mut values = Val::zero_vec(height * WIDTH);
    let mut work = Vec::with_capacity(codes.len());
    let mut free = &mut values[..];
    let mut used = 0;
    for (code, fetched) in &codes {
        let rows = code_rows(code, *fetched);
        used += rows;
        assert!(used <= height, "loaded codes do not fit {height} rows");
        let (mine, others) = free.split_at_mut(rows * WIDTH);
        free = others;
        work.push((code, *fetched, mine));
    }
    work.into_par_iter().for_each(|(code, fetched, values)| fill(code, fetched, values));
    values[..used * WIDTH].chunks_exact(WIDTH).for_each(|row| count(view(row), counts));
    RowMajorMatrix::new(values, WIDTH)
}

/// How often each address is fetched: by the main chip, and once a row by the push-data chip.
fn multiplicities(code: &Code<'_>, fetched: Option<&CodeFetches>, addresses: usize) -> Vec<u32> {
    let mut mult = vec![0; addresses];
    let Some(fetched) = fetched else { return mult };
    for (&pc, &n) in &fetched.opcodes {
        mult[pc as usize] += n;
    }
    for (&end, _) in fetched.push_data.iter().filter(|(_, n)| **n > 0) {
        if let Some(push) = code.push_before(end as usize) {
            mult[push.pc..=push.pc + push.len].iter_mut().for_each(|m| *m += 1);
        }
    }
    mult
}

/// Fills the rows of one code.
fn fill(code: &Code<'_>, fetched: Option<&CodeFetches>, values: &mut [Val]) {
    let event = code.event;
    let rows = values.len() / BytecodeCols::<u8>::WIDTH;
    let mult = multiplicities(code, fetched, rows * BYTES);
    let mut rem = 0;
    for (r, row) in values.chunks_exact_mut(BytecodeCols::<u8>::WIDTH).enumerate() {
        let row: &mut BytecodeCols<Val> = view_mut(row);
        let (pc, index, phase) = (r * BYTES, r / WORD_ROWS, r % WORD_ROWS);
        row.start = Val::from_bool(r == 0);
        row.phase[phase] = Val::ONE;
        row.cid = Val::from_u32(event.clk);
        row.pc = Val::from_usize(pc);
        row.left = Val::from_usize(code.len().saturating_sub(pc));
        row.space = Val::from_u32(event.a.space);
        row.ctx = Val::from_u32(event.a.ctx);
        row.off = Val::from_u32(event.a.off) + Val::from_usize(index);
        let access = event.reads.get(index);
        if let (Some(access), 0) = (access, phase) {
            let diff = (4 * event.clk + 2).wrapping_sub(access.old_time).wrapping_sub(1);
            row.diff_lo = Val::from_u16(diff as u16);
            row.diff_hi = Val::from_u32(diff >> 16);
        }
        let word = access.map_or([0; 32], |a| a.old.to_be_bytes::<32>());
        for i in 0..LIMBS - OWN {
            let at = 2 * ((phase * OWN + OWN + i) % LIMBS);
            row.rest[i] = Val::from_u16(u16::from_be_bytes([word[at], word[at + 1]]));
        }
        for j in 0..BYTES {
            let byte = code.byte(pc + j);
            let data = rem > 0;
            row.mem[j] = Val::from_u8(word[phase * BYTES + j]);
            row.past[j] = Val::from_bool(pc + j >= code.len());
            row.code[j] = Val::from_u8(byte);
            row.data[j] = Val::from_bool(data);
            row.push[j] = Val::from_bool(!data && (PUSH0..=PUSH32).contains(&u32::from(byte)));
            row.high[j] = Val::from_bool(!data && u32::from(byte) >= FIRST_HIGH);
            row.opcode[j] = Val::from_u32(if data { PUSH_DATA } else { u32::from(byte) });
            row.rem[j] = Val::from_u32(rem);
            row.mult[j] = Val::from_u32(mult[pc + j]);
            rem = if data { rem - 1 } else { push_len(byte) };
        }
        row.rem[BYTES] = Val::from_u32(rem);
    }
}

/// Counts the lookups of a row of a code.
fn count(row: &BytecodeCols<Val>, counts: &mut LookupCounts) {
    for j in 0..BYTES {
        let code = row.code[j].as_canonical_u32();
        let shifted = if row.data[j] == Val::ONE {
            code
        } else if row.push[j] == Val::ONE {
            code + ABOVE_PUSH
        } else if row.high[j] == Val::ONE {
            code - FIRST_HIGH
        } else {
            code + ABOVE_LOW
        };
        counts.byte(ByteOp::Pair, row.mem[j].as_canonical_u32() as u8, shifted as u8);
    }
    if row.phase[0] == Val::ONE && row.past[0] == Val::ZERO {
        counts.range16(row.diff_lo.as_canonical_u32() as u16);
        counts.range16((8 * row.diff_hi.as_canonical_u32()) as u16);
    }
}
