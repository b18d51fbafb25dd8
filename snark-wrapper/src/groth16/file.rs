//! Proving keys as files.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `zkromg16` |
//! | 4 | version, 1 |
//! | 32 | digest of the circuit |
//! | 8 | length of the body |
//! | 32 | sha256 of the body |
//! | | the key, uncompressed |
//!
//! Integers are little-endian. Points are read without checks, which would take minutes, but only after the body's digest was found right. Whoever has the file from elsewhere gives the
//! digest he expects.

use std::fs::{File, rename};
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use ark_serialize::{CanonicalDeserialize, CanonicalSerialize};
use sha2::{Digest, Sha256};

use super::ProvingKey;

const MAGIC: &[u8; 8] = b"zkromg16";
const VERSION: u32 = 1;
const HEADER: usize = 8 + 4 + 32 + 8 + 32;

/// A key and the circuit it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// Digest of the circuit.
    pub circuit: [u8; 32],
    /// The key.
    pub proving: ProvingKey,
}

/// Why a key was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refuses.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is no key file.
    #[error("this is not a proving key")]
    Magic,
    /// It is of another version.
    #[error("a proving key of version {got}, this is version {expected}")]
    Version {
        /// Ours.
        expected: u32,
        /// The file's.
        got: u32,
    },
    /// The file is shorter or longer than it says.
    #[error("the body has {got} bytes, the header says {expected}")]
    Length {
        /// The header's.
        expected: u64,
        /// The file's.
        got: u64,
    },
    /// The body is not what the header, or the caller, says.
    #[error("the key's digest is {got}, not {expected}")]
    Digest {
        /// What it should be, in hexadecimal.
        expected: String,
        /// What it is.
        got: String,
    },
    /// The body has a right digest and is no key: it was written by something else.
    #[error("the body is no key: {0}")]
    Body(String),
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Hashes what goes through.
struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, data: &[u8]) -> std::io::Result<usize> {
        let n = self.inner.write(data)?;
        self.hash.update(&data[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

fn header(circuit: &[u8; 32], length: u64, digest: &[u8; 32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER);
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend(circuit);
    out.extend(length.to_le_bytes());
    out.extend(digest);
    out
}

/// Writes a key, under another name until it is whole; the digest of its body.
///
/// # Errors
///
/// Where the system refuses.
pub fn write_key(path: &Path, key: &Key) -> Result<[u8; 32], FileError> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let mut file = BufWriter::with_capacity(1 << 20, File::create(&partial)?);
    file.write_all(&header(&key.circuit, 0, &[0; 32]))?;
    let mut body = Hashing { inner: file, hash: Sha256::new(), bytes: 0 };
    key.proving.serialize_uncompressed(&mut body).map_err(|e| FileError::Body(e.to_string()))?;
    let digest: [u8; 32] = body.hash.finalize().into();
    let mut file = body.inner;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(&header(&key.circuit, body.bytes, &digest))?;
    let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    rename(&partial, path)?;
    Ok(digest)
}

/// Reads a key. Where `expected` is given, the body must have that digest.
///
/// # Errors
///
/// Why the file is refused.
pub fn read_key(path: &Path, expected: Option<&[u8; 32]>) -> Result<Key, FileError> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = [0; HEADER];
    file.read_exact(&mut head).map_err(|_| FileError::Magic)?;
    if &head[..8] != MAGIC {
        return Err(FileError::Magic);
    }
    let array = |at: usize| -> [u8; 32] { core::array::from_fn(|i| head[at + i]) };
    let got = u32::from_le_bytes(core::array::from_fn(|i| head[8 + i]));
    if got != VERSION {
        return Err(FileError::Version { expected: VERSION, got });
    }
    let (circuit, digest) = (array(12), array(52));
    let length = u64::from_le_bytes(core::array::from_fn(|i| head[44 + i]));
    if size - HEADER as u64 != length {
        return Err(FileError::Length { expected: length, got: size - HEADER as u64 });
    }
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
    }
    let got: [u8; 32] = hash.finalize().into();
    for expected in [Some(&digest), expected].into_iter().flatten() {
        if expected != &got {
            return Err(FileError::Digest { expected: hex(expected), got: hex(&got) });
        }
    }
    file.seek(SeekFrom::Start(HEADER as u64))?;
    let mut body = BufReader::with_capacity(1 << 20, file);
    let proving = ProvingKey::deserialize_uncompressed_unchecked(&mut body)
        .map_err(|e| FileError::Body(e.to_string()))?;
    Ok(Key { circuit, proving })
}
