//! p3's `DuplexChallenger` in the circuit.

use zkrom_stark::field::Val;

use crate::circuit::{BITS, Builder, Input, Slot, Sponge};
use crate::poseidon::RATE;
use crate::quintic::D;

/// The transcript of a child. Its sponge rows follow each other in the table: nothing else may add sponge rows before it ends.
#[derive(Debug, Default)]
pub struct Transcript {
    pending: Vec<Input>,
    /// Elements of the last row's output that are left.
    left: usize,
    begun: bool,
}

impl Transcript {
    fn duplex(&mut self, builder: &mut Builder) {
        let inputs = core::mem::take(&mut self.pending);
        let squeezes = inputs.is_empty();
        let tag = inputs.len() as u8;
        builder.sponge(Sponge {
            chained: self.begun,
            keeps: squeezes,
            inputs,
            tag,
            outputs: None,
            digest: None,
        });
        self.begun = true;
        self.left = RATE;
    }

    fn observe(&mut self, builder: &mut Builder, input: Input) {
        self.left = 0;
        self.pending.push(input);
        if self.pending.len() == RATE {
            self.duplex(builder);
        }
    }

    /// Absorbs constants.
    pub fn constants(&mut self, builder: &mut Builder, values: &[Val]) {
        for &value in values {
            let slot = builder.base(value);
            self.observe(builder, Input::Read(slot));
        }
    }

    /// Absorbs a word of the proof.
    pub fn word(&mut self, builder: &mut Builder) -> Slot {
        let slot = builder.slot();
        self.observe(builder, Input::Hint(slot));
        slot
    }

    /// Absorbs words of the proof.
    pub fn words<const N: usize>(&mut self, builder: &mut Builder) -> [Slot; N] {
        core::array::from_fn(|_| self.word(builder))
    }

    /// Absorbs an element of the challenge field; it is lifted when [`lift`](Self::lift) is called on what this returns.
    pub fn element(&mut self, builder: &mut Builder) -> [Slot; D] {
        self.words(builder)
    }

    /// Draws a base element.
    pub fn sample(&mut self, builder: &mut Builder) -> Slot {
        if !self.pending.is_empty() || self.left == 0 {
            self.duplex(builder);
        }
        let slot = builder.squeezed(self.left);
        self.left -= 1;
        slot
    }

    /// Draws a challenge.
    pub fn challenge(&mut self, builder: &mut Builder) -> Slot {
        let coefficients = core::array::from_fn(|_| self.sample(builder));
        builder.lift(coefficients)
    }

    /// Draws a base element's bits, least significant first.
    pub fn bits(&mut self, builder: &mut Builder) -> [Slot; BITS] {
        let sample = self.sample(builder);
        builder.bits(sample, 0)
    }

    /// Absorbs a proof-of-work witness and checks it. At zero bits there is none.
    pub fn work(&mut self, builder: &mut Builder, bits: usize) {
        if bits > 0 {
            self.word(builder);
            let sample = self.sample(builder);
            builder.bits(sample, bits);
        }
    }
}
