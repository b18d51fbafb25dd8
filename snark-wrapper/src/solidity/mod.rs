//! The Solidity verifier of a Groth16 key: read in snarkjs's shape, judged, and written into the template of `verifier-sol/templates`.
//!
//! Everything that a contract's constructor refuses (`KeyCheck.sol`) is refused here first, where the error can say more. A set-up whose randomness somebody kept cannot be
//! told from a good one: the source says whose word it is that it was destroyed.

mod check;
mod key;
mod render;
#[cfg(test)]
mod tests;

pub use check::WeakKey;
pub use key::{KeyError, Words};
pub use render::{Options, Origin, RenderError, TEMPLATE, render, template_digest};
