//! The ABI against the contracts', the hash and the files against the fixtures.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use alloy_primitives::{B256, U256, keccak256};
use alloy_sol_types::{SolCall, SolError, SolEvent, SolInterface};
use serde_json::{Value, json};

use super::abi::{StateChain, Target, ZkRomRouter, ZkRomVerifier};
use super::files::{FileError, Groth16Proof, PublicValues};
use super::refusal::explain;

fn contracts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("verifier-sol")
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(contracts().join("test/fixtures/toy").join(name)).unwrap()
}

/// The signatures of a kind in a contract's ABI.
fn signatures(contract: &str, kind: &str) -> BTreeSet<String> {
    fn types(list: &Value) -> String {
        let one = |t: &Value| match t["components"].is_array() {
            true => types(&t["components"]),
            false => t["type"].as_str().unwrap().to_owned(),
        };
        format!("({})", list.as_array().unwrap().iter().map(one).collect::<Vec<_>>().join(","))
    }
    let text = std::fs::read(contracts().join(format!("abi/{contract}.json"))).unwrap();
    let abi: Vec<Value> = serde_json::from_slice(&text).unwrap();
    abi.iter()
        .filter(|item| item["type"] == kind)
        .map(|item| format!("{}{}", item["name"].as_str().unwrap(), types(&item["inputs"])))
        .collect()
}

#[test]
fn functions_and_events_are_the_contracts() {
    for (contract, signature) in [
        ("StateChain", StateChain::advanceCall::SIGNATURE),
        ("ZkRomRouter", ZkRomRouter::verifyCall::SIGNATURE),
        ("ZkRomVerifier", ZkRomVerifier::verifyCall::SIGNATURE),
    ] {
        let known = signatures(contract, "function");
        assert!(known.contains(signature), "{contract}: no {signature} in {known:?}");
    }
    assert!(signatures("StateChain", "event").contains(StateChain::Advanced::SIGNATURE));
}

/// Each error of the contracts is explained, except those that only the owner's calls and constructors give.
#[test]
fn every_error_of_the_contracts_is_explained() {
    const OTHERS: [&str; 10] = [
        "DelayOutOfRange(uint64)",
        "Lapsed(uint64)",
        "NoCode(address)",
        "NoRomProposed()",
        "StillLocked(uint64)",
        "Unauthorized(address)",
        "VersionNotProposed(uint32)",
        "VersionTaken(uint32)",
        "WrongVerifier(address,address)",
        "ZeroOwner()",
    ];
    let mut explained = BTreeSet::new();
    for contract in ["StateChain", "ZkRomRouter", "ZkRomVerifier"] {
        for signature in signatures(contract, "error") {
            if OTHERS.contains(&signature.as_str()) {
                continue;
            }
            let name = signature.split('(').next().unwrap();
            let words = signature.matches(',').count() + usize::from(!signature.ends_with("()"));
            let mut data = keccak256(&signature)[..4].to_vec();
            data.extend((1..=words).flat_map(|w| U256::from(w).to_be_bytes::<32>()));
            let text = explain(&data);
            assert!(text.contains(&format!("({name})")), "{signature}: {text}");
            explained.insert(signature);
        }
    }
    let ours = StateChain::StateChainErrors::COUNT
        + ZkRomRouter::ZkRomRouterErrors::COUNT
        + ZkRomVerifier::ZkRomVerifierErrors::COUNT;
    assert_eq!(explained.len(), ours, "an error here is none of the contracts': {explained:?}");
}

#[test]
fn other_refusals_are_explained() {
    assert!(explain(&[]).contains("no such function"));
    let wrong = StateChain::WrongFirstBlock { expected: U256::from(102), got: U256::from(101) };
    assert_eq!(
        explain(&wrong.abi_encode()),
        "the proof's first block is not the one after the chain's head: expected 102, got 101 (WrongFirstBlock)"
    );
    assert!(explain(&alloy_sol_types::Revert::from("paused").abi_encode()).contains("paused"));
    assert!(explain(&[1, 2, 3, 4, 5]).contains("0x0102030405"));
    // A known error cut short.
    let cut = &wrong.abi_encode()[..40];
    assert!(explain(cut).contains("none of the contracts"));
}

/// The same known answer stands in StatementHash.t.sol and in the tests of the JavaScript tools.
#[test]
fn the_public_input_is_the_contracts() {
    let word = |n: u64| B256::from(U256::from(n));
    let values = PublicValues {
        rom_digest: word(1),
        config_hash: word(2),
        chain_id: U256::from(3),
        first_block: U256::from(4),
        last_block: U256::from(5),
        parent_hash: word(6),
        last_block_hash: word(7),
        pre_state_root: word(8),
        post_state_root: word(9),
    };
    assert_eq!(
        format!("{:#066x}", values.public_input()),
        "0x00f98512e2061d835a0abf1612479f49f74157bc4ac4a5cea5017018ecae03e4"
    );
    for name in ["step1", "hugeNumber", "otherChain"] {
        let values = PublicValues::from_json(&fixture(&format!("{name}/values.json"))).unwrap();
        values.check_input(&fixture(&format!("{name}/public.json"))).unwrap();
        let other = values.check_input(&fixture("step2/public.json")).unwrap_err();
        assert!(matches!(other, FileError::Input { .. }));
    }
    assert!(values.check_input(b"[]").is_err() && values.check_input(b"[\"1\", \"2\"]").is_err());
}

#[test]
fn calldata_is_selector_and_words() {
    let values = PublicValues::from_json(&fixture("step1/values.json")).unwrap();
    let proof = Groth16Proof::from_snarkjs(&fixture("step1/proof.json")).unwrap();
    let advance = Target::StateChain.calldata(&values, &proof);
    assert_eq!(advance.len(), 4 + 17 * 32);
    assert_eq!(&advance[4..36], values.rom_digest.as_slice());
    assert_eq!(&advance[4 + 8 * 32..4 + 9 * 32], values.post_state_root.as_slice());
    let json: Value = serde_json::from_slice(&fixture("step1/proof.json")).unwrap();
    let decimal = |v: &Value| U256::from_str_radix(v.as_str().unwrap(), 10).unwrap();
    // EIP-197: the coefficient of u first.
    assert_eq!(&advance[4 + 11 * 32..4 + 12 * 32], &decimal(&json["pi_b"][0][1]).to_be_bytes::<32>());
    assert_eq!(&advance[4 + 16 * 32..], &decimal(&json["pi_c"][1]).to_be_bytes::<32>());
    let routed = Target::Router { version: 7 }.calldata(&values, &proof);
    assert_eq!(&routed[4..36], &U256::from(7).to_be_bytes::<32>());
    assert_eq!(&routed[36..], &advance[4..]);
    assert_eq!(&Target::Verifier.calldata(&values, &proof)[4..], &advance[4..]);
}

#[test]
fn bad_proof_files_are_refused() {
    let refused = |change: fn(&mut Value)| {
        let mut proof: Value = serde_json::from_slice(&fixture("step1/proof.json")).unwrap();
        change(&mut proof);
        Groth16Proof::from_snarkjs(proof.to_string().as_bytes()).unwrap_err().to_string()
    };
    assert!(refused(|p| p["protocol"] = json!("plonk")).contains("got plonk"));
    assert!(refused(|p| p["curve"] = json!("bls12381")).contains("over bls12381"));
    assert!(refused(|p| p["pi_a"] = json!(["0", "1", "0"])).contains("pi_a: not an affine point"));
    assert!(refused(|p| p["pi_b"][2] = json!(["0", "0"])).contains("pi_b: not an affine point"));
    assert!(refused(|p| p["pi_c"][2] = json!("2")).contains("pi_c: not an affine point"));
    assert!(refused(|p| drop(p.as_object_mut().unwrap().remove("pi_c"))).contains("pi_c"));
    for bad in ["", "-1", "0x1", "1_0"] {
        let mut proof: Value = serde_json::from_slice(&fixture("step1/proof.json")).unwrap();
        proof["pi_a"][0] = json!(bad);
        let error = Groth16Proof::from_snarkjs(proof.to_string().as_bytes()).unwrap_err();
        assert!(matches!(error, FileError::Coordinate { point: "pi_a", .. }), "{bad:?}");
    }
    let order = "21888242871839275222246405745257275088696311157297823662689037894645226208583";
    let mut proof: Value = serde_json::from_slice(&fixture("step1/proof.json")).unwrap();
    proof["pi_c"][1] = json!(order);
    assert!(Groth16Proof::from_snarkjs(proof.to_string().as_bytes()).is_err());
}
