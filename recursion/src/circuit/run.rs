//! Running a circuit on hints: every value, or the check that refuses.

use p3_field::{Field, PrimeCharacteristicRing, PrimeField32};
use zkrom_stark::field::{Challenge, Val};

use super::{BITS, Circuit, End, Input, Opening, Side, Slot, Step, Writes};
use crate::poseidon::{RATE, WIDTH, permute};
use crate::quintic::{coefficients, from_coefficients};

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
    #[error("opening row {row} is not the digest it must be")]
    Root {
        /// Row of the opening table.
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
    /// State before the permutation of each sponge row.
    pub sponge: Vec<[Val; WIDTH]>,
    /// State before the permutation of each opening row.
    pub opening: Vec<[Val; WIDTH]>,
    /// Horner sum before each opening row.
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
    run: Run,
    digests: Vec<[Val; RATE]>,
    sponge: [Val; WIDTH],
    opening: [Val; WIDTH],
    sum: Challenge,
}

impl Circuit {
    /// Computes all values.
    ///
    /// # Errors
    ///
    /// The first check that does not hold.
    pub fn run<H: Hints>(&self, hints: &mut H) -> Result<Run, Refusal> {
        let mut slots = vec![Challenge::ZERO; self.slots];
        for &(slot, value) in &self.constants {
            slots[slot.0 as usize] = value;
        }
        let run = Run {
            slots,
            sponge: Vec::with_capacity(self.sponge.len()),
            opening: Vec::with_capacity(self.opening.len()),
            sums: Vec::with_capacity(self.opening.len()),
            points: vec![Challenge::ZERO; self.layout().children],
            public: vec![],
        };
        let mut machine = Machine {
            circuit: self,
            hints,
            run,
            digests: vec![[Val::ZERO; RATE]; self.digests],
            sponge: [Val::ZERO; WIDTH],
            opening: [Val::ZERO; WIDTH],
            sum: Challenge::ZERO,
        };
        for &step in &self.order {
            match step {
                Step::Alu(i) => machine.alu(i)?,
                Step::Lift(i) => machine.lift(i)?,
                Step::Bits(i) => machine.bits(i)?,
                Step::Sponge(i) => machine.sponge(i)?,
                Step::Opening(i) => machine.opening(i)?,
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
        self.run.slots[slot.0 as usize] = value;
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
            Writes::Nothing => return Err(Refusal::Unequal { row }),
        }
        Ok(())
    }

    fn lift(&mut self, row: usize) -> Result<(), Refusal> {
        let op = self.circuit.lift[row];
        let mut value = [Val::ZERO; crate::quintic::D];
        for (v, s) in value.iter_mut().zip(op.from) {
            *v = self.base(s)?;
        }
        self.set(op.to, from_coefficients(&value));
        Ok(())
    }

    fn bits(&mut self, row: usize) -> Result<(), Refusal> {
        let op = self.circuit.bits[row];
        let value = self.base(op.from)?.as_canonical_u32();
        if value & ((1 << op.zeros) - 1) != 0 {
            return Err(Refusal::Work { row, value, zeros: op.zeros });
        }
        for i in 0..BITS {
            self.set(op.to[i], Val::from_u32((value >> i) & 1).into());
        }
        Ok(())
    }

    fn sponge(&mut self, row: usize) -> Result<(), Refusal> {
        let op = &self.circuit.sponge[row];
        let mut state = self.sponge;
        if !op.chained {
            state[RATE..].fill(Val::ZERO);
        }
        if !op.keeps {
            state[..RATE].fill(Val::ZERO);
        }
        for (j, input) in op.inputs.iter().enumerate() {
            state[j] = match *input {
                Input::Read(slot) => self.base(slot)?,
                Input::Hint(slot) => {
                    let value = self.hints.next()?;
                    self.set(slot, value.into());
                    value
                }
            };
        }
        state[RATE] += Val::from_u8(op.tag);
        self.run.sponge.push(state);
        let before = state;
        permute(&mut state);
        self.sponge = state;
        if let Some(first) = op.outputs {
            for j in 0..RATE {
                self.set(Slot(first.0 + j as u32), state[j].into());
            }
        }
        if let Some((digest, side)) = op.digest {
            let from = if side == Side::Input { before } else { state };
            self.digests[digest.0 as usize].copy_from_slice(&from[..RATE]);
        }
        Ok(())
    }

    fn opening(&mut self, row: usize) -> Result<(), Refusal> {
        let op = self.circuit.opening[row];
        let mut state = [Val::ZERO; WIDTH];
        let mut sum = Challenge::ZERO;
        match op.step {
            Opening::Point { child, slot } => {
                self.run.points[child] = self.get(slot);
            }
            Opening::Absorb { fresh, count, expose, again } => {
                if !fresh {
                    state = self.opening;
                    sum = self.sum;
                }
                if again > 0 {
                    state[..count].copy_from_slice(&self.run.opening[row - again][..count]);
                } else {
                    for v in &mut state[..count] {
                        *v = self.hints.next()?;
                    }
                }
                let point = self.run.points[op.child];
                if let Some((k, slot)) = expose {
                    self.set(slot, horner(sum, point, &state[..k]));
                }
                self.sum = horner(sum, point, &state[..RATE]);
            }
            Opening::Merkle { bit, start } => {
                let digest = match start {
                    Some(d) => self.digests[d.0 as usize],
                    None => *self.opening.first_chunk().expect("a state holds a digest"),
                };
                let right = self.base(bit)? == Val::ONE;
                let (own, sibling) = if right { (RATE, 0) } else { (0, RATE) };
                state[own..own + RATE].copy_from_slice(&digest);
                for v in &mut state[sibling..sibling + RATE] {
                    *v = self.hints.next()?;
                }
            }
            Opening::Inject { left } => {
                state[..RATE].copy_from_slice(&self.digests[left.0 as usize]);
                state[RATE..].copy_from_slice(&self.opening[..RATE]);
            }
        }
        self.run.opening.push(state);
        self.run.sums.push(sum);
        permute(&mut state);
        self.opening = state;
        match op.end {
            End::Nothing => {}
            End::Write(d) => self.digests[d.0 as usize].copy_from_slice(&state[..RATE]),
            End::Check(d) if self.digests[d.0 as usize] == state[..RATE] => {}
            End::Check(_) => return Err(Refusal::Root { row }),
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
