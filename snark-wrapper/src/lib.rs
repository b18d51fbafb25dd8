//! The last step to the chain: a Groth16 circuit over BN254 that verifies a batch STARK of p3.

pub mod field;
pub mod koala;
pub mod poseidon2;
pub mod r1cs;
pub mod solidity;
