//! Trie nodes and their encoding.

use alloy_primitives::B256;
use thiserror::Error;

use crate::rlp::{Item, RlpError};

/// A node, with its children as far as they are loaded.
#[derive(Debug, Clone, Default)]
pub(super) enum Node {
    /// No node.
    #[default]
    Empty,
    /// A node known by hash only.
    Unloaded(B256),
    /// The end of a key and its value.
    Leaf { path: Vec<u8>, value: Vec<u8> },
    /// A run of nibbles that all keys below share.
    Extension { path: Vec<u8>, child: Box<Link> },
    /// One child for each nibble.
    Branch(Box<[Link; 16]>),
}

/// A node in its place, and its hash as long as nothing below has changed.
#[derive(Debug, Clone, Default)]
pub(super) struct Link {
    pub node: Node,
    pub clean: Option<B256>,
}

/// What is wrong with a node.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NodeFault {
    /// It is not canonical RLP.
    #[error(transparent)]
    Rlp(#[from] RlpError),
    /// It has neither 2 nor 17 elements.
    #[error("{got} elements, expected 2 or 17")]
    Count {
        /// The number of elements.
        got: usize,
    },
    /// A hex-prefix path with a wrong flag, a padding nibble or no nibbles where some must be.
    #[error("bad hex-prefix path")]
    Path,
    /// A path that goes beyond 64 nibbles, or a leaf that ends before.
    #[error("a key of {got} nibbles, expected 64")]
    Depth {
        /// Nibbles from the root to the end of the node's path.
        got: usize,
    },
    /// A child that is neither a hash nor an embedded node.
    #[error("bad child reference")]
    Child,
    /// A branch with a value, which no key of 32 bytes reaches.
    #[error("a value in a branch, expected none with keys of 32 bytes")]
    BranchValue,
    /// A branch with fewer than two children.
    #[error("a branch with {got} children, expected at least 2")]
    Children {
        /// The number of children.
        got: usize,
    },
    /// A leaf without a value.
    #[error("a leaf with an empty value")]
    EmptyValue,
}

impl From<Node> for Link {
    fn from(node: Node) -> Self {
        Self { node, clean: None }
    }
}

impl Link {
    /// A node known by hash only.
    pub fn unloaded(hash: B256) -> Self {
        Self { node: Node::Unloaded(hash), clean: Some(hash) }
    }

    pub fn is_empty(&self) -> bool {
        matches!(self.node, Node::Empty)
    }
}

impl Node {
    /// Decodes a node found at `depth` nibbles from the root.
    pub fn decode(bytes: &[u8], depth: usize) -> Result<Self, NodeFault> {
        Self::from_item(&Item::whole(bytes, "node")?, depth)
    }

    fn from_item(item: &Item<'_>, depth: usize) -> Result<Self, NodeFault> {
        let items = item.elements("node")?;
        match items.len() {
            17 => Self::branch(&items, depth),
            2 => {
                let (leaf, path) = decode_path(items[0].string("path")?)?;
                let end = depth + path.len();
                if leaf {
                    if end != 64 {
                        return Err(NodeFault::Depth { got: end });
                    }
                    let value = items[1].string("value")?;
                    if value.is_empty() {
                        return Err(NodeFault::EmptyValue);
                    }
                    return Ok(Self::Leaf { path, value: value.to_vec() });
                }
                if path.is_empty() {
                    return Err(NodeFault::Path);
                }
                let child = child(&items[1], end)?;
                if !matches!(child.node, Self::Branch(_) | Self::Unloaded(_)) {
                    return Err(NodeFault::Child);
                }
                Ok(Self::Extension { path, child: Box::new(child) })
            }
            got => Err(NodeFault::Count { got }),
        }
    }

    fn branch(items: &[Item<'_>], depth: usize) -> Result<Self, NodeFault> {
        if depth >= 64 {
            return Err(NodeFault::Depth { got: depth + 1 });
        }
        let mut children: [Link; 16] = Default::default();
        for (slot, item) in children.iter_mut().zip(items) {
            *slot = child(item, depth + 1)?;
        }
        if !items[16].string("branch value")?.is_empty() {
            return Err(NodeFault::BranchValue);
        }
        match children.iter().filter(|c| !c.is_empty()).count() {
            0 | 1 => Err(NodeFault::Children { got: children.iter().filter(|c| !c.is_empty()).count() }),
            _ => Ok(Self::Branch(Box::new(children))),
        }
    }

    /// The node's RLP, given how to refer to its children.
    pub fn encode(&mut self, mut refer: impl FnMut(&mut Link) -> Vec<u8>) -> Vec<u8> {
        let mut payload = Vec::new();
        match self {
            Self::Empty => return vec![0x80],
            Self::Unloaded(_) => unreachable!("an unloaded node is clean, so it is never encoded"),
            Self::Leaf { path, value } => {
                string(&encode_path(path, true), &mut payload);
                string(value, &mut payload);
            }
            Self::Extension { path, child } => {
                string(&encode_path(path, false), &mut payload);
                payload.extend(refer(child));
            }
            Self::Branch(children) => {
                for child in children.iter_mut() {
                    payload.extend(refer(child));
                }
                payload.push(0x80);
            }
        }
        let mut out = Vec::new();
        alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut out);
        out.extend(payload);
        out
    }
}

fn string(bytes: &[u8], out: &mut Vec<u8>) {
    alloy_rlp::Encodable::encode(bytes, out);
}

fn child(item: &Item<'_>, depth: usize) -> Result<Link, NodeFault> {
    if item.list {
        if item.raw.len() >= 32 {
            return Err(NodeFault::Child);
        }
        return Ok(Node::from_item(item, depth)?.into());
    }
    match item.payload.len() {
        0 => Ok(Link::default()),
        32 => Ok(Link::unloaded(B256::from_slice(item.payload))),
        _ => Err(NodeFault::Child),
    }
}

/// Hex-prefix decoding: (is a leaf, nibbles).
fn decode_path(bytes: &[u8]) -> Result<(bool, Vec<u8>), NodeFault> {
    let (&first, rest) = bytes.split_first().ok_or(NodeFault::Path)?;
    let (flag, low) = (first >> 4, first & 15);
    let mut path = Vec::with_capacity(2 * bytes.len());
    match (flag, low) {
        (0 | 2, 0) => {}
        (1 | 3, _) => path.push(low),
        _ => return Err(NodeFault::Path),
    }
    path.extend(rest.iter().flat_map(|b| [b >> 4, b & 15]));
    Ok((flag >= 2, path))
}

/// Hex-prefix encoding.
fn encode_path(path: &[u8], leaf: bool) -> Vec<u8> {
    let flag = if leaf { 0x20 } else { 0 };
    let (first, rest) = if path.len() % 2 == 1 { (flag | 0x10 | path[0], &path[1..]) } else { (flag, path) };
    let mut out = vec![first];
    out.extend(rest.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]));
    out
}
