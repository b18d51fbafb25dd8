//! The configuration of the last STARK, which a Groth16 circuit over BN254 verifies.
//!
//! Traces and challenges are those of every other STARK here; what differs is the hash. Merkle trees and the transcript are Poseidon2 over the scalar field of
//! BN254, in which the Groth16 circuit computes, at 252 constraints a permutation where a KoalaBear one would be tens of thousands.
//!
//! * a leaf: rows of one height are packed eight elements a word, each plus one, in base `2^31` ([`Hash`](type@Hash): rate 2, no padding; widths are fixed by the circuit);
//! * a node: the first word of the permutation of `(left, right, 0)`;
//! * a commitment: the `2^cap_height` digests that far below the root, or the leaves of a lower tree, which saves every query's path that many levels and costs a permutation
//!   of the transcript a digest;
//! * the transcript: p3's [`MultiField32Challenger`].

mod constants;
#[cfg(test)]
mod tests;

pub use constants::{FULL_ROUNDS, PARTIAL_ROUNDS, RATE, RoundConstants, WIDTH, round_constants};

use p3_bn254::{Bn254, Poseidon2Bn254};
use p3_challenger::MultiField32Challenger;
use p3_commit::ExtensionMmcs;
use p3_dft::Radix2DitParallel;
use p3_fri::{FriParameters, TwoAdicFriPcs};
use p3_merkle_tree::MerkleTreeMmcs;
use p3_poseidon2::{ExternalLayerConstants, Poseidon2};
use p3_symmetric::{MultiField32PaddingFreeSponge, TruncatedPermutation};
use p3_uni_stark::StarkConfig;
use serde::{Deserialize, Serialize};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::{Challenge, Val};

/// The permutation.
pub type Perm = Poseidon2Bn254<WIDTH>;
/// The hash of a leaf.
pub type Hash = MultiField32PaddingFreeSponge<Val, Bn254, Perm, WIDTH, RATE, 1>;
/// The hash of a node.
pub type Compress = TruncatedPermutation<Perm, 2, 1, WIDTH>;
/// Merkle trees over trace rows.
pub type OuterMmcs = MerkleTreeMmcs<Val, Bn254, Hash, Compress, 2, 1>;
/// Merkle trees over vectors of the challenge field.
pub type OuterChallengeMmcs = ExtensionMmcs<Val, Challenge, OuterMmcs>;
/// The polynomial commitment scheme.
pub type OuterPcs = TwoAdicFriPcs<Val, Radix2DitParallel<Val>, OuterMmcs, OuterChallengeMmcs>;
/// The transcript.
pub type OuterChallenger = MultiField32Challenger<Val, Bn254, Perm, WIDTH, RATE>;
/// The configuration `p3-batch-stark` is run with.
pub type OuterConfig = StarkConfig<OuterPcs, Challenge, OuterChallenger>;

/// The parameters of a STARK with BN254 commitments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OuterParams {
    /// What every STARK has. A [`Child`](crate::verifier::Child) with these has the plan of the outer STARK, too: a plan does not depend on the hash.
    pub proof: ProofParams,
    /// log2 of the number of digests of a commitment, where its tree is as high.
    ///
    /// It may not be greater than the height of the lowest low-degree extension: p3 does not authenticate rows that join a tree above its cap.
    pub cap_height: usize,
}

/// p3's permutation with the constants of the instance.
#[must_use]
pub fn permutation() -> Perm {
    let RoundConstants { initial, internal, terminal } = round_constants();
    Poseidon2::new(ExternalLayerConstants::new(initial, terminal), internal)
}

impl OuterParams {
    /// The trees.
    ///
    /// # Panics
    ///
    /// Never: KoalaBear is smaller than the scalar field of BN254.
    #[must_use]
    pub fn mmcs(&self) -> OuterMmcs {
        let perm = permutation();
        let hash = Hash::new(perm.clone()).expect("KoalaBear elements pack into words of BN254");
        OuterMmcs::new(hash, Compress::new(perm), self.cap_height)
    }

    /// The configuration with these parameters.
    ///
    /// # Panics
    ///
    /// Never: see [`Self::mmcs`].
    #[must_use]
    pub fn config(&self) -> OuterConfig {
        let mmcs = self.mmcs();
        let p = &self.proof;
        let fri = FriParameters {
            log_blowup: p.log_blowup,
            log_final_poly_len: p.log_final_poly_len,
            max_log_arity: p.max_log_arity,
            num_queries: p.num_queries,
            batch_proof_of_work_bits: p.batch_pow_bits,
            commit_proof_of_work_bits: p.commit_pow_bits,
            query_proof_of_work_bits: p.query_pow_bits,
            mmcs: OuterChallengeMmcs::new(mmcs.clone()),
        };
        let challenger = OuterChallenger::new(permutation()).expect("as for the trees");
        StarkConfig::new(OuterPcs::new(Radix2DitParallel::default(), mmcs, fri), challenger)
            .with_lookup_proof_of_work_bits(p.lookup_pow_bits)
            .with_ood_proof_of_work_bits(p.ood_pow_bits)
    }
}
