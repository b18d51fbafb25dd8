//! A memory that does the operations byte by byte and records events and the messages they stand for.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::{Access, CellAddr, MemOpEvent};

use super::super::{CopyChip, CopyCols, rows, trace};
use crate::buses::{MemOpMsg, MemoryMsg, Message};
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated};

/// The chip every test speaks of.
pub static CHIP: CopyChip = CopyChip;

/// The memory.
pub struct Sim {
    pub rng: ChaCha8Rng,
    pub clk: u32,
    pub events: Vec<MemOpEvent>,
    pub env: Env,
    /// Whether first touches find zero.
    pub blank: bool,
    cells: BTreeMap<CellAddr, (U256, u32)>,
}

/// A byte address.
pub fn at(space: u32, ctx: u32, off: u32) -> CellAddr {
    CellAddr { space, ctx, off }
}

const fn word_of(byte: CellAddr) -> CellAddr {
    CellAddr { off: byte.off / 32, ..byte }
}

const fn plus(base: CellAddr, i: u32) -> CellAddr {
    CellAddr { off: base.off + i, ..base }
}

impl Sim {
    pub fn new(seed: u64) -> Self {
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            clk: 1,
            events: vec![],
            env: Env::new(),
            blank: false,
            cells: BTreeMap::new(),
        }
    }

    pub fn word(&mut self) -> U256 {
        U256::from_limbs(self.rng.random())
    }

    /// The cell's word and the time it was left; a first touch finds anything older than now.
    fn cell(&mut self, cell: CellAddr) -> (U256, u32) {
        if !self.cells.contains_key(&cell) {
            let old = match self.rng.random_range(0..4) {
                _ if self.blank => (U256::ZERO, 0),
                0 => (U256::ZERO, 0),
                1 => (self.word(), 4 * self.clk - 1),
                _ => (self.word(), self.rng.random_range(0..4 * self.clk)),
            };
            self.cells.insert(cell, old);
        }
        self.cells[&cell]
    }

    fn byte(&mut self, byte: CellAddr) -> u8 {
        self.cell(word_of(byte)).0.to_be_bytes::<32>()[byte.off as usize % 32]
    }

    fn put(&mut self, fields: Vec<Val>, bus: crate::buses::Bus, count: Val) {
        let entry = self.env.entry((bus, fields)).or_insert(Val::ZERO);
        *entry += count;
    }

    fn message<M: Message<Val>>(&mut self, message: M, count: Val) {
        self.put(message.into_fields(), M::BUS, count);
    }

    fn state(&mut self, cell: CellAddr, time: u32, word: U256, count: Val) {
        let [space, ctx, off, time] = [cell.space, cell.ctx, cell.off, time].map(Val::from_u32);
        self.message(MemoryMsg { space, ctx, off, time, word: limbs(word) }, count);
    }

    fn access(&mut self, cell: CellAddr, time: u32, new: U256) -> Access {
        let (old, old_time) = self.cell(cell);
        self.cells.insert(cell, (new, time));
        self.state(cell, old_time, old, -Val::ONE);
        self.state(cell, time, new, Val::ONE);
        Access { addr: cell, old_time, old, new }
    }

    fn read_bytes(&mut self, from: CellAddr, len: u32) -> (Vec<u8>, Vec<Access>) {
        let bytes = (0..len).map(|i| self.byte(plus(from, i))).collect();
        let cells: BTreeSet<CellAddr> = (0..len).map(|i| word_of(plus(from, i))).collect();
        let time = 4 * self.clk + 2;
        let accesses = cells.into_iter().map(|c| {
            let word = self.cell(c).0;
            self.access(c, time, word)
        });
        (bytes, accesses.collect())
    }

    fn write_bytes(&mut self, to: CellAddr, bytes: &[u8]) -> Vec<Access> {
        let mut words: BTreeMap<CellAddr, [u8; 32]> = BTreeMap::new();
        for (i, byte) in (0..).zip(bytes) {
            let address = plus(to, i);
            let old = self.cell(word_of(address)).0.to_be_bytes();
            words.entry(word_of(address)).or_insert(old)[address.off as usize % 32] = *byte;
        }
        let time = 4 * self.clk + 3;
        words.into_iter().map(|(c, w)| self.access(c, time, U256::from_be_bytes(w))).collect()
    }

    fn done(
        &mut self,
        op: MemOp,
        [a, b]: [CellAddr; 2],
        len: u32,
        r: U256,
        reads: Vec<Access>,
        writes: Vec<Access>,
    ) {
        let clk = self.clk;
        let v = Val::from_u32;
        let message = MemOpMsg {
            kind: v(op.kind()),
            clk: v(clk),
            a_space: v(a.space),
            a_ctx: v(a.ctx),
            a_off: v(a.off),
            b_space: v(b.space),
            b_ctx: v(b.ctx),
            b_off: v(b.off),
            len: v(len),
            r: limbs(r),
        };
        self.message(message, -Val::ONE);
        self.events.push(MemOpEvent { op, clk, a, b, len, r, reads, writes });
        self.clk += match self.rng.random_range(0..8) {
            0 => self.rng.random_range(1..1 << 18),
            _ => self.rng.random_range(1..4),
        };
    }

    pub fn copy(&mut self, a: CellAddr, b: CellAddr, len: u32) {
        let (bytes, reads) = self.read_bytes(a, len);
        let writes = self.write_bytes(b, &bytes);
        self.done(MemOp::Copy, [a, b], len, U256::ZERO, reads, writes);
    }

    pub fn load(&mut self, a: CellAddr) -> U256 {
        let (bytes, reads) = self.read_bytes(a, 32);
        let r = U256::from_be_slice(&bytes);
        let x3 = self.rng.random_range(0..1 << 29);
        self.done(MemOp::Load, [a, CellAddr::default()], x3, r, reads, vec![]);
        r
    }

    pub fn store(&mut self, a: CellAddr, r: U256) {
        let writes = self.write_bytes(a, &r.to_be_bytes::<32>());
        let x3 = self.rng.random_range(0..1 << 29);
        self.done(MemOp::Store, [a, CellAddr::default()], x3, r, vec![], writes);
    }

    pub fn store8(&mut self, a: CellAddr, r: U256) {
        let writes = self.write_bytes(a, &[r.byte(0)]);
        let x3 = self.rng.random_range(0..1 << 29);
        self.done(MemOp::Store8, [a, CellAddr::default()], x3, r, vec![], writes);
    }

    /// The messages of all calls so far, net.
    pub fn net(&self) -> Env {
        let mut env = self.env.clone();
        env.retain(|_, c| *c != Val::ZERO);
        env
    }

    /// The trace of all calls so far with `padding` more rows, or the least height.
    pub fn isolated(&self, height: Option<usize>) -> Isolated<'static, CopyChip> {
        let height = height.unwrap_or_else(|| rows(&self.events).next_power_of_two());
        let trace = trace(&self.events, height, &mut LookupCounts::default());
        Isolated { air: &CHIP, columns: CopyCols::names(), trace, public_values: vec![] }
    }

    /// A few calls of each kind, some with the same cells.
    pub fn mixed(seed: u64, calls: usize) -> Self {
        let mut sim = Self::new(seed);
        for _ in 0..calls {
            let small = |sim: &mut Self| sim.rng.random_range(0..200u32);
            let far = |sim: &mut Self| sim.rng.random_range(0..(1 << 29) - 4096);
            let (s, c) = (sim.rng.random_range(2..6), sim.rng.random_range(0..3));
            let (s2, c2) = (sim.rng.random_range(2..6), sim.rng.random_range(0..3));
            let (x, y) = (small(&mut sim), small(&mut sim));
            let (fx, fy) = (far(&mut sim), far(&mut sim));
            let word = sim.word();
            match sim.rng.random_range(0..10) {
                0 | 1 => {
                    let len = small(&mut sim);
                    sim.copy(at(s, c, x), at(s2, c2, y), len);
                }
                2 => {
                    let len = sim.rng.random_range(0..40);
                    sim.copy(at(s, c, x), at(s, c, y), len);
                }
                3 => {
                    let len = sim.rng.random_range(0..70);
                    sim.copy(at(s, c, fx), at(s2, c2, fy), len);
                }
                4 | 5 => _ = sim.load(at(s, c, x)),
                6 => _ = sim.load(at(s, c, fx)),
                7 => sim.store(at(s, c, x), word),
                8 => sim.store(at(s, c, fx), word),
                _ => sim.store8(at(s, c, x), word),
            }
        }
        sim
    }
}
