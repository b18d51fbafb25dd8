//! The shape table: which heights a proof's tables may have.
//!
//! A recursion circuit is made for its child's heights, and FRI stops folding at each distinct height, so a proof's heights come from a
//! short table. A shape is a class of execution (`main` rows) and a class of hashing (`keccak-f` rows, 24 a permutation); every other
//! chip's height follows from these by a fixed offset, fitted to real blocks: `docs/shapes.md` has the counts and how well they fit.
//!
//! A row of `keccak-f` costs 2,643 cells and what goes with a row of `main` about 600, so hashing decides: its classes are all powers of two, and the execution
//! classes beside each are those that blocks have, from as many rows up to eight times as many. A run beside these uses a larger shape; the last shape is
//! at least as high as any other in every chip.

use super::chip::ChipId;
use crate::chips::{opcode, rom};

/// log2 heights of `keccak-f`, each with those of `main` beside it.
const CLASSES: [(u8, &[u8]); 11] = [
    // Programs that hash next to nothing.
    (5, &[9, 12, 13, 15]),
    (10, &[11, 13]),
    (11, &[13, 14]),
    // The many execution classes are for blocks that compute much on little state.
    (12, &[13, 14, 15, 16, 17, 18, 19, 20, 21]),
    (13, &[13, 14, 15, 16]),
    (14, &[14, 15, 16, 17, 18]),
    (15, &[15, 16, 17, 18, 19, 20, 21]),
    (16, &[16, 17, 18, 19]),
    (17, &[17, 18, 19, 20]),
    (18, &[18, 19, 20, 21]),
    (19, &[19, 20, 21]),
];

/// log2 of the least height.
const LEAST: u8 = 4;

/// log2 heights of all chips, in the order of [`ChipId::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape(Vec<u8>);

/// How a chip's height follows from the classes.
enum Rule {
    /// The same in every shape.
    Fixed(u8),
    /// The execution class less this.
    Execution(u8),
    /// The hashing class less this.
    Hashing(u8),
    /// The greater of execution less the first and hashing less the second.
    Both(u8, u8),
}

const fn rule(chip: ChipId) -> Rule {
    match chip {
        ChipId::Rom => Rule::Fixed(zkrom_asm::isa::LOG_ROM_HEIGHT as u8),
        ChipId::Opcode => Rule::Fixed(opcode::HEIGHT.ilog2() as u8),
        ChipId::Public => Rule::Fixed(5),
        ChipId::Range16 | ChipId::Byte => Rule::Fixed(16),
        ChipId::Main => Rule::Execution(0),
        ChipId::Memory | ChipId::Arith | ChipId::ModMul | ChipId::Copy => Rule::Execution(2),
        ChipId::Word | ChipId::MulDiv => Rule::Execution(3),
        ChipId::Bitwise | ChipId::Shift | ChipId::Keys | ChipId::Sha256 => Rule::Execution(4),
        ChipId::KeccakF => Rule::Hashing(0),
        // Half of what is hashed may be code, which has 8 bytes a row where keccak-f has 136 in 24.
        ChipId::Bytecode => Rule::Hashing(1),
        // A permutation takes at most six rows of the sponge.
        ChipId::Keccak | ChipId::PushData => Rule::Hashing(2),
        ChipId::Input => Rule::Both(4, 2),
    }
}

impl Shape {
    /// All shapes.
    #[must_use]
    pub fn table() -> Vec<Self> {
        CLASSES.iter().flat_map(|&(hashing, all)| all.iter().map(move |&e| Self::of(e, hashing))).collect()
    }

    /// The shape of a class of execution and one of hashing.
    fn of(execution: u8, hashing: u8) -> Self {
        let less = |class: u8, less: u8| class.saturating_sub(less).max(LEAST);
        let height = |&chip: &ChipId| match rule(chip) {
            Rule::Fixed(h) => h,
            Rule::Execution(by) => less(execution, by),
            Rule::Hashing(by) => less(hashing, by),
            Rule::Both(by, or_by) => less(execution, by).max(less(hashing, or_by)),
        };
        Self(ChipId::ALL.iter().map(height).collect())
    }

    /// log2 height of a chip.
    #[must_use]
    pub fn log_height(&self, chip: ChipId) -> usize {
        self.0[chip as usize].into()
    }

    /// Height of a chip.
    #[must_use]
    pub fn height(&self, chip: ChipId) -> usize {
        1 << self.log_height(chip)
    }

    /// log2 heights in the order of [`ChipId::ALL`].
    #[must_use]
    pub fn log_heights(&self) -> Vec<usize> {
        self.0.iter().map(|&h| h.into()).collect()
    }

    /// Index of the cheapest shape that holds `rows` of each chip, where `cost` weighs shapes.
    #[must_use]
    pub fn pick(rows: &[usize], cost: impl Fn(&Self) -> u64) -> Option<usize> {
        Self::table()
            .iter()
            .enumerate()
            .filter(|(_, s)| rows.iter().zip(&s.0).all(|(&r, &h)| r <= 1 << h))
            .min_by_key(|(_, s)| cost(s))
            .map(|(i, _)| i)
    }
}

const _: () = assert!(rom::IDLE_UPC < 1 << zkrom_asm::isa::LOG_ROM_HEIGHT);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_shape_holds_every_other() {
        let table = Shape::table();
        let last = table.last().expect("there are shapes");
        for shape in &table {
            assert!(shape.0.iter().zip(&last.0).all(|(h, most)| h <= most), "{shape:?}");
        }
    }

    #[test]
    fn shapes_are_few_and_distinct() {
        let table = Shape::table();
        assert!(table.len() <= 48, "{}", table.len());
        for (i, shape) in table.iter().enumerate() {
            assert!(!table[..i].contains(shape), "{shape:?} twice");
        }
    }
}
