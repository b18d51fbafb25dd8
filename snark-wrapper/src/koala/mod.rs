//! KoalaBear inside the BN254 field.
//!
//! A [`Felt`] is a linear combination whose value is known to be an integer in an [`Interval`] far smaller
//! than the BN254 modulus; it stands for that integer modulo p. Sums and products are those of integers
//! and cost what they cost in the large field; only when the bound comes near the modulus, or a
//! canonical form is needed, does a reduction pay for range checks. The rules are those of the `felt` module.

pub mod bits;
mod bound;
mod ext;
mod felt;
mod packed;

pub use bound::{Bound, Interval};
pub(crate) use ext::centred;
pub use ext::{D, Ext};
pub use felt::{Felt, LIMIT_BITS};
pub use packed::{Packed, Powers};
