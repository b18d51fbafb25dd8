//! Keys, proofs and verification of a circuit's runs.

use p3_air::BaseAir;
use p3_batch_stark::common::{GlobalPreprocessed, PreprocessedInstanceMeta};
use p3_batch_stark::{BatchProof, CommonData, ProverData, StarkInstance, prove_batch, verify_batch};

use p3_lookup::{LogUpGadget, Lookup, Lookups};
use p3_symmetric::MerkleCap;
use serde::{Deserialize, Serialize};
use tracing::info_span;
use zkrom_stark::config::{Config, ProofParams};
use zkrom_stark::field::{Challenge, Val};

use crate::circuit::{Circuit, Refusal, Run};
use crate::poseidon::RATE;
use crate::quintic::coefficients;
use crate::tables::{Layout, Table, TableId};
use crate::verifier::Child;

/// Degree up to which messages are packed into one column: what blowup 2 allows.
const LOOKUP_DEGREE: usize = 3;
/// log2 of the least height of a table.
const LEAST_LOG_HEIGHT: usize = 4;
/// log2 heights, in the order of [`TableId::ALL`], that hold every compress circuit and the join circuit at full strength: such proofs differ in their
/// key only, so one join circuit takes all of them.
pub const LOG_HEIGHTS: [usize; 7] = [18, 15, 14, 14, 18, 9, 4];

/// A commitment to preprocessed columns.
pub type Commitment = MerkleCap<Val, [Val; RATE]>;

/// What the verifier of a circuit's proofs needs: with the AIRs, which its layout gives, it fixes the circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyingKey {
    /// Children: 1 or 2.
    pub children: usize,
    /// Public values, the Horner points not counted.
    pub public_values: usize,
    /// log2 heights of the tables.
    pub log_heights: Vec<usize>,
    /// The commitment to the wiring.
    pub preprocessed: Commitment,
}

/// A proof of a run.
#[derive(Serialize, Deserialize)]
#[serde(bound = "")]
pub struct StageProof {
    /// Public values.
    pub public: Vec<Val>,
    /// The Horner points of the children, which are public values of the opening table and mean nothing outside.
    pub points: Vec<Challenge>,
    /// The proof.
    pub stark: BatchProof<Config>,
}

impl core::fmt::Debug for StageProof {
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

/// Public values table by table.
fn public_values(public: &[Val], points: &[Challenge]) -> Vec<Vec<Val>> {
    TableId::ALL
        .iter()
        .map(|id| match id {
            TableId::Public => public.to_vec(),
            TableId::Opening => points.iter().flat_map(coefficients).collect(),
            _ => vec![],
        })
        .collect()
}

impl VerifyingKey {
    /// What its AIRs need to know.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        Layout { children: self.children, public_values: self.public_values }
    }

    fn common_data(&self, tables: &[Table], lookups: Vec<Lookups<Val>>) -> CommonData<Config> {
        let meta = |(i, t): (usize, &Table)| {
            let degree_bits = self.log_heights[i];
            Some(PreprocessedInstanceMeta { matrix_index: i, width: t.preprocessed_width(), degree_bits })
        };
        let preprocessed = GlobalPreprocessed {
            commitment: self.preprocessed.clone(),
            instances: tables.iter().enumerate().map(meta).collect(),
            matrix_to_instance: (0..tables.len()).collect(),
        };
        CommonData::new(Some(preprocessed), lookups)
    }

    /// Verifies a proof; what its public values mean is the caller's to know.
    ///
    /// # Errors
    ///
    /// Why the proof is refused.
    pub fn verify(&self, proof: &StageProof, params: ProofParams) -> Result<(), VerifyError> {
        if !(1..=2).contains(&self.children) {
            return Err(VerifyError::Key("children"));
        }
        if self.log_heights.len() != TableId::ALL.len() || self.log_heights.iter().any(|&h| h > 23) {
            return Err(VerifyError::Key("heights"));
        }
        if proof.stark.degree_bits != self.log_heights {
            let (expected, got) = (self.log_heights.clone(), proof.stark.degree_bits.clone());
            return Err(VerifyError::Heights { expected, got });
        }
        if proof.public.len() != self.public_values || proof.points.len() != self.children {
            let expected = self.public_values + self.children;
            return Err(VerifyError::Public { expected, got: proof.public.len() + proof.points.len() });
        }
        let tables = Table::all(self.layout());
        let common = self.common_data(&tables, packed_lookups(&tables));
        let public = public_values(&proof.public, &proof.points);
        verify_batch(&params.config(), &tables, &proof.stark, &public, &common)
            .map_err(|e| VerifyError::Stark(e.to_string()))
    }
}

/// What proving a circuit's runs needs.
pub struct ProvingKey {
    /// The circuit.
    pub circuit: Circuit,
    /// Its tables.
    pub tables: Vec<Table>,
    /// What the verifier needs.
    pub verifying: VerifyingKey,
    data: ProverData<Config>,
    params: ProofParams,
}

impl core::fmt::Debug for ProvingKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ProvingKey").field("verifying", &self.verifying).finish_non_exhaustive()
    }
}

impl ProvingKey {
    /// The key of a circuit, with the least heights that hold it.
    ///
    /// # Panics
    ///
    /// Where the circuit is too large for the field's two-adicity.
    #[must_use]
    pub fn new(circuit: Circuit, params: ProofParams) -> Self {
        let log_heights = circuit.log_heights(LEAST_LOG_HEIGHT);
        Self::with_heights(circuit, params, &log_heights)
    }

    /// The key of a circuit, with the given heights.
    ///
    /// # Panics
    ///
    /// Where the heights do not hold the circuit.
    #[must_use]
    pub fn with_heights(circuit: Circuit, params: ProofParams, log_heights: &[usize]) -> Self {
        let _span = info_span!("recursion key").entered();
        let needed = circuit.log_heights(LEAST_LOG_HEIGHT);
        let holds = needed.iter().zip(log_heights).all(|(n, h)| n <= h);
        assert!(holds, "heights {log_heights:?} do not hold a circuit of {needed:?}");
        let log_heights = log_heights.to_vec();
        let tables = Table::of(&circuit, &log_heights);
        let data = ProverData::from_airs_and_degrees_with_lookup_budgets(
            &params.config(),
            &tables,
            &log_heights,
            &vec![LOOKUP_DEGREE; tables.len()],
            params.log_blowup,
        )
        .expect("committing to tables of valid heights does not fail");
        let preprocessed =
            data.common.preprocessed.as_ref().expect("all tables are preprocessed").commitment.clone();
        let Layout { children, public_values } = circuit.layout();
        let verifying = VerifyingKey { children, public_values, log_heights, preprocessed };
        Self { circuit, tables, verifying, data, params }
    }

    /// The packed lookups of the tables.
    #[must_use]
    pub fn lookups(&self) -> Vec<&[Lookup<Val>]> {
        self.data.common.lookups.iter().map(|l| &**l).collect()
    }

    /// The preprocessed commitment's digest.
    pub fn digest(&self) -> [Val; RATE] {
        self.verifying.preprocessed.roots()[0]
    }

    /// This circuit's proofs as children of another.
    #[must_use]
    pub fn as_child(&self) -> Child<'_, Table> {
        Child {
            airs: &self.tables,
            lookups: self.lookups(),
            log_heights: self.verifying.log_heights.clone(),
            params: self.params,
        }
    }

    /// Public values of a proof, table by table.
    #[must_use]
    pub fn public_values(proof: &StageProof) -> Vec<Vec<Val>> {
        public_values(&proof.public, &proof.points)
    }

    /// Proves a run.
    ///
    /// # Errors
    ///
    /// Where p3's prover refuses. It does not check the run: a dishonest one yields a proof that the verifier refuses.
    pub fn prove(&self, run: &Run) -> Result<StageProof, ProveError> {
        let span = info_span!("recursion traces").entered();
        let traces: Vec<_> = TableId::ALL
            .iter()
            .zip(&self.verifying.log_heights)
            .map(|(id, &h)| id.trace(&self.circuit, run, 1 << h))
            .collect();
        drop(span);
        let refs: Vec<_> = traces.iter().collect();
        let public = public_values(&run.public, &run.points);
        let instances = StarkInstance::new_multiple(&self.tables, &refs, &public);
        let stark = prove_batch(&self.params.config(), &instances, &self.data)
            .map_err(|e| ProveError::Prover(format!("{e:?}")))?;
        Ok(StageProof { public: run.public.clone(), points: run.points.clone(), stark })
    }
}
