//! The binary as people use it: exit codes, messages, and that bad input leaves nothing half-written.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use alloy_primitives::Bytes;
use serde_json::Value;
use tempfile::TempDir;
use zkrom_witness::{BlockInput, samples, vectors};

fn zkrom(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zkrom")).args(args).output().unwrap()
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

/// Runs it; it must fail with code 1, print no result, and say this.
fn fails(args: &[&str], says: &[&str]) -> String {
    let output = zkrom(args);
    let text = message(&output);
    assert_eq!(output.status.code(), Some(1), "{args:?}: {text}");
    assert!(output.stdout.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&output.stdout));
    assert!(!text.contains("panicked"), "{text}");
    for part in says {
        assert!(text.contains(part), "{args:?}: no {part:?} in {text}");
    }
    text
}

fn succeeds(args: &[&str]) -> String {
    let output = zkrom(args);
    assert!(output.status.success(), "{args:?}: {}", message(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// A file of a sample block after a change.
fn changed(folder: &TempDir, sample: &str, change: impl FnOnce(&mut BlockInput)) -> PathBuf {
    let mut input = samples::find(sample).unwrap().make().unwrap();
    change(&mut input);
    let file = folder.path().join("block.json");
    input.save(&file).unwrap();
    file
}

#[test]
fn wrong_usage_is_code_2() {
    for args in [
        &["run"][..],
        &["run", "a.json", "--rom", "b.bin"],
        &["run", "a.json", "--sample", "transfer"],
        &["run", "a.json", "--words", "1"],
        &["prove", "--sample", "transfer"],
        &["conformance", "--every", "0"],
        &["nothing"],
    ] {
        let output = zkrom(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(message(&output).contains("error: "), "{args:?}");
    }
    let text = message(&zkrom(&["run", "a.json", "--rom", "b.bin"]));
    assert!(text.contains("'[BLOCK]' cannot be used with '--rom <PROGRAM>'"), "{text}");
}

/// The verbs, in the order of the help.
fn verbs() -> Vec<String> {
    let help = succeeds(&["--help"]);
    let commands = help.split_once("Commands:").unwrap().1.split_once("Options:").unwrap().0;
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !["", "help"].contains(name)).map(str::to_owned).collect()
}

#[test]
fn every_verb_has_help_with_an_example() {
    let verbs = verbs();
    assert!(verbs.len() > 10, "{verbs:?}");
    for verb in verbs {
        let help = succeeds(&[&verb, "--help"]);
        assert!(help.contains("Example") && help.contains(&format!("zkrom {verb}")), "{verb}: {help}");
    }
}

/// `docs/cli.md` is what the help says; `ZKROM_BLESS=1` writes it.
#[test]
fn the_page_of_the_command_line() {
    let mut made = String::from("# Command line\n\nWhat `--help` says of each verb.\n");
    for verb in std::iter::once(String::new()).chain(verbs()) {
        let args: Vec<&str> = [&*verb, "--help"].into_iter().filter(|a| !a.is_empty()).collect();
        let help: Vec<String> = succeeds(&args).lines().map(|l| l.trim_end().to_owned()).collect();
        made.push_str(&format!(
            "\n## {}\n\n```text\n{}\n```\n",
            format!("zkrom {verb}").trim(),
            help.join("\n")
        ));
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/cli.md");
    if std::env::var_os("ZKROM_BLESS").is_some() {
        std::fs::write(&page, &made).unwrap();
    }
    let written = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(written == made, "docs/cli.md is stale: ZKROM_BLESS=1 cargo test --release --test cli page");
}

#[test]
fn run_shows_what_the_rom_checked() {
    let text = succeeds(&["run", "--sample", "erc20", "--profile"]);
    for part in [
        "is valid (Cancun rules)",
        "state root",
        "receipts root",
        "keccak-f",
        "EVM opcode",
        "PUSH1",
        "budget",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    let json: Value =
        serde_json::from_str(&succeeds(&["run", "--sample", "erc20", "--profile", "--json"])).unwrap();
    let input = samples::find("erc20").unwrap().make().unwrap();
    let header = input.decode().unwrap().header;
    assert_eq!(json["block"]["gasUsed"], header.gas_used);
    assert_eq!(json["block"]["stateRoot"], header.state_root.to_string());
    assert_eq!(json["block"]["receiptsRoot"], header.receipts_root.to_string());
    assert_eq!(json["statement"]["postStateRoot"], header.state_root.to_string());
    // Rows of opcodes, and those outside, are all rows.
    let rows =
        |list: &Value| list.as_array().unwrap().iter().map(|l| l["rows"].as_u64().unwrap()).sum::<u64>();
    let profile = &json["profile"];
    let outside = profile["outside_opcodes"]["rows"].as_u64().unwrap();
    assert_eq!(rows(&profile["opcodes"]) + outside, json["rows"].as_u64().unwrap());
    assert_eq!(rows(&profile["procedures"]), json["rows"].as_u64().unwrap());
    assert_eq!(json["chips"][0]["rows"], json["rows"]);
}

#[test]
fn bad_block_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.json");
    fails(&["run", path(&file)], &["cannot read", "bad.json"]);
    for (text, says) in [
        ("", "is not a block file"),
        ("{}", "missing field `network`"),
        ("\u{0}\u{1}", "is not a block file"),
    ] {
        std::fs::write(&file, text).unwrap();
        fails(&["run", path(&file)], &["bad.json", says]);
    }
    fails(&["inspect", path(&file)], &["neither a block file, a ROM image, a proof nor a key"]);
    let file = changed(&folder, "transfer", |b| b.network = "Atlantis".into());
    fails(&["run", path(&file)], &["network `Atlantis` is not supported"]);
}

#[test]
fn bad_rlp_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let short = changed(&folder, "transfer", |b| b.block = b.block.slice(..b.block.len() - 1));
    fails(&["run", path(&short)], &["the block is invalid (invalid_rlp)", "truncated"]);
    let long = changed(&folder, "transfer", |b| b.block = [&b.block[..], &[0]].concat().into());
    fails(&["run", path(&long)], &["invalid_rlp", "trailing"]);
    // The list's length with a leading zero.
    let padded = changed(&folder, "transfer", |b| {
        assert_eq!(b.block[0], 0xf9);
        b.block = [&[0xfa, 0], &b.block[1..]].concat().into();
    });
    fails(&["run", path(&padded)], &["invalid_rlp", "leading zeros"]);
    let empty = changed(&folder, "transfer", |b| b.block = Bytes::new());
    fails(&["run", path(&empty)], &["invalid_rlp"]);
}

#[test]
fn bad_witnesses_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let no_node = changed(&folder, "transfer", |b| drop(b.witness.state.remove(0)));
    let help = "debug_executionWitness";
    fails(
        &["run", path(&no_node)],
        &["the witness is incomplete (missing_node)", "missing trie node 0x", help],
    );
    let other_node = changed(&folder, "transfer", |b| {
        let mut node = b.witness.state[0].to_vec();
        node[9] ^= 1;
        b.witness.state[0] = node.into();
    });
    fails(&["run", path(&other_node)], &["missing_node"]);
    let no_code = changed(&folder, "failing-call", |b| b.witness.codes.clear());
    fails(&["run", path(&no_code)], &["the witness is incomplete (missing_code)", "code"]);
    let no_parent = changed(&folder, "transfer", |b| b.witness.headers.clear());
    fails(&["run", path(&no_parent)], &["missing_parent_header"]);
    let stranger = samples::find("peer-transfer").unwrap().make().unwrap();
    let wrong_parent = changed(&folder, "transfer", |b| b.witness.headers = stranger.witness.headers);
    fails(&["run", path(&wrong_parent)], &["the block is invalid (invalid_parent_hash)", "expected hash 0x"]);
}

#[test]
fn wrong_results_and_forks_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let wrong_root = changed(&folder, "transfer", |b| {
        let mut block = b.decode().unwrap();
        block.header.state_root.0[0] ^= 1;
        b.block = block.encode();
    });
    fails(&["run", path(&wrong_root)], &["invalid_state_root", "block header, stateRoot: expected 0x"]);
    fails(&["prove", path(&wrong_root), "-o", path(&folder.path().join("x.proof"))], &["invalid_state_root"]);
    assert!(!folder.path().join("x.proof").exists() && !folder.path().join("x.vk").exists());
    let prague = changed(&folder, "transfer", |b| b.network = "Prague".into());
    fails(&["run", path(&prague)], &["the block is not covered (unsupported_fork)"]);
}

#[test]
fn proving_fails_early() {
    let folder = tempfile::tempdir().unwrap();
    let proof = folder.path().join("x.proof");
    fails(
        &["prove", "--sample", "transfer", "-o", "/no/such/folder/x.proof"],
        &["cannot write /no/such/folder/x.proof"],
    );
    fails(
        &["prove", "--sample", "transfer", "--memory", "0.1", "-o", path(&proof)],
        &["the proof needs about", "0.1 are available", "--memory"],
    );
    fails(&["run", "--sample", "nope"], &["no sample \"nope\"; there are transfer, erc20"]);
    let source = folder.path().join("bad.zkasm");
    std::fs::write(&source, "routine main() {\n    frobnicate x0\n    halt\n}\n").unwrap();
    fails(&["run", "--rom", path(&source)], &["bad.zkasm:2", "does not assemble"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "only the source is there");
}

#[test]
fn real_blocks_beyond_the_limits_are_refused() {
    let test = "real_blocks_beyond_the_limits_are_refused";
    let Some(blocks) = vectors::find_or_skip("blocks", test) else { return };
    let block = |name: &str| blocks.join(name).to_str().unwrap().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let proof = folder.path().join("x.proof");
    let paris = block("mainnet_15537394_paris.json.gz");
    fails(&["prove", &paris, "-o", path(&proof)], &["too large to prove", "rows of chip main"]);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    fails(&["run", &block("mainnet_22825315_prague.json.gz")], &["unsupported_fork"]);
    fails(&["run", &block("mainnet_1_frontier.json.gz")], &["before Paris"]);
    let Some(special) = vectors::find_or_skip("blocks_special", test) else { return };
    let incomplete = special.join("mainnet_22075730_cancun_incomplete.json.gz");
    fails(
        &["run", path(&incomplete)],
        &["missing trie node 0xb187d2207f6a2e4d2b65716804d06e3ae3c86cdc80cf85e6899329d110d929a7"],
    );
}

#[test]
fn conformance_without_vectors_says_so() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zkrom"));
    let output = command
        .args(["conformance", "--limit", "1"])
        .env("ZKROM_VECTORS", "/no/such/folder")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(message(&output).contains("set ZKROM_VECTORS"));
}

#[test]
fn a_block_is_proved_and_verified() {
    let folder = tempfile::tempdir().unwrap();
    let (proof, key) = (folder.path().join("block.proof"), folder.path().join("block.vk"));
    let json: Value =
        serde_json::from_str(&succeeds(&["prove", "--sample", "transfer", "-o", path(&proof), "--json"]))
            .unwrap();
    let header = samples::find("transfer").unwrap().make().unwrap().decode().unwrap().header;
    assert_eq!(json["statement"]["lastBlockHash"], header.hash_slow().to_string());
    // Against the ROM of this build, and against the key that was written.
    for args in
        [&["verify", path(&proof), "--json"][..], &["verify", path(&proof), "--key", path(&key), "--json"]]
    {
        let verified: Value = serde_json::from_str(&succeeds(args)).unwrap();
        assert_eq!(verified["statement"], json["statement"]);
    }
    assert!(succeeds(&["verify", path(&proof)]).contains("block 1 of chain 1337 is valid"));
    assert!(succeeds(&["inspect", path(&key)]).contains("the EVM ROM of this build"));
    assert!(succeeds(&["inspect", path(&proof)]).contains("STARK proof"));
    let mut bytes = std::fs::read(&proof).unwrap();
    // A byte of the post-state root in the statement; a byte anywhere else.
    let root = header.state_root;
    let at = bytes
        .windows(4)
        .position(|w| w == &root[..4] || w.iter().rev().eq(&root[28..]))
        .unwrap_or(bytes.len() / 2);
    for place in [at, bytes.len() / 3] {
        bytes[place] ^= 1;
        std::fs::write(&proof, &bytes).unwrap();
        fails(&["verify", path(&proof)], &[]);
        bytes[place] ^= 1;
    }
    std::fs::write(&proof, &bytes[..bytes.len() / 2]).unwrap();
    fails(&["verify", path(&proof)], &["truncated or damaged"]);
}
