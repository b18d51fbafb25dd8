//! The ROM's EVM beside revm: seeded random messages on a small state.

mod message;

use std::collections::BTreeMap;

use alloy_primitives::{Address, Bytes, U256};
use message::{Account, Message, Rom, generate, reference};
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::evm::Fork;

/// Runs the message both ways and compares all there is; `None` where the ROM has no way to run it yet.
fn compare(
    rom: &Rom,
    fork: Fork,
    state: &BTreeMap<Address, Account>,
    message: &Message,
    what: &str,
) -> Option<message::Done> {
    let want = reference::run(fork, state, message);
    let got = match rom.run(fork, state, message) {
        Ok(got) => got,
        Err(e) if e.starts_with("unsupported_precompile") => return None,
        Err(e) => panic!("{what}: {e}\n{}", message::dump(state)),
    };
    assert_eq!(got.success, want.success, "success, {what}\n{}", message::dump(state));
    assert_eq!(got.gas_used, want.gas_used, "gas, {what}\n{}", message::dump(state));
    assert_eq!(got.output, want.output, "output, {what}\n{}", message::dump(state));
    assert_eq!(
        got.logs.len() * usize::from(got.success),
        want.logs.len(),
        "logs, {what}\n{}",
        message::dump(state)
    );
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
    Some(got)
}

fn contract(n: u8) -> Address {
    Address::with_last_byte(n).create(0)
}

/// What a random message is.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// One contract that calls nothing.
    Single,
    /// Four that call each other and create.
    Calls,
    /// A transaction that creates, beside those.
    Creation,
}

/// `count` messages to contracts whose code is random.
fn random_messages(name: &str, seed: u64, count: u64, kind: Kind) {
    let rom = Rom::load();
    let (mut ok, mut skipped, mut logs, mut rows) = (0, 0, 0, 0u64);
    let mut opcodes = vec![(0u64, 0u64); 256];
    for i in 0..count {
        let mut rng = ChaCha8Rng::seed_from_u64(seed + i);
        let fork = *Fork::ALL[..3].choose(&mut rng).unwrap();
        let mut state = BTreeMap::new();
        let n = if kind == Kind::Single { 1 } else { 4 };
        let pool: Vec<Address> = (1..=n).map(contract).collect();
        for address in &pool {
            let length = rng.random_range(5..60);
            let code = generate::code(&mut rng, fork, &pool, length, n > 1);
            let slots: Vec<_> =
                (0..3u64).map(|s| (U256::from(s), U256::from(rng.random_range(0..3u64)))).collect();
            let balance = U256::from(rng.random_range(0..3u64) * 1000);
            let slots = slots.into_iter().filter(|(_, v)| !v.is_zero()).collect();
            state.insert(*address, Account { nonce: 1, balance, code: code.into(), slots });
        }
        let sender = Address::repeat_byte(0xee);
        let nonce = *[0, 5, 127, 128, 255, 256, 70_000].choose(&mut rng).unwrap();
        state.insert(sender, Account { nonce, balance: U256::from(10u64.pow(18)), ..Account::default() });
        let gas = *[100_000u64, 150_000, 500_000, 1_000_000].choose(&mut rng).unwrap();
        let value = U256::from(rng.random_range(0..2u64));
        let (target, data) = if kind == Kind::Creation {
            let length = rng.random_range(1..20);
            (None, generate::code(&mut rng, fork, &pool, length, true).into())
        } else {
            let data: Vec<u8> = (0..rng.random_range(0..80)).map(|_| rng.random_range(0..3)).collect();
            (Some(pool[0]), data.into())
        };
        let message = Message { sender, target, value, gas, data };
        let what = format!("{name} seed {} {fork:?} gas {gas}", seed + i);
        let Some(done) = compare(&rom, fork, &state, &message, &what) else {
            skipped += 1;
            continue;
        };
        ok += u64::from(done.success);
        logs += done.logs.len();
        rows += u64::from(done.rows);
        for (sum, (times, rows)) in opcodes.iter_mut().zip(&done.opcodes) {
            *sum = (sum.0 + times, sum.1 + rows);
        }
    }
    println!(
        "{name}: {count} messages, {skipped} with a precompile that is missing, {ok} succeed, {logs} logs, {rows} rows"
    );
    for (byte, (times, rows)) in opcodes.iter().enumerate().filter(|(_, o)| o.0 > 0) {
        let name = zkrom_asm::evm::by_byte(byte as u8).map_or("undefined", |o| o.name);
        println!("{name:16} {times:9} times, {:.1} rows", *rows as f64 / *times as f64);
    }
    assert!(ok > count / 20 && skipped < count / 20);
}

fn count(n: u64) -> u64 {
    std::env::var("ROM_EVM_MESSAGES").ok().and_then(|s| s.parse().ok()).unwrap_or(n)
}

#[test]
fn single_frames() {
    random_messages("single", 1_000_000, count(400), Kind::Single);
}

#[test]
fn calls() {
    random_messages("calls", 2_000_000, count(400), Kind::Calls);
}

#[test]
fn creations() {
    random_messages("creations", 3_000_000, count(400), Kind::Creation);
}

/// A state of one contract.
fn one(code: &[u8]) -> (BTreeMap<Address, Account>, Message) {
    let sender = Address::repeat_byte(0xee);
    let account = Account {
        nonce: 1,
        balance: U256::from(5),
        code: Bytes::copy_from_slice(code),
        ..Account::default()
    };
    let rich = Account { balance: U256::from(10u64.pow(18)), ..Account::default() };
    let state = [(contract(1), account), (sender, rich)].into();
    (
        state,
        Message { sender, target: Some(contract(1)), value: U256::ZERO, gas: 1_000_000, data: Bytes::new() },
    )
}

#[test]
fn the_depth_ends_at_1024() {
    let rom = Rom::load();
    // Calls itself with all gas: CALL(GAS, ADDRESS, 0, 0, 0, 0, 0). The last call is refused.
    let code = [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x30, 0x5a, 0xf1, 0x00];
    let (state, mut message) = one(&code);
    message.gas = 1 << 37;
    let done = compare(&rom, Fork::Cancun, &state, &message, "depth").unwrap();
    assert_eq!(done.opcodes[0xf1].0, 1025);
}

#[test]
fn gas_beyond_a_register() {
    let rom = Rom::load();
    // GAS; MSTORE at 8,388,608; GAS; both stored.
    let code = [0x5a, 0x60, 1, 0x55, 0x60, 1, 0x63, 0, 0x80, 0, 0, 0x52, 0x5a, 0x60, 2, 0x55];
    for gas in [1 << 30, (1 << 29) + 21_000, 1 << 28, 3_000_000_000, 1 << 40, 1 << 59] {
        let (state, mut message) = one(&code);
        message.gas = gas;
        compare(&rom, Fork::Cancun, &state, &message, &format!("gas {gas}")).unwrap();
    }
}

#[test]
fn memory_beyond_the_bounds() {
    let rom = Rom::load();
    // Each touches memory at 2^29: MSTORE, MSTORE8, LOG0 of a byte, CALLDATACOPY, KECCAK256 of 2^29 bytes, LOG0 of as many.
    let push = [0x63, 0x20, 0, 0, 0];
    let codes: [Vec<u8>; 6] = [
        [&[0x5f][..], &push, &[0x52]].concat(),
        [&[0x5f][..], &push, &[0x53]].concat(),
        [&[0x60, 1][..], &push, &[0xa0]].concat(),
        [&[0x60, 1, 0x5f][..], &push, &[0x37]].concat(),
        [&push[..], &[0x5f, 0x20]].concat(),
        [&push[..], &[0x5f, 0xa0]].concat(),
    ];
    for (i, code) in codes.iter().enumerate() {
        let (state, mut message) = one(code);
        for gas in [1 << 30, 1 << 37] {
            message.gas = gas;
            let done = compare(&rom, Fork::Cancun, &state, &message, &format!("code {i} gas {gas}")).unwrap();
            assert!(!done.success);
        }
        // Here there is gas for it, which no block has: no proof, and no failure either.
        message.gas = 1 << 42;
        let error = rom.run(Fork::Cancun, &state, &message).unwrap_err();
        assert!(error.contains("unsupported_memory"), "code {i}: {error}");
    }
}
