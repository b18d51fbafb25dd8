//! Compress proofs.

mod common;

use std::time::Instant;

use common::{Block, PARAMS, factorial};
use p3_field::PrimeCharacteristicRing;
use zkrom_recursion::circuit::Circuit;
use zkrom_recursion::compress::{Exposed, circuit};
use zkrom_recursion::keys::DEPTH;
use zkrom_recursion::stage::{LOG_HEIGHTS, ProvingKey};
use zkrom_recursion::tables::TableId;
use zkrom_recursion::verifier::{Child, Plan, Proof, Words};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::machine::Shape;

const EXPOSED: Exposed = Exposed { inputs: 1, outputs: 1 };

fn compress(block: &Block, params: ProofParams) -> (Plan, Circuit) {
    let shape = &Shape::table()[usize::from(block.proof.shape)];
    let child = Child {
        airs: &block.key.chips,
        lookups: block.key.lookups(),
        log_heights: shape.log_heights(),
        params,
    };
    let plan = child.plan();
    let circuit = circuit(&child, &plan, EXPOSED);
    (plan, circuit)
}

fn words<'a>(plan: &'a Plan, block: &'a Block) -> Words<'a> {
    Words::after(
        vec![Val::ZERO; 8],
        vec![Proof {
            plan,
            proof: &block.proof.stark,
            key: &block.key.verifying.preprocessed,
            public: &block.public,
        }],
    )
}

fn whole(inner: ProofParams, outer: ProofParams) {
    let start = Instant::now();
    let block = factorial(5, inner);
    println!("block proof in {:?}", start.elapsed());
    let start = Instant::now();
    let (plan, circuit) = compress(&block, inner);
    println!("circuit in {:?}; FRI {:?} of {:?}", start.elapsed(), plan.log_arities, plan.log_heights);
    for id in TableId::ALL {
        println!("{:9} {:7} rows, {} columns", id.name(), id.rows(&circuit), id.width(circuit.layout()));
    }
    let start = Instant::now();
    let key = ProvingKey::new(circuit, outer);
    println!("key in {:?}, heights {:?}", start.elapsed(), key.verifying.log_heights);
    let start = Instant::now();
    let run = key.circuit.run(&mut words(&plan, &block)).expect("the circuit accepts");
    println!("run in {:?}", start.elapsed());
    let start = Instant::now();
    let proof = key.prove(&run).expect("the prover runs");
    println!("proved in {:?}", start.elapsed());
    let start = Instant::now();
    key.verifying.verify(&proof, outer).expect("the proof verifies");
    println!("verified in {:?}", start.elapsed());
    let expected: Vec<Val> = block.key.verifying.preprocessed.roots()[0].to_vec();
    assert_eq!(proof.public[8..16], expected);
    assert_eq!(proof.public[16], Val::from_u32(5));
    assert_eq!(proof.public[32], Val::from_u32(120));
    assert_eq!(proof.public.len(), EXPOSED.public_values());
}

#[test]
fn small() {
    whole(PARAMS, ProofParams::TESTING);
}

/// At full strength: `cargo test --release -p zkrom-recursion --test compress -- --ignored --nocapture full`.
#[test]
#[ignore = "a minute"]
fn full_strength() {
    whole(ProofParams::STANDARD, ProofParams::STANDARD);
}

/// Every stage has at least a hundred bits.
#[test]
fn security() {
    let block = factorial(5, ProofParams::STANDARD);
    let (_, circuit) = compress(&block, ProofParams::STANDARD);
    let key = ProvingKey::new(circuit, ProofParams::STANDARD);
    let (measures, report) = zkrom_recursion::security::security(&key);
    println!("{measures:?}\n{:.2} bits\n{report:?}", report.security_bits());
    assert!(report.security_bits() >= zkrom_stark::machine::TARGET_BITS);
    assert!(measures.degree <= 3);
}

/// The compress circuit of every shape fits the heights that all stages have.
#[test]
fn shapes() {
    let chips = zkrom_stark::machine::chips(None);
    let lookups = zkrom_stark::key::packed_lookups(&chips);
    let (mut most, mut built) = (vec![0; TableId::ALL.len()], 0);
    for (i, shape) in Shape::table().iter().enumerate() {
        let child = Child {
            airs: &chips,
            lookups: lookups.iter().map(|l| &**l).collect(),
            log_heights: shape.log_heights(),
            params: ProofParams::STANDARD,
        };
        let plan = child.plan();
        let circuit = circuit(&child, &plan, Exposed::BLOCKS);
        let rows: Vec<usize> = TableId::ALL.iter().map(|id| id.rows(&circuit)).collect();
        println!("{i}: main 2^{}: {rows:?}", shape.log_heights()[0]);
        most.iter_mut().zip(&rows).for_each(|(m, &r)| *m = r.max(*m));
        built += 1;
        if i == 0 || i + 1 == Shape::table().len() {
            let values: usize = plan.batches.iter().flat_map(|b| &b.matrices).map(|m| m.width).sum();
            let claims: usize =
                plan.batches.iter().flat_map(|b| &b.matrices).map(|m| m.width * m.points).sum();
            println!(
                "   {values} opened values a query, {claims} claimed values, FRI {:?} of {:?}",
                plan.log_arities, plan.log_heights
            );
            for b in &plan.batches {
                println!(
                    "   {:?}: {} matrices, {} columns, height 2^{}",
                    b.source,
                    b.matrices.len(),
                    b.matrices.iter().map(|m| m.width).sum::<usize>(),
                    b.log_height()
                );
            }
        }
    }
    println!("most of {built}: {most:?}");
    for (rows, log_height) in most.into_iter().zip(LOG_HEIGHTS) {
        assert!(rows <= 1 << log_height, "{rows} rows for 2^{log_height}");
    }
    assert!(built < 1 << DEPTH, "places for the keys of all shapes and the join's");
}
