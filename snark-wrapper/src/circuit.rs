//! The wrap circuit: the verifier of the wrap STARK, and the statement its public values make.

use std::collections::BTreeMap;

use p3_batch_stark::BatchProof;
use p3_field::PrimeField32;
use zkrom_recursion::outer::{OuterConfig, OuterParams};
use zkrom_recursion::verifier::ChildAir;
use zkrom_stark::field::Val;

use crate::field::Fr;
use crate::r1cs::{Builder, Failure, Mode, R1cs, Witness};
use crate::statement::{DIGEST, Statement, StatementError, bind};
use crate::verifier::{Hints, Refusal, Verifier, Words, Zeros};

/// The circuit.
#[derive(Debug)]
pub struct WrapCircuit<'a, A> {
    /// The verifier of the wrap STARK.
    pub verifier: Verifier<'a, A>,
    /// The table whose public values are the statement's.
    pub public_table: usize,
    /// The root of the keys a join accepts, canonical integers.
    pub keys_root: [u32; DIGEST],
}

/// A wrap STARK's proof and what it is about.
pub struct Wrapped<'a> {
    /// The proof.
    pub proof: &'a BatchProof<OuterConfig>,
    /// Its public values, table by table.
    pub public: &'a [Vec<Val>],
    /// The program's digest.
    pub program_digest: [u8; 32],
    /// The machine's digest.
    pub machine_digest: [u8; 32],
}

impl core::fmt::Debug for Wrapped<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Wrapped").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Why there is no witness.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrapError {
    /// The proof has another shape.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The public values are no statement.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// There is no table of public values.
    #[error("there are public values of {tables} tables, not of table {table}")]
    Table {
        /// The table whose values are the statement's.
        table: usize,
        /// Tables there are values of.
        tables: usize,
    },
    /// The proof is invalid: a constraint does not hold.
    #[error("constraint {} ({}) does not hold", .0.constraint, .0.part)]
    Invalid(Failure),
}

impl<A: ChildAir> WrapCircuit<'_, A> {
    fn build(
        &self,
        b: &mut Builder,
        hints: &mut impl Hints,
        input: Fr,
        digests: [&[u8; 32]; 2],
    ) -> Result<(), Refusal> {
        let input = b.public_input(input);
        let public = self.verifier.verify(b, hints)?;
        b.part("statement", |b| {
            bind(b, &input, &public[self.public_table], self.keys_root, digests[0], digests[1]);
        });
        Ok(())
    }

    /// The constraints, and how many each part of the circuit has.
    ///
    /// # Panics
    ///
    /// Where the table of public values has other than a statement's.
    #[must_use]
    pub fn constraints(&self) -> (R1cs, BTreeMap<&'static str, usize>) {
        let mut b = Builder::new(Mode::Shape);
        self.build(&mut b, &mut Zeros, Fr::from(0u64), [&[0; 32]; 2]).expect("zeros have every shape");
        let counts = b.counts().clone();
        (b.into_r1cs().0, counts)
    }

    /// The statement of a wrapped proof, not verified.
    ///
    /// # Errors
    ///
    /// Where its public values are none.
    pub fn statement(&self, wrapped: &Wrapped<'_>) -> Result<Statement, WrapError> {
        let (table, tables) = (self.public_table, wrapped.public.len());
        let public = wrapped.public.get(table).ok_or(WrapError::Table { table, tables })?;
        let public: Vec<u32> = public.iter().map(PrimeField32::as_canonical_u32).collect();
        Ok(Statement::from_public(&public, wrapped.program_digest, wrapped.machine_digest)?)
    }

    /// The witness of a proof, whose one public input is that of its statement.
    ///
    /// # Errors
    ///
    /// Where the proof is invalid, or another circuit's.
    pub fn witness(&self, params: OuterParams, wrapped: &Wrapped<'_>) -> Result<Witness, WrapError> {
        let statement = self.statement(wrapped)?;
        let mut words = Words::new(self.verifier.plan, params, wrapped.proof, wrapped.public)?;
        let mut b = Builder::new(Mode::Witness);
        let digests = [&wrapped.program_digest, &wrapped.machine_digest];
        self.build(&mut b, &mut words, statement.public_input(), digests)?;
        match b.failure() {
            Some(f) => Err(WrapError::Invalid(f.clone())),
            None => Ok(b.into_witness()),
        }
    }
}
