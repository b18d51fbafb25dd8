//! From proofs of blocks to a Groth16 proof: the stages of the recursion, whose proofs are kept in a folder so that a killed run goes on where it was, then the circuit over BN254.

mod file;
mod keys;
mod stages;

pub use file::{SnarkError, SnarkFile};
pub use keys::{KeyFolder, KeysError, read_verifying};
pub use stages::{StageError, wrap_blocks};
