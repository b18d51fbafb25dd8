//! Codes, loads and fetches for tests, and what the chips must say of them, worked out independently.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::{Access, CellAddr, CodeFetches, MemOpEvent};

use crate::buses::Bus;
use crate::field::{Val, limbs};
use crate::testing::Env;

/// Loaded codes and what is fetched from them.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The loads.
    pub mem_ops: Vec<MemOpEvent>,
    /// The main chip's fetches.
    pub fetches: BTreeMap<u32, CodeFetches>,
    /// The codes by id.
    pub codes: BTreeMap<u32, Vec<u8>>,
}

/// Addresses of instructions below the end, and those after the last.
fn walk(code: &[u8]) -> (BTreeSet<usize>, usize) {
    let mut at = BTreeSet::new();
    let mut pc = 0;
    while pc < code.len() {
        at.insert(pc);
        pc += match code[pc] {
            op @ 0x60..=0x7f => usize::from(op) - 0x5e,
            _ => 1,
        };
    }
    (at, pc)
}

/// `(opcode, next_pc)` at an address, from the instructions' addresses alone.
pub fn fetched(code: &[u8], pc: usize) -> (u32, u32) {
    let (at, stop) = walk(code);
    let byte = u32::from(code.get(pc).copied().unwrap_or(0));
    let after = at.range(pc + 1..).next().copied().unwrap_or(if pc < stop { stop } else { pc + 1 }) as u32;
    let instruction = if pc < code.len() { at.contains(&pc) } else { pc >= stop };
    if instruction { (byte, after) } else { (256, after + 64 * byte) }
}

/// The pushes of a code: address, number of bytes, word.
pub fn pushes(code: &[u8]) -> Vec<(usize, usize, U256)> {
    let (at, _) = walk(code);
    at.into_iter()
        .filter(|&pc| (0x60..=0x7f).contains(&code[pc]))
        .map(|pc| {
            let n = usize::from(code[pc]) - 0x5f;
            let word = (0..n)
                .fold(U256::ZERO, |w, i| (w << 8) | U256::from(code.get(pc + 1 + i).copied().unwrap_or(0)));
            (pc, n, word)
        })
        .collect()
}

/// A code of a length: bytes of all kinds, or mostly pushes and jump destinations.
pub fn random_code(rng: &mut ChaCha8Rng, len: usize) -> Vec<u8> {
    let style = rng.random_range(0..3);
    (0..len)
        .map(|_| match (style, rng.random_range(0..8)) {
            (0, _) | (_, 0) => rng.random(),
            (1, 1..3) => rng.random_range(0x5f..=0x66),
            (2, 1..3) => [0x5e, 0x5f, 0x60, 0x61, 0x7e, 0x7f, 0x80, 0xff, 0x00][rng.random_range(0..9)],
            (_, 3..5) => 0x5b,
            _ => rng.random_range(0..0x5f),
        })
        .collect()
}

impl Sample {
    /// Loads a code, with garbage behind it in its last word, and fetches from it: each address with odds `of / 8`, some several times.
    pub fn load(&mut self, rng: &mut ChaCha8Rng, clk: u32, code: &[u8], of: u32) {
        let a = CellAddr { space: 5, ctx: rng.random_range(0..1 << 20), off: rng.random_range(0..1 << 20) };
        let mut bytes = code.to_vec();
        while !bytes.len().is_multiple_of(32) {
            bytes.push(rng.random());
        }
        let now = 4 * clk + 2;
        let reads = bytes
            .chunks_exact(32)
            .enumerate()
            .map(|(i, word)| {
                let word = U256::from_be_slice(word);
                let old_time = [0, now - 1, rng.random_range(0..now)][rng.random_range(0..3)];
                Access { addr: CellAddr { off: a.off + i as u32, ..a }, old_time, old: word, new: word }
            })
            .collect();
        let b = CellAddr::default();
        let len = code.len() as u32;
        let event = MemOpEvent { op: MemOp::LoadCode, clk, a, b, len, r: U256::ZERO, reads, writes: vec![] };
        self.mem_ops.push(event);
        let mut fetches = CodeFetches::default();
        for pc in 0..=walk(code).1 as u32 {
            if rng.random_ratio(of, 8) {
                fetches.opcodes.insert(pc, rng.random_range(1..5));
            }
        }
        for (pc, n, _) in pushes(code) {
            if rng.random_ratio(of, 8) {
                fetches.push_data.insert((pc + n + 1) as u32, rng.random_range(1..5));
            }
        }
        self.fetches.insert(clk, fetches);
        self.codes.insert(clk, code.to_vec());
    }

    /// Loads codes of the given lengths.
    pub fn random(rng: &mut ChaCha8Rng, lens: &[usize]) -> Self {
        let mut sample = Self::default();
        for (i, &len) in lens.iter().enumerate() {
            let code = random_code(rng, len);
            let clk = if i == 7 { (1 << 27) - 1 } else { 1 + 3 * i as u32 };
            sample.load(rng, clk, &code, 3);
        }
        sample
    }

    fn fetch(&self, cid: u32, pc: usize) -> (Bus, Vec<Val>) {
        let (opcode, next_pc) = fetched(&self.codes[&cid], pc);
        (Bus::Fetch, [cid, pc as u32, opcode, next_pc].map(Val::from_u32).to_vec())
    }

    /// What the push-data chip must exchange.
    pub fn push_data_env(&self) -> Env {
        let mut env = Env::new();
        for (&cid, code) in &self.codes {
            for (pc, n, word) in pushes(code) {
                let end = (pc + n + 1) as u32;
                if let Some(&times) = self.fetches[&cid].push_data.get(&end) {
                    let mut fields = [cid, end].map(Val::from_u32).to_vec();
                    fields.extend(limbs(word));
                    env.insert((Bus::PushData, fields), -Val::from_u32(times));
                    for at in pc..=pc + n {
                        *env.entry(self.fetch(cid, at)).or_default() += Val::ONE;
                    }
                }
            }
        }
        env
    }

    /// What the bytecode chip must exchange: the calls, the words, the main chip's fetches and the push-data chip's.
    pub fn bytecode_env(&self) -> Env {
        let mut env: Env = self
            .push_data_env()
            .into_iter()
            .filter(|((b, _), _)| *b == Bus::Fetch)
            .map(|(m, n)| (m, -n))
            .collect();
        for (&cid, fetches) in &self.fetches {
            for (&pc, &times) in &fetches.opcodes {
                *env.entry(self.fetch(cid, pc as usize)).or_default() -= Val::from_u32(times);
            }
        }
        for e in &self.mem_ops {
            let mut call =
                [3, e.clk, e.a.space, e.a.ctx, e.a.off, 0, 0, 0, e.len].map(Val::from_u32).to_vec();
            call.resize(25, Val::ZERO);
            env.insert((Bus::MemOp, call), -Val::ONE);
            for r in &e.reads {
                for (time, count) in [(r.old_time, -Val::ONE), (4 * e.clk + 2, Val::ONE)] {
                    let mut fields = [r.addr.space, r.addr.ctx, r.addr.off, time].map(Val::from_u32).to_vec();
                    fields.extend(limbs(r.old));
                    env.insert((Bus::Memory, fields), count);
                }
            }
        }
        env
    }
}
