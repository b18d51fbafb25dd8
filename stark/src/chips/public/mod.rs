//! Public inputs and outputs: [`Op2`](zkrom_asm::isa::Op2) `PUBIN(i)` and `PUBOUT(i)`.
//!
//! # Statement
//!
//! The chip's 512 public values are the limbs of the 16 public input words, then of the 16 output words, limb 0 first, each below 2^16. Each
//! `PUBIN(i)` message has input word `i`; each `PUBOUT(i)` message has output word `i`, which is zero if there is none.
//!
//! # Columns
//!
//! Always 32 rows; row `8 u + v` is input word `8 u + v`, and from 16 on output word `8 u + v - 16`.
//!
//! | columns | |
//! |---|---|
//! | preprocessed `high[4]`, `low[8]` | `u` and `v`, one-hot |
//! | `word[16]` | limbs |
//! | `multiplicity` | how often the row's message is sent by callers |
//! | `set`, `inverse` | whether `multiplicity` is not zero; its inverse or 0 |
//!
//! # Equations
//!
//! Let `is_out = high[2] + high[3]`.
//!
//! 1. `word[j] = sum_u high[u] sum_v low[v] public[16 (8 u + v) + j]`: degree 2.
//! 2. `multiplicity * inverse = set`, `inverse (1 - set) = 0`: degree 2. So `set` is 0 where the multiplicity is.
//! 3. `is_out (1 - set) sum(word) = 0`: degree 3. Limbs are in range, so the sum is below 2^20 and zero only if all are.
//!
//! The message is `(64 + 8 u + v, is_out word, 0, (1 - is_out) word)`, of degree 2: the numbers of `PUBIN(i)` are `64 + i`,
//! of `PUBOUT(i)` `80 + i`. Two `PUBOUT`s of one word with different operands cannot both have the row's.
//!
//! Ranges: all limbs of all rows are looked up, so a public value from 2^16 on is unsatisfiable.
//!
//! # Buses
//!
//! `op2`: provides one message a row. `range16`: 16 lookups a row.
//!
//! # Boundaries
//!
//! No constraint reads another row, and there is no padding: the height is fixed by the preprocessed columns.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::{PublicCols, PublicPreprocessed};
pub use trace::{public_values, trace};

use zkrom_asm::isa::{LIMBS, PUBLIC_WORDS};

/// Rows: public words, in and out.
pub const HEIGHT: usize = 2 * PUBLIC_WORDS;
/// Public values: limbs of all words.
pub const NUM_PUBLIC_VALUES: usize = HEIGHT * LIMBS;

/// The chip of public inputs and outputs.
#[derive(Clone, Copy, Debug, Default)]
pub struct PublicChip;
