//! Every permutation of a circuit: the transcript, opened values, FRI leaves, Merkle paths.
//!
//! # Statement
//!
//! Each row is a permutation of width 16. Elements that a row absorbs appear nowhere else: a row adds them to a sum, and one such sum can be exchanged with a slot. With `P` the row's *point* and
//! `S` the sum before the row, the sum after `k` elements is `h_k = S P^k + in[0] P^(k-1) + .. + in[k-1]`.
//!
//! * The point of opened values is their child's, the inverse of the challenge that batches the openings: that is how the reduced openings of FRI see them. It is a public value,
//!   so that its powers cost no degree.
//! * The point `1 / X` is for elements the circuit needs by themselves: two sums with `n <= 5` elements between them differ by
//!   `h_(k+n) - P^n h_k = P^(n-1) (in[k] + in[k+1] X + ..)`, an invertible multiple of the challenge-field element with these coefficients. So it gives the words of a
//!   transcript, of a FRI leaf, or of a digest, one by one or five at a time, and binds words that are known.
//! * The point `X` is the same in reverse: the order in which a challenge's coefficients are drawn.
//!
//! What a row does is in the flags of the row *before*:
//!
//! * *Absorb*: the capacity is zero, or goes on from the last output or input; what is not absorbed is zero, or kept. The rows follow p3's `DuplexChallenger` (rate elements that
//!   are not absorbed become zero, the number absorbed is added to the first capacity element) and `PaddingFreeSponge` (they are kept).
//! * *Look*: the input is the last output and the sum is zero: the row shows what a transcript squeezes. An absorbing row after it goes on from its input.
//! * *Repeat*: the same row once more, for another sum of it.
//! * *Merkle*: compresses the last digest with a sibling the prover chooses, on the side a bit says.
//! * *Inject*: compresses a digest from the bus (left) with the last one (right): where shorter matrices join a path.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | preprocessed `sponge` | whether the **next** row absorbs, looks or repeats |
//! | preprocessed `output`, `input` | whether its capacity goes on from this row's output, or input; else it is zero |
//! | preprocessed `rest[8]`, `keeps_output`, `keeps_input` | whether it absorbs nothing in a place, and what that place holds; else zero |
//! | preprocessed `carries` | whether its sum goes on from `h_8`; with `keeps_input` it is this row's; else zero |
//! | preprocessed `tag` | added to its first capacity element |
//! | preprocessed `merkle`, `inject` | whether it compresses this row's digest, and how |
//! | preprocessed `expose[8]` | whether `port` is `h_(k+1)` |
//! | preprocessed `point` | whether `port` is `P` |
//! | preprocessed `second`, `up`, `down` | whether `P` is the second child's point, `X` or `1 / X`; else the first child's |
//! | preprocessed `slot`, `count` | the port's slot, read (-1) or written (its reads) |
//! | preprocessed `digest`, `digest_count`, `digest_output` | a digest, read or written, and whether it is the first half of the output or of the input |
//! | `perm[164]` | the [permutation](crate::poseidon) |
//! | `sum[5]` | `S`; free on Merkle rows, injections and padding |
//! | `port[5]` | a sum; a point; `port[0]` is a Merkle row's bit; free elsewhere |
//!
//! # Equations
//!
//! `P^k` is `P_1^k + second (P_2^k - P_1^k) + up (X^k - P_1^k) + down (X^-k - P_1^k)`, of degree 1, so `h_k` has degree 2.
//!
//! 1. The permutation's, degree 3.
//! 2. `sponge in'[8 + j] = output out[8 + j] + input in[8 + j] + [j = 0] tag`: degree 2, eight constraints.
//! 3. `rest[j] (in'[j] - keeps_output out[j] - keeps_input in[j]) = 0`: degree 3, eight constraints.
//! 4. `sponge sum' = carries h_8 + keeps_input sum`: degree 3, five constraints.
//! 5. `merkle ((1 - b)(in'[j] - out[j]) + b (in'[8 + j] - out[j])) = 0` with `b = port'[0]`: degree 3, eight constraints.
//! 6. `inject (in'[8 + j] - out[j]) = 0`: degree 2, eight constraints.
//! 7. `sum_k expose[k] (port - h_(k+1)) = 0`: degree 3, five constraints.
//! 8. `point (port - P) = 0`: degree 2, five constraints.
//!
//! A Merkle row's bit is one because it is read from a slot of the bits table. A hash's number of elements is fixed by the flags. Row 0 does nothing, so there is a row before every
//! one that does; the last row's flags are zero, so nothing wraps around.
//!
//! # Buses
//!
//! `slot`: the port, degree 1. `digest`: one message of degree 2, `in[j] + digest_output (out[j] - in[j])`.

mod air;
mod columns;
mod trace;

pub use air::{eval, public_values};
pub use columns::{HashCols, HashPreprocessed};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
