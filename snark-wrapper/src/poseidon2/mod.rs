//! Poseidon2 over BN254, width 3: the one hash of the last STARK.
//!
//! `x^5`, 4 full rounds, 56 partial rounds, 4 full rounds; external matrix circ(2, 1, 1), internal matrix
//! ones plus diag(1, 1, 2). [`native`] is p3's permutation, [`permute`] the same in 252 constraints.

mod constants;
mod gadget;

pub use constants::{FULL_ROUNDS, PARTIAL_ROUNDS, RoundConstants, WIDTH, round_constants};
pub use gadget::{CONSTRAINTS, permute};

use p3_bn254::{Bn254, Poseidon2Bn254};
use p3_poseidon2::{ExternalLayerConstants, Poseidon2};

use crate::field::bn254_from_fr;

/// p3's permutation with the constants of the instance.
#[must_use]
pub fn native() -> Poseidon2Bn254<3> {
    let RoundConstants { initial, internal, terminal } = round_constants();
    let full = |rounds: Vec<[_; WIDTH]>| -> Vec<[Bn254; WIDTH]> {
        rounds.into_iter().map(|r| r.map(bn254_from_fr)).collect()
    };
    Poseidon2::new(
        ExternalLayerConstants::new(full(initial), full(terminal)),
        internal.into_iter().map(bn254_from_fr).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use p3_field::{PrimeCharacteristicRing, PrimeField};
    use p3_symmetric::Permutation;

    /// The first word of the permutation of (0, 1, 2), as HorizenLabs and gnark publish it.
    #[test]
    fn matches_the_published_vector() {
        let out = native().permute([Bn254::ZERO, Bn254::ONE, Bn254::TWO]);
        let hex = out[0].as_canonical_biguint().to_str_radix(16);
        assert_eq!(hex, "bb61d24daca55eebcb1929a82650f328134334da98ea4f847f760054f4a3033");
    }
}
