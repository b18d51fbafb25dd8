//! Filling of the push-data chip.

use std::collections::BTreeMap;

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_asm::isa::LIMBS;
use zkrom_executor::record::{CodeFetches, MemOpEvent};

use super::PushDataCols;
use crate::chips::bytecode::{Code, Push, fetches_of, loads};
use crate::columns::view_mut;
use crate::field::Val;

type Fetches = BTreeMap<u32, CodeFetches>;

/// The instructions of a code whose data were asked for, and how often.
fn asked(code: &Code<'_>, fetches: Option<&CodeFetches>) -> Vec<(Push, u32)> {
    fetches
        .into_iter()
        .flat_map(|f| &f.push_data)
        .filter(|(_, n)| **n > 0)
        .filter_map(|(&end, &n)| Some((code.push_before(end as usize)?, n)))
        .collect()
}

/// The codes that push data were asked from, with the instructions.
fn work<'a>(mem_ops: &'a [MemOpEvent], fetches: &Fetches) -> Vec<(Code<'a>, Vec<(Push, u32)>)> {
    let loads: Vec<_> = loads(mem_ops).collect();
    loads
        .into_par_iter()
        .map(|event| {
            let code = Code::new(event);
            let asked = asked(&code, fetches_of(fetches, event));
            (code, asked)
        })
        .filter(|(_, asked)| !asked.is_empty())
        .collect()
}

fn rows_of(asked: &[(Push, u32)]) -> usize {
    asked.iter().map(|(push, _)| push.len.div_ceil(2)).sum()
}

/// Rows needed before padding: one for two bytes, for each instruction whose data were asked for.
#[must_use]
pub fn rows(mem_ops: &[MemOpEvent], fetches: &Fetches) -> usize {
    work(mem_ops, fetches).iter().map(|(_, asked)| rows_of(asked)).sum()
}

/// The trace of the push data asked for. The chip makes no table lookups.
///
/// # Panics
///
/// Where `height` is below [`rows`].
#[must_use]
pub fn trace(mem_ops: &[MemOpEvent], fetches: &Fetches, height: usize) -> RowMajorMatrix<Val> {
    const WIDTH: usize = PushDataCols::<u8>::WIDTH;
    let work = work(mem_ops, fetches);
    let used: usize = work.iter().map(|(_, asked)| rows_of(asked)).sum();
    assert!(used <= height, "{used} rows of push data do not fit {height}");
    let mut values = Val::zero_vec(height * WIDTH);
    let mut free = &mut values[..];
    let mut jobs = Vec::with_capacity(work.len());
    for (code, asked) in &work {
        let (mine, others) = free.split_at_mut(rows_of(asked) * WIDTH);
        free = others;
        jobs.push((code, asked, mine));
    }
    jobs.into_par_iter().for_each(|(code, asked, values)| {
        let mut rows = values.chunks_exact_mut(WIDTH);
        for &(push, mult) in asked {
            fill(code, push, mult, &mut rows);
        }
    });
    RowMajorMatrix::new(values, WIDTH)
}

/// Fills the rows of one instruction.
fn fill<'a>(code: &Code<'_>, push: Push, mult: u32, rows: &mut impl Iterator<Item = &'a mut [Val]>) {
    let end = push.pc + push.len + 1;
    let count = push.len.div_ceil(2);
    let mut word = [0; LIMBS];
    for (i, row) in rows.take(count).enumerate() {
        let row: &mut PushDataCols<Val> = view_mut(row);
        let at = end - 1 - 2 * (count - 1 - i);
        let odd = at == push.pc + 1;
        let hi = if odd { 0 } else { code.byte(at - 1) };
        word.rotate_right(1);
        word[0] = u16::from_be_bytes([hi, code.byte(at)]);
        row.active = Val::ONE;
        row.start = Val::from_bool(i == 0);
        row.last = Val::from_bool(i + 1 == count);
        row.odd = Val::from_bool(odd);
        row.cid = Val::from_u32(code.event.clk);
        row.end = Val::from_usize(end);
        row.at = Val::from_usize(at);
        row.hi = Val::from_u8(hi);
        row.word = word.map(Val::from_u16);
        if i + 1 == count {
            row.mult = Val::from_u32(mult);
        }
    }
}
