//! A whole state as JSON (the `pre` of test fixtures), turned into full tries.

use std::{collections::BTreeMap, path::Path};

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_trie::TrieAccount;
use serde::{Deserialize, Serialize};

use crate::{
    input::{InputError, read},
    trie::{NodeStore, PartialTrie},
};

/// Accounts by address.
pub type Alloc = BTreeMap<Address, AllocAccount>;

/// Reads a whole state from a JSON file, which may be gzipped: an object of accounts by address.
pub fn load_alloc(path: impl AsRef<Path>) -> Result<Alloc, InputError> {
    let path = path.as_ref();
    let json = read(path)?;
    serde_json::from_slice(&json).map_err(|source| InputError::Json {
        path: path.into(),
        what: "a pre-state",
        source,
    })
}

/// One account of a whole state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllocAccount {
    /// Balance in wei.
    pub balance: U256,
    /// Nonce.
    #[serde(default)]
    pub nonce: U256,
    /// Code.
    #[serde(default)]
    pub code: Bytes,
    /// Storage; a zero is the same as no slot.
    #[serde(default)]
    pub storage: BTreeMap<U256, U256>,
}

impl AllocAccount {
    /// An account with a balance and nothing else.
    pub fn with_balance(balance: U256) -> Self {
        Self { balance, ..Self::default() }
    }
}

/// Adds every trie node of a state to a store; gives the state root.
pub(crate) fn store_alloc(alloc: &Alloc, nodes: &mut NodeStore) -> B256 {
    let mut accounts = PartialTrie::empty();
    for (address, account) in alloc {
        let mut storage = PartialTrie::empty();
        for (slot, value) in account.storage.iter().filter(|(_, v)| !v.is_zero()) {
            insert(&mut storage, nodes, keccak256(slot.to_be_bytes::<32>()), alloy_rlp::encode(value));
        }
        let leaf = TrieAccount {
            nonce: account.nonce.saturating_to(),
            balance: account.balance,
            storage_root: storage.commit(nodes),
            code_hash: if account.code.is_empty() { KECCAK256_EMPTY } else { keccak256(&account.code) },
        };
        insert(&mut accounts, nodes, keccak256(address), alloy_rlp::encode(leaf));
    }
    accounts.commit(nodes)
}

fn insert(trie: &mut PartialTrie, nodes: &NodeStore, key: B256, value: Vec<u8>) {
    trie.insert(nodes, &key, value).expect("a trie built from nothing has all its nodes");
}
