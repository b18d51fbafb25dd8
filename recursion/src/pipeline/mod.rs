//! From a proof of blocks to the last STARK: which stages there are, with which parameters, and running them.
//!
//! ```text
//! block proof ─compress─┐
//!                       ├─join─ .. ─shrink─ .. ─wrap
//! block proof ─compress─┘
//! ```
//!
//! Compress and join proofs have one shape, whatever their circuits, so what follows them is the same for all: the [`Last`] stages, a chain in which each circuit
//! has the key of the one before as a constant. The circuits are functions of the [`Parameters`] and of nothing else.

mod files;
mod keys;
mod last;
mod run;
mod tree;

pub use files::{StageFile, WrapFile};
pub use keys::{KeysError, keys_from_text, keys_to_text, make_keys, standard_keys};
pub use last::{Last, Wrapped};
pub use run::{COMPRESS_FILE, SHRINK_FILE, public_values, wrap_block};
pub use tree::{CompressKey, compress_key, join_key};

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use zkrom_stark::config::ProofParams;

use crate::compress::Exposed;
use crate::outer::OuterParams;
use crate::stage::{LOG_HEIGHTS, ProveError, VerifyError};
use crate::tables::{Layout, TableId};

/// Told that a stage begins (no time) or has ended.
pub type Progress<'a> = dyn FnMut(&str, Option<Duration>) + 'a;

/// Runs a step, between two calls of `progress`.
pub(crate) fn step<T>(progress: &mut Progress<'_>, name: &str, run: impl FnOnce() -> T) -> T {
    progress(name, None);
    let start = Instant::now();
    let out = run();
    progress(name, Some(start.elapsed()));
    out
}

/// How a stage after compress and join is proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength<P> {
    /// Parameters of its STARK.
    pub params: P,
    /// log2 of the least height of each table: more than the final polynomial's, and such that tables have few distinct heights, since FRI stops at each.
    pub least_log_heights: [usize; TableId::ALL.len()],
}

/// Parameters of all stages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameters {
    /// Of the block proofs.
    pub block: ProofParams,
    /// Of compress and join.
    pub tree: ProofParams,
    /// log2 heights of compress and join proofs.
    pub tree_log_heights: Vec<usize>,
    /// Of the shrinks, in order; at least one.
    pub shrinks: Vec<Strength<ProofParams>>,
    /// Of the last STARK.
    pub wrap: Strength<OuterParams>,
}

impl Parameters {
    /// What proofs are made with: every stage has at least 100 bits of proven security (`tests/stages.rs` fails below).
    #[must_use]
    pub fn standard() -> Self {
        let params = |log_blowup, num_queries, log_final_poly_len, query_pow_bits| ProofParams {
            log_blowup,
            num_queries,
            log_final_poly_len,
            query_pow_bits,
            ..ProofParams::STANDARD
        };
        // A try at a proof of work is a permutation over BN254 here, and the other terms have bits to spare at this height.
        let proof = ProofParams {
            commit_pow_bits: 8,
            batch_pow_bits: 12,
            lookup_pow_bits: 12,
            ood_pow_bits: 12,
            ..params(3, 57, 4, 16)
        };
        let outer = OuterParams { proof, cap_height: 6 };
        Self {
            block: ProofParams::STANDARD,
            tree: params(1, 166, 3, 20),
            tree_log_heights: LOG_HEIGHTS.to_vec(),
            shrinks: vec![
                Strength { params: params(3, 55, 3, 20), least_log_heights: [16, 13, 16, 13] },
                Strength { params: params(5, 32, 5, 22), least_log_heights: [15, 14, 14, 14] },
            ],
            wrap: Strength { params: outer, least_log_heights: [14, 13, 13, 13] },
        }
    }

    /// Few queries and no work, for tests. Compress circuits of the smallest shape only have these heights.
    #[must_use]
    pub fn testing() -> Self {
        let shrink = Strength { params: ProofParams::TESTING, least_log_heights: [4; TableId::ALL.len()] };
        Self {
            block: ProofParams::TESTING,
            tree: ProofParams::TESTING,
            tree_log_heights: vec![17, 10, 16, 10],
            shrinks: vec![shrink],
            wrap: Strength {
                params: OuterParams { proof: ProofParams::TESTING, cap_height: 2 },
                least_log_heights: [4; TableId::ALL.len()],
            },
        }
    }

    /// What the AIRs of compress and join need to know.
    #[must_use]
    pub const fn tree_layout() -> Layout {
        Layout { children: 2, public_values: Exposed::BLOCKS.public_values() }
    }
}

/// Why a stage was not made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The circuit refuses the child, or the prover fails.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// A proof given, or made from a dishonest child, is invalid.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// No shape has this number.
    #[error("shape {got} of {expected}")]
    Shape {
        /// Number of shapes.
        expected: usize,
        /// The number.
        got: u8,
    },
    /// An invalid block proof.
    #[error("the block proof is invalid: {0}")]
    Block(String),
    /// A file that could not be written.
    #[error("{0}")]
    File(String),
    /// A key that is not in the set of keys.
    #[error("the child's key is not in the set of keys")]
    Key,
    /// Public values that are no statement.
    #[error("{got} public values, expected {expected}")]
    Public {
        /// As a statement has.
        expected: usize,
        /// The proof's.
        got: usize,
    },
}

impl From<crate::circuit::Refusal> for Error {
    fn from(e: crate::circuit::Refusal) -> Self {
        Self::Prove(e.into())
    }
}

const _: () = assert!(TableId::ALL.len() == LOG_HEIGHTS.len());
