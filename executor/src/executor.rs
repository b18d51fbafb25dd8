//! Running a program.

use alloy_primitives::U256;
use zkrom_asm::isa::{CLK_BOUND, FIRST_CLK, PUBLIC_WORDS, Reg, Space};

use crate::{
    error::ExecError,
    fault::Fault,
    field::FIELD_PRIME,
    machine::{CLK, Machine},
    memory::{Cell, Memory, Plain},
    profile::{Counts, Profile},
    program::Program,
    record::{CellAddr, Record, Regs},
    trace::{Events, Recorder, Silent, Tracer},
};

/// What a program is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    /// Public input words.
    pub public: [U256; PUBLIC_WORDS],
    /// Private input words.
    pub private: Vec<U256>,
}

/// How long a run may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows.
    pub rows: u32,
}

impl Default for Limits {
    /// The machine's own bound.
    fn default() -> Self {
        Self { rows: CLK_BOUND }
    }
}

/// What came of a run that halted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Public output words; zero where the program set none.
    pub public_out: [U256; PUBLIC_WORDS],
    /// Rows, the halting one included.
    pub rows: u32,
    /// Registers before the halting row.
    pub regs: Regs,
    /// How often each thing happened.
    pub counts: Counts,
    /// Where the rows went.
    pub profile: Profile,
}

/// The memory a run left behind.
pub struct FinalMemory(Memory<Plain>);

impl FinalMemory {
    /// The word of a cell; zero where it was never written, and past the private input.
    #[must_use]
    pub fn read(&self, space: Space, ctx: u32, off: u32) -> U256 {
        self.0.peek(space as u8, ctx, off).unwrap_or_default()
    }
}

/// A program and its input, ready to run in several ways.
#[derive(Clone)]
pub struct Executor<'p> {
    pub(crate) program: &'p Program,
    pub(crate) input: Input,
    pub(crate) limits: Limits,
    pub(crate) lenient: bool,
    start: Option<Start>,
}

/// A state to start from that is not the machine's own.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Micro-pc.
    pub upc: u32,
    /// Registers; the clock is [`FIRST_CLK`] whatever it says.
    pub regs: Regs,
    /// Words in memory. Those of the private input are not among them.
    pub memory: Vec<(CellAddr, U256)>,
}

impl<'p> Executor<'p> {
    /// A program and its input.
    #[must_use]
    pub fn new(program: &'p Program, input: Input) -> Self {
        Self { program, input, limits: Limits::default(), lenient: false, start: None }
    }

    /// Begins at another instruction than the first: for the tests in a program's source. What is proved always begins at the first.
    #[must_use]
    pub fn entry(self, upc: u32) -> Self {
        self.start(Start { upc, ..Start::default() })
    }

    /// Bounds the run's length.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Goes on past rows that no column values satisfy (failed assertions, out-of-range reads, conflicting outputs, ...) as a cheating
    /// prover would: for tests that the proof system refuses such a run. Such a row is recorded as if it held; a hint without a value is 0.
    /// Only rows that cannot be executed at all still fail.
    #[must_use]
    pub fn unchecked(mut self) -> Self {
        self.lenient = true;
        self
    }

    /// Starts from another state: for tests of single procedures. Such a run is no run of the program, and cannot be proved.
    #[must_use]
    pub fn start(mut self, start: Start) -> Self {
        self.start = Some(start);
        self
    }

    pub(crate) fn machine<T: Tracer>(&self, tracer: T) -> Machine<'_, T> {
        let mut machine = Machine::new(self.program, &self.input, tracer);
        machine.lenient = self.lenient;
        if self.lenient {
            machine.memory.any_context();
        }
        if let Some(start) = &self.start {
            let mut regs = start.regs;
            regs.set(Reg::Clk, FIRST_CLK);
            regs.0.iter_mut().for_each(|r| *r %= FIELD_PRIME);
            machine.restore(regs, start.upc);
            for (addr, word) in &start.memory {
                machine.poke(*addr, *word);
            }
        }
        machine
    }

    /// Runs at native speed.
    ///
    /// # Errors
    /// [`ExecError`] where a row is unsatisfiable, or the run does not halt within its limits.
    pub fn run(&self) -> Result<Outcome, ExecError> {
        self.run_to_memory().map(|(outcome, _)| outcome)
    }

    /// As [`run`](Self::run), with the memory at the end.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_to_memory(&self) -> Result<(Outcome, FinalMemory), ExecError> {
        let mut machine = self.machine(Silent);
        machine.run_to_halt(self.limits.rows)?;
        Ok((outcome(&mut machine), FinalMemory(machine.memory)))
    }

    /// Records a run. A run without recording comes first: failures are found, and sizes known, before anything is kept.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn record(&self) -> Result<Record, ExecError> {
        let counts = self.run()?.counts;
        let mut recorder = Recorder::<false>::default();
        let sum = |m: &std::collections::BTreeMap<String, u64>| m.values().sum::<u64>() as usize;
        recorder.events = Events {
            rows: Vec::with_capacity(counts.rows as usize),
            op2: Vec::with_capacity(sum(&counts.op2)),
            op3: Vec::with_capacity(sum(&counts.op3)),
            mem_ops: Vec::with_capacity(sum(&counts.mem_ops)),
        };
        let mut machine = self.machine(recorder);
        machine.run_to_halt(self.limits.rows)?;
        Ok(finish(machine, 0))
    }

    /// Records a run in which one row goes wrong, and that goes on honestly from there.
    ///
    /// # Errors
    /// As [`run`](Self::run): with its checks on, the executor itself notices some faults. [`unchecked`](Self::unchecked) leaves more of them
    /// to the proof system.
    pub fn record_with_fault(&self, fault: Fault) -> Result<Record, ExecError> {
        self.record_with_faults(&[fault])
    }

    /// As [`record_with_fault`](Self::record_with_fault), with several: a prover that lies at each place where its first lie would show. At most
    /// one fault a row; they may come in any order.
    ///
    /// # Errors
    /// As [`record_with_fault`](Self::record_with_fault).
    pub fn record_with_faults(&self, faults: &[Fault]) -> Result<Record, ExecError> {
        let mut faults: Vec<_> = faults.iter().map(|f| (FIRST_CLK.saturating_add(f.row), f.kind)).collect();
        faults.sort_by_key(|f| std::cmp::Reverse(f.0));
        let recorder = Recorder::<true> { faults, ..Recorder::default() };
        let mut machine = self.machine(recorder);
        machine.run_to_halt(self.limits.rows)?;
        Ok(finish(machine, 0))
    }
}

/// What came of a machine's run.
pub(crate) fn outcome<T: Tracer>(machine: &mut Machine<'_, T>) -> Outcome {
    let mut counts = Counts::from_rows(machine.program, &machine.rows_by_upc);
    counts.work = machine.work;
    counts.keys = machine.keys.list.len() as u64;
    counts.input_words = machine.input.private.len() as u64;
    counts.cells = if T::Cell::TIMED {
        let input = Space::Input.number();
        machine.memory.cells().filter(|(a, c)| a.space != input && c.time() != 0).count() as u64
    } else {
        machine.memory.len() as u64
    };
    let last = machine.evm.map_or(256, |e| e.opcode as usize & 255);
    let mut opcodes = machine.rows_by_opcode.clone();
    opcodes[last].rows += u64::from(machine.regs[CLK] + 1 - machine.dispatched_at);
    let outside = opcodes.pop().map_or(0, |o| o.rows);
    let profile = Profile { rows_by_upc: machine.rows_by_upc.clone(), opcodes, outside };
    let (rows, regs) = (machine.regs[CLK] - FIRST_CLK + 1, machine.registers());
    Outcome { public_out: machine.output(), rows, regs, counts, profile }
}

/// The record of what a machine did from time `since` on.
pub(crate) fn finish<const F: bool>(mut machine: Machine<'_, Recorder<F>>, since: u32) -> Record {
    let events = std::mem::take(&mut machine.tracer.events);
    let mut record = Record {
        rows: events.rows,
        op2: events.op2,
        op3: events.op3,
        mem_ops: events.mem_ops,
        keys: machine.keys.list.clone(),
        public_in: machine.input.public,
        public_out: machine.output(),
        ..Record::default()
    };
    record.take_memory(machine.memory.cells().map(|(addr, c)| (addr, c.word(), c.time())), since);
    record.count_fetches(|upc| machine.program.code[upc as usize].op == zkrom_asm::isa::Op::PushData);
    record
}
