//! Embeds the micro-assembly sources of the EVM ROM, so that the binary needs no file beside it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Folders under `rom` that the EVM ROM takes nothing from.
const NOT_EMBEDDED: [&str; 3] = ["bench", "examples", "tests"];

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("rom");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = vec![];
    collect(&root, &root, &mut files);
    files.sort();
    let mut table = String::from("[\n");
    for name in files {
        let path = root.join(&name);
        writeln!(table, "    ({:?}, include_str!({:?})),", format!("rom/{name}"), path)
            .expect("a string takes all");
    }
    table.push_str("]\n");
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("rom_files.rs");
    fs::write(out, table).expect("the build's own folder can be written");
}

/// Names below `root`, with `/` between their parts, of the sources in `folder`.
fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("rom/ is part of the package") {
        let path = entry.expect("rom/ can be read").path();
        let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
        if path.is_dir() {
            if !NOT_EMBEDDED.contains(&name.as_str()) {
                collect(root, &path, files);
            }
        } else if path.extension().is_some_and(|e| e == "zkasm") {
            files.push(name);
        }
    }
}
