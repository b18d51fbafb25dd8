//! Chain configuration: which rules hold at which block, as data.

use alloy_primitives::{Address, B256, U256, address, keccak256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The rule sets that are supported, oldest first. Their order is the order of the forks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ForkName {
    /// The Merge.
    Paris,
    /// Withdrawals, PUSH0.
    Shanghai,
    /// Blobs, transient storage, beacon roots.
    Cancun,
    /// Execution requests, set-code transactions, BLS12-381.
    Prague,
    /// Gas caps, CLZ, P-256; blob-parameter-only forks keep these rules.
    Osaka,
}

impl ForkName {
    /// All forks, oldest first.
    pub const ALL: [Self; 5] = [Self::Paris, Self::Shanghai, Self::Cancun, Self::Prague, Self::Osaka];

    /// The number that stands for the fork in the canonical encoding of a config.
    pub const fn id(self) -> u64 {
        match self {
            Self::Paris => 1,
            Self::Shanghai => 2,
            Self::Cancun => 3,
            Self::Prague => 4,
            Self::Osaka => 5,
        }
    }
}

impl std::fmt::Display for ForkName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

/// When a fork begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Activation {
    /// From this block number on.
    Block(u64),
    /// From this timestamp on.
    Time(u64),
}

impl Activation {
    /// Whether a block with this number and timestamp comes at or after it.
    pub const fn is_active(self, number: u64, timestamp: u64) -> bool {
        match self {
            Self::Block(at) => number >= at,
            Self::Time(at) => timestamp >= at,
        }
    }
}

/// Blob parameters in force (EIP-4844, 7691, 7892).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlobSchedule {
    /// Blobs a block aims at.
    pub target: u64,
    /// Blobs a block may hold.
    pub max: u64,
    /// How slowly the blob base fee moves.
    pub base_fee_update_fraction: u64,
}

impl BlobSchedule {
    /// Parameters of Cancun.
    pub const CANCUN: Self = Self { target: 3, max: 6, base_fee_update_fraction: 3_338_477 };
    /// Parameters of Prague and Osaka.
    pub const PRAGUE: Self = Self { target: 6, max: 9, base_fee_update_fraction: 5_007_716 };
    /// Parameters of the first blob-parameter-only fork.
    pub const BPO1: Self = Self { target: 10, max: 15, base_fee_update_fraction: 8_346_193 };
    /// Parameters of the second blob-parameter-only fork.
    pub const BPO2: Self = Self { target: 14, max: 21, base_fee_update_fraction: 11_684_671 };
}

/// One line of the fork schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fork {
    /// When it begins.
    pub activation: Activation,
    /// The rules from then on.
    pub rules: ForkName,
    /// The blob parameters from then on; `None` before Cancun.
    pub blobs: Option<BlobSchedule>,
}

/// Chain id, fork schedule and deposit contract: what decides the rules of every block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainConfig {
    /// The chain id (EIP-155).
    pub chain_id: u64,
    /// The schedule, in order of activation; the last active line holds.
    pub forks: Vec<Fork>,
    /// The contract whose deposit logs become requests (EIP-6110).
    pub deposit_contract: Address,
}

/// The deposit contract of mainnet and hoodi.
pub const MAINNET_DEPOSIT_CONTRACT: Address = address!("0x00000000219ab540356cBB839Cbe05303d7705Fa");

/// A block or a network outside what is supported.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ForkError {
    /// The block is older than the first fork of the schedule.
    #[error(
        "block {number} (timestamp {timestamp}) is before Paris on chain {chain_id}: expected a post-Merge block"
    )]
    BeforeParis {
        /// Chain id.
        chain_id: u64,
        /// Block number.
        number: u64,
        /// Block timestamp.
        timestamp: u64,
    },
    /// A network name nothing is known about, or one of a fork that is not supported.
    #[error("network `{got}` is not supported: expected {expected}")]
    UnknownNetwork {
        /// The name.
        got: String,
        /// What names there are.
        expected: &'static str,
    },
    /// A chain id that contradicts the network's.
    #[error("network `{network}`: expected chain id {expected}, got {got}")]
    ChainId {
        /// The network.
        network: String,
        /// Its chain id.
        expected: u64,
        /// The chain id given.
        got: u64,
    },
}

impl ChainConfig {
    /// The line of the schedule that holds for a block.
    pub fn fork_at(&self, number: u64, timestamp: u64) -> Result<&Fork, ForkError> {
        self.forks
            .iter()
            .rev()
            .find(|f| f.activation.is_active(number, timestamp))
            .ok_or(ForkError::BeforeParis { chain_id: self.chain_id, number, timestamp })
    }

    /// The canonical encoding, whose keccak256 is [`Self::config_hash`].
    ///
    /// A sequence of 32-byte big-endian words, so that a program with 256-bit words reads it without parsing:
    ///
    /// | word | content |
    /// |---|---|
    /// | 0 | version of this encoding: 1 |
    /// | 1 | chain id |
    /// | 2 | deposit contract |
    /// | 3 | number *n* of schedule lines |
    /// | 4 + 6i | rules of line *i*: [`ForkName::id`] |
    /// | 5 + 6i | 0 if it begins at a block number, 1 if at a timestamp |
    /// | 6 + 6i | that number or timestamp |
    /// | 7 + 6i | blob target (0 without blobs, here and below) |
    /// | 8 + 6i | blob maximum |
    /// | 9 + 6i | blob base fee update fraction |
    pub fn encode(&self) -> Vec<u8> {
        let mut words = vec![
            U256::from(1),
            U256::from(self.chain_id),
            self.deposit_contract.into_word().into(),
            U256::from(self.forks.len()),
        ];
        for fork in &self.forks {
            let (kind, at) = match fork.activation {
                Activation::Block(n) => (0u64, n),
                Activation::Time(t) => (1, t),
            };
            let blobs = fork.blobs.unwrap_or(BlobSchedule { target: 0, max: 0, base_fee_update_fraction: 0 });
            let line = [fork.rules.id(), kind, at, blobs.target, blobs.max, blobs.base_fee_update_fraction];
            words.extend(line.map(U256::from));
        }
        words.iter().flat_map(|w| w.to_be_bytes::<32>()).collect()
    }

    /// keccak256 of the canonical encoding: the name of this config in a proof.
    pub fn config_hash(&self) -> B256 {
        keccak256(self.encode())
    }
}
