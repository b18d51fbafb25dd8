//! Checkpoints of a run, and the replay of any range of its rows.

use std::{ops::Range, sync::Arc};

use alloy_primitives::U256;
use zkrom_asm::isa::{CLK_BOUND, FIRST_CLK, PUBLIC_WORDS, Reg};

use crate::{
    code::Code,
    error::{CallSite, EvmPlace, ExecError},
    executor::{Executor, Outcome, finish, outcome},
    machine::{CLK, Keys, Machine},
    memory::Cell,
    record::{FinalCell, Record, Regs},
    trace::{Clocked, Recorder},
};

/// The state of the machine before a row, relative to the checkpoint before.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The row.
    pub row: u32,
    /// Registers before it.
    pub regs: Regs,
    /// Its micro-pc.
    pub upc: u32,
    /// Cells accessed since the checkpoint before, the private input's included.
    delta: Vec<FinalCell>,
    keys: usize,
    counted: Option<u32>,
    public_out: [Option<U256>; PUBLIC_WORDS],
    calls: Vec<CallSite>,
    evm: Option<EvmPlace>,
}

/// A run's checkpoints.
#[derive(Clone, Debug)]
pub struct Checkpoints {
    /// What came of the run; `counts.cells` is exact.
    pub outcome: Outcome,
    /// The checkpoints, in order, the first before row 0.
    pub list: Vec<Checkpoint>,
    codes: Vec<(u32, Arc<Code>)>,
    keys: Vec<(U256, U256)>,
}

impl Executor<'_> {
    /// Runs with a checkpoint every `rows` rows.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn checkpoints(&self, rows: u32) -> Result<Checkpoints, ExecError> {
        let rows = rows.max(1);
        let mut machine = self.machine(Clocked);
        let end = FIRST_CLK.saturating_add(self.limits.rows).min(CLK_BOUND);
        let mut list = vec![checkpoint(&machine, FIRST_CLK)];
        loop {
            let from = machine.regs[CLK];
            if machine.run(from.saturating_add(rows).min(end))? {
                break;
            }
            if machine.regs[CLK] == end {
                return Err(machine.not_halted(self.limits.rows));
            }
            list.push(checkpoint(&machine, from));
        }
        let mut codes: Vec<_> = machine.codes.by_id.iter().map(|(&cid, code)| (cid, code.clone())).collect();
        codes.sort_unstable_by_key(|c| c.0);
        Ok(Checkpoints { outcome: outcome(&mut machine), list, codes, keys: machine.keys.list })
    }

    /// Records the rows of a range of the run that the checkpoints are of; rows past its end are left out.
    ///
    /// # Errors
    /// As [`run`](Self::run); none for the same program and input.
    pub fn replay(&self, checkpoints: &Checkpoints, rows: Range<u32>) -> Result<Record, ExecError> {
        let rows = rows.start..rows.end.min(checkpoints.outcome.rows);
        let at = checkpoints.list.partition_point(|c| c.row <= rows.start).max(1) - 1;
        let mut machine = self.restore(checkpoints, at);
        machine.run(FIRST_CLK.saturating_add(rows.start))?;
        let since = 4 * machine.regs[CLK];
        let mut machine = machine.with_tracer(Recorder::<false>::default());
        machine.tracer.events.rows.reserve(rows.len());
        if !rows.is_empty() {
            machine.run(FIRST_CLK + rows.end)?;
        }
        Ok(finish(machine, since))
    }

    fn restore(&self, checkpoints: &Checkpoints, at: usize) -> Machine<'_, Clocked> {
        let mut machine = self.machine(Clocked);
        for cell in checkpoints.list[..=at].iter().flat_map(|c| &c.delta) {
            let a = cell.addr;
            let slot = machine.memory.cell(a.space as u8, a.ctx, a.off);
            *slot.unwrap_or_else(|e| unreachable!("a cell of the same run: {e}")) =
                Cell::new(cell.word, cell.time);
        }
        let to = &checkpoints.list[at];
        let clk = to.regs.get(Reg::Clk);
        for (cid, code) in checkpoints.codes.iter().take_while(|c| c.0 < clk) {
            machine.codes.insert(*cid, code.clone());
        }
        machine.keys = Keys::new(checkpoints.keys[..to.keys].to_vec(), to.counted);
        machine.public_out = to.public_out;
        machine.calls.clone_from(&to.calls);
        machine.evm = to.evm;
        machine.dispatched_at = clk;
        machine.restore(to.regs, to.upc);
        machine
    }
}

/// The state of a machine, relative to that at clock `since`.
fn checkpoint(machine: &Machine<'_, Clocked>, since: u32) -> Checkpoint {
    let touched = machine.memory.cells().filter(|(_, c)| c.time() >= 4 * since);
    let delta = touched.map(|(addr, c)| FinalCell { addr, word: c.word(), time: c.time() }).collect();
    Checkpoint {
        row: machine.regs[CLK] - FIRST_CLK,
        regs: machine.registers(),
        upc: machine.upc,
        delta,
        keys: machine.keys.list.len(),
        counted: machine.keys.counted,
        public_out: machine.public_out,
        calls: machine.calls.clone(),
        evm: machine.evm,
    }
}
