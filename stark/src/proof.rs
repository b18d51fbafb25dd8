//! Proofs and keys as files: versioned, self-describing, and with one encoding only.

use alloy_primitives::U256;
use p3_batch_stark::{BatchProof, Commitment};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zkrom_asm::isa::{PUBLIC_WORDS, Reg};

use crate::config::Config;

/// Version of the proof and key formats.
pub const FORMAT_VERSION: u16 = 1;

/// What a proof is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Identity of program, machine and tables.
    pub rom_digest: [u8; 32],
    /// Public input words.
    pub public_in: [U256; PUBLIC_WORDS],
    /// Public output words.
    pub public_out: [U256; PUBLIC_WORDS],
}

/// Micro-pc and registers at the end of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndState {
    /// Micro-pc.
    pub upc: u32,
    /// Registers.
    pub regs: [u32; Reg::READABLE],
}

/// A proof that a program halted.
#[derive(Serialize, Deserialize)]
pub struct Proof {
    /// The statement.
    pub statement: Statement,
    /// Index into the shape table.
    pub shape: u8,
    /// Where the run ended.
    pub end: EndState,
    /// The STARK.
    pub stark: BatchProof<Config>,
}

impl core::fmt::Debug for Proof {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Proof")
            .field("statement", &self.statement)
            .field("shape", &self.shape)
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

/// What a verifier needs of a program: small, and made once.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifyingKey {
    /// Digest of the program.
    pub program_digest: [u8; 32],
    /// Digest of the machine it was made for.
    pub machine_digest: [u8; 32],
    /// Commitment to the preprocessed tables.
    pub preprocessed: Commitment<Config>,
}

/// Why a proof or key file was not read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// Not a file of this kind.
    #[error("not a zkrom {expected} file")]
    Magic {
        /// What it should be.
        expected: &'static str,
    },
    /// A version this program does not read.
    #[error(
        "{kind} file of format version {got}; this program reads version {expected}: use the zkrom version that wrote it"
    )]
    Version {
        /// Kind of file.
        kind: &'static str,
        /// The version read here.
        expected: u16,
        /// The file's.
        got: u16,
    },
    /// Truncated, damaged, or not in canonical form.
    #[error("{kind} file is truncated or damaged: {reason}")]
    Body {
        /// Kind of file.
        kind: &'static str,
        /// What does not fit.
        reason: String,
    },
}

/// A type with a file format.
pub trait FileFormat: Serialize + DeserializeOwned {
    /// What the file is called.
    const KIND: &'static str;
    /// Its first eight bytes.
    const MAGIC: [u8; 8];

    /// The file's bytes.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Self::MAGIC.to_vec();
        out.extend(FORMAT_VERSION.to_le_bytes());
        postcard::to_extend(self, out).expect("writing to a vector does not fail")
    }

    /// Reads a file's bytes. There is one encoding only: a file that decodes but would be written differently is refused.
    ///
    /// # Errors
    ///
    /// Wrong kind, wrong version, truncated or damaged.
    fn from_bytes(bytes: &[u8]) -> Result<Self, FormatError> {
        let kind = Self::KIND;
        let rest = bytes.strip_prefix(&Self::MAGIC).ok_or(FormatError::Magic { expected: kind })?;
        let body = |reason: &str| FormatError::Body { kind, reason: reason.to_owned() };
        let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(|| body("no version"))?;
        let got = u16::from_le_bytes(*version);
        if got != FORMAT_VERSION {
            return Err(FormatError::Version { kind, expected: FORMAT_VERSION, got });
        }
        let value: Self = postcard::from_bytes(rest).map_err(|e| body(&e.to_string()))?;
        if value.to_bytes() != bytes {
            return Err(body("not in canonical form"));
        }
        Ok(value)
    }
}

impl FileFormat for Proof {
    const KIND: &'static str = "proof";
    const MAGIC: [u8; 8] = *b"zkromprf";
}

impl FileFormat for VerifyingKey {
    const KIND: &'static str = "verifying key";
    const MAGIC: [u8; 8] = *b"zkromvky";
}
