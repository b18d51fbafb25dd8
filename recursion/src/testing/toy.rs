//! A small circuit with every kind of row.

use p3_field::PrimeCharacteristicRing;
use zkrom_stark::field::{Challenge, Val};
use zkrom_stark::testing::Samples;

use crate::circuit::{Builder, Circuit, End, Hints, Input, Opening, Refusal, Slot, Sponge};
use crate::poseidon::RATE;
use crate::quintic::D;

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

fn sponge(builder: &mut Builder, chained: bool, keeps: bool, n: usize, tag: u8) -> Vec<Slot> {
    let slots: Vec<Slot> = (0..n).map(|_| builder.slot()).collect();
    let inputs = slots.iter().map(|&s| Input::Hint(s)).collect();
    builder.sponge(Sponge { chained, keeps, inputs, tag, outputs: None, digest: None });
    slots
}

/// The same path twice: the first writes its root, the second must end in it. `values` opened values a row, twice.
fn paths(builder: &mut Builder, bits: &[Slot], point: Slot) {
    let child = builder.queries(vec![bits.to_vec()]);
    builder.opening(Opening::Point { child, slot: point }, End::Nothing);
    let root = builder.digest();
    for end in [End::Write(root), End::Check(root)] {
        let (a, b) = (builder.slot(), builder.slot());
        builder
            .opening(Opening::Absorb { fresh: true, count: 8, expose: Some((3, a)), again: 0 }, End::Nothing);
        builder.opening(
            Opening::Absorb { fresh: false, count: 5, expose: Some((5, b)), again: 0 },
            End::Nothing,
        );
        builder.opening(Opening::Merkle { bit: bits[0], start: None }, End::Nothing);
        let left = builder.digest();
        builder.opening(Opening::Merkle { bit: bits[1], start: None }, End::Write(left));
        let c = builder.slot();
        builder
            .opening(Opening::Absorb { fresh: true, count: 2, expose: Some((2, c)), again: 0 }, End::Nothing);
        builder.opening(Opening::Inject { left }, End::Nothing);
        builder.opening(Opening::Merkle { bit: bits[2], start: None }, end);
        let sum = builder.mul_add(a, b, c);
        let twice = builder.add(sum, sum);
        builder.div(twice, point);
    }
    // A path that starts from a digest of the bus.
    builder.opening(Opening::Merkle { bit: bits[3], start: Some(root) }, End::Nothing);
    builder.opening(Opening::Merkle { bit: bits[4], start: None }, End::Nothing);
}

/// A circuit of `children` children that are no proofs, and hints for it.
#[must_use]
pub fn toy(children: usize, seed: u64) -> (Circuit, Given) {
    let mut builder = Builder::new();
    let b = &mut builder;
    let mut samples = Samples::new(seed);
    let mut words: Vec<Val> = Vec::new();
    let mut draw = |n: usize| (0..n).map(|_| Val::from_u64(samples.bits())).collect::<Vec<_>>();
    for child in 0..children {
        // A transcript: absorb 8, absorb 3, squeeze.
        let first = sponge(b, child > 0, false, 8, 8);
        sponge(b, true, false, 3, 3);
        words.extend(draw(11));
        sponge(b, true, true, 0, 0);
        let outputs: Vec<Slot> = (1..=RATE).map(|n| b.squeezed(n)).collect();
        // A leaf of ten elements.
        let leaf = sponge(b, false, false, 8, 0);
        let last = sponge(b, true, true, 2, 0);
        words.extend(draw(10));
        let digest = b.digest_of(&first.clone().try_into().expect("eight"));
        let element = b.lift(leaf[..D].try_into().expect("five"));
        let point = b.lift(outputs[..D].try_into().expect("five"));
        let product = b.mul(element, point);
        let difference = b.sub(product, element);
        let quotient = b.div(difference, point);
        let back = b.mul(quotient, point);
        b.assert_eq(back, difference);
        let bits = b.bits(outputs[7], 0);
        // The largest element, whose seven top bits are ones, and a number with zeros.
        for (value, zeros) in [(-Val::ONE, 24), (Val::ZERO, 31), (Val::from_u32(3 << 20), 20)] {
            let slot = b.base(value);
            b.bits(slot, zeros);
        }
        let selected = b.select(bits[0], element, point);
        let five = b.base(Val::from_u32(5));
        b.mul_add(selected, five, back);
        paths(b, &bits, point);
        // One copy of the words for both passes, then two siblings.
        let pass = draw(8 + 5 + 8 + 8 + 2 + 8);
        words.extend(pass.iter().chain(&pass));
        words.extend(draw(16));
        b.opening(Opening::Merkle { bit: bits[5], start: Some(digest) }, End::Nothing);
        words.extend(draw(8));
        [first[0], last[1], bits[1], five].into_iter().for_each(|s| b.expose(s));
    }
    (builder.finish(), Given(words.into_iter()))
}
