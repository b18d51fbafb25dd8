//! The statement that a run of the EVM ROM proves.

use std::fmt;

use alloy_primitives::{B256, U256};
use serde::Serialize;
use zkrom_asm::isa::PUBLIC_WORDS;

/// The public output words of the EVM ROM: under the config, the blocks from first to last, on a parent, are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvmStatement {
    /// keccak256 of the chain config's encoding.
    pub config_hash: B256,
    /// The chain id.
    pub chain_id: u64,
    /// Number of the first block.
    pub first_block: u64,
    /// Number of the last block.
    pub last_block: u64,
    /// Hash of the first block's parent.
    pub parent_hash: B256,
    /// Hash of the last block.
    pub last_block_hash: B256,
    /// State root before the first block.
    pub pre_state_root: B256,
    /// State root after the last block.
    pub post_state_root: B256,
}

impl EvmStatement {
    /// The statement in public output words. The ROM keeps numbers below 2^64.
    #[must_use]
    pub fn new(words: &[U256; PUBLIC_WORDS]) -> Self {
        let hash = |i: usize| B256::from(words[i]);
        Self {
            config_hash: hash(0),
            chain_id: words[1].saturating_to(),
            first_block: words[2].saturating_to(),
            last_block: words[3].saturating_to(),
            parent_hash: hash(4),
            last_block_hash: hash(5),
            pre_state_root: hash(6),
            post_state_root: hash(7),
        }
    }
}

impl fmt::Display for EvmStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first_block == self.last_block {
            writeln!(f, "block {} of chain {} is valid", self.first_block, self.chain_id)?;
        } else {
            writeln!(
                f,
                "blocks {} to {} of chain {} are valid",
                self.first_block, self.last_block, self.chain_id
            )?;
        }
        writeln!(f, "  config hash      {}", self.config_hash)?;
        writeln!(f, "  parent hash      {}", self.parent_hash)?;
        writeln!(f, "  block hash       {}", self.last_block_hash)?;
        writeln!(f, "  pre-state root   {}", self.pre_state_root)?;
        write!(f, "  post-state root  {}", self.post_state_root)
    }
}
