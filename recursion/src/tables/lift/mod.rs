//! Elements of the challenge field from base elements.
//!
//! # Statement
//!
//! Each row's target slot holds `v[0] + v[1] X + .. + v[4] X^4`, where its source slots hold the base elements `v[i]`.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | preprocessed `from[5]`, `from_count` | source slots; -1, or 0 on padding |
//! | preprocessed `to`, `to_count` | target slot; its reads |
//! | `value[5]` | the coefficients |
//!
//! # Equations
//!
//! None: a source's message is `(from[i], value[i], 0, 0, 0, 0)`, so it must be a base element, and the target's is `(to, value)`. On padding rows nothing is
//! sent, and the columns are free.
//!
//! # Buses
//!
//! `slot`: six messages of degree 1, two to a column.

mod air;
mod columns;
mod trace;

pub use air::eval;
pub use columns::{LiftCols, LiftPreprocessed};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
