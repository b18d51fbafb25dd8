//! The cases of zk_evm (Polygon Zero's prover), for runs side by side.
//!
//! Block 1 of chain 1 under Cancun rules, timestamp 1000, base fee 10, no withdrawals, the beacon-roots contract in the
//! pre-state. What the cases leave open is chosen here: the legacy transaction is protected by EIP-155, fees of the
//! type-2 transaction are 10 wei, contracts are compiled by us from the description.

use alloy_consensus::{TxEip1559, TxLegacy};
use alloy_eips::eip4788::{BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE};
use alloy_primitives::{Address, B256, Bytes, TxKind, U256, address, b256};

use super::contracts::{GIVER, PEER_TOKEN, call, code, mapping_slot, short_string, word};
use crate::{
    alloc::{Alloc, AllocAccount},
    block::Transaction,
    builder::BuildError,
    chain::{Account, Chain},
    input::BlockInput,
};

const GAS_LIMIT: u64 = 0xff11_2233;
const ETHER: u128 = 1_000_000_000_000_000_000;
/// The example key of web3's documentation; its account is 0x2c7536e3605d9c16a7a3d7b1898e529396a65c23.
const EXAMPLE_KEY: B256 = b256!("0x4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318");
const TOKEN: Address = address!("0x00000000000000000000000000000000000c0de1");
const GIVER_ADDRESS: Address = address!("0x00000000000000000000000000000000000c0de2");

/// Block 1 on a state with these accounts and the beacon-roots contract.
fn produce(mut alloc: Alloc, transaction: Transaction) -> Result<BlockInput, BuildError> {
    alloc.insert(BEACON_ROOTS_ADDRESS, contract(BEACON_ROOTS_CODE.clone(), []));
    // A base fee of 11 in an empty genesis gives 10 in block 1.
    let mut chain = Chain::new("Cancun", 1, &alloc, GAS_LIMIT, 11)?;
    let mut plan = chain.plan();
    plan.timestamp = 1000;
    plan.prev_randao = U256::from(0x02_0000).into();
    plan.coinbase = address!("0xdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef");
    plan.transactions = vec![transaction];
    Ok(chain.produce(plan)?.input)
}

fn contract<const N: usize>(code: Bytes, storage: [(U256, U256); N]) -> AllocAccount {
    AllocAccount { nonce: U256::from(1), code, storage: storage.into(), balance: U256::ZERO }
}

pub fn simple_transfer() -> Result<BlockInput, BuildError> {
    let sender = Account::from_key(EXAMPLE_KEY).expect("the example key is valid");
    let funds =
        AllocAccount { nonce: U256::from(5), ..AllocAccount::with_balance(U256::from(100_000 * ETHER)) };
    let tx = TxLegacy {
        chain_id: Some(1),
        nonce: 5,
        gas_price: 10,
        gas_limit: 22_000,
        to: TxKind::Call(Address::repeat_byte(0xa0)),
        value: U256::from(100),
        input: Bytes::from_static(&[0x42, 0x42]),
    };
    produce(Alloc::from([(sender.address, funds)]), sender.sign(tx))
}

pub fn erc20() -> Result<BlockInput, BuildError> {
    let sender = Account::named("zkrom peer sender");
    let supply = U256::from(1000 * ETHER);
    let token = contract(
        code(PEER_TOKEN),
        [
            (mapping_slot(GIVER_ADDRESS, 0), supply),
            (U256::from(2), supply),
            (U256::from(3), short_string("Peer Token")),
            (U256::from(4), short_string("PEER")),
        ],
    );
    let giver = contract(code(GIVER), [(U256::ZERO, word(TOKEN))]);
    let alloc = Alloc::from([
        (sender.address, AllocAccount::with_balance(U256::from(10_000 * ETHER))),
        (TOKEN, token),
        (GIVER_ADDRESS, giver),
    ]);
    let tx = TxEip1559 {
        chain_id: 1,
        nonce: 0,
        gas_limit: 82_629,
        max_fee_per_gas: 10,
        max_priority_fee_per_gas: 10,
        to: TxKind::Call(GIVER_ADDRESS),
        value: U256::ZERO,
        access_list: Default::default(),
        input: call("send(uint256)", &[U256::from(100 * ETHER)]),
    };
    produce(alloc, sender.sign(tx))
}
