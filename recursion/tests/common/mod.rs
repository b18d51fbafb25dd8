//! What the tests share: small block proofs.
#![allow(dead_code, missing_docs, reason = "each test binary uses a part of it")]

pub mod corrupt;

use std::path::Path;

use alloy_primitives::U256;
use zkrom_asm::{Files, Image, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::record::Record;
use zkrom_executor::{Executor, Input, Program};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::proof::Proof;

/// Few queries and little work, but some at every site.
pub const PARAMS: ProofParams = ProofParams {
    num_queries: 3,
    query_pow_bits: 4,
    commit_pow_bits: 2,
    batch_pow_bits: 3,
    lookup_pow_bits: 3,
    ood_pow_bits: 3,
    ..ProofParams::TESTING
};

pub fn image(path: &str) -> Image {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    assemble(&root, &Files::Disk, &Options::default()).expect("the program assembles").image
}

pub fn record(image: &Image, input: Input) -> Record {
    let program = Program::load(image, &Hints::default()).expect("the image loads");
    Executor::new(&program, input).record().unwrap_or_else(|e| panic!("{}", e.render(&())))
}

/// A block proof with what its verifier is told.
pub struct Block {
    pub key: ProvingKey,
    pub proof: Proof,
    pub public: Vec<Vec<Val>>,
}

pub fn block(path: &str, input: Input, params: ProofParams) -> Block {
    let image = image(path);
    let record = record(&image, input);
    let key = ProvingKey::new(image, params);
    let traces = key.traces(&record).expect("the run fits a shape");
    let public = traces.public_values.clone();
    let proof = key.prove_traces(&record, traces).expect("the prover runs");
    key.verifying.verify_with(&proof, params).expect("the proof verifies");
    Block { key, proof, public }
}

pub fn factorial(n: u64, params: ProofParams) -> Block {
    let mut input = Input::default();
    input.public[0] = U256::from(n);
    block("rom/examples/factorial.zkasm", input, params)
}
