//! The circuit and p3's verifier say the same of honest and corrupted proofs.

mod common;

use common::{PARAMS, factorial};
use zkrom_recursion::circuit::Builder;
use zkrom_recursion::tables::TableId;
use zkrom_recursion::verifier::{Child, Proof, Words, verify};
use zkrom_stark::machine::Shape;

#[test]
fn honest_proof() {
    let block = factorial(5, PARAMS);
    let shape = &Shape::table()[usize::from(block.proof.shape)];
    let child = Child {
        airs: &block.key.chips,
        lookups: block.key.lookups(),
        log_heights: shape.log_heights(),
        params: PARAMS,
    };
    let start = std::time::Instant::now();
    let plan = child.plan();
    let mut builder = Builder::new();
    verify(&mut builder, &child, &plan);
    let circuit = builder.finish();
    println!("built in {:?}, {} slots, FRI {:?} of {:?}", start.elapsed(), circuit.slots, plan.log_arities, plan.log_heights);
    for id in TableId::ALL {
        println!("{}: {} rows", id.name(), id.rows(&circuit));
    }
    let start = std::time::Instant::now();
    let proof = Proof {
        plan: &plan,
        proof: &block.proof.stark,
        key: &block.key.verifying.preprocessed,
        public: &block.public,
    };
    let run = circuit.run(&mut Words::new(vec![proof]));
    println!("ran in {:?}", start.elapsed());
    run.expect("the circuit accepts");
}
