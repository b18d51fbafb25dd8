//! Keys of the Groth16 circuit on disk.
//!
//! A folder holds a proving key and its `verification_key.json` for each circuit, named by the circuit's identity, so that keys of another build are never taken for this one's.

use std::path::{Path, PathBuf};

use serde_json::Value;
use zkrom_asm::file::write_atomic;
use zkrom_snark_wrapper::groth16::{
    FileError, JsonError, Key, VerifyingKey, read_key, read_verification_key, verification_key_json,
    write_key,
};

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// There is none.
    #[error("no key of this build's circuit in {}", .0.display())]
    Missing(PathBuf),
    /// The proving key's file is refused.
    #[error("{}: {error}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: FileError,
    },
    /// The verifying key's file is refused.
    #[error("{}: {error}", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: JsonError,
    },
    /// The system refuses.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What it says.
        error: std::io::Error,
    },
}

/// A folder of keys, and which of them.
#[derive(Clone, Debug)]
pub struct KeyFolder {
    folder: PathBuf,
    circuit: String,
}

impl KeyFolder {
    /// The keys of a circuit in a folder.
    #[must_use]
    pub fn new(folder: &Path, circuit_id: &[u8; 32]) -> Self {
        let circuit = circuit_id[..8].iter().map(|b| format!("{b:02x}")).collect();
        Self { folder: folder.to_owned(), circuit }
    }

    /// The proving key's file.
    #[must_use]
    pub fn proving_key(&self) -> PathBuf {
        self.folder.join(format!("groth16-{}.pk", self.circuit))
    }

    /// The verifying key's file.
    #[must_use]
    pub fn verification_key(&self) -> PathBuf {
        self.folder.join(format!("groth16-{}.verification_key.json", self.circuit))
    }

    /// Whether both are there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.proving_key().exists() && self.verification_key().exists()
    }

    /// Reads the proving key, whose digest is checked.
    ///
    /// # Errors
    /// Where it is missing, damaged or of another version.
    pub fn read(&self) -> Result<Key, KeysError> {
        let path = self.proving_key();
        if !path.exists() {
            return Err(KeysError::Missing(self.folder.clone()));
        }
        read_key(&path, None).map_err(|error| KeysError::Key { path, error })
    }

    /// Reads the verifying key.
    ///
    /// # Errors
    /// Where it is missing or no such file.
    pub fn read_verifying(&self) -> Result<VerifyingKey, KeysError> {
        let path = self.verification_key();
        if !path.exists() {
            return Err(KeysError::Missing(self.folder.clone()));
        }
        read_verifying(&path)
    }

    /// Writes both. A development key says in its JSON that it is one.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn write(&self, key: &Key, development: bool) -> Result<(), KeysError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |error| KeysError::Io { path, error }
        };
        std::fs::create_dir_all(&self.folder).map_err(io(&self.folder))?;
        let path = self.proving_key();
        write_key(&path, key).map_err(|error| KeysError::Key { path, error })?;
        let mut json = verification_key_json(&key.proving.vk);
        if development {
            json["setup"] = Value::from("development");
        }
        let path = self.verification_key();
        write_atomic(&path, format!("{json:#}\n").as_bytes())
            .map_err(|e| KeysError::Io { path, error: std::io::Error::other(e.to_string()) })
    }
}

/// Reads a verifying key in snarkjs's shape.
///
/// # Errors
/// Where it cannot be read or is no such file.
pub fn read_verifying(path: &Path) -> Result<VerifyingKey, KeysError> {
    let io = |error| KeysError::Io { path: path.to_owned(), error };
    let bytes = std::fs::read(path).map_err(io)?;
    let json: Value = serde_json::from_slice(&bytes)
        .map_err(|e| KeysError::Io { path: path.to_owned(), error: e.into() })?;
    read_verification_key(&json).map_err(|error| KeysError::Json { path: path.to_owned(), error })
}
