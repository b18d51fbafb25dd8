//! Shrinks and wrap.

use super::tree::tree_child;
use super::{Error, Parameters, Progress, step};
use crate::compress::Exposed;
use crate::keys::KeySet;
use crate::outer::OuterParams;
use crate::poseidon::RATE;
use crate::shrink;
use crate::stage::{ProvingKey, Scheme, StageProof, VerifyError, packed_lookups};
use crate::tables::Table;
use crate::verifier::{Child, Plan, Proof, Words};
use zkrom_stark::field::Val;

/// The stages after compress and join, ready to prove.
#[derive(Debug)]
pub struct Last {
    parameters: Parameters,
    /// What each stage's child's verifier does.
    plans: Vec<Plan>,
    /// The shrinks.
    pub shrinks: Vec<ProvingKey>,
    /// The wrap.
    pub wrap: ProvingKey<OuterParams>,
}

/// A last STARK.
pub type Wrapped = StageProof<OuterParams>;

impl Last {
    /// Makes the keys.
    ///
    /// # Panics
    ///
    /// Where the parameters have no shrink, or tables too short for their final polynomials.
    #[must_use]
    pub fn new(parameters: &Parameters, progress: &mut Progress<'_>) -> Self {
        let tables = Table::all(Parameters::tree_layout());
        let lookups = packed_lookups(&tables);
        let child = tree_child(&tables, &lookups, parameters);
        let mut plans = vec![child.plan()];
        let mut shrinks: Vec<ProvingKey> = Vec::new();
        for (i, strength) in parameters.shrinks.iter().enumerate() {
            let key = step(progress, &format!("shrink {} key", i + 1), || {
                let circuit = match shrinks.last() {
                    None => shrink::first(&child, &plans[0]),
                    Some(before) => shrink::next(&before.as_child(), &plans[i], &before.digest()),
                };
                let log_heights = circuit.log_heights_from(&strength.least_log_heights);
                ProvingKey::with_heights(circuit, strength.params, &log_heights)
            });
            plans.push(key.as_child().plan());
            shrinks.push(key);
        }
        let before = shrinks.last().expect("at least one shrink");
        let wrap = step(progress, "wrap key", || {
            let circuit = shrink::next(&before.as_child(), &plans[shrinks.len()], &before.digest());
            let log_heights = circuit.log_heights_from(&parameters.wrap.least_log_heights);
            ProvingKey::with_heights(circuit, parameters.wrap.params, &log_heights)
        });
        Self { parameters: parameters.clone(), plans, shrinks, wrap }
    }

    /// The last STARK as a child: what a circuit that verifies it is made from.
    #[must_use]
    pub fn wrap_child(&self) -> Child<'_, Table> {
        self.wrap.as_child()
    }

    /// The key of the last shrink: a constant of the wrap's circuit.
    ///
    /// # Panics
    ///
    /// Never: there is at least one shrink.
    pub fn shrink_key(&self) -> [Val; RATE] {
        self.shrinks.last().expect("at least one shrink").digest()
    }

    /// Verifies a proof of the last shrink; what it says is the caller's to compare.
    ///
    /// # Errors
    ///
    /// Why it is refused.
    ///
    /// # Panics
    ///
    /// Never: there is at least one shrink.
    pub fn verify_shrunk(&self, proof: &StageProof) -> Result<(), VerifyError> {
        let key = self.shrinks.last().expect("at least one shrink");
        key.verifying.verify(proof, key.scheme())
    }

    /// Shrinks a proof of compress or join, whose key is `key`.
    ///
    /// # Errors
    ///
    /// Where a circuit refuses its child.
    pub fn shrink(
        &self,
        proof: &StageProof,
        key: &[Val; RATE],
        keys: &KeySet,
        progress: &mut Progress<'_>,
    ) -> Result<StageProof, Error> {
        if keys.index(key).is_none() {
            return Err(Error::Key);
        }
        let expected = Exposed::BLOCKS.public_values();
        if proof.public.len() != expected {
            return Err(Error::Public { expected, got: proof.public.len() });
        }
        let words = shrink::words(keys, key);
        let mut last: StageProof = self.prove(0, &self.shrinks[0], words, proof, key, progress)?;
        for i in 1..self.shrinks.len() {
            let key = self.shrinks[i - 1].digest();
            last = self.prove(i, &self.shrinks[i], vec![], &last, &key, progress)?;
        }
        Ok(last)
    }

    /// Proves the last STARK on the last shrink's proof.
    ///
    /// # Errors
    ///
    /// Where the circuit refuses it.
    pub fn wrap(&self, shrunk: &StageProof, progress: &mut Progress<'_>) -> Result<Wrapped, Error> {
        let n = self.shrinks.len();
        let proof = self.prove(n, &self.wrap, vec![], shrunk, &self.shrink_key(), progress)?;
        self.wrap.verifying.verify(&proof, self.parameters.wrap.params)?;
        Ok(proof)
    }

    fn prove<S: Scheme>(
        &self,
        index: usize,
        key: &ProvingKey<S>,
        first: Vec<Val>,
        child: &StageProof,
        child_key: &[Val; RATE],
        progress: &mut Progress<'_>,
    ) -> Result<StageProof<S>, Error> {
        let public = ProvingKey::public_values(child);
        let commitment = vec![*child_key].into();
        let child =
            Proof { plan: &self.plans[index], proof: &child.stark, key: &commitment, public: &public };
        let name =
            if index < self.shrinks.len() { format!("shrink {}", index + 1) } else { "wrap".to_owned() };
        let run = step(progress, &format!("{name} run"), || {
            key.circuit.run(&mut Words::after(first, vec![child]))
        })?;
        Ok(step(progress, &name, || key.prove(&run))?)
    }
}
