//! Keys, proofs and inputs in the shape snarkjs reads: decimal strings, points with a third coordinate.

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{BigInt, PrimeField};
use num_bigint::BigUint;
use serde_json::{Value, json};

use super::{Proof, VerifyingKey};

fn g1(p: &G1Affine) -> Value {
    match p.xy() {
        Some((x, y)) => json!([x.to_string(), y.to_string(), "1"]),
        None => json!(["0", "1", "0"]),
    }
}

fn g2(p: &G2Affine) -> Value {
    match p.xy() {
        Some((x, y)) => {
            json!([[x.c0.to_string(), x.c1.to_string()], [y.c0.to_string(), y.c1.to_string()], ["1", "0"]])
        }
        None => json!([["0", "0"], ["1", "0"], ["0", "0"]]),
    }
}

/// `verification_key.json`.
#[must_use]
pub fn verification_key_json(key: &VerifyingKey) -> Value {
    json!({
        "protocol": "groth16",
        "curve": "bn128",
        "nPublic": key.gamma_abc_g1.len() - 1,
        "vk_alpha_1": g1(&key.alpha_g1),
        "vk_beta_2": g2(&key.beta_g2),
        "vk_gamma_2": g2(&key.gamma_g2),
        "vk_delta_2": g2(&key.delta_g2),
        "IC": key.gamma_abc_g1.iter().map(g1).collect::<Vec<_>>(),
    })
}

/// `proof.json`.
#[must_use]
pub fn proof_json(proof: &Proof) -> Value {
    json!({
        "pi_a": g1(&proof.a),
        "pi_b": g2(&proof.b),
        "pi_c": g1(&proof.c),
        "protocol": "groth16",
        "curve": "bn128",
    })
}

/// `public.json`.
#[must_use]
pub fn public_json(inputs: &[Fr]) -> Value {
    inputs.iter().map(ToString::to_string).collect()
}

/// Why JSON is no key or proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It is of another system.
    #[error("protocol {protocol:?} over {curve:?}, expected groth16 over bn128")]
    Kind {
        /// The protocol it names.
        protocol: String,
        /// The curve it names.
        curve: String,
    },
    /// A part is missing, no affine point, or has a coordinate that is not a canonical decimal number.
    #[error("{0} is missing, or not an affine point with canonical decimal coordinates")]
    Part(&'static str),
}

fn check_kind(json: &Value) -> Result<(), JsonError> {
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    let (protocol, curve) = (text("protocol"), text("curve"));
    if protocol == "groth16" && curve == "bn128" { Ok(()) } else { Err(JsonError::Kind { protocol, curve }) }
}

fn read_fq(value: &Value) -> Option<Fq> {
    let text = value.as_str().filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()))?;
    let digits = BigUint::parse_bytes(text.as_bytes(), 10)?.to_u64_digits();
    let mut limbs = [0; 4];
    limbs.get_mut(..digits.len())?.copy_from_slice(&digits);
    Fq::from_bigint(BigInt::new(limbs))
}

fn read_g1(value: &Value) -> Option<G1Affine> {
    let [x, y, z] = value.as_array()?.as_slice() else { return None };
    (z == "1").then_some(G1Affine::new_unchecked(read_fq(x)?, read_fq(y)?))
}

fn read_g2(value: &Value) -> Option<G2Affine> {
    let pair = |v: &Value| match v.as_array()?.as_slice() {
        [c0, c1] => Some(Fq2::new(read_fq(c0)?, read_fq(c1)?)),
        _ => None,
    };
    let [x, y, z] = value.as_array()?.as_slice() else { return None };
    (*z == json!(["1", "0"])).then_some(G2Affine::new_unchecked(pair(x)?, pair(y)?))
}

/// Reads `verification_key.json`. Its points are not checked here: [`super::check_verifying_key`], and with it [`super::verify`], does.
///
/// # Errors
///
/// Where it is no such file.
pub fn read_verification_key(json: &Value) -> Result<VerifyingKey, JsonError> {
    check_kind(json)?;
    let g1 = |name| read_g1(&json[name]).ok_or(JsonError::Part(name));
    let g2 = |name| read_g2(&json[name]).ok_or(JsonError::Part(name));
    let inputs = json["IC"].as_array().and_then(|a| a.iter().map(read_g1).collect());
    Ok(VerifyingKey {
        alpha_g1: g1("vk_alpha_1")?,
        beta_g2: g2("vk_beta_2")?,
        gamma_g2: g2("vk_gamma_2")?,
        delta_g2: g2("vk_delta_2")?,
        gamma_abc_g1: inputs.ok_or(JsonError::Part("IC"))?,
    })
}

/// Reads `proof.json`. Its points are not checked here: [`super::verify`] does.
///
/// # Errors
///
/// Where it is no such file.
pub fn read_proof(json: &Value) -> Result<Proof, JsonError> {
    check_kind(json)?;
    Ok(Proof {
        a: read_g1(&json["pi_a"]).ok_or(JsonError::Part("pi_a"))?,
        b: read_g2(&json["pi_b"]).ok_or(JsonError::Part("pi_b"))?,
        c: read_g1(&json["pi_c"]).ok_or(JsonError::Part("pi_c"))?,
    })
}

#[cfg(test)]
mod tests {
    use ark_bn254::{G1Projective, G2Projective};
    use ark_ec::{CurveGroup, PrimeGroup};

    use super::*;

    fn points() -> (G1Affine, G2Affine) {
        let g1 = (G1Projective::generator() * Fr::from(77u64)).into_affine();
        (g1, (G2Projective::generator() * Fr::from(78u64)).into_affine())
    }

    #[test]
    fn keys_and_proofs_read_back() {
        let (g1, g2) = points();
        let key = VerifyingKey {
            alpha_g1: g1,
            beta_g2: g2,
            gamma_g2: g2,
            delta_g2: g2,
            gamma_abc_g1: vec![g1, G1Affine::generator()],
        };
        assert_eq!(read_verification_key(&verification_key_json(&key)), Ok(key));
        let proof = Proof { a: g1, b: g2, c: g1 };
        assert_eq!(read_proof(&proof_json(&proof)), Ok(proof));
    }

    #[test]
    fn other_json_is_refused() {
        let (g1, g2) = points();
        let good = proof_json(&Proof { a: g1, b: g2, c: g1 });
        let refused = |change: &dyn Fn(&mut Value)| {
            let mut json = good.clone();
            change(&mut json);
            read_proof(&json).expect_err("it is refused")
        };
        assert!(matches!(refused(&|j| j["protocol"] = json!("plonk")), JsonError::Kind { .. }));
        assert!(matches!(refused(&|j| j["curve"] = json!("bls12381")), JsonError::Kind { .. }));
        assert_eq!(refused(&|j| j["pi_a"] = json!(null)), JsonError::Part("pi_a"));
        assert_eq!(refused(&|j| j["pi_a"][2] = json!("0")), JsonError::Part("pi_a"));
        assert_eq!(refused(&|j| j["pi_b"][0] = json!(["1"])), JsonError::Part("pi_b"));
        assert_eq!(refused(&|j| j["pi_c"][0] = json!("0x1")), JsonError::Part("pi_c"));
        // The modulus, and more than 256 bits.
        let modulus = Fq::MODULUS.to_string();
        assert_eq!(refused(&|j| j["pi_c"][0] = json!(modulus)), JsonError::Part("pi_c"));
        assert_eq!(refused(&|j| j["pi_c"][1] = json!("9".repeat(100))), JsonError::Part("pi_c"));
    }
}
