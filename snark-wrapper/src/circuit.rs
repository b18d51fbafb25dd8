//! The circuit of the last step: the wrap STARK's verifier, whose public values are bound to the one public input.

use p3_field::PrimeField32;
use sha2::{Digest, Sha256};
use zkrom_recursion::outer::OuterParams;
use zkrom_recursion::pipeline::Wrapped;
use zkrom_recursion::stage::ProvingKey;
use zkrom_recursion::tables::{Table, TableId};
use zkrom_recursion::verifier::{Child, Plan};
use zkrom_stark::field::Val;

use crate::field::Fr;
use crate::r1cs::{Builder, Failure, Mode, Witness};
use crate::statement::{DIGEST, Statement, StatementError, bind};
use crate::verifier::{Cap, Hints, Refusal, Verifier, Words, Zeros};

/// Version of the circuit's construction: what its identity has besides what it is made of.
const VERSION: &[u8] = b"zkrom wrap circuit 1";

/// The circuit; it depends on the wrap STARK's key, its parameters and the root of the keys, and on nothing else.
pub struct Circuit<'a> {
    child: Child<'a, Table>,
    plan: Plan,
    params: OuterParams,
    key: &'a Cap,
    keys_root: [u32; DIGEST],
}

impl core::fmt::Debug for Circuit<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Circuit").field("keys_root", &self.keys_root).finish_non_exhaustive()
    }
}

/// Why a wrap proof has no witness.
#[derive(Debug, thiserror::Error)]
pub enum CircuitError {
    /// It is not of the shape that the circuit verifies.
    #[error("the wrap proof is refused: {0}")]
    Refused(#[from] Refusal),
    /// Its public values are no statement.
    #[error("the wrap proof says nothing: {0}")]
    Statement(#[from] StatementError),
    /// It breaks a constraint.
    #[error("the wrap proof is invalid: constraint {} ({}) does not hold", .0.constraint, .0.part)]
    Invalid(Failure),
}

impl<'a> Circuit<'a> {
    /// The circuit for proofs of `wrap`, whose first stages have keys under `keys_root`.
    #[must_use]
    pub fn new(wrap: &'a ProvingKey<OuterParams>, keys_root: [Val; DIGEST]) -> Self {
        let child = wrap.as_child();
        let plan = child.plan();
        let keys_root = keys_root.map(|x| x.as_canonical_u32());
        Self { child, plan, params: wrap.scheme(), key: &wrap.verifying.preprocessed, keys_root }
    }

    /// Identity of what the circuit is made of, which is quickly known: that of the matrices is [`R1cs::digest`](crate::r1cs::R1cs::digest).
    ///
    /// # Panics
    ///
    /// Never: field elements encode.
    #[must_use]
    pub fn id(&self) -> [u8; 32] {
        let plan = &self.plan;
        let params = postcard::to_allocvec(&self.params).expect("numbers encode");
        let key = postcard::to_allocvec(self.key).expect("field elements encode");
        let mut hash = Sha256::new();
        hash.update(VERSION);
        hash.update(params);
        hash.update(key);
        self.keys_root.iter().for_each(|x| hash.update(x.to_be_bytes()));
        for instance in &plan.instances {
            let numbers = [
                instance.log_height,
                instance.width,
                instance.preprocessed,
                instance.public_values,
                instance.chunks,
                instance.lookups,
            ];
            numbers.iter().for_each(|&n| hash.update((n as u64).to_be_bytes()));
        }
        hash.finalize().into()
    }

    fn build(
        &self,
        mode: Mode,
        hints: &mut impl Hints,
        input: Fr,
        digests: [&[u8; 32]; 2],
    ) -> Result<Builder, Refusal> {
        let mut b = Builder::new(mode);
        let input = b.public_input(input);
        let verifier = Verifier {
            child: &self.child,
            plan: &self.plan,
            cap_height: self.params.cap_height,
            key: self.key,
        };
        let public = verifier.verify(&mut b, hints)?;
        let [program, machine] = digests;
        let values = &public[TableId::Values as usize];
        b.part("statement", |b| bind(b, &input, values, self.keys_root, program, machine));
        Ok(b)
    }

    /// Its matrices, with constraints counted by part. The assignment means nothing.
    ///
    /// # Panics
    ///
    /// Never: zeros have every shape.
    #[must_use]
    pub fn shape(&self) -> Builder {
        self.build(Mode::Shape, &mut Zeros, Fr::from(0u64), [&[0; 32]; 2]).expect("zeros have every shape")
    }

    /// What a wrap proof says, and the witness for it.
    ///
    /// # Errors
    ///
    /// Where it is not a valid proof.
    pub fn witness(
        &self,
        proof: &Wrapped,
        program_digest: [u8; 32],
        machine_digest: [u8; 32],
    ) -> Result<(Statement, Witness), CircuitError> {
        let public: Vec<u32> = proof.public.iter().map(Val::as_canonical_u32).collect();
        let statement = Statement::from_public(&public, program_digest, machine_digest)?;
        let by_table = ProvingKey::public_values(proof);
        let mut words = Words::new(&self.plan, self.params, &proof.stark, &by_table)?;
        let input = statement.public_input();
        let builder = self.build(Mode::Witness, &mut words, input, [&program_digest, &machine_digest])?;
        match builder.failure() {
            Some(failure) => Err(CircuitError::Invalid(failure.clone())),
            None => Ok((statement, builder.into_witness())),
        }
    }
}
