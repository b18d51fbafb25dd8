//! The interpreter: the state of the machine, and how it moves from row to row.

mod dispatch;
mod mem_op;
mod row;

use std::{collections::HashMap, sync::Arc};

use alloy_primitives::U256;
use zkrom_asm::isa::{CLK_BOUND, FIRST_CLK, PUBLIC_WORDS, REG_BOUND, Reg, Space};

use crate::{
    code::Code,
    error::{CallSite, EvmPlace, ExecError, Failure, Rule},
    executor::Input,
    hints::ReadMemory,
    memory::{Cell, Memory},
    profile::{OpcodeRows, Work},
    program::{Program, slot},
    record::{CellAddr, Regs},
    trace::Tracer,
};

/// Micro-pcs remembered for reports; a power of two.
const RECENT: usize = 64;
/// Calls remembered for reports.
const CALLS: usize = 1 << 12;

pub(crate) const CLK: usize = Reg::Clk as usize;
pub(crate) const SP: usize = Reg::Sp as usize;
pub(crate) const PC: usize = Reg::Pc as usize;
pub(crate) const GAS: usize = Reg::Gas as usize;
pub(crate) const CID: usize = Reg::Cid as usize;
pub(crate) const FORK: usize = Reg::Fork as usize;
pub(crate) const X3: usize = Reg::X3 as usize;

/// The words of the current row, for reports.
#[derive(Clone, Copy, Default)]
pub(crate) struct Words {
    a: U256,
    b: U256,
    c: U256,
    r: U256,
}

/// Codes by id, the current one at hand.
#[derive(Clone, Default)]
pub(crate) struct Codes {
    pub(crate) by_id: HashMap<u32, Arc<Code>>,
    current: Option<(u32, Arc<Code>)>,
}

impl Codes {
    #[inline(always)]
    fn get(&mut self, cid: u32) -> Result<&Code, Box<Rule>> {
        if !matches!(&self.current, Some((id, _)) if *id == cid) {
            let Some(code) = self.by_id.get(&cid) else {
                return Err(Box::new(Rule::NoCode { cid: crate::field::signed(cid) }));
            };
            self.current = Some((cid, code.clone()));
        }
        Ok(&self.current.as_ref().expect("set above").1)
    }

    pub(crate) fn insert(&mut self, cid: u32, code: Arc<Code>) {
        self.by_id.insert(cid, code);
    }
}

/// The keys of a run, in the order of their indices.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    pub(crate) list: Vec<(U256, U256)>,
    index: HashMap<(U256, U256), u32>,
    /// Clock of the first `KeyCount`.
    pub(crate) counted: Option<u32>,
}

impl Keys {
    pub(crate) fn new(list: Vec<(U256, U256)>, counted: Option<u32>) -> Self {
        let index = list.iter().enumerate().map(|(i, &key)| (key, i as u32)).collect();
        Self { list, index, counted }
    }

    fn id(&mut self, key: (U256, U256), lenient: bool) -> Result<u32, Box<Rule>> {
        if let Some(&id) = self.index.get(&key) {
            return Ok(id);
        }
        if let Some(clk) = self.counted.filter(|_| !lenient) {
            return Err(Box::new(Rule::KeyAfterCount { a: key.0, b: key.1, clk }));
        }
        let id = self.list.len() as u32;
        self.index.insert(key, id);
        self.list.push(key);
        Ok(id)
    }
}

/// The machine.
pub(crate) struct Machine<'p, T: Tracer> {
    pub(crate) program: &'p Program,
    pub(crate) input: &'p Input,
    pub(crate) memory: Memory<T::Cell>,
    /// Registers, then the slots of [`slot`].
    pub(crate) regs: [u32; slot::COUNT],
    pub(crate) upc: u32,
    pub(crate) codes: Codes,
    pub(crate) keys: Keys,
    pub(crate) public_out: [Option<U256>; PUBLIC_WORDS],
    /// Rows by micro-pc.
    pub(crate) rows_by_upc: Vec<u32>,
    /// Rows by EVM opcode; the last entry is for rows before the first dispatch.
    pub(crate) rows_by_opcode: Vec<OpcodeRows>,
    /// Clock after the last dispatch.
    pub(crate) dispatched_at: u32,
    pub(crate) work: Work,
    pub(crate) evm: Option<EvmPlace>,
    pub(crate) calls: Vec<CallSite>,
    recent: [u32; RECENT],
    started_at: u32,
    /// Whether unsatisfiable rows are executed all the same, as a cheating prover would.
    pub(crate) lenient: bool,
    pub(crate) tracer: T,
}

impl<'p, T: Tracer> Machine<'p, T> {
    pub(crate) fn new(program: &'p Program, input: &'p Input, tracer: T) -> Self {
        let mut regs = [0; slot::COUNT];
        regs[CLK] = FIRST_CLK;
        Self {
            program,
            input,
            memory: Memory::new(&input.private),
            regs,
            upc: 0,
            codes: Codes::default(),
            keys: Keys::default(),
            public_out: [None; PUBLIC_WORDS],
            rows_by_upc: vec![0; program.code.len()],
            rows_by_opcode: vec![OpcodeRows::default(); 257],
            dispatched_at: FIRST_CLK,
            work: Work::default(),
            evm: None,
            calls: vec![],
            recent: [0; RECENT],
            started_at: FIRST_CLK,
            lenient: false,
            tracer,
        }
    }

    /// The same machine with another listener that keeps the same cells.
    pub(crate) fn with_tracer<U: Tracer<Cell = T::Cell>>(self, tracer: U) -> Machine<'p, U> {
        Machine {
            program: self.program,
            input: self.input,
            memory: self.memory,
            regs: self.regs,
            upc: self.upc,
            codes: self.codes,
            keys: self.keys,
            public_out: self.public_out,
            rows_by_upc: self.rows_by_upc,
            rows_by_opcode: self.rows_by_opcode,
            dispatched_at: self.dispatched_at,
            work: self.work,
            evm: self.evm,
            calls: self.calls,
            recent: self.recent,
            started_at: self.started_at,
            lenient: self.lenient,
            tracer,
        }
    }

    /// Sets the clock and instruction a restored machine goes on from.
    pub(crate) fn restore(&mut self, regs: Regs, upc: u32) {
        self.regs[..Reg::READABLE].copy_from_slice(&regs.0);
        self.upc = upc;
        self.started_at = regs.get(Reg::Clk);
    }

    /// Puts a word into memory before the run; the private input and cells that cannot be stay as they are.
    pub(crate) fn poke(&mut self, addr: CellAddr, word: U256) {
        let writable = addr.space != Space::Input.number() && addr.space < Space::ALL.len() as u32;
        if writable
            && addr.off < REG_BOUND
            && let Ok(cell) = self.memory.cell(addr.space as u8, addr.ctx, addr.off)
        {
            cell.set(word);
        }
    }

    /// Runs rows up to the halting one or to clock `end`; whether it halted.
    pub(crate) fn run(&mut self, end: u32) -> Result<bool, ExecError> {
        let mut words = Words::default();
        while self.regs[CLK] < end {
            match self.row(&mut words) {
                Ok(false) => {}
                Ok(true) => return Ok(true),
                Err(rule) => return Err(self.failure(*rule, &words)),
            }
        }
        Ok(false)
    }

    /// Runs up to the halting row; not halting within `limit` rows is an error.
    pub(crate) fn run_to_halt(&mut self, limit: u32) -> Result<(), ExecError> {
        let end = self.regs[CLK].saturating_add(limit).min(CLK_BOUND);
        if self.run(end)? {
            return Ok(());
        }
        Err(self.not_halted(limit))
    }

    /// The error of a run that reached its end without halting.
    pub(crate) fn not_halted(&self, limit: u32) -> ExecError {
        let bound = self.regs[CLK] == CLK_BOUND;
        let rule = if bound { Rule::ClockBound } else { Rule::RowLimit { limit } };
        self.failure(rule, &Words::default())
    }

    /// Registers.
    pub(crate) fn registers(&self) -> Regs {
        let mut regs = Regs::default();
        regs.0.copy_from_slice(&self.regs[..Reg::READABLE]);
        regs
    }

    /// Public output words.
    pub(crate) fn output(&self) -> [U256; PUBLIC_WORDS] {
        self.public_out.map(Option::unwrap_or_default)
    }

    #[cold]
    fn failure(&self, rule: Rule, words: &Words) -> ExecError {
        let clk = self.regs[CLK];
        let known = (clk - self.started_at).min(RECENT as u32 - 1);
        let recent = (clk - known..=clk).map(|c| self.recent[c as usize % RECENT]).collect();
        let mut c = words.c;
        if let Some(i) = self.program.code.get(self.upc as usize).filter(|i| i.has_c && !i.needs_c)
            && let Ok((ctx, off)) = self.locate(i.c, 'C')
        {
            c = self.memory.peek(i.c.space, ctx, off).unwrap_or_default();
        }
        ExecError(Box::new(Failure {
            rule,
            upc: self.upc,
            regs: self.registers(),
            words: [words.a, words.b, c, words.r],
            recent,
            evm: self.evm,
            calls: self.calls.clone(),
        }))
    }

    fn call(&mut self, target: u32) {
        if self.calls.len() == CALLS {
            self.calls.drain(..CALLS / 2);
        }
        self.calls.push(CallSite { upc: self.upc, target });
    }

    fn leave(&mut self, to: u32) {
        if let Some(at) = self.calls.iter().rposition(|c| c.upc + 1 == to) {
            self.calls.truncate(at);
        }
    }
}

impl<C: Cell> ReadMemory for Memory<C> {
    fn read(&self, space: Space, ctx: u32, off: u32) -> U256 {
        self.peek(space as u8, ctx, off).unwrap_or_default()
    }
}
