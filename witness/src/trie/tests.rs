//! The partial trie against alloy's root computation, and each way to be incomplete.

use std::collections::BTreeMap;

use alloy_primitives::{B256, Bytes, b256, keccak256};
use alloy_trie::{EMPTY_ROOT_HASH, HashBuilder, Nibbles};
use proptest::prelude::*;

use super::*;

/// The root of a set of keys by an independent implementation.
fn reference_root(entries: &BTreeMap<B256, Vec<u8>>) -> B256 {
    let mut builder = HashBuilder::default();
    for (key, value) in entries {
        builder.add_leaf(Nibbles::unpack(key), value);
    }
    builder.root()
}

fn build(entries: &BTreeMap<B256, Vec<u8>>) -> (NodeStore, B256) {
    let (mut store, mut trie) = (NodeStore::default(), PartialTrie::empty());
    for (key, value) in entries {
        trie.insert(&store, key, value.clone()).unwrap();
    }
    let root = trie.commit(&mut store);
    (store, root)
}

/// Keys that collide in long prefixes about as often as they do not, so that extensions, embedded nodes and collapses occur.
fn key() -> impl Strategy<Value = B256> {
    let shared = (0u8..4, 0usize..32, any::<[u8; 32]>(), 0u8..4).prop_map(|(fill, cut, tail, last)| {
        let mut key = [fill * 0x11; 32];
        key[cut..].copy_from_slice(&tail[cut..]);
        if cut > 24 {
            key[cut..].fill(last);
        }
        B256::from(key)
    });
    prop_oneof![any::<[u8; 32]>().prop_map(B256::from), shared]
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(1u8.., 1..4), prop::collection::vec(any::<u8>(), 30..80)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn roots_agree_after_inserts_and_deletes(
        first in prop::collection::btree_map(key(), value(), 0..60),
        changes in prop::collection::vec((key(), prop::option::of(value()), any::<prop::sample::Index>()), 0..60),
    ) {
        let (mut store, root) = build(&first);
        prop_assert_eq!(root, reference_root(&first));
        let (mut now, mut trie) = (first.clone(), PartialTrie::new(root));
        let known: Vec<B256> = first.keys().copied().collect();
        for (fresh, change, pick) in changes {
            // Half of the changes hit keys that exist.
            let key = if known.is_empty() || fresh[0] % 2 == 0 { fresh } else { known[pick.index(known.len())] };
            prop_assert_eq!(trie.get(&store, &key).unwrap(), now.get(&key).map(|v| &v[..]));
            match change {
                Some(value) => { trie.insert(&store, &key, value.clone()).unwrap(); now.insert(key, value); }
                None => { trie.remove(&store, &key).unwrap(); now.remove(&key); }
            }
            prop_assert_eq!(trie.root(), reference_root(&now));
        }
        let root = trie.commit(&mut store);
        prop_assert_eq!(root, reference_root(&now));
        let mut again = PartialTrie::new(root);
        for (key, value) in &now {
            prop_assert_eq!(again.get(&store, key).unwrap(), Some(&value[..]));
        }
    }

    /// What a run over a full store uses is enough to repeat it, and every node of it is needed.
    #[test]
    fn used_nodes_are_a_minimal_witness(
        entries in prop::collection::btree_map(key(), value(), 1..60),
        steps in prop::collection::vec((key(), 0u8..3, any::<prop::sample::Index>()), 1..12),
        dropped in any::<prop::sample::Index>(),
    ) {
        let (store, root) = build(&entries);
        let known: Vec<B256> = entries.keys().copied().collect();
        let run = |store: &NodeStore| -> Result<B256, TrieError> {
            let mut trie = PartialTrie::new(root);
            for (fresh, kind, pick) in &steps {
                let key = if fresh[0] % 2 == 0 { *fresh } else { known[pick.index(known.len())] };
                match kind {
                    0 => { trie.get(store, &key)?; }
                    1 => trie.insert(store, &key, vec![7; 40])?,
                    _ => trie.remove(store, &key)?,
                }
            }
            Ok(trie.root())
        };
        let expected = run(&store).unwrap();
        let used = store.take_used();
        prop_assert_eq!(run(&NodeStore::new(used.clone())).unwrap(), expected);
        let gone = dropped.index(used.len());
        let rest = used.iter().enumerate().filter(|(i, _)| *i != gone).map(|(_, n)| n.clone());
        let error = run(&NodeStore::new(rest)).unwrap_err();
        let missing = matches!(&error, TrieError::Missing { hash, .. } if *hash == keccak256(&used[gone]));
        prop_assert!(missing, "{}", error);
    }
}

fn two_leaves() -> (NodeStore, B256, B256, B256) {
    let a = b256!("0x1000000000000000000000000000000000000000000000000000000000000000");
    let b = b256!("0x2000000000000000000000000000000000000000000000000000000000000000");
    let (store, root) = build(&BTreeMap::from([(a, vec![1; 40]), (b, vec![2; 40])]));
    (store, root, a, b)
}

#[test]
fn a_collapse_needs_the_sibling() {
    let (store, root, a, b) = two_leaves();
    let mut trie = PartialTrie::new(root);
    trie.get(&store, &a).unwrap();
    let partial = NodeStore::new(store.take_used());
    let mut trie = PartialTrie::new(root);
    let error = trie.remove(&partial, &a).unwrap_err();
    let TrieError::Missing { path, purpose, .. } = &error else { panic!("{error}") };
    assert_eq!((path.to_string().as_str(), *purpose), ("0x2", Purpose::Collapse));
    let error = PartialTrie::new(root).get(&partial, &b).unwrap_err();
    assert!(matches!(error, TrieError::Missing { purpose: Purpose::Read, .. }));
    let mut trie = PartialTrie::new(root);
    trie.remove(&store, &a).unwrap();
    trie.remove(&store, &b).unwrap();
    assert_eq!(trie.root(), EMPTY_ROOT_HASH);
}

#[test]
fn malformed_nodes_are_refused() {
    let key = B256::repeat_byte(0x11);
    let fault = |node: &[u8]| {
        let node = Bytes::copy_from_slice(node);
        let mut trie = PartialTrie::new(keccak256(&node));
        match trie.get(&NodeStore::new([node]), &key) {
            Err(TrieError::Malformed { fault, .. }) => *fault,
            other => panic!("{other:?}"),
        }
    };
    let branch = |children: usize, value: &[u8]| {
        let mut payload = vec![];
        for i in 0..16 {
            payload.push(0x80);
            if i < children {
                payload.pop();
                payload.push(0xa0);
                payload.extend([i as u8 + 1; 32]);
            }
        }
        alloy_rlp::Encodable::encode(value, &mut payload);
        let mut out = vec![];
        alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut out);
        out.extend(payload);
        out
    };
    assert!(matches!(fault(&[0xc2, 0x20, 0x81]), NodeFault::Rlp(_)));
    assert_eq!(fault(&[0xc1, 0x20]), NodeFault::Count { got: 1 });
    assert_eq!(fault(&[0xc2, 0x40, 0x01]), NodeFault::Path);
    assert_eq!(fault(&[0xc2, 0x21, 0x01]), NodeFault::Path);
    assert_eq!(fault(&[0xc2, 0x00, 0x80]), NodeFault::Path);
    assert_eq!(fault(&[0xc2, 0x20, 0x01]), NodeFault::Depth { got: 0 });
    assert_eq!(fault(&[0xc2, 0x11, 0x80]), NodeFault::Child);
    assert_eq!(fault(&branch(1, &[])), NodeFault::Children { got: 1 });
    assert_eq!(fault(&branch(2, &[1])), NodeFault::BranchValue);
    let mut leaf = vec![0xe2, 0xa0, 0x20];
    leaf.extend([0; 31]);
    leaf.push(0x80);
    assert!(matches!(fault(&leaf), NodeFault::Depth { got: 62 }));
    let mut leaf = vec![0xe3, 0xa1, 0x20];
    leaf.extend([0x11; 32]);
    leaf.push(0x80);
    assert_eq!(fault(&leaf), NodeFault::EmptyValue);
}
