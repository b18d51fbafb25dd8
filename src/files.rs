//! Reading and writing files: errors name the path, and a file is written whole or not at all.

use std::io::Read;
use std::path::Path;

use alloy_primitives::U256;
use miette::{IntoDiagnostic, Result, WrapErr, miette};
use zkrom_asm::file::write_atomic;
use zkrom_stark::proof::FileFormat;

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).into_diagnostic().wrap_err_with(|| format!("cannot read {}", path.display()))
}

/// Whether a file begins with these bytes.
pub fn starts_with(path: &Path, magic: &[u8]) -> Result<bool> {
    let mut head = Vec::new();
    std::fs::File::open(path)
        .and_then(|file| file.take(magic.len() as u64).read_to_end(&mut head))
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read {}", path.display()))?;
    Ok(head == magic)
}

/// Writes a file as a whole or not at all.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    write_atomic(path, bytes).into_diagnostic().wrap_err("cannot write")
}

/// Checks that a file can be written, before long work is done for it.
pub fn check_writable(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::NamedTempFile::new_in(folder)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// Reads a file of one of the prover's formats.
pub fn load<T: FileFormat>(path: &Path) -> Result<T> {
    T::from_bytes(&read(path)?).into_diagnostic().wrap_err_with(|| format!("in {}", path.display()))
}

/// Reads a JSON list of words: `["0x2a", "7", ...]`, hexadecimal or decimal. No path is the empty list.
pub fn words(path: Option<&Path>) -> Result<Vec<U256>> {
    let Some(path) = path else { return Ok(vec![]) };
    let list: Vec<String> = serde_json::from_slice(&read(path)?)
        .into_diagnostic()
        .wrap_err_with(|| format!("{} is not a JSON list of strings", path.display()))?;
    list.iter()
        .enumerate()
        .map(|(i, s)| s.parse().map_err(|e| miette!("word {i} of {}, {s:?}: {e}", path.display())))
        .collect()
}
