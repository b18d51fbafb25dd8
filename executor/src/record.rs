//! What a recorded run leaves behind: one [`Row`] a main-chip row, and one event for each thing another chip did for it.
//!
//! The chips' traces are functions of these events alone. All words are [`U256`]; limbs are taken when columns are filled.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use zkrom_asm::isa::{FIRST_CLK, MemOp, Op2, Op3, PUBLIC_WORDS, Reg, Space};

/// The registers at the start of a row, indexed by [`Reg`]; the clock included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Regs(pub [u32; Reg::READABLE]);

impl Regs {
    /// The registers a run starts with: all zero but the clock.
    #[must_use]
    pub fn start() -> Self {
        let mut regs = Self::default();
        regs.set(Reg::Clk, FIRST_CLK);
        regs
    }

    /// The value of a register.
    #[must_use]
    pub const fn get(&self, reg: Reg) -> u32 {
        self.0[reg as usize]
    }

    /// Sets a register.
    pub const fn set(&mut self, reg: Reg, value: u32) {
        self.0[reg as usize] = value;
    }
}

/// What a dispatching row fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Address of the opcode: `pc`, or `R` for an EVM jump.
    pub pc: u32,
    /// The opcode, or [`PUSH_DATA`](zkrom_asm::isa::PUSH_DATA).
    pub opcode: u32,
    /// Address after the instruction.
    pub next_pc: u32,
}

/// One row of the main chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Micro-pc.
    pub upc: u32,
    /// Registers before the row.
    pub regs: Regs,
    /// Words given by ports A and B, and port C's old word.
    pub words: [U256; 3],
    /// The result word.
    pub result: U256,
    /// Time of the previous access to each port's cell; 0 where the port makes none.
    pub old_times: [u32; 3],
    /// What was fetched, where the row dispatches.
    pub fetch: Option<Fetch>,
}

/// A two-operand operation. For [`Op2::Split`], `a` is the register value itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op2Event {
    /// The operation.
    pub op: Op2,
    /// First operand.
    pub a: U256,
    /// Second operand.
    pub b: U256,
    /// Result.
    pub r: U256,
}

/// A three-operand operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op3Event {
    /// The operation.
    pub op: Op3,
    /// First operand.
    pub a: U256,
    /// Second operand.
    pub b: U256,
    /// Third operand.
    pub c: U256,
    /// Result.
    pub r: U256,
}

/// The address of a memory cell, as it stands in messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellAddr {
    /// Number of the space.
    pub space: u32,
    /// Context.
    pub ctx: u32,
    /// Offset.
    pub off: u32,
}

/// One access to a memory cell by a memory chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The cell.
    pub addr: CellAddr,
    /// Time of the previous access; 0 if none.
    pub old_time: u32,
    /// Word before.
    pub old: U256,
    /// Word after; equal to `old` for a read.
    pub new: U256,
}

/// A call of a memory chip. Reads happen at time `4 clk + 2`, writes at `4 clk + 3`.
///
/// Accesses by operation, each in ascending order of offsets, each cell at most once in `reads` and once in `writes`:
/// * keccak, sha256, load-code: `reads` the `ceil(len / 32)` words that hold the bytes;
/// * copy: `reads` the words from that of the first source byte to that of the last, `writes` likewise for the destination (both empty
///   where `len = 0`);
/// * load: `reads` the one or two words that hold the 32 bytes; store: `writes` likewise; store8: `writes` one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemOpEvent {
    /// The operation.
    pub op: MemOp,
    /// The caller's clock.
    pub clk: u32,
    /// Port A's address; `off` in words or bytes as the operation has it.
    pub a: CellAddr,
    /// Port B's address; all zero where the operation has none.
    pub b: CellAddr,
    /// Register X3: the length in bytes, where the operation has one.
    pub len: u32,
    /// The result word.
    pub r: U256,
    /// Cells read.
    pub reads: Vec<Access>,
    /// Cells written.
    pub writes: Vec<Access>,
}

/// How often the main chip fetched from each place of a loaded code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeFetches {
    /// Opcode fetches by address.
    pub opcodes: BTreeMap<u32, u32>,
    /// Push-data fetches by the address after the instruction.
    pub push_data: BTreeMap<u32, u32>,
}

/// The last state of a memory cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FinalCell {
    /// The cell.
    pub addr: CellAddr,
    /// Its last word.
    pub word: U256,
    /// The time of its last access.
    pub time: u32,
}

/// A word of the private input and the time of its last access (0 if none).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputCell {
    /// The word.
    pub word: U256,
    /// The time of its last access.
    pub time: u32,
}

/// A recorded run, or the part of one from some row to another.
///
/// In a part, `memory` has the cells touched in it, with their states after it; `input`, `keys` and `public_out` are as after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Rows of the main chip, the halting one last.
    pub rows: Vec<Row>,
    /// Two-operand operations, in order.
    pub op2: Vec<Op2Event>,
    /// Three-operand operations, in order.
    pub op3: Vec<Op3Event>,
    /// Calls of memory chips, in order.
    pub mem_ops: Vec<MemOpEvent>,
    /// Fetches by code id.
    pub fetches: BTreeMap<u32, CodeFetches>,
    /// Every cell touched outside [`Space::Input`], in ascending order of addresses.
    pub memory: Vec<FinalCell>,
    /// The private input.
    pub input: Vec<InputCell>,
    /// Keys in the order of their indices.
    pub keys: Vec<(U256, U256)>,
    /// Public input words.
    pub public_in: [U256; PUBLIC_WORDS],
    /// Public output words; zero where the program set none.
    pub public_out: [U256; PUBLIC_WORDS],
}

impl Record {
    /// Appends the part of the same run that follows.
    pub fn append(&mut self, next: Self) {
        self.rows.extend(next.rows);
        self.op2.extend(next.op2);
        self.op3.extend(next.op3);
        self.mem_ops.extend(next.mem_ops);
        for (cid, theirs) in next.fetches {
            let ours = self.fetches.entry(cid).or_default();
            theirs.opcodes.into_iter().for_each(|(pc, n)| *ours.opcodes.entry(pc).or_default() += n);
            theirs.push_data.into_iter().for_each(|(pc, n)| *ours.push_data.entry(pc).or_default() += n);
        }
        let mut cells: BTreeMap<CellAddr, FinalCell> = self.memory.drain(..).map(|c| (c.addr, c)).collect();
        cells.extend(next.memory.into_iter().map(|c| (c.addr, c)));
        self.memory = cells.into_values().collect();
        self.input = next.input;
        self.keys = next.keys;
        self.public_in = next.public_in;
        self.public_out = next.public_out;
    }

    /// A register's value after a row: that before the next row, or before the row itself where it is the last.
    #[must_use]
    pub fn register_after(&self, row: u32, reg: Reg) -> u32 {
        let row = row as usize;
        self.rows.get(row + 1).unwrap_or(&self.rows[row]).regs.get(reg)
    }

    /// Takes `memory` and `input` from a machine's cells: (address, word, time of the last access).
    pub(crate) fn take_memory(&mut self, cells: impl Iterator<Item = (CellAddr, U256, u32)>, since: u32) {
        for (addr, word, time) in cells {
            if addr.space == Space::Input.number() {
                // Contiguous from offset 0, in order.
                self.input.push(InputCell { word, time });
            } else if time != 0 && time >= since {
                self.memory.push(FinalCell { addr, word, time });
            }
        }
        self.memory.sort_unstable_by_key(|c| c.addr);
    }

    /// Takes `fetches` from the rows; `is_push` tells the instructions that fetch push data.
    pub(crate) fn count_fetches(&mut self, is_push: impl Fn(u32) -> bool) {
        let mut opcodes = vec![];
        let mut push_data = vec![];
        for row in &self.rows {
            let cid = row.regs.get(Reg::Cid);
            if let Some(fetch) = row.fetch {
                opcodes.push((cid, fetch.pc));
            }
            if is_push(row.upc) {
                push_data.push((cid, row.regs.get(Reg::Pc)));
            }
        }
        opcodes.sort_unstable();
        push_data.sort_unstable();
        for run in opcodes.chunk_by(|a, b| a == b) {
            let (cid, pc) = run[0];
            self.fetches.entry(cid).or_default().opcodes.insert(pc, run.len() as u32);
        }
        for run in push_data.chunk_by(|a, b| a == b) {
            let (cid, pc) = run[0];
            self.fetches.entry(cid).or_default().push_data.insert(pc, run.len() as u32);
        }
    }
}
