//! Golden tests. `golden/bad/*.zkasm` must fail with the diagnostics beside them, `golden/good/*.zkasm` must assemble to
//! the listing and hints beside them. `UPDATE_GOLDEN=1 cargo test -p zkrom-asm` writes the files anew.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use zkrom_asm::{Files, Options, assemble, format_source, listing::hints_text};

fn sources(dir: &str) -> Vec<PathBuf> {
    let mut list: Vec<PathBuf> = fs::read_dir(Path::new("tests/golden").join(dir))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "zkasm"))
        .collect();
    list.sort();
    list
}

/// Compares with the file beside a source, or writes it; what differs is returned.
fn compare(source: &Path, got: &str) -> Option<String> {
    let path = source.with_extension("txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, got).unwrap();
        return None;
    }
    let want = fs::read_to_string(&path).unwrap_or_default();
    (want != got).then(|| format!("{}:\n{got}", path.display()))
}

fn options(path: &Path) -> Options {
    Options { require_headers: path.ends_with("headers.zkasm"), ..Options::default() }
}

#[test]
fn bad_programs() {
    let mut wrong = vec![];
    for path in sources("bad") {
        match assemble(&path, &Files::Disk, &options(&path)) {
            Ok(_) => wrong.push(format!("{} assembles", path.display())),
            Err(e) => wrong.extend(compare(&path, &e.render())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn good_programs() {
    let mut wrong = vec![];
    for path in sources("good") {
        match assemble(&path, &Files::Disk, &options(&path)) {
            Ok(a) => wrong.extend(compare(&path, &format!("{}\n{}", a.listing, hints_text(&a.hints)))),
            Err(e) => wrong.push(e.render()),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes that no source text provokes: the assembler's own last check.
const UNREACHED: [&str; 1] = ["asm::invalid_instruction"];

#[test]
fn every_diagnostic_is_provoked() {
    let mut codes = BTreeSet::new();
    let mut dirs = vec![PathBuf::from("src")];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for piece in text.split("Diagnostic::new(").skip(1) {
                let code = piece.split('"').nth(1).unwrap_or_default();
                if code.starts_with("asm::") {
                    codes.insert(code.to_owned());
                }
            }
        }
    }
    let mut provoked = BTreeSet::new();
    for path in sources("bad") {
        if let Err(e) = assemble(&path, &Files::Disk, &options(&path)) {
            provoked.extend(e.list.iter().map(|d| d.code.to_owned()));
        }
    }
    let missing: Vec<_> = codes.difference(&provoked).filter(|c| !UNREACHED.contains(&c.as_str())).collect();
    println!("{} of {} diagnostics provoked", provoked.len(), codes.len());
    assert!(missing.is_empty(), "never provoked: {missing:?}");
}

#[test]
fn formatting_is_idempotent_and_changes_no_program() {
    let mut rom = vec![];
    let mut dirs = vec![PathBuf::from("../rom")];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.extension().is_some_and(|e| e == "zkasm") {
                rom.push(path);
            }
        }
    }
    for path in rom.iter().chain(&sources("good")).chain(&sources("bad")) {
        let text = fs::read_to_string(path).unwrap();
        let once = format_source(&text);
        assert_eq!(format_source(&once), once, "{}", path.display());
        let words = |t: &str| t.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        assert_eq!(words(&once), words(&text), "{}", path.display());
    }
    for path in rom.iter().chain(&sources("good")) {
        let text = fs::read_to_string(path).unwrap();
        assert_eq!(format_source(&text), text, "{} is not formatted", path.display());
    }
}
