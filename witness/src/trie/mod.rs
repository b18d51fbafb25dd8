//! A partial Merkle-Patricia trie (Yellow Paper, appendix D) over nodes addressed by their keccak256.
//!
//! Keys are 32 bytes (the tries of Ethereum's state are keyed by hashes), so branches hold no values.
//! Nodes are loaded when an operation needs them. A node that is absent is an error that names its hash and
//! its path, never a guess; that includes the sibling a branch collapses into on a deletion. Because every
//! operation is strict in this sense, the nodes loaded during a run over a full store are a complete witness.

mod node;
mod partial;
mod store;
#[cfg(test)]
mod tests;

pub use node::NodeFault;
pub use partial::PartialTrie;
pub use store::NodeStore;

use alloy_primitives::B256;
use thiserror::Error;

/// A trie operation that could not be carried out.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TrieError {
    /// A node that an operation needs is not in the store.
    #[error("missing trie node {hash} at path {path} ({purpose})")]
    Missing {
        /// keccak256 of the node.
        hash: B256,
        /// Nibbles from the root to the node.
        path: NibblePath,
        /// Why it is needed.
        purpose: Purpose,
    },
    /// A node has the right hash but is not a trie node.
    #[error("malformed trie node {hash} at path {path}: {fault}")]
    Malformed {
        /// keccak256 of the node (or of the node it is embedded in).
        hash: B256,
        /// Nibbles from the root to the node.
        path: NibblePath,
        /// What is wrong with it.
        fault: Box<NodeFault>,
    },
}

/// Why a node is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To find a key, or that it is absent.
    Read,
    /// To insert or change a key.
    Write,
    /// To delete a key.
    Delete,
    /// It is the only child left of a branch from which a key was deleted.
    Collapse,
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read => "needed to read a key",
            Self::Write => "needed to write a key",
            Self::Delete => "needed to delete a key",
            Self::Collapse => "the sibling a deletion collapses a branch into",
        })
    }
}

/// Nibbles from the root, shown as hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NibblePath(pub Vec<u8>);

impl std::fmt::Display for NibblePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("0x")?;
        self.0.iter().try_for_each(|n| write!(f, "{n:x}"))
    }
}

/// The 64 nibbles of a key, high nibble first.
fn nibbles(key: &B256) -> [u8; 64] {
    std::array::from_fn(|i| if i % 2 == 0 { key[i / 2] >> 4 } else { key[i / 2] & 15 })
}
