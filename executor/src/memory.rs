//! The machine's memory: dense where programs are dense, hashed elsewhere.

use std::collections::HashMap;

use alloy_primitives::U256;
use zkrom_asm::isa::{REG_BOUND, Space};

use crate::{error::Rule, field, record::CellAddr};

/// What is kept for each memory cell.
pub(crate) trait Cell: Copy + Default {
    /// Whether times of accesses are kept.
    const TIMED: bool;
    /// A cell holding a word.
    fn new(word: U256, time: u32) -> Self;
    /// The word.
    fn word(&self) -> U256;
    /// Stores a word.
    fn set(&mut self, word: U256);
    /// Time of the last access; 0 if none.
    fn time(&self) -> u32;
    /// Notes an access; the previous one's time.
    fn touch(&mut self, now: u32) -> u32;
}

/// A cell of a run without times.
#[derive(Clone, Copy, Default)]
pub(crate) struct Plain(U256);

impl Cell for Plain {
    const TIMED: bool = false;
    fn new(word: U256, _: u32) -> Self {
        Self(word)
    }
    #[inline(always)]
    fn word(&self) -> U256 {
        self.0
    }
    #[inline(always)]
    fn set(&mut self, word: U256) {
        self.0 = word;
    }
    fn time(&self) -> u32 {
        0
    }
    #[inline(always)]
    fn touch(&mut self, _: u32) -> u32 {
        0
    }
}

/// A cell with the time of its last access.
#[derive(Clone, Copy, Default)]
pub(crate) struct Timed {
    word: U256,
    time: u32,
}

impl Cell for Timed {
    const TIMED: bool = true;
    fn new(word: U256, time: u32) -> Self {
        Self { word, time }
    }
    #[inline(always)]
    fn word(&self) -> U256 {
        self.word
    }
    #[inline(always)]
    fn set(&mut self, word: U256) {
        self.word = word;
    }
    fn time(&self) -> u32 {
        self.time
    }
    #[inline(always)]
    fn touch(&mut self, now: u32) -> u32 {
        std::mem::replace(&mut self.time, now)
    }
}

/// Contexts below this number are found through a table, the others through a hash map.
const DIRECT_CONTEXTS: u32 = 1 << 22;
/// How far past twice its length a context's dense part grows at once.
const DENSE_SLACK: usize = 256;

/// The cells of one context.
struct Context<C> {
    id: u32,
    /// Cells from offset 0.
    dense: Vec<C>,
    /// Cells past `dense`.
    far: HashMap<u32, C>,
}

/// The cells of one space.
struct SpaceMemory<C> {
    last_ctx: u32,
    last_slot: usize,
    /// Slot plus one by context; 0 where the context has none.
    direct: Vec<u32>,
    hashed: HashMap<u32, u32>,
    contexts: Vec<Context<C>>,
}

impl<C: Cell> SpaceMemory<C> {
    fn new() -> Self {
        // No context has the number u32::MAX, which is no field element.
        Self { last_ctx: u32::MAX, last_slot: 0, direct: vec![], hashed: HashMap::new(), contexts: vec![] }
    }

    fn find(&self, ctx: u32) -> Option<&Context<C>> {
        let slot = if ctx < DIRECT_CONTEXTS {
            self.direct.get(ctx as usize).copied().unwrap_or(0)
        } else {
            self.hashed.get(&ctx).copied().unwrap_or(0)
        };
        slot.checked_sub(1).map(|s| &self.contexts[s as usize])
    }

    /// Makes `ctx` the last context, opening it where needed.
    #[inline(never)]
    fn select(&mut self, ctx: u32) {
        let slot = if ctx < DIRECT_CONTEXTS {
            if ctx as usize >= self.direct.len() {
                self.direct.resize(ctx as usize + 1, 0);
            }
            &mut self.direct[ctx as usize]
        } else {
            self.hashed.entry(ctx).or_insert(0)
        };
        if *slot == 0 {
            self.contexts.push(Context { id: ctx, dense: vec![], far: HashMap::new() });
            *slot = self.contexts.len() as u32;
        }
        self.last_ctx = ctx;
        self.last_slot = *slot as usize - 1;
    }
}

impl<C: Cell> Context<C> {
    fn get(&self, off: u32) -> Option<&C> {
        self.dense.get(off as usize).or_else(|| self.far.get(&off))
    }

    /// The cell at an offset past the dense part.
    #[inline(never)]
    fn grow(&mut self, off: u32) -> &mut C {
        let index = off as usize;
        if index > 2 * self.dense.len() + DENSE_SLACK {
            return self.far.entry(off).or_default();
        }
        self.dense.resize(index + 1, C::default());
        if !self.far.is_empty() {
            let dense = &mut self.dense;
            self.far.retain(|&o, cell| {
                let stays = o as usize > index;
                if !stays {
                    dense[o as usize] = *cell;
                }
                stays
            });
        }
        &mut self.dense[index]
    }
}

/// Contexts of cells that can have a first state: what the boundary's range checks let through.
const CONTEXT_BOUND: u32 = REG_BOUND + (1 << 16);

/// The whole memory.
pub(crate) struct Memory<C> {
    spaces: [SpaceMemory<C>; Space::ALL.len()],
    /// Contexts stay below this.
    context_bound: u32,
}

impl<C: Cell> Memory<C> {
    /// A memory of zeros and the private input.
    pub(crate) fn new(input: &[U256]) -> Self {
        let mut spaces = std::array::from_fn(|_| SpaceMemory::new());
        let space: &mut SpaceMemory<C> = &mut spaces[Space::Input as usize];
        space.select(0);
        space.contexts[0].dense = input.iter().map(|&w| C::new(w, 0)).collect();
        Self { spaces, context_bound: CONTEXT_BOUND }
    }

    /// Lets cells be in any context, as a prover that does not look.
    pub(crate) fn any_context(&mut self) {
        self.context_bound = u32::MAX;
    }

    /// Whether cells of a context can have a first state.
    #[inline(always)]
    pub(crate) fn check_context(&self, space: u8, ctx: u32) -> Result<(), Box<Rule>> {
        if ctx < self.context_bound { Ok(()) } else { Err(far_context(space, ctx)) }
    }

    /// A cell, for an access.
    #[inline(always)]
    pub(crate) fn cell(&mut self, space: u8, ctx: u32, off: u32) -> Result<&mut C, Box<Rule>> {
        let s = &mut self.spaces[(space & 7) as usize];
        if s.last_ctx != ctx {
            if space == Space::Input as u8 {
                return Err(input_context(ctx));
            }
            if ctx >= self.context_bound {
                return Err(far_context(space, ctx));
            }
            s.select(ctx);
        }
        let c = &mut s.contexts[s.last_slot];
        if (off as usize) < c.dense.len() {
            return Ok(&mut c.dense[off as usize]);
        }
        if space == Space::Input as u8 {
            return Err(past_input(off, c.dense.len()));
        }
        Ok(c.grow(off))
    }

    /// A cell's word, without an access.
    pub(crate) fn peek(&self, space: u8, ctx: u32, off: u32) -> Result<U256, Box<Rule>> {
        let cell = self.spaces[(space & 7) as usize].find(ctx).and_then(|c| c.get(off));
        match cell {
            Some(c) => Ok(c.word()),
            None if space != Space::Input as u8 => Ok(U256::ZERO),
            None if ctx != 0 => Err(input_context(ctx)),
            None => Err(past_input(off, self.input().len())),
        }
    }

    /// The cells of the private input.
    pub(crate) fn input(&self) -> &[C] {
        &self.spaces[Space::Input as usize].contexts[0].dense
    }

    /// Every cell, in no particular order.
    pub(crate) fn cells(&self) -> impl Iterator<Item = (CellAddr, &C)> {
        self.spaces.iter().enumerate().flat_map(|(space, s)| {
            s.contexts.iter().flat_map(move |c| {
                let addr = move |off| CellAddr { space: space as u32, ctx: c.id, off };
                let dense = c.dense.iter().enumerate().map(move |(off, cell)| (addr(off as u32), cell));
                dense.chain(c.far.iter().map(move |(&off, cell)| (addr(off), cell)))
            })
        })
    }

    /// Cells kept outside the input: at least as many as the run has touched.
    pub(crate) fn len(&self) -> usize {
        let spaces = Space::ALL.iter().filter(|&&s| s != Space::Input);
        spaces.flat_map(|&s| &self.spaces[s as usize].contexts).map(|c| c.dense.len() + c.far.len()).sum()
    }
}

#[cold]
fn far_context(space: u8, ctx: u32) -> Box<Rule> {
    Box::new(Rule::ContextOutOfRange { space, ctx: field::signed(ctx) })
}

#[cold]
fn input_context(ctx: u32) -> Box<Rule> {
    Box::new(Rule::InputContext { ctx })
}

#[cold]
fn past_input(off: u32, len: usize) -> Box<Rule> {
    Box::new(Rule::InputPastEnd { off, len })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Dense, far and migrated cells all keep their words, contexts of any number included.
    #[test]
    fn cells_keep_their_words() {
        let mut memory = Memory::<Timed>::new(&[U256::from(7)]);
        let mut want = std::collections::BTreeMap::new();
        let mut x = 1u64;
        for step in 1..20_000u32 {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let space = ((x >> 60) & 7) as u8;
            if space == Space::Input as u8 {
                continue;
            }
            let ctx = [0, 1, 2, 1 << 21, 1 << 22, CONTEXT_BOUND - 1][((x >> 40) % 6) as usize];
            let off = ((x >> 20) % 9000) as u32 * if x & 15 == 0 { 50_000 } else { 1 };
            let cell = memory.cell(space, ctx, off).unwrap();
            let (word, time) = want.insert((space, ctx, off), (U256::from(step), step)).unwrap_or_default();
            assert_eq!((cell.word(), cell.touch(step)), (word, time));
            cell.set(U256::from(step));
            assert_eq!(memory.peek(space, ctx, off).unwrap(), U256::from(step));
        }
        assert!(matches!(
            *memory.cell(0, CONTEXT_BOUND, 0).err().unwrap(),
            Rule::ContextOutOfRange { space: 0, .. }
        ));
        memory.any_context();
        assert!(memory.cell(0, CONTEXT_BOUND, 0).is_ok());
        let touched = memory.cells().filter(|(_, c)| c.time() != 0).count();
        assert_eq!(touched, want.len());
        assert!(memory.len() >= touched);
    }

    #[test]
    fn input_has_one_context_and_an_end() {
        let mut memory = Memory::<Plain>::new(&[U256::from(7)]);
        let input = Space::Input as u8;
        assert_eq!(memory.cell(input, 0, 0).unwrap().word(), U256::from(7));
        assert!(matches!(*memory.cell(input, 0, 1).err().unwrap(), Rule::InputPastEnd { off: 1, len: 1 }));
        assert!(matches!(*memory.cell(input, 1, 0).err().unwrap(), Rule::InputContext { ctx: 1 }));
        assert!(memory.peek(input, 0, 1).is_err());
        assert!(memory.peek(input, 2, 0).is_err());
    }
}
