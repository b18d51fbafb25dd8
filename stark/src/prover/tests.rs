use std::path::Path;

use alloy_primitives::U256;
use p3_air::symbolic::{SymbolicExpr, SymbolicExpression};
use p3_batch_stark::{StarkInstance, prove_batch};
use zkrom_asm::{Files, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::{Executor, Input, Program};

use crate::config::ProofParams;
use crate::field::Val;
use crate::key::{ProvingKey, packed_lookups};
use crate::machine::chips;
use crate::prove::Traces;

/// Without proof of work, whose witness is whichever thread finds first, both provers are functions of the traces.
#[test]
fn proofs_are_those_of_plonky3() {
    let runs = [("factorial", 30, 0), ("keccak", 700, 30), ("memcopy", 5, 20)];
    for (name, public, private) in runs {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../rom/examples/{name}.zkasm"));
        let image = assemble(&path, &Files::Disk, &Options::default()).expect("the program assembles").image;
        let program = Program::load(&image, &Hints::default()).expect("the image loads");
        let mut input = Input { private: (0..private).map(U256::from).collect(), ..Input::default() };
        input.public[0] = U256::from(public);
        let Ok(record) = Executor::new(&program, input).record() else { panic!("{name} does not run") };
        let key = ProvingKey::new(image, ProofParams::TESTING);
        let Traces { matrices, public_values, .. } = key.traces(&record).expect("the run fits a shape");
        let config = key.params.config();
        let refs: Vec<_> = matrices.iter().collect();
        let instances = StarkInstance::new_multiple(&key.chips, &refs, &public_values);
        let theirs = prove_batch(&config, &instances, &key.data).expect("p3 proves");
        let ours = super::prove(&config, &key.chips, &key.plan, &key.data, matrices.clone(), &public_values)
            .expect("the prover runs");
        let bytes = |proof: &_| postcard::to_allocvec(proof).expect("a proof encodes");
        assert!(bytes(&theirs) == bytes(&ours), "{name}: the proofs differ");
    }
}

fn nodes(expression: &SymbolicExpression<Val>) -> u64 {
    match expression {
        SymbolicExpr::Leaf(_) => 1,
        SymbolicExpr::Neg { x, .. } => 1 + nodes(x),
        SymbolicExpr::Add { x, y, .. } | SymbolicExpr::Sub { x, y, .. } | SymbolicExpr::Mul { x, y, .. } => {
            1 + nodes(x) + nodes(y)
        }
    }
}

/// p3's verifier and key maker walk each message as a tree, in which a shared part counts wherever it is: one careless chain of doublings costs seconds.
#[test]
fn messages_are_small_trees() {
    let chips = chips(None);
    for (chip, lookups) in chips.iter().zip(packed_lookups(&chips)) {
        let expressions = lookups.iter().flat_map(|l| l.elements.iter().flatten().chain(&l.multiplicities));
        let total: u64 = expressions.map(nodes).sum();
        assert!(total < 20_000, "{}: {total} nodes", chip.id().name());
    }
}
