//! Where the test vectors are: blocks and fixtures that are not part of this repository.

use std::path::{Path, PathBuf};

/// The file or folder `name` among the vectors, if it is there.
///
/// The vectors are in the folder that the environment variable `ZKROM_VECTORS` names; without it, in
/// `../shared/data` beside the repository.
pub fn find(name: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("ZKROM_VECTORS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"),
    };
    Some(root.join(name)).filter(|path| path.exists())
}

/// As [`find`], for tests: says loudly that a test is skipped.
pub fn find_or_skip(name: &str, test: &str) -> Option<PathBuf> {
    let found = find(name);
    if found.is_none() {
        eprintln!("\n*** SKIPPED: {test}: no {name} among the vectors; set ZKROM_VECTORS ***\n");
    }
    found
}
