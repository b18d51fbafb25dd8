//! The ROM's trie procedures (`rom/mpt`) on random tries, against the partial trie of `zkrom-witness`.

mod rom;

use std::{collections::BTreeMap, sync::OnceLock};

use alloy_primitives::{B256, Bytes, U256, keccak256};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rom::{Rom, blob, blobs};
use zkrom_witness::trie::{NodeStore, PartialTrie};

fn program() -> &'static Rom {
    static ROM: OnceLock<Rom> = OnceLock::new();
    ROM.get_or_init(|| Rom::new("mpt"))
}

/// One command of the test program.
#[derive(Clone, Debug)]
enum Command {
    Read(B256),
    Put(B256, Vec<u8>),
    Remove(B256),
    Hash,
}

fn input(nodes: &[Bytes], root: B256, commands: &[Command]) -> Vec<U256> {
    let mut words = vec![];
    blobs(&mut words, nodes.iter().map(|n| &n[..]));
    words.push(root.into());
    for c in commands {
        match c {
            Command::Read(k) => words.extend([U256::from(1), (*k).into()]),
            Command::Put(k, v) => {
                words.extend([U256::from(2), (*k).into()]);
                blob(&mut words, v);
            }
            Command::Remove(k) => words.extend([U256::from(3), (*k).into()]),
            Command::Hash => words.push(U256::from(4)),
        }
    }
    words.push(U256::ZERO);
    words
}

/// The digest of what was read.
fn digest(read: &[Option<Vec<u8>>]) -> U256 {
    let mut seen = [0u8; 128];
    for value in read {
        seen[32..].fill(0);
        if let Some(v) = value {
            seen[32..64].copy_from_slice(&U256::from(v.len() + 1).to_be_bytes::<32>());
            seen[64..64 + v.len()].copy_from_slice(v);
        }
        let hash = keccak256(seen);
        seen[..32].copy_from_slice(&hash[..]);
    }
    U256::from_be_slice(&seen[..32])
}

/// Keys that share long prefixes with others.
fn random_key(rng: &mut ChaCha8Rng, known: &[B256]) -> B256 {
    let mut key = B256::from(rng.random::<[u8; 32]>());
    if let Some(other) = known.choose(rng)
        && rng.random_bool(0.6)
    {
        let keep = match rng.random_range(0..4) {
            0 => rng.random_range(58..64),
            1 => rng.random_range(0..64),
            _ => rng.random_range(0..4),
        };
        for i in 0..keep {
            let mask = if i % 2 == 0 { 0xf0 } else { 0x0f };
            key[i / 2] = key[i / 2] & !mask | other[i / 2] & mask;
        }
    }
    key
}

fn random_value(rng: &mut ChaCha8Rng) -> Vec<u8> {
    let length = match rng.random_range(0..5) {
        0 | 1 => 1,
        2 => rng.random_range(2..8),
        3 => rng.random_range(20..40),
        _ => rng.random_range(50..64),
    };
    (0..length).map(|_| rng.random()).collect()
}

struct Case {
    nodes: Vec<Bytes>,
    root: B256,
    commands: Vec<Command>,
    after: B256,
    read: Vec<Option<Vec<u8>>>,
}

fn case(seed: u64) -> Case {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut model = BTreeMap::new();
    let mut store = NodeStore::default();
    let mut trie = PartialTrie::empty();
    let mut keys = vec![];
    let size = *[0, 1, 2, 3, 8, 30, 120].choose(&mut rng).unwrap();
    for _ in 0..size {
        let (key, value) = (random_key(&mut rng, &keys), random_value(&mut rng));
        keys.push(key);
        trie.insert(&store, &key, value.clone()).unwrap();
        model.insert(key, value);
    }
    let root = trie.commit(&mut store);
    store.take_used();

    let mut trie = PartialTrie::new(root);
    let mut commands = vec![];
    let mut read = vec![];
    for _ in 0..rng.random_range(1..3) {
        let some_key = |rng: &mut ChaCha8Rng, model: &BTreeMap<B256, Vec<u8>>| {
            let all: Vec<B256> = model.keys().copied().collect();
            match all.choose(rng) {
                Some(k) if rng.random_bool(0.6) => *k,
                _ => random_key(rng, &all),
            }
        };
        let mut step = |rng: &mut ChaCha8Rng,
                        model: &BTreeMap<B256, Vec<u8>>,
                        trie: &mut PartialTrie,
                        store: &NodeStore| {
            let key = some_key(rng, model);
            let got = trie.get(store, &key).unwrap().map(<[u8]>::to_vec);
            assert_eq!(got.as_ref(), model.get(&key));
            read.push(got);
            commands.push(Command::Read(key));
        };
        for _ in 0..rng.random_range(0..6) {
            step(&mut rng, &model, &mut trie, &store);
        }
        let mut writes = vec![];
        for _ in 0..rng.random_range(0..8) {
            let (key, value) = (some_key(&mut rng, &model), random_value(&mut rng));
            trie.insert(&store, &key, value.clone()).unwrap();
            model.insert(key, value.clone());
            writes.push(Command::Put(key, value));
        }
        let all: Vec<B256> = model.keys().copied().collect();
        let share = *[0.0, 0.1, 0.5, 1.0].choose(&mut rng).unwrap();
        for key in all {
            if rng.random_bool(share) {
                trie.remove(&store, &key).unwrap();
                model.remove(&key);
                writes.push(Command::Remove(key));
            }
        }
        commands.append(&mut writes);
        commands.push(Command::Hash);
    }
    // What was changed reads as changed.
    for key in model.keys().copied().take(3).collect::<Vec<_>>() {
        read.push(trie.get(&store, &key).unwrap().map(<[u8]>::to_vec));
        commands.push(Command::Read(key));
    }
    let after = trie.root();
    Case { nodes: store.take_used(), root, commands, after, read }
}

#[test]
fn random_tries_agree_with_the_partial_trie() {
    for seed in 0..5000 {
        let c = case(seed);
        let outcome = program()
            .run(input(&c.nodes, c.root, &c.commands))
            .unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(outcome.public_out[1], digest(&c.read), "reads of seed {seed}");
        assert_eq!(outcome.public_out[0], U256::from_be_bytes(c.after.0), "root of seed {seed}");
    }
}

/// Without any one of its nodes a run ends in `missing_node`; with any one changed, too.
#[test]
fn every_node_is_needed() {
    let mut tried = 0;
    for seed in 0..60 {
        let c = case(seed);
        for i in 0..c.nodes.len().min(6) {
            let mut nodes = c.nodes.clone();
            nodes.remove(i);
            let error = program().run(input(&nodes, c.root, &c.commands)).unwrap_err();
            assert!(error.contains("missing_node"), "seed {seed}: {error}");
            let mut nodes = c.nodes.clone();
            let mut bytes = nodes[i].to_vec();
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
            nodes[i] = bytes.into();
            let error = program().run(input(&nodes, c.root, &c.commands)).unwrap_err();
            assert!(error.contains("missing_node"), "seed {seed}: {error}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}

/// The lists of blocks: transactions, receipts, withdrawals, of any size, against `alloy-trie`.
#[test]
fn list_roots_agree_with_alloy() {
    let rom = Rom::new("list");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for count in [0, 1, 2, 3, 15, 16, 17, 18, 100, 127, 128, 129, 130, 200, 255, 256, 257, 300, 700] {
        let items: Vec<Vec<u8>> = (0..count)
            .map(|_| {
                let length =
                    if rng.random_bool(0.5) { rng.random_range(1..40) } else { rng.random_range(100..1000) };
                (0..length).map(|_| rng.random()).collect()
            })
            .collect();
        let expected =
            alloy_trie::root::ordered_trie_root_with_encoder(&items, |item, out| out.extend_from_slice(item));
        let mut words = vec![];
        blobs(&mut words, items.iter().map(|i| &i[..]));
        let outcome = rom.run(words).unwrap_or_else(|e| panic!("{count} items: {e}"));
        assert_eq!(outcome.public_out[0], U256::from_be_bytes(expected.0), "{count} items");
        println!(
            "{count} items: {} rows, {} permutations",
            outcome.rows, outcome.counts.work.keccak_permutations
        );
        if count == 200 {
            rom.print_rows(&outcome);
        }
    }
    // One long item.
    let items = [vec![7u8; 100_000]];
    let expected =
        alloy_trie::root::ordered_trie_root_with_encoder(&items, |item, out| out.extend_from_slice(item));
    let mut words = vec![];
    blobs(&mut words, items.iter().map(|i| &i[..]));
    assert_eq!(rom.run(words).unwrap().public_out[0], U256::from_be_bytes(expected.0));
}

fn nibble_path(leaf: bool, nibbles: &[u8]) -> Vec<u8> {
    let flag = 2 * u8::from(leaf);
    let (mut out, rest) = if nibbles.len() % 2 == 1 {
        (vec![(flag + 1) << 4 | nibbles[0]], &nibbles[1..])
    } else {
        (vec![flag << 4], nibbles)
    };
    out.extend(rest.chunks(2).map(|p| p[0] << 4 | p[1]));
    out
}

fn rlp_string(bytes: &[u8]) -> Vec<u8> {
    alloy_rlp::encode(bytes)
}

fn rlp_list(items: &[Vec<u8>]) -> Vec<u8> {
    let payload = items.concat();
    let mut out = vec![];
    alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut out);
    out.extend(payload);
    out
}

/// Nodes that hash to the root, but are none: a read proves nothing from them.
#[test]
fn malformed_nodes_are_refused() {
    let path = |leaf, n: usize| rlp_string(&nibble_path(leaf, &vec![0; n]));
    let leaf = |value: &[u8]| rlp_list(&[path(true, 64), rlp_string(value)]);
    let empty = vec![0x80];
    let hash = rlp_string(&[0x11; 32]);
    let branch = |items: usize, with: &[(usize, Vec<u8>)]| {
        let mut all = vec![empty.clone(); items];
        with.iter().for_each(|(i, b)| all[*i] = b.clone());
        rlp_list(&all)
    };
    let good: Vec<(&str, Vec<u8>)> = vec![
        ("leaf", leaf(&[5])),
        ("long leaf", leaf(&[5; 60])),
        ("branch", branch(17, &[(1, hash.clone()), (2, hash.clone())])),
        ("branch that begins with a hash", branch(17, &[(1, hash.clone()), (3, hash.clone())])),
    ];
    let mut bad: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", vec![]),
        ("a string", vec![0x83, 1, 2, 3]),
        ("no item", vec![0xc0]),
        ("one item", rlp_list(&[path(true, 64)])),
        ("three items", rlp_list(&[path(true, 64), vec![5], vec![5]])),
        ("16 items", branch(16, &[(1, hash.clone()), (2, hash.clone())])),
        ("18 items", branch(18, &[(1, hash.clone()), (2, hash.clone())])),
        ("a branch with a value", branch(17, &[(1, hash.clone()), (2, hash.clone()), (16, vec![5])])),
        ("a short hash", branch(17, &[(1, rlp_string(&[0x11; 31])), (2, hash.clone())])),
        ("a long hash", branch(17, &[(1, rlp_string(&[0x11; 33])), (2, hash.clone())])),
        ("a byte for a child", branch(17, &[(1, vec![5]), (2, hash.clone())])),
        ("an empty list for a child", branch(17, &[(1, vec![0xc0]), (2, hash.clone())])),
        ("an embedded node of 32 bytes", branch(17, &[(1, rlp_list(&[vec![5; 31]])), (2, hash.clone())])),
        ("an empty value", leaf(&[])),
        ("a short path", rlp_list(&[path(true, 63), vec![5]])),
        ("a long path", rlp_list(&[path(true, 65), vec![5]])),
        ("a longer path", rlp_list(&[path(true, 66), vec![5]])),
        ("an empty path", rlp_list(&[path(false, 0), hash.clone()])),
        ("an extension as long as a key", rlp_list(&[path(false, 64), hash.clone()])),
        ("an extension to a byte", rlp_list(&[path(false, 3), vec![5]])),
        ("an extension to a short hash", rlp_list(&[path(false, 3), rlp_string(&[0x11; 31])])),
        ("a path flag of 4", rlp_list(&[rlp_string(&[&[0x40][..], &[0; 32]].concat()), vec![5]])),
        ("a padded even path", rlp_list(&[rlp_string(&[&[0x21][..], &[0; 32]].concat()), vec![5]])),
        ("a list for a path", rlp_list(&[rlp_list(&[vec![5]]), vec![5]])),
        ("a list for a value", rlp_list(&[path(true, 64), rlp_list(&[vec![5]])])),
        ("a prefixed byte", [&rlp_list(&[path(true, 64), vec![0x81, 5]])[..]].concat()),
        ("a long form of a short value", rlp_list(&[path(true, 64), vec![0xb8, 2, 1, 2]])),
        ("a value past the end", rlp_list(&[path(true, 64), vec![0x83, 1, 2]])),
    ];
    let mut full = branch(17, &(0..16).map(|i| (i, hash.clone())).collect::<Vec<_>>());
    full[3] = 0x9f;
    bad.push(("a full branch with a wrong marker", full.clone()));
    full[3] = 0xa0;
    full[2] = 0x12;
    bad.push(("a full branch with a wrong header", full));
    // A long form of a short list, and a short form that says too much.
    let mut long = leaf(&[5]);
    long.splice(0..1, [0xf8, long[0] - 0xc0]);
    bad.push(("a long form of a short list", long));
    for (what, mut node) in [
        ("a byte after the leaf", leaf(&[5])),
        ("a byte after the branch", branch(17, &[(1, hash.clone()), (2, hash)])),
    ] {
        node.push(0);
        bad.push((what, node));
    }
    let run = |node: &[u8]| {
        let nodes = [Bytes::copy_from_slice(node)];
        program().run(input(&nodes, keccak256(node), &[Command::Read(B256::ZERO)]))
    };
    for (what, node) in good {
        assert!(run(&node).is_ok(), "{what}: {:?}", run(&node));
    }
    for (what, node) in bad {
        let error = run(&node).expect_err(what);
        let named = error.contains("invalid_node") || error.contains("unsupported_long_value");
        assert!(named, "{what}: {error}");
    }
}
