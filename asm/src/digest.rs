//! The program digest: sha256 over a canonical encoding of everything about an image that is proved.
//!
//! The encoding is a sequence of fields, integers little-endian:
//!
//! ```text
//! "zkrom program v1"              16 bytes
//! number of instructions          u32
//! each instruction:
//!   port A                        0 none | 1 cell, address | 2 address, address | 3 register expression
//!   port B                        0 none | 1 cell, address | 2 address, address | 3 constant, 32 bytes
//!   port C                        0 none | 1 cell, address
//!   c_write                       u8
//!   operation                     u8 group, u32 number
//!   register expression           u8 source (0 zero, 1 result, 2 + register), i32
//!   register written              0 none | 1 + register
//!   dsp                           i16
//!   next                          u8, u32 target (0 where there is none)
//! number of opcode tables         u32
//! each table, each of its entries handler, gas, need, max: u32
//! ```
//!
//! An address is: u8 space, u8 context (0 none, 1 + register), u8 base (likewise), i32 offset. Operation groups are
//! 0 none, 1 move A, 2 move B, 3 move C, 4 link, 5 swap, 6 assert_eq, 7 push data, 8 op2, 9 op3, 10 memory; the number is
//! [`Op2::kind`](crate::isa::Op2::kind) and the like, or 0. Functions of hints are not part of it: nothing proved depends on them.

use alloy_primitives::B256;
use sha2::{Digest, Sha256};

use crate::{
    image::Image,
    isa::{Addr, Instr, Next, Op, OperandA, OperandB, Reg, RegSource},
};

/// What the encoding begins with.
const DOMAIN: &[u8; 16] = b"zkrom program v1";

impl Image {
    /// The program digest.
    #[must_use]
    pub fn digest(&self) -> B256 {
        B256::from_slice(&Sha256::digest(self.canonical()))
    }

    /// The canonical encoding that the digest is of.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let mut out = DOMAIN.to_vec();
        out.extend((self.instrs.len() as u32).to_le_bytes());
        for i in &self.instrs {
            instruction(&mut out, i);
        }
        out.extend((self.opcodes.len() as u32).to_le_bytes());
        for entry in self.opcodes.iter().flatten() {
            for n in [entry.handler, entry.gas, entry.need, entry.max] {
                out.extend(n.to_le_bytes());
            }
        }
        out
    }
}

fn register(r: Option<Reg>) -> u8 {
    r.map_or(0, |r| 1 + r as u8)
}

fn address(out: &mut Vec<u8>, tag: u8, a: &Addr) {
    out.extend([tag, a.space as u8, register(a.ctx), register(a.base)]);
    out.extend(a.off.to_le_bytes());
}

fn instruction(out: &mut Vec<u8>, i: &Instr) {
    match &i.a {
        OperandA::None => out.push(0),
        OperandA::Mem(a) => address(out, 1, a),
        OperandA::Addr(a) => address(out, 2, a),
        OperandA::Reg => out.push(3),
    }
    match &i.b {
        OperandB::None => out.push(0),
        OperandB::Mem(a) => address(out, 1, a),
        OperandB::Addr(a) => address(out, 2, a),
        OperandB::Imm(n) => {
            out.push(3);
            out.extend(n.to_le_bytes::<32>());
        }
    }
    match &i.c {
        None => out.push(0),
        Some(a) => address(out, 1, a),
    }
    out.push(u8::from(i.c_write));
    let (group, number) = match i.op {
        Op::None => (0, 0),
        Op::MovA => (1, 0),
        Op::MovB => (2, 0),
        Op::MovC => (3, 0),
        Op::Link => (4, 0),
        Op::Swap => (5, 0),
        Op::AssertEq => (6, 0),
        Op::PushData => (7, 0),
        Op::Op2(o) => (8, o.kind()),
        Op::Op3(o) => (9, o.kind()),
        Op::Mem(o) => (10, o.kind()),
    };
    out.push(group);
    out.extend(number.to_le_bytes());
    out.push(match i.w.source {
        RegSource::Zero => 0,
        RegSource::Result => 1,
        RegSource::Reg(r) => 2 + r as u8,
    });
    out.extend(i.w.imm.to_le_bytes());
    out.push(register(i.reg));
    out.extend(i.dsp.to_le_bytes());
    let (next, target) = match i.next {
        Next::Seq => (0, 0),
        Next::Jump(t) => (1, t),
        Next::BranchZero(t) => (2, t),
        Next::BranchNonZero(t) => (3, t),
        Next::Return => (4, 0),
        Next::Dispatch(t) => (5, t),
        Next::EvmJump(t) => (6, t),
        Next::Charge(t) => (7, t),
        Next::Halt => (8, 0),
    };
    out.push(next);
    out.extend(next_target(target));
}

fn next_target(t: u32) -> [u8; 4] {
    t.to_le_bytes()
}
