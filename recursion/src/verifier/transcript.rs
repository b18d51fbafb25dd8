//! A child's transcript, as rows of the hash table: p3's `DuplexChallenger`.
//!
//! What is absorbed appears in the rows' sums only. The sum after each word or element of a run of absorbing rows is written to a slot; two sums that follow each other give what
//! is between them, by arithmetic that is added when the rows are. So a word's or element's slot has a value once something has been drawn after it.

use p3_field::{Field, PrimeCharacteristicRing};
use zkrom_stark::field::{Challenge, Val};

use crate::circuit::{BITS, Builder, HashStep, Input, Origin, Point, Port, Slot};
use crate::poseidon::RATE;
use crate::quintic::{D, from_coefficients, generator};

/// What two sums say of the elements between them.
#[derive(Debug)]
enum Fact {
    /// They are one word, or the coefficients of one element, which this slot holds.
    Is(Slot),
    /// They are known.
    Known(Vec<Val>),
}

/// The transcript of a child. Its rows follow each other in the table: nothing else may add hash rows before it ends.
#[derive(Debug)]
pub struct Transcript {
    origin: Origin,
    pending: Vec<Input>,
    ports: Vec<Port>,
    /// The sum after what is absorbed; none where it is zero.
    sum: Option<Slot>,
    /// Sum before, sum after, elements between, and what they are.
    facts: Vec<(Option<Slot>, Slot, usize, Fact)>,
    /// Elements of the last output that are left, the next one last.
    left: Vec<Slot>,
}

impl Default for Transcript {
    fn default() -> Self {
        Self { origin: Origin::Zero, pending: vec![], ports: vec![], sum: None, facts: vec![], left: vec![] }
    }
}

impl Transcript {
    /// Adds the pending row, and the arithmetic on the sums it ends.
    fn duplex(&mut self, builder: &mut Builder) {
        let inputs = core::mem::take(&mut self.pending);
        let step = HashStep::Absorb { origin: self.origin, keeps: false, tag: inputs.len() as u8, inputs };
        builder.hash_row(step, Point::Down, &core::mem::take(&mut self.ports));
        self.origin = Origin::Output;
        for (before, after, n, fact) in core::mem::take(&mut self.facts) {
            state(builder, before, after, n, &fact);
        }
    }

    /// Absorbs elements; what they are is stated of the sums around them.
    fn observe(&mut self, builder: &mut Builder, inputs: &[Input], fact: Option<Fact>) {
        self.left.clear();
        let before = self.sum;
        for &input in &inputs[..inputs.len() - 1] {
            self.push(builder, input);
        }
        // A grinding witness is nothing but absorbed, and something is drawn after it.
        self.sum = fact.map(|fact| {
            let after = builder.slot();
            self.ports.push(Port::Write(self.pending.len() + 1, after));
            self.facts.push((before, after, inputs.len(), fact));
            after
        });
        self.push(builder, inputs[inputs.len() - 1]);
    }

    fn push(&mut self, builder: &mut Builder, input: Input) {
        self.pending.push(input);
        if self.pending.len() == RATE {
            self.duplex(builder);
        }
    }

    /// Absorbs constants.
    pub fn constants(&mut self, builder: &mut Builder, values: &[Val]) {
        for chunk in values.chunks(D) {
            let inputs: Vec<_> = chunk.iter().map(|&v| Input::Slot(builder.base(v))).collect();
            self.observe(builder, &inputs, Some(Fact::Known(chunk.to_vec())));
        }
    }

    /// Absorbs a word of the proof.
    pub fn word(&mut self, builder: &mut Builder) -> Slot {
        let slot = builder.slot();
        self.observe(builder, &[Input::Hint], Some(Fact::Is(slot)));
        slot
    }

    /// Absorbs words of the proof.
    pub fn words<const N: usize>(&mut self, builder: &mut Builder) -> [Slot; N] {
        core::array::from_fn(|_| self.word(builder))
    }

    /// Absorbs an element of the challenge field.
    pub fn element(&mut self, builder: &mut Builder) -> Slot {
        let slot = builder.slot();
        self.observe(builder, &[Input::Hint; D], Some(Fact::Is(slot)));
        slot
    }

    /// Draws a base element.
    pub fn sample(&mut self, builder: &mut Builder) -> Slot {
        if !self.pending.is_empty() {
            self.duplex(builder);
        }
        if let Some(slot) = self.left.pop() {
            return slot;
        }
        // The output, or that of the permutation of the last one.
        let sums: [Slot; RATE] = core::array::from_fn(|_| builder.slot());
        let ports: Vec<_> = sums.iter().enumerate().map(|(k, &s)| Port::Write(k + 1, s)).collect();
        builder.hash_row(HashStep::Look, Point::Up, &ports);
        let minus = builder.constant(-generator());
        self.left.push(sums[0]);
        for pair in sums.windows(2) {
            self.left.push(builder.mul_add(pair[0], minus, pair[1]));
        }
        self.origin = Origin::Input;
        self.sum = None;
        self.left.pop().expect("eight elements")
    }

    /// Draws a challenge.
    pub fn challenge(&mut self, builder: &mut Builder) -> Slot {
        let coefficients: [Slot; D] = core::array::from_fn(|_| self.sample(builder));
        builder.recompose(&coefficients)
    }

    /// Draws a base element's bits, least significant first.
    pub fn bits(&mut self, builder: &mut Builder) -> [Slot; BITS] {
        let sample = self.sample(builder);
        builder.bits(sample, 0)
    }

    /// Absorbs a proof-of-work witness and checks it. At zero bits there is none.
    pub fn work(&mut self, builder: &mut Builder, bits: usize) {
        if bits > 0 {
            self.observe(builder, &[Input::Hint], None);
            let sample = self.sample(builder);
            builder.bits(sample, bits);
        }
    }
}

/// `after = P^n before + v[0] P^(n-1) + .. + v[n-1]` with `P = 1 / X`.
fn state(builder: &mut Builder, before: Option<Slot>, after: Slot, n: usize, fact: &Fact) {
    let power = generator().inverse().exp_u64(n as u64);
    let (zero, one) = (builder.zero(), builder.one());
    match fact {
        Fact::Is(slot) => {
            let minus = builder.constant(-power);
            let difference = before.map_or(after, |before| builder.mul_add(before, minus, after));
            let scale = builder.constant(generator().exp_u64(n as u64 - 1));
            builder.mul_add_to(difference, scale, zero, *slot);
        }
        Fact::Known(values) => {
            let mut coefficients = [Val::ZERO; D];
            coefficients[..n].copy_from_slice(values);
            let known: Challenge =
                from_coefficients(&coefficients) * generator().inverse().exp_u64(n as u64 - 1);
            let known = builder.constant(known);
            let power = builder.constant(power);
            let expected = before.map_or(known, |before| builder.mul_add(before, power, known));
            builder.assert_product(after, one, expected);
        }
    }
}
