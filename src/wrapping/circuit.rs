//! The Groth16 circuit for the last STARK of the recursion.

use p3_field::PrimeField32;
use sha2::{Digest, Sha256};
use zkrom_recursion::outer::OuterParams;
use zkrom_recursion::pipeline::Wrapped;
use zkrom_recursion::poseidon::RATE;
use zkrom_recursion::stage::ProvingKey;
use zkrom_recursion::tables::{Table, TableId};
use zkrom_recursion::verifier::{Child, Plan};
use zkrom_snark_wrapper::circuit::{self, WrapCircuit, WrapError};
use zkrom_snark_wrapper::r1cs::Witness;
use zkrom_snark_wrapper::statement::Statement;
use zkrom_snark_wrapper::verifier::{Cap, Verifier};
use zkrom_stark::field::Val;

/// Version of the circuit's construction: what its identity has besides what it is made of.
const VERSION: &[u8] = b"zkrom wrap circuit 1";

/// What the circuit is made of.
#[derive(Debug)]
pub struct Circuit<'a> {
    child: Child<'a, Table>,
    plan: Plan,
    params: OuterParams,
    key: &'a Cap,
    keys_root: [u32; RATE],
}

impl<'a> Circuit<'a> {
    /// The circuit for proofs of `wrap`, whose first stages have keys under `keys_root`.
    #[must_use]
    pub fn new(wrap: &'a ProvingKey<OuterParams>, keys_root: [Val; RATE]) -> Self {
        let child = wrap.as_child();
        let plan = child.plan();
        let keys_root = keys_root.map(|x| x.as_canonical_u32());
        Self { child, plan, params: wrap.scheme(), key: &wrap.verifying.preprocessed, keys_root }
    }

    /// The circuit itself.
    #[must_use]
    pub const fn build(&self) -> WrapCircuit<'_, Table> {
        let cap_height = self.params.cap_height;
        let verifier = Verifier { child: &self.child, plan: &self.plan, cap_height, key: self.key };
        WrapCircuit { verifier, public_table: TableId::Values as usize, keys_root: self.keys_root }
    }

    /// Identity of what the circuit is made of, which is known without making it.
    ///
    /// # Panics
    /// Never: numbers and field elements encode.
    #[must_use]
    pub fn id(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(VERSION);
        hash.update(serde_json::to_vec(&self.params).expect("numbers encode"));
        hash.update(serde_json::to_vec(self.key).expect("field elements encode"));
        self.keys_root.iter().for_each(|x| hash.update(x.to_be_bytes()));
        for i in &self.plan.instances {
            for n in [i.log_height, i.width, i.preprocessed, i.public_values, i.chunks, i.lookups] {
                hash.update((n as u64).to_be_bytes());
            }
        }
        hash.finalize().into()
    }

    /// What a last STARK says, and the witness for it.
    ///
    /// # Errors
    /// Where it is no valid proof.
    pub fn witness(
        &self,
        proof: &Wrapped,
        program_digest: [u8; 32],
        machine_digest: [u8; 32],
    ) -> Result<(Statement, Witness), WrapError> {
        let public = ProvingKey::public_values(proof);
        let wrapped =
            circuit::Wrapped { proof: &proof.stark, public: &public, program_digest, machine_digest };
        let circuit = self.build();
        Ok((circuit.statement(&wrapped)?, circuit.witness(self.params, &wrapped)?))
    }
}
