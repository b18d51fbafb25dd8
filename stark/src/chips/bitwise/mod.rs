//! Bitwise operations on words: `Op2` `AND OR XOR`, one row each.
//!
//! # Statement
//!
//! Each row with a flag set answers one `op2` message `(kind, A, B, R)` with `R = kind(A, B)`, provided that the limbs of `A` and
//! `B` are 16-bit (the limb invariant). `R`'s limbs are built of bytes of the table, hence 16-bit.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | `flags[3]` | the kind, one-hot, in the order of [`KINDS`]; all zero on padding |
//! | `a[32]`, `b[32]`, `r[32]` | bytes, least significant first |
//!
//! # Equations
//!
//! 1. `OR`, `XOR` and `real`, the sum of the flags, are bits: degree 2.
//!
//! So `AND = real - OR - XOR` is a bit too on a real row, since -1 goes with both others and the lookups' kind is then 4, which no entry has.
//! At most one kind is set.
//!
//! The byte table says that `r[j] = kind(a[j], b[j])` and that `a[j]` and `b[j]` are bytes, 32 lookups with the kind
//! `AND + 2 OR + 3 XOR`. The message's limb `i` is `x[2 i] + 256 x[2 i + 1]`: at most 65535, so bytes and limbs determine each other.
//!
//! # Buses
//!
//! `op2`: receives one message a row. `byte`: 32 lookups a row.
//!
//! # Boundaries
//!
//! No constraint reads another row. A row with no flag set sends and receives nothing; its bytes are then free.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::BitwiseCols;
pub use trace::{rows, trace};

use crate::buses::ByteOp;
use zkrom_asm::isa::Op2;

/// The kinds, in the order of their flags, and the byte operations behind them.
pub const KINDS: [(Op2, ByteOp); 3] =
    [(Op2::And, ByteOp::And), (Op2::Or, ByteOp::Or), (Op2::Xor, ByteOp::Xor)];

/// The chip of bitwise operations.
#[derive(Clone, Copy, Debug, Default)]
pub struct BitwiseChip;
