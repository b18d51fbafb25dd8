//! The block file: a block's RLP and its stateless witness, as JSON, optionally gzipped.

use std::{
    io::{Read, Write},
    path::{Path, PathBuf},
};

use alloy_primitives::{B256, Bytes};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    block::Block,
    fork::{ChainConfig, ForkError},
    rlp::RlpError,
};

/// A block and everything needed to execute it without a database. None of it is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BlockInput {
    /// A public network (`mainnet`) or a fork name of test fixtures (`Cancun`): it picks the fork schedule.
    pub network: String,
    /// The chain id.
    pub chain_id: u64,
    /// RLP of the whole block: `[header, transactions, ommers, withdrawals?]`.
    pub block: Bytes,
    /// The witness.
    pub witness: Witness,
}

/// Preimages of the hashes that executing a block meets, in the shape of `debug_executionWitness`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// RLP of trie nodes, account and storage tries mixed.
    pub state: Vec<Bytes>,
    /// Bytecodes.
    pub codes: Vec<Bytes>,
    /// RLP of headers: the parent first, then its ancestors without gaps.
    pub headers: Vec<Bytes>,
}

/// A block file that cannot be read or written.
#[derive(Debug, Error)]
pub enum InputError {
    /// The operating system refused.
    #[error("cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason given.
        source: std::io::Error,
    },
    /// The file is not the JSON it should be.
    #[error("{path} is not {what}: {source}")]
    Json {
        /// The file.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
        /// What is wrong and where.
        source: serde_json::Error,
    },
}

/// The metadata that a block file carries beside what is executed; never read back.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described<'a> {
    network: &'a str,
    chain_id: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<B256>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fork: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas_used: Option<u64>,
    block: &'a Bytes,
    witness: &'a Witness,
}

impl BlockInput {
    /// Reads a block file; gzip is recognised by its first bytes, not by the name.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, InputError> {
        let path = path.as_ref();
        let bytes = read(path)?;
        serde_json::from_slice(&bytes).map_err(|source| InputError::Json {
            path: path.into(),
            what: "a block file",
            source,
        })
    }

    /// Writes a block file, gzipped if the name ends in `.gz`: wholly, or not at all.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), InputError> {
        let block = self.decode().ok();
        let header = block.as_ref().map(|b| &b.header);
        let fork = header.zip(self.config().ok()).and_then(|(h, config)| {
            Some(config.fork_at(h.number, h.timestamp).ok()?.rules.to_string().to_lowercase())
        });
        let described = Described {
            network: &self.network,
            chain_id: self.chain_id,
            number: header.map(|h| h.number),
            hash: block.as_ref().map(|b| b.hash),
            fork,
            timestamp: header.map(|h| h.timestamp),
            tx_count: block.as_ref().map(|b| b.transactions.len()),
            gas_used: header.map(|h| h.gas_used),
            block: &self.block,
            witness: &self.witness,
        };
        let path = path.as_ref();
        let json = serde_json::to_vec(&described).map_err(|source| InputError::Json {
            path: path.into(),
            what: "a block file",
            source,
        })?;
        write_atomic(path, &json)
    }

    /// Decodes the block.
    pub fn decode(&self) -> Result<Block, RlpError> {
        Block::decode(&self.block)
    }

    /// The fork schedule that `network` and `chainId` stand for.
    pub fn config(&self) -> Result<ChainConfig, ForkError> {
        ChainConfig::named(&self.network, self.chain_id)
    }
}

/// Reads a file, decompressing it if it is gzip.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, InputError> {
    let fail = |source| InputError::Io { action: "read", path: path.into(), source };
    let raw = std::fs::read(path).map_err(fail)?;
    if !raw.starts_with(&[0x1f, 0x8b]) {
        return Ok(raw);
    }
    let mut out = Vec::new();
    GzDecoder::new(&raw[..]).read_to_end(&mut out).map_err(fail)?;
    Ok(out)
}

/// Writes beside the target, then renames: a reader sees the old file or the new one, never half of it.
fn write_atomic(path: &Path, json: &[u8]) -> Result<(), InputError> {
    let fail = |source| InputError::Io { action: "write", path: path.into(), source };
    let bytes = if path.extension().is_some_and(|e| e == "gz") {
        let mut gz = GzEncoder::new(Vec::new(), Compression::best());
        gz.write_all(json).and_then(|()| gz.finish()).map_err(fail)?
    } else {
        json.to_vec()
    };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = new_file_in(folder).map_err(fail)?;
    file.write_all(&bytes).and_then(|()| file.as_file().sync_all()).map_err(fail)?;
    file.persist(path).map_err(|e| fail(e.error))?;
    Ok(())
}

/// A temporary file with the permissions that any new file has.
fn new_file_in(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> BlockInput {
        BlockInput {
            network: "Cancun".into(),
            chain_id: 1,
            block: Bytes::from_static(&[0xc0]),
            witness: Witness { state: vec![Bytes::from_static(&[1, 2])], ..Witness::default() },
        }
    }

    #[test]
    fn round_trips_plain_and_gzipped() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.json", "a.json.gz"] {
            let path = folder.path().join(name);
            sample().save(&path).unwrap();
            assert_eq!(BlockInput::load(&path).unwrap(), sample());
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn errors_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing.json");
        assert!(BlockInput::load(&path).unwrap_err().to_string().contains("missing.json"));
        std::fs::write(&path, br#"{"network":"mainnet","chainId":1,"block":"0xzz"}"#).unwrap();
        let error = BlockInput::load(&path).unwrap_err().to_string();
        assert!(error.contains("missing.json is not a block file") && error.contains("line 1"), "{error}");
        let error = sample().save(folder.path().join("no/such/folder.json")).unwrap_err().to_string();
        assert!(error.starts_with("cannot write"), "{error}");
        let mut truncated = vec![0x1f, 0x8b, 8, 0];
        truncated.extend([0; 4]);
        std::fs::write(&path, truncated).unwrap();
        assert!(matches!(BlockInput::load(&path), Err(InputError::Io { action: "read", .. })));
    }
}
