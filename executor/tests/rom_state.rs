//! The ROM's state procedures (`rom/state`): accounts, slots, codes and write-back, against tries built by `zkrom-witness`; and the
//! accounts of real blocks.

mod rom;

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use rom::{Rom, blobs};
use zkrom_witness::{
    BlockInput,
    trie::{NodeStore, PartialTrie},
    vectors::find_or_skip,
};

/// Commands of the test program, and what it must have read.
struct Script {
    words: Vec<U256>,
    seen: [u8; 192],
}

impl Script {
    fn new() -> Self {
        Self { words: vec![], seen: [0; 192] }
    }

    fn command(&mut self, number: u64, address: Address, rest: &[U256]) {
        self.words.extend([U256::from(number), U256::from_be_slice(&address[..])]);
        self.words.extend(rest);
    }

    fn expect(&mut self, fields: &[U256]) {
        self.seen[32..].fill(0);
        for (i, f) in fields.iter().enumerate() {
            self.seen[32 * (i + 1)..32 * (i + 2)].copy_from_slice(&f.to_be_bytes::<32>());
        }
        let hash = keccak256(self.seen);
        self.seen[..32].copy_from_slice(&hash[..]);
    }

    fn account(&mut self, address: Address, account: Option<&TrieAccount>) {
        self.command(1, address, &[]);
        let a = account.copied().unwrap_or(TrieAccount {
            nonce: 0,
            balance: U256::ZERO,
            storage_root: EMPTY_ROOT_HASH,
            code_hash: KECCAK256_EMPTY,
        });
        let exists = U256::from(u8::from(account.is_some()));
        self.expect(&[exists, U256::from(a.nonce), a.balance, a.storage_root.into(), a.code_hash.into()]);
    }

    fn slot(&mut self, address: Address, slot: U256, value: U256) {
        self.command(2, address, &[slot]);
        self.expect(&[value]);
    }

    fn input(&self, codes: &[Bytes], nodes: &[Bytes], root: B256) -> Vec<U256> {
        let mut words = vec![];
        blobs(&mut words, codes.iter().map(|c| &c[..]));
        blobs(&mut words, nodes.iter().map(|n| &n[..]));
        words.push(root.into());
        words.extend(&self.words);
        words.push(U256::ZERO);
        words
    }

    fn digest(&self) -> U256 {
        U256::from_be_slice(&self.seen[..32])
    }
}

fn slot_key(slot: U256) -> B256 {
    keccak256(slot.to_be_bytes::<32>())
}

/// An account of the model.
#[derive(Clone, Default)]
struct Model {
    nonce: u64,
    balance: U256,
    code: Bytes,
    slots: BTreeMap<U256, U256>,
}

fn random_word(rng: &mut ChaCha8Rng) -> U256 {
    match rng.random_range(0..4) {
        0 => U256::from(rng.random_range(1..3u8)),
        1 => U256::from(rng.random_range(100..300u16)),
        2 => U256::from(rng.random::<u64>()) + U256::from(1),
        _ => U256::from_be_bytes(rng.random::<[u8; 32]>()) | U256::from(1),
    }
}

#[test]
fn random_states_are_read_and_written_back() {
    let rom = Rom::new("state");
    for seed in 0..400u64 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut store = NodeStore::default();
        let mut state = PartialTrie::empty();
        let mut models: BTreeMap<Address, (Model, TrieAccount)> = BTreeMap::new();
        let mut codes = vec![];
        for _ in 0..*[0, 1, 3, 12, 60].choose(&mut rng).unwrap() {
            let mut m =
                Model { nonce: rng.random_range(0..300), balance: random_word(&mut rng), ..Model::default() };
            let mut storage = PartialTrie::empty();
            for _ in 0..*[0, 0, 1, 2, 9, 40].choose(&mut rng).unwrap() {
                let (slot, value) = (random_word(&mut rng), random_word(&mut rng));
                m.slots.insert(slot, value);
                storage.insert(&store, &slot_key(slot), alloy_rlp::encode(value)).unwrap();
            }
            let mut hash = KECCAK256_EMPTY;
            if rng.random_bool(0.4) {
                m.code = (0..rng.random_range(1..200)).map(|_| rng.random::<u8>()).collect::<Vec<_>>().into();
                hash = keccak256(&m.code);
                codes.push(m.code.clone());
            }
            let storage_root = storage.commit(&mut store);
            let account = TrieAccount { nonce: m.nonce, balance: m.balance, storage_root, code_hash: hash };
            let address = Address::from(rng.random::<[u8; 20]>());
            state.insert(&store, &keccak256(address), alloy_rlp::encode(account)).unwrap();
            models.insert(address, (m, account));
        }
        let root = state.commit(&mut store);
        store.take_used();

        let mut state = PartialTrie::new(root);
        let mut script = Script::new();
        let mut known: Vec<Address> = models.keys().copied().collect();
        known.push(Address::from(rng.random::<[u8; 20]>()));
        let mut puts = vec![];
        let mut removals = vec![];
        for address in known {
            if rng.random_bool(0.5) {
                continue;
            }
            let (mut m, before) =
                models.get(&address).cloned().map_or((Model::default(), None), |(m, a)| (m, Some(a)));
            state.get(&store, &keccak256(address)).unwrap();
            script.account(address, before.as_ref());
            if !m.code.is_empty() {
                script.command(6, address, &[]);
                script.expect(&[U256::from(m.code.len())]);
            }
            let mut changed = false;
            let mut storage = PartialTrie::new(before.map_or(EMPTY_ROOT_HASH, |a| a.storage_root));
            if rng.random_bool(0.1) {
                script.command(5, address, &[]);
                m.slots.clear();
                storage = PartialTrie::empty();
                changed = true;
            }
            let old = m.slots.clone();
            let mut asked: Vec<U256> = old.keys().copied().filter(|_| rng.random_bool(0.5)).collect();
            asked.extend((0..rng.random_range(0..3)).map(|_| random_word(&mut rng)));
            for slot in asked {
                storage.get(&store, &slot_key(slot)).unwrap();
                script.slot(address, slot, m.slots.get(&slot).copied().unwrap_or_default());
                if rng.random_bool(0.6) {
                    let value = if rng.random_bool(0.4) { U256::ZERO } else { random_word(&mut rng) };
                    script.command(4, address, &[slot, value]);
                    m.slots.insert(slot, value);
                    script.slot(address, slot, value);
                }
            }
            for pass in [false, true] {
                for (slot, value) in &m.slots {
                    let was = old.get(slot).copied().unwrap_or_default();
                    if was != *value && value.is_zero() == pass {
                        changed = true;
                        if pass {
                            storage.remove(&store, &slot_key(*slot)).unwrap();
                        } else {
                            storage.insert(&store, &slot_key(*slot), alloy_rlp::encode(value)).unwrap();
                        }
                    }
                }
            }
            if rng.random_bool(0.5) {
                let empty = rng.random_bool(0.3);
                m.nonce = if empty { 0 } else { rng.random_range(0..3000) };
                m.balance = if empty { U256::ZERO } else { random_word(&mut rng) };
                script.command(3, address, &[U256::from(m.nonce), m.balance]);
                changed = true;
            }
            if changed {
                let code_hash = before.map_or(KECCAK256_EMPTY, |a| a.code_hash);
                if m.nonce == 0 && m.balance.is_zero() && code_hash == KECCAK256_EMPTY {
                    if before.is_some() {
                        removals.push(address);
                    }
                } else {
                    let storage_root = storage.root();
                    puts.push((
                        address,
                        TrieAccount { nonce: m.nonce, balance: m.balance, storage_root, code_hash },
                    ));
                }
            }
        }
        for (address, account) in puts {
            state.insert(&store, &keccak256(address), alloy_rlp::encode(account)).unwrap();
        }
        for address in removals {
            state.remove(&store, &keccak256(address)).unwrap();
        }
        let expected = state.root();
        let nodes = store.take_used();
        let outcome =
            rom.run(script.input(&codes, &nodes, root)).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        assert_eq!(outcome.public_out[1], script.digest(), "reads of seed {seed}");
        assert_eq!(outcome.public_out[0], U256::from_be_bytes(expected.0), "root of seed {seed}");
    }
}

/// Accounts that real blocks name, and slots of theirs, are read from the witness, changed, and written back.
#[test]
fn accounts_of_real_blocks() {
    let rom = Rom::new("state");
    for name in ["mainnet_21429992_cancun", "mainnet_21429020_cancun", "mainnet_18884864_shanghai"] {
        let Some(path) = find_or_skip(&format!("blocks/{name}.json.gz"), "accounts_of_real_blocks") else {
            return;
        };
        let input = BlockInput::load(&path).unwrap();
        let block = input.decode().unwrap();
        let parent = zkrom_witness::block::decode_header(&input.witness.headers[0], "parent").unwrap();
        let store = NodeStore::new(input.witness.state.iter().cloned());
        let mut trie = PartialTrie::new(parent.state_root);
        let mut script = Script::new();
        let mut addresses = vec![block.header.beneficiary];
        for tx in &block.transactions {
            use alloy_consensus::Transaction;
            addresses.extend(tx.to());
        }
        addresses.extend(block.withdrawals.iter().flatten().map(|w| w.address));
        let mut known = vec![];
        let mut absent = 0;
        let mut unique = addresses.clone();
        unique.sort_unstable();
        unique.dedup();
        for a in unique {
            let leaf = trie.get(&store, &keccak256(a)).unwrap();
            let account = leaf.map(|l| TrieAccount::decode(&mut &l[..]).unwrap());
            known.extend(account.map(|account| (a, account)));
            absent += u32::from(account.is_none());
            script.account(a, account.as_ref());
        }
        let reads = rom.run(script.input(&input.witness.codes, &input.witness.state, parent.state_root));
        let reads = reads.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(reads.public_out[1], script.digest(), "{name}");
        assert_eq!(reads.public_out[0], U256::from_be_bytes(parent.state_root.0), "{name}");

        // Slots that the witness can prove, and new values for some of them, deletions and all balances.
        let (mut slots, mut writes, mut deletions) = (0, 0, 0);
        let mut changed = vec![];
        for (n, (address, before)) in known.iter().enumerate() {
            let mut after = *before;
            let mut storage = PartialTrie::new(before.storage_root);
            let mut puts = vec![];
            for i in 0..400u64 {
                let slot = U256::from(i);
                let Ok(leaf) = storage.get(&store, &slot_key(slot)) else { continue };
                let value = leaf.map_or(U256::ZERO, |l| U256::decode(&mut &l[..]).unwrap());
                script.slot(*address, slot, value);
                slots += 1;
                if i % 3 == 1 {
                    script.command(4, *address, &[slot, U256::from(i * 1000)]);
                    puts.push((slot, U256::from(i * 1000)));
                    writes += 1;
                }
            }
            for (slot, value) in puts {
                storage.insert(&store, &slot_key(slot), alloy_rlp::encode(value)).unwrap();
            }
            // A deletion that finds its sibling.
            let mut without = storage.clone();
            if !storage.get(&store, &slot_key(U256::ZERO)).unwrap_or_default().unwrap_or_default().is_empty()
                && without.remove(&store, &slot_key(U256::ZERO)).is_ok()
            {
                script.command(4, *address, &[U256::ZERO, U256::ZERO]);
                storage = without;
                deletions += 1;
            }
            after.storage_root = storage.root();
            after.balance += U256::from(n + 1);
            script.command(3, *address, &[U256::from(after.nonce), after.balance]);
            changed.push((*address, after));
        }
        for (address, account) in changed {
            trie.insert(&store, &keccak256(address), alloy_rlp::encode(account)).unwrap();
        }
        let expected = trie.root();
        let outcome = rom.run(script.input(&input.witness.codes, &input.witness.state, parent.state_root));
        let outcome = outcome.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(outcome.public_out[1], script.digest(), "{name}");
        assert_eq!(outcome.public_out[0], U256::from_be_bytes(expected.0), "{name}");
        let (nodes, codes) = (input.witness.state.len(), input.witness.codes.len());
        println!(
            "{name}: {nodes} nodes, {codes} codes, {} accounts found, {absent} absent: {} rows, {} permutations; \
             with {slots} slots read, {writes} written, {deletions} deleted, all accounts changed: {} rows, {} permutations",
            known.len(),
            reads.rows,
            reads.counts.work.keccak_permutations,
            outcome.rows,
            outcome.counts.work.keccak_permutations,
        );
        rom.print_rows(&outcome);
    }
}

/// A proved leaf that holds no account or no slot's value, and codes that are not there.
#[test]
fn malformed_values_and_missing_codes_are_refused() {
    let rom = Rom::new("state");
    let address = Address::repeat_byte(7);
    let good = TrieAccount {
        nonce: 1,
        balance: U256::from(2),
        storage_root: EMPTY_ROOT_HASH,
        code_hash: KECCAK256_EMPTY,
    };
    let read = |value: Vec<u8>, commands: &[(u64, &[U256])], codes: &[Bytes], storage: Option<Vec<u8>>| {
        let mut store = NodeStore::default();
        let mut value = value;
        if let Some(slot) = storage {
            let mut trie = PartialTrie::empty();
            trie.insert(&store, &slot_key(U256::ZERO), slot).unwrap();
            value = alloy_rlp::encode(TrieAccount { storage_root: trie.commit(&mut store), ..good });
        }
        let mut trie = PartialTrie::empty();
        trie.insert(&store, &keccak256(address), value).unwrap();
        let root = trie.commit(&mut store);
        let mut script = Script::new();
        commands.iter().for_each(|(n, rest)| script.command(*n, address, rest));
        let (mut state, storage_nodes) = (PartialTrie::new(root), store.len());
        state.get(&store, &keccak256(address)).unwrap();
        let mut nodes = store.take_used();
        if storage_nodes > 1 {
            let leaf = alloy_rlp::encode(good);
            assert!(!leaf.is_empty());
            let mut storage = PartialTrie::new(
                TrieAccount::decode(&mut state.get(&store, &keccak256(address)).unwrap().unwrap())
                    .unwrap()
                    .storage_root,
            );
            storage.get(&store, &slot_key(U256::ZERO)).unwrap();
            nodes.extend(store.take_used());
        }
        rom.run(script.input(codes, &nodes, root))
    };
    let encoded = alloy_rlp::encode(good);
    assert!(read(encoded.clone(), &[(1, &[]), (6, &[])], &[], None).is_ok());
    // A long form too much, a nonce with a leading zero, a short root, a list more, bytes after the list.
    let bad = [
        [&[0xf9, 0, encoded[1]][..], &encoded[2..]].concat(),
        [&[0xf8, encoded[1] + 1, 0x82, 0][..], &encoded[2..]].concat(),
        [&[0xf8, encoded[1], 0][..], &encoded[3..]].concat(),
        [&encoded[..4], &[0x9f][..], &encoded[5..]].concat(),
        [&encoded[..37], &[0x9f][..], &encoded[38..]].concat(),
        [&[0xf8, encoded[1] + 1][..], &encoded[2..], &[1]].concat(),
        [&encoded[..], &[1]].concat(),
    ];
    for value in bad {
        let error = read(value.clone(), &[(1, &[])], &[], None).expect_err(&format!("{value:02x?}"));
        assert!(error.contains("invalid_account") || error.contains("invalid_rlp"), "{value:02x?}: {error}");
    }
    let slot: (u64, &[U256]) = (2, &[U256::ZERO]);
    assert!(read(vec![], &[slot], &[], Some(vec![5])).is_ok());
    for value in [vec![0x80], vec![0x81, 5], vec![0x82, 0, 5], vec![5, 5], vec![0xc1, 5], vec![0]] {
        let error = read(vec![], &[slot], &[], Some(value.clone())).expect_err(&format!("{value:02x?}"));
        assert!(error.contains("invalid_slot") || error.contains("invalid_rlp"), "{value:02x?}: {error}");
    }
    let code = Bytes::from_static(&[1, 2, 3]);
    let with_code = alloy_rlp::encode(TrieAccount { code_hash: keccak256(&code), ..good });
    assert!(read(with_code.clone(), &[(6, &[])], std::slice::from_ref(&code), None).is_ok());
    for codes in [vec![], vec![Bytes::from_static(&[1, 2, 4])], vec![Bytes::from_static(&[1, 2, 3, 0])]] {
        let error = read(with_code.clone(), &[(6, &[])], &codes, None).unwrap_err();
        assert!(error.contains("missing_code"), "{error}");
    }
}
