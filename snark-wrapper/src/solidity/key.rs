//! A verifying key as snarkjs writes it (`verification_key.json`) and as the contract holds it (18 words).

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInteger, PrimeField};
use num_bigint::BigUint;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::check::{WeakKey, require_sound};

/// Why a file is no key that a contract can hold.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It is not JSON of the right shape.
    #[error("not a verification key in snarkjs's shape: {0}")]
    Shape(#[from] serde_json::Error),
    /// It is of another proof system.
    #[error("the key is of another proof system: expected groth16, got {0}")]
    Protocol(String),
    /// It is over another curve.
    #[error("the key is over another curve: expected bn128 (BN254), got {0}")]
    Curve(String),
    /// The circuit has another number of public inputs.
    #[error("expected one public input and two IC points, got nPublic = {public} and {points} points")]
    Inputs {
        /// What `nPublic` says.
        public: usize,
        /// How many points `IC` has.
        points: usize,
    },
    /// A coordinate is no canonical decimal number of the base field.
    #[error("{element}: {got:?} is no decimal number below the order of the base field")]
    Coordinate {
        /// The element of the key.
        element: &'static str,
        /// The coordinate as it stands in the file.
        got: String,
    },
    /// The last projective coordinate is not one.
    #[error("{element}: not an affine point, or the point at infinity")]
    NotAffine {
        /// The element of the key.
        element: &'static str,
    },
    /// The point is off its curve.
    #[error("{element}: the point is not on the curve")]
    OffCurve {
        /// The element of the key.
        element: &'static str,
    },
    /// The point is on the curve, in another subgroup.
    #[error("{element}: the point is outside the subgroup of order r")]
    OutsideSubgroup {
        /// The element of the key.
        element: &'static str,
    },
    /// The key is well-formed and forgeable.
    #[error(transparent)]
    Weak(#[from] WeakKey),
}

/// The file's shape; what else snarkjs writes (`vk_alphabeta_12`) follows from these.
#[derive(Deserialize)]
struct SnarkjsKey {
    protocol: String,
    curve: String,
    #[serde(rename = "nPublic")]
    public: usize,
    vk_alpha_1: [String; 3],
    vk_beta_2: [[String; 2]; 3],
    vk_gamma_2: [[String; 2]; 3],
    vk_delta_2: [[String; 2]; 3],
    #[serde(rename = "IC")]
    ic: Vec<[String; 3]>,
    /// An addition of zkrom's: `"development"` where the key comes from the deterministic set-up that anyone can forge proofs for.
    setup: Option<String>,
}

/// A key of one public input, its points checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub(super) alpha: G1Affine,
    pub(super) beta: G2Affine,
    pub(super) gamma: G2Affine,
    pub(super) delta: G2Affine,
    pub(super) ic: [G1Affine; 2],
    /// Whether the file itself says that it is a development key.
    pub development: bool,
}

impl Words {
    /// Reads snarkjs's `verification_key.json`.
    ///
    /// # Errors
    /// Where the file is malformed, of another kind, or holds a key known to be forgeable.
    pub fn from_snarkjs(json: &[u8]) -> Result<Self, KeyError> {
        let key: SnarkjsKey = serde_json::from_slice(json)?;
        if key.protocol != "groth16" {
            return Err(KeyError::Protocol(key.protocol));
        }
        if key.curve != "bn128" {
            return Err(KeyError::Curve(key.curve));
        }
        let (1, [ic0, ic1]) = (key.public, &key.ic[..]) else {
            return Err(KeyError::Inputs { public: key.public, points: key.ic.len() });
        };
        let words = Self {
            alpha: g1("alpha", &key.vk_alpha_1)?,
            beta: g2("beta", &key.vk_beta_2)?,
            gamma: g2("gamma", &key.vk_gamma_2)?,
            delta: g2("delta", &key.vk_delta_2)?,
            ic: [g1("ic0", ic0)?, g1("ic1", ic1)?],
            development: key.setup.as_deref() == Some("development"),
        };
        require_sound(&words)?;
        Ok(words)
    }

    /// The 18 words by the template's placeholders, in the order of the Solidity struct. EIP-197 has the coefficient of u first, snarkjs has it last.
    #[must_use]
    pub fn named(&self) -> Vec<(String, [u8; 32])> {
        let g1 = |name: &str, p: &G1Affine| {
            [("X", p.x), ("Y", p.y)].map(|(part, c)| (format!("{name}_{part}"), word(&c))).to_vec()
        };
        let g2 = |name: &str, p: &G2Affine| {
            [("X1", p.x.c1), ("X0", p.x.c0), ("Y1", p.y.c1), ("Y0", p.y.c0)]
                .map(|(part, c)| (format!("{name}_{part}"), word(&c)))
                .to_vec()
        };
        [
            g1("ALPHA", &self.alpha),
            g2("BETA", &self.beta),
            g2("GAMMA", &self.gamma),
            g2("DELTA", &self.delta),
            g1("IC0", &self.ic[0]),
            g1("IC1", &self.ic[1]),
        ]
        .concat()
    }

    /// The key's name: sha256 of its words, as `KeyCheck.digest` computes it in the contracts.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        self.named().iter().for_each(|(_, word)| hash.update(word));
        hash.finalize().into()
    }
}

fn word(c: &Fq) -> [u8; 32] {
    let mut word = [0; 32];
    word.copy_from_slice(&c.into_bigint().to_bytes_be());
    word
}

fn coordinate(element: &'static str, text: &str) -> Result<Fq, KeyError> {
    let refused = || KeyError::Coordinate { element, got: text.to_owned() };
    // BigUint's own parser takes signs and underscores.
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(refused());
    }
    let value: BigUint = text.parse().map_err(|_| refused())?;
    if value >= Fq::MODULUS.into() {
        return Err(refused());
    }
    Ok(Fq::from(value))
}

fn g1(element: &'static str, [x, y, z]: &[String; 3]) -> Result<G1Affine, KeyError> {
    if z != "1" {
        return Err(KeyError::NotAffine { element });
    }
    let point = G1Affine::new_unchecked(coordinate(element, x)?, coordinate(element, y)?);
    // arkworks reads (0, 0) as infinity, which is on every curve.
    if point.is_zero() {
        return Err(KeyError::NotAffine { element });
    }
    // The cofactor of G1 is one.
    if point.is_on_curve() { Ok(point) } else { Err(KeyError::OffCurve { element }) }
}

fn g2(element: &'static str, [x, y, z]: &[[String; 2]; 3]) -> Result<G2Affine, KeyError> {
    if z[0] != "1" || z[1] != "0" {
        return Err(KeyError::NotAffine { element });
    }
    let pair = |[c0, c1]: &[String; 2]| -> Result<Fq2, KeyError> {
        Ok(Fq2::new(coordinate(element, c0)?, coordinate(element, c1)?))
    };
    let point = G2Affine::new_unchecked(pair(x)?, pair(y)?);
    if point.is_zero() {
        return Err(KeyError::NotAffine { element });
    }
    if !point.is_on_curve() {
        return Err(KeyError::OffCurve { element });
    }
    if !point.is_in_correct_subgroup_assuming_on_curve() {
        return Err(KeyError::OutsideSubgroup { element });
    }
    Ok(point)
}
