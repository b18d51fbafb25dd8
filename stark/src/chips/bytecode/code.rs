//! A loaded code, as its events tell it.

use std::collections::BTreeMap;

use zkrom_asm::isa::code::{CodePlace, PUSH0, code_layout};
use zkrom_asm::isa::{MemOp, PUSH_DATA};
use zkrom_executor::record::{CodeFetches, MemOpEvent};

/// A `PUSH1..PUSH32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Push {
    /// Its address.
    pub pc: usize,
    /// Bytes of push data.
    pub len: usize,
}

/// A loaded code with its layout.
#[derive(Clone, Debug)]
pub struct Code<'a> {
    /// The call that loaded it.
    pub event: &'a MemOpEvent,
    bytes: Vec<u8>,
    places: Vec<CodePlace>,
}

impl<'a> Code<'a> {
    /// The code a [`MemOp::LoadCode`] call loads.
    #[must_use]
    pub fn new(event: &'a MemOpEvent) -> Self {
        let mut bytes: Vec<u8> = event.reads.iter().flat_map(|r| r.old.to_be_bytes::<32>()).collect();
        bytes.truncate(event.len as usize);
        let places = code_layout(&bytes);
        Self { event, bytes, places }
    }

    /// The byte at an address, zero past the end.
    #[must_use]
    pub fn byte(&self, pc: usize) -> u8 {
        self.bytes.get(pc).copied().unwrap_or(0)
    }

    /// Bytes of the code.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The first address past the end that is not push data: the only one there that executing one instruction after the other reaches.
    #[must_use]
    pub fn stop(&self) -> usize {
        (self.len()..).find(|&pc| self.places.get(pc).is_none_or(|p| p.opcode != PUSH_DATA)).unwrap_or(0)
    }

    /// The `PUSH1..PUSH32` whose push data ends before an address.
    #[must_use]
    pub fn push_before(&self, end: usize) -> Option<Push> {
        (1..=32)
            .filter_map(|len| Some(Push { pc: end.checked_sub(1 + len)?, len }))
            .find(|push| push.pc < self.len() && self.places[push.pc].opcode == PUSH0 + push.len as u32)
    }
}

/// The [`MemOp::LoadCode`] calls.
pub fn loads(mem_ops: &[MemOpEvent]) -> impl Iterator<Item = &MemOpEvent> {
    mem_ops.iter().filter(|e| e.op == MemOp::LoadCode)
}

/// The fetches from a code.
#[must_use]
pub fn fetches_of<'a>(
    fetches: &'a BTreeMap<u32, CodeFetches>,
    event: &MemOpEvent,
) -> Option<&'a CodeFetches> {
    fetches.get(&event.clk)
}
