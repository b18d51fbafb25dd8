//! One account during a block: what it was, what it is, and the slots that were read or written.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, KECCAK256_EMPTY, U256, keccak256};
use alloy_rlp::Decodable;
use alloy_trie::{EMPTY_ROOT_HASH, TrieAccount};
use revm::state::{Account, AccountInfo};

use super::{StateError, slot_value};
use crate::trie::{NodeStore, PartialTrie};

/// An account that was looked up.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The account as the parent block left it.
    before: Option<TrieAccount>,
    /// The account now.
    pub now: Option<AccountInfo>,
    /// The storage trie, once a slot is asked for.
    storage: Option<PartialTrie>,
    slots: BTreeMap<U256, Slot>,
    /// The storage of the parent block is gone (created anew or destroyed).
    wiped: bool,
    /// The storage trie after writing back, if it has changed.
    pub written: Option<PartialTrie>,
}

/// A slot that was looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    before: U256,
    pub now: U256,
}

impl Entry {
    /// Decodes the leaf found for an account.
    pub fn load(address: Address, leaf: Option<&[u8]>) -> Result<Self, StateError> {
        let Some(leaf) = leaf else { return Ok(Self::default()) };
        let bad = || StateError::AccountValue { address, got: Bytes::copy_from_slice(leaf) };
        let account = TrieAccount::decode(&mut &leaf[..]).map_err(|_| bad())?;
        if alloy_rlp::encode(account) != leaf {
            return Err(bad());
        }
        let mut now = AccountInfo::default();
        (now.balance, now.nonce, now.code_hash) = (account.balance, account.nonce, account.code_hash);
        if account.code_hash != KECCAK256_EMPTY {
            now.code = None;
        }
        Ok(Self { before: Some(account), now: Some(now), ..Self::default() })
    }

    fn root_before(&self) -> B256 {
        self.before.map_or(EMPTY_ROOT_HASH, |a| a.storage_root)
    }

    /// Whether the account keeps storage from before the block.
    pub fn has_old_storage(&self) -> bool {
        !self.wiped && self.root_before() != EMPTY_ROOT_HASH
    }

    /// A slot, read from the trie the first time.
    pub fn slot(&mut self, nodes: &NodeStore, address: Address, slot: U256) -> Result<&mut Slot, StateError> {
        if !self.slots.contains_key(&slot) {
            let mut before = U256::ZERO;
            if !self.wiped {
                let root = self.root_before();
                let trie = self.storage.get_or_insert_with(|| PartialTrie::new(root));
                let leaf = trie
                    .get(nodes, &keccak256(slot.to_be_bytes::<32>()))
                    .map_err(|e| StateError::Storage { address, slot, source: e.into() })?;
                before = decode_slot(address, slot, leaf)?;
            }
            self.slots.insert(slot, Slot { before, now: before });
        }
        Ok(self.slots.entry(slot).or_insert(Slot { before: U256::ZERO, now: U256::ZERO }))
    }

    /// Takes over what a transaction left.
    pub fn apply(&mut self, account: &Account) {
        if account.is_selfdestructed() {
            self.now = None;
            self.wipe();
            return;
        }
        if account.is_created() {
            self.wipe();
        }
        let info = account.info.clone();
        // A touched account that is empty is deleted (EIP-161).
        self.now = Some(info).filter(|info| !info.is_empty());
        for (key, value) in &account.storage {
            if value.is_changed() {
                let before = self.slots.get(key).map_or(U256::ZERO, |s| s.before);
                self.slots.insert(*key, Slot { before, now: value.present_value() });
            }
        }
    }

    fn wipe(&mut self) {
        self.wiped = true;
        self.storage = None;
        self.slots.clear();
    }

    /// Writes the changed slots; gives the account's new leaf (`None`: delete it) if that differs.
    #[allow(clippy::option_option)]
    pub fn write_back(
        &mut self,
        nodes: &NodeStore,
        address: Address,
    ) -> Result<Option<Option<Vec<u8>>>, StateError> {
        let Some(now) = &self.now else { return Ok(self.before.map(|_| None)) };
        let mut storage_root = if self.wiped { EMPTY_ROOT_HASH } else { self.root_before() };
        let mut changed: Vec<_> = self.slots.iter().filter(|(_, s)| s.before != s.now).collect();
        // Sets come before deletions.
        changed.sort_by_key(|(_, s)| s.now.is_zero());
        if !changed.is_empty() {
            let mut trie = self.storage.take().unwrap_or_else(|| PartialTrie::new(storage_root));
            for (slot, value) in changed {
                trie.insert(nodes, &keccak256(slot.to_be_bytes::<32>()), slot_value(value))
                    .map_err(|e| StateError::Storage { address, slot: *slot, source: e.into() })?;
            }
            storage_root = trie.root();
            self.written = Some(trie);
        }
        let account =
            TrieAccount { nonce: now.nonce, balance: now.balance, storage_root, code_hash: now.code_hash };
        Ok((self.before != Some(account)).then(|| Some(alloy_rlp::encode(account))))
    }
}

fn decode_slot(address: Address, slot: U256, leaf: Option<&[u8]>) -> Result<U256, StateError> {
    let Some(leaf) = leaf else { return Ok(U256::ZERO) };
    let value = U256::decode(&mut &leaf[..]).unwrap_or_default();
    if value.is_zero() || alloy_rlp::encode(value) != leaf {
        return Err(StateError::StorageValue { address, slot, got: Bytes::copy_from_slice(leaf) });
    }
    Ok(value)
}
