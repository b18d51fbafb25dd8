//! Constants.
//!
//! # Statement
//!
//! Each row writes a constant to a slot.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | preprocessed `slot`, `count`, `value[5]` | the slot, its reads, the constant |
//! | `unused` | zero: a table has at least one column |
//!
//! # Equations
//!
//! 1. `unused = 0`: degree 1.
//!
//! # Buses
//!
//! `slot`: one message.

mod air;
mod columns;
mod trace;

pub use air::eval;
pub use columns::{ConstantCols, ConstantPreprocessed};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
