//! Opened values: their hash, their Horner sum, and their Merkle path.
//!
//! # Statement
//!
//! Each row is a permutation, and does one of four things.
//!
//! * *Absorb* hashes up to eight opened values, which appear nowhere else, and adds them to a sum: with `P` the child's Horner point and `S` the sum before the row, the sum
//!   after `k` values is `h_k = S P^k + in[0] P^(k-1) + .. + in[k-1]`. One such sum of a row can be written to a slot: that is how the reduced openings of FRI see the values.
//!   `P` is the inverse of the challenge that batches the openings, so a sum times a power of the challenge has the values in the order FRI wants.
//! * *Merkle* compresses the digest of the row before, or one from the bus, with a sibling the prover chooses, on the side a bit says.
//! * *Inject* compresses a digest from the bus (left) with the digest of the row before (right): where shorter matrices join a path.
//! * *Point* binds `P`, which is a public value so that its powers are of degree 0, to the slot that holds it in the circuit.
//!
//! # Columns
//!
//! | columns | |
//! |---|---|
//! | preprocessed `fresh`, `chain` | whether the **next** row absorbs, as the first of a hash or as a later one |
//! | preprocessed `pad[7]` | whether the **next** row absorbs but not in place `j + 1` |
//! | preprocessed `merkle`, `inject` | whether the **next** row compresses this row's digest, and how |
//! | preprocessed `expose[8]` | whether `port` is `h_(k+1)` |
//! | preprocessed `point[2]` | whether `port` is the point of the first, or second, child |
//! | preprocessed `second` | whether `P` is the second child's point |
//! | preprocessed `slot`, `count` | the port's slot, read (-1) or written (its reads) |
//! | preprocessed `start`, `start_count` | a digest read: a path's first, or the left one of an injection |
//! | preprocessed `end`, `end_count` | the digest of the output, read (a root) or written |
//! | `perm[164]` | the [permutation](crate::poseidon) |
//! | `sum[5]` | `S`; free on rows that do not absorb |
//! | `port[5]` | a written sum; a point; `port[0]` is a Merkle row's bit; free elsewhere |
//!
//! # Equations
//!
//! `P` is `P_1 + second (P_2 - P_1)`, of degree 1, or of degree 0 where there is one child; its powers likewise by `P_1^k + second (P_2^k - P_1^k)`. So `h_k` has degree 2, or 1.
//!
//! 1. The permutation's, degree 3.
//! 2. `(fresh + chain) in'[8 + j] - chain out[8 + j] = 0`: degree 2, eight constraints.
//! 3. `pad[j] (in'[j] - chain out[j]) = 0` for `1 <= j < 8`: degree 3.
//! 4. `(fresh + chain) sum' - chain h_8 = 0`: degree 3, five constraints.
//! 5. `merkle ((1 - b)(in'[j] - out[j]) + b (in'[8 + j] - out[j])) = 0` with `b = port'[0]`: degree 3, eight constraints.
//! 6. `inject (in'[8 + j] - out[j]) = 0`, `inject port'[0] = 0`: degree 2, nine constraints.
//! 7. `sum_k expose[k] (port - h_(k+1)) = 0`: degree 3, five constraints.
//! 8. `point[i] (port - P_i) = 0`: degree 2, five constraints a child.
//!
//! The message that reads a digest is `(start, (1 - b) in[j] + b in[8 + j])`, with `b = port[0]`, of degree 2. A Merkle row's bit is one because it is read from a slot of the bits
//! table. A hash's number of elements is fixed by the flags. Row 0 is a point, for which there is no row before; the last row's flags are zero.
//!
//! # Buses
//!
//! `slot`: the port. `digest`: two messages.

mod air;
mod columns;
mod trace;

pub use air::{eval, public_values};
pub use columns::{OpeningCols, OpeningPreprocessed};
pub use trace::{columns, preprocessed, preprocessed_width, rows, trace, width};
