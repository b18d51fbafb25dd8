//! Constants and public values.
//!
//! # Statement
//!
//! A row writes a constant to a slot, or reads a slot that holds five public values: `v[5 r] + v[5 r + 1] X + .. + v[5 r + 4] X^4` in row `r`, where a value
//! that does not exist is zero. The circuit makes that slot of base elements, so each is the public value.
//!
//! # Columns
//!
//! With `n` public values:
//!
//! | columns | |
//! |---|---|
//! | preprocessed `slot`, `count` | the slot; its reads, or -1 where it is read |
//! | preprocessed `value[5]` | the constant, or zero |
//! | preprocessed `row[n / 5]` | which five public values the row has, one-hot or all zero |
//! | `unused` | zero: a table has at least one column |
//!
//! # Equations
//!
//! 1. `unused = 0`: degree 1.
//!
//! # Buses
//!
//! `slot`: one message `(slot, value[i] + sum_r row[r] v[5 r + i])`, of degree 1.

mod air;
mod trace;

pub use air::{COLUMNS, eval, packs};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
