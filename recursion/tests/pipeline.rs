//! From a block proof to the last STARK.
//!
//! `cargo test --release -p zkrom-recursion --test pipeline -- --ignored --nocapture` at full strength.

mod common;

use std::time::Duration;

use alloy_primitives::U256;
use common::{Block, block};
use zkrom_asm::file::write_atomic;
use zkrom_executor::Input;
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::pipeline::{
    COMPRESS_FILE, Last, Parameters, SHRINK_FILE, StageFile, WrapFile, compress_key, join_key, public_values,
    wrap_block,
};
use zkrom_recursion::security::security;
use zkrom_recursion::stage::{ProvingKey, Scheme};
use zkrom_recursion::tables::TableId;
use zkrom_stark::machine::TARGET_BITS;
use zkrom_stark::proof::FileFormat;

fn describe<S: Scheme>(name: &str, key: &ProvingKey<S>) -> f64 {
    let (measures, report) = security(key);
    let rows: Vec<String> = TableId::ALL
        .iter()
        .zip(&key.verifying.log_heights)
        .map(|(id, h)| format!("{} {} of 2^{h}", id.name(), id.rows(&key.circuit)))
        .collect();
    println!("{name}: {}; {} columns, {:.2} bits", rows.join(", "), measures.columns, report.security_bits());
    report.security_bits()
}

fn whole(parameters: &Parameters, check: bool) {
    let words = [9, 1, 4, 5, 7, 8, 70, 80_u64];
    let input = Input { private: words.map(U256::from).to_vec(), ..Input::default() };
    let Block { key, proof, .. } = block("recursion/tests/programs/statement.zkasm", input, parameters.block);
    let progress = &mut |name: &str, time: Option<Duration>| {
        if let Some(time) = time {
            println!("{name}: {time:.2?}");
        }
    };
    let compress = compress_key(proof.shape, parameters, progress).expect("a shape");
    let join = join_key(parameters, progress);
    let keys = KeySet::new(&[compress.key.digest(), join.digest()]);
    let last = Last::new(parameters, progress);
    let mut bits = vec![describe("compress", &compress.key), describe("join", &join)];
    bits.extend(last.shrinks.iter().map(|key| describe("shrink", key)));
    bits.push(describe("wrap", &last.wrap));
    assert!(!check || bits.iter().all(|&b| b >= TARGET_BITS));

    let compressed = compress.prove(&proof, &key.verifying, &keys, progress).expect("a proof");
    let shrunk = last.shrink(&compressed, &compress.key.digest(), &keys, progress).expect("a proof");
    let wrapped = last.wrap(&shrunk, progress).expect("a proof that verifies");
    assert_eq!(wrapped.public, compressed.public);
    assert_eq!(wrapped.public[..8], keys.root());
    // Taken up from files, and with a damaged one.
    let dir = tempfile::tempdir().expect("a directory");
    assert_eq!(public_values(&keys, &key.verifying, &proof.statement), compressed.public);
    let file = StageFile { stage: "compress".to_owned(), key: compress.key.digest(), proof: compressed };
    write_atomic(&dir.path().join(COMPRESS_FILE), &file.to_bytes()).expect("it is written");
    write_atomic(&dir.path().join(SHRINK_FILE), &file.to_bytes()[..1000]).expect("it is written");
    let mut made = Vec::new();
    let mut record = |name: &str, time: Option<Duration>| {
        if time.is_none() {
            made.push(name.to_owned());
        }
    };
    let block = (&proof, &key.verifying);
    let again = wrap_block(parameters, &keys, &last, block, Some(dir.path()), &mut record);
    assert_eq!(again.expect("a proof").public, wrapped.public);
    assert!(!made.iter().any(|name| name == "compress") && made.iter().any(|name| name == "shrink 1"));
    made.clear();
    let mut record = |name: &str, time: Option<Duration>| {
        if time.is_none() {
            made.push(name.to_owned());
        }
    };
    wrap_block(parameters, &keys, &last, block, Some(dir.path()), &mut record).expect("a proof");
    assert_eq!(made, ["verify the block proof", "wrap run", "wrap"]);

    let bytes = WrapFile { proof: wrapped }.to_bytes();
    println!("last STARK: {} bytes", bytes.len());
    assert!(WrapFile::from_bytes(&bytes).is_ok());
}

#[test]
fn small() {
    whole(&Parameters::testing(), false);
}

#[test]
#[ignore = "minutes"]
fn full_strength() {
    whole(&Parameters::standard(), true);
}
