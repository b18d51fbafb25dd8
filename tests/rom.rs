//! The sources under `rom/`: their own tests pass, and they are formatted.

use std::path::{Path, PathBuf};
use std::process::Command;

fn zkrom(verb: &str, flags: &[&str], sources: &[PathBuf]) -> String {
    let out = Command::new(env!("CARGO_BIN_EXE_zkrom")).arg(verb).args(flags).args(sources).output().unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "zkrom {verb}: {text}{}", String::from_utf8_lossy(&out.stderr));
    text
}

fn collect(folder: &Path, sources: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, sources);
        } else if path.extension().is_some_and(|e| e == "zkasm") {
            sources.push(path);
        }
    }
}

/// All sources under a folder of `rom/`.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    collect(&Path::new("rom").join(folder), &mut found);
    found.sort();
    found
}

#[test]
fn tests_in_the_sources_pass() {
    let mut programs = vec![PathBuf::from("rom/main.zkasm")];
    programs.extend(
        ["factorial", "keccak", "memcopy", "merkle"]
            .map(|n| PathBuf::from(format!("rom/examples/{n}.zkasm"))),
    );
    let json: serde_json::Value = serde_json::from_str(&zkrom("test-rom", &["--json"], &programs)).unwrap();
    let passed = json["passed"].as_u64().unwrap();
    println!("{passed} tests");
    assert!(passed >= 10);
}

#[test]
fn sources_are_formatted() {
    zkrom("fmt-rom", &["--check"], &sources(""));
}
