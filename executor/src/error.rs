//! Why a run stopped without halting, with what a person needs to find the cause.

use std::fmt::{self, Write as _};

use alloy_primitives::U256;
use zkrom_asm::isa::Reg;

use crate::{
    field,
    record::{CellAddr, Regs},
};

/// The rule a row broke: no values of the machine's columns satisfy such a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// `AssertEq` on different words.
    #[error("assertion failed: A = {a:#x}, B = {b:#x}")]
    AssertEq {
        /// Port A's word.
        a: U256,
        /// Port B's word.
        b: U256,
    },
    /// The result word is read as an integer, and too large.
    #[error("{reader} takes R = {r:#x}, which is not below 2^29")]
    ResultTooLarge {
        /// What reads the result.
        reader: &'static str,
        /// The result.
        r: U256,
    },
    /// An address's base plus its constant.
    #[error("port {port}: offset {offset} of space {space} is not in 0..2^29")]
    OffsetOutOfRange {
        /// The port.
        port: char,
        /// Number of the space.
        space: u8,
        /// The offset.
        offset: i64,
    },
    /// A context in which no cell has a first state.
    #[error("context {ctx} of space {space} is not in 0..2^29 + 2^16")]
    ContextOutOfRange {
        /// Number of the space.
        space: u8,
        /// The context.
        ctx: i64,
    },
    /// The length register of a memory operation.
    #[error("{op} of x3 = {len} bytes from offset {offset}: not below 2^29")]
    LengthOutOfRange {
        /// The operation.
        op: &'static str,
        /// The length.
        len: i64,
        /// The offset.
        offset: u32,
    },
    /// An access past the private input.
    #[error("private input word {off} is read, but the input has {len} words")]
    InputPastEnd {
        /// The offset.
        off: u32,
        /// Words of private input.
        len: usize,
    },
    /// An access to the input in a context other than 0.
    #[error("the private input is read in context {ctx}; it has context 0 only")]
    InputContext {
        /// The context.
        ctx: u32,
    },
    /// Port C and a memory chip access one cell at the same time.
    #[error(
        "port C and the memory operation's write share the cell ({}, {}, {})",
        addr.space, addr.ctx, addr.off
    )]
    SameTime {
        /// The cell.
        addr: CellAddr,
    },
    /// No instruction there.
    #[error("micro-pc {upc} is past the end of the image ({len} instructions)")]
    UpcPastEnd {
        /// The micro-pc.
        upc: u32,
        /// Instructions of the image.
        len: usize,
    },
    /// The clock bound of the machine.
    #[error("the clock reached its bound, 2^27")]
    ClockBound,
    /// The caller's limit.
    #[error("the run did not halt within {limit} rows")]
    RowLimit {
        /// The limit.
        limit: u32,
    },
    /// The stack height after the row.
    #[error("stack height {sp} after the row is not in 0..2^29")]
    StackHeight {
        /// The height.
        sp: i64,
    },
    /// A dispatch whose outcome on the stack no 16-bit difference proves.
    #[error("stack height {sp} is 2^16 or more from what the opcode takes, {need} to {max}")]
    StackTooFar {
        /// The height.
        sp: u32,
        /// Items the opcode needs.
        need: u32,
        /// Greatest height before it.
        max: u32,
    },
    /// `Split` of a large register expression.
    #[error("split of W = {w}, which is not in 0..2^30")]
    SplitOutOfRange {
        /// The value.
        w: i64,
    },
    /// `Charge` of a large register expression.
    #[error("charge of W = {w}, which is not in 0..2^30")]
    ChargeOutOfRange {
        /// The value.
        w: i64,
    },
    /// A charge or dispatch finds a gas register that is no amount of gas.
    #[error("gas register {gas} is not in 0..2^29")]
    GasOutOfRange {
        /// The register.
        gas: i64,
    },
    /// A public output word set twice.
    #[error("public output word {index} is {old:#x} already, and is set to {new:#x}")]
    PubOutConflict {
        /// Its index.
        index: u8,
        /// The word set first.
        old: U256,
        /// The word set now.
        new: U256,
    },
    /// The opcode table has no such entry.
    #[error("no opcode-table entry for fork {fork}, opcode {opcode:#x}{}", push_data_note(*opcode))]
    NoOpcodeEntry {
        /// The fork register.
        fork: i64,
        /// The opcode fetched.
        opcode: u32,
    },
    /// The code id names no code.
    #[error("no code is loaded under id {cid}")]
    NoCode {
        /// The code id.
        cid: i64,
    },
    /// The address of a fetch.
    #[error("pc {pc} is not in 0..2^29")]
    PcOutOfRange {
        /// The address.
        pc: i64,
    },
    /// `PushData` where no push ends.
    #[error("no PUSH1..PUSH32 of code {cid} ends at pc {pc}")]
    NoPushData {
        /// The code id.
        cid: i64,
        /// The register.
        pc: i64,
    },
    /// A new key after the keys were counted.
    #[error("key ({a:#x}, {b:#x}) is new, but the keys of the run were counted at clock {clk}")]
    KeyAfterCount {
        /// First word.
        a: U256,
        /// Second word.
        b: U256,
        /// Clock of the first `KeyCount`.
        clk: u32,
    },
    /// A hint's function failed.
    #[error("hint `{name}`: {error}")]
    Hint {
        /// Its name.
        name: String,
        /// What it says.
        error: crate::hints::HintError,
    },
}

const fn push_data_note(opcode: u32) -> &'static str {
    if opcode == zkrom_asm::isa::PUSH_DATA { " (push data)" } else { "" }
}

/// A call on the procedure stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// Micro-pc of the call.
    pub upc: u32,
    /// Micro-pc called.
    pub target: u32,
}

/// The EVM instruction being executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvmPlace {
    /// Code id.
    pub cid: u32,
    /// Address.
    pub pc: u32,
    /// Opcode.
    pub opcode: u32,
}

/// Where in its source an instruction comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// File.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Procedure or opcode.
    pub procedure: String,
}

/// A source map.
pub trait SourceMap {
    /// The place an instruction was assembled from.
    fn locate(&self, upc: u32) -> Option<Location>;
}

/// No source map.
impl SourceMap for () {
    fn locate(&self, _: u32) -> Option<Location> {
        None
    }
}

/// Where a run stopped without halting, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("row at micro-pc {}, clock {}: {}", .0.upc, .0.regs.get(Reg::Clk), .0.rule)]
pub struct ExecError(pub Box<Failure>);

/// The state a run stopped in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule broken.
    pub rule: Rule,
    /// Micro-pc of the row.
    pub upc: u32,
    /// Registers before the row.
    pub regs: Regs,
    /// `A`, `B`, `C` and `R`, as far as the row came.
    pub words: [U256; 4],
    /// The micro-pcs before, oldest first, this row's last.
    pub recent: Vec<u32>,
    /// The last EVM instruction dispatched, if any.
    pub evm: Option<EvmPlace>,
    /// Calls not yet returned from, outermost first.
    pub calls: Vec<CallSite>,
}

impl ExecError {
    /// The rule broken.
    #[must_use]
    pub fn rule(&self) -> &Rule {
        &self.0.rule
    }

    /// The report: the rule, places in the source, registers, words, calls and the last micro-pcs.
    #[must_use]
    pub fn render(&self, map: &dyn SourceMap) -> String {
        let mut out = String::new();
        self.0.write(&mut out, map).expect("writing to a string");
        out
    }
}

impl Failure {
    fn write(&self, out: &mut String, map: &dyn SourceMap) -> fmt::Result {
        let place = |upc| match map.locate(upc) {
            Some(l) => format!("upc {upc} ({} at {}:{})", l.procedure, l.file, l.line),
            None => format!("upc {upc}"),
        };
        writeln!(out, "error: {}", self.rule)?;
        writeln!(out, "  at {}, clock {}", place(self.upc), self.regs.get(Reg::Clk))?;
        if let Some(evm) = self.evm {
            writeln!(out, "  evm: code {} pc {} opcode {:#04x}", evm.cid, evm.pc, evm.opcode)?;
        }
        write!(out, "  registers:")?;
        for reg in Reg::ALL {
            write!(out, " {}={}", reg.name(), field::signed(self.regs.get(reg)))?;
        }
        writeln!(out)?;
        for (name, word) in ["A", "B", "C", "R"].iter().zip(self.words) {
            writeln!(out, "  {name} = {word:#x}")?;
        }
        for call in self.calls.iter().rev().take(16) {
            writeln!(out, "  called from {}: {}", place(call.upc), place(call.target))?;
        }
        if self.calls.len() > 16 {
            writeln!(out, "  ... and {} calls more", self.calls.len() - 16)?;
        }
        writeln!(out, "  last rows:")?;
        let mut rows = self.recent.iter().rev().peekable();
        while let Some(&upc) = rows.next() {
            let mut times = 1;
            while rows.next_if(|&&next| next == upc).is_some() {
                times += 1;
            }
            let again = if times > 1 { format!(" x{times}") } else { String::new() };
            writeln!(out, "    {}{again}", place(upc))?;
        }
        Ok(())
    }
}

/// Why an image cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// Too many instructions.
    #[error("the image has {got} instructions, more than {}", zkrom_asm::isa::ROM_HEIGHT)]
    TooManyInstrs {
        /// Its instructions.
        got: usize,
    },
    /// Too many opcode tables.
    #[error("the image has {got} opcode tables, more than {}", zkrom_asm::isa::MAX_FORKS)]
    TooManyForks {
        /// Its tables.
        got: usize,
    },
    /// An opcode table of the wrong size.
    #[error("opcode table {fork} has {got} entries, not 256")]
    OpcodeTable {
        /// The table.
        fork: usize,
        /// Its entries.
        got: usize,
    },
    /// An opcode-table entry out of range.
    #[error("opcode table {fork}, opcode {opcode:#04x}: a number is not below 2^29")]
    OpcodeEntry {
        /// The table.
        fork: usize,
        /// The opcode.
        opcode: usize,
    },
    /// An instruction that no row can satisfy, or that means nothing.
    #[error("instruction {upc}: {flaw}")]
    Instr {
        /// Its micro-pc.
        upc: u32,
        /// What is wrong.
        flaw: Flaw,
    },
}

/// What is wrong with an instruction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// A constant's magnitude.
    #[error("constant {value} of {what} is not of magnitude below 2^29")]
    Constant {
        /// What it belongs to.
        what: &'static str,
        /// The constant.
        value: i32,
    },
    /// A target.
    #[error("target {target} is not below 2^29")]
    Target {
        /// The target.
        target: u32,
    },
    /// A register in the wrong place.
    #[error("register {} cannot be {what}", reg.name())]
    Register {
        /// What it was used for.
        what: &'static str,
        /// The register.
        reg: Reg,
    },
    /// A write to the private input.
    #[error("{what} writes to the private input")]
    InputWrite {
        /// The port or operation.
        what: &'static str,
    },
    /// `c_write` without a cell.
    #[error("port C writes, but has no cell")]
    NoCell,
    /// An operand the operation does not take.
    #[error("{op}: port {port} must be {want}")]
    Operand {
        /// The operation.
        op: String,
        /// The port.
        port: char,
        /// What it takes.
        want: &'static str,
    },
    /// A public word's index.
    #[error("public word {index}: there are {}", zkrom_asm::isa::PUBLIC_WORDS)]
    PublicWord {
        /// The index.
        index: u8,
    },
    /// `Split` of the result it gives.
    #[error("the register expression of a split is its own result")]
    SplitOfResult,
    /// A charge with a register write.
    #[error("a charge writes no register")]
    ChargeWrites,
    /// A dispatch that also writes a register it uses or sets.
    #[error("a dispatch cannot write register {} in the same row", reg.name())]
    DispatchWrites {
        /// The register.
        reg: Reg,
    },
    /// A halt that does more.
    #[error("a halt repeats, so it can do nothing else")]
    HaltActs,
    /// A hint without a function, or a function without a hint.
    #[error("{}", if *call { "a hint function on an instruction that is no hint" } else { "a hint without a function" })]
    HintCall {
        /// Whether there is a function.
        call: bool,
    },
    /// A hint function the executor does not know.
    #[error("unknown hint `{name}`")]
    UnknownHint {
        /// Its name.
        name: String,
    },
    /// A hint function with too few or too many arguments.
    #[error("hint `{name}` takes {expected} arguments, got {got}")]
    HintArity {
        /// Its name.
        name: String,
        /// How many it takes.
        expected: usize,
        /// How many the instruction gives.
        got: usize,
    },
}
