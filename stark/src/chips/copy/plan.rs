//! The rows of a call, before they are columns.

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::{Access, CellAddr, MemOpEvent};

use crate::field::Val;

/// Bytes in a word.
const WORD: u32 = 32;

/// What a row is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Takes in the first source word only.
    Lead,
    /// First destination word.
    Start,
    /// First destination word, after a lead row.
    Led,
    /// Later destination word.
    Cont,
    /// A copy of nothing.
    None,
}

/// One row.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What the row is for.
    pub role: Role,
    /// The operation.
    pub op: MemOp,
    /// Whether the call's last destination word is here.
    pub last: bool,
    /// Whether a source word is taken in.
    pub read: bool,
    /// The caller's clock.
    pub clk: u32,
    /// The call's source; `off` in bytes.
    pub src: CellAddr,
    /// The call's destination; `off` in bytes.
    pub dst: CellAddr,
    /// Offset of the source word.
    pub src_word: Val,
    /// Offset of the destination word.
    pub dst_word: Val,
    /// Byte offset after the last destination byte.
    pub end: Val,
    /// Register X3.
    pub len: u32,
    /// The shift.
    pub shift: u32,
    /// First byte to write.
    pub first: u32,
    /// Last byte to write.
    pub final_: u32,
    /// Time of the source word's previous access.
    pub src_time: u32,
    /// Time of the destination word's previous access.
    pub dst_time: u32,
    /// The source word's bytes; zero where none is taken in.
    pub bytes: [u8; 32],
    /// The destination word before; zero where none is written to memory.
    pub old: [u8; 32],
}

/// A call as a copy: of `bytes` bytes from byte `src_off` to byte `dst_off`.
struct Shape {
    src: CellAddr,
    dst: CellAddr,
    bytes: u32,
}

impl Shape {
    fn of(event: &MemOpEvent) -> Option<Self> {
        let none = CellAddr::default();
        let shape = |src, dst, bytes| Some(Self { src, dst, bytes });
        match event.op {
            MemOp::Copy => shape(event.a, event.b, event.len),
            MemOp::Load => shape(event.a, none, WORD),
            MemOp::Store => shape(none, event.a, WORD),
            MemOp::Store8 => shape(none, event.a, 1),
            MemOp::Keccak | MemOp::Sha256 | MemOp::LoadCode => None,
        }
    }

    /// Place of the first source byte and of the first destination byte in their words.
    const fn places(&self) -> (u32, u32) {
        (self.src.off % WORD, self.dst.off % WORD)
    }

    const fn lead(&self) -> bool {
        let (s, d) = self.places();
        s > d && self.bytes > 0
    }

    /// Destination words.
    const fn words(&self) -> u32 {
        if self.bytes == 0 { 0 } else { (self.places().1 + self.bytes - 1) / WORD + 1 }
    }

    const fn rows(&self) -> u32 {
        if self.bytes == 0 { 1 } else { self.words() + self.lead() as u32 }
    }
}

/// Rows of an event.
pub fn rows(event: &MemOpEvent) -> usize {
    Shape::of(event).map_or(0, |s| s.rows() as usize)
}

/// Appends the rows of an event.
pub fn steps(event: &MemOpEvent, out: &mut Vec<Step>) {
    let Some(shape) = Shape::of(event) else { return };
    let (s, d) = shape.places();
    let words = shape.words();
    let offset = |off: u32| Val::from_u32(off);
    let mut step = Step {
        role: Role::None,
        op: event.op,
        last: false,
        read: false,
        clk: event.clk,
        src: shape.src,
        dst: shape.dst,
        src_word: offset(shape.src.off) / Val::from_u32(WORD),
        dst_word: offset(shape.dst.off) / Val::from_u32(WORD),
        end: offset(shape.dst.off) + offset(shape.bytes),
        len: event.len,
        shift: 0,
        first: 0,
        final_: 0,
        src_time: 0,
        dst_time: 0,
        bytes: [0; 32],
        old: [0; 32],
    };
    if words == 0 {
        out.push(step);
        return;
    }
    step.shift = (d + WORD - s) % WORD;
    step.src_word = offset(shape.src.off / WORD);
    step.dst_word = offset(shape.dst.off / WORD);
    let stored = match event.op {
        MemOp::Store => Some(event.r),
        MemOp::Store8 => Some(event.r.rotate_right(8)),
        _ => None,
    };
    let mut reads = event.reads.iter();
    let mut take = |step: &mut Step| {
        step.read = true;
        let (word, time) = match (stored, reads.next()) {
            (Some(word), _) => (word, 0),
            (None, Some(access)) => (access.old, access.old_time),
            (None, None) => (U256::ZERO, 0),
        };
        step.bytes = word.to_be_bytes();
        step.src_time = time;
    };
    if shape.lead() {
        step.role = Role::Lead;
        step.dst_word -= Val::ONE;
        take(&mut step);
        out.push(step);
        step.src_word += Val::ONE;
        step.dst_word += Val::ONE;
    }
    let mut writes = event.writes.iter();
    for k in 0..words {
        step.role = match (k, shape.lead()) {
            (0, false) => Role::Start,
            (0, true) => Role::Led,
            _ => Role::Cont,
        };
        step.last = k + 1 == words;
        step.first = if k == 0 { d } else { 0 };
        step.final_ = if step.last { (d + shape.bytes - 1) % WORD } else { WORD - 1 };
        if step.final_ >= step.shift {
            take(&mut step);
        } else {
            (step.read, step.bytes, step.src_time) = (false, [0; 32], 0);
        }
        (step.old, step.dst_time) = (event.op != MemOp::Load)
            .then(|| writes.next())
            .flatten()
            .map_or(([0; 32], 0), |a: &Access| (a.old.to_be_bytes(), a.old_time));
        out.push(step);
        step.src_word += Val::ONE;
        step.dst_word += Val::ONE;
    }
}
