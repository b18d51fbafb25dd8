//! Blocks, witnesses and the oracle they are checked with.
//!
//! A **block file** is a block's RLP and the preimages (trie nodes, codes, headers) of the hashes that executing it
//! meets. This crate reads and writes such files, says whether a block is valid from its file alone, and makes such files
//! from full states. It is what the ROM is compared with, and where its input comes from; nothing of it is proved.
//!
//! ```
//! use zkrom_witness::{check_block, BlockInput, samples};
//!
//! let input: BlockInput = samples::find("erc20").unwrap().make().unwrap();
//! let config = input.config().unwrap();
//! let outcome = check_block(&input, &config).unwrap();
//! assert_eq!(outcome.transactions.len(), 2);
//! assert_eq!(outcome.state_root, input.decode().unwrap().header.state_root);
//! println!("config {}, {} steps", config.config_hash(), outcome.coverage.steps());
//! ```
//!
//! | to | call |
//! |---|---|
//! | read, write a block file | [`BlockInput::load`], [`BlockInput::save`] (atomic; `.gz` by name) |
//! | decode the block, strictly | [`BlockInput::decode`] or [`Block::decode`](block::Block::decode) |
//! | know the rules of a block | [`BlockInput::config`], [`ChainConfig::fork_at`], [`ChainConfig::config_hash`] |
//! | check a block statelessly | [`check_block`]` -> Result<`[`BlockOutcome`]`, `[`BlockError`]`>` |
//! | know what a block uses | [`BlockOutcome::coverage`](oracle::BlockOutcome::coverage): opcodes, precompile calls, transaction types |
//! | read or change a trie of which only parts are known | [`PartialTrie`](trie::PartialTrie) over a [`NodeStore`](trie::NodeStore) |
//! | make the witness of a block on a whole state | [`build_witness`], or [`FullState`](builder::FullState) for block after block |
//! | make blocks | [`Chain::produce`](chain::Chain::produce) with transactions signed by [`Account::sign`](chain::Account::sign) |
//! | give a block to the ROM | [`rom_input`](fn@rom_input): its private input words |
//! | make the sample blocks | [`samples::SAMPLES`], [`samples::find`] |
//! | run the consensus test suites | [`ArchiveFiles`](fixtures::ArchiveFiles), [`FixtureCase::read`](fixtures::FixtureCase::read), [`FixtureCase::replay`](fixtures::FixtureCase::replay) |
//! | find the test vectors | [`vectors::find`] (`ZKROM_VECTORS`) |
//!
//! **Order of trie operations.** The state is written once, at the end of the block, with the net difference: in each trie
//! the keys that are set come before the keys that are deleted, and slots whose value is the old one are not written. A
//! witness from [`build_witness`] holds exactly the nodes that this order needs.
//!
//! **Trust.** Nothing in a block file is trusted: nodes, codes and headers are found by the hash computed from them, RLP is
//! canonical or refused, and a node that is needed and absent is an error that names its hash and path.

pub mod alloc;
pub mod block;
pub mod builder;
pub mod chain;
pub mod coverage;
pub mod exec;
pub mod fixtures;
pub mod fork;
pub mod header;
pub mod input;
mod networks;
pub mod oracle;
mod requests;
pub mod rlp;
pub mod rom_input;
pub mod samples;
pub mod state;
pub mod trie;
pub mod vectors;

pub use builder::build_witness;
pub use fork::{ChainConfig, ForkName};
pub use input::{BlockInput, Witness};
pub use oracle::{BlockError, BlockOutcome, check_block};
pub use rom_input::rom_input;
