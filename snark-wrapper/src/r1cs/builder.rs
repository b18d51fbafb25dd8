//! The builder: variables, constraints, and what each part of the circuit costs.

use std::collections::BTreeMap;

use ark_ff::{One, Zero};

use super::{Lc, R1cs};
use crate::field::Fr;

/// What the builder keeps of a circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The matrices and the assignment: for a set-up, an export, or a test.
    Shape,
    /// The assignment and the value of each row: for a proof.
    Witness,
}

/// The first constraint an assignment did not satisfy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Index of the constraint.
    pub constraint: usize,
    /// Part of the circuit it belongs to.
    pub part: &'static str,
}

/// Builds a circuit, or the witness of one.
#[derive(Debug)]
pub struct Builder {
    mode: Mode,
    r1cs: R1cs,
    values: Vec<Fr>,
    rows: [Vec<Fr>; 3],
    num_constraints: usize,
    failure: Option<Failure>,
    failures: BTreeMap<&'static str, usize>,
    part: &'static str,
    counts: BTreeMap<&'static str, usize>,
}

impl Builder {
    /// An empty circuit.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            r1cs: R1cs::default(),
            values: vec![Fr::one()],
            rows: Default::default(),
            num_constraints: 0,
            failure: None,
            failures: BTreeMap::new(),
            part: "other",
            counts: BTreeMap::new(),
        }
    }

    /// A new public input. All of them come before the first witness variable.
    ///
    /// # Panics
    ///
    /// Where a witness variable already exists.
    pub fn public_input(&mut self, value: Fr) -> Lc {
        assert_eq!(
            self.values.len(),
            self.r1cs.num_public + 1,
            "public inputs come before witness variables"
        );
        self.r1cs.num_public += 1;
        self.variable(value)
    }

    /// A new witness variable. It means nothing until a constraint binds it.
    pub fn alloc(&mut self, value: Fr) -> Lc {
        self.variable(value)
    }

    fn variable(&mut self, value: Fr) -> Lc {
        let index = u32::try_from(self.values.len()).expect("fewer than 2^32 variables");
        self.values.push(value);
        let terms = match self.mode {
            Mode::Shape => vec![(index, Fr::one())],
            Mode::Witness => Vec::new(),
        };
        Lc { value, constant: Fr::zero(), fixed: false, terms }
    }

    /// `a * b = c`.
    pub fn enforce(&mut self, a: &Lc, b: &Lc, c: &Lc) {
        if a.value * b.value != c.value {
            self.failure.get_or_insert(Failure { constraint: self.num_constraints, part: self.part });
            *self.failures.entry(self.part).or_default() += 1;
        }
        match self.mode {
            Mode::Shape => self.r1cs.push([a, b, c]),
            Mode::Witness => {
                for (row, lc) in self.rows.iter_mut().zip([a, b, c]) {
                    row.push(lc.value);
                }
            }
        }
        self.num_constraints += 1;
        *self.counts.entry(self.part).or_default() += 1;
    }

    /// `a = 0`.
    pub fn enforce_zero(&mut self, a: &Lc) {
        if a.as_constant().is_some_and(|c| c.is_zero()) {
            return;
        }
        self.enforce(a, &Lc::one(), &Lc::zero());
    }

    /// `a = b`.
    pub fn enforce_equal(&mut self, a: &Lc, b: &Lc) {
        self.enforce_zero(&(a - b));
    }

    /// The product, in a new variable unless a factor is a constant.
    pub fn mul(&mut self, a: &Lc, b: &Lc) -> Lc {
        if let Some(c) = a.as_constant() {
            return b.scale(c);
        }
        if let Some(c) = b.as_constant() {
            return a.scale(c);
        }
        let out = self.alloc(a.value * b.value);
        self.enforce(a, b, &out);
        out
    }

    /// A variable equal to `a`, to keep the rows of what follows short. Costs a constraint, except for
    /// a constant.
    pub fn materialize(&mut self, a: &Lc) -> Lc {
        if a.fixed {
            return a.clone();
        }
        let out = self.alloc(a.value);
        self.enforce(a, &Lc::one(), &out);
        out
    }

    /// Counts the constraints of `f` under `name`.
    pub fn part<R>(&mut self, name: &'static str, f: impl FnOnce(&mut Self) -> R) -> R {
        let outer = core::mem::replace(&mut self.part, name);
        let out = f(self);
        self.part = outer;
        out
    }

    /// Number of constraints by part.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<&'static str, usize> {
        &self.counts
    }

    /// Number of constraints.
    #[must_use]
    pub const fn num_constraints(&self) -> usize {
        self.num_constraints
    }

    /// Number of variables, the leading one and the public inputs included.
    #[must_use]
    pub const fn num_variables(&self) -> usize {
        self.values.len()
    }

    /// The first constraint the assignment breaks.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        self.failure.as_ref()
    }

    /// How many constraints the assignment breaks, by part.
    #[must_use]
    pub const fn failures(&self) -> &BTreeMap<&'static str, usize> {
        &self.failures
    }

    /// The matrices and the assignment `(1, public inputs, witness)`.
    ///
    /// # Panics
    ///
    /// In [`Mode::Witness`].
    #[must_use]
    pub fn into_r1cs(mut self) -> (R1cs, Vec<Fr>) {
        assert_eq!(self.mode, Mode::Shape, "a witness builder keeps no matrices");
        self.r1cs.num_variables = self.values.len();
        (self.r1cs, self.values)
    }

    /// The assignment and the values of the rows of A, B and C.
    ///
    /// # Panics
    ///
    /// In [`Mode::Shape`].
    #[must_use]
    pub fn into_witness(self) -> Witness {
        assert_eq!(self.mode, Mode::Witness, "a shape builder keeps no row values");
        Witness { num_public: self.r1cs.num_public, values: self.values, rows: self.rows }
    }
}

/// What a proof needs of a circuit: the assignment, and each row of A, B and C evaluated at it.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Number of public inputs, the leading one not counted.
    pub num_public: usize,
    /// `(1, public inputs, witness)`.
    pub values: Vec<Fr>,
    /// `A z`, `B z`, `C z`.
    pub rows: [Vec<Fr>; 3],
}
