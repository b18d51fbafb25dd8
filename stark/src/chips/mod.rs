//! The chips. One folder each: `mod.rs` states what the chip proves (columns, equations with degrees, buses, what it relies on),
//! `columns.rs` its layout, `air.rs` the constraints, `trace.rs` the filling, `tests.rs` honest runs and mutations.

pub mod keccak;
pub mod keccak_f;
pub mod sha256;
