//! A rank-1 constraint builder in which every linear combination carries its value.
//!
//! Why not `ark-r1cs-std`: a proof needs only the assignment and the products `A z`, `B z`, `C z`. Since
//! each [`Lc`] here knows its value, proving records those directly and never builds (or stores, or
//! re-evaluates) a matrix; a set-up and the tests build the matrices by the same code. It also gives the
//! soundness tests what they need: the matrices, each variable, and a label for each constraint.

mod builder;
mod lc;
mod matrices;

pub use builder::{Builder, Failure, Mode, Witness};
pub use lc::Lc;
pub use matrices::{R1cs, SparseRows, usual_deltas};
