//! The numbering of keys: [`Op2`](zkrom_asm::isa::Op2) `KEYID` and `KEYCOUNT`.
//!
//! # Statement
//!
//! There is a number `n` and a bijection between `n` keys, pairs of words `(A, B)`, and `0 .. n`, such that each `KEYID` message has a
//! key and its index, each `KEYCOUNT` message has `n`, and each key was asked for by some message. Limbs of results are 16-bit.
//!
//! # Rows
//!
//! The keys in strictly ascending order, one a row; then the *end* row, which answers `KEYCOUNT`; then padding. (A trace with no room for an end
//! row is accepted, and leaves `KEYCOUNT` without an answer.)
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | `b[16]`, `a[16]` | the key; least significant limb `b[0]`, most significant `a[15]`. Limb `j` of both together is called `k[j]` |
//! | `position` | number of the row |
//! | `real`, `end` | the row has a key; the row is the end row |
//! | `differ[32]` | the most significant limb in which the next key differs, one-hot; all zero if there is no next key |
//! | `gap` | how much more than one the next key exceeds this one there |
//! | `index[2]` | limbs of the key's index; of `n` on the end row |
//! | `multiplicity` | how often the row's message is sent by callers |
//! | `inverse` | inverse of `multiplicity` where `real`, else 0 |
//!
//! # Equations
//!
//! Primes mark the next row; `T:` transitions only; `index` is `index[0] + 2^16 index[1]`.
//!
//! 1. First row: `position = 0`, `end = 1 - real`: degree 2. `T: position' = position + 1`, `T: end' = real - real'`.
//! 2. `multiplicity * inverse = real`, `inverse (1 - real) = 0`, `multiplicity (1 - real - end) = 0`: degree 2.
//! 3. `differ[j]` are bits (degree 2); `T: sum(differ) = real'`.
//! 4. `T: (real' - (differ[j] + .. + differ[31])) (k[j]' - k[j]) = 0` for `j >= 1`: degree 2. For `j = 0` it would follow from 3.
//! 5. `T: gap = sum_j differ[j] (k[j]' - k[j] - 1)`: degree 2.
//! 6. `end (index - position) = 0`: degree 2.
//!
//! *`real` is a bit*: where it is not zero, neither is `inverse`, by the first of 2, and then the second says that it is 1.
//!
//! *Real rows come first.* Were `real = 0`, `real' = 1`, then `end' = -1` by 1, so `multiplicity' = 0` by the third of 2, against the
//! first. Hence `end` is 1 on the row after the last key alone, 0 elsewhere, and `position` there is `n`.
//!
//! *Limbs of keys are 16-bit.* No row ranges them: a real row's multiplicity is not zero, its message differs from all other rows' of this chip (the
//! index does), and nobody else receives it; so the bus balances only if a caller sent it, whose operands are trusted. A row nobody asks for is
//! refused, and with it rows of out-of-range limbs that would carry the order round the field.
//!
//! *Keys ascend strictly.* With limbs in range, `k[j]' - k[j] - 1` lies in `[-2^16, 2^16)` and is looked up as 16-bit at the limb that `differ`
//! marks; all limbs above are equal. So no key is on two rows.
//!
//! *Indices are a permutation.* Each real row sends its position and receives its index on a bus nobody else uses.
//!
//! Ranges: `gap` on real rows; `index[0]` is 16-bit and `index[1]` a byte on real and end rows, so that `index < 2^24 < p` determines
//! both. Heights are below 2^24.
//!
//! # Buses
//!
//! `op2`: provides `(25 real + 26 end, A, B, index)`. On the end row `A` and `B` are whatever callers of `KEYCOUNT` send, zero.
//! `key-index`: one message each way. `range16`: at most 2 a row. `byte`: at most one.
//!
//! # Boundaries
//!
//! Padding rows and the end row have no order to keep; the last row, if it is real, has no next key. Padding rows send and receive nothing.

mod air;
mod columns;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::KeysCols;
pub use trace::{rows, trace};

/// Limbs of a key.
pub const KEY_LIMBS: usize = 2 * zkrom_asm::isa::LIMBS;

/// The chip of key indices.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeysChip;
