//! Poseidon2 over BN254, width 3: the one hash of the last STARK.
//!
//! `x^5`, 4 full rounds, 56 partial rounds, 4 full rounds; external matrix circ(2, 1, 1), internal matrix
//! ones plus diag(1, 1, 2). The native permutation and its constants are those of
//! [`zkrom_recursion::outer`]; [`permute`] is the same in 252 constraints.

mod gadget;

pub use gadget::{CONSTRAINTS, permute};
pub use zkrom_recursion::outer::{RATE, WIDTH};
