//! Verification, and what a verifying key must be like.

use ark_bn254::{Bn254, Fr, G2Affine};
use ark_ec::AffineRepr;
use ark_groth16::{Groth16, prepare_verifying_key};

use super::{Proof, VerifyingKey};

/// Why a verifying key is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A point is not on its curve, not in its group, the identity or a generator where it may not be.
    #[error("{0} is no point a set-up may have there")]
    Point(&'static str),
    /// Two elements are equal or each other's negatives, as gamma and delta are in a key nobody has contributed to: proofs under it can be forged.
    #[error("{first} = ±{second}: proofs under this key can be forged")]
    Related {
        /// An element.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

/// Why a proof is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The key is refused.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Another number of inputs.
    #[error("{got} public inputs, the key has {expected}")]
    Inputs {
        /// The key's.
        expected: usize,
        /// Those given.
        got: usize,
    },
    /// A point of the proof is not on its curve, not in its group, or the identity.
    #[error("point {0} of the proof is not in its group, or the identity")]
    Point(&'static str),
    /// The equation does not hold.
    #[error("the pairing equation does not hold")]
    Equation,
}

/// Checks what any honest set-up's key is like: points in their groups and not the identity; beta, gamma and delta not each other or each other's negatives; beta and delta not the generator
/// or its negative. `KeyCheck.sol` refuses the same.
///
/// # Errors
///
/// What is wrong with it.
pub fn check_verifying_key(key: &VerifyingKey) -> Result<(), KeyError> {
    if !on_curve_g1(&key.alpha_g1) || key.alpha_g1.is_zero() {
        return Err(KeyError::Point("alpha"));
    }
    for (name, point) in [("beta", &key.beta_g2), ("gamma", &key.gamma_g2), ("delta", &key.delta_g2)] {
        if !in_g2(point) || point.is_zero() {
            return Err(KeyError::Point(name));
        }
    }
    // Two points with the same x are equal or each other's negatives. snarkjs leaves gamma at the generator; what makes forgeries is that beta or delta is there, too.
    let generator = G2Affine::generator();
    for (name, point) in [("beta", &key.beta_g2), ("delta", &key.delta_g2)] {
        if point.x == generator.x {
            return Err(KeyError::Point(name));
        }
    }
    let pairs = [
        ("gamma", &key.gamma_g2, "delta", &key.delta_g2),
        ("beta", &key.beta_g2, "delta", &key.delta_g2),
        ("beta", &key.beta_g2, "gamma", &key.gamma_g2),
    ];
    for (first, p, second, q) in pairs {
        if p.x == q.x {
            return Err(KeyError::Related { first, second });
        }
    }
    if key.gamma_abc_g1.is_empty() || key.gamma_abc_g1.iter().any(|p| !on_curve_g1(p)) {
        return Err(KeyError::Point("a point of the inputs"));
    }
    Ok(())
}

// The first group is the whole curve.
fn on_curve_g1(p: &ark_bn254::G1Affine) -> bool {
    p.is_on_curve()
}

fn in_g2(p: &G2Affine) -> bool {
    p.is_on_curve() && p.is_in_correct_subgroup_assuming_on_curve()
}

/// Verifies a proof.
///
/// # Errors
///
/// Why it is refused.
pub fn verify(key: &VerifyingKey, inputs: &[Fr], proof: &Proof) -> Result<(), VerifyError> {
    check_verifying_key(key)?;
    if inputs.len() + 1 != key.gamma_abc_g1.len() {
        return Err(VerifyError::Inputs { expected: key.gamma_abc_g1.len() - 1, got: inputs.len() });
    }
    // The identity is refused as the contract refuses it; (0, 0) is read as the identity.
    let [a, c] = [&proof.a, &proof.c].map(|p| on_curve_g1(p) && !p.is_zero());
    for (name, ok) in [("A", a), ("B", in_g2(&proof.b) && !proof.b.is_zero()), ("C", c)] {
        if !ok {
            return Err(VerifyError::Point(name));
        }
    }
    match Groth16::<Bn254>::verify_proof(&prepare_verifying_key(key), proof, inputs) {
        Ok(true) => Ok(()),
        _ => Err(VerifyError::Equation),
    }
}
