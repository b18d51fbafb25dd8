//! The STARK of the uVM: one chip for each kind of work, joined by LogUp buses into one batch STARK.
//!
//! * [`chips`]: the chips, one folder each: columns, constraints, trace, tests;
//! * [`buses`]: the messages they exchange;
//! * [`check`]: a checker of constraints and bus balance that names what fails;
//! * [`testing`]: the mutation suite every chip is put through;
//! * [`machine`]: the chips together: their order, shapes, digest, security;
//! * [`key`], [`prove`], [`verify`], [`proof`]: keys, proving, verifying, file formats.

pub mod buses;
pub mod check;
pub mod chips;
pub mod columns;
pub mod config;
pub mod field;
pub mod key;
pub mod lookups;
pub mod machine;
pub mod proof;
pub mod prove;
mod prover;
pub mod testing;
pub mod verify;
