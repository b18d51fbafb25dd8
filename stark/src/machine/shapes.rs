//! The shape table: which heights a proof's tables may have.
//!
//! A recursion circuit is made for its child's heights, and FRI stops folding at each distinct height, so a proof's heights come from a
//! short table. A shape is a class of execution (`main` rows) and a class of hashing (`keccak-f` rows, 24 a permutation); every other
//! chip's height follows from these by a fixed offset, measured on real programs.

use super::chip::ChipId;
use crate::chips::{opcode, rom};

/// log2 heights of the main chip.
const EXECUTION: [u8; 7] = [9, 11, 13, 15, 17, 19, 21];
/// log2 heights of keccak-f.
const HASHING: [u8; 6] = [5, 10, 13, 15, 17, 18];

/// log2 heights of all chips, in the order of [`ChipId::ALL`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape(Vec<u8>);

/// How a chip's height follows from the classes.
enum Rule {
    /// The same in every shape.
    Fixed(u8),
    /// The execution class less this.
    Execution(u8),
    /// The hashing class plus this.
    Hashing(i8),
    /// The greater of execution less the first and hashing plus the second.
    Both(u8, i8),
}

const fn rule(chip: ChipId) -> Rule {
    match chip {
        ChipId::Main => Rule::Execution(0),
        ChipId::Rom => Rule::Fixed(zkrom_asm::isa::LOG_ROM_HEIGHT as u8),
        ChipId::Opcode => Rule::Fixed(opcode::HEIGHT.ilog2() as u8),
        ChipId::Public => Rule::Fixed(5),
        ChipId::Range16 | ChipId::Byte => Rule::Fixed(16),
        ChipId::Memory => Rule::Both(2, -3),
        ChipId::Input => Rule::Both(4, -2),
        ChipId::Bytecode => Rule::Hashing(2),
        ChipId::Arith => Rule::Execution(1),
        ChipId::Bitwise | ChipId::Shift | ChipId::MulDiv | ChipId::Sha256 | ChipId::Keys => Rule::Execution(4),
        ChipId::Word | ChipId::ModMul | ChipId::PushData => Rule::Execution(2),
        ChipId::Copy => Rule::Both(2, -2),
        ChipId::Keccak => Rule::Hashing(-2),
        ChipId::KeccakF => Rule::Hashing(0),
    }
}

impl Shape {
    /// All shapes: every pair of classes.
    #[must_use]
    pub fn table() -> Vec<Self> {
        let mut out = Vec::new();
        for execution in EXECUTION {
            for hashing in HASHING {
                let height = |&chip: &ChipId| {
                    let by_execution = |less: u8| execution.saturating_sub(less).max(4);
                    let by_hashing = |plus: i8| hashing.saturating_add_signed(plus).max(4);
                    match rule(chip) {
                        Rule::Fixed(h) => h,
                        Rule::Execution(less) => by_execution(less),
                        Rule::Hashing(plus) => by_hashing(plus),
                        Rule::Both(less, plus) => by_execution(less).max(by_hashing(plus)),
                    }
                };
                out.push(Self(ChipId::ALL.iter().map(height).collect()));
            }
        }
        out
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
