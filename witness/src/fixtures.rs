//! Blockchain tests of the consensus test suites (`blockchain_tests` of execution-spec-tests, `BlockchainTests` of
//! ethereum/tests): reading them, replaying them through the witness builder, and judging the verdicts.

mod archive;
mod reason;

use alloy_primitives::{B256, Bytes, U256, keccak256};
use serde::Deserialize;
use thiserror::Error;

pub use self::{
    archive::{ArchiveFiles, ReadProgress},
    reason::exceptions,
};
use crate::{
    alloc::Alloc,
    builder::{BuildError, Built, FullState},
    fork::{ChainConfig, ForkError},
};

/// One test case: a genesis and blocks on top of it.
#[derive(Debug, Clone)]
pub struct FixtureCase {
    /// The file inside the suite.
    pub file: String,
    /// The case's name inside the file.
    pub name: String,
    /// A fork or a transition between two.
    pub network: String,
    /// The chain id.
    pub chain_id: u64,
    /// RLP of the genesis block.
    pub genesis: Bytes,
    /// The genesis state.
    pub pre: Alloc,
    /// The blocks, in the order of import.
    pub blocks: Vec<FixtureBlock>,
    /// Hash of the head in the end.
    pub last_block_hash: B256,
}

/// One block of a test case.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FixtureBlock {
    /// The block's RLP.
    pub rlp: Bytes,
    /// The exceptions of which one is expected, joined by `|`; `None` if the block is valid.
    pub expect_exception: Option<String>,
}

/// A block of a case after its replay.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// The block, its witness and the oracle's verdict.
    pub built: Built,
    /// What the case expects; `None` if the block is valid.
    pub expect_exception: Option<String>,
}

/// A fixture that cannot be read, or whose replay does not give what it says.
#[derive(Debug, Error)]
pub enum FixtureError {
    /// The archive cannot be read.
    #[error("archive {path}: {reason}")]
    Archive {
        /// The archive.
        path: String,
        /// What went wrong.
        reason: String,
    },
    /// A file is not a fixture of the known shape.
    #[error("{file}: {source}")]
    Json {
        /// The file inside the suite.
        file: String,
        /// What is wrong and where.
        source: serde_json::Error,
    },
    /// The genesis is not canonical RLP.
    #[error("genesis: {0}")]
    Genesis(#[from] crate::rlp::RlpError),
    /// The genesis state does not have the root its header says.
    #[error("genesis state root: expected {expected}, got {got}")]
    GenesisRoot {
        /// Root in the genesis header.
        expected: B256,
        /// Root of the state.
        got: B256,
    },
    /// The witness of a block cannot be built.
    #[error("block {index}: {source}")]
    Build {
        /// The block's index in the case.
        index: usize,
        /// The reason.
        source: BuildError,
    },
    /// A valid block is refused, an invalid one accepted, or refused for another reason.
    #[error("block {index}: expected {expected}, got {got}")]
    Verdict {
        /// The block's index in the case.
        index: usize,
        /// What the case says.
        expected: String,
        /// What the oracle says.
        got: String,
    },
    /// Another block is the head in the end.
    #[error("last block: expected {expected}, got {got}")]
    LastBlock {
        /// The hash in the case.
        expected: B256,
        /// The hash of the last valid block.
        got: B256,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawCase {
    network: String,
    #[serde(rename = "genesisRLP")]
    genesis: Bytes,
    pre: Alloc,
    blocks: Vec<FixtureBlock>,
    #[serde(rename = "lastblockhash")]
    last_block_hash: B256,
    #[serde(default)]
    config: RawConfig,
}

#[derive(Deserialize, Default)]
struct RawConfig {
    chainid: Option<U256>,
}

impl FixtureCase {
    /// The cases of one JSON file, by name.
    pub fn read(file: &str, json: &[u8]) -> Result<Vec<Self>, FixtureError> {
        let fail = |source| FixtureError::Json { file: file.into(), source };
        let raw: std::collections::BTreeMap<String, serde_json::Value> =
            serde_json::from_slice(json).map_err(fail)?;
        let cases = raw.into_iter().filter(|(_, value)| value.get("genesisRLP").is_some());
        cases
            .map(|(name, value)| Ok(Self::new(file, name, serde_json::from_value(value).map_err(fail)?)))
            .collect()
    }

    fn new(file: &str, name: String, raw: RawCase) -> Self {
        Self {
            file: file.into(),
            name,
            network: raw.network,
            chain_id: raw.config.chainid.map_or(1, |id| id.saturating_to()),
            genesis: raw.genesis,
            pre: raw.pre,
            blocks: raw.blocks,
            last_block_hash: raw.last_block_hash,
        }
    }

    /// The fork schedule; an error names a network from before Paris.
    pub fn config(&self) -> Result<ChainConfig, ForkError> {
        ChainConfig::fixture(&self.network, self.chain_id)
    }

    /// Replays the blocks: each with its witness and the oracle's verdict, checked against what the case expects.
    pub fn replay(&self, config: &ChainConfig) -> Result<Vec<Replayed>, FixtureError> {
        let mut state = FullState::default();
        let got = state.add_alloc(&self.pre);
        let rlp = crate::rlp::Item::whole(&self.genesis, "genesis")?.first_element("genesis")?.raw;
        let genesis = state.add_header(Bytes::copy_from_slice(rlp))?;
        if genesis.state_root != got {
            return Err(FixtureError::GenesisRoot { expected: genesis.state_root, got });
        }
        let mut replayed = Vec::new();
        let mut valid = std::collections::BTreeSet::from([keccak256(rlp)]);
        for (index, block) in self.blocks.iter().enumerate() {
            let built = state
                .build(block.rlp.clone(), &self.network, config)
                .map_err(|source| FixtureError::Build { index, source })?;
            judge(index, block.expect_exception.as_deref(), &built)?;
            if let Ok(outcome) = &built.verdict {
                valid.insert(outcome.hash);
            }
            replayed.push(Replayed { built, expect_exception: block.expect_exception.clone() });
        }
        // With side chains the head need not be the last block imported, but it is one of the valid ones.
        if !valid.contains(&self.last_block_hash) {
            let got = valid.last().copied().unwrap_or_default();
            return Err(FixtureError::LastBlock { expected: self.last_block_hash, got });
        }
        Ok(replayed)
    }
}

/// Compares a verdict with what a case expects.
fn judge(index: usize, expect: Option<&str>, built: &Built) -> Result<(), FixtureError> {
    let (expected, got) = match (expect, &built.verdict) {
        (None, Ok(_)) => return Ok(()),
        (None, Err(error)) => ("a valid block".into(), error.to_string()),
        (Some(expect), Ok(_)) => (expect.to_string(), "a valid block".into()),
        (Some(expect), Err(error)) => {
            let names = exceptions(error);
            // Names without a class are those of older tools, which nobody has listed: any refusal will do.
            if !expect.contains("Exception.") {
                return Ok(());
            }
            if expect.split('|').any(|e| names.contains(&e.rsplit('.').next().unwrap_or(e))) {
                return Ok(());
            }
            (expect.to_string(), error.to_string())
        }
    };
    Err(FixtureError::Verdict { index, expected, got })
}
