//! Public values.
//!
//! # Statement
//!
//! Public value `16 j + r` is the base element in a slot: column `j` of row `r`.
//!
//! # Columns
//!
//! With `w` columns, a sixteenth of the public values, rounded up:
//!
//! | columns | |
//! |---|---|
//! | preprocessed `row[16]` | which row this is, one-hot |
//! | preprocessed `slot[w]`, `count[w]` | the slots; -1, or 0 past the last public value |
//! | `value[w]` | the values |
//!
//! # Equations
//!
//! 1. `value[j] = sum_r row[r] public[16 j + r]`: degree 1, where a public value that does not exist is zero.
//!
//! # Buses
//!
//! `slot`: reads one message a column.

mod air;
mod trace;

pub use air::eval;
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};

/// Rows in use.
pub const ROWS: usize = 16;
