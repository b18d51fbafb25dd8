//! Which rows of other chips an instruction asks for.

use zkrom_asm::isa::Op;
use zkrom_executor::record::{MemOpEvent, Op2Event, Op3Event, Record};
use zkrom_stark::chips::{arith, bitwise, copy, keccak, keccak_f, modmul, muldiv, sha256, shift, word};
use zkrom_stark::machine::ChipId;

/// The events of a record, in the order of its rows.
pub struct Events<'a> {
    op2: std::slice::Iter<'a, Op2Event>,
    op3: std::slice::Iter<'a, Op3Event>,
    mem_ops: std::slice::Iter<'a, MemOpEvent>,
}

impl<'a> Events<'a> {
    /// The events of a record.
    pub fn new(record: &'a Record) -> Self {
        Self { op2: record.op2.iter(), op3: record.op3.iter(), mem_ops: record.mem_ops.iter() }
    }

    /// Takes the event of the next row, which does `op`: the chips that work for it, with their rows.
    pub fn of(&mut self, op: Op) -> impl Iterator<Item = (ChipId, usize)> {
        let mut out = [(ChipId::Main, 0); 5];
        match op {
            Op::Op2(_) => {
                let event = self.op2.as_slice().get(..1).unwrap_or_default();
                self.op2.next();
                out[0] = (ChipId::Arith, arith::rows(event));
                out[1] = (ChipId::Bitwise, bitwise::rows(event));
                out[2] = (ChipId::Shift, shift::rows(event));
                out[3] = (ChipId::Word, word::rows(event));
                out[4] = (ChipId::MulDiv, muldiv::rows(event, &[]));
            }
            Op::Op3(_) => {
                let event = self.op3.as_slice().get(..1).unwrap_or_default();
                self.op3.next();
                out[0] = (ChipId::ModMul, modmul::rows(event));
                out[1] = (ChipId::MulDiv, muldiv::rows(&[], event));
            }
            Op::Mem(_) => {
                let event = self.mem_ops.as_slice().get(..1).unwrap_or_default();
                self.mem_ops.next();
                out[0] = (ChipId::Copy, copy::rows(event));
                out[1] = (ChipId::Keccak, keccak::rows(event));
                out[2] = (ChipId::Sha256, sha256::rows(event));
                out[3] = (ChipId::KeccakF, keccak_f::rows(&keccak::permutations(event)));
            }
            _ => {}
        }
        out.into_iter().filter(|(_, rows)| *rows > 0)
    }
}
