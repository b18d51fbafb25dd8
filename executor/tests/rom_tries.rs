//! The ROM's trie procedures (`rom/mpt`) on random tries, against the partial trie of `zkrom-witness`.

use std::{collections::BTreeMap, path::Path, sync::OnceLock};

use alloy_primitives::{B256, Bytes, U256, keccak256};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::{Assembly, Files, Options, assemble};
use zkrom_executor::{Executor, Input, Outcome, Program, hints::Hints};
use zkrom_witness::trie::{NodeStore, PartialTrie};

fn rom() -> &'static (Assembly, Program) {
    static ROM: OnceLock<(Assembly, Program)> = OnceLock::new();
    ROM.get_or_init(|| {
        let options = Options { require_headers: true, ..Options::default() };
        let assembly = assemble(Path::new("../rom/tests/mpt.zkasm"), &Files::Disk, &options)
            .unwrap_or_else(|e| panic!("{}", e.render()));
        let program = Program::new(&assembly.image, &Hints::default()).unwrap();
        (assembly, program)
    })
}

/// Private words of a blob: its length, then its bytes.
fn blob(words: &mut Vec<U256>, bytes: &[u8]) {
    words.push(U256::from(bytes.len()));
    for chunk in bytes.chunks(32) {
        let mut word = [0; 32];
        word[..chunk.len()].copy_from_slice(chunk);
        words.push(U256::from_be_bytes(word));
    }
}

/// One command of the test program.
#[derive(Clone, Debug)]
enum Command {
    Read(B256),
    Put(B256, Vec<u8>),
    Remove(B256),
    Hash,
}

fn input(nodes: &[Bytes], root: B256, commands: &[Command]) -> Input {
    let mut words = vec![U256::from(nodes.len())];
    nodes.iter().for_each(|n| blob(&mut words, n));
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
    Input { private: words, ..Input::default() }
}

fn run(input: Input) -> Result<Outcome, String> {
    let (assembly, program) = rom();
    Executor::new(program, input).run().map_err(|e| format!("{}", e.render(&assembly.source_map)))
}

/// The digest of what was read.
fn digest(read: &[Option<Vec<u8>>]) -> U256 {
    let mut seen = [0u8; 128];
    for value in read {
        seen[32..96].fill(0);
        if let Some(v) = value {
            seen[32..64].copy_from_slice(&U256::from(v.len() + 1).to_be_bytes::<32>());
            // What a longer value left after the shorter ones stays.
            seen[64..96].fill(0);
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
        let mut step = |rng: &mut ChaCha8Rng, model: &BTreeMap<B256, Vec<u8>>, trie: &mut PartialTrie, store: &NodeStore| {
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
        read.push(model.get(&key).cloned());
        commands.push(Command::Read(key));
    }
    let after = trie.root();
    Case { nodes: store.take_used(), root, commands, after, read }
}

#[test]
fn random_tries_agree_with_the_partial_trie() {
    for seed in 0..600 {
        let c = case(seed);
        let outcome = run(input(&c.nodes, c.root, &c.commands)).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
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
            let error = run(input(&nodes, c.root, &c.commands)).unwrap_err();
            assert!(error.contains("missing_node"), "seed {seed}: {error}");
            let mut nodes = c.nodes.clone();
            let mut bytes = nodes[i].to_vec();
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
            nodes[i] = bytes.into();
            let error = run(input(&nodes, c.root, &c.commands)).unwrap_err();
            assert!(error.contains("missing_node"), "seed {seed}: {error}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
}
