//! A checker of honest and dishonest traces: every constraint on every row, and every bus's balance, named where it fails.
//!
//! p3's own check runs in debug builds only and panics; this one runs in any build and reports.

mod builder;
mod report;

pub use builder::{CheckBuilder, Deletion, RowMessage, evaluate_row};
pub use report::{CheckReport, ConstraintFailure, Imbalance, Instance, check};
