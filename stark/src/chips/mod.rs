//! The chips. One folder each: `mod.rs` states what the chip proves (columns, equations with degrees, buses, what it relies on),
//! `columns.rs` its layout, `air.rs` the constraints, `trace.rs` the filling, `tests.rs` honest runs and mutations.

pub mod arith;
pub mod bitwise;
pub mod bytecode;
pub mod copy;
pub mod input;
pub mod keccak;
pub mod keccak_f;
pub mod keys;
pub mod main;
pub mod memory;
pub mod modmul;
pub mod muldiv;
pub mod opcode;
pub mod product;
pub mod public;
pub mod pushdata;
pub mod rom;
pub mod sha256;
pub mod shift;
pub mod tables;
pub mod word;
