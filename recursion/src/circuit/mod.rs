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

use crate::quintic::D;

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

/// Writes the challenge-field element with five base slots as coefficients.
#[derive(Clone, Copy, Debug)]
pub struct Lift {
    /// Coefficients.
    pub from: [Slot; D],
    /// The element.
    pub to: Slot,
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

/// What a sponge row absorbs in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The base element in a slot.
    Read(Slot),
    /// A hint, which the slot then holds.
    Hint(Slot),
}

impl Input {
    /// The slot that holds the element.
    #[must_use]
    pub const fn slot(self) -> Slot {
        match self {
            Self::Read(s) | Self::Hint(s) => s,
        }
    }
}

/// Where a sponge row's digest is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first eight elements before the permutation.
    Input,
    /// The first eight after it.
    Output,
}

/// One permutation of a sponge: the transcript, the hash of a FRI leaf, or a digest made of slots.
#[derive(Clone, Debug)]
pub struct Sponge {
    /// Whether the capacity goes on from the row before, or is zero.
    pub chained: bool,
    /// Whether rate elements that are not absorbed keep the row before's, or are zero.
    pub keeps: bool,
    /// Elements absorbed, at most eight.
    pub inputs: Vec<Input>,
    /// Added to the first capacity element.
    pub tag: u8,
    /// First of eight consecutive slots that hold the first eight elements after the permutation, if any are needed.
    pub outputs: Option<Slot>,
    /// A digest it writes.
    pub digest: Option<(Digest, Side)>,
}

/// What an opening row does.
#[derive(Clone, Copy, Debug)]
pub enum Opening {
    /// Binds a child's Horner point to a slot.
    Point {
        /// Index of the child.
        child: usize,
        /// The slot.
        slot: Slot,
    },
    /// Absorbs the next opened values and adds them to the Horner sum.
    Absorb {
        /// Whether a hash and a sum begin here.
        fresh: bool,
        /// Values absorbed, at most eight; fewer only in the last row of a hash.
        count: usize,
        /// The sum after so many values of this row, and the slot it is written to.
        expose: Option<(usize, Slot)>,
        /// If not zero, the values are no new hints but those absorbed so many rows before; nothing but the digest says so in the proof.
        again: usize,
    },
    /// A step of a Merkle path: the digest is the right child where the bit is 1.
    Merkle {
        /// The bit.
        bit: Slot,
        /// The digest, if it is not the row before's.
        start: Option<Digest>,
    },
    /// Compresses a digest with the row before's, which is the right one.
    Inject {
        /// The left digest.
        left: Digest,
    },
}

/// What becomes of an opening row's output digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Only the next row uses it.
    Nothing,
    /// It is written.
    Write(Digest),
    /// It must be this one.
    Check(Digest),
}

/// A row of the opening table.
#[derive(Clone, Copy, Debug)]
pub struct OpeningRow {
    /// What it does.
    pub step: Opening,
    /// What becomes of its output.
    pub end: End,
    /// Index of the child whose Horner point it uses.
    pub child: usize,
}

/// An operation, by its index in its table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Of [`Circuit::alu`].
    Alu(usize),
    /// Of [`Circuit::lift`].
    Lift(usize),
    /// Of [`Circuit::bits`].
    Bits(usize),
    /// Of [`Circuit::sponge`].
    Sponge(usize),
    /// Of [`Circuit::opening`].
    Opening(usize),
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
    /// Base slots to challenge-field slots.
    pub lift: Vec<Lift>,
    /// Decompositions.
    pub bits: Vec<Bits>,
    /// Sponge permutations, in table order.
    pub sponge: Vec<Sponge>,
    /// Opening rows, in table order.
    pub opening: Vec<OpeningRow>,
    /// Slots of the public values: base elements.
    pub public: Vec<Slot>,
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
        self.lift.iter().flat_map(|op| op.from).for_each(&mut read);
        self.bits.iter().for_each(|op| read(op.from));
        for input in self.sponge.iter().flat_map(|op| &op.inputs) {
            if let Input::Read(s) = input {
                read(*s);
            }
        }
        for row in &self.opening {
            match row.step {
                Opening::Point { slot, .. } => read(slot),
                Opening::Merkle { bit, start } => {
                    read(bit);
                    start.iter().for_each(|d| digests[d.0 as usize] += 1);
                }
                Opening::Inject { left } => digests[left.0 as usize] += 1,
                Opening::Absorb { .. } => {}
            }
            if let End::Check(d) = row.end {
                digests[d.0 as usize] += 1;
            }
        }
        self.public.iter().for_each(|&s| read(s));
        (slots, digests)
    }
}
