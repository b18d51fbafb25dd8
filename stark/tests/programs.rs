//! The example programs through the whole machine: checked, proved, verified; and dishonest variations refused.

use std::path::Path;

use alloy_primitives::U256;
use zkrom_asm::{Files, Image, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::record::Record;
use zkrom_executor::{Executor, Input, Program};
use zkrom_stark::check::{Instance, check};
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::{ChipId, WIDTH_BUDGET, inventory, page};
use zkrom_stark::proof::FileFormat;

fn image(path: &str) -> Image {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    assemble(&root, &Files::Disk, &Options::default()).expect("the program assembles").image
}

fn record(image: &Image, public: &[u64], private: &[U256]) -> Record {
    let mut input = Input { private: private.to_vec(), ..Input::default() };
    for (slot, &word) in input.public.iter_mut().zip(public) {
        *slot = U256::from(word);
    }
    let program = Program::load(image, &Hints::default()).expect("the image loads");
    Executor::new(&program, input).record().expect("the program halts")
}

/// Checks a run's traces, and proves and verifies it with few-query parameters.
fn whole(image: &Image, record: &Record) {
    let key = ProvingKey::new(image.clone(), ProofParams::TESTING);
    let traces = key.traces(record).expect("the run fits a shape");
    let instances: Vec<Instance<'_, _>> = key
        .chips
        .iter()
        .zip(&traces.matrices)
        .zip(&traces.public_values)
        .map(|((air, trace), public_values)| Instance { name: air.id().name(), air, trace, public_values })
        .collect();
    let report = check(&instances);
    assert!(report.is_ok(), "{report}");
    drop(instances);
    let proof = key.prove_traces(record, traces).expect("the prover runs");
    let statement = key.verifying.verify_with(&proof, ProofParams::TESTING).expect("the proof verifies");
    assert_eq!(statement.public_out, record.public_out);
    let bytes = proof.to_bytes();
    assert_eq!(zkrom_stark::proof::Proof::from_bytes(&bytes).expect("it reads back").to_bytes(), bytes);
}

#[test]
fn factorial() {
    let image = image("rom/examples/factorial.zkasm");
    let record = record(&image, &[20], &[]);
    assert_eq!(record.public_out[0], U256::from(2_432_902_008_176_640_000_u64));
    whole(&image, &record);
}

#[test]
fn keccak() {
    let image = image("rom/examples/keccak.zkasm");
    let words: Vec<U256> = (1..40_u64).map(|i| U256::from(i) << (i % 200)).collect();
    whole(&image, &record(&image, &[1_000], &words));
}

#[test]
fn memcopy() {
    let image = image("rom/examples/memcopy.zkasm");
    whole(&image, &record(&image, &[], &[U256::from(7) << 250, U256::MAX]));
}

#[test]
fn inventory_is_within_the_budget_and_documented() {
    let opened: usize = inventory().iter().map(zkrom_stark::machine::ChipInventory::opened).sum();
    assert!(opened <= WIDTH_BUDGET, "{opened} opened columns");
    assert_eq!(inventory().len(), ChipId::ALL.len());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/chips.md");
    let written = std::fs::read_to_string(path).expect("docs/chips.md is there");
    assert_eq!(written.trim(), page().trim(), "docs/chips.md is stale: zkrom inspect --machine > docs/chips.md");
}
