//! Running a circuit on hints: every value, or the check that refuses.

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};
use zkrom_stark::field::{Challenge, Val};

use super::{BITS, Circuit, End, HashStep, Input, Origin, Point, Port, Slot, Step, Writes};
use crate::poseidon::{RATE, WIDTH, permute};
use crate::quintic::{coefficients, generator};

/// Why a circuit refuses its hints.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An equality does not hold.
    #[error("equality {row} does not hold")]
    Unequal {
        /// Row of the ALU table.
        row: usize,
    },
    /// A division by zero.
    #[error("division {row} is by zero")]
    Division {
        /// Row of the ALU table.
        row: usize,
    },
    /// Bits that must be zero are not: a proof-of-work witness.
    #[error("decomposition {row} of {value} does not have {zeros} low zeros")]
    Work {
        /// Index of the decomposition.
        row: usize,
        /// The value.
        value: u32,
        /// Zeros it must have.
        zeros: usize,
    },
    /// A Merkle path that does not end in its root.
    #[error("hash row {row} is not the digest it must be")]
    Root {
        /// Row of the hash table.
        row: usize,
    },
    /// A sum that is not what it must be.
    #[error("the sum of hash row {row} is not what it must be")]
    Sum {
        /// Row of the hash table.
        row: usize,
    },
    /// Not a base element where one is needed.
    #[error("a value that must be a base element is none")]
    NotBase,
    /// The hints end too early or too late, or do not have the child's shape.
    #[error("the proof does not have the child's shape: {0}")]
    Shape(String),
}

/// The words a circuit reads.
pub trait Hints {
    /// The next word.
    ///
    /// # Errors
    ///
    /// Where there is none.
    fn next(&mut self) -> Result<Val, Refusal>;

    /// Told the query indices of a child: the words that follow open it there.
    ///
    /// # Errors
    ///
    /// Where the child has no openings of the right shape there.
    fn queries(&mut self, child: usize, indices: &[usize]) -> Result<(), Refusal>;

    /// Told what the queries of a child have folded before a FRI round: the words that follow open the round's codeword.
    ///
    /// # Errors
    ///
    /// Where the child has no openings of the right shape there.
    fn round(&mut self, child: usize, round: usize, folded: &[Challenge]) -> Result<(), Refusal>;
}

/// All values of a circuit.
#[derive(Clone, Debug)]
pub struct Run {
    /// Slots.
    pub slots: Vec<Challenge>,
    /// State before the permutation of each hash row.
    pub states: Vec<[Val; WIDTH]>,
    /// Horner sum before each hash row.
    pub sums: Vec<Challenge>,
    /// Each child's Horner point; zero for a child there is only room for.
    pub points: Vec<Challenge>,
    /// Public values.
    pub public: Vec<Val>,
}

/// `sum point^k + values[0] point^(k - 1) + .. + values[k - 1]`.
fn horner(sum: Challenge, point: Challenge, values: &[Val]) -> Challenge {
    values.iter().fold(sum, |sum, &v| sum * point + v)
}

struct Machine<'a, H> {
    circuit: &'a Circuit,
    hints: &'a mut H,
    /// A slot, and what is added to its value.
    fault: Option<(Slot, Challenge)>,
    run: Run,
    digests: Vec<[Val; RATE]>,
    /// State before and after the last hash row.
    input: [Val; WIDTH],
    output: [Val; WIDTH],
    /// Sum before and after it.
    sum: Challenge,
    carried: Challenge,
}

impl Circuit {
    /// Computes all values.
    ///
    /// # Errors
    ///
    /// The first check that does not hold.
    pub fn run<H: Hints>(&self, hints: &mut H) -> Result<Run, Refusal> {
        self.run_with(hints, None)
    }

    /// Computes all values, with a wrong one for a slot, on which all that follows is computed; no check refuses. For tests: no proof of such a run may verify.
    ///
    /// # Errors
    ///
    /// Where the fault is such that the run cannot go on: a division by zero, or a base element that is none.
    pub fn run_faulty<H: Hints>(&self, hints: &mut H, slot: Slot, error: Challenge) -> Result<Run, Refusal> {
        self.run_with(hints, Some((slot, error)))
    }

    fn run_with<H: Hints>(&self, hints: &mut H, fault: Option<(Slot, Challenge)>) -> Result<Run, Refusal> {
        let mut slots = vec![Challenge::ZERO; self.slots];
        for &(slot, value) in &self.constants {
            slots[slot.0 as usize] = value;
        }
        let run = Run {
            slots,
            states: Vec::with_capacity(self.hash.len()),
            sums: Vec::with_capacity(self.hash.len()),
            points: vec![Challenge::ZERO; self.layout().children],
            public: vec![],
        };
        let mut machine = Machine {
            circuit: self,
            hints,
            fault,
            run,
            digests: vec![[Val::ZERO; RATE]; self.digests],
            input: [Val::ZERO; WIDTH],
            output: [Val::ZERO; WIDTH],
            sum: Challenge::ZERO,
            carried: Challenge::ZERO,
        };
        for &step in &self.order {
            match step {
                Step::Alu(i) => machine.alu(i)?,
                Step::Bits(i) => machine.bits(i)?,
                Step::Hash(i) => machine.hash(i)?,
                Step::Queries(i) => machine.queries(i)?,
                Step::Round(i) => machine.round(i)?,
            }
        }
        let public = self.public.iter().map(|&s| machine.base(s)).collect::<Result<_, _>>()?;
        Ok(Run { public, ..machine.run })
    }
}

impl<H: Hints> Machine<'_, H> {
    fn get(&self, slot: Slot) -> Challenge {
        self.run.slots[slot.0 as usize]
    }

    fn set(&mut self, slot: Slot, value: Challenge) {
        let error = self.fault.filter(|(at, _)| *at == slot).map_or(Challenge::ZERO, |f| f.1);
        self.run.slots[slot.0 as usize] = value + error;
    }

    /// A check that does not hold.
    fn refuse(&self, why: Refusal) -> Result<(), Refusal> {
        if self.fault.is_some() { Ok(()) } else { Err(why) }
    }

    fn base(&self, slot: Slot) -> Result<Val, Refusal> {
        let [value, rest @ ..] = coefficients(&self.get(slot));
        if rest.iter().all(|c| *c == Val::ZERO) { Ok(value) } else { Err(Refusal::NotBase) }
    }

    fn alu(&mut self, row: usize) -> Result<(), Refusal> {
        let op = self.circuit.alu[row];
        let [a, b, c, d] = [op.a, op.b, op.c, op.d].map(|s| self.get(s));
        match op.writes {
            Writes::D => self.set(op.d, a * b + c),
            Writes::C => self.set(op.c, d - a * b),
            Writes::A => {
                let inverse = b.try_inverse().ok_or(Refusal::Division { row })?;
                self.set(op.a, (d - c) * inverse);
            }
            Writes::Nothing if a * b + c == d => {}
            Writes::Nothing => self.refuse(Refusal::Unequal { row })?,
        }
        Ok(())
    }

    fn bits(&mut self, row: usize) -> Result<(), Refusal> {
        let op = self.circuit.bits[row];
        let value = self.base(op.from)?.as_canonical_u32();
        if value & ((1 << op.zeros) - 1) != 0 {
            self.refuse(Refusal::Work { row, value, zeros: op.zeros })?;
        }
        for i in 0..BITS {
            self.set(op.to[i], Val::from_u32((value >> i) & 1).into());
        }
        Ok(())
    }

    /// The state a hash row begins with.
    fn state(&mut self, row: usize) -> Result<[Val; WIDTH], Refusal> {
        let op = &self.circuit.hash[row];
        let mut state = [Val::ZERO; WIDTH];
        match &op.step {
            HashStep::Absorb { origin, keeps, tag, inputs } => {
                match origin {
                    Origin::Zero => {}
                    Origin::Output => state[RATE..].copy_from_slice(&self.output[RATE..]),
                    Origin::Input => state[RATE..].copy_from_slice(&self.input[RATE..]),
                }
                if *keeps && *origin == Origin::Output {
                    state[..RATE].copy_from_slice(&self.output[..RATE]);
                }
                state[RATE] += Val::from_u8(*tag);
                for (element, input) in state.iter_mut().zip(inputs) {
                    *element = match input {
                        Input::Hint => self.hints.next()?,
                        Input::Slot(slot) => self.base(*slot)?,
                    };
                }
                self.sum = if *origin == Origin::Output { self.carried } else { Challenge::ZERO };
            }
            HashStep::Look => {
                state = self.output;
                self.sum = Challenge::ZERO;
            }
            HashStep::Repeat => state = self.input,
            HashStep::Merkle => {
                let right = match op.port {
                    Port::Bit(bit) => self.base(bit)? == Val::ONE,
                    _ => false,
                };
                let (own, sibling) = if right { (RATE, 0) } else { (0, RATE) };
                state[own..own + RATE].copy_from_slice(&self.output[..RATE]);
                for v in &mut state[sibling..sibling + RATE] {
                    *v = self.hints.next()?;
                }
                self.sum = Challenge::ZERO;
            }
            HashStep::Inject => {
                if let End::Left(left) = op.end {
                    state[..RATE].copy_from_slice(&self.digests[left.0 as usize]);
                }
                state[RATE..].copy_from_slice(&self.output[..RATE]);
                self.sum = Challenge::ZERO;
            }
        }
        Ok(state)
    }

    fn hash(&mut self, row: usize) -> Result<(), Refusal> {
        let state = self.state(row)?;
        let op = &self.circuit.hash[row];
        if let (Port::Point(slot), Point::Child(child)) = (op.port, op.point) {
            self.run.points[child] = self.get(slot);
        }
        let point = match op.point {
            Point::Child(child) => self.run.points[child],
            Point::Up => generator(),
            Point::Down => generator().inverse(),
        };
        match op.port {
            Port::Write(k, slot) => self.set(slot, horner(self.sum, point, &state[..k])),
            Port::Read(k, slot) if self.get(slot) != horner(self.sum, point, &state[..k]) => {
                self.refuse(Refusal::Sum { row })?;
            }
            _ => {}
        }
        self.run.states.push(state);
        self.run.sums.push(self.sum);
        self.carried = horner(self.sum, point, &state[..RATE]);
        self.input = state;
        self.output = state;
        permute(&mut self.output);
        match op.end {
            End::Write(d) => self.digests[d.0 as usize].copy_from_slice(&self.output[..RATE]),
            End::Input(d) => self.digests[d.0 as usize].copy_from_slice(&self.input[..RATE]),
            End::Check(d) if self.digests[d.0 as usize] != self.output[..RATE] => {
                self.refuse(Refusal::Root { row })?;
            }
            End::Nothing | End::Check(_) | End::Left(_) => {}
        }
        Ok(())
    }

    fn queries(&mut self, child: usize) -> Result<(), Refusal> {
        let index = |bits: &Vec<Slot>| {
            bits.iter()
                .rev()
                .try_fold(0, |index, &bit| Ok(2 * index + self.base(bit)?.as_canonical_u32() as usize))
        };
        let indices = self.circuit.queries[child].iter().map(index).collect::<Result<Vec<_>, _>>()?;
        self.hints.queries(child, &indices)
    }

    fn round(&mut self, index: usize) -> Result<(), Refusal> {
        let round = &self.circuit.rounds[index];
        let folded: Vec<_> = round.folded.iter().map(|&s| self.get(s)).collect();
        self.hints.round(round.child, round.round, &folded)
    }
}
