//! The files a submission is made of: public values, and a proof in snarkjs's shape.

use alloy_primitives::{B256, U256, uint};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::statement::EvmStatement;

/// Order of BN254's base field.
const BASE_FIELD: U256 = uint!(0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47_U256);

/// Why a file cannot be submitted.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not JSON of the right shape.
    #[error("not the expected JSON: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is a proof of another system.
    #[error("expected a groth16 proof over bn128, got {protocol} over {curve}")]
    Kind {
        /// What the file says.
        protocol: String,
        /// What the file says.
        curve: String,
    },
    /// A coordinate is no canonical decimal number.
    #[error("{point}: {got:?} is no decimal number below the order of the base field")]
    Coordinate {
        /// Which point of the proof.
        point: &'static str,
        /// The coordinate as it stands in the file.
        got: String,
    },
    /// A point is not affine.
    #[error("{0}: not an affine point, or the point at infinity")]
    NotAffine(&'static str),
    /// The proof was made for other public values.
    #[error("the public values hash to {expected}, but the proof's public input is {got}")]
    Input {
        /// The hash of the values, decimal.
        expected: U256,
        /// What the file of inputs says.
        got: String,
    },
}

/// The EVM statement's public values as the contracts take them. Numbers may be JSON numbers or strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicValues {
    /// Identity of the ROM, the machine and its tables.
    pub rom_digest: B256,
    /// keccak256 of the chain config's encoding.
    pub config_hash: B256,
    /// The chain id of the blocks.
    pub chain_id: U256,
    /// Number of the first block.
    pub first_block: U256,
    /// Number of the last block.
    pub last_block: U256,
    /// Hash of the first block's parent.
    pub parent_hash: B256,
    /// Hash of the last block.
    pub last_block_hash: B256,
    /// State root before the first block.
    pub pre_state_root: B256,
    /// State root after the last block.
    pub post_state_root: B256,
}

impl PublicValues {
    /// Reads JSON.
    ///
    /// # Errors
    /// Where a value is missing or malformed.
    pub fn from_json(json: &[u8]) -> Result<Self, FileError> {
        Ok(serde_json::from_slice(json)?)
    }

    /// The values of a ROM's output words.
    #[must_use]
    pub fn from_words(rom_digest: &[u8; 32], words: &[[u8; 32]; 8]) -> Self {
        let number = |i: usize| U256::from_be_bytes(words[i]);
        let hash = |i: usize| B256::from(words[i]);
        Self {
            rom_digest: B256::from(*rom_digest),
            config_hash: hash(0),
            chain_id: number(1),
            first_block: number(2),
            last_block: number(3),
            parent_hash: hash(4),
            last_block_hash: hash(5),
            pre_state_root: hash(6),
            post_state_root: hash(7),
        }
    }

    /// What they say. The ROM keeps numbers below 2^64.
    #[must_use]
    pub fn statement(&self) -> EvmStatement {
        EvmStatement {
            config_hash: self.config_hash,
            chain_id: self.chain_id.saturating_to(),
            first_block: self.first_block.saturating_to(),
            last_block: self.last_block.saturating_to(),
            parent_hash: self.parent_hash,
            last_block_hash: self.last_block_hash,
            pre_state_root: self.pre_state_root,
            post_state_root: self.post_state_root,
        }
    }

    /// The Groth16 circuit's public input: sha256 of the nine words, the top three bits cleared (`StatementHash.sol`).
    #[must_use]
    pub fn public_input(&self) -> U256 {
        let mut hash = Sha256::new();
        hash.update(self.rom_digest);
        hash.update(self.config_hash);
        for number in [self.chain_id, self.first_block, self.last_block] {
            hash.update(number.to_be_bytes::<32>());
        }
        for word in [self.parent_hash, self.last_block_hash, self.pre_state_root, self.post_state_root] {
            hash.update(word);
        }
        let mut digest: [u8; 32] = hash.finalize().into();
        digest[0] &= 0x1f;
        U256::from_be_bytes(digest)
    }

    /// Compares with snarkjs's `public.json`, a list with the one input.
    ///
    /// # Errors
    /// Where the file is malformed or has another input.
    pub fn check_input(&self, json: &[u8]) -> Result<(), FileError> {
        let inputs: Vec<String> = serde_json::from_slice(json)?;
        let expected = self.public_input();
        match &inputs[..] {
            [input] if *input == expected.to_string() => Ok(()),
            _ => Err(FileError::Input { expected, got: inputs.join(", ") }),
        }
    }
}

/// A Groth16 proof in the contracts' order: A, then B with the coefficients of u first, then C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Groth16Proof {
    /// Eight coordinates, each below the base field's order. Whether the points are of their groups is the contract's to say.
    pub words: [U256; 8],
}

#[derive(Deserialize)]
struct SnarkjsProof {
    protocol: String,
    curve: String,
    pi_a: [String; 3],
    pi_b: [[String; 2]; 3],
    pi_c: [String; 3],
}

impl Groth16Proof {
    /// Reads snarkjs's `proof.json`.
    ///
    /// # Errors
    /// Where the file is malformed, of another kind, or has a coordinate out of range.
    pub fn from_snarkjs(json: &[u8]) -> Result<Self, FileError> {
        let proof: SnarkjsProof = serde_json::from_slice(json)?;
        if proof.protocol != "groth16" || proof.curve != "bn128" {
            return Err(FileError::Kind { protocol: proof.protocol, curve: proof.curve });
        }
        let ([a_x, a_y, a_z], [b_x, b_y, b_z], [c_x, c_y, c_z]) = (&proof.pi_a, &proof.pi_b, &proof.pi_c);
        for (point, affine) in
            [("pi_a", a_z == "1"), ("pi_b", b_z[0] == "1" && b_z[1] == "0"), ("pi_c", c_z == "1")]
        {
            if !affine {
                return Err(FileError::NotAffine(point));
            }
        }
        let words = [
            coordinate("pi_a", a_x)?,
            coordinate("pi_a", a_y)?,
            coordinate("pi_b", &b_x[1])?,
            coordinate("pi_b", &b_x[0])?,
            coordinate("pi_b", &b_y[1])?,
            coordinate("pi_b", &b_y[0])?,
            coordinate("pi_c", c_x)?,
            coordinate("pi_c", c_y)?,
        ];
        Ok(Self { words })
    }
}

fn coordinate(point: &'static str, text: &str) -> Result<U256, FileError> {
    let refused = || FileError::Coordinate { point, got: text.to_owned() };
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refused());
    }
    let value = U256::from_str_radix(text, 10).map_err(|_| refused())?;
    if value < BASE_FIELD { Ok(value) } else { Err(refused()) }
}
