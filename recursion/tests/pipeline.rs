//! From a block proof to the last STARK.
//!
//! `cargo test --release -p zkrom-recursion --test pipeline -- --ignored --nocapture` at full strength.

mod common;

use std::time::Duration;

use alloy_primitives::U256;
use common::{Block, block};
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::file::write_atomic;
use zkrom_executor::Input;
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::pipeline::{
    KeysError, Last, Parameters, SHRINK_FILE, StageFile, WRAP_FILE, WrapFile, compress_file, compress_key,
    join_key, keys_from_text, keys_to_text, make_keys, public_values, standard_keys, wrap_blocks,
};
use zkrom_recursion::security::{measure, security};
use zkrom_recursion::stage::{ProvingKey, Scheme, packed_lookups};
use zkrom_recursion::tables::{Layout, Table, TableId};
use zkrom_recursion::verifier::Child;
use zkrom_stark::field::Val;
use zkrom_stark::machine::{Shape, TARGET_BITS, report};
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
    if check {
        // No circuit has outgrown the heights its parameters were chosen for.
        let shrinks = last.shrinks.iter().zip(&parameters.shrinks);
        assert!(shrinks.into_iter().all(|(k, s)| k.verifying.log_heights == s.least_log_heights));
        assert_eq!(last.wrap.verifying.log_heights, parameters.wrap.least_log_heights);
    }
    assert!(!check || bits.iter().all(|&b| b >= TARGET_BITS));

    let compressed = compress.prove(&proof, &key.verifying, &keys, progress).expect("a proof");
    let shrunk = last.shrink(&compressed, &compress.key.digest(), &keys, progress).expect("a proof");
    let wrapped = last.wrap(&shrunk, progress).expect("a proof that verifies");
    assert_eq!(wrapped.public, compressed.public);
    assert_eq!(wrapped.public[..8], keys.root());
    // Taken up from files, and with a damaged one.
    let dir = tempfile::tempdir().expect("a directory");
    assert_eq!(public_values(&keys, &key.verifying, &proof.statement.public_out[..8]), compressed.public);
    let file = StageFile { stage: "compress".to_owned(), key: compress.key.digest(), proof: compressed };
    write_atomic(&dir.path().join(compress_file(0)), &file.to_bytes()).expect("it is written");
    write_atomic(&dir.path().join(SHRINK_FILE), &file.to_bytes()[..1000]).expect("it is written");
    let mut made = Vec::new();
    let mut record = |name: &str, time: Option<Duration>| {
        if time.is_none() {
            made.push(name.to_owned());
        }
    };
    let (blocks, key) = ([&proof], &key.verifying);
    let again = wrap_blocks(parameters, &keys, &last, &blocks, key, Some(dir.path()), &mut record);
    assert_eq!(again.expect("a proof").public, wrapped.public);
    assert!(!made.iter().any(|name| name == "compress") && made.iter().any(|name| name == "shrink 1"));
    made.clear();
    let mut record = |name: &str, time: Option<Duration>| {
        if time.is_none() {
            made.push(name.to_owned());
        }
    };
    std::fs::remove_file(dir.path().join(WRAP_FILE)).expect("it was there");
    wrap_blocks(parameters, &keys, &last, &blocks, key, Some(dir.path()), &mut record).expect("a proof");
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

/// The file of keys has the keys of this build: those of the smallest shape and of join are made on the spot.
#[test]
fn keys_are_of_this_build() {
    let keys = standard_keys().expect("keys of this machine");
    let parameters = Parameters::standard();
    let quiet = &mut |_: &str, _: Option<Duration>| {};
    let compress = compress_key(0, &parameters, quiet).expect("a shape").key.digest();
    assert_eq!(keys.index(&compress), Some(0));
    let join = join_key(&parameters, quiet).digest();
    assert_eq!(keys.index(&join), Some(Shape::table().len()));
}

/// All of them.
#[test]
#[ignore = "minutes"]
fn all_keys_are_of_this_build() {
    let quiet = &mut |_: &str, _: Option<Duration>| {};
    let keys = make_keys(&Parameters::standard(), quiet).expect("the shapes of the table");
    assert_eq!(KeySet::new(&keys).root(), standard_keys().expect("keys of this machine").root());
}

/// Files of keys that are refused.
#[test]
fn other_files_of_keys_are_refused() {
    let keys = vec![[Val::ONE; 8]; Shape::table().len() + 1];
    let text = keys_to_text(&keys);
    assert_eq!(keys_from_text(&text), Ok(keys.clone()));
    let refused = |text: &str| keys_from_text(text).expect_err("it is refused");
    assert!(matches!(refused(""), KeysError::Header { .. }));
    assert!(matches!(refused(&text.replace("keys 1", "keys 2")), KeysError::Header { .. }));
    assert!(matches!(refused(&text.replace("machine ", "machine 0")), KeysError::Machine { .. }));
    assert!(matches!(refused(&format!("{text}1 2 3\n")), KeysError::Line { .. }));
    assert!(matches!(refused(&format!("{text}1 1 1 1 1 1 1 2130706433\n")), KeysError::Line { .. }));
    assert!(matches!(refused(&keys_to_text(&keys[1..])), KeysError::Number { .. }));
}

/// Every stage has at least a hundred bits, by what its circuit and parameters are, and the heights are those that were chosen.
#[test]
fn stages_are_secure() {
    let parameters = Parameters::standard();
    let bits = |child: &Child<'_, Table>| report(&measure(child), &child.params).security_bits();
    let of = |children, log_heights: Vec<usize>, params| {
        let tables = Table::all(Layout { children, ..Parameters::tree_layout() });
        let lookups = packed_lookups(&tables);
        let child = |tables: &[Table]| {
            let lookups = lookups.iter().map(|l| &**l).collect();
            let child = Child { airs: tables, lookups, log_heights: log_heights.clone(), params };
            bits(&child)
        };
        child(&tables)
    };
    let tree = of(2, parameters.tree_log_heights.clone(), parameters.tree);
    println!("compress, join: {tree:.2} bits");
    assert!(tree >= TARGET_BITS);
    let shrinks = parameters.shrinks.iter().map(|s| (s.least_log_heights, s.params));
    for (heights, params) in
        shrinks.chain([(parameters.wrap.least_log_heights, parameters.wrap.params.proof)])
    {
        let bits = of(1, heights.to_vec(), params);
        println!("{heights:?}: {bits:.2} bits");
        assert!(bits >= TARGET_BITS);
    }
}
