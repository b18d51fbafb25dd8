//! The stages at full strength, on small programs: block, compress, join, shrink.
//!
//! `cargo test --release -p zkrom-recursion --test stages -- --ignored --nocapture`

mod common;

use std::time::Instant;

use alloy_primitives::U256;
use common::{Block, block};
use zkrom_executor::Input;
use zkrom_recursion::circuit::Builder;
use zkrom_recursion::compress::{self, Exposed};
use zkrom_recursion::join;
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::security::security;
use zkrom_recursion::stage::{LOG_HEIGHTS, ProvingKey, StageProof};
use zkrom_recursion::tables::TableId;
use zkrom_recursion::verifier::{Child, Plan, Proof, Words, verify};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::machine::{Shape, TARGET_BITS};

fn timed<T>(what: &str, run: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let out = run();
    println!("{what}: {:?}", start.elapsed());
    out
}

fn describe(name: &str, key: &ProvingKey) {
    let (measures, report) = security(key);
    let rows: Vec<String> =
        TableId::ALL.iter().map(|id| format!("{} {}", id.name(), id.rows(&key.circuit))).collect();
    println!("{name}: {}; {} columns, {:.2} bits", rows.join(", "), measures.columns, report.security_bits());
    assert!(report.security_bits() >= TARGET_BITS);
}

/// Proves a stage on recursion proofs and verifies it.
fn stage(
    name: &str,
    key: &ProvingKey,
    first: Vec<Val>,
    plan: &Plan,
    child: &ProvingKey,
    proofs: &[&StageProof],
    params: ProofParams,
) -> StageProof {
    let public: Vec<_> = proofs.iter().map(|p| ProvingKey::public_values(p)).collect();
    let words: Vec<Proof<'_>> = proofs
        .iter()
        .zip(&public)
        .map(|(p, public)| Proof { plan, proof: &p.stark, key: &child.verifying.preprocessed, public })
        .collect();
    let run = timed(&format!("{name} run"), || key.circuit.run(&mut Words::after(first, words)))
        .expect("it accepts");
    let proof = timed(&format!("{name} prove"), || key.prove(&run)).expect("the prover runs");
    key.verifying.verify(&proof, params).expect("the proof verifies");
    proof
}

#[test]
#[ignore = "a minute"]
fn all() {
    let standard = ProofParams::STANDARD;
    let statement = |words: [u64; 8]| -> Block {
        let input = Input { private: words.map(U256::from).to_vec(), ..Input::default() };
        block("recursion/tests/programs/statement.zkasm", input, standard)
    };
    let blocks = [[9, 1, 4, 5, 7, 8, 70, 80], [9, 1, 6, 6, 8, 11, 80, 90]].map(statement);
    let shape = &Shape::table()[usize::from(blocks[0].proof.shape)];
    let child = Child {
        airs: &blocks[0].key.chips,
        lookups: blocks[0].key.lookups(),
        log_heights: shape.log_heights(),
        params: standard,
    };
    let plan = child.plan();
    let compress = timed("compress key", || {
        ProvingKey::with_heights(compress::circuit(&child, &plan, Exposed::BLOCKS), standard, &LOG_HEIGHTS)
    });
    describe("compress", &compress);
    let child = compress.as_child();
    let join_plan = child.plan();
    println!("FRI {:?} of {:?}", join_plan.log_arities, join_plan.log_heights);
    let join = timed("join key", || {
        ProvingKey::with_heights(join::circuit(&child, &join_plan), standard, &LOG_HEIGHTS)
    });
    describe("join", &join);
    let keys = KeySet::new(&[compress.digest(), join.digest()]);
    let proofs: Vec<StageProof> = blocks
        .iter()
        .map(|block| {
            let key = &block.key.verifying.preprocessed;
            let proof = Proof { plan: &plan, proof: &block.proof.stark, key, public: &block.public };
            let run = compress
                .circuit
                .run(&mut Words::after(keys.root().to_vec(), vec![proof]))
                .expect("it accepts");
            timed("compress prove", || compress.prove(&run)).expect("the prover runs")
        })
        .collect();

    let words = join::words(&keys, [compress.digest(); 2]);
    let joined = stage("join", &join, words, &join_plan, &compress, &[&proofs[0], &proofs[1]], standard);

    // Shrink: one child, its key and public values exposed; a greater blowup and fewer queries.
    let shrunk = ProofParams { log_blowup: 3, num_queries: 57, ..standard };
    let child = join.as_child();
    let plan = child.plan();
    let mut builder = Builder::new();
    let verified = verify(&mut builder, &child, &plan);
    verified.key.iter().chain(&verified.public[TableId::Public as usize]).for_each(|&s| builder.expose(s));
    let shrink = timed("shrink key", || ProvingKey::new(builder.finish(), shrunk));
    describe("shrink", &shrink);
    let last = stage("shrink", &shrink, vec![], &plan, &join, &[&joined], shrunk);
    println!("shrink proof: {} bytes", postcard::to_allocvec(&last).expect("it encodes").len());
    assert_eq!(last.public[8..], joined.public);
}
