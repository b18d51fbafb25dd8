//! What a stage is proved with: the same tables under two configurations, which differ in the hash of their commitments and transcript.

use core::fmt::Debug;

use p3_air::BaseAir;
use p3_batch_stark::common::{GlobalPreprocessed, PreprocessedInstanceMeta};
use p3_batch_stark::{BatchProof, CommonData, ProverData, StarkInstance, prove_batch, verify_batch};
use p3_bn254::Bn254;
use p3_lookup::{Lookup, Lookups};
use p3_matrix::dense::RowMajorMatrix;
use p3_symmetric::MerkleCap;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zkrom_stark::config::{Config, ProofParams};
use zkrom_stark::field::Val;

use super::LOOKUP_DEGREE;
use crate::outer::{OuterConfig, OuterParams};
use crate::poseidon::RATE;
use crate::tables::Table;

/// A configuration with its parameters: [`ProofParams`] with KoalaBear hashes, which a circuit can verify, or [`OuterParams`] with BN254 hashes.
pub trait Scheme: Copy + Debug + PartialEq + Eq + Send + Sync + 'static {
    /// A commitment.
    type Commitment: Clone + Debug + PartialEq + Eq + Serialize + DeserializeOwned + Send + Sync;
    /// A STARK.
    type Stark: Serialize + DeserializeOwned + Send + Sync;
    /// What the prover keeps of the preprocessed columns.
    type Data: Send + Sync;

    /// The parameters that decide soundness.
    fn params(&self) -> ProofParams;

    /// Commits to the preprocessed columns.
    fn setup(&self, tables: &[Table], log_heights: &[usize]) -> (Self::Data, Self::Commitment);

    /// The packed lookups.
    fn lookups(data: &Self::Data) -> Vec<&[Lookup<Val>]>;

    /// Proves traces.
    ///
    /// # Errors
    ///
    /// What p3's prover refuses.
    fn prove(
        &self,
        data: &Self::Data,
        tables: &[Table],
        traces: &[RowMajorMatrix<Val>],
        public: &[Vec<Val>],
    ) -> Result<Self::Stark, String>;

    /// log2 of the heights a STARK says its tables have.
    fn log_heights(stark: &Self::Stark) -> &[usize];

    /// Verifies a STARK of tables of the given heights and preprocessed columns.
    ///
    /// # Errors
    ///
    /// What p3's verifier refuses.
    fn verify(
        &self,
        tables: &[Table],
        lookups: Vec<Lookups<Val>>,
        log_heights: &[usize],
        preprocessed: &Self::Commitment,
        stark: &Self::Stark,
        public: &[Vec<Val>],
    ) -> Result<(), String>;
}

macro_rules! scheme {
    ($params:ty, $config:ty, $commitment:ty, $proof_params:expr) => {
        impl Scheme for $params {
            type Commitment = $commitment;
            type Stark = BatchProof<$config>;
            type Data = ProverData<$config>;

            fn params(&self) -> ProofParams {
                $proof_params(self)
            }

            fn setup(&self, tables: &[Table], log_heights: &[usize]) -> (Self::Data, Self::Commitment) {
                let data = ProverData::from_airs_and_degrees_with_lookup_budgets(
                    &self.config(),
                    tables,
                    log_heights,
                    &vec![LOOKUP_DEGREE; tables.len()],
                    self.params().log_blowup,
                )
                .expect("committing to tables of valid heights does not fail");
                let preprocessed = data.common.preprocessed.as_ref().expect("all tables are preprocessed");
                let commitment = preprocessed.commitment.clone();
                (data, commitment)
            }

            fn lookups(data: &Self::Data) -> Vec<&[Lookup<Val>]> {
                data.common.lookups.iter().map(|l| &**l).collect()
            }

            fn prove(
                &self,
                data: &Self::Data,
                tables: &[Table],
                traces: &[RowMajorMatrix<Val>],
                public: &[Vec<Val>],
            ) -> Result<Self::Stark, String> {
                let refs: Vec<_> = traces.iter().collect();
                let instances = StarkInstance::new_multiple(tables, &refs, public);
                prove_batch(&self.config(), &instances, data).map_err(|e| format!("{e:?}"))
            }

            fn log_heights(stark: &Self::Stark) -> &[usize] {
                &stark.degree_bits
            }

            fn verify(
                &self,
                tables: &[Table],
                lookups: Vec<Lookups<Val>>,
                log_heights: &[usize],
                preprocessed: &Self::Commitment,
                stark: &Self::Stark,
                public: &[Vec<Val>],
            ) -> Result<(), String> {
                let meta = |(matrix_index, t): (usize, &Table)| {
                    let (width, degree_bits) = (t.preprocessed_width(), log_heights[matrix_index]);
                    Some(PreprocessedInstanceMeta { matrix_index, width, degree_bits })
                };
                let preprocessed = GlobalPreprocessed {
                    commitment: preprocessed.clone(),
                    instances: tables.iter().enumerate().map(meta).collect(),
                    matrix_to_instance: (0..tables.len()).collect(),
                };
                let common = CommonData::new(Some(preprocessed), lookups);
                verify_batch(&self.config(), tables, stark, public, &common).map_err(|e| e.to_string())
            }
        }
    };
}

scheme!(ProofParams, Config, MerkleCap<Val, [Val; RATE]>, |p: &ProofParams| *p);
scheme!(OuterParams, OuterConfig, MerkleCap<Val, [Bn254; 1]>, |p: &OuterParams| p.proof);
