//! Valid blocks with one thing changed: each is refused by the rule that it breaks.

use alloy_consensus::Header;
use alloy_primitives::{B64, B256, Bytes, U256};
use zkrom::{EvmRom, Refusal};
use zkrom_witness::block::Block;
use zkrom_witness::{BlockInput, ForkName, samples};

use super::generate::Generator;

/// The refusal of a block after a change of its parts.
fn refusal(input: &BlockInput, change: impl FnOnce(&mut Block)) -> Refusal {
    let mut block = input.decode().unwrap();
    change(&mut block);
    refused(&BlockInput { block: block.encode(), ..input.clone() })
}

fn refused(input: &BlockInput) -> Refusal {
    let config = input.config().unwrap();
    let natively = zkrom_witness::check_block(input, &config);
    assert!(natively.is_err(), "the change makes no difference");
    match EvmRom::get().run(input, &config) {
        Ok(run) => panic!("accepted, but natively {:?}: {}", natively.err(), run.statement),
        Err(refusal) => refusal,
    }
}

fn header(input: &BlockInput, change: impl FnOnce(&mut Header)) -> String {
    refusal(input, |block| change(&mut block.header)).procedure
}

/// A random block under Cancun with withdrawals and logs.
fn busy_block() -> BlockInput {
    let mut generator = Generator::new(ForkName::Cancun, 77);
    loop {
        let built = generator.block(4);
        let block = built.input.decode().unwrap();
        if built.verdict.unwrap().logs_bloom.is_zero() || block.withdrawals.is_none_or(|w| w.is_empty()) {
            continue;
        }
        return built.input;
    }
}

fn flip(hash: &mut B256) {
    hash[31] ^= 1;
}

#[test]
fn header_fields_are_checked() {
    let mut blocks = vec![busy_block()];
    blocks.extend(samples::SAMPLES.iter().map(|s| s.make().unwrap()));
    for block in &blocks {
        let is = |change: &dyn Fn(&mut Header), procedure: &str| {
            assert_eq!(header(block, change), procedure);
        };
        is(&|h| flip(&mut h.state_root), "invalid_state_root");
        is(&|h| flip(&mut h.receipts_root), "invalid_receipts_root");
        is(&|h| flip(&mut h.transactions_root), "invalid_transactions_root");
        is(&|h| h.gas_used += 1, "invalid_block_gas_used");
        is(&|h| h.gas_used -= 1, "invalid_block_gas_used");
        is(&|h| h.gas_used = h.gas_limit + 1, "invalid_gas_used");
        is(&|h| h.logs_bloom.0[7] ^= 1, "invalid_logs_bloom");
        is(&|h| h.logs_bloom.0[255] ^= 0x80, "invalid_logs_bloom");
        is(&|h| h.base_fee_per_gas = h.base_fee_per_gas.map(|f| f + 1), "invalid_base_fee");
        is(&|h| h.number += 1, "invalid_number");
        is(&|h| h.timestamp = 0, "invalid_timestamp");
        is(&|h| h.gas_limit *= 2, "invalid_gas_limit");
        is(&|h| h.difficulty = U256::from(1), "invalid_proof_of_stake_constants");
        is(&|h| h.nonce = B64::with_last_byte(1), "invalid_proof_of_stake_constants");
        is(&|h| flip(&mut h.ommers_hash), "invalid_proof_of_stake_constants");
        is(&|h| h.extra_data = Bytes::from(vec![0; 33]), "invalid_extra_data");
        is(&|h| flip(&mut h.parent_hash), "invalid_parent_hash");
        is(&|h| h.requests_hash = Some(B256::ZERO), "invalid_header_fields");
        if block.decode().unwrap().withdrawals.is_some() {
            is(&|h| flip(h.withdrawals_root.as_mut().unwrap()), "invalid_withdrawals_root");
        }
        if block.decode().unwrap().header.blob_gas_used.is_some() {
            is(&|h| h.blob_gas_used = Some(131_072), "invalid_blob_gas_used");
            is(&|h| h.excess_blob_gas = Some(131_072), "invalid_excess_blob_gas");
        }
    }
}

#[test]
fn values_that_execution_reads_are_checked() {
    let block = busy_block();
    // The beacon root is stored by the system call, the coinbase is paid, PREVRANDAO and BLOCKHASH may be stored: some result is then wrong.
    for (field, change) in [
        ("beacon root", (|h| flip(h.parent_beacon_block_root.as_mut().unwrap())) as fn(&mut Header)),
        ("coinbase", |h| h.beneficiary.0[0] ^= 1),
        ("timestamp", |h| h.timestamp += 1),
    ] {
        let procedure = header(&block, change);
        let results = [
            "invalid_state_root",
            "invalid_receipts_root",
            "invalid_block_gas_used",
            "invalid_logs_bloom",
            "missing_node",
        ];
        assert!(results.contains(&procedure.as_str()), "{field}: {procedure}");
    }
}

#[test]
fn bodies_are_checked() {
    let block = busy_block();
    let is = |change: &dyn Fn(&mut Block), procedures: &[&str]| {
        let refusal = refusal(&block, change);
        assert!(procedures.contains(&refusal.procedure.as_str()), "{refusal}\n{}", refusal.report);
    };
    is(&|b| drop(b.transactions.pop()), &["invalid_transactions_root", "invalid_block_gas_used"]);
    is(&|b| b.transactions.push(b.transactions[0].clone()), &["invalid_nonce", "invalid_transactions_root"]);
    is(
        &|b| b.withdrawals.as_mut().unwrap()[0].amount += 1,
        &["invalid_withdrawals_root", "invalid_state_root"],
    );
    is(&|b| b.withdrawals.as_mut().unwrap()[0].index += 1, &["invalid_withdrawals_root"]);
    is(&|b| b.withdrawals.as_mut().unwrap().truncate(0), &["invalid_withdrawals_root", "invalid_state_root"]);
    is(&|b| b.withdrawals = None, &["invalid_rlp"]);
    is(&|b| b.ommers.push(b.header.clone()), &["invalid_ommers"]);
}

#[test]
fn witnesses_are_checked() {
    let block = samples::find("failing-call").unwrap().make().unwrap();
    let with = |change: &dyn Fn(&mut BlockInput)| {
        let mut input = block.clone();
        change(&mut input);
        refused(&input).procedure
    };
    for i in 0..block.witness.state.len() {
        assert_eq!(with(&|b| drop(b.witness.state.remove(i))), "missing_node", "node {i}");
        // A node with another byte has another hash: the one that is needed is missing.
        let other = |b: &mut BlockInput| {
            let mut node = b.witness.state[i].to_vec();
            *node.last_mut().unwrap() ^= 1;
            b.witness.state[i] = node.into();
        };
        assert_eq!(with(&other), "missing_node", "node {i}");
    }
    for i in 0..block.witness.codes.len() {
        assert_eq!(with(&|b| drop(b.witness.codes.remove(i))), "missing_code", "code {i}");
    }
    assert_eq!(with(&|b| b.witness.headers.clear()), "missing_parent_header");
    let other = samples::find("transfer").unwrap().make().unwrap();
    let stranger = samples::find("peer-transfer").unwrap().make().unwrap();
    assert_eq!(with(&|b| b.witness.headers.clone_from(&other.witness.headers)), "invalid_parent_hash");
    assert_eq!(with(&|b| b.witness.headers.extend(stranger.witness.headers.clone())), "invalid_ancestors");
}
