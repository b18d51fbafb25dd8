//! The mutation suite: what every chip is put through, alone, before it joins the machine.
//!
//! A chip alone is an [`Isolated`] trace whose environment is what its honest messages say: the other side of every bus, except
//! that lookups of the fixed tables may be any that hit an entry. A changed trace is *killed* where a constraint fails, a message differs from
//! the environment, or a lookup misses its table.

mod cost;
mod culprits;
mod deletion;
mod isolated;
mod mutation;
mod samples;
mod sole;
mod stark;

pub use cost::{Cost, cost};
pub use culprits::sole_culprits;
pub use deletion::{DeletionReport, deletion_score};
pub use isolated::{Env, Isolated, Verdict};
pub use mutation::{KillTable, Survivor, Waiver, mutate};
pub use samples::{Samples, assert_counts, forge, op2_env};
pub use sole::{SoleReport, sole_refusers};
pub use stark::{MachineAir, opened_columns, prove_isolated};
