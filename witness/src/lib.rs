//! Blocks, witnesses and the revm oracle.

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
pub mod samples;
pub mod state;
pub mod trie;
pub mod vectors;
