//! Permutations of the transcript, of FRI leaves, and digests made of slots.
//!
//! # Statement
//!
//! Each row is a permutation whose input is what its flags make of the row before and of the elements it absorbs. Absorbed elements are values of slots, either read
//! (a constant, a public value) or written (a word of the child's proof, which the prover chooses); the first eight elements after
//! the permutation can be written to slots, and the first eight before or after it to a digest.
//!
//! The rows follow p3's `DuplexChallenger` (absorbing rows zero the rest of the rate and add the number of elements absorbed to the first element of the capacity; squeezing rows keep
//! the whole state) and `PaddingFreeSponge` (a row keeps what it does not overwrite); which of the two is in the flags.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | preprocessed `chained`, `fresh` | whether the **next** row's capacity goes on from this row, or is zero |
//! | preprocessed `rest[8]` | whether the **next** row does not absorb in this place |
//! | preprocessed `keeps` | whether what the **next** row does not absorb is as this row left it, or zero |
//! | preprocessed `tag` | what is added to the **next** row's first capacity element |
//! | preprocessed `in_slot[8]`, `in_count[8]` | slots of absorbed elements, read (-1) or written (their reads) |
//! | preprocessed `out_slot`, `out_count[8]` | first of eight consecutive slots of the output; their reads |
//! | preprocessed `digest`, `digest_count`, `digest_input` | a digest, its reads, and whether it is the input or the output |
//! | `perm[164]` | the [permutation](crate::poseidon) |
//!
//! # Equations
//!
//! 1. The permutation's, degree 3.
//! 2. `(chained + fresh) in'[8 + j] - chained out[8 + j] - [j = 0] tag = 0`: degree 2, eight constraints.
//! 3. `rest[j] (in'[j] - keeps out[j]) = 0`: degree 3, eight constraints.
//!
//! Row 0 is in no sponge: it sends nothing, and its flags begin the first. The last row's flags are zero, so nothing wraps around.
//!
//! # Buses
//!
//! `slot`: sixteen messages `(slot, element, 0, 0, 0, 0)` of degree 1. `digest`: one message of degree 2.

mod air;
mod columns;
mod trace;

pub use air::eval;
pub use columns::{SpongeCols, SpongePreprocessed};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
