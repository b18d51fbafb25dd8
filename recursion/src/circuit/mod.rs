//! A fixed circuit: which operations there are and how they are wired, with no values.
//!
//! A [`Circuit`] is made once for a shape of child proofs by a [`Builder`]. Its operations are the rows of the [tables](crate::tables); what wires them is
//! preprocessed. A *slot* holds one element of the challenge field: one operation writes it, any number read it. A *digest* holds eight base elements in the same way.
//! [`Circuit::run`] computes all values from the *hints*, the words of the child proofs, or says which check refuses them.

mod builder;
mod fuse;
mod run;

pub use builder::Builder;
pub use run::{Hints, Refusal, Run};

use zkrom_stark::field::Challenge;

/// Bits of a canonical base element.
pub const BITS: usize = 31;

/// A value of the challenge field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// Eight base elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub u32);

/// Which operand of an [`Alu`] row the row writes; it reads the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writes {
    /// `a`: a quotient.
    A,
    /// `c`: a difference.
    C,
    /// `d`: a product and sum.
    D,
    /// None: an assertion.
    Nothing,
}

/// `a * b + c = d`.
#[derive(Clone, Copy, Debug)]
pub struct Alu {
    /// First factor.
    pub a: Slot,
    /// Second factor; always read.
    pub b: Slot,
    /// Summand.
    pub c: Slot,
    /// Result.
    pub d: Slot,
    /// The operand it writes.
    pub writes: Writes,
}

/// Writes the bits of the canonical form of a base slot.
#[derive(Clone, Copy, Debug)]
pub struct Bits {
    /// The element.
    pub from: Slot,
    /// Bits, least significant first.
    pub to: [Slot; BITS],
    /// How many low bits must be zero.
    pub zeros: usize,
}

/// What a hash row absorbs in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// A hint, which nothing else holds.
    Hint,
    /// What a slot holds; nothing but the row's sums says so in a proof.
    Slot(Slot),
}

/// What the capacity of an absorbing row goes on from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Zero; the sum is zero, too.
    Zero,
    /// The output of the row before; the sum goes on.
    Output,
    /// The input of the row before; the sum is zero.
    Input,
}

/// What a hash row does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HashStep {
    /// Absorbs elements.
    Absorb {
        /// What the capacity goes on from.
        origin: Origin,
        /// Whether rate elements that are not absorbed are the last output's, if the capacity is; else zero.
        keeps: bool,
        /// Added to the first capacity element.
        tag: u8,
        /// Elements absorbed, at most eight.
        inputs: Vec<Input>,
    },
    /// Has the last output as its input, and a sum of zero.
    Look,
    /// The row before once more.
    Repeat,
    /// A step of a Merkle path: the last digest is the right child where the port's bit is 1.
    Merkle,
    /// Compresses the digest that is its [`End::Left`] with the last one, which is the right child.
    Inject,
}

/// The point of a hash row's sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// A child's Horner point.
    Child(usize),
    /// `X`.
    Up,
    /// `1 / X`.
    Down,
}

/// What a hash row exchanges with a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// Nothing.
    Nothing,
    /// Writes the sum after so many elements, 1 to 8.
    Write(usize, Slot),
    /// Reads it: the slot must hold it.
    Read(usize, Slot),
    /// Reads a Merkle row's bit.
    Bit(Slot),
    /// Reads the row's point: binds a child's.
    Point(Slot),
}

impl Port {
    /// The slot.
    #[must_use]
    pub const fn slot(self) -> Option<Slot> {
        match self {
            Self::Nothing => None,
            Self::Write(_, s) | Self::Read(_, s) | Self::Bit(s) | Self::Point(s) => Some(s),
        }
    }
}

/// What a hash row has to do with a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Nothing.
    Nothing,
    /// Writes its output's first half.
    Write(Digest),
    /// Its output's first half must be this one.
    Check(Digest),
    /// Writes its input's first half.
    Input(Digest),
    /// Its input's first half must be this one.
    Left(Digest),
}

/// A row of the hash table.
#[derive(Clone, Debug)]
pub struct HashRow {
    /// What it does.
    pub step: HashStep,
    /// The point of its sums.
    pub point: Point,
    /// What it exchanges with a slot.
    pub port: Port,
    /// What it exchanges with a digest.
    pub end: End,
}

/// An operation, by its index in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Of [`Circuit::alu`].
    Alu(usize),
    /// Of [`Circuit::bits`].
    Bits(usize),
    /// Of [`Circuit::hash`].
    Hash(usize),
    /// The query indices of a child of [`Circuit::queries`] are known: the hints that follow open its commitments there.
    Queries(usize),
    /// What a FRI round of [`Circuit::rounds`] opens is known: the hints that follow open it.
    Round(usize),
}

/// A FRI round of a child.
#[derive(Clone, Debug)]
pub struct Round {
    /// Index of the child.
    pub child: usize,
    /// Index of the round.
    pub round: usize,
    /// What each query has folded.
    pub folded: Vec<Slot>,
}

/// The operations.
#[derive(Clone, Debug, Default)]
pub struct Circuit {
    /// Constants and their slots.
    pub constants: Vec<(Slot, Challenge)>,
    /// Arithmetic.
    pub alu: Vec<Alu>,
    /// Decompositions.
    pub bits: Vec<Bits>,
    /// Permutations, in table order.
    pub hash: Vec<HashRow>,
    /// Slots of the public values: base elements.
    pub public: Vec<Slot>,
    /// Slots that hold five public values each, as coefficients.
    pub packs: Vec<Slot>,
    /// Query indices of each child, as bits, least significant first.
    pub queries: Vec<Vec<Vec<Slot>>>,
    /// FRI rounds, and what each query has folded before them.
    pub rounds: Vec<Round>,
    /// Order of evaluation.
    pub order: Vec<Step>,
    /// Number of slots.
    pub slots: usize,
    /// Number of digests.
    pub digests: usize,
    /// Children its tables have room for, if more than it has.
    pub room: usize,
}

impl Circuit {
    /// Number of children.
    #[must_use]
    pub const fn children(&self) -> usize {
        self.queries.len()
    }

    /// How often each slot and each digest is read.
    #[must_use]
    pub fn reads(&self) -> (Vec<u32>, Vec<u32>) {
        let mut slots = vec![0; self.slots];
        let mut digests = vec![0; self.digests];
        let mut read = |s: Slot| slots[s.0 as usize] += 1;
        for op in &self.alu {
            read(op.b);
            for (slot, port) in [(op.a, Writes::A), (op.c, Writes::C), (op.d, Writes::D)] {
                if op.writes != port {
                    read(slot);
                }
            }
        }
        self.bits.iter().for_each(|op| read(op.from));
        for row in &self.hash {
            if let Port::Read(_, s) | Port::Bit(s) | Port::Point(s) = row.port {
                read(s);
            }
            if let End::Check(d) | End::Left(d) = row.end {
                digests[d.0 as usize] += 1;
            }
        }
        self.packs.iter().for_each(|&s| read(s));
        (slots, digests)
    }
}
