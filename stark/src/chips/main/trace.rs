//! Filling the main chip from recorded rows.

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing, PrimeField32, batch_multiplicative_inverse};
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_asm::image::{Image, OpcodeEntry};
use zkrom_asm::isa::{Instr, JUMPDEST, LIMBS, Next, OperandA, Reg, RegSource};
use zkrom_executor::record::{Fetch, Regs, Row};

use super::NUM_PUBLIC_VALUES;
use super::air::PORT_TIMES;
use super::columns::MainCols;
use crate::chips::rom::{columns::RomFields, encode};
use crate::columns::{view, view_mut};
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;

/// A row and the registers after it.
struct Step<'a> {
    row: &'a Row,
    after: Regs,
}

/// Fills `height` rows: the recorded ones, then repetitions of the last, which must be a halt.
///
/// # Panics
///
/// Where there are no rows, more than `height`, or the last is no halt.
#[must_use]
pub fn trace(image: &Image, rows: &[Row], height: usize, lookups: &mut LookupCounts) -> RowMajorMatrix<Val> {
    let last = rows.last().expect("a run has at least one row");
    assert!(rows.len() <= height, "{} rows do not fit a height of {height}", rows.len());
    assert_eq!(image.instrs[last.upc as usize].next, Next::Halt, "the last row must halt");
    let padding: Vec<Row> = (rows.len()..height)
        .map(|i| {
            let mut row = *last;
            row.regs.set(Reg::Clk, last.regs.get(Reg::Clk) + (i + 1 - rows.len()) as u32);
            row
        })
        .collect();
    let at = |i: usize| if i < rows.len() { &rows[i] } else { &padding[i - rows.len()] };
    let encoded: Vec<_> = image.instrs.iter().map(encode).collect();
    let width = MainCols::WIDTH;
    let mut values = vec![Val::ZERO; height * width];
    values.par_chunks_exact_mut(width).enumerate().for_each(|(i, cells)| {
        let step = Step { row: at(i), after: if i + 1 < height { at(i + 1).regs } else { at(i).regs } };
        let instr = &image.instrs[step.row.upc as usize];
        let fields: &RomFields<Val> = view(&encoded[step.row.upc as usize]);
        fill(view_mut(cells), fields, instr, &step, image);
    });
    invert(&mut values, width);
    count(&values, width, lookups);
    RowMajorMatrix::new(values, width)
}

/// Replaces the sums of limbs, put where their inverses belong, by the inverses.
fn invert(values: &mut [Val], width: usize) {
    let sums: Vec<Val> = values
        .chunks_exact(width)
        .map(|r| {
            let sum = view::<_, MainCols<Val>>(r).sum_inv;
            if sum == Val::ZERO { Val::ONE } else { sum }
        })
        .collect();
    let inverses = batch_multiplicative_inverse(&sums);
    for (row, inverse) in values.chunks_exact_mut(width).zip(inverses) {
        let cols: &mut MainCols<Val> = view_mut(row);
        if cols.sum_inv != Val::ZERO {
            cols.sum_inv = inverse;
        }
    }
}

/// Counts the range checks of all rows.
fn count(values: &[Val], width: usize, lookups: &mut LookupCounts) {
    for row in values.chunks_exact(width) {
        let cols: &MainCols<Val> = view(row);
        let mut check = |x: Val| lookups.range16(x.as_canonical_u32() as u16);
        for p in 0..3 {
            check(cols.diff_lo[p]);
            check(cols.diff_hi[p].double().double().double());
        }
        check(cols.r1_scaled);
        check(cols.u);
        check(cols.v);
        check(cols.g_lo);
        check(cols.g_hi.double().double().double());
    }
}

fn fill(cols: &mut MainCols<Val>, fields: &RomFields<Val>, instr: &Instr, step: &Step<'_>, image: &Image) {
    let row = step.row;
    cols.upc = Val::from_u32(row.upc);
    cols.rom_upc = cols.upc;
    cols.regs = row.regs.0.map(Val::from_u32);
    cols.f = *fields;
    [cols.a, cols.b, cols.c] = row.words.map(limbs);
    cols.r = limbs(row.result);
    fill_ports(cols, row);
    fill_result(cols, instr, row);
    if instr.a == OperandA::Reg {
        // The register's value is one element here; the operation splits it into limbs.
        cols.a = [Val::ZERO; LIMBS];
        cols.a[0] = cols.w;
    }
    if let Some(fetch) = row.fetch {
        fill_dispatch(cols, instr, step, fetch, image);
    } else if matches!(instr.next, Next::Charge(_)) {
        fill_gas(cols, row.regs.get(Reg::Gas), cols.w.as_canonical_u32());
    }
}

fn fill_ports(cols: &mut MainCols<Val>, row: &Row) {
    let pick = |flags: &[Val; 5], of: [Reg; 5]| -> Val {
        flags.iter().zip(of).map(|(&f, r)| f * Val::from_u32(row.regs.get(r))).sum()
    };
    let f = cols.f;
    let ports = [(f.a_ctx, f.a_base, f.a_off), (f.b_ctx, f.b_base, f.b_off), (f.c_ctx, f.c_base, f.c_off)];
    let enabled = [f.a_en, f.b_en, f.c_en];
    for (p, (ctx, base, off)) in ports.into_iter().enumerate() {
        cols.port_ctx[p] = pick(&ctx, Reg::CONTEXTS);
        cols.port_off[p] = off + pick(&base, Reg::BASES);
        if enabled[p] == Val::ONE {
            cols.old_time[p] = Val::from_u32(row.old_times[p]);
            let diff = (4 * row.regs.get(Reg::Clk) + PORT_TIMES[p]).wrapping_sub(row.old_times[p] + 1);
            cols.diff_lo[p] = Val::from_u16(diff as u16);
            cols.diff_hi[p] = Val::from_u32((diff >> 16) & 0x1fff);
        }
    }
}

fn fill_result(cols: &mut MainCols<Val>, instr: &Instr, row: &Row) {
    let sum: Val = cols.r.into_iter().sum();
    cols.zero = Val::from_bool(row.result == U256::ZERO);
    cols.sum_inv = sum;
    let r_int = cols.r[0] + cols.r[1] * Val::from_u32(1 << 16);
    cols.w = Val::from_i32(instr.w.imm)
        + match instr.w.source {
            RegSource::Zero => Val::ZERO,
            RegSource::Result => r_int,
            RegSource::Reg(reg) => Val::from_u32(row.regs.get(reg)),
        };
    let as_int = instr.w.source == RegSource::Result || matches!(instr.next, Next::Return | Next::EvmJump(_));
    if as_int {
        cols.r1_scaled = cols.r[1].double().double().double();
    }
}

/// Fills a charge of `amount` against `gas`; returns whether it suffices.
fn fill_gas(cols: &mut MainCols<Val>, gas: u32, amount: u32) -> bool {
    let enough = gas >= amount;
    let g = if enough { gas - amount } else { amount - gas - 1 };
    cols.g_lo = Val::from_u16(g as u16);
    cols.g_hi = Val::from_u32((g >> 16) & 0x1fff);
    if enough {
        cols.ok = Val::ONE;
    } else {
        cols.short = Val::ONE;
    }
    enough
}

fn fill_dispatch(cols: &mut MainCols<Val>, instr: &Instr, step: &Step<'_>, fetch: Fetch, image: &Image) {
    cols.opcode = Val::from_u32(fetch.opcode);
    cols.next_pc = Val::from_u32(fetch.next_pc);
    if matches!(instr.next, Next::EvmJump(_)) && fetch.opcode != JUMPDEST {
        cols.bad = Val::ONE;
        cols.jd_inv = (cols.opcode - Val::from_u32(JUMPDEST)).try_inverse().unwrap_or(Val::ZERO);
        return;
    }
    let fork = step.row.regs.get(Reg::Fork) as usize;
    let entry: OpcodeEntry =
        image.opcodes.get(fork).and_then(|t| t.get(fetch.opcode as usize)).copied().unwrap_or_default();
    cols.handler = Val::from_u32(entry.handler);
    cols.cost = Val::from_u32(entry.gas);
    cols.need = Val::from_u32(entry.need);
    cols.max = Val::from_u32(entry.max);
    let height = step.after.get(Reg::Sp);
    if height < entry.need {
        cols.under = Val::ONE;
        cols.u = Val::from_u32(entry.need - height - 1);
    } else if height > entry.max {
        cols.over = Val::ONE;
        cols.v = Val::from_u32(height - entry.max - 1);
    } else if fill_gas(cols, step.row.regs.get(Reg::Gas), entry.gas) {
        cols.u = Val::from_u32(height - entry.need);
        cols.v = Val::from_u32(entry.max - height);
    }
}

/// The main chip's public values for a halted run of `rows` in a trace of `height`.
///
/// # Panics
///
/// Where there are no rows.
#[must_use]
pub fn public_values(rows: &[Row], height: usize) -> Vec<Val> {
    let (first, last) = (&rows[0], rows.last().expect("a run has at least one row"));
    let state =
        |row: &Row| core::iter::once(row.upc).chain(row.regs.0).map(Val::from_u32).collect::<Vec<_>>();
    let mut end = *last;
    end.regs.set(Reg::Clk, last.regs.get(Reg::Clk) + (height - rows.len()) as u32);
    let mut out = state(first);
    out.extend(state(&end));
    out.push(Val::ONE);
    debug_assert_eq!(out.len(), NUM_PUBLIC_VALUES);
    out
}
