//! Keys that are well-formed and forgeable: what `KeyCheck.sol` refuses on-chain.

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr;

use super::key::Words;

/// Why a well-formed key must not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakKey {
    /// An element that must be random is the generator or its negative.
    #[error(
        "{element} is the generator or its negative: the set-up has had no contribution, and anyone can forge proofs"
    )]
    Generator {
        /// The element of the key.
        element: &'static str,
    },
    /// Two elements that must be independent are equal, or each other's negatives.
    #[error("{first} = ±{second}: anyone can turn a proof into one of another input")]
    Related {
        /// The element of the key.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
}

/// Refuses keys with a relation that can be seen. The point at infinity has no affine coordinates, so it was refused before.
///
/// With gamma = k·delta for a known k, `C' = C + k·(L(x) - L(x'))` turns a proof of x into one of x'. Only k = ±1 can be seen in a key. gamma may be the generator:
/// ceremonies in the style of Bowe, Gabizon and Miers (eprint 2017/1050) fix it so and lose nothing, as long as nobody knows delta.
pub(super) fn require_sound(key: &Words) -> Result<(), WeakKey> {
    // Two points with the same x are equal or each other's negatives.
    let (one1, one2) = (G1Affine::generator(), G2Affine::generator());
    for (element, p) in [("alpha", &key.alpha), ("ic0", &key.ic[0]), ("ic1", &key.ic[1])] {
        if p.x == one1.x {
            return Err(WeakKey::Generator { element });
        }
    }
    for (element, p) in [("beta", &key.beta), ("delta", &key.delta)] {
        if p.x == one2.x {
            return Err(WeakKey::Generator { element });
        }
    }
    let g2 = [("gamma", &key.gamma), ("delta", &key.delta), ("beta", &key.beta)];
    for (i, j) in [(0, 1), (2, 1), (2, 0)] {
        let ((first, p), (second, q)) = (g2[i], g2[j]);
        if p.x == q.x {
            return Err(WeakKey::Related { first, second });
        }
    }
    Ok(())
}
