//! What a block uses of the EVM, counted by a revm inspector.

use std::collections::BTreeMap;

use alloy_primitives::{Address, map::AddressSet};
use revm::{
    Inspector,
    context::{ContextTr, JournalTr},
    handler::MainnetContext,
    interpreter::{
        CallInputs, CallOutcome, CreateInputs, CreateOutcome, Interpreter, interpreter_types::Jumps,
    },
};
use serde::Serialize;

use crate::state::StateDb;

/// Counts of what a block executed, system calls included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Executed instructions by opcode.
    pub opcodes: BTreeMap<u8, u64>,
    /// Calls of precompiles by address, whether they succeed or not.
    pub precompiles: BTreeMap<Address, u64>,
    /// Transactions by type.
    pub tx_types: BTreeMap<u8, u64>,
}

impl Coverage {
    /// Instructions executed in all.
    pub fn steps(&self) -> u64 {
        self.opcodes.values().sum()
    }

    /// Adds another block's or transaction's counts.
    pub fn add(&mut self, other: &Self) {
        for (key, count) in &other.opcodes {
            *self.opcodes.entry(*key).or_default() += count;
        }
        for (key, count) in &other.precompiles {
            *self.precompiles.entry(*key).or_default() += count;
        }
        for (key, count) in &other.tx_types {
            *self.tx_types.entry(*key).or_default() += count;
        }
    }
}

/// The inspector that counts, and makes up for the one rule that revm leaves out.
///
/// EIP-7610: a contract cannot be created where an account has storage, even if it has neither nonce nor code. revm
/// looks at nonce and code only. So that it sees the collision, such an account has nonce 1 while its creation is tried.
#[derive(Debug)]
pub(crate) struct Counter {
    opcodes: [u64; 256],
    calls: BTreeMap<Address, u64>,
    precompiles: AddressSet,
    occupied: Option<Address>,
}

impl Counter {
    /// Counts calls of these precompiles.
    pub fn new(precompiles: AddressSet) -> Self {
        Self { opcodes: [0; 256], calls: BTreeMap::new(), precompiles, occupied: None }
    }

    /// The counts so far.
    pub fn coverage(&self) -> Coverage {
        let opcodes = (0u8..=255).zip(self.opcodes).filter(|(_, n)| *n > 0).collect();
        Coverage { opcodes, precompiles: self.calls.clone(), tx_types: BTreeMap::new() }
    }
}

/// The context that blocks are executed in.
pub(crate) type BlockContext<'db, 'a> = MainnetContext<&'db mut StateDb<'a>>;

/// Where a creation puts its contract, if there is storage but neither nonce nor code. Errors are left to revm.
fn occupied(context: &mut BlockContext<'_, '_>, inputs: &CreateInputs) -> Option<Address> {
    let caller = context.journal_mut().load_account(inputs.caller()).ok()?;
    let (balance, nonce) = (caller.info.balance, caller.info.nonce);
    if balance < inputs.value() || nonce == u64::MAX || context.journal().depth() > 1024 {
        return None;
    }
    let address = inputs.created_address(nonce);
    if !context.db_mut().has_old_storage(address).ok()? {
        return None;
    }
    let target = context.journal_mut().load_account(address).ok()?;
    (target.info.nonce == 0 && target.info.is_empty_code_hash()).then_some(address)
}

impl Inspector<BlockContext<'_, '_>> for Counter {
    fn step(&mut self, interp: &mut Interpreter, _: &mut BlockContext<'_, '_>) {
        self.opcodes[usize::from(interp.bytecode.opcode())] += 1;
    }

    fn call(&mut self, _: &mut BlockContext<'_, '_>, inputs: &mut CallInputs) -> Option<CallOutcome> {
        if self.precompiles.contains(&inputs.bytecode_address) {
            *self.calls.entry(inputs.bytecode_address).or_default() += 1;
        }
        None
    }

    fn create(
        &mut self,
        context: &mut BlockContext<'_, '_>,
        inputs: &mut CreateInputs,
    ) -> Option<CreateOutcome> {
        self.occupied = occupied(context, inputs);
        set_nonce(context, self.occupied, 1);
        None
    }

    // A creation that collides runs nothing, so this is the end of the same one.
    fn create_end(&mut self, context: &mut BlockContext<'_, '_>, _: &CreateInputs, _: &mut CreateOutcome) {
        set_nonce(context, self.occupied.take(), 0);
    }
}

fn set_nonce(context: &mut BlockContext<'_, '_>, address: Option<Address>, nonce: u64) {
    let Some(address) = address else { return };
    if let Some(account) = context.journal_mut().evm_state_mut().get_mut(&address) {
        account.info.nonce = nonce;
    }
}
