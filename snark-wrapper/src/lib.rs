//! The last step to the chain: a Groth16 circuit over BN254 that verifies a batch STARK of p3.
//!
//! See `docs/wrap.md` for the whole picture and what everything costs.
//!
//! * [`circuit`]: the verifier of the wrap STARK and its statement, constraints and witnesses;
//! * [`verifier`]: the verifier of a child, made from the child's AIRs;
//! * [`statement`]: what a proof says, in one public input;
//! * [`groth16`]: set-up, proofs, files;
//! * [`koala`]: KoalaBear and the challenge field as bounded integers;
//! * [`transcript`], [`merkle`], [`poseidon2`], [`sha256`]: hashing;
//! * [`r1cs`], [`field`]: the constraint builder, and conversions between libraries;
//! * [`testing`]: a small batch STARK.

pub mod circuit;
pub mod field;
pub mod groth16;
pub mod koala;
pub mod merkle;
pub mod poseidon2;
pub mod r1cs;
pub mod sha256;
pub mod solidity;
pub mod statement;
pub mod testing;
pub mod transcript;
pub mod verifier;
