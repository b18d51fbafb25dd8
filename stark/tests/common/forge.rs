//! Making a dishonest run as consistent as a cheating prover would.

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};
use zkrom_asm::isa::{JUMPDEST, Next, Reg, fault};
use zkrom_executor::DispatchOutcome;
use zkrom_executor::record::{Record, Regs};
use zkrom_stark::chips::main::columns::MainCols;
use zkrom_stark::columns::{view, view_mut};
use zkrom_stark::field::Val;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::ChipId;
use zkrom_stark::prove::Traces;

/// A row of the main chip.
pub fn main_row(traces: &mut Traces, row: usize) -> &mut MainCols<Val> {
    let m = &mut traces.matrices[ChipId::Main as usize];
    view_mut(&mut m.values[row * m.width..(row + 1) * m.width])
}

/// A row of the main chip.
pub fn get_main_row(traces: &Traces, row: usize) -> &MainCols<Val> {
    let m = &traces.matrices[ChipId::Main as usize];
    view(&m.values[row * m.width..(row + 1) * m.width])
}

/// What a row of the main chip looks up in the range table.
fn lookups(cols: &MainCols<Val>) -> Vec<Val> {
    let scaled = |x: Val| x * Val::from_u32(8);
    let diffs = (0..3).flat_map(|p| [cols.diff_lo[p], scaled(cols.diff_hi[p])]);
    diffs.chain([cols.r1_scaled, cols.u, cols.v, cols.g_lo, scaled(cols.g_hi)]).collect()
}

/// Adds to the multiplicity of a table's row; past its end there is none to be had.
pub fn multiplicity(traces: &mut Traces, table: ChipId, row: usize, column: usize, by: Val) {
    let m = &mut traces.matrices[table as usize];
    if let Some(cell) = m.values.get_mut(row * m.width + column) {
        *cell += by;
    }
}

/// Changes a row of the main chip, and the counts of the range table with it.
pub fn edit_main(traces: &mut Traces, row: usize, edit: impl FnOnce(&mut MainCols<Val>)) {
    let cols = main_row(traces, row);
    let before = lookups(cols);
    edit(cols);
    let after = lookups(cols);
    for (values, by) in [(before, Val::NEG_ONE), (after, Val::ONE)] {
        for value in values {
            multiplicity(traces, ChipId::Range16, value.as_canonical_u32() as usize, 0, by);
        }
    }
}

/// The public values the verifier takes for a whole run: it starts at the start, and has halted.
pub fn as_the_verifier(traces: &mut Traces) {
    let values = &mut traces.public_values[ChipId::Main as usize];
    let start = core::iter::once(0).chain(Regs::start().0).map(Val::from_u32);
    values.iter_mut().zip(start).for_each(|(v, s)| *v = s);
    *values.last_mut().expect("the main chip has public values") = Val::ONE;
}

/// How the dispatch or charge of a row ends, whatever is true: flags, differences and lookups are those of that end.
pub fn force_outcome(
    key: &ProvingKey,
    record: &Record,
    traces: &mut Traces,
    row: usize,
    outcome: DispatchOutcome,
) {
    let recorded = &record.rows[row];
    let evm_jump = matches!(key.image.instrs[recorded.upc as usize].next, Next::EvmJump(_));
    let fork = recorded.regs.get(Reg::Fork) as usize;
    let opcode = recorded.fetch.map(|f| f.opcode as usize);
    let entry = opcode.and_then(|opcode| key.image.opcodes.get(fork)?.get(opcode)).copied();
    let bad = outcome == DispatchOutcome::Fails(fault::BAD_JUMP);
    let was_bad = evm_jump && opcode != Some(JUMPDEST as usize);
    if let Some(opcode) = opcode
        && entry.is_some()
        && bad != was_bad
    {
        let by = if bad { Val::NEG_ONE } else { Val::ONE };
        multiplicity(traces, ChipId::Opcode, 256 * fork + opcode, 0, by);
    }
    let height = get_main_row(traces, row + 1).regs[Reg::Sp as usize];
    edit_main(traces, row, |c| {
        for flag in [&mut c.ok, &mut c.short, &mut c.under, &mut c.over, &mut c.bad] {
            *flag = Val::ZERO;
        }
        for cell in [&mut c.u, &mut c.v, &mut c.g_lo, &mut c.g_hi, &mut c.jd_inv] {
            *cell = Val::ZERO;
        }
        if recorded.fetch.is_some() {
            let entry = if bad { Default::default() } else { entry.unwrap_or_default() };
            [c.handler, c.cost, c.need, c.max] =
                [entry.handler, entry.gas, entry.need, entry.max].map(Val::from_u32);
        }
        let amount = if recorded.fetch.is_some() { c.cost } else { c.w };
        let left = c.regs[Reg::Gas as usize] - amount;
        let mut gas = |g: Val| {
            c.g_lo = Val::from_u32(g.as_canonical_u32() & 0xffff);
            c.g_hi = Val::from_u32(g.as_canonical_u32() >> 16);
        };
        match outcome {
            DispatchOutcome::Succeeds => {
                gas(left);
                c.ok = Val::ONE;
                if recorded.fetch.is_some() {
                    (c.u, c.v) = (height - c.need, c.max - height);
                }
            }
            DispatchOutcome::Fails(fault::OUT_OF_GAS) => {
                gas(-left - Val::ONE);
                c.short = Val::ONE;
            }
            DispatchOutcome::Fails(fault::UNDERFLOW) => {
                (c.u, c.under) = (c.need - height - Val::ONE, Val::ONE);
            }
            DispatchOutcome::Fails(fault::OVERFLOW) => {
                (c.v, c.over) = (height - c.max - Val::ONE, Val::ONE);
            }
            DispatchOutcome::Fails(_) => {
                c.bad = Val::ONE;
                c.jd_inv = (c.opcode - Val::from_u32(JUMPDEST)).try_inverse().unwrap_or_default();
            }
        }
    });
}

/// Moves all clocks from `from` on by `by`, and all times with them.
pub fn shift(record: &mut Record, from: u32, by: i32) {
    let clock = |c: &mut u32| {
        if *c >= from {
            *c = c.wrapping_add_signed(by);
        }
    };
    let time = |t: &mut u32| {
        if *t >= 4 * from {
            *t = t.wrapping_add_signed(4 * by);
        }
    };
    for row in &mut record.rows {
        clock(&mut row.regs.0[Reg::Clk as usize]);
        if row.regs.get(Reg::Cid) != 0 {
            clock(&mut row.regs.0[Reg::Cid as usize]);
        }
        row.old_times.iter_mut().for_each(time);
    }
    for call in &mut record.mem_ops {
        clock(&mut call.clk);
        call.reads.iter_mut().chain(&mut call.writes).for_each(|a| time(&mut a.old_time));
    }
    record.memory.iter_mut().for_each(|c| time(&mut c.time));
    record.input.iter_mut().for_each(|c| time(&mut c.time));
    record.fetches = core::mem::take(&mut record.fetches)
        .into_iter()
        .map(|(mut cid, fetches)| {
            clock(&mut cid);
            (cid, fetches)
        })
        .collect();
}
