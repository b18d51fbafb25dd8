//! Join: two compress proofs of consecutive statements.

mod common;

use std::time::Instant;

use alloy_primitives::U256;
use common::{Block, block};
use p3_field::PrimeCharacteristicRing;
use zkrom_executor::Input;
use zkrom_recursion::circuit::Refusal;
use zkrom_recursion::compress::{self, Exposed};
use zkrom_recursion::join;
use zkrom_recursion::stage::{ProvingKey, StageProof};
use zkrom_recursion::verifier::{Child, Plan, Proof, Words};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::machine::Shape;

const PARAMS: ProofParams = ProofParams::TESTING;

fn statement(words: [u64; 8]) -> Block {
    let input = Input { private: words.map(U256::from).to_vec(), ..Input::default() };
    block("recursion/tests/programs/statement.zkasm", input, PARAMS)
}

struct Compress {
    plan: Plan,
    key: ProvingKey,
}

impl Compress {
    fn of(block: &Block) -> Self {
        let shape = &Shape::table()[usize::from(block.proof.shape)];
        let child = Child {
            airs: &block.key.chips,
            lookups: block.key.lookups(),
            log_heights: shape.log_heights(),
            params: PARAMS,
        };
        let plan = child.plan();
        let circuit = compress::circuit(&child, &plan, Exposed::BLOCKS);
        Self { key: ProvingKey::new(circuit, PARAMS), plan }
    }

    fn prove(&self, block: &Block) -> StageProof {
        let key = &block.key.verifying.preprocessed;
        let proof = Proof { plan: &self.plan, proof: &block.proof.stark, key, public: &block.public };
        let run = self.key.circuit.run(&mut Words::new(vec![proof])).expect("the circuit accepts");
        let proof = self.key.prove(&run).expect("the prover runs");
        self.key.verifying.verify(&proof, PARAMS).expect("the proof verifies");
        proof
    }
}

#[test]
fn consecutive_statements() {
    // Config, chain, first, last, parent, hash, first root, last root.
    let left = [9, 1, 100, 0xffff, 7, 8, 70, 80];
    let right = [9, 1, 0x1_0000, 0x1_0005, 8, 11, 80, 90];
    let blocks = [left, right].map(statement);
    let compress = Compress::of(&blocks[0]);
    let proofs = [0, 1].map(|i| compress.prove(&blocks[i]));

    let child = compress.key.as_child();
    let plan = child.plan();
    let circuit = join::circuit(&child, &plan, &compress.key.verifying.preprocessed);
    let key = ProvingKey::new(circuit, PARAMS);
    println!("heights {:?}", key.verifying.log_heights);
    let run = |proofs: [&StageProof; 2]| {
        let public = proofs.map(ProvingKey::public_values);
        let child = |i: usize| Proof {
            plan: &plan,
            proof: &proofs[i].stark,
            key: &compress.key.verifying.preprocessed,
            public: &public[i],
        };
        key.circuit.run(&mut Words::new(vec![child(0), child(1)]))
    };
    let start = Instant::now();
    let joined = key.prove(&run([&proofs[0], &proofs[1]]).expect("the circuit accepts")).expect("it proves");
    key.verifying.verify(&joined, PARAMS).expect("the proof verifies");
    println!("joined in {:?}", start.elapsed());
    let expected = [9, 1, 100, 0x1_0005, 7, 11, 70, 90];
    for (limbs, word) in joined.public[8..].chunks(16).zip(expected) {
        let got = limbs[0] + limbs[1] * Val::from_u32(1 << 16);
        assert_eq!(got, Val::from_u32(word));
    }

    // In the wrong order, twice the same, or with a changed public value.
    for (l, r) in [(1, 0), (0, 0), (1, 1)] {
        assert!(matches!(run([&proofs[l], &proofs[r]]), Err(Refusal::Unequal { .. })));
    }
    for i in [0, 8, 100, joined.public.len() - 1] {
        let mut other = key.prove(&run([&proofs[0], &proofs[1]]).unwrap()).unwrap();
        other.public[i] += Val::ONE;
        assert!(key.verifying.verify(&other, PARAMS).is_err());
    }

    // Statements that do not follow: each word of the right one changed.
    for word in [0, 1, 2, 4, 6] {
        let mut words = right;
        words[word] += 1;
        let other = compress.prove(&statement(words));
        assert!(matches!(run([&proofs[0], &other]), Err(Refusal::Unequal { .. })), "word {word}");
    }
}
