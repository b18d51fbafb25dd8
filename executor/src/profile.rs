//! What a run cost: operations of each chip, rows of each instruction and of each EVM opcode.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zkrom_asm::isa::{MemOp, Op, Op2, Op3};

use crate::{
    error::SourceMap,
    program::{NextKind, PortKind, Program},
};

/// Work of memory chips that depends on lengths and offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// Keccak-f permutations.
    pub keccak_permutations: u64,
    /// Words read by keccak.
    pub keccak_words: u64,
    /// SHA-256 compressions.
    pub sha256_blocks: u64,
    /// Words read by sha256.
    pub sha256_words: u64,
    /// Bytes of loaded codes.
    pub code_bytes: u64,
    /// Bytes copied.
    pub copied_bytes: u64,
    /// Words read by all memory chips.
    pub chip_reads: u64,
    /// Words written by all memory chips.
    pub chip_writes: u64,
}

/// How often each thing happened in a run: chip heights follow from it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows of the main chip.
    pub rows: u64,
    /// Two-operand operations.
    pub op2: BTreeMap<Op2Name, u64>,
    /// Three-operand operations.
    pub op3: BTreeMap<Op3Name, u64>,
    /// Memory operations.
    pub mem_ops: BTreeMap<MemOpName, u64>,
    /// Memory operations' work.
    pub work: Work,
    /// Accesses of ports A, B and C.
    pub port_accesses: [u64; 3],
    /// Opcode fetches, of push data excluded.
    pub fetches: u64,
    /// Push-data fetches.
    pub push_data: u64,
    /// Gas charges.
    pub charges: u64,
    /// Memory cells outside the private input, at most; exact for a run that keeps times.
    pub cells: u64,
    /// Words of private input.
    pub input_words: u64,
    /// Keys.
    pub keys: u64,
}

/// Operations as map keys of every serialisation format: their `Debug` names.
pub type Op2Name = String;
/// See [`Op2Name`].
pub type Op3Name = String;
/// See [`Op2Name`].
pub type MemOpName = String;

impl Counts {
    /// How often an operation was done.
    #[must_use]
    pub fn of_op2(&self, op: Op2) -> u64 {
        self.op2.get(&format!("{op:?}")).copied().unwrap_or(0)
    }

    /// How often an operation was done.
    #[must_use]
    pub fn of_op3(&self, op: Op3) -> u64 {
        self.op3.get(&format!("{op:?}")).copied().unwrap_or(0)
    }

    /// How often an operation was done.
    #[must_use]
    pub fn of_mem_op(&self, op: MemOp) -> u64 {
        self.mem_ops.get(&format!("{op:?}")).copied().unwrap_or(0)
    }

    /// Counts what follows from how often each instruction ran.
    pub(crate) fn from_rows(program: &Program, rows_by_upc: &[u32]) -> Self {
        let mut counts = Self::default();
        for (i, &rows) in program.code.iter().zip(rows_by_upc).filter(|(_, n)| **n > 0) {
            let rows = u64::from(rows);
            counts.rows += rows;
            match i.op {
                Op::Op2(op) => *counts.op2.entry(format!("{op:?}")).or_default() += rows,
                Op::Op3(op) => *counts.op3.entry(format!("{op:?}")).or_default() += rows,
                Op::Mem(op) => *counts.mem_ops.entry(format!("{op:?}")).or_default() += rows,
                Op::PushData => counts.push_data += rows,
                _ => {}
            }
            let accesses = [i.a_kind == PortKind::Mem, i.b_kind == PortKind::Mem, i.has_c];
            for (count, access) in counts.port_accesses.iter_mut().zip(accesses) {
                *count += if access { rows } else { 0 };
            }
            match i.next {
                NextKind::Dispatch | NextKind::EvmJump => counts.fetches += rows,
                NextKind::Charge => counts.charges += rows,
                _ => {}
            }
        }
        counts
    }
}

/// Rows of one EVM opcode: from after the dispatch to its handler up to the next dispatch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpcodeRows {
    /// How often it was dispatched.
    pub dispatches: u64,
    /// Rows.
    pub rows: u64,
}

/// Where the rows of a run went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Rows by micro-pc.
    pub rows_by_upc: Vec<u32>,
    /// Rows by EVM opcode.
    pub opcodes: Vec<OpcodeRows>,
    /// Rows before the first dispatch.
    pub outside: u64,
}

impl Profile {
    /// Rows of each procedure of a source map, greatest first; instructions it does not know are under the empty name.
    #[must_use]
    pub fn procedures(&self, map: &dyn SourceMap) -> Vec<(String, u64)> {
        let mut rows = BTreeMap::<String, u64>::new();
        for (upc, &n) in self.rows_by_upc.iter().enumerate().filter(|(_, n)| **n > 0) {
            let name = map.locate(upc as u32).map(|l| l.procedure).unwrap_or_default();
            *rows.entry(name).or_default() += u64::from(n);
        }
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows
    }
}
