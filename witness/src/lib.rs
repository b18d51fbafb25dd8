//! Blocks, witnesses and the revm oracle.

pub mod block;
pub mod fork;
pub mod input;
mod networks;
pub mod rlp;
pub mod trie;
