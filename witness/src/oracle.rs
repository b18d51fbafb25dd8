//! The stateless oracle: a block is valid, or an error says what is wrong, from block and witness alone.

use std::collections::BTreeMap;

use alloy_consensus::{Header, proofs};
use alloy_primitives::{B256, Bloom, Bytes, keccak256};
use serde::Serialize;
use thiserror::Error;

use crate::{
    block::{Block, decode_header},
    coverage::Coverage,
    exec::{ExecError, Execution, TxOutcome, execute},
    fork::{ChainConfig, Fork, ForkError, ForkName},
    header::{HeaderError, check_header, expect},
    input::BlockInput,
    rlp::RlpError,
    state::{CodeStore, StateDb, StateError},
    trie::{NodeStore, TrieError},
};

/// A valid block's results: every value that execution determines equals the header's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockOutcome {
    /// The block number.
    pub number: u64,
    /// The block hash.
    pub hash: B256,
    /// The rules it ran under.
    pub fork: ForkName,
    /// The state root before.
    pub pre_state_root: B256,
    /// The state root after.
    pub state_root: B256,
    /// The receipts root.
    pub receipts_root: B256,
    /// Gas used.
    pub gas_used: u64,
    /// Blob gas used.
    pub blob_gas_used: u64,
    /// The logs bloom.
    pub logs_bloom: Bloom,
    /// The requests hash, from Prague on.
    pub requests_hash: Option<B256>,
    /// What each transaction did.
    pub transactions: Vec<TxOutcome>,
    /// What was used of the EVM.
    pub coverage: Coverage,
    /// How much of the witness was used.
    pub witness: WitnessUse,
}

/// How much of a witness was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WitnessUse {
    /// Distinct trie nodes given.
    pub nodes: usize,
    /// Distinct trie nodes used.
    pub nodes_used: usize,
}

/// Why a block is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BlockError {
    /// Its RLP, or a header's, is not canonical.
    #[error(transparent)]
    Rlp(#[from] RlpError),
    /// No supported rules apply.
    #[error(transparent)]
    Fork(#[from] ForkError),
    /// The witness has no header.
    #[error("the witness has no headers, expected the parent {expected}")]
    NoParent {
        /// The parent hash of the block.
        expected: B256,
    },
    /// A header of the witness is not the ancestor it should be.
    #[error("witness header {index} is not the {role}: expected hash {expected}, got {got}")]
    WrongAncestor {
        /// Its index in the witness.
        index: usize,
        /// `parent of the block` or `parent of the header before`.
        role: &'static str,
        /// The hash it should have.
        expected: B256,
        /// The hash it has.
        got: B256,
    },
    /// A header field is wrong.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The body cannot be executed.
    #[error(transparent)]
    Exec(#[from] ExecError),
}

impl From<StateError> for BlockError {
    fn from(error: StateError) -> Self {
        Self::Exec(error.into())
    }
}

impl BlockError {
    /// Whether the fault is the witness's: something needed is not in it.
    pub fn is_incomplete_witness(&self) -> bool {
        use StateError as S;
        match self {
            Self::NoParent { .. } => true,
            Self::Exec(ExecError::State(error)) => match error {
                S::Account { source, .. } | S::Storage { source, .. } => {
                    matches!(**source, TrieError::Missing { .. })
                }
                S::MissingCode { .. } | S::MissingHeader { .. } => true,
                S::AccountValue { .. } | S::StorageValue { .. } => false,
            },
            _ => false,
        }
    }
}

/// Executes a block from its RLP and witness only, and checks every header field.
pub fn check_block(input: &BlockInput, config: &ChainConfig) -> Result<BlockOutcome, BlockError> {
    let block = input.decode()?;
    let fork = config.fork_at(block.header.number, block.header.timestamp)?;
    let ancestry = Ancestry::from_witness(&block, &input.witness.headers)?;
    let nodes = NodeStore::new(input.witness.state.iter().cloned());
    let codes = CodeStore::new(input.witness.codes.iter().cloned());
    let mut db = StateDb::new(ancestry.parent.state_root, &nodes, &codes, ancestry.hashes);
    check_header(&block, &ancestry.parent, fork)?;
    let mut coverage = Coverage::default();
    let done = execute(&mut db, &block, config, fork, &mut coverage)?;
    let state_root = db.finish()?;
    check_results(&block, &done, state_root)?;
    let witness = WitnessUse { nodes: nodes.len(), nodes_used: nodes.used_count() };
    Ok(outcome(&block, fork, ancestry.parent.state_root, done, coverage, witness))
}

/// The results of a block that was found valid.
pub(crate) fn outcome(
    block: &Block,
    fork: &Fork,
    pre_state_root: B256,
    done: Execution,
    coverage: Coverage,
    witness: WitnessUse,
) -> BlockOutcome {
    BlockOutcome {
        number: block.header.number,
        hash: block.hash,
        fork: fork.rules,
        pre_state_root,
        state_root: block.header.state_root,
        receipts_root: done.receipts_root,
        gas_used: done.gas_used,
        blob_gas_used: done.blob_gas_used,
        logs_bloom: done.logs_bloom,
        requests_hash: done.requests_hash,
        transactions: done.transactions,
        coverage,
        witness,
    }
}

/// Compares what the body and its execution gave with the header.
pub(crate) fn check_results(block: &Block, done: &Execution, state_root: B256) -> Result<(), HeaderError> {
    let header = &block.header;
    expect("gasUsed", &done.gas_used, &header.gas_used)?;
    let root = proofs::calculate_transaction_root(&block.transactions);
    expect("transactionsRoot", &root, &header.transactions_root)?;
    let root = block.withdrawals.as_ref().map(|w| proofs::calculate_withdrawals_root(w));
    expect("withdrawalsRoot", &root, &header.withdrawals_root)?;
    expect("receiptsRoot", &done.receipts_root, &header.receipts_root)?;
    expect("logsBloom", &done.logs_bloom, &header.logs_bloom)?;
    if let Some(used) = header.blob_gas_used {
        expect("blobGasUsed", &done.blob_gas_used, &used)?;
    }
    expect("requestsHash", &done.requests_hash, &header.requests_hash)?;
    expect("stateRoot", &state_root, &header.state_root)
}

/// The parent and the block hashes that BLOCKHASH may give.
pub(crate) struct Ancestry {
    pub parent: Header,
    pub hashes: BTreeMap<u64, B256>,
}

impl Ancestry {
    /// Decodes the witness headers and checks that each is the parent of the one before.
    pub fn from_witness(block: &Block, headers: &[Bytes]) -> Result<Self, BlockError> {
        let mut expected = block.header.parent_hash;
        let mut parent = None;
        let mut hashes = BTreeMap::new();
        for (index, rlp) in headers.iter().enumerate() {
            let got = keccak256(rlp);
            if got != expected {
                let role = if index == 0 { "parent of the block" } else { "parent of the header before" };
                return Err(BlockError::WrongAncestor { index, role, expected, got });
            }
            let header = decode_header(rlp, &format!("witness.headers[{index}]"))?;
            hashes.insert(header.number, got);
            expected = header.parent_hash;
            // The parent hash of the oldest header is one more hash that is bound.
            if let Some(before) = header.number.checked_sub(1) {
                hashes.insert(before, expected);
            }
            parent.get_or_insert(header);
        }
        let parent = parent.ok_or(BlockError::NoParent { expected })?;
        Ok(Self { parent, hashes })
    }
}
