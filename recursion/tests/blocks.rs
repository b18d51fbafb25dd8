//! Two consecutive blocks: executed by the ROM, proved, compressed and joined, at full strength.
//!
//! `cargo test --release -p zkrom-recursion --test blocks -- --ignored --nocapture`

mod common;

use std::collections::BTreeMap;
use std::time::Instant;

use alloy_consensus::TxEip1559;
use alloy_eips::eip4788::{BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE};
use alloy_primitives::{Address, B256, TxKind, U256};
use common::{Block, block};
use p3_field::PrimeField32;
use zkrom_executor::Input;
use zkrom_recursion::compress::{self, Exposed};
use zkrom_recursion::join;
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::stage::{LOG_HEIGHTS, ProvingKey, StageProof};
use zkrom_recursion::verifier::{Child, Plan, Proof, Words};
use zkrom_stark::config::ProofParams;
use zkrom_stark::machine::Shape;
use zkrom_witness::alloc::{Alloc, AllocAccount};
use zkrom_witness::chain::{Account, Chain};
use zkrom_witness::{BlockInput, check_block, rom_input};

const PARAMS: ProofParams = ProofParams::STANDARD;
const GWEI: u128 = 1_000_000_000;

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = run();
    println!("{what}: {:?}", start.elapsed());
    out
}

/// Two blocks of one transfer each.
fn inputs() -> [BlockInput; 2] {
    let alice = Account::named("zkrom sample alice");
    let rich = || AllocAccount::with_balance(U256::from(GWEI * GWEI));
    let roots =
        AllocAccount { nonce: U256::from(1), code: BEACON_ROOTS_CODE.clone(), ..AllocAccount::default() };
    let alloc = Alloc::from([
        (alice.address, rich()),
        (Address::repeat_byte(0xb0), rich()),
        (BEACON_ROOTS_ADDRESS, roots),
    ]);
    let mut chain = Chain::new("Cancun", 1337, &alloc, 30_000_000, GWEI as u64).expect("a chain");
    [0, 1].map(|nonce| {
        let mut plan = chain.plan();
        plan.transactions = vec![alice.sign(TxEip1559 {
            chain_id: 1337,
            nonce,
            gas_limit: 21_000,
            max_fee_per_gas: 3 * GWEI,
            max_priority_fee_per_gas: GWEI,
            to: TxKind::Call(Address::repeat_byte(0x5a)),
            value: U256::from(GWEI),
            ..TxEip1559::default()
        })];
        chain.produce(plan).expect("a valid block").input
    })
}

fn prove(input: &BlockInput) -> Block {
    let config = input.config().expect("a known network");
    let input = Input { private: rom_input(input, &config), ..Input::default() };
    block("rom/main.zkasm", input, PARAMS)
}

/// The compress stage of a shape.
fn stage(block: &Block) -> (Plan, ProvingKey) {
    let shape = &Shape::table()[usize::from(block.proof.shape)];
    let child = Child {
        airs: &block.key.chips,
        lookups: block.key.lookups(),
        log_heights: shape.log_heights(),
        params: PARAMS,
    };
    let plan = child.plan();
    let circuit = compress::circuit(&child, &plan, Exposed::BLOCKS);
    let key = ProvingKey::with_heights(circuit, PARAMS, &LOG_HEIGHTS);
    (plan, key)
}

#[test]
#[ignore = "minutes"]
fn two_blocks() {
    let inputs = inputs();
    let blocks = [0, 1].map(|i| timed("block, with its key", || prove(&inputs[i])));
    println!("shapes {:?}", blocks.each_ref().map(|b| b.proof.shape));
    let mut stages: BTreeMap<u8, (Plan, ProvingKey)> = BTreeMap::new();
    for block in &blocks {
        stages.entry(block.proof.shape).or_insert_with(|| timed("compress key", || stage(block)));
    }
    let (_, any) = stages.values().next().expect("a stage");
    let child = any.as_child();
    let plan = child.plan();
    let join_key =
        timed("join key", || ProvingKey::with_heights(join::circuit(&child, &plan), PARAMS, &LOG_HEIGHTS));
    let digests: Vec<_> = stages.values().map(|(_, k)| k.digest()).chain([join_key.digest()]).collect();
    let keys = KeySet::new(&digests);

    let proofs: [StageProof; 2] = [0, 1].map(|i| {
        let (plan, key) = &stages[&blocks[i].proof.shape];
        let preprocessed = &blocks[i].key.verifying.preprocessed;
        let child =
            Proof { plan, proof: &blocks[i].proof.stark, key: preprocessed, public: &blocks[i].public };
        timed("compress", || {
            let run =
                key.circuit.run(&mut Words::after(keys.root().to_vec(), vec![child])).expect("it accepts");
            key.prove(&run).expect("the prover runs")
        })
    });
    let public = [0, 1].map(|i| ProvingKey::public_values(&proofs[i]));
    let stage_keys = [0, 1].map(|i| &stages[&blocks[i].proof.shape].1);
    let children = [0, 1].map(|i| Proof {
        plan: &plan,
        proof: &proofs[i].stark,
        key: &stage_keys[i].verifying.preprocessed,
        public: &public[i],
    });
    let joined = timed("join", || {
        let first = join::words(&keys, stage_keys.map(ProvingKey::digest));
        let run = join_key.circuit.run(&mut Words::after(first, children.to_vec())).expect("it accepts");
        join_key.prove(&run).expect("the prover runs")
    });
    timed("verify", || join_key.verifying.verify(&joined, PARAMS)).expect("the proof verifies");

    let outcomes = [0, 1].map(|i| check_block(&inputs[i], &inputs[i].config().unwrap()).expect("valid"));
    let headers = [0, 1].map(|i| inputs[i].decode().expect("it decodes").header);
    let parent = zkrom_witness::block::decode_header(&inputs[0].witness.headers[0], "parent").unwrap();
    let config = inputs[0].config().unwrap();
    let word = |hash: B256| U256::from_be_bytes(hash.0);
    let expected = [
        word(config.config_hash()),
        U256::from(config.chain_id),
        U256::from(headers[0].number),
        U256::from(headers[1].number),
        word(headers[0].parent_hash),
        word(outcomes[1].hash),
        word(parent.state_root),
        word(outcomes[1].state_root),
    ];
    for (limbs, word) in joined.public[16..].chunks(16).zip(expected) {
        let of_limbs =
            |word: U256, limb: &zkrom_stark::field::Val| (word << 16) | U256::from(limb.as_canonical_u32());
        assert_eq!(limbs.iter().rev().fold(U256::ZERO, of_limbs), word);
    }
}
