//! Bits of canonical base elements.
//!
//! # Statement
//!
//! 31 rows, from the most significant bit to the least, write the bits of the base element in a slot, each to a slot of its own. The bits are those of the
//! element's canonical form, the integer below `p = 2^31 - 2^24 + 1`.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | preprocessed `slot`, `count` | where the bit is written; its reads |
//! | preprocessed `from`, `from_count` | the element's slot; -1 in the row of bit 0, else 0 |
//! | preprocessed `first` | the row of bit 30 |
//! | preprocessed `top`, `low` | whether the **next** row has one of bits 29 to 24, or 23 to 0, of the same element |
//! | preprocessed `zero` | whether the bit must be zero |
//! | `bit` | the bit |
//! | `sum` | the number the bits up to here make |
//! | `ones` | whether bits 30 to `max(24, here)` are all one |
//!
//! # Equations
//!
//! 1. `bit (bit - 1) = 0`: degree 2.
//! 2. `zero bit = 0`: degree 2.
//! 3. `first (sum - bit) = 0`, `first (ones - bit) = 0`: degree 2.
//! 4. `(top + low)(sum' - 2 sum - bit') = 0`: degree 2.
//! 5. `top (ones' - ones bit') = 0`: degree 3. `low (ones' - ones) = 0`: degree 2.
//! 6. `low ones bit' = 0`: degree 3.
//!
//! By 6 a number whose seven top bits are ones has no other bit: it is at most `2^31 - 2^24 = p - 1`. So the sum of bit 0's row, an element equal to the slot's, has its
//! canonical bits. The flags are preprocessed, `first`, `top` and `low` zero on padding and `low` zero in the row of bit 0, so nothing wraps around.
//!
//! # Buses
//!
//! `slot`: the bit is written, and in the row of bit 0 the element is read.

mod air;
mod columns;
mod trace;

pub use air::eval;
pub use columns::{BitsCols, BitsPreprocessed};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
