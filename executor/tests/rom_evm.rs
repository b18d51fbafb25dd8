//! The ROM's EVM beside revm: seeded random messages on a small state.

mod message;

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, U256};
use message::{Account, Message, Rom, generate, reference};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::evm::Fork;

/// Runs the message both ways and compares all there is.
fn compare(rom: &Rom, fork: Fork, state: &BTreeMap<Address, Account>, message: &Message, what: &str) -> message::Done {
    let want = reference::run(fork, state, message);
    let got = rom.run(fork, state, message).unwrap_or_else(|e| panic!("{what}: {e}\n{}", message::dump(state)));
    assert_eq!(got.success, want.success, "success, {what}\n{}", message::dump(state));
    assert_eq!(got.gas_used, want.gas_used, "gas, {what}\n{}", message::dump(state));
    assert_eq!(got.output, want.output, "output, {what}\n{}", message::dump(state));
    assert_eq!(got.logs, want.logs, "logs, {what}\n{}", message::dump(state));
    for (address, account) in &want.accounts {
        let have = got.accounts.get(address).cloned().unwrap_or_default();
        let (mut have, mut account) = (have, account.clone());
        let (a, b) = (std::mem::take(&mut have.slots), std::mem::take(&mut account.slots));
        assert_eq!(have, account, "account {address}, {what}\n{}", message::dump(state));
        for slot in a.keys().chain(b.keys()) {
            let value = |m: &BTreeMap<U256, U256>| m.get(slot).copied().unwrap_or_default();
            assert_eq!(value(&a), value(&b), "slot {slot} of {address}, {what}\n{}", message::dump(state));
        }
    }
    got
}

fn contract(n: u8) -> Address {
    Address::with_last_byte(n).create(0)
}

/// `count` messages to contracts whose code is random.
fn random_messages(name: &str, seed: u64, count: u64, forks: &[Fork], calls: bool) {
    let rom = Rom::load();
    let (mut ok, mut logs, mut rows) = (0, 0, 0u64);
    for i in 0..count {
        let mut rng = ChaCha8Rng::seed_from_u64(seed + i);
        let fork = *forks.choose(&mut rng).unwrap();
        let mut state = BTreeMap::new();
        let n = if calls { 4 } else { 1 };
        let pool: Vec<Address> = (1..=n).map(contract).collect();
        for address in &pool {
            let length = rng.random_range(5..60);
            let code = generate::code(&mut rng, fork, &pool, length, calls);
            let slots: Vec<_> = (0..3u64).map(|s| (U256::from(s), U256::from(rng.random_range(0..3u64)))).collect();
            let balance = U256::from(rng.random_range(0..3u64) * 1000);
            state.insert(*address, Account { nonce: 1, balance, code: code.into(), slots: slots.into_iter().filter(|(_, v)| !v.is_zero()).collect() });
        }
        let sender = Address::repeat_byte(0xee);
        state.insert(sender, Account { nonce: 5, balance: U256::from(10u64.pow(18)), ..Account::default() });
        let gas = *[30_000u64, 100_000, 500_000, 1_000_000].choose(&mut rng).unwrap();
        let message = Message { sender, target: Some(pool[0]), value: U256::from(rng.random_range(0..2u64)), gas, data: Bytes::new() };
        let done = compare(&rom, fork, &state, &message, &format!("{name} seed {} {fork:?} gas {gas}", seed + i));
        ok += u64::from(done.success);
        logs += done.logs.len();
        rows += u64::from(done.rows);
    }
    println!("{name}: {count} messages, {ok} succeed, {logs} logs, {rows} rows");
    assert!(ok > count / 20);
}

fn count(n: u64) -> u64 {
    std::env::var("ROM_EVM_MESSAGES").ok().and_then(|s| s.parse().ok()).unwrap_or(n)
}

#[test]
fn single_frames() {
    random_messages("single", 1_000_000, count(400), &Fork::ALL[..3], false);
}

#[test]
fn calls() {
    random_messages("calls", 2_000_000, count(400), &Fork::ALL[..3], true);
}
