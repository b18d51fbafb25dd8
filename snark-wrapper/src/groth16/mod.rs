//! Groth16 over BN254: set-up, proof, verification, files.
//!
//! The reduction to a quadratic arithmetic program is snarkjs's, so that one prover serves its keys and ours. For `m` constraints, `k` public inputs and a domain of
//! `n >= m + k + 1` points, the columns of A, B, C are interpolated over the rows, A has `k + 1` rows more that each hold one of `(1, public inputs)` (which makes these columns independent), and
//! with `P = A B - C`, which vanishes on the domain, the proof needs `P(tau) / delta`. `P` has a degree below `2 n`, so it is determined by its values at the odd powers of a root of
//! order `2 n`; the key holds the Lagrange polynomials of those points at `tau`, over `delta`.
//!
//! The prover takes a [`Witness`](crate::r1cs::Witness): rows already multiplied, no matrices.

mod file;
mod iden3;
mod json;
mod prove;
mod qap;
mod setup;
mod verify;

#[cfg(test)]
mod tests;

pub use file::{FileError, Key, read_key, write_key};
pub use iden3::{ZkeyError, read_zkey, write_r1cs};
pub use json::{
    JsonError, proof_json, public_json, read_proof, read_verification_key, verification_key_json,
};
pub use prove::{ProveError, Stage, prove};
pub use setup::unsafe_development_key;
pub use verify::{KeyError, VerifyError, check_verifying_key, verify};

/// A proof.
pub type Proof = ark_groth16::Proof<ark_bn254::Bn254>;
/// A key to prove with. Its quotient's bases are those of snarkjs, not of `ark-groth16`.
pub type ProvingKey = ark_groth16::ProvingKey<ark_bn254::Bn254>;
/// A key to verify with.
pub type VerifyingKey = ark_groth16::VerifyingKey<ark_bn254::Bn254>;
