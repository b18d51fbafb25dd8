//! The sample blocks: valid, complete, the same every time, and doing what they say.

use alloy_primitives::{B256, U256, address};
use zkrom_witness::{
    input::BlockInput,
    oracle::{BlockOutcome, check_block},
    samples::{SAMPLES, find},
};

fn run(name: &str) -> (BlockInput, BlockOutcome) {
    let input = find(name).unwrap().make().unwrap();
    let outcome = check_block(&input, &input.config().unwrap()).unwrap();
    (input, outcome)
}

fn ends(outcome: &BlockOutcome) -> Vec<&str> {
    outcome.transactions.iter().map(|tx| tx.end.as_str()).collect()
}

#[test]
fn samples_are_reproducible_and_survive_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for sample in &SAMPLES {
        let input = sample.make().unwrap();
        assert_eq!(input, sample.make().unwrap(), "{}", sample.name);
        let path = folder.path().join(format!("{}.json.gz", sample.name));
        input.save(&path).unwrap();
        let again = BlockInput::load(&path).unwrap();
        assert_eq!(again, input);
        let outcome = check_block(&again, &again.config().unwrap()).unwrap();
        println!(
            "{}: {} gas, {} steps, {} nodes, {} codes; {:?}",
            sample.name,
            outcome.gas_used,
            outcome.coverage.steps(),
            input.witness.state.len(),
            input.witness.codes.len(),
            ends(&outcome)
        );
        assert_eq!(outcome.witness.nodes, outcome.witness.nodes_used, "{}", sample.name);
    }
}

#[test]
fn each_sample_does_what_it_says() {
    let (_, transfer) = run("transfer");
    assert_eq!((transfer.gas_used, ends(&transfer)), (21_000, vec!["success"]));

    let (_, erc20) = run("erc20");
    assert_eq!(ends(&erc20), ["success", "success"]);
    assert_eq!(erc20.transactions[1].logs[0].address, erc20.transactions[0].created.unwrap());
    assert_eq!(erc20.transactions[1].logs[0].topics().len(), 3);

    let (_, failing) = run("failing-call");
    assert_eq!(ends(&failing)[0], "revert");
    assert!(ends(&failing)[1].starts_with("OutOfGas"), "{:?}", ends(&failing));
    assert_eq!(failing.transactions[0].output.len(), 4 + 96, "an InsufficientBalance error");
    assert_eq!(failing.transactions[1].gas_used, 28_000);

    let (_, create2) = run("create2");
    assert_eq!(ends(&create2), ["success", "success"]);
    assert_eq!(create2.coverage.opcodes[&0xf5], 1);
}

#[test]
fn peer_cases_are_as_described() {
    let (input, transfer) = run("peer-transfer");
    let header = input.decode().unwrap().header;
    assert_eq!((header.number, header.timestamp, header.gas_limit), (1, 1000, 0xff11_2233));
    assert_eq!((input.chain_id, header.base_fee_per_gas), (1, Some(10)));
    assert_eq!(header.mix_hash, B256::from(U256::from(0x02_0000)));
    assert_eq!(header.beneficiary, address!("0xdeadbeefdeadbeefdeadbeefdeadbeefdeadbeef"));
    let tx = &transfer.transactions[0];
    assert_eq!(tx.sender, address!("0x2c7536e3605d9c16a7a3d7b1898e529396a65c23"));
    assert_eq!((tx.tx_type, tx.gas_used, tx.success), (0, 21_032, true));

    let (_, erc20) = run("peer-erc20");
    let tx = &erc20.transactions[0];
    assert_eq!((tx.tx_type, tx.success, tx.logs.len()), (2, true, 1));
    assert_eq!(tx.logs[0].topics().len(), 3);
    assert_eq!(U256::from_be_slice(&tx.logs[0].data.data), U256::from(10).pow(U256::from(20)));
}
