//! Bad recursion proofs as children: the native verifier and the next stage's circuit agree to refuse them.
//!
//! `ZKROM_CORRUPTIONS=20000` tries that many corrupted proofs, instead of a few hundred.

mod common;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use alloy_primitives::U256;
use common::corrupt::{corrupt, kind, pointers};
use common::{PARAMS, block};
use p3_field::PrimeCharacteristicRing;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use zkrom_executor::Input;
use zkrom_recursion::circuit::Refusal;
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::pipeline::{
    CompressKey, Error, Last, Parameters, StageFile, WrapFile, Wrapped, compress_key, join_key,
};
use zkrom_recursion::shrink;
use zkrom_recursion::stage::{ProvingKey, StageProof};
use zkrom_recursion::verifier::{Plan, Proof, Words};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::proof::{FileFormat, FormatError};

struct Stages {
    compress: CompressKey,
    join: ProvingKey,
    keys: KeySet,
    last: Last,
    parameters: Parameters,
    plan: Plan,
    compressed: StageProof,
}

fn quiet(_: &str, _: Option<Duration>) {}

fn stages(tree: ProofParams) -> Stages {
    let parameters = Parameters { tree, ..Parameters::testing() };
    let words = [9, 1, 4, 5, 7, 8, 70, 80_u64];
    let input = Input { private: words.map(U256::from).to_vec(), ..Input::default() };
    let block = block("recursion/tests/programs/statement.zkasm", input, parameters.block);
    let compress = compress_key(block.proof.shape, &parameters, &mut quiet).expect("a shape");
    let join = join_key(&parameters, &mut quiet);
    let keys = KeySet::new(&[compress.key.digest(), join.digest()]);
    let last = Last::new(&parameters, &mut quiet);
    let compressed = compress.prove(&block.proof, &block.key.verifying, &keys, &mut quiet).expect("a proof");
    let plan = compress.key.as_child().plan();
    Stages { compress, join, keys, last, parameters, plan, compressed }
}

impl Stages {
    /// What the native verifier and the circuit of the first shrink say.
    fn verdicts(&self, proof: &StageProof) -> (Result<(), String>, Result<(), String>) {
        let native = self.compress.key.verifying.verify(proof, self.parameters.tree);
        let public = ProvingKey::public_values(proof);
        let child = Proof {
            plan: &self.plan,
            proof: &proof.stark,
            key: &self.compress.key.verifying.preprocessed,
            public: &public,
        };
        let words = shrink::words(&self.keys, &self.compress.key.digest());
        let run = || self.last.shrinks[0].circuit.run(&mut Words::after(words, vec![child]));
        let ours = match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(e)) => Err(e.to_string()),
            Err(_) => Err("PANIC".to_owned()),
        };
        (native.map_err(|e| e.to_string()), ours)
    }
}

#[test]
fn corrupted_children() {
    for (params, default) in [(PARAMS, 200), (ProofParams::TESTING, 400)] {
        let n = std::env::var("ZKROM_CORRUPTIONS").map_or(default, |v| v.parse().expect("a number"));
        let stages = stages(params);
        assert_eq!(stages.verdicts(&stages.compressed), (Ok(()), Ok(())));
        let tree = serde_json::to_value(&stages.compressed).expect("a proof has a tree");
        let mut all = Vec::new();
        pointers(&tree, "", &mut all);
        let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for p in all {
            kinds.entry(kind(&p)).or_default().push(p);
        }
        let places: Vec<&Vec<String>> = kinds.values().collect();
        let results: Vec<(bool, String)> = (0..(n / places.len() + 1) * places.len())
            .into_par_iter()
            .filter_map(|i| {
                let mut rng = ChaCha20Rng::seed_from_u64(i as u64);
                let of_kind = places[i % places.len()];
                let pointer = &of_kind[rng.random_range(0..of_kind.len())];
                let mut tree = tree.clone();
                let place = tree.pointer_mut(pointer).expect("a place of the tree");
                if !corrupt(place, &mut rng) {
                    return None;
                }
                // What no proof type holds is refused before either verifier: a number that is not canonical, say.
                let proof: StageProof = serde_json::from_value(tree).ok()?;
                let (native, ours) = stages.verdicts(&proof);
                assert!(native.is_err() && ours.is_err(), "{pointer}: native {native:?}, circuit {ours:?}");
                Some((true, ours.err().unwrap_or_default()))
            })
            .collect();
        println!("{} kinds of fields, {} corrupted proofs refused by both", kinds.len(), results.len());
        assert!(results.len() > default / 2);
        assert!(results.iter().all(|(_, why)| why != "PANIC"));
    }
}

#[test]
fn wrong_keys_and_statements() {
    let s = stages(ProofParams::TESTING);
    let key = s.compress.key.digest();
    // Said to be of the other key of the set, of a key outside it, joined under another set.
    let refused = |e: Result<StageProof, Error>| e.expect_err("it is refused");
    let other = s.last.shrink(&s.compressed, &s.join.digest(), &s.keys, &mut quiet);
    assert!(matches!(refused(other), Error::Prove(_)));
    let outside = s.last.shrink(&s.compressed, &[Val::ONE; 8], &s.keys, &mut quiet);
    assert!(matches!(refused(outside), Error::Key));
    let set = KeySet::new(&[s.join.digest(), key]);
    assert!(matches!(refused(s.last.shrink(&s.compressed, &key, &set, &mut quiet)), Error::Prove(_)));
    // A key outside the set with a path of another.
    let mut words = shrink::words(&s.keys, &key);
    words[8] += Val::ONE;
    let run = s.last.shrinks[0].circuit.run(&mut Words::after(words, vec![]));
    assert!(matches!(run, Err(Refusal::Root { .. })));
    // Public values.
    for i in 0..s.compressed.public.len() {
        let mut proof = copy(&s.compressed);
        proof.public[i] += Val::ONE;
        let (native, ours) = s.verdicts(&proof);
        assert!(native.is_err() && ours.is_err(), "{i}");
    }
    let mut short = copy(&s.compressed);
    short.public.pop();
    assert!(matches!(refused(s.last.shrink(&short, &key, &s.keys, &mut quiet)), Error::Public { .. }));
    // Tables in another order.
    let mut proof = copy(&s.compressed);
    proof.stark.opened_values.instances.swap(0, 1);
    let (native, ours) = s.verdicts(&proof);
    assert!(native.is_err() && ours.is_err());

    let shrunk = s.last.shrink(&s.compressed, &key, &s.keys, &mut quiet).expect("an honest proof");
    // The wrap takes the last shrink's proofs only.
    assert!(s.last.wrap(&s.compressed, &mut quiet).is_err());
    let wrapped = s.last.wrap(&shrunk, &mut quiet).expect("an honest proof");
    wrapped_refusals(&s, &wrapped);
    files(key, shrunk, wrapped);
}

fn copy(proof: &StageProof) -> StageProof {
    postcard::from_bytes(&postcard::to_allocvec(proof).expect("it encodes")).expect("it decodes")
}

/// The native verifier of the last STARK.
fn wrapped_refusals(s: &Stages, wrapped: &Wrapped) {
    let params = s.parameters.wrap.params;
    let verify = |proof: &Wrapped| s.last.wrap.verifying.verify(proof, params);
    verify(wrapped).expect("an honest proof");
    let tree = serde_json::to_value(wrapped).expect("a proof has a tree");
    let mut all = Vec::new();
    pointers(&tree, "", &mut all);
    let mut tried = 0;
    for (i, pointer) in all.iter().enumerate().step_by(all.len() / 150) {
        let mut rng = ChaCha20Rng::seed_from_u64(i as u64);
        let mut tree = tree.clone();
        if !corrupt(tree.pointer_mut(pointer).expect("a place of the tree"), &mut rng) {
            continue;
        }
        let Ok(proof) = serde_json::from_value::<Wrapped>(tree) else { continue };
        assert!(verify(&proof).is_err(), "{pointer}");
        tried += 1;
    }
    println!("{tried} corrupted last STARKs refused");
    assert!(tried > 50);
}

/// Files: what is cut, longer, of another kind or version, or not canonical.
fn files(key: [Val; 8], proof: StageProof, wrapped: Wrapped) {
    let bytes = StageFile { stage: "shrink".to_owned(), key, proof }.to_bytes();
    assert!(StageFile::from_bytes(&bytes).is_ok());
    for at in (0..bytes.len()).step_by(bytes.len() / 50).chain([bytes.len() - 1]) {
        assert!(StageFile::from_bytes(&bytes[..at]).is_err(), "{at}");
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(StageFile::from_bytes(&longer).is_err());
    let mut version = bytes.clone();
    version[8] ^= 3;
    assert!(matches!(StageFile::from_bytes(&version), Err(FormatError::Version { .. })));
    assert!(matches!(WrapFile::from_bytes(&bytes), Err(FormatError::Magic { .. })));
    let bytes = WrapFile { proof: wrapped }.to_bytes();
    assert!(WrapFile::from_bytes(&bytes).is_ok());
    assert!(matches!(StageFile::from_bytes(&bytes), Err(FormatError::Magic { .. })));
}
