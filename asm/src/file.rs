//! Image files: a magic, a format version, and the image in postcard.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use crate::{
    image::Image,
    isa::{MAX_FORKS, ROM_HEIGHT},
    validate::{Invalid, validate},
};

/// What an image file begins with.
pub const MAGIC: [u8; 8] = *b"zkromIMG";
/// The version of the format that this build reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// Why an image or map cannot be read or written.
#[derive(Debug, Error)]
pub enum FileError {
    /// The file system refused.
    #[error("{}: {message}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What it said.
        message: String,
    },
    /// Not an image.
    #[error("not a ROM image: it begins with {got:02x?}, expected {MAGIC:02x?}")]
    Magic {
        /// What it begins with.
        got: Vec<u8>,
    },
    /// Another version of the format.
    #[error("ROM image of format {got}, expected {FORMAT_VERSION}: assemble it again with this build")]
    Version {
        /// Its version.
        got: u32,
    },
    /// Cut off.
    #[error("the ROM image is cut off after {got} bytes")]
    Truncated {
        /// Its length.
        got: usize,
    },
    /// The body is not what it should be.
    #[error("the file's body is damaged: {0}")]
    Body(String),
    /// Bytes after the end.
    #[error("{0} bytes follow the ROM image")]
    Trailing(usize),
    /// More instructions than a ROM holds.
    #[error("{got} instructions, expected at most {ROM_HEIGHT}")]
    TooLong {
        /// Their number.
        got: usize,
    },
    /// Opcode tables of the wrong shape, or with handlers outside the image.
    #[error("opcode table {fork}: {reason}")]
    Opcodes {
        /// The fork's number.
        fork: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// An instruction that breaks a rule.
    #[error("instruction {upc}: {source}")]
    Instruction {
        /// Its micro-pc.
        upc: usize,
        /// The rule.
        source: Invalid,
    },
    /// The image cannot be encoded.
    #[error("cannot encode: {0}")]
    Encode(String),
}

impl FileError {
    /// An error of the file system.
    #[must_use]
    pub fn io(path: &Path, e: &io::Error) -> Self {
        Self::Io { path: path.to_owned(), message: e.to_string() }
    }
}

/// Writes a file as a whole or not at all: to a temporary one beside it, which is then renamed.
///
/// # Errors
///
/// When the directory cannot be written.
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(".zkrom-").tempfile_in(dir)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    write().map_err(|e| FileError::io(path, &e))
}

impl Image {
    /// The image file's bytes.
    ///
    /// # Errors
    ///
    /// When the image cannot be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        let mut out = MAGIC.to_vec();
        out.extend(FORMAT_VERSION.to_le_bytes());
        postcard::to_extend(self, out).map_err(|e| FileError::Encode(e.to_string()))
    }

    /// The image of a file's bytes.
    ///
    /// # Errors
    ///
    /// When they are no image of this version, or the image breaks a rule.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        let Some((magic, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(if MAGIC.starts_with(bytes) {
                FileError::Truncated { got: bytes.len() }
            } else {
                FileError::Magic { got: bytes.to_vec() }
            });
        };
        if *magic != MAGIC {
            return Err(FileError::Magic { got: magic.to_vec() });
        }
        let Some((version, body)) = rest.split_first_chunk::<4>() else {
            return Err(FileError::Truncated { got: bytes.len() });
        };
        let got = u32::from_le_bytes(*version);
        if got != FORMAT_VERSION {
            return Err(FileError::Version { got });
        }
        let (image, left): (Self, &[u8]) = postcard::take_from_bytes(body).map_err(|e| match e {
            postcard::Error::DeserializeUnexpectedEnd => FileError::Truncated { got: bytes.len() },
            e => FileError::Body(e.to_string()),
        })?;
        if !left.is_empty() {
            return Err(FileError::Trailing(left.len()));
        }
        image.check()?;
        Ok(image)
    }

    /// Checks every rule that a program must keep.
    ///
    /// # Errors
    ///
    /// The first one that is broken.
    pub fn check(&self) -> Result<(), FileError> {
        let len = self.instrs.len();
        if len > ROM_HEIGHT {
            return Err(FileError::TooLong { got: len });
        }
        for (upc, i) in self.instrs.iter().enumerate() {
            validate(i, upc, len).map_err(|source| FileError::Instruction { upc, source })?;
        }
        if self.opcodes.len() > MAX_FORKS {
            return Err(FileError::Opcodes {
                fork: MAX_FORKS,
                reason: "more forks than the table has room for",
            });
        }
        for (fork, table) in self.opcodes.iter().enumerate() {
            if table.len() != 256 {
                return Err(FileError::Opcodes { fork, reason: "not 256 entries" });
            }
            if table.iter().any(|e| e.handler as usize >= len) {
                return Err(FileError::Opcodes { fork, reason: "a handler is outside the image" });
            }
            if table.iter().any(|e| e.gas >= 1 << 29 || e.need > 1024 || e.max > 1024) {
                return Err(FileError::Opcodes { fork, reason: "a cost or stack limit is out of range" });
            }
        }
        Ok(())
    }

    /// Writes the image: the file is whole or not there.
    ///
    /// # Errors
    ///
    /// When it cannot be encoded or written.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        write_atomic(path, &self.to_bytes()?)
    }

    /// Reads an image and checks it.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is no image of this version, or breaks a rule.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        Self::from_bytes(&fs::read(path).map_err(|e| FileError::io(path, &e))?)
    }
}
