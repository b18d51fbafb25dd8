//! Reading and changing a partial trie.

use alloy_primitives::{B256, keccak256};
use alloy_trie::EMPTY_ROOT_HASH;

use super::{
    NibblePath, NodeStore, Purpose, TrieError, nibbles,
    node::{Link, Node},
};

/// A trie known by its root, loaded from a [`NodeStore`] as far as operations need it.
#[derive(Debug, Clone)]
pub struct PartialTrie {
    root: Link,
}

impl PartialTrie {
    /// The trie with this root hash.
    pub fn new(root: B256) -> Self {
        if root == EMPTY_ROOT_HASH {
            return Self::empty();
        }
        Self { root: Link::unloaded(root) }
    }

    /// The trie without keys.
    pub fn empty() -> Self {
        Self { root: Link::default() }
    }

    /// The value of a key, `None` if the trie proves that there is none.
    pub fn get(&mut self, store: &NodeStore, key: &B256) -> Result<Option<&[u8]>, TrieError> {
        let key = nibbles(key);
        let (mut link, mut depth) = (&mut self.root, 0);
        loop {
            load(link, store, &key[..depth], Purpose::Read)?;
            match &mut link.node {
                Node::Leaf { path, value } => return Ok((key[depth..] == path[..]).then_some(&value[..])),
                Node::Extension { path, child } => {
                    if !key[depth..].starts_with(path) {
                        return Ok(None);
                    }
                    depth += path.len();
                    link = child;
                }
                Node::Branch(children) => {
                    link = &mut children[usize::from(key[depth])];
                    depth += 1;
                }
                Node::Empty | Node::Unloaded(_) => return Ok(None),
            }
        }
    }

    /// Sets a key to a value, which must not be empty (an empty value is a deletion).
    pub fn insert(&mut self, store: &NodeStore, key: &B256, value: Vec<u8>) -> Result<(), TrieError> {
        if value.is_empty() {
            return self.remove(store, key);
        }
        insert(&mut self.root, store, &nibbles(key), 0, value)?;
        Ok(())
    }

    /// Deletes a key; nothing happens if it is absent.
    pub fn remove(&mut self, store: &NodeStore, key: &B256) -> Result<(), TrieError> {
        remove(&mut self.root, store, &nibbles(key), 0)?;
        Ok(())
    }

    /// The root hash.
    pub fn root(&mut self) -> B256 {
        root(&mut self.root, &mut None)
    }

    /// The root hash, after storing every node that is loaded.
    pub fn commit(&mut self, store: &mut NodeStore) -> B256 {
        root(&mut self.root, &mut Some(store))
    }
}

/// The root hash. The root counts as a node whatever its size.
fn root(link: &mut Link, sink: &mut Option<&mut NodeStore>) -> B256 {
    if link.is_empty() {
        return EMPTY_ROOT_HASH;
    }
    if let Some(hash) = settled(link, sink) {
        return hash;
    }
    let encoded = link.node.encode(|child| refer(child, sink));
    let hash = keep(encoded, sink);
    link.clean = Some(hash);
    hash
}

/// The hash of a link that need not be encoded again: unloaded, or unchanged and nothing is to be stored.
fn settled(link: &Link, sink: &Option<&mut NodeStore>) -> Option<B256> {
    let skip = sink.is_none() || matches!(link.node, Node::Unloaded(_));
    link.clean.filter(|_| skip)
}

/// Hashes a node and stores it if nodes are to be stored.
fn keep(encoded: Vec<u8>, sink: &mut Option<&mut NodeStore>) -> B256 {
    let hash = keccak256(&encoded);
    if let Some(store) = sink {
        store.insert(hash, encoded.into());
    }
    hash
}

/// Makes sure that a link's node is loaded.
fn load(link: &mut Link, store: &NodeStore, path: &[u8], purpose: Purpose) -> Result<(), TrieError> {
    let Node::Unloaded(hash) = link.node else { return Ok(()) };
    let at = || NibblePath(path.to_vec());
    let bytes = store.load(&hash).ok_or_else(|| TrieError::Missing { hash, path: at(), purpose })?;
    link.node = Node::decode(bytes, path.len()).map_err(|fault| TrieError::Malformed {
        hash,
        path: at(),
        fault: fault.into(),
    })?;
    Ok(())
}

/// How a parent refers to a child, as RLP: the child itself below 32 bytes, else its hash, which is remembered.
fn refer(link: &mut Link, sink: &mut Option<&mut NodeStore>) -> Vec<u8> {
    let hash = match settled(link, sink) {
        Some(hash) => hash,
        None => {
            let encoded = link.node.encode(|child| refer(child, sink));
            if encoded.len() < 32 {
                return encoded;
            }
            keep(encoded, sink)
        }
    };
    link.clean = Some(hash);
    let mut out = vec![0xa0];
    out.extend(hash);
    out
}

/// Inserts below `link`, which is at `depth`; says whether anything changed.
fn insert(
    link: &mut Link,
    store: &NodeStore,
    key: &[u8; 64],
    depth: usize,
    value: Vec<u8>,
) -> Result<bool, TrieError> {
    load(link, store, &key[..depth], Purpose::Write)?;
    let rest = &key[depth..];
    let changed = match &mut link.node {
        Node::Empty | Node::Unloaded(_) => {
            link.node = Node::Leaf { path: rest.to_vec(), value };
            true
        }
        Node::Leaf { path, value: old } => {
            let shared = common(path, rest);
            if shared == rest.len() {
                let changed = *old != value;
                *old = value;
                changed
            } else {
                let (path, old) = (std::mem::take(path), std::mem::take(old));
                let moved = Node::Leaf { path: path[shared + 1..].to_vec(), value: old };
                link.node = fork(&rest[..shared], path[shared], moved, rest, shared, value);
                true
            }
        }
        Node::Extension { path, child } => {
            let shared = common(path, rest);
            if shared == path.len() {
                insert(child, store, key, depth + shared, value)?
            } else {
                let (path, child) = (std::mem::take(path), std::mem::take(&mut **child));
                let moved: Link = match &path[shared + 1..] {
                    [] => child,
                    tail => Node::Extension { path: tail.to_vec(), child: Box::new(child) }.into(),
                };
                link.node = fork(&rest[..shared], path[shared], moved, rest, shared, value);
                true
            }
        }
        Node::Branch(children) => insert(&mut children[usize::from(rest[0])], store, key, depth + 1, value)?,
    };
    if changed {
        link.clean = None;
    }
    Ok(changed)
}

/// A branch after a shared path: what was there under nibble `at`, and a new leaf.
fn fork(shared: &[u8], at: u8, moved: impl Into<Link>, rest: &[u8], split: usize, value: Vec<u8>) -> Node {
    let mut children: [Link; 16] = Default::default();
    children[usize::from(at)] = moved.into();
    children[usize::from(rest[split])] = Node::Leaf { path: rest[split + 1..].to_vec(), value }.into();
    let branch = Node::Branch(Box::new(children));
    if shared.is_empty() {
        return branch;
    }
    Node::Extension { path: shared.to_vec(), child: Box::new(branch.into()) }
}

/// Deletes below `link`, which is at `depth`; says whether anything changed.
fn remove(link: &mut Link, store: &NodeStore, key: &[u8; 64], depth: usize) -> Result<bool, TrieError> {
    load(link, store, &key[..depth], Purpose::Delete)?;
    let rest = &key[depth..];
    match &mut link.node {
        Node::Empty | Node::Unloaded(_) => return Ok(false),
        Node::Leaf { path, .. } => {
            if rest != &path[..] {
                return Ok(false);
            }
            link.node = Node::Empty;
        }
        Node::Extension { path, child } => {
            if !rest.starts_with(path) || !remove(child, store, key, depth + path.len())? {
                return Ok(false);
            }
            let (path, child) = (std::mem::take(path), std::mem::take(&mut **child));
            link.node = prepend(path, child);
        }
        Node::Branch(children) => {
            if !remove(&mut children[usize::from(rest[0])], store, key, depth + 1)? {
                return Ok(false);
            }
            let mut left = children.iter().enumerate().filter(|(_, c)| !c.is_empty()).map(|(i, _)| i);
            if let (Some(only), None) = (left.next(), left.next()) {
                let mut sibling = std::mem::take(&mut children[only]);
                let mut path = key[..=depth].to_vec();
                path[depth] = only as u8;
                load(&mut sibling, store, &path, Purpose::Collapse)?;
                link.node = prepend(vec![only as u8], sibling);
            }
        }
    }
    link.clean = None;
    Ok(true)
}

/// A loaded node moved down by a path; an extension before a branch, else the node's own path grows.
fn prepend(mut path: Vec<u8>, link: Link) -> Node {
    match link.node {
        Node::Leaf { path: tail, value } => {
            path.extend(tail);
            Node::Leaf { path, value }
        }
        Node::Extension { path: tail, child } => {
            path.extend(tail);
            Node::Extension { path, child }
        }
        Node::Empty => Node::Empty,
        node => Node::Extension { path, child: Box::new(Link { node, clean: link.clean }) },
    }
}

fn common(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(x, y)| x == y).count()
}
