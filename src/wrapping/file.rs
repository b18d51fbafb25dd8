//! The file of a Groth16 proof: what it proves, and the proof in the order the contracts take it.

use alloy_primitives::U256;
use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ff::{BigInteger, PrimeField};
use serde::{Deserialize, Serialize};
use zkrom_snark_wrapper::groth16::{self, VerifyError, VerifyingKey};
use zkrom_stark::proof::FileFormat;

use crate::onchain::{Groth16Proof, PublicValues};

/// A Groth16 proof of blocks, 256 bytes, with its public values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnarkFile {
    /// The statement.
    pub values: PublicValues,
    /// The proof's coordinates, as in [`Groth16Proof`].
    pub words: [U256; 8],
}

impl FileFormat for SnarkFile {
    const KIND: &'static str = "Groth16 proof";
    const MAGIC: [u8; 8] = *b"zkromg6p";
}

/// Why a file's proof is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnarkError {
    /// A coordinate is no element of the base field.
    #[error("coordinate {index} of the proof is not below the order of the base field")]
    Coordinate {
        /// Its place among the eight.
        index: usize,
    },
    /// The verifier refuses.
    #[error(transparent)]
    Refused(#[from] VerifyError),
}

fn word(x: &Fq) -> U256 {
    let bytes: Vec<u8> = x.into_bigint().to_bytes_be();
    U256::from_be_slice(&bytes)
}

impl SnarkFile {
    /// The file of a proof.
    #[must_use]
    pub fn new(values: PublicValues, proof: &groth16::Proof) -> Self {
        let groth16::Proof { a, b, c } = proof;
        let words = [&a.x, &a.y, &b.x.c1, &b.x.c0, &b.y.c1, &b.y.c0, &c.x, &c.y].map(word);
        Self { values, words }
    }

    /// The public input.
    #[must_use]
    pub fn public_input(&self) -> Fr {
        Fr::from_be_bytes_mod_order(&self.values.public_input().to_be_bytes::<32>())
    }

    /// The proof as the contracts take it.
    #[must_use]
    pub const fn for_contracts(&self) -> Groth16Proof {
        Groth16Proof { words: self.words }
    }

    /// The proof.
    ///
    /// # Errors
    /// Where a coordinate is out of range. Points are not checked.
    pub fn proof(&self) -> Result<groth16::Proof, SnarkError> {
        let coordinate = |index: usize| {
            let limbs = self.words[index].into_limbs();
            Fq::from_bigint(ark_ff::BigInt::new(limbs)).ok_or(SnarkError::Coordinate { index })
        };
        Ok(groth16::Proof {
            a: G1Affine::new_unchecked(coordinate(0)?, coordinate(1)?),
            b: G2Affine::new_unchecked(
                Fq2::new(coordinate(3)?, coordinate(2)?),
                Fq2::new(coordinate(5)?, coordinate(4)?),
            ),
            c: G1Affine::new_unchecked(coordinate(6)?, coordinate(7)?),
        })
    }

    /// Verifies it.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), SnarkError> {
        Ok(groth16::verify(key, &[self.public_input()], &self.proof()?)?)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;
    use zkrom_snark_wrapper::groth16::{read_proof, read_verification_key};

    use super::*;

    /// A real proof of the contracts' toy circuit, whose one input is a statement's hash as here.
    fn toy() -> (SnarkFile, VerifyingKey) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("verifier-sol/test/fixtures/toy");
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let json = |name: &str| serde_json::from_slice::<Value>(&read(name)).unwrap();
        let values = PublicValues::from_json(&read("step1/values.json")).unwrap();
        let file = SnarkFile::new(values, &read_proof(&json("step1/proof.json")).unwrap());
        assert_eq!(file.for_contracts(), Groth16Proof::from_snarkjs(&read("step1/proof.json")).unwrap());
        (file, read_verification_key(&json("verification_key.json")).unwrap())
    }

    #[test]
    fn a_proof_is_verified_and_no_changed_one() {
        let (file, key) = toy();
        assert_eq!(file.verify(&key), Ok(()));
        for i in 0..8 {
            for change in [U256::ONE, U256::ONE << 255, file.words[i]] {
                let mut changed = file.clone();
                changed.words[i] ^= change;
                assert!(changed.verify(&key).is_err(), "word {i}");
            }
        }
        // All words of a point zero: the identity.
        for (from, to) in [(0, 2), (2, 6), (6, 8)] {
            let mut changed = file.clone();
            changed.words[from..to].fill(U256::ZERO);
            assert!(matches!(changed.verify(&key), Err(SnarkError::Refused(VerifyError::Point(_)))));
        }
        let mut changed = file.clone();
        changed.words[0] = U256::MAX;
        assert_eq!(changed.verify(&key), Err(SnarkError::Coordinate { index: 0 }));
        let mut changed = file;
        changed.values.post_state_root.0[31] ^= 1;
        assert_eq!(changed.verify(&key), Err(SnarkError::Refused(VerifyError::Equation)));
    }

    #[test]
    fn files_read_back_whole_or_not_at_all() {
        let (file, _) = toy();
        let bytes = file.to_bytes();
        assert_eq!(SnarkFile::from_bytes(&bytes).unwrap(), file);
        for len in 0..bytes.len() {
            assert!(SnarkFile::from_bytes(&bytes[..len]).is_err(), "{len} bytes");
        }
        assert!(SnarkFile::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
