//! The verbs for the chain, as far as they go without a node; `verifier-sol/tools/e2e-submit.mjs` has the rest.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn zkrom(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zkrom")).args(args).output().unwrap()
}

fn contracts(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("verifier-sol").join(name)
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Standard error on one line, without the frame that wraps it.
fn message(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let plain: String = text.chars().map(|c| if "│×╰─▶├".contains(c) { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fails(args: &[&str], code: i32, says: &[&str]) {
    let output = zkrom(args);
    let text = message(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    assert!(output.stdout.is_empty(), "{args:?}");
    for part in says {
        assert!(text.contains(part), "{args:?}: no {part:?} in {text}");
    }
}

#[test]
fn the_fixtures_contract_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let (key, file) = (contracts("test/fixtures/toy/verification_key.json"), folder.path().join("Toy.sol"));
    let args = ["export-verifier", path(&key), "--contract", "ToyGroth16Verifier", "--root", "../../src"];
    let notice =
        "UNSAFE key of a toy circuit in which every input is provable: for this repository's tests only.";
    let output = zkrom(&[&args[..], &["--notice", notice, "-o", path(&file), "--json"]].concat());
    assert!(output.status.success(), "{}", message(&output));
    let committed = std::fs::read_to_string(contracts("test/generated/ToyGroth16Verifier.sol")).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), committed);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let config: Value =
        serde_json::from_slice(&std::fs::read(contracts("script/config/toy.json")).unwrap()).unwrap();
    assert_eq!(json["keyDigest"], config["groth16"]["keyDigest"]);

    // Nobody said where the key comes from.
    let output = zkrom(&args);
    let source = String::from_utf8(output.stdout).unwrap();
    assert!(source.contains("/// @notice UNSAFE until shown otherwise"), "{source}");
    let output = zkrom(&[&args[..], &["--development"]].concat());
    assert!(String::from_utf8(output.stdout).unwrap().contains("/// @notice UNSAFE development key"));
}

#[test]
fn bad_keys_leave_no_contract() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("V.sol");
    let forgeable = contracts("test/fixtures/toy/verification_key_uncontributed.json");
    fails(
        &["export-verifier", path(&forgeable), "-o", path(&file)],
        1,
        &["no contract can be made of", "delta is the generator", "anyone can forge proofs"],
    );
    let proof = contracts("test/fixtures/toy/step1/proof.json");
    fails(&["export-verifier", path(&proof), "-o", path(&file)], 1, &["not a verification key"]);
    let key = contracts("test/fixtures/toy/verification_key.json");
    fails(
        &["export-verifier", path(&key), "--contract", "1st", "-o", path(&file)],
        1,
        &["no name for a contract"],
    );
    fails(&["export-verifier", path(&key), "--development", "--notice", "fine"], 2, &["cannot be used with"]);
    assert!(!file.exists());
}

#[test]
fn what_cannot_be_submitted_is_refused_before_a_node_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let proof = contracts("test/fixtures/toy/step1/proof.json");
    let values = contracts("test/fixtures/toy/step1/values.json");
    let to = [
        "--rpc",
        "http://127.0.0.1:1",
        "--chain-id",
        "1",
        "--to",
        "0x0000000000000000000000000000000000000001",
    ];
    let submit = |proof: &Path, values: &Path, rest: &[&str], code: i32, says: &[&str]| {
        fails(&[&["submit", path(proof), path(values)][..], &to, rest].concat(), code, says);
    };
    submit(&proof, &values, &[], 2, &["--key <KEY>"]);
    submit(&proof, &values, &["--dry-run", "--contract", "router"], 2, &["--version"]);
    submit(&values, &values, &["--dry-run"], 1, &["values.json", "not the expected JSON", "missing field"]);
    submit(&proof, &proof, &["--dry-run"], 1, &["proof.json", "missing field `romDigest`"]);
    let public = contracts("test/fixtures/toy/step2/public.json");
    submit(&proof, &values, &["--dry-run", "--public", path(&public)], 1, &["the public values hash to"]);
    let key = folder.path().join("key.hex");
    std::fs::write(&key, "not a key, but a secret").unwrap();
    let output = zkrom(&[&["submit", path(&proof), path(&values), "--key", path(&key)][..], &to].concat());
    let text = message(&output);
    assert!(text.contains("holds no private key") && !text.contains("secret"), "{text}");
    submit(&proof, &values, &["--dry-run"], 1, &["the node at http://127.0.0.1:1"]);
}

#[test]
fn both_verbs_have_help_with_an_example() {
    for verb in ["export-verifier", "submit"] {
        let help = String::from_utf8(zkrom(&[verb, "--help"]).stdout).unwrap();
        assert!(help.contains("Examples:") && help.contains(&format!("zkrom {verb}")), "{verb}: {help}");
    }
}
