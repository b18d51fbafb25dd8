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
mod last;
mod tree;

pub use files::{StageFile, WrapFile};
pub use last::{Last, Wrapped};
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
    /// log2 of the least height of a table: more than the final polynomial's, and so that tables have few distinct heights, at each of which FRI stops.
    pub least_log_height: usize,
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
        let shrink = |log_blowup, num_queries, log_final_poly_len, least_log_height| Strength {
            params: ProofParams { log_blowup, num_queries, log_final_poly_len, ..ProofParams::STANDARD },
            least_log_height,
        };
        let Strength { params: proof, least_log_height } = shrink(4, 43, 3, 9);
        Self {
            block: ProofParams::STANDARD,
            tree: ProofParams::STANDARD,
            tree_log_heights: LOG_HEIGHTS.to_vec(),
            shrinks: vec![shrink(3, 57, 3, 9), shrink(4, 43, 3, 9)],
            wrap: Strength { params: OuterParams { proof, cap_height: 5 }, least_log_height },
        }
    }

    /// Few queries and no work, for tests. Compress circuits of the smallest shape only have these heights.
    #[must_use]
    pub fn testing() -> Self {
        let shrink = Strength { params: ProofParams::TESTING, least_log_height: 4 };
        Self {
            block: ProofParams::TESTING,
            tree: ProofParams::TESTING,
            tree_log_heights: vec![17, 10, 16, 10],
            shrinks: vec![shrink],
            wrap: Strength {
                params: OuterParams { proof: ProofParams::TESTING, cap_height: 2 },
                least_log_height: 4,
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
