//! The world state behind a block: accounts, storage, code and block hashes, all from a witness.

mod account;
mod database;

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use alloy_primitives::{
    Address, B256, Bytes, U256, keccak256,
    map::{AddressMap, B256Map},
};
use revm::state::{AccountInfo, Bytecode};
use thiserror::Error;

use self::account::{Entry, Slot};
use crate::trie::{NodeStore, PartialTrie, TrieError};

/// The state could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StateError {
    /// A node of the account trie is missing or malformed.
    #[error("account trie, account {address}: {source}")]
    Account {
        /// The account that was looked for.
        address: Address,
        /// What is wrong.
        source: Box<TrieError>,
    },
    /// A node of a storage trie is missing or malformed.
    #[error("storage trie of {address}, slot {slot:#x}: {source}")]
    Storage {
        /// The account whose storage it is.
        address: Address,
        /// The slot that was looked for.
        slot: U256,
        /// What is wrong.
        source: Box<TrieError>,
    },
    /// A leaf of the account trie does not hold an account.
    #[error("account {address}: value {got} is not a canonical account")]
    AccountValue {
        /// The account.
        address: Address,
        /// The leaf's value.
        got: Bytes,
    },
    /// A leaf of a storage trie does not hold a non-zero integer of at most 32 bytes.
    #[error("storage of {address}, slot {slot:#x}: value {got} is not a canonical non-zero integer")]
    StorageValue {
        /// The account.
        address: Address,
        /// The slot.
        slot: U256,
        /// The leaf's value.
        got: Bytes,
    },
    /// A bytecode is missing.
    #[error("missing bytecode with hash {hash}")]
    MissingCode {
        /// keccak256 of the code.
        hash: B256,
    },
    /// An ancestor header is missing.
    #[error("missing header of block {number}, needed by BLOCKHASH: the witness goes back to {oldest}")]
    MissingHeader {
        /// The block whose hash was asked for.
        number: u64,
        /// The oldest block the witness has a hash of.
        oldest: u64,
    },
}

impl revm::database_interface::DBErrorMarker for StateError {}

/// Bytecodes by hash, with a record of those that were used.
#[derive(Debug, Clone, Default)]
pub struct CodeStore {
    codes: B256Map<Bytes>,
    used: RefCell<BTreeSet<B256>>,
}

impl CodeStore {
    /// A store of these codes, each under the hash computed from it.
    pub fn new(codes: impl IntoIterator<Item = Bytes>) -> Self {
        let codes = codes.into_iter().map(|code| (keccak256(&code), code)).collect();
        Self { codes, used: RefCell::default() }
    }

    /// Adds a code.
    pub fn insert(&mut self, code: Bytes) {
        self.codes.insert(keccak256(&code), code);
    }

    /// The codes used so far, sorted by their bytes; the record is cleared.
    pub fn take_used(&self) -> Vec<Bytes> {
        let used = self.used.take();
        let mut codes: Vec<_> = used.iter().filter_map(|hash| self.codes.get(hash).cloned()).collect();
        codes.sort_unstable();
        codes
    }

    fn load(&self, hash: &B256) -> Option<&Bytes> {
        let code = self.codes.get(hash)?;
        self.used.borrow_mut().insert(*hash);
        Some(code)
    }
}

/// The state during a block, over a partial trie.
///
/// Changes are kept beside the tries until [`StateDb::finish`] writes the net difference: in each trie first the keys
/// that are set, then those that are deleted, since only a deletion can need a sibling that nobody read.
#[derive(Debug)]
pub struct StateDb<'a> {
    nodes: &'a NodeStore,
    codes: &'a CodeStore,
    /// Hashes of ancestors by block number.
    ancestors: BTreeMap<u64, B256>,
    accounts: PartialTrie,
    entries: AddressMap<Entry>,
    new_codes: B256Map<Bytecode>,
    oldest_used: Option<u64>,
}

impl<'a> StateDb<'a> {
    /// The state with this root. `ancestors` are the hashes BLOCKHASH may give, by block number.
    pub fn new(
        root: B256,
        nodes: &'a NodeStore,
        codes: &'a CodeStore,
        ancestors: BTreeMap<u64, B256>,
    ) -> Self {
        Self {
            nodes,
            codes,
            ancestors,
            accounts: PartialTrie::new(root),
            entries: AddressMap::default(),
            new_codes: B256Map::default(),
            oldest_used: None,
        }
    }

    /// The oldest block whose hash was asked for.
    pub fn oldest_ancestor_used(&self) -> Option<u64> {
        self.oldest_used
    }

    /// Codes created during the block.
    pub fn created_codes(&self) -> impl Iterator<Item = Bytes> + '_ {
        self.new_codes.values().map(Bytecode::original_bytes)
    }

    /// Balance, nonce and code hash, `None` if there is no such account.
    pub fn account(&mut self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        Ok(self.entry(address)?.now.clone())
    }

    /// Whether an account has storage from before the block, so that no contract can be created there (EIP-7610).
    pub(crate) fn has_old_storage(&mut self, address: Address) -> Result<bool, StateError> {
        Ok(self.entry(address)?.has_old_storage())
    }

    /// Adds to a balance (a withdrawal). Adding nothing to an empty account deletes it (EIP-161).
    pub fn add_balance(&mut self, address: Address, amount: U256) -> Result<(), StateError> {
        let entry = self.entry(address)?;
        let mut info = entry.now.clone().unwrap_or_default();
        info.balance = info.balance.saturating_add(amount);
        entry.now = Some(info).filter(|info| !info.is_empty());
        Ok(())
    }

    fn entry(&mut self, address: Address) -> Result<&mut Entry, StateError> {
        if !self.entries.contains_key(&address) {
            let key = keccak256(address);
            let found = self
                .accounts
                .get(self.nodes, &key)
                .map_err(|e| StateError::Account { address, source: e.into() })?;
            let entry = Entry::load(address, found)?;
            self.entries.insert(address, entry);
        }
        Ok(self.entries.entry(address).or_default())
    }

    fn slot(&mut self, address: Address, slot: U256) -> Result<U256, StateError> {
        let nodes = self.nodes;
        self.entry(address)?.slot(nodes, address, slot).map(|s| s.now)
    }

    /// Writes all changes into the tries and returns the state root.
    pub fn finish(&mut self) -> Result<B256, StateError> {
        Ok(self.write_back()?.root())
    }

    /// As [`Self::finish`]; also returns the tries that changed, so that their nodes can be stored.
    pub(crate) fn finish_tries(&mut self) -> Result<(B256, Vec<PartialTrie>), StateError> {
        let root = self.finish()?;
        let storages = self.entries.values_mut().filter_map(|e| e.written.take());
        Ok((root, storages.chain([self.accounts.clone()]).collect()))
    }

    fn write_back(&mut self) -> Result<&mut PartialTrie, StateError> {
        let mut entries: Vec<_> = self.entries.iter_mut().map(|(a, e)| (*a, e)).collect();
        entries.sort_unstable_by_key(|(address, _)| *address);
        let mut changes = Vec::new();
        for (address, entry) in entries {
            if let Some(change) = entry.write_back(self.nodes, address)? {
                changes.push((address, change));
            }
        }
        let (sets, deletes): (Vec<_>, Vec<_>) = changes.into_iter().partition(|(_, c)| c.is_some());
        for (address, value) in sets.into_iter().chain(deletes) {
            let key = keccak256(address);
            self.accounts
                .insert(self.nodes, &key, value.unwrap_or_default())
                .map_err(|e| StateError::Account { address, source: e.into() })?;
        }
        Ok(&mut self.accounts)
    }
}

/// How a slot is stored: its RLP, or nothing for zero.
fn slot_value(slot: &Slot) -> Vec<u8> {
    if slot.now.is_zero() { Vec::new() } else { alloy_rlp::encode(slot.now) }
}
