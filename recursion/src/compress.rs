//! Compress: a proof of a block, of one shape, to a recursion proof.
//!
//! # Statement
//!
//! "There is a proof of the block STARK, of the circuit's shape and parameters, whose preprocessed columns have the exposed commitment, that a run from the start registers halted
//! with the exposed public words." The public values are, in order, the eight elements of the root of the [keys](crate::keys) the proof may be joined under, which means nothing here,
//! the eight elements of the commitment, then the 16 limbs of each exposed input word, then of each exposed output word;
//! words that are not exposed are zero.
//!
//! What the native verifier's shell checks besides p3 is checked here: the start registers are the constants of a fresh run, the run has halted, the end clock is below its bound. The end
//! registers are free.

use p3_field::PrimeCharacteristicRing;
use zkrom_asm::isa::{CLK_BOUND, LIMBS, PUBLIC_WORDS, Reg};
use zkrom_executor::record::Regs;
use zkrom_stark::field::Val;
use zkrom_stark::machine::{Chip, ChipId};

use crate::circuit::{Builder, Circuit};
use crate::poseidon::RATE;
use crate::verifier::{Child, Plan, verify};

/// Bits of a clock below its bound.
const CLOCK_BITS: usize = CLK_BOUND.ilog2() as usize;
const _: () = assert!(CLK_BOUND == 1 << CLOCK_BITS);

/// How many public words a compress proof exposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposed {
    /// Input words.
    pub inputs: usize,
    /// Output words.
    pub outputs: usize,
}

impl Exposed {
    /// What a proof of blocks says: eight output words.
    pub const BLOCKS: Self = Self { inputs: 0, outputs: 8 };

    /// Public values of a compress proof.
    #[must_use]
    pub const fn public_values(self) -> usize {
        2 * RATE + LIMBS * (self.inputs + self.outputs)
    }
}

/// The circuit that compresses proofs of the block STARK of one shape.
///
/// # Panics
///
/// Where the child's tables are not the chips in their order, or more words are to be exposed than there are.
#[must_use]
pub fn circuit(child: &Child<'_, Chip>, plan: &Plan, exposed: Exposed) -> Circuit {
    assert!(child.airs.iter().map(Chip::id).eq(ChipId::ALL.iter().copied()), "the chips in their order");
    assert!(exposed.inputs.max(exposed.outputs) <= PUBLIC_WORDS);
    let mut builder = Builder::new();
    builder.room(2);
    let root: [_; RATE] = builder.words();
    root.iter().for_each(|&limb| builder.expose(limb));
    let verified = verify(&mut builder, child, plan);
    verified.key.iter().for_each(|&limb| builder.expose(limb));

    // Start: micro-pc and registers; end: the same; halted.
    let main = &verified.public[ChipId::Main as usize];
    let (start, rest) = main.split_at(1 + Reg::READABLE);
    let (end, halted) = rest.split_at(1 + Reg::READABLE);
    for (&slot, value) in start.iter().zip(core::iter::once(0).chain(Regs::start().0)) {
        let value = builder.base(Val::from_u32(value));
        builder.assert_eq(slot, value);
    }
    let [halted] = halted else { unreachable!("one flag") };
    let one = builder.one();
    builder.assert_eq(*halted, one);
    let clock = builder.bits(end[1 + Reg::Clk as usize], 0);
    clock[CLOCK_BITS..].iter().for_each(|&bit| builder.assert_zero(bit));

    let (inputs, outputs) = verified.public[ChipId::Public as usize].split_at(PUBLIC_WORDS * LIMBS);
    for (words, n) in [(inputs, exposed.inputs), (outputs, exposed.outputs)] {
        let (shown, hidden) = words.split_at(n * LIMBS);
        shown.iter().for_each(|&limb| builder.expose(limb));
        hidden.iter().for_each(|&limb| builder.assert_zero(limb));
    }
    builder.finish()
}
