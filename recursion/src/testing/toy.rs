//! A small circuit with every kind of row.

use p3_field::PrimeCharacteristicRing;
use zkrom_stark::field::{Challenge, Val};
use zkrom_stark::testing::Samples;

use crate::circuit::{Builder, Circuit, End, HashStep, Hints, Input, Origin, Point, Port, Refusal, Slot};
use crate::poseidon::RATE;
use crate::verifier::Transcript;

/// Hints that are given.
#[derive(Clone, Debug)]
pub struct Given(pub std::vec::IntoIter<Val>);

impl Hints for Given {
    fn next(&mut self) -> Result<Val, Refusal> {
        self.0.next().ok_or_else(|| Refusal::Shape("words end".to_owned()))
    }
    fn queries(&mut self, _: usize, _: &[usize]) -> Result<(), Refusal> {
        Ok(())
    }
    fn round(&mut self, _: usize, _: usize, _: &[Challenge]) -> Result<(), Refusal> {
        Ok(())
    }
}

fn absorb(origin: Origin, keeps: bool, tag: u8, n: usize) -> HashStep {
    HashStep::Absorb { origin, keeps, tag, inputs: vec![Input::Hint; n] }
}

/// The same path twice: the first writes its root, the second must end in it. Two rows of opened values, then one that joins.
fn paths(builder: &mut Builder, bits: &[Slot], point: Slot) {
    let child = builder.queries(vec![bits.to_vec()]);
    let own = builder.child_point();
    builder.hash(absorb(Origin::Zero, false, 0, 0), Point::Child(child), Port::Point(point), End::Nothing);
    let root = builder.digest();
    for end in [End::Write(root), End::Check(root)] {
        let sums: [Slot; 4] = core::array::from_fn(|_| builder.slot());
        builder.hash_row(
            absorb(Origin::Zero, true, 0, 8),
            own,
            &[Port::Write(3, sums[0]), Port::Write(8, sums[3])],
        );
        builder.hash_row(absorb(Origin::Output, true, 0, 5), own, &[Port::Write(5, sums[1])]);
        builder.hash(HashStep::Merkle, own, Port::Bit(bits[0]), End::Nothing);
        let left = builder.digest();
        builder.hash(HashStep::Merkle, own, Port::Bit(bits[1]), End::Write(left));
        builder.hash_row(absorb(Origin::Zero, true, 0, 2), own, &[Port::Write(2, sums[2])]);
        builder.hash(HashStep::Inject, own, Port::Nothing, End::Left(left));
        builder.hash(HashStep::Merkle, own, Port::Bit(bits[2]), end);
        let sum = builder.mul_add(sums[0], sums[1], sums[2]);
        let twice = builder.add(sum, sums[3]);
        builder.div(twice, point);
    }
}

/// A circuit of `children` children that are no proofs, and hints for it.
#[must_use]
pub fn toy(children: usize, seed: u64) -> (Circuit, Given) {
    let mut builder = Builder::new();
    let b = &mut builder;
    let mut samples = Samples::new(seed);
    let mut words: Vec<Val> = Vec::new();
    let mut draw = |n: usize| (0..n).map(|_| Val::from_u64(samples.bits())).collect::<Vec<_>>();
    for _ in 0..children {
        // A transcript: constants, a digest, two elements, two challenges, a word, a challenge.
        let mut transcript = Transcript::default();
        let t = &mut transcript;
        t.constants(b, &[1, 2, 3, 4, 5, 6].map(Val::from_u32));
        let commitment: [Slot; RATE] = t.words(b);
        let elements = [t.element(b), t.element(b)];
        t.constants(b, &[Val::from_u32(7)]);
        words.extend(draw(18));
        let point = t.challenge(b);
        let second = t.challenge(b);
        let word = t.word(b);
        t.work(b, 0);
        words.extend(draw(1));
        let third = t.challenge(b);
        let bits = t.bits(b);
        let digest = b.digest_of(&commitment);
        let free: [Slot; 9] = b.words();
        words.extend(draw(9));
        let product = b.mul(elements[0], point);
        let difference = b.sub(product, elements[1]);
        let quotient = b.div(difference, point);
        let back = b.mul(quotient, point);
        b.assert_eq(back, difference);
        // The largest element, whose seven top bits are ones, and a number with zeros.
        for (value, zeros) in [(-Val::ONE, 24), (Val::ZERO, 31), (Val::from_u32(3 << 20), 20)] {
            let slot = b.base(value);
            b.bits(slot, zeros);
        }
        let selected = b.select(bits[0], second, third);
        let five = b.base(Val::from_u32(5));
        b.bits(five, 0);
        b.mul_add(selected, five, back);
        paths(b, &bits, point);
        // One copy of the words for both passes.
        let pass = draw(8 + 5 + 8 + 8 + 2 + 8);
        words.extend(pass.iter().chain(&pass));
        // A grinding witness of sorts: a word of the prover's with zeros.
        let [zeros] = b.words();
        b.bits(zeros, 20);
        words.push(Val::from_u32(5 << 20));
        // A sum nothing reads; a step and an injection nothing goes on from.
        let unread = b.slot();
        b.hash_row(absorb(Origin::Zero, true, 0, 8), Point::Down, &[Port::Write(8, unread)]);
        b.hash(HashStep::Merkle, Point::Down, Port::Bit(bits[3]), End::Nothing);
        b.hash_row(absorb(Origin::Zero, true, 0, 8), Point::Down, &[]);
        b.hash(HashStep::Inject, Point::Down, Port::Nothing, End::Left(digest));
        words.extend(draw(24));
        [commitment[0], word, bits[1], five, free[8], commitment[7]].into_iter().for_each(|s| b.expose(s));
    }
    (builder.finish(), Given(words.into_iter()))
}
