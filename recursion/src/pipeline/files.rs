//! Files of stage proofs, in the format of the block proofs' files: a kind, a version, and one encoding only.

use serde::{Deserialize, Serialize};
use zkrom_stark::field::Val;
use zkrom_stark::proof::FileFormat;

use super::Wrapped;
use crate::poseidon::RATE;
use crate::stage::StageProof;

/// A proof of compress, join or shrink, with the key it is a proof of.
#[derive(Debug, Serialize, Deserialize)]
pub struct StageFile {
    /// Name of the stage, for people.
    pub stage: String,
    /// The key: a commitment to preprocessed columns.
    pub key: [Val; RATE],
    /// The proof.
    pub proof: StageProof,
}

/// A last STARK.
#[derive(Debug, Serialize, Deserialize)]
pub struct WrapFile {
    /// The proof.
    pub proof: Wrapped,
}

impl FileFormat for StageFile {
    const KIND: &'static str = "recursion proof";
    const MAGIC: [u8; 8] = *b"zkromstg";
}

impl FileFormat for WrapFile {
    const KIND: &'static str = "wrap proof";
    const MAGIC: [u8; 8] = *b"zkromwrp";
}
