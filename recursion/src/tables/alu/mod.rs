//! Arithmetic in the challenge field.
//!
//! # Statement
//!
//! Each row has `a b + c = d` for the values of its four slots. Rows stand for sums (`b = 1`), products (`c = 0`), differences (`c` written), quotients
//! (`a` written) and equalities (nothing written). A quotient of a number that is not zero by zero is unsatisfiable; the circuit divides only such numbers.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | preprocessed `slot[4]`, `count[4]` | the slot of each operand; -1 where it is read, the number of reads where it is written, 0 on padding |
//! | `a[5]`, `b[5]`, `c[5]`, `d[5]` | the values |
//!
//! # Equations
//!
//! 1. `a b + c = d` modulo `X^5 + X^2 - 1`: degree 2, five constraints. Padding rows hold zeros.
//!
//! # Buses
//!
//! `slot`: four messages of degree 1, two to a column.
//!
//! # Boundaries
//!
//! No constraint reads another row.

mod air;
mod columns;
mod trace;

pub use air::eval;
pub use columns::{AluCols, AluPreprocessed};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
