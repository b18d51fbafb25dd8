//! The rules by which a transaction may stand in a block (`rom/tx/validate.zkasm`), on first transactions of real and sample blocks
//! with one field changed after decoding, against the rules computed here with wider integers.

mod rom;

use std::collections::BTreeMap;

use alloy_consensus::{Transaction as _, transaction::SignerRecoverable as _};
use alloy_primitives::{U256, U512};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rom::Rom;
use zkrom_witness::{BlockInput, rom_input, samples, vectors};

/// What the rules are about.
#[derive(Clone, Debug)]
struct Facts {
    nonce: U256,
    max_fee: U256,
    tip: U256,
    gas: U256,
    value: U256,
    needed: U256,
    base_fee: U256,
    limit: U256,
    account_nonce: U256,
    balance: U256,
}

impl Facts {
    /// Price and tip, or the rule that is broken first.
    fn expect(&self) -> Result<(U256, U256), &'static str> {
        let rules = [
            (self.max_fee < self.base_fee, "invalid_max_fee"),
            (self.tip > self.max_fee, "invalid_tip"),
            (self.gas < self.needed, "invalid_intrinsic_gas"),
            (self.gas > self.limit, "invalid_transaction_gas"),
            (self.nonce != self.account_nonce || self.nonce == U256::from(u64::MAX), "invalid_nonce"),
            (
                U512::from(self.gas) * U512::from(self.max_fee) + U512::from(self.value)
                    > U512::from(self.balance),
                "invalid_funds",
            ),
        ];
        if let Some((_, name)) = rules.iter().find(|(broken, _)| *broken) {
            return Err(name);
        }
        let tip = self.tip.min(self.max_fee - self.base_fee);
        Ok((self.base_fee + tip, tip))
    }
}

fn inputs() -> Vec<(String, BlockInput)> {
    let mut inputs: Vec<_> =
        samples::SAMPLES.iter().map(|s| (s.name.to_owned(), s.make().unwrap())).collect();
    if let Some(folder) = vectors::find_or_skip("blocks", "first transactions of real blocks") {
        for n in
            ["21429992_cancun", "21429020_cancun", "21688509_cancun", "17106222_shanghai", "15537394_paris"]
        {
            let path = folder.join(format!("mainnet_{n}.json.gz"));
            inputs.push((n.to_owned(), BlockInput::load(path).unwrap()));
        }
    }
    inputs
}

#[test]
fn rules_of_first_transactions() {
    let rom = Rom::new("validate");
    let mut rng = ChaCha8Rng::seed_from_u64(23);
    let (mut good, mut bad, mut contracts) = (0, BTreeMap::new(), 0);
    for (name, input) in inputs() {
        let block = input.decode().unwrap();
        let Some(tx) = block.transactions.first() else { continue };
        let words = rom_input(&input, &input.config().unwrap());
        let run = |cell: u64, value: U256| rom.run([&words[..], &[U256::from(cell), value]].concat());
        let out = run(0, U256::ZERO).unwrap_or_else(|e| panic!("{name}: {e}")).public_out;
        assert_eq!(out[2], U256::from_be_bytes(tx.recover_signer().unwrap().into_word().0), "{name}: sender");
        let facts = Facts {
            nonce: U256::from(tx.nonce()),
            max_fee: U256::from(tx.max_fee_per_gas()),
            tip: U256::from(tx.max_priority_fee_per_gas().unwrap_or(tx.max_fee_per_gas())),
            gas: U256::from(tx.gas_limit()),
            value: tx.value(),
            needed: out[5],
            base_fee: U256::from(block.header.base_fee_per_gas.unwrap()),
            limit: U256::from(block.header.gas_limit),
            account_nonce: out[3],
            balance: out[4],
        };
        assert_eq!(facts.expect(), Ok((out[0], out[1])), "{name}");
        let price = tx.effective_gas_price(block.header.base_fee_per_gas);
        assert_eq!(out[0], U256::from(price), "{name}: price");
        // Were the recipient the sender: one with code has no transactions (EIP-3607).
        if let Some(to) = tx.to() {
            let e = run(19, U256::from_be_bytes(to.into_word().0)).unwrap_err();
            contracts += usize::from(e.contains("invalid_sender_code"));
        }
        for i in 0..60 {
            let mut changed = facts.clone();
            let near = |rng: &mut ChaCha8Rng, x: U256| match rng.random_range(0..3) {
                0 => x.wrapping_add(U256::from(rng.random_range(0..3u64))),
                1 => x.wrapping_sub(U256::from(rng.random_range(0..3u64))),
                _ => U256::from_be_bytes(rng.random::<[u8; 32]>()) >> rng.random_range(0..256usize),
            };
            let (cell, place) = match rng.random_range(0..8) {
                0 => (2, &mut changed.nonce),
                1 | 2 => (3, &mut changed.max_fee),
                3 => (4, &mut changed.tip),
                4 | 5 => (5, &mut changed.gas),
                _ => (8, &mut changed.value),
            };
            // Near the bounds that the rules compare with, or near the value itself.
            let spare = facts.balance.saturating_sub(facts.gas.saturating_mul(facts.max_fee));
            let around = match (cell, rng.random_range(0..2)) {
                (3, 0) => facts.base_fee,
                (4, 0) => facts.max_fee,
                (5, 0) => facts.needed,
                (8, 0) => spare,
                _ => *place,
            };
            *place = near(&mut rng, around);
            let value = *place;
            match (changed.expect(), run(cell, value)) {
                (Ok(expected), Ok(o)) => {
                    assert_eq!(expected, (o.public_out[0], o.public_out[1]), "{name} {i}");
                    good += 1;
                }
                (Err(rule), Err(e)) if e.contains(rule) => *bad.entry(rule).or_insert(0) += 1,
                (expected, got) => panic!("{name} {i}: {expected:?}, got {:?}", got.map(|o| o.rows)),
            }
        }
    }
    println!("{good} accepted, refused {bad:?}, {contracts} with code");
    assert!(good >= 30 && bad.len() >= 5 && contracts >= 2);
}
