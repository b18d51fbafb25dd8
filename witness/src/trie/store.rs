//! Trie nodes by hash, with a record of those that were used.

use std::cell::RefCell;

use alloy_primitives::{
    B256, Bytes, keccak256,
    map::{B256Map, B256Set},
};

/// Trie nodes addressed by keccak256. Loading a node records its hash.
#[derive(Debug, Clone, Default)]
pub struct NodeStore {
    nodes: B256Map<Bytes>,
    used: RefCell<B256Set>,
}

impl NodeStore {
    /// A store of these nodes, each under the hash computed from it.
    pub fn new(nodes: impl IntoIterator<Item = Bytes>) -> Self {
        let nodes = nodes.into_iter().map(|node| (keccak256(&node), node)).collect();
        Self { nodes, used: RefCell::default() }
    }

    /// Adds a node whose hash is known.
    pub(crate) fn insert(&mut self, hash: B256, node: Bytes) {
        self.nodes.insert(hash, node);
    }

    /// The node with this hash, recorded as used.
    pub fn load(&self, hash: &B256) -> Option<&Bytes> {
        let node = self.nodes.get(hash)?;
        self.used.borrow_mut().insert(*hash);
        Some(node)
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Number of distinct nodes used so far.
    pub fn used_count(&self) -> usize {
        self.used.borrow().len()
    }

    /// The nodes used so far, sorted by their bytes; the record is cleared.
    pub fn take_used(&self) -> Vec<Bytes> {
        let used = self.used.take();
        let mut nodes: Vec<_> = used.iter().filter_map(|hash| self.nodes.get(hash).cloned()).collect();
        nodes.sort_unstable();
        nodes
    }
}
