//! Join: trees of consecutive statements.

mod common;

use std::time::Instant;

use alloy_primitives::U256;
use common::{Block, block};
use p3_field::PrimeCharacteristicRing;
use zkrom_executor::Input;
use zkrom_recursion::circuit::Refusal;
use zkrom_recursion::compress::{self, Exposed};
use zkrom_recursion::join;
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::stage::{ProvingKey, StageProof};
use zkrom_recursion::verifier::{Child, Plan, Proof, Words};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::machine::Shape;

const PARAMS: ProofParams = ProofParams::TESTING;
/// Heights that hold compress and join with few queries.
const LOG_HEIGHTS: [usize; 4] = [17, 10, 16, 10];

fn statement(words: [u64; 8]) -> Block {
    let input = Input { private: words.map(U256::from).to_vec(), ..Input::default() };
    block("recursion/tests/programs/statement.zkasm", input, PARAMS)
}

/// The stages of one shape of block.
struct Stages {
    block_plan: Plan,
    plan: Plan,
    compress: ProvingKey,
    join: ProvingKey,
    keys: KeySet,
}

impl Stages {
    fn of(block: &Block) -> Self {
        let shape = &Shape::table()[usize::from(block.proof.shape)];
        let child = Child {
            airs: &block.key.chips,
            lookups: block.key.lookups(),
            log_heights: shape.log_heights(),
            params: PARAMS,
        };
        let block_plan = child.plan();
        let circuit = compress::circuit(&child, &block_plan, Exposed::BLOCKS);
        let compress = ProvingKey::with_heights(circuit, PARAMS, &LOG_HEIGHTS);
        let child = compress.as_child();
        let plan = child.plan();
        let join = ProvingKey::with_heights(join::circuit(&child, &plan), PARAMS, &LOG_HEIGHTS);
        assert_eq!(join.verifying.layout(), compress.verifying.layout());
        let keys = KeySet::new(&[compress.digest(), join.digest()]);
        Self { block_plan, plan, compress, join, keys }
    }

    fn compress(&self, block: &Block, root: [Val; 8]) -> StageProof {
        let key = &block.key.verifying.preprocessed;
        let proof = Proof { plan: &self.block_plan, proof: &block.proof.stark, key, public: &block.public };
        let mut words = Words::after(root.to_vec(), vec![proof]);
        let run = self.compress.circuit.run(&mut words).expect("the circuit accepts");
        let proof = self.compress.prove(&run).expect("the prover runs");
        self.compress.verifying.verify(&proof, PARAMS).expect("the proof verifies");
        proof
    }

    fn join(&self, keys: &KeySet, children: [(&ProvingKey, &StageProof); 2]) -> Result<StageProof, Refusal> {
        let public = children.map(|(_, p)| ProvingKey::public_values(p));
        let child = |i: usize| Proof {
            plan: &self.plan,
            proof: &children[i].1.stark,
            key: &children[i].0.verifying.preprocessed,
            public: &public[i],
        };
        let first = join::words(keys, children.map(|(key, _)| key.digest()));
        let run = self.join.circuit.run(&mut Words::after(first, vec![child(0), child(1)]))?;
        Ok(self.join.prove(&run).expect("the prover runs"))
    }
}

#[test]
fn consecutive_statements() {
    // Config, chain, first, last, parent, hash, first root, last root.
    let left = [9, 1, 100, 0xffff, 7, 8, 70, 80];
    let right = [9, 1, 0x1_0000, 0x1_0005, 8, 11, 80, 90];
    let third = [9, 1, 0x1_0006, 0x1_0006, 11, 12, 90, 91];
    let blocks = [left, right, third].map(statement);
    let stages = Stages::of(&blocks[0]);
    let keys = &stages.keys;
    let proofs = [0, 1, 2].map(|i| stages.compress(&blocks[i], keys.root()));
    let leaf = |i: usize| (&stages.compress, &proofs[i]);

    let start = Instant::now();
    let joined = stages.join(keys, [leaf(0), leaf(1)]).expect("the circuit accepts");
    stages.join.verifying.verify(&joined, PARAMS).expect("the proof verifies");
    println!("joined in {:?}", start.elapsed());
    let says = |proof: &StageProof, words: [u32; 8]| {
        assert_eq!(proof.public[..8], keys.root());
        for (limbs, word) in proof.public[16..].chunks(16).zip(words) {
            assert_eq!(limbs[0] + limbs[1] * Val::from_u32(1 << 16), Val::from_u32(word));
            assert!(limbs[2..].iter().all(|l| *l == Val::ZERO));
        }
    };
    says(&joined, [9, 1, 100, 0x1_0005, 7, 11, 70, 90]);

    // A join is a child too.
    let all = stages.join(keys, [(&stages.join, &joined), leaf(2)]).expect("the circuit accepts");
    stages.join.verifying.verify(&all, PARAMS).expect("the proof verifies");
    says(&all, [9, 1, 100, 0x1_0006, 7, 12, 70, 91]);

    // In the wrong order, twice the same, a gap.
    for (l, r) in [(1, 0), (0, 0), (1, 1), (0, 2), (2, 0)] {
        assert!(matches!(stages.join(keys, [leaf(l), leaf(r)]), Err(Refusal::Unequal { .. })), "{l} {r}");
    }
    // A proof said to be of another key.
    let wrong = [(&stages.join, &proofs[0]), leaf(1)];
    assert!(stages.join(keys, wrong).is_err());
    // Another set of keys than the children's.
    let other = KeySet::new(&[stages.join.digest(), stages.compress.digest()]);
    assert!(matches!(stages.join(&other, [leaf(0), leaf(1)]), Err(Refusal::Unequal { .. })));
    // A key that is not in the set: a path that does not end in the root.
    let fake = KeySet::new(&[stages.compress.digest()]);
    let mut words = join::words(&fake, [stages.compress.digest(); 2]);
    words[..8].copy_from_slice(&keys.root());
    let run = stages.join.circuit.run(&mut Words::after(words, vec![]));
    assert!(matches!(run, Err(Refusal::Root { .. })));

    // A changed public value, and a proof under the other key.
    for i in [0, 8, 16, 100, all.public.len() - 1] {
        let mut public =
            StageProof { public: all.public.clone(), points: all.points.clone(), ..proof_of(&all) };
        public.public[i] += Val::ONE;
        assert!(stages.join.verifying.verify(&public, PARAMS).is_err());
    }
    let mut points = proof_of(&all);
    points.points[1] += zkrom_stark::field::Challenge::ONE;
    assert!(stages.join.verifying.verify(&points, PARAMS).is_err());
    assert!(stages.compress.verifying.verify(&all, PARAMS).is_err());
    assert!(stages.join.verifying.verify(&proofs[0], PARAMS).is_err());

    // Statements that do not follow: each word of the right one changed.
    for word in [0, 1, 2, 4, 6] {
        let mut words = right;
        words[word] += 1;
        let other = stages.compress(&statement(words), keys.root());
        let joined = stages.join(keys, [leaf(0), (&stages.compress, &other)]);
        assert!(matches!(joined, Err(Refusal::Unequal { .. })), "word {word}");
    }
}

/// A copy.
fn proof_of(proof: &StageProof) -> StageProof {
    postcard::from_bytes(&postcard::to_allocvec(proof).expect("it encodes")).expect("it decodes")
}
