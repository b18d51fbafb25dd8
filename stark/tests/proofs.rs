//! Proofs and keys that are not what a prover made: none accepted, no panic. And how secure an accepted one is.
//!
//! `ZKROM_CORRUPTIONS=100000` tries that many corrupted proofs, instead of two thousand; `ZKROM_TRUNCATIONS=1` every length.

mod common;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use alloy_primitives::U256;
use common::{caught, every_op, image, input, setting};
use p3_field::PrimeField32;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use zkrom_asm::isa::{CLK_BOUND, Reg};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::key::{ProvingKey, packed_lookups};
use zkrom_stark::machine::{Shape, TARGET_BITS, chips, measure, report};
use zkrom_stark::proof::{FileFormat, FormatError, Proof, VerifyingKey};
use zkrom_stark::verify::VerifyError;

struct Sample {
    key: VerifyingKey,
    bytes: Vec<u8>,
    params: ProofParams,
}

fn sample(image: &zkrom_asm::Image, input: zkrom_executor::Input, params: ProofParams) -> Sample {
    let record = common::record(image, input);
    let key = ProvingKey::new(image.clone(), params);
    let proof = key.prove(&record).expect("the prover runs");
    key.verifying.verify_with(&proof, params).expect("the proof verifies");
    Sample { key: key.verifying, bytes: proof.to_bytes(), params }
}

static SAMPLE: LazyLock<Sample> =
    LazyLock::new(|| sample(&every_op::image(), every_op::input(), ProofParams::TESTING));

fn proof() -> Proof {
    SAMPLE.proof()
}

/// What refuses a proof: the error's kind, with p3's text less its figures.
fn kind(error: &VerifyError) -> String {
    match error {
        VerifyError::Stark(text) => {
            let plain: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
            format!("Stark: {}", plain.chars().take(100).collect::<String>())
        }
        other => format!("{other:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned(),
    }
}

impl Sample {
    fn proof(&self) -> Proof {
        Proof::from_bytes(&self.bytes).expect("it reads back")
    }

    /// Why a changed proof is refused.
    fn refusal(&self, proof: &Proof) -> String {
        match caught(|| self.key.verify_with(proof, self.params).map(|_| ())) {
            Ok(Ok(())) => "ACCEPTED".to_owned(),
            Ok(Err(e)) => kind(&e),
            Err(panic) => format!("PANIC: {panic}"),
        }
    }

    /// Why changed bytes are refused.
    fn refusal_of_bytes(&self, bytes: &[u8]) -> String {
        match caught(|| Proof::from_bytes(bytes)) {
            Ok(Ok(proof)) => self.refusal(&proof),
            Ok(Err(FormatError::Body { reason, .. })) => format!("Body: {reason}"),
            Ok(Err(e)) => format!("{e:?}").split(' ').next().unwrap_or_default().to_owned(),
            Err(panic) => format!("PANIC: {panic}"),
        }
    }
}

fn refusal(proof: &Proof) -> String {
    SAMPLE.refusal(proof)
}

type Refusals = BTreeMap<String, (usize, String)>;

fn merge(into: &mut Refusals, why: String, what: String) {
    into.entry(why).or_insert((0, what)).0 += 1;
}

fn none_accepted(refusals: &Refusals) {
    for (why, (n, first)) in refusals {
        println!("{n:7} {why}   (first: {first})");
    }
    let wrong: Vec<_> =
        refusals.iter().filter(|(w, _)| w.starts_with("ACCEPTED") || w.starts_with("PANIC")).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Bytes changed over the whole length.
#[test]
fn changed_bytes() {
    none_accepted(&change_bytes(&SAMPLE, setting("ZKROM_CORRUPTIONS", 2_000) / 2));
}

fn change_bytes(sample: &Sample, n: usize) -> Refusals {
    let len = sample.bytes.len();
    println!("{len} bytes");
    let results: Vec<(String, String)> = (0..n)
        .into_par_iter()
        .map(|i| {
            let mut rng = ChaCha20Rng::seed_from_u64(i as u64);
            let mut bytes = sample.bytes.clone();
            // One place in each of `n` parts of the file.
            let at = (i * len / n + rng.random_range(0..len.div_ceil(n))).min(len - 1);
            let before = bytes[at];
            bytes[at] = match rng.random_range(0..4) {
                0 => before ^ 1 << rng.random_range(0..8),
                1 => before.wrapping_add(1),
                2 => before.wrapping_sub(1),
                _ => before ^ rng.random_range(1..=255u8),
            };
            (sample.refusal_of_bytes(&bytes), format!("byte {at}"))
        })
        .collect();
    let mut refusals = Refusals::new();
    results.into_iter().for_each(|(why, what)| merge(&mut refusals, why, what));
    refusals
}

/// Pointers to all values of a tree.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    if !at.is_empty() {
        out.push(at.to_owned());
    }
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, v)| pointers(v, &format!("{at}/{i}"), out));
        }
        Value::Object(fields) => fields.iter().for_each(|(k, v)| pointers(v, &format!("{at}/{k}"), out)),
        _ => {}
    }
}

/// Changes a value of the tree, one way or another.
fn change(value: &mut Value, rng: &mut ChaCha20Rng) {
    match value {
        Value::Number(n) => {
            let x = n.as_u64().unwrap_or(0);
            *value = match rng.random_range(0..6) {
                0 => x + 1,
                1 => x ^ 1 << rng.random_range(0..31),
                2 => 0,
                3 => u64::from(Val::ORDER_U32) - 1,
                4 => u64::from(Val::ORDER_U32) + x,
                _ => rng.random_range(0..u64::from(Val::ORDER_U32)),
            }
            .into();
        }
        Value::Array(items) if items.is_empty() => items.push(Value::Null),
        Value::Array(items) => {
            let (i, j) = (rng.random_range(0..items.len()), rng.random_range(0..items.len()));
            match rng.random_range(0..6) {
                0 => items.clear(),
                1 => drop(items.pop()),
                2 => drop(items.remove(i)),
                3 => items.swap(i, j),
                4 => items.insert(j, items[i].clone()),
                _ => items[j] = items[i].clone(),
            }
        }
        Value::Object(fields) => {
            // Two parts of one kind exchanged, as `main` and `permutation`.
            let keys: Vec<String> = fields.keys().cloned().collect();
            let (a, b) = (&keys[rng.random_range(0..keys.len())], &keys[rng.random_range(0..keys.len())]);
            let (x, y) = (fields[a].clone(), fields[b].clone());
            (fields[a], fields[b]) = (y, x);
        }
        Value::String(text) => *value = Value::String(format!("{text}1")),
        Value::Null => *value = Value::from(0),
        Value::Bool(b) => *b = !*b,
    }
}

/// Every part of a proof changed: numbers, list lengths and orders, parts exchanged.
#[test]
fn changed_parts() {
    none_accepted(&change_parts(&SAMPLE, setting("ZKROM_CORRUPTIONS", 2_000) / 2));
}

/// The same at full strength.
#[test]
fn changed_at_full_strength() {
    let n = setting("ZKROM_FULL_CORRUPTIONS", 40) / 2;
    let sample = sample(&every_op::image(), every_op::input(), ProofParams::STANDARD);
    none_accepted(&change_bytes(&sample, n));
    none_accepted(&change_parts(&sample, n));
}

fn change_parts(sample: &Sample, n: usize) -> Refusals {
    let tree = serde_json::to_value(sample.proof()).expect("a proof is a tree");
    let mut all = Vec::new();
    pointers(&tree, "", &mut all);
    // By place in the structure, list indices left out, so that rare parts get as many changes as frequent ones.
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pointer in &all {
        let name: Vec<&str> = pointer.split('/').filter(|p| p.parse::<usize>().is_err()).collect();
        let depth = pointer.split('/').count();
        groups.entry(format!("{} {depth}", name.join("/"))).or_default().push(pointer.clone());
    }
    println!("{} values in {} places", all.len(), groups.len());
    let groups: Vec<Vec<String>> = groups.into_values().collect();
    let results: Vec<Option<(String, String)>> = (0..n)
        .into_par_iter()
        .map_init(
            // A tree is many times a verification's size: changed in place, and back.
            || tree.clone(),
            |tree, i| {
                let mut rng = ChaCha20Rng::seed_from_u64(1_000_000 + i as u64);
                let group = &groups[i % groups.len()];
                let pointer = &group[rng.random_range(0..group.len())];
                let part = tree.pointer_mut(pointer).expect("it is there");
                let before = part.clone();
                change(part, &mut rng);
                let read = caught(|| Proof::deserialize(&*tree));
                *tree.pointer_mut(pointer).expect("it is still there") = before;
                let why = match read {
                    Ok(Ok(proof)) if proof.to_bytes() == sample.bytes => return None,
                    Ok(Ok(proof)) => sample.refusal(&proof),
                    Ok(Err(_)) => "no proof".to_owned(),
                    Err(panic) => format!("PANIC: {panic}"),
                };
                Some((why, pointer.clone()))
            },
        )
        .collect();
    let unchanged = results.iter().filter(|r| r.is_none()).count();
    let mut refusals = Refusals::new();
    results.into_iter().flatten().for_each(|(why, what)| merge(&mut refusals, why, what));
    println!("{unchanged} changes of nothing");
    refusals
}

/// Each field of a proof, by hand.
#[test]
fn changed_fields() {
    type Edit = Box<dyn Fn(&mut Proof)>;
    let mut edits: Vec<(String, Edit)> = Vec::new();
    let mut add = |name: String, edit: Edit| edits.push((name, edit));
    for i in 0..32 {
        add(format!("digest {i}"), Box::new(move |p| p.statement.rom_digest[i] ^= 1));
    }
    for i in 0..16 {
        add(format!("public_in {i}"), Box::new(move |p| p.statement.public_in[i] ^= U256::ONE << (16 * i)));
        add(
            format!("public_out {i}"),
            Box::new(move |p| p.statement.public_out[i] ^= U256::ONE << (255 - i)),
        );
        add(
            format!("in for out {i}"),
            Box::new(move |p| p.statement.public_in[i] = p.statement.public_out[i]),
        );
    }
    for shape in 0..=255 {
        add(
            format!("shape {shape}"),
            Box::new(move |p| p.shape = if p.shape == shape { 254 } else { shape }),
        );
        // The heights of that shape as well.
        if let Some(s) = Shape::table().get(usize::from(shape)) {
            let heights = s.log_heights();
            add(
                format!("shape {shape} and heights"),
                Box::new(move |p| {
                    p.stark.degree_bits = if p.shape == shape { vec![] } else { heights.clone() };
                    p.shape = shape;
                }),
            );
        }
    }
    for (name, upc) in [("0", 0), ("p", Val::ORDER_U32), ("max", u32::MAX), ("1", 1)] {
        add(format!("end upc {name}"), Box::new(move |p| p.end.upc = upc));
    }
    for i in 0..Reg::READABLE {
        add(format!("end register {i} + 1"), Box::new(move |p| p.end.regs[i] += 1));
        add(format!("end register {i} + p"), Box::new(move |p| p.end.regs[i] += Val::ORDER_U32));
    }
    add("end clock".into(), Box::new(|p| p.end.regs[Reg::Clk as usize] = CLK_BOUND));
    add("heights popped".into(), Box::new(|p| p.stark.degree_bits.truncate(3)));
    add("heights huge".into(), Box::new(|p| p.stark.degree_bits[3] = usize::MAX));
    add("table dropped".into(), Box::new(|p| drop(p.stark.opened_values.instances.pop())));
    add("tables reordered".into(), Box::new(|p| p.stark.opened_values.instances.swap(0, 1)));
    add("tables none".into(), Box::new(|p| p.stark.opened_values.instances.clear()));
    add("terminals none".into(), Box::new(|p| p.stark.lookup_terminals.clear()));
    add("terminals absent".into(), Box::new(|p| p.stark.lookup_terminals.iter_mut().for_each(|t| *t = None)));
    add("terminals reordered".into(), Box::new(|p| p.stark.lookup_terminals.swap(0, 1)));
    add("terminal popped".into(), Box::new(|p| p.stark.lookup_terminals.truncate(19)));
    add("permutation absent".into(), Box::new(|p| p.stark.commitments.permutation = None));
    add(
        "random present".into(),
        Box::new(|p| p.stark.commitments.random = Some(p.stark.commitments.main.clone())),
    );
    add(
        "main for quotient".into(),
        Box::new(|p| p.stark.commitments.quotient_chunks = p.stark.commitments.main.clone()),
    );
    add("lookup work absent".into(), Box::new(|p| p.stark.lookup_pow_witness = None));
    add("lookup work".into(), Box::new(|p| p.stark.lookup_pow_witness = Some(Val::new(1))));
    add("out-of-domain work".into(), Box::new(|p| p.stark.ood_pow_witness = Val::new(1)));
    add("batch work".into(), Box::new(|p| p.stark.opening_proof.batch_pow_witness = Val::new(1)));
    add("query work".into(), Box::new(|p| p.stark.opening_proof.query_pow_witness = Val::new(1)));
    add("commit work".into(), Box::new(|p| p.stark.opening_proof.commit_pow_witnesses[0] = Val::new(1)));
    add("commit work none".into(), Box::new(|p| p.stark.opening_proof.commit_pow_witnesses.clear()));
    add("no folding".into(), Box::new(|p| p.stark.opening_proof.commit_phase_commits.clear()));
    add("no final polynomial".into(), Box::new(|p| p.stark.opening_proof.final_poly.clear()));
    add("no folding openings".into(), Box::new(|p| p.stark.opening_proof.commit_phase_openings.clear()));
    add("no input openings".into(), Box::new(|p| p.stark.opening_proof.input_openings.clear()));
    let mut refusals = Refusals::new();
    for (name, edit) in edits {
        let mut changed = proof();
        edit(&mut changed);
        if changed.to_bytes() != SAMPLE.bytes {
            merge(&mut refusals, refusal(&changed), name);
        }
    }
    none_accepted(&refusals);
    // All of the shell's own errors but that of the key, which the next test has.
    for wanted in ["Rom", "Shape", "Heights", "EndRegister", "Clock"] {
        assert!(refusals.contains_key(wanted), "{wanted} is not reached");
    }
}

#[test]
fn other_programs_and_keys() {
    let params = ProofParams::TESTING;
    let other = sample(&image("rom/examples/factorial.zkasm"), input(&[5], &[]), params);
    let swapped = Proof::from_bytes(&other.bytes).expect("it reads back");
    assert!(matches!(SAMPLE.key.verify_with(&swapped, params), Err(VerifyError::Rom { .. })));
    assert!(matches!(other.key.verify_with(&proof(), params), Err(VerifyError::Rom { .. })));
    // Relabelled with the other program's digest.
    let mut relabelled = Proof::from_bytes(&other.bytes).expect("it reads back");
    relabelled.statement.rom_digest = SAMPLE.key.rom_digest();
    assert!(matches!(SAMPLE.key.verify_with(&relabelled, params), Err(VerifyError::Stark(_))));
    // Another run's statement on this proof.
    let mut statement = proof();
    statement.statement.public_out = swapped.statement.public_out;
    assert!(matches!(SAMPLE.key.verify_with(&statement, params), Err(VerifyError::Stark(_))));
    let mut key = SAMPLE.key.clone();
    key.machine_digest[7] ^= 1;
    assert!(matches!(key.verify_with(&proof(), params), Err(VerifyError::Machine { .. })));
    let mut key = SAMPLE.key.clone();
    key.program_digest[7] ^= 1;
    assert!(matches!(key.verify_with(&proof(), params), Err(VerifyError::Rom { .. })));
    // The other program's tables under this program's name.
    let key = VerifyingKey { preprocessed: other.key.preprocessed, ..SAMPLE.key.clone() };
    let mut renamed = proof();
    renamed.statement.rom_digest = key.rom_digest();
    assert!(matches!(key.verify_with(&renamed, params), Err(VerifyError::Stark(_))));
}

/// Errors of reading `T` from bytes that no writer makes.
fn format_errors<T: FileFormat>(
    bytes: &[u8],
    lengths: impl ParallelIterator<Item = usize>,
    varints: &[usize],
) {
    let read = |bytes: &[u8]| T::from_bytes(bytes).map(|_| ());
    assert!(read(bytes).is_ok());
    lengths.for_each(|len| match read(&bytes[..len]) {
        Err(FormatError::Magic { .. }) => assert!(len < 8, "{len}"),
        Err(FormatError::Body { .. }) => assert!(len >= 8, "{len}"),
        other => panic!("length {len}: {other:?}"),
    });
    for at in 0..8 {
        let mut wrong = bytes.to_vec();
        wrong[at] ^= 0x20;
        assert!(matches!(read(&wrong), Err(FormatError::Magic { .. })));
    }
    for version in [0, 2, 256, u16::MAX] {
        let mut wrong = bytes.to_vec();
        wrong[8..10].copy_from_slice(&u16::to_le_bytes(version));
        assert!(matches!(read(&wrong), Err(FormatError::Version { got, .. }) if got == version));
    }
    for tail in [&[0][..], &[0xff], &bytes[bytes.len() - 5..], bytes] {
        assert!(matches!(read(&[bytes, tail].concat()), Err(FormatError::Body { .. })));
    }
    for &at in varints {
        // The same number in one byte more.
        let end = (at..).find(|&i| bytes[i] < 0x80).expect("a varint ends");
        let mut wrong = bytes.to_vec();
        wrong.splice(end..=end, [bytes[end] | 0x80, 0]);
        assert!(matches!(read(&wrong), Err(FormatError::Body { .. })), "varint at {at}");
    }
}

#[test]
fn file_formats() {
    let key = SAMPLE.key.to_bytes();
    // After two digests: wherever a byte could be a varint's last.
    let varints: Vec<usize> = (10 + 64..key.len()).filter(|&i| key[i] < 0x80).collect();
    format_errors::<VerifyingKey>(&key, (0..key.len()).into_par_iter(), &varints);
    assert!(matches!(VerifyingKey::from_bytes(&SAMPLE.bytes), Err(FormatError::Magic { .. })));
    assert!(matches!(Proof::from_bytes(&key), Err(FormatError::Magic { .. })));
    let len = SAMPLE.bytes.len();
    let every = setting("ZKROM_TRUNCATIONS", 0) == 1;
    let wanted = |n: &usize| every || *n < 3_000 || *n + 3_000 > len || n.is_multiple_of(101);
    let statement = postcard::to_allocvec(&proof().statement).expect("it encodes").len();
    // After the shape come micro-pc and registers of the end.
    let mut varints = vec![10 + statement + 1];
    for _ in 0..Reg::READABLE {
        let from = *varints.last().expect("not empty");
        varints.push(1 + (from..).find(|&i| SAMPLE.bytes[i] < 0x80).expect("a varint ends"));
    }
    let lengths: Vec<usize> = (0..len).filter(wanted).collect();
    println!("{} lengths of {len}", lengths.len());
    format_errors::<Proof>(&SAMPLE.bytes, lengths.into_par_iter(), &varints);
}

/// Every shape of the standard parameters has at least a hundred bits.
#[test]
fn security() {
    let chips = chips(None);
    let lookups = packed_lookups(&chips);
    for shape in Shape::table() {
        let measures = measure(&chips, &lookups, &shape.log_heights());
        let bits = report(&measures, &ProofParams::STANDARD).security_bits();
        println!("{bits:.2} bits: main 2^{}", shape.log_heights()[0]);
        assert!(bits >= TARGET_BITS, "{bits} bits: {measures:?}");
    }
    let measures = measure(&chips, &lookups, &Shape::table()[0].log_heights());
    assert!(report(&measures, &ProofParams::TESTING).security_bits() < TARGET_BITS);
}

/// `verify` takes proofs of the standard parameters, and no others.
#[test]
fn standard_parameters() {
    let image = image("rom/examples/factorial.zkasm");
    let standard = sample(&image, input(&[5], &[]), ProofParams::STANDARD);
    let proof = Proof::from_bytes(&standard.bytes).expect("it reads back");
    println!("{} bytes", standard.bytes.len());
    standard.key.verify(&proof).expect("the proof verifies");
    let weaker = [
        ProofParams { num_queries: ProofParams::STANDARD.num_queries - 1, ..ProofParams::STANDARD },
        ProofParams { query_pow_bits: 1, ..ProofParams::STANDARD },
        ProofParams::TESTING,
    ];
    for params in weaker {
        let weak = sample(&image, input(&[5], &[]), params);
        let proof = Proof::from_bytes(&weak.bytes).expect("it reads back");
        assert!(matches!(weak.key.verify(&proof), Err(VerifyError::Stark(_))), "{params:?}");
    }
}
