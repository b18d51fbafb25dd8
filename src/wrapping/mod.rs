//! From the last STARK of the recursion to a Groth16 proof: the circuit, its keys on disk, the proof's file.

mod circuit;
mod file;
mod keys;

pub use circuit::Circuit;
pub use file::{SnarkError, SnarkFile};
pub use keys::{KeyFolder, KeysError, read_verifying};
