//! Samples of everyday work, on a Cancun chain of our own.

use alloy_consensus::{TxEip1559, TxEip2930, TxLegacy};
use alloy_eips::eip4788::{BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address};

use super::contracts::{FACTORY, TOKEN, call, code, with_words, word};
use crate::{
    alloc::{Alloc, AllocAccount},
    block::Transaction,
    builder::BuildError,
    chain::{Account, Chain},
    input::BlockInput,
};

const CHAIN_ID: u64 = 1337;
const GWEI: u128 = 1_000_000_000;
const ETHER: u128 = GWEI * GWEI;
const RECEIVER: Address = address!("0x00000000000000000000000000000000005a4b52");

/// Alice, and a chain on which she has 1,000 ETH.
fn start() -> Result<(Account, Chain), BuildError> {
    let alice = Account::named("zkrom sample alice");
    let alloc = Alloc::from([
        (alice.address, AllocAccount::with_balance(U256::from(1000 * ETHER))),
        (Address::repeat_byte(0xb0), AllocAccount::with_balance(U256::from(ETHER))),
        (RECEIVER, AllocAccount::with_balance(U256::from(1))),
        (
            BEACON_ROOTS_ADDRESS,
            AllocAccount { nonce: U256::from(1), code: BEACON_ROOTS_CODE.clone(), ..AllocAccount::default() },
        ),
    ]);
    Ok((alice, Chain::new("Cancun", CHAIN_ID, &alloc, 30_000_000, GWEI as u64)?))
}

fn produce(mut chain: Chain, transactions: Vec<Transaction>) -> Result<BlockInput, BuildError> {
    let mut plan = chain.plan();
    plan.extra_data = Bytes::from_static(b"zkrom sample");
    plan.transactions = transactions;
    Ok(chain.produce(plan)?.input)
}

/// A call of type 2, as wallets send them.
fn send(nonce: u64, to: Address, value: u128, input: Bytes, gas_limit: u64) -> TxEip1559 {
    TxEip1559 {
        chain_id: CHAIN_ID,
        nonce,
        gas_limit,
        max_fee_per_gas: 3 * GWEI,
        max_priority_fee_per_gas: GWEI,
        to: TxKind::Call(to),
        value: U256::from(value),
        access_list: Default::default(),
        input,
    }
}

/// A deployment of type 0.
fn deploy(nonce: u64, input: Bytes) -> TxLegacy {
    TxLegacy {
        chain_id: Some(CHAIN_ID),
        nonce,
        gas_price: 2 * GWEI,
        gas_limit: 2_000_000,
        to: TxKind::Create,
        value: U256::ZERO,
        input,
    }
}

pub fn transfer() -> Result<BlockInput, BuildError> {
    let (alice, chain) = start()?;
    let tx = alice.sign(send(0, RECEIVER, ETHER, Bytes::new(), 21_000));
    produce(chain, vec![tx])
}

pub fn erc20() -> Result<BlockInput, BuildError> {
    let (alice, chain) = start()?;
    let token = alice.address.create(0);
    let supply = U256::from(1000 * ETHER);
    let deployment = alice.sign(deploy(0, with_words(code(TOKEN).to_vec(), &[supply])));
    let input = call("transfer(address,uint256)", &[word(RECEIVER), U256::from(100 * ETHER)]);
    let transfer = alice.sign(send(1, token, 0, input, 100_000));
    produce(chain, vec![deployment, transfer])
}

pub fn failing_call() -> Result<BlockInput, BuildError> {
    let (alice, mut chain) = start()?;
    let token = alice.address.create(0);
    let mut plan = chain.plan();
    plan.transactions = vec![alice.sign(deploy(0, with_words(code(TOKEN).to_vec(), &[U256::from(5)])))];
    chain.produce(plan)?;
    // More tokens than there are: the token reverts with its reason.
    let input = call("transfer(address,uint256)", &[word(RECEIVER), U256::from(6)]);
    let reverts = alice.sign(send(1, token, 0, input.clone(), 100_000));
    // Enough gas to begin with, too little to end; of type 1, with the slot it reads in the access list.
    let out_of_gas = alice.sign(TxEip2930 {
        chain_id: CHAIN_ID,
        nonce: 2,
        gas_price: 2 * GWEI,
        gas_limit: 28_000,
        to: TxKind::Call(token),
        value: U256::ZERO,
        access_list: vec![alloy_eips::eip2930::AccessListItem {
            address: token,
            storage_keys: vec![B256::ZERO],
        }]
        .into(),
        input,
    });
    produce(chain, vec![reverts, out_of_gas])
}

pub fn create2() -> Result<BlockInput, BuildError> {
    let (alice, chain) = start()?;
    let factory = alice.address.create(0);
    let deployment = alice.sign(deploy(0, code(FACTORY)));
    let input = call("make(bytes32,uint256)", &[U256::from(0x5a17), U256::from(42)]);
    let make = alice.sign(send(1, factory, 0, input, 300_000));
    produce(chain, vec![deployment, make])
}
