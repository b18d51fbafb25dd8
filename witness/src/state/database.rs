//! revm's view of the state.

use alloy_primitives::{Address, B256, U256, map::AddressMap};
use revm::{
    Database, DatabaseCommit,
    state::{Account, AccountInfo, Bytecode},
};

use super::{StateDb, StateError};

impl Database for StateDb<'_> {
    type Error = StateError;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, StateError> {
        self.account(address)
    }

    fn code_by_hash(&mut self, hash: B256) -> Result<Bytecode, StateError> {
        if let Some(code) = self.new_codes.get(&hash) {
            return Ok(code.clone());
        }
        let code = self.codes.load(&hash).ok_or(StateError::MissingCode { hash })?;
        Ok(Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code.clone())))
    }

    fn storage(&mut self, address: Address, slot: U256) -> Result<U256, StateError> {
        self.slot(address, slot)
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, StateError> {
        let oldest = self.ancestors.keys().next().copied().unwrap_or_default();
        let hash = self.ancestors.get(&number).ok_or(StateError::MissingHeader { number, oldest })?;
        self.oldest_used = Some(self.oldest_used.map_or(number, |n| n.min(number)));
        Ok(*hash)
    }
}

impl DatabaseCommit for StateDb<'_> {
    fn commit(&mut self, changes: AddressMap<Account>) {
        for (address, account) in changes {
            if !account.is_touched() {
                continue;
            }
            if let Some(code) = account.info.code.as_ref().filter(|code| !code.is_empty()) {
                self.new_codes.entry(account.info.code_hash).or_insert_with(|| code.clone());
            }
            // The account was loaded through `basic`, so it has an entry.
            self.entries.entry(address).or_default().apply(&account);
        }
    }
}
