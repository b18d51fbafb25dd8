//! 500 random transactions.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom::EvmRom;
use zkrom_witness::coverage::Coverage;
use zkrom_witness::{ForkName, fixtures::Replayed};

use super::generate::Generator;

const TRANSACTIONS: usize = 500;
/// Transactions on one chain, so that contracts differ often.
const A_CHAIN: usize = 25;

#[test]
fn random_transactions_agree_with_revm() {
    let rom = EvmRom::get();
    let mut rng = ChaCha8Rng::seed_from_u64(500);
    let (mut done, mut rows, mut seen) = (0, 0u64, Coverage::default());
    let mut ends = BTreeMap::<String, usize>::new();
    let (mut logs, mut created) = (0, 0);
    let mut seed = 0;
    while done < TRANSACTIONS {
        let fork = [ForkName::Paris, ForkName::Shanghai, ForkName::Cancun, ForkName::Cancun][seed % 4];
        let mut generator = Generator::new(fork, seed as u64);
        let mut left = A_CHAIN;
        while left > 0 {
            let built = generator.block(rng.random_range(1..=left.min(8)));
            let config = built.input.config().unwrap();
            let outcome = built.verdict.clone().unwrap();
            left -= outcome.transactions.len();
            done += outcome.transactions.len();
            for tx in &outcome.transactions {
                *ends.entry(tx.end.clone()).or_default() += 1;
                logs += tx.logs.len();
                created += usize::from(tx.created.is_some());
            }
            seen.add(&built.coverage);
            let block = Replayed { built, expect_exception: None };
            let (verdict, run) = zkrom::conformance::judge(rom, &config, &block);
            assert_eq!(
                verdict,
                zkrom::conformance::Verdict::Passed,
                "chain {seed}, {fork}, block {}",
                outcome.number
            );
            rows += u64::from(run.unwrap().outcome.rows);
        }
        seed += 1;
    }
    println!(
        "{done} transactions, {rows} rows, {logs} logs, {created} creations, ends {ends:?}, {} opcodes",
        seen.opcodes.len()
    );
    // The generator is worth nothing if these do not happen.
    assert!(ends["success"] > 150 && ends["revert"] > 20 && ends.keys().any(|e| e.contains("OutOfGas")));
    assert!(logs > 80 && created > 10);
    for (name, opcode) in
        [("SELFDESTRUCT", 0xff), ("CREATE2", 0xf5), ("DELEGATECALL", 0xf4), ("TSTORE", 0x5d)]
    {
        assert!(seen.opcodes.get(&opcode).is_some_and(|n| *n > 5), "{name}: {:?}", seen.opcodes.get(&opcode));
    }
    assert_eq!(seen.tx_types.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
}
