//! The last step to the chain: a Groth16 circuit over BN254 that verifies a batch STARK of p3.

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
