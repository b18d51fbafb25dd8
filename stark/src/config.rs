//! The proof system: field, hash, FRI and their parameters.

use p3_challenger::DuplexChallenger;
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_field::Field;
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_koala_bear::{Poseidon2KoalaBear, default_koalabear_poseidon2_16};
use p3_merkle_tree::MerkleTreeMmcs;
use p3_symmetric::{PaddingFreeSponge, TruncatedPermutation};
use p3_uni_stark::StarkConfig;
use serde::{Deserialize, Serialize};

use crate::field::{Challenge, Val};

type Perm = Poseidon2KoalaBear<16>;
type Hash = PaddingFreeSponge<Perm, 16, 8, 8>;
type Compress = TruncatedPermutation<Perm, 2, 8, 16>;
/// Merkle trees over trace rows.
pub type ValMmcs = MerkleTreeMmcs<<Val as Field>::Packing, <Val as Field>::Packing, Hash, Compress, 2, 8>;
/// Merkle trees over extension-field vectors.
pub type ChallengeMmcs = ExtensionMmcs<Val, Challenge, ValMmcs>;
type Dft = Radix2DitParallel<Val>;
/// The polynomial commitment scheme.
pub type Pcs = TwoAdicFriPcs<Val, Dft, ValMmcs, ChallengeMmcs>;
/// The transcript.
pub type Challenger = DuplexChallenger<Val, Perm, 16, 8>;
/// The configuration `p3-batch-stark` is run with.
pub type Config = StarkConfig<Pcs, Challenge, Challenger>;

/// The parameters that decide soundness and proof size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofParams {
    /// log2 of the inverse rate.
    pub log_blowup: usize,
    /// log2 of the final polynomial's length.
    pub log_final_poly_len: usize,
    /// log2 of the greatest folding arity.
    pub max_log_arity: usize,
    /// FRI queries.
    pub num_queries: usize,
    /// Proof-of-work bits before the queries.
    pub query_pow_bits: usize,
    /// Proof-of-work bits before each folding challenge.
    pub commit_pow_bits: usize,
    /// Proof-of-work bits before the opening-batching challenge.
    pub batch_pow_bits: usize,
    /// Proof-of-work bits before the lookup challenges.
    pub lookup_pow_bits: usize,
    /// Proof-of-work bits before the out-of-domain point.
    pub ood_pow_bits: usize,
}

impl ProofParams {
    /// The parameters proofs are made with: at least 100 bits of proven security for every shape, with a margin
    /// of about two (`tests/proofs.rs` fails below 100).
    pub const STANDARD: Self = Self {
        log_blowup: 1,
        log_final_poly_len: 0,
        max_log_arity: 3,
        num_queries: 166,
        query_pow_bits: 20,
        commit_pow_bits: 16,
        batch_pow_bits: 16,
        lookup_pow_bits: 16,
        ood_pow_bits: 16,
    };

    /// Few queries and no work, for tests that prove thousands of times. The verifier of real proofs never takes it.
    pub const TESTING: Self = Self {
        log_blowup: 1,
        log_final_poly_len: 0,
        max_log_arity: 3,
        num_queries: 4,
        query_pow_bits: 0,
        commit_pow_bits: 0,
        batch_pow_bits: 0,
        lookup_pow_bits: 0,
        ood_pow_bits: 0,
    };

    /// The configuration with these parameters.
    #[must_use]
    pub fn config(&self) -> Config {
        let perm = default_koalabear_poseidon2_16();
        let mmcs = ValMmcs::new(Hash::new(perm.clone()), Compress::new(perm.clone()), 0);
        let fri = FriParameters {
            log_blowup: self.log_blowup,
            log_final_poly_len: self.log_final_poly_len,
            max_log_arity: self.max_log_arity,
            num_queries: self.num_queries,
            batch_proof_of_work_bits: self.batch_pow_bits,
            commit_proof_of_work_bits: self.commit_pow_bits,
            query_proof_of_work_bits: self.query_pow_bits,
            mmcs: ChallengeMmcs::new(mmcs.clone()),
        };
        StarkConfig::new(Pcs::new(Dft::default(), mmcs, fri), Challenger::new(perm))
            .with_lookup_proof_of_work_bits(self.lookup_pow_bits)
            .with_ood_proof_of_work_bits(self.ood_pow_bits)
    }
}
