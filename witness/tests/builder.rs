//! The witness builder beyond the samples: ancestors, collapses, withdrawals, invalid blocks, each fork.

use alloy_consensus::TxLegacy;
use alloy_eips::{
    eip2935::{HISTORY_STORAGE_ADDRESS, HISTORY_STORAGE_CODE},
    eip4788::{BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE},
    eip4895::Withdrawal,
};
use alloy_primitives::{Address, Bytes, TxKind, U256, hex};
use zkrom_witness::{
    alloc::{Alloc, AllocAccount, load_alloc},
    block::{Block, Transaction},
    build_witness,
    builder::BuildError,
    chain::{Account, Chain},
    check_block,
};

const GWEI: u128 = 1_000_000_000;
const TARGET: Address = Address::repeat_byte(0x77);

fn account(code: &[u8], storage: impl IntoIterator<Item = (u64, u64)>) -> AllocAccount {
    let storage = storage.into_iter().map(|(k, v)| (U256::from(k), U256::from(v))).collect();
    AllocAccount { nonce: U256::from(1), balance: U256::ZERO, code: code.to_vec().into(), storage }
}

fn alloc(sender: &Account, target: AllocAccount) -> Alloc {
    Alloc::from([
        (sender.address, AllocAccount::with_balance(U256::from(GWEI * GWEI))),
        (TARGET, target),
        (BEACON_ROOTS_ADDRESS, account(&BEACON_ROOTS_CODE, [])),
        (HISTORY_STORAGE_ADDRESS, account(&HISTORY_STORAGE_CODE, [])),
    ])
}

fn call(sender: &Account, nonce: u64) -> Transaction {
    sender.sign(TxLegacy {
        chain_id: Some(1),
        nonce,
        gas_price: 20 * GWEI,
        gas_limit: 200_000,
        to: TxKind::Call(TARGET),
        value: U256::ZERO,
        input: Bytes::new(),
    })
}

fn chain(network: &str, target: AllocAccount) -> (Account, Chain) {
    let sender = Account::named("builder test");
    let chain = Chain::new(network, 1, &alloc(&sender, target), 30_000_000, GWEI as u64).unwrap();
    (sender, chain)
}

#[test]
fn ancestors_go_back_to_the_oldest_hash_asked_for() {
    // SSTORE(0, BLOCKHASH(NUMBER - 5))
    let code = hex!("6005430340600055");
    let (sender, mut chain) = chain("Cancun", account(&code, []));
    for _ in 0..9 {
        let built = chain.produce(chain.plan()).unwrap();
        assert_eq!(built.input.witness.headers.len(), 1);
    }
    let mut plan = chain.plan();
    plan.transactions = vec![call(&sender, 0)];
    let mut input = chain.produce(plan).unwrap().input;
    assert_eq!(input.witness.headers.len(), 5);
    let config = input.config().unwrap();
    // The oldest header's parent hash is bound too, so the last header is one more than is strictly needed.
    input.witness.headers.truncate(4);
    check_block(&input, &config).unwrap();
    input.witness.headers.truncate(3);
    let error = check_block(&input, &config).unwrap_err();
    assert!(error.is_incomplete_witness());
    assert_eq!(
        error.to_string(),
        "missing header of block 5, needed by BLOCKHASH: the witness goes back to 6"
    );
}

#[test]
fn deletions_bring_their_siblings() {
    // for each i below 8: SSTORE(i, 0)
    let code: Vec<u8> = (0..8u8).flat_map(|i| [0x60, 0, 0x60, i, 0x55]).collect();
    for slots in 1..40u64 {
        let (sender, mut chain) = chain("Cancun", account(&code, (0..slots).map(|i| (i, i + 1))));
        let mut plan = chain.plan();
        plan.transactions = vec![call(&sender, 0)];
        let built = chain.produce(plan).unwrap();
        let outcome = built.verdict.unwrap();
        assert_eq!(outcome.witness.nodes, outcome.witness.nodes_used);
    }
}

#[test]
fn every_fork_makes_blocks_with_withdrawals() {
    for network in ["Paris", "Shanghai", "Cancun", "ShanghaiToCancunAtTime15k"] {
        let (sender, mut chain) = chain(network, account(&hex!("600160005500"), []));
        for i in 0..3 {
            let mut plan = chain.plan();
            plan.timestamp = [100, 14_999, 15_000][i as usize];
            plan.transactions = vec![call(&sender, i)];
            let to = |byte, amount| Withdrawal {
                address: Address::repeat_byte(byte),
                amount,
                ..Default::default()
            };
            plan.withdrawals = vec![to(1, 5), to(0x99, 0), to(0x77, 7)];
            let outcome = chain.produce(plan).unwrap().verdict.unwrap();
            assert!(outcome.transactions[0].success);
        }
        assert_eq!(chain.head().number, 3);
    }
    let error = Chain::new("London", 1, &Alloc::new(), 1, 1).unwrap_err();
    assert!(matches!(error, BuildError::Fork(_)));
}

/// An invalid block has a witness as well, and the same error with it as on the full state.
#[test]
fn invalid_blocks_have_witnesses() {
    let (sender, mut chain) = chain("Cancun", account(&hex!("600160005500"), []));
    let mut plan = chain.plan();
    plan.transactions = vec![call(&sender, 0)];
    let good = chain.seal(plan).unwrap();
    let mut verdict = |block: &Block| {
        let built = chain.witness(block.encode()).unwrap();
        assert!(!built.input.witness.state.is_empty() && built.input.witness.headers.len() == 1);
        built.verdict.unwrap_err().to_string()
    };
    let mut block = good.clone();
    block.header.state_root.0[0] ^= 1;
    assert!(verdict(&block).starts_with("block header, stateRoot"));
    let mut block = good.clone();
    block.header.gas_limit += 1_000_000;
    assert!(verdict(&block).starts_with("block header, gasLimit"));
    let mut block = good.clone();
    block.transactions.push(call(&sender, 0));
    let error = verdict(&block);
    assert!(error.starts_with("transaction 1: ") && error.contains("nonce"), "{error}");
    // Not even RLP: there is a parent, and nothing to execute.
    let mut rlp = good.encode().to_vec();
    let last = rlp.len() - 1;
    rlp[last] = 0xc1;
    let built = chain.witness(rlp.into()).unwrap();
    assert_eq!(built.input.witness.headers.len(), 1);
    assert!(built.verdict.unwrap_err().to_string().starts_with("RLP of block"));
}

#[test]
fn the_free_function_checks_the_parent() {
    let sender = Account::named("builder test");
    let pre = alloc(&sender, account(&hex!("600160005500"), []));
    let mut chain = Chain::new("Cancun", 1, &pre, 30_000_000, GWEI as u64).unwrap();
    let mut plan = chain.plan();
    plan.transactions = vec![call(&sender, 0)];
    let input = chain.produce(plan).unwrap().input;
    let file = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(&file, &pre).unwrap();
    let again = load_alloc(file.path()).unwrap();
    let built = build_witness(&again, &input.witness.headers, input.block.clone(), "Cancun", 1).unwrap();
    assert_eq!(built.input, input);
    let error =
        build_witness(&Alloc::new(), &input.witness.headers, input.block.clone(), "Cancun", 1).unwrap_err();
    assert!(error.to_string().starts_with("pre-state: expected the parent's state root"), "{error}");
    let built = build_witness(&pre, &[], input.block, "Cancun", 1).unwrap();
    assert!(built.verdict.unwrap_err().to_string().starts_with("the witness has no headers"));
}
