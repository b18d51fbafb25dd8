//! Proofs on a chain: the contracts' ABI, the files a submission is made of, and the submission.

pub mod abi;
pub mod client;
pub mod files;
pub mod refusal;
#[cfg(test)]
mod tests;

pub use client::{Accepted, DryRun, Sender, Submission, SubmitError};
pub use files::{FileError, Groth16Proof, PublicValues};
