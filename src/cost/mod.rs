//! What a run costs: rows of every chip, and rows and cells by EVM opcode and by procedure.
//!
//! The run is recorded piece by piece, so a block of any size can be measured. A cell is one of a chip's trace or lookup columns in one row
//! that is used: padding to a shape's height comes on top. Cells of an opcode or procedure are those of its rows in the main chip and of the
//! operations these rows ask other chips for; what all share (memory, input, keys, codes, tables) is counted by chip only.

mod budget;
mod events;

use std::collections::BTreeMap;

use serde::Serialize;
use zkrom_asm::Image;
use zkrom_asm::evm::OPCODES;
use zkrom_asm::isa::{JUMPDEST, MemOp, Next};
use zkrom_asm::source_map::SourceMap;
use zkrom_executor::record::Record;
use zkrom_executor::{ExecError, Executor, Outcome};
use zkrom_stark::chips::{bytecode, pushdata};
use zkrom_stark::machine::{ChipId, inventory};

pub use budget::{Budget, budgets};
use events::Events;

/// Rows recorded at a time: some hundred megabytes.
const PIECE: u32 = 1 << 19;

/// Rows of the main chip, and cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cost {
    /// Times it was entered.
    pub count: u64,
    /// Rows of the main chip.
    pub rows: u64,
    /// Cells of the main chip and of the operations of other chips.
    pub cells: u64,
}

/// A chip's share of a run.
#[derive(Clone, Debug, Serialize)]
pub struct ChipCost {
    /// The chip.
    pub chip: &'static str,
    /// Rows used.
    pub rows: usize,
    /// Trace and lookup columns.
    pub columns: usize,
    /// Their product.
    pub cells: u64,
}

/// What a run costs.
#[derive(Clone, Debug, Serialize)]
pub struct Costs {
    /// By chip, in the order of tables in a proof.
    pub chips: Vec<ChipCost>,
    /// By EVM opcode, from its dispatch to the next.
    pub opcodes: BTreeMap<u8, Cost>,
    /// Rows that belong to no opcode: the block's and the transactions' own.
    pub outside: Cost,
    /// By procedure, without the procedures it calls.
    pub procedures: BTreeMap<String, Cost>,
}

impl Costs {
    /// Cells of all chips.
    #[must_use]
    pub fn cells(&self) -> u64 {
        self.chips.iter().map(|c| c.cells).sum()
    }

    /// Rows of each chip, in the order of [`ChipId::ALL`].
    #[must_use]
    pub fn chip_rows(&self) -> Vec<usize> {
        self.chips.iter().map(|c| c.rows).collect()
    }
}

/// The name of an EVM opcode.
#[must_use]
pub fn opcode_name(opcode: u8) -> String {
    let known = OPCODES.iter().find(|o| o.byte == opcode);
    known.map_or_else(|| format!("0x{opcode:02x}"), |o| o.name.to_owned())
}

/// Runs a program and measures it.
///
/// # Errors
/// Where the run does not halt.
pub fn measure(
    executor: &Executor<'_>,
    image: &Image,
    map: Option<&SourceMap>,
) -> Result<(Outcome, Costs), ExecError> {
    let checkpoints = executor.checkpoints(PIECE)?;
    let rows = checkpoints.outcome.rows;
    let mut meter = Meter::new(image, map);
    for start in (0..rows).step_by(PIECE as usize) {
        meter.add(executor.replay(&checkpoints, start..start.saturating_add(PIECE).min(rows))?);
    }
    let costs = meter.finish(&checkpoints.outcome);
    Ok((checkpoints.outcome, costs))
}

struct Meter<'a> {
    image: &'a Image,
    map: Option<&'a SourceMap>,
    columns: Vec<usize>,
    rows: Vec<usize>,
    /// What the chips of codes need of the whole run.
    codes: Record,
    /// Whether a row of each micro-pc ends an opcode: it belongs to a transaction or the block.
    ends: Vec<bool>,
    opcode: Option<u8>,
    by_opcode: BTreeMap<u8, Cost>,
    outside: Cost,
    by_upc: Vec<Cost>,
}

impl<'a> Meter<'a> {
    fn new(image: &'a Image, map: Option<&'a SourceMap>) -> Self {
        let outer = |file: &String| {
            ["rom/tx/", "rom/block/", "rom/main.zkasm"].iter().any(|part| file.contains(part))
        };
        let outer: Vec<bool> = map.map_or_else(Vec::new, |m| m.files.iter().map(outer).collect());
        let ends = map.map_or_else(Vec::new, |m| {
            m.rows.iter().map(|place| outer.get(place.file as usize).copied().unwrap_or(false)).collect()
        });
        Self {
            image,
            map,
            columns: inventory().iter().map(|c| c.main + c.lookup).collect(),
            rows: vec![0; ChipId::ALL.len()],
            codes: Record::default(),
            ends,
            opcode: None,
            by_opcode: BTreeMap::new(),
            outside: Cost::default(),
            by_upc: vec![Cost::default(); image.instrs.len()],
        }
    }

    fn add(&mut self, part: Record) {
        let mut events = Events::new(&part);
        self.rows[ChipId::Main as usize] += part.rows.len();
        for row in &part.rows {
            let upc = row.upc as usize;
            let mut cells = self.columns[ChipId::Main as usize] as u64;
            for (chip, rows) in events.of(self.image.instrs[upc].op) {
                self.rows[chip as usize] += rows;
                cells += (rows * self.columns[chip as usize]) as u64;
            }
            if self.ends.get(upc).copied().unwrap_or(false) {
                self.opcode = None;
            }
            let slot = match self.opcode {
                Some(opcode) => self.by_opcode.entry(opcode).or_default(),
                None => &mut self.outside,
            };
            for cost in [slot, &mut self.by_upc[upc]] {
                cost.rows += 1;
                cost.cells += cells;
            }
            let Some(fetch) = row.fetch else { continue };
            let jump = matches!(self.image.instrs[upc].next, Next::EvmJump(_));
            let Ok(opcode) = u8::try_from(fetch.opcode) else { continue };
            if !jump || fetch.opcode == JUMPDEST {
                self.opcode = Some(opcode);
                self.by_opcode.entry(opcode).or_default().count += 1;
            }
        }
        self.codes.append(Record {
            mem_ops: part.mem_ops.into_iter().filter(|e| e.op == MemOp::LoadCode).collect(),
            fetches: part.fetches,
            ..Record::default()
        });
    }

    fn finish(mut self, outcome: &Outcome) -> Costs {
        let Record { mem_ops, fetches, .. } = &self.codes;
        for (chip, rows) in [
            (ChipId::Memory, outcome.counts.cells as usize),
            (ChipId::Input, outcome.counts.input_words as usize),
            (ChipId::Keys, outcome.counts.keys as usize + 1),
            (ChipId::Bytecode, bytecode::rows(mem_ops, fetches)),
            (ChipId::PushData, pushdata::rows(mem_ops, fetches)),
        ] {
            self.rows[chip as usize] = rows;
        }
        let chips = ChipId::ALL.iter().map(|&c| {
            let (rows, columns) = (self.rows[c as usize], self.columns[c as usize]);
            ChipCost { chip: c.name(), rows, columns, cells: (rows * columns) as u64 }
        });
        let mut procedures = BTreeMap::<String, Cost>::new();
        for (upc, cost) in self.by_upc.iter().enumerate().filter(|(_, c)| c.rows > 0) {
            let unit = self.map.and_then(|m| m.unit(upc));
            let total = procedures.entry(unit.map(|u| u.name.clone()).unwrap_or_default()).or_default();
            total.rows += cost.rows;
            total.cells += cost.cells;
            if unit.is_some_and(|u| u.start as usize == upc) {
                total.count += cost.rows;
            }
        }
        Costs { chips: chips.collect(), opcodes: self.by_opcode, outside: self.outside, procedures }
    }
}
