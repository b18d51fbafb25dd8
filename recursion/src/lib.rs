//! Verifying STARKs in a STARK.
//!
//! A fixed circuit verifies proofs of `p3-batch-stark` of a known shape; a few tables hold its operations, and their wiring is preprocessed. See
//! `docs/recursion.md` for the whole picture.
//!
//! * [`verifier`]: the circuit that verifies a child, made from the child's AIRs;
//! * [`circuit`]: circuits, their builder, and how they are run;
//! * [`tables`]: the AIRs that prove a run;
//! * [`stage`]: keys, proofs and verification of a circuit's runs;
//! * [`compress`]: the first stage, whose child is a proof of a block;
//! * [`join`]: two proofs of consecutive blocks to one;
//! * [`keys`]: the keys a join accepts;
//! * [`outer`]: the configuration of the last STARK, with BN254 commitments;
//! * [`shrink`]: one proof to one with fewer rows behind it, and the circuit of the last STARK;
//! * [`pipeline`]: which stages there are, and running them;
//! * [`security`]: the proven security of a stage;
//! * [`testing`]: the checker and the mutants the tables are put through;
//! * [`poseidon`], [`quintic`]: the permutation and the challenge field in constraints.

pub mod circuit;
pub mod compress;
pub mod join;
pub mod keys;
pub mod outer;
pub mod pipeline;
pub mod poseidon;
pub mod quintic;
pub mod security;
pub mod shrink;
pub mod stage;
pub mod tables;
pub mod testing;
pub mod verifier;
