//! What a block uses of the EVM, counted by a revm inspector.

use std::collections::BTreeMap;

use alloy_primitives::{Address, map::AddressSet};
use revm::{
    Inspector,
    interpreter::{CallInputs, CallOutcome, Interpreter, InterpreterTypes, interpreter_types::Jumps},
};
use serde::Serialize;

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

/// The inspector that counts.
#[derive(Debug)]
pub(crate) struct Counter {
    opcodes: [u64; 256],
    calls: BTreeMap<Address, u64>,
    precompiles: AddressSet,
}

impl Counter {
    /// Counts calls of these precompiles.
    pub fn new(precompiles: AddressSet) -> Self {
        Self { opcodes: [0; 256], calls: BTreeMap::new(), precompiles }
    }

    /// The counts so far.
    pub fn coverage(&self) -> Coverage {
        let opcodes = (0u8..=255).zip(self.opcodes).filter(|(_, n)| *n > 0).collect();
        Coverage { opcodes, precompiles: self.calls.clone(), tx_types: BTreeMap::new() }
    }
}

impl<CTX, INTR: InterpreterTypes> Inspector<CTX, INTR> for Counter {
    fn step(&mut self, interp: &mut Interpreter<INTR>, _: &mut CTX) {
        self.opcodes[usize::from(interp.bytecode.opcode())] += 1;
    }

    fn call(&mut self, _: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
        if self.precompiles.contains(&inputs.bytecode_address) {
            *self.calls.entry(inputs.bytecode_address).or_default() += 1;
        }
        None
    }
}
