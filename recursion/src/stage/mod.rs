//! Keys, proofs and verification of a circuit's runs.

mod scheme;

use p3_lookup::{LogUpGadget, Lookup, Lookups};
use serde::{Deserialize, Serialize};
use tracing::info_span;
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::{Challenge, Val};

use crate::circuit::{Circuit, Refusal, Run};
use crate::poseidon::RATE;
use crate::tables::{Layout, Table, TableId, public_values};
use crate::verifier::Child;

pub use scheme::Scheme;

/// Degree up to which messages are packed into one column: what blowup 2 allows.
const LOOKUP_DEGREE: usize = 3;
/// log2 of the least height of a table.
const LEAST_LOG_HEIGHT: usize = 4;
/// log2 heights, in the order of [`TableId::ALL`], that hold every compress circuit and the join circuit at full strength: such proofs differ in their
/// key only, so one join circuit takes all of them.
pub const LOG_HEIGHTS: [usize; TableId::ALL.len()] = [18, 14, 18, 14];

/// What the verifier of a circuit's proofs needs: with the AIRs, which its layout gives, it fixes the circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct VerifyingKey<S: Scheme = ProofParams> {
    /// Children: 1 or 2.
    pub children: usize,
    /// Public values, the Horner points not counted.
    pub public_values: usize,
    /// log2 heights of the tables.
    pub log_heights: Vec<usize>,
    /// The commitment to the wiring.
    pub preprocessed: S::Commitment,
}

/// A proof of a run.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct StageProof<S: Scheme = ProofParams> {
    /// Public values.
    pub public: Vec<Val>,
    /// The Horner points of the children, which are public values of the hash table and mean nothing outside.
    pub points: Vec<Challenge>,
    /// The proof.
    pub stark: S::Stark,
}

impl<S: Scheme> core::fmt::Debug for StageProof<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("StageProof").field("public", &self.public).finish_non_exhaustive()
    }
}

/// Why a proof was not made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The circuit refuses the children.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// p3's prover refused.
    #[error("the prover failed: {0}")]
    Prover(String),
}

/// Why a proof is refused.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A key of no circuit.
    #[error("the key is of no circuit: {0}")]
    Key(&'static str),
    /// Wrong heights.
    #[error("tables of log heights {got:?}, the key has {expected:?}")]
    Heights {
        /// The key's.
        expected: Vec<usize>,
        /// The proof's.
        got: Vec<usize>,
    },
    /// A wrong number of public values or points.
    #[error("{got} public values and points, the key has {expected}")]
    Public {
        /// The key's.
        expected: usize,
        /// The proof's.
        got: usize,
    },
    /// p3's verifier refused.
    #[error("the STARK is invalid: {0}")]
    Stark(String),
}

/// The packed lookups of the tables.
#[must_use]
pub fn packed_lookups(tables: &[Table]) -> Vec<Lookups<Val>> {
    let gadget = LogUpGadget::new();
    tables
        .iter()
        .map(|t| Lookups::from_air::<Challenge, Table>(t).pack_same_bus(&gadget, LOOKUP_DEGREE))
        .collect()
}

impl<S: Scheme> VerifyingKey<S> {
    /// What its AIRs need to know.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        Layout { children: self.children, public_values: self.public_values }
    }

    /// Verifies a proof; what its public values mean is the caller's to know.
    ///
    /// # Errors
    ///
    /// Why the proof is refused.
    pub fn verify(&self, proof: &StageProof<S>, scheme: S) -> Result<(), VerifyError> {
        if !(1..=2).contains(&self.children) {
            return Err(VerifyError::Key("children"));
        }
        if self.log_heights.len() != TableId::ALL.len() || self.log_heights.iter().any(|&h| h > 23) {
            return Err(VerifyError::Key("heights"));
        }
        let got = S::log_heights(&proof.stark);
        if got != self.log_heights {
            return Err(VerifyError::Heights { expected: self.log_heights.clone(), got: got.to_vec() });
        }
        if proof.public.len() != self.public_values || proof.points.len() != self.children {
            let expected = self.public_values + self.children;
            return Err(VerifyError::Public { expected, got: proof.public.len() + proof.points.len() });
        }
        let tables = Table::all(self.layout());
        let public = public_values(&proof.public, &proof.points);
        let lookups = packed_lookups(&tables);
        scheme
            .verify(&tables, lookups, &self.log_heights, &self.preprocessed, &proof.stark, &public)
            .map_err(VerifyError::Stark)
    }
}

/// What proving a circuit's runs needs.
pub struct ProvingKey<S: Scheme = ProofParams> {
    /// The circuit.
    pub circuit: Circuit,
    /// Its tables.
    pub tables: Vec<Table>,
    /// What the verifier needs.
    pub verifying: VerifyingKey<S>,
    data: S::Data,
    scheme: S,
}

impl<S: Scheme> core::fmt::Debug for ProvingKey<S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ProvingKey").field("verifying", &self.verifying).finish_non_exhaustive()
    }
}

impl ProvingKey {
    /// The preprocessed commitment's digest.
    pub fn digest(&self) -> [Val; RATE] {
        self.verifying.preprocessed.roots()[0]
    }

    /// Public values of a proof, table by table.
    #[must_use]
    pub fn public_values(proof: &StageProof) -> Vec<Vec<Val>> {
        public_values(&proof.public, &proof.points)
    }
}

impl<S: Scheme> ProvingKey<S> {
    /// The key of a circuit, with the least heights that hold it.
    ///
    /// # Panics
    ///
    /// Where the circuit is too large for the field's two-adicity.
    #[must_use]
    pub fn new(circuit: Circuit, scheme: S) -> Self {
        let log_heights = circuit.log_heights(LEAST_LOG_HEIGHT);
        Self::with_heights(circuit, scheme, &log_heights)
    }

    /// The key of a circuit, with the given heights.
    ///
    /// # Panics
    ///
    /// Where the heights do not hold the circuit.
    #[must_use]
    pub fn with_heights(circuit: Circuit, scheme: S, log_heights: &[usize]) -> Self {
        let _span = info_span!("recursion key").entered();
        let needed = circuit.log_heights(LEAST_LOG_HEIGHT);
        let holds = needed.iter().zip(log_heights).all(|(n, h)| n <= h);
        assert!(holds, "heights {log_heights:?} do not hold a circuit of {needed:?}");
        let log_heights = log_heights.to_vec();
        let tables = Table::of(&circuit, &log_heights);
        let (data, preprocessed) = scheme.setup(&tables, &log_heights);
        let Layout { children, public_values } = circuit.layout();
        let verifying = VerifyingKey { children, public_values, log_heights, preprocessed };
        Self { circuit, tables, verifying, data, scheme }
    }

    /// The packed lookups of the tables.
    #[must_use]
    pub fn lookups(&self) -> Vec<&[Lookup<Val>]> {
        S::lookups(&self.data)
    }

    /// What its proofs are made with.
    #[must_use]
    pub const fn scheme(&self) -> S {
        self.scheme
    }

    /// This circuit's proofs as children of another.
    #[must_use]
    pub fn as_child(&self) -> Child<'_, Table> {
        Child {
            airs: &self.tables,
            lookups: self.lookups(),
            log_heights: self.verifying.log_heights.clone(),
            params: self.scheme.params(),
        }
    }

    /// Proves a run.
    ///
    /// # Errors
    ///
    /// Where p3's prover refuses. It does not check the run: a dishonest one yields a proof that the verifier refuses.
    pub fn prove(&self, run: &Run) -> Result<StageProof<S>, ProveError> {
        let span = info_span!("recursion traces").entered();
        let traces: Vec<_> = TableId::ALL
            .iter()
            .zip(&self.verifying.log_heights)
            .map(|(id, &h)| id.trace(&self.circuit, run, 1 << h))
            .collect();
        drop(span);
        let public = public_values(&run.public, &run.points);
        let stark =
            self.scheme.prove(&self.data, &self.tables, &traces, &public).map_err(ProveError::Prover)?;
        Ok(StageProof { public: run.public.clone(), points: run.points.clone(), stark })
    }
}
