//! Building a circuit.

use std::collections::HashMap;

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};
use zkrom_stark::field::{Challenge, Val};

use super::{
    Alu, BITS, Bits, Circuit, Digest, End, HashRow, HashStep, Input, Origin, Point, Port, Round, Slot, Step,
    Writes,
};
use crate::poseidon::RATE;
use crate::quintic::{D, coefficients, generator};

/// Makes a [`Circuit`], one operation at a time; equal operations are made once, and operations on constants never.
#[derive(Debug, Default)]
pub struct Builder {
    circuit: Circuit,
    by_value: HashMap<[u32; D], Slot>,
    values: HashMap<Slot, Challenge>,
    made: HashMap<(u8, [Slot; 3]), Slot>,
    child: usize,
}

impl Builder {
    /// An empty circuit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A new slot; the caller adds the operation that writes it.
    pub(crate) const fn slot(&mut self) -> Slot {
        self.slots(1)
    }

    /// The first of `n` new consecutive slots.
    pub(crate) const fn slots(&mut self, n: usize) -> Slot {
        let slot = Slot(self.circuit.slots as u32);
        self.circuit.slots += n;
        slot
    }

    /// A new digest; the caller adds the operation that writes it.
    pub(crate) const fn digest(&mut self) -> Digest {
        self.circuit.digests += 1;
        Digest(self.circuit.digests as u32 - 1)
    }

    /// A constant.
    pub fn constant(&mut self, value: Challenge) -> Slot {
        let key = coefficients(&value).map(|c| c.as_canonical_u32());
        if let Some(&slot) = self.by_value.get(&key) {
            return slot;
        }
        let slot = self.slot();
        self.circuit.constants.push((slot, value));
        self.by_value.insert(key, slot);
        self.values.insert(slot, value);
        slot
    }

    /// A constant of the base field.
    pub fn base(&mut self, value: Val) -> Slot {
        self.constant(value.into())
    }

    /// Zero.
    pub fn zero(&mut self) -> Slot {
        self.base(Val::ZERO)
    }

    /// One.
    pub fn one(&mut self) -> Slot {
        self.base(Val::ONE)
    }

    /// The value of a slot that is a constant.
    #[must_use]
    pub fn value(&self, slot: Slot) -> Option<Challenge> {
        self.values.get(&slot).copied()
    }

    fn alu(&mut self, op: Alu) {
        self.circuit.order.push(Step::Alu(self.circuit.alu.len()));
        self.circuit.alu.push(op);
    }

    fn once(&mut self, kind: u8, operands: [Slot; 3], op: impl FnOnce(Slot) -> Alu) -> Slot {
        if let Some(&slot) = self.made.get(&(kind, operands)) {
            return slot;
        }
        let slot = self.slot();
        self.alu(op(slot));
        self.made.insert((kind, operands), slot);
        slot
    }

    /// `a b + c`.
    pub fn mul_add(&mut self, a: Slot, b: Slot, c: Slot) -> Slot {
        let (zero, one) = (self.zero(), self.one());
        if a == zero || b == zero {
            return c;
        }
        if let (Some(x), Some(y)) = (self.value(a), self.value(b)) {
            if let Some(z) = self.value(c) {
                return self.constant(x * y + z);
            }
            if a != one && b != one {
                let product = self.constant(x * y);
                return self.mul_add(product, one, c);
            }
        }
        // A product with one is a sum, and a sum's operands are in order.
        let (a, b) = if a == one { (b, a) } else { (a, b) };
        let (a, b, c) = if b == one {
            if c == zero {
                return a;
            }
            (a.max(c), b, a.min(c))
        } else {
            (a.max(b), a.min(b), c)
        };
        if b == one && a == zero {
            return c;
        }
        self.once(0, [a, b, c], |d| Alu { a, b, c, d, writes: Writes::D })
    }

    /// `a + b`.
    pub fn add(&mut self, a: Slot, b: Slot) -> Slot {
        let one = self.one();
        self.mul_add(a, one, b)
    }

    /// `a b`.
    pub fn mul(&mut self, a: Slot, b: Slot) -> Slot {
        let zero = self.zero();
        self.mul_add(a, b, zero)
    }

    /// `a - b`.
    pub fn sub(&mut self, a: Slot, b: Slot) -> Slot {
        if a == b {
            return self.zero();
        }
        if let Some(y) = self.value(b) {
            let minus = self.constant(-y);
            return self.add(a, minus);
        }
        let one = self.one();
        self.once(1, [a, b, one], |c| Alu { a: b, b: one, c, d: a, writes: Writes::C })
    }

    /// `-a`.
    pub fn neg(&mut self, a: Slot) -> Slot {
        let zero = self.zero();
        match self.value(a) {
            Some(x) => self.constant(-x),
            None => self.sub(zero, a),
        }
    }

    /// `n / d`, unsatisfiable where `d` is zero and `n` is not. The caller sees to it that `n` is not zero.
    ///
    /// # Panics
    ///
    /// Where `d` is the constant zero.
    pub fn div(&mut self, n: Slot, d: Slot) -> Slot {
        if let (Some(x), Some(y)) = (self.value(n), self.value(d)) {
            return self.constant(x * y.inverse());
        }
        let zero = self.zero();
        self.once(2, [n, d, zero], |a| Alu { a, b: d, c: zero, d: n, writes: Writes::A })
    }

    /// `1 / d`, unsatisfiable where `d` is zero.
    pub fn inverse(&mut self, d: Slot) -> Slot {
        let one = self.one();
        self.div(one, d)
    }

    /// Asserts that two slots are equal.
    pub fn assert_eq(&mut self, x: Slot, y: Slot) {
        if x != y {
            let (zero, one) = (self.zero(), self.one());
            self.alu(Alu { a: x, b: one, c: zero, d: y, writes: Writes::Nothing });
        }
    }

    /// Asserts that a slot is zero.
    pub fn assert_zero(&mut self, x: Slot) {
        let zero = self.zero();
        self.assert_eq(x, zero);
    }

    /// `one` where the bit is 1, `zero` where it is 0.
    pub fn select(&mut self, bit: Slot, zero: Slot, one: Slot) -> Slot {
        let difference = self.sub(one, zero);
        self.mul_add(bit, difference, zero)
    }

    /// `x^n`, for `n > 0`.
    pub fn pow(&mut self, x: Slot, n: usize) -> Slot {
        match n {
            0 => self.one(),
            1 => x,
            _ if n % 2 == 1 => {
                let rest = self.pow(x, n - 1);
                self.mul(rest, x)
            }
            _ => {
                let half = self.pow(x, n / 2);
                self.mul(half, half)
            }
        }
    }

    /// Asserts that `a b = d`.
    pub fn assert_product(&mut self, a: Slot, b: Slot, d: Slot) {
        let zero = self.zero();
        self.alu(Alu { a, b, c: zero, d, writes: Writes::Nothing });
    }

    /// `a b + c` in a slot that is there already.
    pub(crate) fn mul_add_to(&mut self, a: Slot, b: Slot, c: Slot, d: Slot) {
        self.alu(Alu { a, b, c, d, writes: Writes::D });
    }

    /// `sum_i x_i X^i`.
    pub fn recompose(&mut self, coefficients: &[Slot]) -> Slot {
        let zero = self.zero();
        let powers = generator().powers();
        coefficients.iter().zip(powers).fold(zero, |sum, (&c, power)| {
            let power = self.constant(power);
            self.mul_add(c, power, sum)
        })
    }

    /// The bits of a base slot, least significant first, of which the first `zeros` must be zero.
    pub fn bits(&mut self, from: Slot, zeros: usize) -> [Slot; BITS] {
        let first = self.slots(BITS);
        let to = core::array::from_fn(|i| Slot(first.0 + i as u32));
        self.circuit.order.push(Step::Bits(self.circuit.bits.len()));
        self.circuit.bits.push(Bits { from, to, zeros });
        to
    }

    /// Adds a hash row.
    pub(crate) fn hash(&mut self, step: HashStep, point: Point, port: Port, end: End) {
        self.circuit.order.push(Step::Hash(self.circuit.hash.len()));
        self.circuit.hash.push(HashRow { step, point, port, end });
    }

    /// Adds a hash row with several ports: the row, and once more for each but the first.
    pub(crate) fn hash_row(&mut self, step: HashStep, point: Point, ports: &[Port]) {
        self.hash(step, point, ports.first().copied().unwrap_or(Port::Nothing), End::Nothing);
        for &port in ports.iter().skip(1) {
            self.hash(HashStep::Repeat, point, port, End::Nothing);
        }
    }

    /// The last hash row once more, exchanging a digest.
    pub(crate) fn digest_row(&mut self, end: End) {
        let point = self.circuit.hash.last().map_or(Point::Down, |row| row.point);
        self.hash(HashStep::Repeat, point, Port::Nothing, end);
    }

    /// A hash row that absorbs eight base slots, and nothing before: two sums bind them.
    fn absorb_slots(&mut self, slots: &[Slot; RATE]) {
        let point = self.constant(generator().inverse());
        let mut sum = slots[0];
        let mut ports = [Port::Nothing; 2];
        for (k, &slot) in slots.iter().enumerate().skip(1) {
            sum = self.mul_add(sum, point, slot);
            match k + 1 {
                D => ports[0] = Port::Read(D, sum),
                RATE => ports[1] = Port::Read(RATE, sum),
                _ => {}
            }
        }
        let inputs = slots.iter().map(|&s| Input::Slot(s)).collect();
        let step = HashStep::Absorb { origin: Origin::Zero, keeps: false, tag: 0, inputs };
        self.hash_row(step, Point::Down, &ports);
    }

    /// The digest that eight base slots are.
    pub fn digest_of(&mut self, slots: &[Slot; RATE]) -> Digest {
        let digest = self.digest();
        self.absorb_slots(slots);
        self.digest_row(End::Input(digest));
        digest
    }

    /// Words that the prover chooses.
    pub fn words<const N: usize>(&mut self) -> [Slot; N] {
        let sums: [Slot; N] = core::array::from_fn(|_| self.slot());
        for chunk in sums.chunks(RATE) {
            let inputs = vec![Input::Hint; chunk.len()];
            let ports: Vec<_> = chunk.iter().enumerate().map(|(k, &s)| Port::Write(k + 1, s)).collect();
            let step = HashStep::Absorb { origin: Origin::Zero, keeps: false, tag: 0, inputs };
            self.hash_row(step, Point::Down, &ports);
        }
        let minus = self.constant(-generator().inverse());
        let mut words = sums;
        for (word, pair) in words.iter_mut().skip(1).zip(sums.windows(2)) {
            *word = self.mul_add(pair[0], minus, pair[1]);
        }
        // Each row's sums begin anew.
        for at in (RATE..N).step_by(RATE) {
            words[at] = sums[at];
        }
        words
    }

    /// Asserts that the hash of eight base slots is the leaf at some place of a tree; the place's bits are slots of bits, the siblings are chosen by the prover.
    pub fn member(&mut self, leaf: &[Slot; RATE], bits: &[Slot], root: Digest) {
        self.absorb_slots(leaf);
        self.path(bits, root);
    }

    /// A Merkle path from the last row's digest.
    pub(crate) fn path(&mut self, bits: &[Slot], root: Digest) {
        for (level, &bit) in bits.iter().enumerate() {
            let end = if level + 1 == bits.len() { End::Check(root) } else { End::Nothing };
            self.hash(HashStep::Merkle, Point::Down, Port::Bit(bit), end);
        }
    }

    /// Makes room in the tables for so many children, so that circuits with fewer have the same constraints.
    pub const fn room(&mut self, children: usize) {
        self.circuit.room = children;
    }

    /// Declares the query indices of a child, as bits; returns the child's index. What follows, up to the next child, uses its Horner point.
    pub(crate) fn queries(&mut self, indices: Vec<Vec<Slot>>) -> usize {
        self.child = self.circuit.queries.len();
        self.circuit.order.push(Step::Queries(self.child));
        self.circuit.queries.push(indices);
        self.child
    }

    /// Declares what the queries of the present child have folded before a FRI round.
    pub(crate) fn round(&mut self, round: usize, folded: Vec<Slot>) {
        self.circuit.order.push(Step::Round(self.circuit.rounds.len()));
        self.circuit.rounds.push(Round { child: self.child, round, folded });
    }

    /// The Horner point of the present child's rows.
    pub(crate) const fn child_point(&self) -> Point {
        Point::Child(self.child)
    }

    /// Makes a base slot a public value.
    pub fn expose(&mut self, slot: Slot) {
        self.circuit.public.push(slot);
    }

    /// The circuit, with products and sums fused.
    #[must_use]
    pub fn finish(mut self) -> Circuit {
        for chunk in self.circuit.public.clone().chunks(D) {
            let pack = self.recompose(chunk);
            self.circuit.packs.push(pack);
        }
        super::fuse::fuse(&mut self.circuit);
        self.circuit
    }
}
