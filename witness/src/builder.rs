//! The witness builder: run a block on full tries, keep what was touched.
//!
//! The run uses the same strict tries, the same order of reads and writes and the same checks as the oracle, over a
//! store that has every node. What it loads is therefore exactly what a stateless run loads, siblings of deletions and
//! proofs of absence included; the builder still repeats the run on its result and compares.

use alloy_consensus::Header;
use alloy_primitives::{B256, Bytes, keccak256, map::B256Map};
use thiserror::Error;

use crate::{
    alloc::{Alloc, store_alloc},
    block::{Block, decode_header},
    coverage::Coverage,
    exec::{ExecError, Execution, execute},
    fork::{ChainConfig, ForkError},
    header::check_header,
    input::{BlockInput, Witness},
    oracle::{Ancestry, BlockError, BlockOutcome, WitnessUse, check_block, check_results, outcome},
    rlp::{Item, RlpError},
    state::{CodeStore, StateDb},
    trie::{NodeStore, PartialTrie},
};

/// Full tries, codes and headers, from which the witness of any block can be cut.
#[derive(Debug, Default)]
pub struct FullState {
    pub(crate) nodes: NodeStore,
    pub(crate) codes: CodeStore,
    headers: B256Map<Bytes>,
}

/// A block with its witness, and whether it is valid.
#[derive(Debug, Clone)]
pub struct Built {
    /// The block and its witness; complete as far as the block can be executed.
    pub input: BlockInput,
    /// The oracle's verdict on `input`.
    pub verdict: Result<BlockOutcome, BlockError>,
    /// What the block uses of the EVM, up to where it fails if it is invalid (nothing if its RLP is malformed).
    pub coverage: Coverage,
}

/// A witness that could not be built.
#[derive(Debug, Error)]
pub enum BuildError {
    /// No schedule for this network.
    #[error(transparent)]
    Fork(#[from] ForkError),
    /// A header given with the pre-state is not canonical.
    #[error(transparent)]
    Header(#[from] RlpError),
    /// The parent's state is not the state given.
    #[error("pre-state: expected the parent's state root {expected}, got {got}")]
    StateRoot {
        /// State root in the parent header.
        expected: B256,
        /// Root of the state given.
        got: B256,
    },
    /// The block to make is not valid.
    #[error("the block to make is not valid: {0}")]
    Invalid(#[from] BlockError),
    /// The witness does not give the result of the full state: a bug in the builder.
    #[error("the witness is not complete: expected {expected}, got {got}")]
    Incomplete {
        /// The result on the full state.
        expected: String,
        /// The result on the witness.
        got: String,
    },
}

/// Builds the witness of a block on a pre-state.
///
/// `headers` are the RLP of the parent and of as many ancestors as BLOCKHASH may ask for, in any order; `network` and
/// `chain_id` pick the fork schedule as in a block file. An invalid block is not an error: see [`Built::verdict`].
pub fn build_witness(
    pre: &Alloc,
    headers: &[Bytes],
    block: Bytes,
    network: &str,
    chain_id: u64,
) -> Result<Built, BuildError> {
    let mut state = FullState::default();
    let got = state.add_alloc(pre);
    for rlp in headers {
        let header = state.add_header(rlp.clone())?;
        if parent_hash(&block) == Some(keccak256(rlp)) && header.state_root != got {
            return Err(BuildError::StateRoot { expected: header.state_root, got });
        }
    }
    let config = ChainConfig::named(network, chain_id)?;
    state.build(block, network, &config)
}

impl FullState {
    /// Adds a whole state; gives its root.
    pub fn add_alloc(&mut self, alloc: &Alloc) -> B256 {
        for account in alloc.values() {
            self.codes.insert(account.code.clone());
        }
        store_alloc(alloc, &mut self.nodes)
    }

    /// Adds a header, which may then be a parent or an ancestor.
    pub fn add_header(&mut self, rlp: Bytes) -> Result<Header, RlpError> {
        let header = decode_header(&rlp, "header")?;
        self.headers.insert(keccak256(&rlp), rlp);
        Ok(header)
    }

    /// Builds a block's witness. If the block is valid, its state and header are added, so that blocks can follow.
    pub fn build(&mut self, block: Bytes, network: &str, config: &ChainConfig) -> Result<Built, BuildError> {
        self.nodes.take_used();
        self.codes.take_used();
        let run = self.run(&block, config);
        let witness = Witness {
            state: self.nodes.take_used(),
            codes: self.codes.take_used(),
            headers: self.ancestors(parent_hash(&block), run.oldest_ancestor),
        };
        let input = BlockInput { network: network.into(), chain_id: config.chain_id, block, witness };
        let verdict = check_block(&input, config);
        let expected = run.verdict.map(|outcome| {
            let used = input.witness.state.len();
            BlockOutcome { witness: WitnessUse { nodes: used, nodes_used: used }, ..outcome }
        });
        // Without the parent nothing can be executed on either side.
        if verdict != expected {
            let show = |v: &Result<BlockOutcome, BlockError>| match v {
                Ok(outcome) => format!("valid {outcome:?}"),
                Err(error) => error.to_string(),
            };
            return Err(BuildError::Incomplete { expected: show(&expected), got: show(&verdict) });
        }
        if verdict.is_ok() {
            for mut trie in run.tries {
                trie.commit(&mut self.nodes);
            }
            run.created.into_iter().for_each(|code| self.codes.insert(code));
            if let Some(header) = header_rlp(&input.block) {
                self.headers.insert(keccak256(&header), header);
            }
        }
        Ok(Built { input, verdict, coverage: run.coverage })
    }

    /// Executes a block on the full state as far as possible: past a wrong header, and up to a transaction that fails,
    /// so that whoever checks in another order finds its nodes too.
    fn run(&self, rlp: &[u8], config: &ChainConfig) -> Run {
        let mut run = Run::default();
        run.verdict = self.try_run(rlp, config, &mut run);
        run
    }

    fn try_run(&self, rlp: &[u8], config: &ChainConfig, run: &mut Run) -> Result<BlockOutcome, BlockError> {
        let block = Block::decode(rlp)?;
        let fork = config.fork_at(block.header.number, block.header.timestamp)?;
        let headers = self.ancestors(Some(block.header.parent_hash), Some(0));
        let ancestry = Ancestry::from_witness(&block, &headers)?;
        let header_verdict = check_header(&block, &ancestry.parent, fork);
        let root = ancestry.parent.state_root;
        let mut db = StateDb::new(root, &self.nodes, &self.codes, ancestry.hashes);
        let done = execute(&mut db, &block, config, fork, &mut run.coverage);
        let finished = db.finish_tries();
        run.oldest_ancestor = db.oldest_ancestor_used();
        header_verdict?;
        let done = done?;
        let (state_root, tries) = finished?;
        check_results(&block, &done, state_root)?;
        run.tries = tries;
        run.created = db.created_codes().collect();
        Ok(outcome(&block, fork, root, done, run.coverage.clone(), WitnessUse::default()))
    }

    /// Executes a body whose header is still without results; gives them and the state root.
    pub(crate) fn preview(
        &self,
        block: &Block,
        parent: &Header,
        config: &ChainConfig,
    ) -> Result<(Execution, B256), BlockError> {
        let fork = config.fork_at(block.header.number, block.header.timestamp)?;
        let headers = self.ancestors(Some(block.header.parent_hash), Some(0));
        let ancestry = Ancestry::from_witness(block, &headers)?;
        let mut db = StateDb::new(parent.state_root, &self.nodes, &self.codes, ancestry.hashes);
        let done = execute(&mut db, block, config, fork, &mut Coverage::default())?;
        let root = db.finish().map_err(ExecError::from)?;
        Ok((done, root))
    }

    /// Headers from the parent back to block `oldest` (the parent alone without one), at most 256.
    fn ancestors(&self, parent: Option<B256>, oldest: Option<u64>) -> Vec<Bytes> {
        let mut out = Vec::new();
        let mut next = parent;
        while let Some(rlp) = next.and_then(|hash| self.headers.get(&hash)) {
            out.push(rlp.clone());
            let Ok(header) = decode_header(rlp, "header") else { break };
            if out.len() == 256 || oldest.is_none_or(|n| header.number <= n) {
                break;
            }
            next = Some(header.parent_hash);
        }
        out
    }
}

/// What a run on the full state leaves.
struct Run {
    verdict: Result<BlockOutcome, BlockError>,
    tries: Vec<PartialTrie>,
    created: Vec<Bytes>,
    oldest_ancestor: Option<u64>,
    coverage: Coverage,
}

impl Default for Run {
    fn default() -> Self {
        let verdict = Err(BlockError::NoParent { expected: B256::ZERO });
        Self {
            verdict,
            tries: Vec::new(),
            created: Vec::new(),
            oldest_ancestor: None,
            coverage: Coverage::default(),
        }
    }
}

/// The header inside a block, even if the rest of the block is malformed.
fn header_rlp(block: &[u8]) -> Option<Bytes> {
    let header = Item::whole(block, "block").ok()?.first_element("block").ok()?;
    Some(Bytes::copy_from_slice(header.raw))
}

/// The parent hash inside a block, even if the rest of the block is malformed.
fn parent_hash(block: &[u8]) -> Option<B256> {
    let header = header_rlp(block)?;
    let first = Item::whole(&header, "header").ok()?.first_element("header").ok()?;
    B256::try_from(first.payload).ok()
}
