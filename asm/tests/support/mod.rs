//! A plain interpreter of the instruction set, for the assembler's own tests: it follows the definitions in `isa` one by
//! one and knows nothing of the executor, so that the two can be compared.

#![allow(dead_code, missing_docs)]

pub mod alu;

use std::collections::HashMap;

use alloy_primitives::{U256, keccak256};
use sha2::{Digest, Sha256};
use zkrom_asm::{
    Image,
    isa::{
        Addr, FIRST_CLK, Instr, JUMPDEST, MemOp, Next, Op, Op2, OperandA, OperandB, REG_BOUND, Reg,
        RegSource, Space, fault,
    },
};

/// Why a run is stuck: the row cannot be satisfied.
#[derive(Debug)]
pub struct Stuck {
    pub upc: usize,
    pub why: String,
}

/// A finished run.
#[derive(Debug, Default)]
pub struct Run {
    pub outputs: Vec<U256>,
    pub rows: usize,
    /// Rows by micro-pc.
    pub counts: HashMap<usize, usize>,
}

type Key = (u32, i64, i64);

struct Machine<'a> {
    image: &'a Image,
    public: &'a [U256],
    regs: [i64; 11],
    memory: HashMap<Key, U256>,
    codes: HashMap<i64, Vec<u8>>,
    /// Start and data of the last push fetched.
    push: U256,
    outputs: HashMap<u8, U256>,
    hint: &'a mut dyn FnMut(&str, &[U256]) -> U256,
}

/// Runs an image from a micro-pc.
pub fn run(
    image: &Image,
    entry: usize,
    public: &[U256],
    private: &[U256],
    hint: &mut dyn FnMut(&str, &[U256]) -> U256,
) -> Result<Run, Stuck> {
    let mut memory = HashMap::new();
    for (i, w) in private.iter().enumerate() {
        memory.insert((Space::Input.number(), 0, i as i64), *w);
    }
    let mut m = Machine {
        image,
        public,
        regs: [0; 11],
        memory,
        codes: HashMap::new(),
        push: U256::ZERO,
        outputs: HashMap::new(),
        hint,
    };
    m.regs[Reg::Clk as usize] = i64::from(FIRST_CLK);
    let mut upc = entry;
    let mut run = Run::default();
    loop {
        let i = &image.instrs[upc];
        run.rows += 1;
        *run.counts.entry(upc).or_default() += 1;
        if run.rows > 10_000_000 {
            return Err(Stuck { upc, why: "no end".into() });
        }
        if i.next == Next::Halt {
            let last = m.outputs.keys().max().map_or(0, |k| *k as usize + 1);
            run.outputs = (0..last).map(|k| m.outputs.get(&(k as u8)).copied().unwrap_or_default()).collect();
            return Ok(run);
        }
        upc = m.step(upc, i).map_err(|why| Stuck { upc, why })?;
        m.regs[Reg::Clk as usize] += 1;
    }
}

impl Machine<'_> {
    fn key(&self, a: &Addr) -> Key {
        let reg = |r: Option<Reg>| r.map_or(0, |r| self.regs[r as usize]);
        (a.space.number(), reg(a.ctx), reg(a.base) + i64::from(a.off))
    }

    fn get(&self, k: Key) -> U256 {
        self.memory.get(&k).copied().unwrap_or_default()
    }

    fn byte(&self, (space, ctx, _): Key, at: i64) -> u8 {
        self.get((space, ctx, at / 32)).to_be_bytes::<32>()[(at % 32) as usize]
    }

    fn set_byte(&mut self, (space, ctx, _): Key, at: i64, b: u8) {
        let mut word = self.get((space, ctx, at / 32)).to_be_bytes::<32>();
        word[(at % 32) as usize] = b;
        self.memory.insert((space, ctx, at / 32), U256::from_be_bytes(word));
    }

    fn bytes(&self, k: Key, from: i64, len: i64) -> Vec<u8> {
        (from..from + len).map(|at| self.byte(k, at)).collect()
    }

    fn step(&mut self, upc: usize, i: &Instr) -> Result<usize, String> {
        let w0 = |m: &Self, r: Option<U256>| -> Result<i64, String> {
            let start = match i.w.source {
                RegSource::Zero => 0,
                RegSource::Reg(r) => m.regs[r as usize],
                RegSource::Result => match r {
                    Some(r) if r < U256::from(REG_BOUND) => r.to::<u64>() as i64,
                    _ => return Err("the result does not fit a register".into()),
                },
            };
            Ok(start + i64::from(i.w.imm))
        };
        let a = match &i.a {
            OperandA::Mem(a) => self.get(self.key(a)),
            OperandA::Reg => {
                let w = w0(self, None)?;
                if !(0..1 << 30).contains(&w) {
                    return Err("a negative value is widened".into());
                }
                U256::from(w)
            }
            _ => U256::ZERO,
        };
        let b = match &i.b {
            OperandB::Mem(a) => self.get(self.key(a)),
            OperandB::Imm(n) => *n,
            _ => U256::ZERO,
        };
        let ckey = i.c.as_ref().map(|c| self.key(c));
        let c = ckey.map_or(U256::ZERO, |k| self.get(k));
        let r = match i.op {
            Op::None => U256::ZERO,
            Op::MovA => a,
            Op::MovB => b,
            Op::MovC => c,
            Op::Link => U256::from(upc + 1),
            Op::Swap => {
                let (OperandA::Mem(x), OperandB::Mem(y)) = (&i.a, &i.b) else { return Err("swap".into()) };
                let (x, y) = (self.key(x), self.key(y));
                self.memory.insert(x, b);
                self.memory.insert(y, a);
                U256::ZERO
            }
            Op::AssertEq if a != b => return Err(format!("{a} is not {b}")),
            Op::AssertEq => U256::ZERO,
            Op::PushData => self.push,
            Op::Op2(Op2::Hint) => {
                let call = i.hint.as_ref().ok_or("no hint")?;
                let args: Vec<U256> = call
                    .args
                    .iter()
                    .map(|x| match x {
                        zkrom_asm::isa::HintArg::Mem(m) => self.get(self.key(m)),
                        zkrom_asm::isa::HintArg::Reg(r) => U256::from(self.regs[*r as usize]),
                        zkrom_asm::isa::HintArg::Const(n) => *n,
                    })
                    .collect();
                (self.hint)(&call.name, &args)
            }
            Op::Op2(Op2::Split) => a,
            Op::Op2(Op2::PubIn(n)) => self.public.get(usize::from(n)).copied().unwrap_or_default(),
            Op::Op2(Op2::PubOut(n)) => {
                if *self.outputs.entry(n).or_insert(a) != a {
                    return Err("an output is set twice".into());
                }
                U256::ZERO
            }
            Op::Op2(o) => alu::op2(o, a, b),
            Op::Op3(o) => alu::op3(o, a, b, c),
            Op::Mem(op) => self.mem(op, i, c)?,
        };
        if let (Some(k), true) = (ckey, i.c_write) {
            self.memory.insert(k, r);
        }
        let w = if i.reg.is_some() || matches!(i.next, Next::Charge(_)) { w0(self, Some(r))? } else { 0 };
        if let Some(reg) = i.reg {
            self.regs[reg as usize] = w;
        }
        self.regs[Reg::Sp as usize] += i64::from(i.dsp);
        self.next(upc, i, r, w)
    }

    fn mem(&mut self, op: MemOp, i: &Instr, c: U256) -> Result<U256, String> {
        let OperandA::Addr(a) = &i.a else { return Err("no address".into()) };
        let a = self.key(a);
        let len = self.regs[Reg::X3 as usize];
        if a.2 < 0 || len < 0 {
            return Err("a negative offset or length".into());
        }
        Ok(match op {
            MemOp::Keccak => keccak256(self.bytes(a, 32 * a.2, len)).into(),
            MemOp::Sha256 => U256::from_be_slice(&Sha256::digest(self.bytes(a, 32 * a.2, len))),
            MemOp::LoadCode => {
                let code = self.bytes(a, 32 * a.2, len);
                self.codes.insert(self.regs[Reg::Clk as usize], code);
                U256::ZERO
            }
            MemOp::Copy => {
                let OperandB::Addr(b) = &i.b else { return Err("no target".into()) };
                let b = self.key(b);
                for (k, byte) in self.bytes(a, a.2, len).into_iter().enumerate() {
                    self.set_byte(b, b.2 + k as i64, byte);
                }
                U256::ZERO
            }
            MemOp::Load => U256::from_be_slice(&self.bytes(a, a.2, 32)),
            MemOp::Store => {
                for (k, byte) in c.to_be_bytes::<32>().into_iter().enumerate() {
                    self.set_byte(a, a.2 + k as i64, byte);
                }
                c
            }
            MemOp::Store8 => {
                self.set_byte(a, a.2, c.byte(0));
                c
            }
        })
    }

    fn next(&mut self, upc: usize, i: &Instr, r: U256, w: i64) -> Result<usize, String> {
        let gas = &mut self.regs[Reg::Gas as usize];
        Ok(match i.next {
            Next::Seq => upc + 1,
            Next::Jump(t) => t as usize,
            Next::BranchZero(t) => {
                if r.is_zero() {
                    t as usize
                } else {
                    upc + 1
                }
            }
            Next::BranchNonZero(t) => {
                if r.is_zero() {
                    upc + 1
                } else {
                    t as usize
                }
            }
            Next::Return => r.to::<usize>(),
            Next::Charge(t) => {
                if !(0..1 << 30).contains(&w) {
                    return Err("a charge out of range".into());
                }
                if *gas < w {
                    t as usize
                } else {
                    *gas -= w;
                    upc + 1
                }
            }
            Next::Dispatch(t) => self.dispatch(self.regs[Reg::Pc as usize], false, t as usize)?,
            Next::EvmJump(t) => {
                if r >= U256::from(REG_BOUND) {
                    return Err("a jump out of range".into());
                }
                self.dispatch(r.to::<u64>() as i64, true, t as usize)?
            }
            Next::Halt => upc,
        })
    }

    fn dispatch(&mut self, pc: i64, jump: bool, faults: usize) -> Result<usize, String> {
        let code = self.codes.get(&self.regs[Reg::Cid as usize]).ok_or("no such code")?;
        let fault_at = |f: u32| Ok(faults + f as usize);
        if jump && !jumpdests(code).contains(&(pc as usize)) {
            return fault_at(fault::BAD_JUMP);
        }
        let op = code.get(pc as usize).copied().unwrap_or(0);
        let data = if (0x60..=0x7f).contains(&op) { usize::from(op) - 0x5f } else { 0 };
        let entry = self.image.opcodes[self.regs[Reg::Fork as usize] as usize][usize::from(op)];
        let sp = self.regs[Reg::Sp as usize];
        if self.regs[Reg::Gas as usize] < i64::from(entry.gas) {
            return fault_at(fault::OUT_OF_GAS);
        }
        if sp < i64::from(entry.need) {
            return fault_at(fault::UNDERFLOW);
        }
        if sp > i64::from(entry.max) {
            return fault_at(fault::OVERFLOW);
        }
        self.push = (1..=data)
            .fold(U256::ZERO, |v, k| (v << 8) | U256::from(code.get(pc as usize + k).copied().unwrap_or(0)));
        self.regs[Reg::Gas as usize] -= i64::from(entry.gas);
        self.regs[Reg::Pc as usize] = pc + 1 + data as i64;
        Ok(entry.handler as usize)
    }
}

fn jumpdests(code: &[u8]) -> Vec<usize> {
    let (mut at, mut out) = (0, vec![]);
    while at < code.len() {
        let op = code[at];
        if u32::from(op) == JUMPDEST {
            out.push(at);
        }
        at += if (0x60..=0x7f).contains(&op) { usize::from(op) - 0x5e } else { 1 };
    }
    out
}
