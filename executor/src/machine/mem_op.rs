//! Operations of the chips that access memory themselves.

use std::sync::Arc;

use alloy_primitives::{U256, keccak256};
use sha2::{Digest, Sha256};
use zkrom_asm::isa::{MemOp, REG_BOUND};

use super::{CLK, Machine, X3};
use crate::{
    code::Code,
    error::Rule,
    fault::FaultKind,
    field,
    memory::Cell,
    program::{Decoded, Port, PortKind},
    record::{Access, CellAddr, MemOpEvent},
    trace::Tracer,
};

/// Bytes of a word.
const WORD: usize = 32;

/// The accesses of one operation.
struct Call {
    now: u32,
    fault: Option<FaultKind>,
    reads: Vec<Access>,
    writes: Vec<Access>,
}

impl<T: Tracer> Machine<'_, T> {
    /// Runs a memory operation; `c` is port C's old word. Its result word.
    #[inline(never)]
    pub(super) fn mem_op(
        &mut self,
        op: MemOp,
        i: &Decoded,
        c: U256,
        fault: Option<FaultKind>,
    ) -> Result<U256, Box<Rule>> {
        let clk = self.regs[CLK];
        let a = self.address(i.a, 'A')?;
        let b = if i.b_kind == PortKind::Addr { self.address(i.b, 'B')? } else { CellAddr::default() };
        let len = self.regs[X3];
        if matches!(op, MemOp::Keccak | MemOp::Sha256 | MemOp::LoadCode | MemOp::Copy) {
            let end = if op == MemOp::Copy { 0 } else { a.off + len.min(REG_BOUND).div_ceil(32) };
            if len >= REG_BOUND || end >= REG_BOUND {
                return Err(Box::new(Rule::LengthOutOfRange {
                    op: name(op),
                    len: field::signed(len),
                    offset: a.off,
                }));
            }
        }
        let size = len as usize;
        let tampered = |r: U256| match fault {
            Some(FaultKind::Result(t)) if T::FAULTS => t.apply(r),
            _ => r,
        };
        let mut call = Call { now: 4 * clk, fault, reads: vec![], writes: vec![] };
        let r;
        match op {
            MemOp::Keccak => {
                let bytes = self.read_bytes(&mut call, a, WORD * a.off as usize, size)?;
                self.work.keccak_permutations += (size / 136 + 1) as u64;
                self.work.keccak_words += size.div_ceil(WORD) as u64;
                r = tampered(keccak256(&bytes).into());
            }
            MemOp::Sha256 => {
                let bytes = self.read_bytes(&mut call, a, WORD * a.off as usize, size)?;
                self.work.sha256_blocks += ((size + 8) / 64 + 1) as u64;
                self.work.sha256_words += size.div_ceil(WORD) as u64;
                r = tampered(U256::from_be_bytes(Sha256::digest(&bytes).into()));
            }
            MemOp::LoadCode => {
                let bytes = self.read_bytes(&mut call, a, WORD * a.off as usize, size)?;
                self.work.code_bytes += u64::from(len);
                self.codes.insert(clk, Arc::new(Code::new(bytes)));
                r = tampered(U256::ZERO);
            }
            MemOp::Copy => {
                let bytes = self.read_bytes(&mut call, a, a.off as usize, size)?;
                self.work.copied_bytes += u64::from(len);
                self.write_bytes(&mut call, i, b, &bytes)?;
                r = tampered(U256::ZERO);
            }
            MemOp::Load => {
                let bytes = self.read_bytes(&mut call, a, a.off as usize, WORD)?;
                r = tampered(U256::from_be_slice(&bytes));
            }
            MemOp::Store => {
                r = tampered(c);
                self.write_bytes(&mut call, i, a, &r.to_be_bytes::<WORD>())?;
            }
            MemOp::Store8 => {
                r = tampered(c);
                self.write_bytes(&mut call, i, a, &[r.byte(0)])?;
            }
        }
        if T::RECORDS {
            let Call { reads, writes, .. } = call;
            self.tracer.mem_op(MemOpEvent { op, clk, a, b, len, r, reads, writes });
        }
        Ok(r)
    }

    fn address(&self, port: Port, name: char) -> Result<CellAddr, Box<Rule>> {
        let (ctx, off) = self.locate(port, name)?;
        Ok(CellAddr { space: u32::from(port.space), ctx, off })
    }

    /// The `len` bytes from byte `start` of a space.
    fn read_bytes(
        &mut self,
        call: &mut Call,
        at: CellAddr,
        start: usize,
        len: usize,
    ) -> Result<Vec<u8>, Box<Rule>> {
        if len == 0 {
            return Ok(vec![]);
        }
        let (first, last) = (start / WORD, (start + len - 1) / WORD);
        let mut bytes = Vec::with_capacity((last - first + 1) * WORD);
        for off in first as u32..=last as u32 {
            let cell = self.memory.cell(at.space as u8, at.ctx, off)?;
            let mut old_time = cell.touch(call.now + 2);
            if T::FAULTS {
                let index = (off - first as u32) as usize;
                match call.fault {
                    Some(FaultKind::ChipRead(k, t)) if k == index => cell.set(t.apply(cell.word())),
                    Some(FaultKind::ChipReadTime(k, time)) if k == index => old_time = time,
                    _ => {}
                }
            }
            let word = cell.word();
            bytes.extend_from_slice(&word.to_be_bytes::<WORD>());
            if T::RECORDS {
                call.reads.push(Access { addr: CellAddr { off, ..at }, old_time, old: word, new: word });
            }
        }
        self.work.chip_reads += (last - first + 1) as u64;
        bytes.drain(..start % WORD);
        bytes.truncate(len);
        Ok(bytes)
    }

    /// Writes bytes from byte offset `at.off`.
    fn write_bytes(
        &mut self,
        call: &mut Call,
        i: &Decoded,
        at: CellAddr,
        bytes: &[u8],
    ) -> Result<(), Box<Rule>> {
        if bytes.is_empty() {
            return Ok(());
        }
        let start = at.off as usize;
        let (first, last) = (start / WORD, (start + bytes.len() - 1) / WORD);
        if i.has_c && !self.lenient {
            let addr = self.address(i.c, 'C')?;
            let CellAddr { space, ctx, off } = addr;
            if (space, ctx) == (at.space, at.ctx) && (first..=last).contains(&(off as usize)) {
                return Err(Box::new(Rule::SameTime { addr }));
            }
        }
        for off in first..=last {
            let cell = self.memory.cell(at.space as u8, at.ctx, off as u32)?;
            let mut old_time = cell.touch(call.now + 3);
            let old = cell.word();
            let mut word = old.to_be_bytes::<WORD>();
            let from = start.max(off * WORD);
            let to = (start + bytes.len()).min((off + 1) * WORD);
            word[from - off * WORD..to - off * WORD].copy_from_slice(&bytes[from - start..to - start]);
            let mut new = U256::from_be_bytes(word);
            if T::FAULTS {
                match call.fault {
                    Some(FaultKind::ChipWrite(k, t)) if k == off - first => new = t.apply(new),
                    Some(FaultKind::ChipWriteTime(k, time)) if k == off - first => old_time = time,
                    _ => {}
                }
            }
            cell.set(new);
            if T::RECORDS {
                let addr = CellAddr { off: off as u32, ..at };
                call.writes.push(Access { addr, old_time, old, new });
            }
        }
        self.work.chip_writes += (last - first + 1) as u64;
        Ok(())
    }
}

const fn name(op: MemOp) -> &'static str {
    match op {
        MemOp::Keccak => "keccak",
        MemOp::Sha256 => "sha256",
        MemOp::LoadCode => "load-code",
        MemOp::Copy => "copy",
        MemOp::Load => "load",
        MemOp::Store => "store",
        MemOp::Store8 => "store8",
    }
}
