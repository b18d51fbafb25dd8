//! The generator: what is committed is what it writes, byte for byte, and it refuses what no contract may hold.

use serde_json::{Value, json};

use super::render::{fill, values};
use super::*;

const KEY: &str = include_str!("../../../verifier-sol/test/fixtures/toy/verification_key.json");
const UNCONTRIBUTED: &str =
    include_str!("../../../verifier-sol/test/fixtures/toy/verification_key_uncontributed.json");
const CONTRACT: &str = include_str!("../../../verifier-sol/test/generated/ToyGroth16Verifier.sol");

/// How the contract of the fixtures' key is made; `verifier-sol/tools/make-fixtures.mjs` passes the same.
fn toy() -> Options {
    Options {
        contract: "ToyGroth16Verifier".into(),
        root: "../../src".into(),
        origin: Origin::Stated(
            "UNSAFE key of a toy circuit in which every input is provable: for this repository's tests only."
                .into(),
        ),
    }
}

fn key() -> Words {
    Words::from_snarkjs(KEY.as_bytes()).unwrap()
}

fn refused(change: impl FnOnce(&mut Value)) -> String {
    let mut key: Value = serde_json::from_str(KEY).unwrap();
    change(&mut key);
    Words::from_snarkjs(key.to_string().as_bytes()).unwrap_err().to_string()
}

#[test]
fn the_committed_contract_is_what_the_generator_writes() {
    let source = render(&key(), &toy()).unwrap();
    assert!(
        source == CONTRACT,
        "verifier-sol/test/generated/ToyGroth16Verifier.sol is stale: make it again with `zkrom export-verifier` (see verifier-sol/tools/make-fixtures.mjs)"
    );
}

#[test]
fn each_of_the_18_words_has_its_place() {
    let key = key();
    let source = render(&key, &toy()).unwrap();
    let words = key.named();
    assert_eq!(words.len(), 18);
    let json: Value = serde_json::from_str(KEY).unwrap();
    let decimal = |v: &Value| v.as_str().unwrap().parse::<num_bigint::BigUint>().unwrap();
    let expected = [
        &json["vk_alpha_1"][0],
        &json["vk_alpha_1"][1],
        &json["vk_beta_2"][0][1],
        &json["vk_beta_2"][0][0],
        &json["vk_beta_2"][1][1],
        &json["vk_beta_2"][1][0],
        &json["vk_gamma_2"][0][1],
        &json["vk_gamma_2"][0][0],
        &json["vk_gamma_2"][1][1],
        &json["vk_gamma_2"][1][0],
        &json["vk_delta_2"][0][1],
        &json["vk_delta_2"][0][0],
        &json["vk_delta_2"][1][1],
        &json["vk_delta_2"][1][0],
        &json["IC"][0][0],
        &json["IC"][0][1],
        &json["IC"][1][0],
        &json["IC"][1][1],
    ];
    for ((name, word), expected) in words.iter().zip(expected) {
        let value = decimal(expected);
        assert_eq!(num_bigint::BigUint::from_bytes_be(word), value, "{name}");
        assert!(source.contains(&format!("{name} = 0x{value:064x};")), "{name}");
    }
    assert!(!source.contains("{{"));
}

#[test]
fn a_template_that_asks_for_too_much_or_too_little_is_refused() {
    let values = values(&key(), &toy());
    let fails = |template: &str| fill(template, &values).unwrap_err();
    assert_eq!(fails(&format!("{TEMPLATE}{{{{EXTRA}}}}")), RenderError::UnknownPlaceholder("EXTRA".into()));
    assert_eq!(fails(&TEMPLATE.replace("{{IC1_Y}}", "0")), RenderError::UnusedValue("IC1_Y".into()));
    assert!(matches!(fails(&format!("{TEMPLATE}{{{{IC1_Y")), RenderError::UnknownPlaceholder(_)));
}

#[test]
fn keys_of_another_kind_are_refused() {
    assert!(refused(|k| k["protocol"] = json!("plonk")).contains("got plonk"));
    assert!(refused(|k| k["curve"] = json!("bls12381")).contains("got bls12381"));
    assert!(refused(|k| k["nPublic"] = json!(2)).contains("nPublic = 2 and 2 points"));
    assert!(refused(|k| drop(k["IC"].as_array_mut().unwrap().pop())).contains("1 points"));
    assert!(refused(|k| k["IC"] = json!([k["IC"][0], k["IC"][0], k["IC"][1]])).contains("3 points"));
    assert!(refused(|k| drop(k.as_object_mut().unwrap().remove("vk_delta_2"))).contains("vk_delta_2"));
}

#[test]
fn malformed_points_are_refused() {
    assert!(refused(|k| k["vk_alpha_1"] = json!(["0", "1", "0"])).contains("alpha: not an affine point"));
    let zero = json!([["0", "0"], ["1", "0"], ["0", "0"]]);
    assert!(refused(|k| k["vk_delta_2"] = zero).contains("delta: not an affine point"));
    assert!(refused(|k| k["IC"][1][0] = json!("1")).contains("ic1: the point is not on the curve"));
    // What the precompiles, and arkworks, take for infinity.
    assert!(refused(|k| k["IC"][1] = json!(["0", "0", "1"])).contains("ic1: not an affine point"));
    let origin = json!([["0", "0"], ["0", "0"], ["1", "0"]]);
    assert!(refused(|k| k["vk_gamma_2"] = origin).contains("gamma: not an affine point"));
    assert!(refused(|k| k["vk_beta_2"][0][0] = json!("1")).contains("beta: the point is not on the curve"));
    // On the twist, outside the subgroup: the point of test/Groth16Verifier.t.sol.
    let decimal = |hex: &str| num_bigint::BigUint::parse_bytes(hex.as_bytes(), 16).unwrap().to_string();
    let y1 = decimal("0d1271953ed9ea0836846e70a1934187998c7f790cb4d7511b7f8da82de048a4");
    let y0 = decimal("2869111d5381f072f8e2728fdb825a51aadd70e52c9830e9ab4b871c0531f1bb");
    let stray = json!([["1", "0"], [y0, y1], ["1", "0"]]);
    assert!(refused(|k| k["vk_gamma_2"] = stray).contains("gamma: the point is outside the subgroup"));
    // Another representative of the same coordinate, and what BigUint alone would take.
    for bad in ["", "-1", "+1", "1_0", "0x1", " 1", "１"] {
        assert!(refused(|k| k["IC"][0][0] = json!(bad)).contains("is no decimal number below"), "{bad:?}");
    }
    let q: num_bigint::BigUint = <ark_bn254::Fq as ark_ff::PrimeField>::MODULUS.into();
    let shifted =
        |v: &Value| json!((v.as_str().unwrap().parse::<num_bigint::BigUint>().unwrap() + &q).to_string());
    assert!(refused(|k| k["IC"][0][0] = shifted(&k["IC"][0][0])).contains("is no decimal number below"));
}

/// Any of these could be deployed and would accept forged proofs.
#[test]
fn forgeable_keys_are_refused() {
    let error = Words::from_snarkjs(UNCONTRIBUTED.as_bytes()).unwrap_err();
    assert!(matches!(error, KeyError::Weak(WeakKey::Generator { element: "delta" })), "{error}");
    let negative = |y: &Value| {
        let q: num_bigint::BigUint = <ark_bn254::Fq as ark_ff::PrimeField>::MODULUS.into();
        json!((q - y.as_str().unwrap().parse::<num_bigint::BigUint>().unwrap()).to_string())
    };
    // snarkjs's gamma is the generator, so it is exchanged and never put in another's place.
    for (name, other, says) in [
        ("gamma", "delta", "gamma = ±delta"),
        ("beta", "delta", "beta = ±delta"),
        ("gamma", "beta", "beta = ±gamma"),
    ] {
        let (k, o) = (format!("vk_{name}_2"), format!("vk_{other}_2"));
        assert!(refused(|key| key[&k] = key[&o].clone()).contains(says));
        let text = refused(|key| {
            key[&k] = key[&o].clone();
            key[&k][1] = json!([negative(&key[&o][1][0]), negative(&key[&o][1][1])]);
        });
        assert!(text.contains(says), "{text}");
    }
    let generator = |y: &str| json!(["1", y, "1"]);
    let minus_two = negative(&json!("2"));
    for at in [json!("2"), minus_two] {
        let point = generator(at.as_str().unwrap());
        assert!(refused(|k| k["vk_alpha_1"] = point.clone()).contains("alpha is the generator"));
        assert!(refused(|k| k["IC"][0] = point.clone()).contains("ic0 is the generator"));
        assert!(refused(|k| k["IC"][1] = point.clone()).contains("ic1 is the generator"));
    }
}

#[test]
fn options_that_would_break_the_source_are_refused() {
    let fails = |change: fn(&mut Options)| {
        let mut options = toy();
        change(&mut options);
        render(&key(), &options).unwrap_err()
    };
    for name in ["", "1st", "A B", "A{", "Ä"] {
        let options = Options { contract: name.into(), ..toy() };
        assert_eq!(render(&key(), &options).unwrap_err(), RenderError::Contract(name.into()));
    }
    assert!(matches!(fails(|o| o.root = "a\"; import \"b".into()), RenderError::Root(_)));
    assert!(matches!(fails(|o| o.root = String::new()), RenderError::Root(_)));
    for notice in ["", "two\nlines", "@dev x", "\u{202e}reversed"] {
        let options = Options { origin: Origin::Stated(notice.into()), ..toy() };
        assert_eq!(render(&key(), &options).unwrap_err(), RenderError::Notice);
    }
}

#[test]
fn a_development_key_says_that_it_is_unsafe() {
    let mut json: Value = serde_json::from_str(KEY).unwrap();
    json["setup"] = json!("development");
    let key = Words::from_snarkjs(json.to_string().as_bytes()).unwrap();
    assert_eq!(render(&key, &toy()).unwrap_err(), RenderError::Development);
    let unsaid = Options { origin: Origin::Unknown, ..toy() };
    assert_eq!(render(&key, &unsaid).unwrap_err(), RenderError::Development);
    let source = render(&key, &Options { origin: Origin::Development, ..toy() }).unwrap();
    assert!(source.contains("/// @notice UNSAFE development key"));
    let source = render(&self::key(), &Options { origin: Origin::Unknown, ..toy() }).unwrap();
    assert!(source.contains("/// @notice UNSAFE until shown otherwise"));
}
