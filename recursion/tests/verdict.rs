//! The circuit and p3's verifier say the same of honest and corrupted proofs.
//!
//! `ZKROM_CORRUPTIONS=20000` tries that many corrupted proofs, instead of nine hundred.

mod common;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use common::corrupt::{corrupt, kind, pointers};
use common::{Block, PARAMS, factorial};
use p3_field::PrimeCharacteristicRing;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use rayon::prelude::*;
use zkrom_recursion::circuit::{Builder, Circuit};
use zkrom_recursion::verifier::{Child, Plan, Proof, Words, verify};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::machine::{ChipId, Shape};
use zkrom_stark::proof;

fn verifier(block: &Block, params: ProofParams) -> (Plan, Circuit) {
    let shape = &Shape::table()[usize::from(block.proof.shape)];
    let child = Child {
        airs: &block.key.chips,
        lookups: block.key.lookups(),
        log_heights: shape.log_heights(),
        params,
    };
    let plan = child.plan();
    let mut builder = Builder::new();
    verify(&mut builder, &child, &plan);
    (plan, builder.finish())
}

/// What the circuit says; the digits of its words removed.
fn verdict(
    plan: &Plan,
    circuit: &Circuit,
    block: &Block,
    proof: &proof::Proof,
    public: &[Vec<Val>],
) -> Result<(), String> {
    let key = &block.key.verifying.preprocessed;
    let proof = Proof { plan, proof: &proof.stark, key, public };
    let run = catch_unwind(AssertUnwindSafe(|| circuit.run(&mut Words::new(vec![proof]))));
    let text = match run {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(e)) => e.to_string(),
        Err(_) => "PANIC".to_owned(),
    };
    Err(text.chars().filter(|c| !c.is_ascii_digit()).take(80).collect())
}

/// With work at every site nearly all changes break some site's work; without, they reach the checks behind.
#[test]
fn same_verdict() {
    corpus(PARAMS, 300);
    corpus(ProofParams::TESTING, 600);
}

fn corpus(params: ProofParams, default: usize) {
    let n = std::env::var("ZKROM_CORRUPTIONS").map_or(default, |v| v.parse().expect("a number"));
    let block = factorial(5, params);
    let (plan, circuit) = verifier(&block, params);
    let honest = |proof: &proof::Proof| verdict(&plan, &circuit, &block, proof, &block.public);
    assert_eq!(honest(&block.proof), Ok(()));
    let tree = serde_json::to_value(&block.proof.stark).expect("a proof has a tree");
    let mut all = Vec::new();
    pointers(&tree, "", &mut all);
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for p in all {
        kinds.entry(kind(&p)).or_default().push(p);
    }
    println!("{} kinds of fields", kinds.len());
    let per_kind = n / kinds.len() + 1;
    let places: Vec<&[String]> = kinds.values().map(|v| &v[..]).collect();
    let results: Vec<(String, Option<String>)> = (0..per_kind * places.len())
        .into_par_iter()
        .map(|i| {
            let mut rng = ChaCha20Rng::seed_from_u64(i as u64);
            let of_kind = places[i % places.len()];
            let pointer = &of_kind[rng.random_range(0..of_kind.len())];
            let mut tree = tree.clone();
            let place = tree.pointer_mut(pointer).expect("a place of the tree");
            if !corrupt(place, &mut rng) {
                return (kind(pointer), None);
            }
            // What no proof type holds is refused before either verifier.
            let Ok(stark) = serde_json::from_value(tree) else { return (kind(pointer), None) };
            let proof = proof::Proof {
                statement: block.proof.statement.clone(),
                shape: block.proof.shape,
                end: block.proof.end,
                stark,
            };
            let native =
                block.key.verifying.verify_with(&proof, params).map(|_| ()).map_err(|e| e.to_string());
            let ours = honest(&proof);
            assert_eq!(native.is_ok(), ours.is_ok(), "{pointer}: native {native:?}, circuit {ours:?}");
            (kind(pointer), Some(ours.err().unwrap_or_else(|| "accepted by both".to_owned())))
        })
        .collect();
    let mut table: BTreeMap<String, usize> = BTreeMap::new();
    for (_, why) in &results {
        *table.entry(why.clone().unwrap_or_else(|| "no proof, or unchanged".to_owned())).or_default() += 1;
    }
    for (why, times) in &table {
        println!("{times:6} {why}");
    }
    let refused = results.iter().filter(|r| r.1.is_some()).count();
    assert!(2 * refused > results.len(), "too few proofs of the right type");
    assert!(!table.contains_key("accepted by both") && !table.contains_key("PANIC"));
}

/// Each public value changed, and the key's commitment.
#[test]
fn other_statements_are_refused() {
    let block = factorial(5, PARAMS);
    let (plan, circuit) = verifier(&block, PARAMS);
    for chip in [ChipId::Main as usize, ChipId::Public as usize] {
        for i in (0..block.public[chip].len()).step_by(7) {
            let mut public = block.public.clone();
            public[chip][i] += Val::ONE;
            assert!(verdict(&plan, &circuit, &block, &block.proof, &public).is_err(), "{chip} {i}");
        }
    }
    let other = common::block("rom/examples/keccak.zkasm", zkrom_executor::Input::default(), PARAMS);
    assert_ne!(other.key.verifying.preprocessed, block.key.verifying.preprocessed);
    assert!(verdict(&plan, &circuit, &other, &block.proof, &block.public).is_err());
}

/// Proofs made from dishonest traces, whose transcript, openings and FRI are in order: what refuses them is an equality, of constraints or of lookup terminals.
#[test]
fn dishonest_traces_are_refused() {
    let image = common::image("rom/examples/factorial.zkasm");
    let mut input = zkrom_executor::Input::default();
    input.public[0] = alloy_primitives::U256::from(5);
    let record = common::record(&image, input);
    let params = ProofParams::TESTING;
    let honest = factorial(5, params);
    let (plan, circuit) = verifier(&honest, params);
    for chip in [ChipId::Main, ChipId::MulDiv, ChipId::Range16, ChipId::Public, ChipId::KeccakF] {
        let mut traces = honest.key.traces(&record).expect("the run fits a shape");
        // The first cell of the first row: a register, a limb, a multiplicity.
        traces.matrices[chip as usize].values[0] += Val::ONE;
        let proof = honest.key.prove_traces(&record, traces).expect("the prover does not look");
        assert!(honest.key.verifying.verify_with(&proof, params).is_err());
        let refused = verdict(&plan, &circuit, &honest, &proof, &honest.public).expect_err("it is dishonest");
        assert_eq!(refused, "equality  does not hold", "{chip:?}");
    }
}
