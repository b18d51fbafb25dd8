//! From a recorded run to the traces of all chips.

use p3_matrix::dense::RowMajorMatrix;
use tracing::info_span;
use zkrom_asm::image::Image;
use zkrom_asm::isa::Reg;
use zkrom_executor::record::Record;

use super::chip::{Chip, ChipId};
use super::shapes::Shape;
use crate::chips::*;
use crate::field::Val;
use crate::lookups::LookupCounts;

/// Rows each chip needs for a run, in the order of [`ChipId::ALL`].
#[must_use]
pub fn rows(record: &Record) -> Vec<usize> {
    let rows = |chip: &ChipId| match chip {
        ChipId::Main => record.rows.len(),
        ChipId::Rom | ChipId::Opcode | ChipId::Public | ChipId::Range16 | ChipId::Byte => 0,
        ChipId::Memory => memory::rows(&record.memory),
        ChipId::Input => input::rows(&record.input),
        ChipId::Bytecode => bytecode::rows(&record.mem_ops, &record.fetches),
        ChipId::Arith => arith::rows(&record.op2),
        ChipId::Bitwise => bitwise::rows(&record.op2),
        ChipId::Shift => shift::rows(&record.op2),
        ChipId::Word => word::rows(&record.op2),
        ChipId::Keys => keys::rows(&record.keys),
        ChipId::MulDiv => muldiv::rows(&record.op2, &record.op3),
        ChipId::ModMul => modmul::rows(&record.op3),
        ChipId::PushData => pushdata::rows(&record.mem_ops, &record.fetches),
        ChipId::Copy => copy::rows(&record.mem_ops),
        ChipId::Keccak => keccak::rows(&record.mem_ops),
        ChipId::KeccakF => keccak_f::rows(&keccak::permutations(&record.mem_ops)),
        ChipId::Sha256 => sha256::rows(&record.mem_ops),
    };
    ChipId::ALL.iter().map(rows).collect()
}

/// Fills the trace of every chip at a shape's heights.
#[must_use]
pub fn fill(chips: &[Chip], image: &Image, record: &Record, shape: &Shape) -> Vec<RowMajorMatrix<Val>> {
    let mut lookups = LookupCounts::default();
    let fetched = record.rows.iter().filter_map(|row| {
        let fetch = row.fetch?;
        let bad = matches!(image.instrs[row.upc as usize].next, zkrom_asm::isa::Next::EvmJump(_))
            && fetch.opcode != zkrom_asm::isa::JUMPDEST;
        (!bad).then(|| (row.regs.get(Reg::Fork), fetch.opcode))
    });
    let fetched: Vec<_> = fetched.collect();
    // The tables come last in the order of chips: every other chip counts its lookups first.
    chips
        .iter()
        .map(|chip| {
            let id = chip.id();
            let height = shape.height(id);
            let _span = info_span!("fill", chip = id.name(), height).entered();
            let l = &mut lookups;
            match chip {
                Chip::Main(_) => main::trace(image, &record.rows, height, l),
                Chip::Rom(rom) => rom.trace(&record.rows, shape.height(ChipId::Main)),
                Chip::Opcode(table) => table.trace(fetched.iter().copied()),
                Chip::Public(_) => public::trace(&record.public_in, &record.public_out, &record.op2, l),
                Chip::Memory(_) => memory::trace(&record.memory, height, l),
                Chip::Input(_) => input::trace(&record.input, height, l),
                Chip::Bytecode(_) => bytecode::trace(&record.mem_ops, &record.fetches, height, l),
                Chip::Arith(_) => arith::trace(&record.op2, height, l),
                Chip::Bitwise(_) => bitwise::trace(&record.op2, height, l),
                Chip::Shift(_) => shift::trace(&record.op2, height, l),
                Chip::Word(_) => word::trace(&record.op2, height, l),
                Chip::Keys(_) => keys::trace(&record.keys, &record.op2, height, l),
                Chip::MulDiv(_) => muldiv::trace(&record.op2, &record.op3, height, l),
                Chip::ModMul(_) => modmul::trace(&record.op3, height, l),
                Chip::PushData(_) => pushdata::trace(&record.mem_ops, &record.fetches, height),
                Chip::Copy(_) => copy::trace(&record.mem_ops, height, l),
                Chip::Keccak(_) => keccak::trace(&record.mem_ops, height, l),
                Chip::KeccakF(_) => keccak_f::trace(&keccak::permutations(&record.mem_ops), height, l),
                Chip::Sha256(_) => sha256::trace(&record.mem_ops, height, l),
                Chip::Range16(_) => tables::range16_trace(l),
                Chip::Byte(_) => tables::byte_trace(l),
            }
        })
        .collect()
}
