//! A toy circuit through set-up, proof, verification and files.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::*;
use crate::koala::bits::{from_bits, to_bits};
use crate::poseidon2::permute;
use crate::r1cs::{Builder, Lc, Mode};

/// Knows a preimage of 20 bits, whose lowest is public.
fn circuit(mode: Mode, preimage: u64) -> (Builder, Vec<Fr>) {
    let mut b = Builder::new(mode);
    let mut values = Vec::new();
    for honest in [false, true] {
        let mut probe = Builder::new(Mode::Witness);
        let b = if honest { &mut b } else { &mut probe };
        let inputs: Vec<Lc> = values.iter().map(|&v| b.public_input(v)).collect();
        let x = b.alloc(Fr::from(preimage));
        let bits = to_bits(b, &x, 20);
        let hash = permute(b, &[from_bits(&bits), Lc::zero(), Lc::one()]);
        values = vec![hash[0].value(), bits[0].value()];
        if honest {
            b.enforce_equal(&inputs[0], &hash[0]);
            b.enforce_equal(&inputs[1], &bits[0]);
        }
    }
    (b, values)
}

fn key() -> (Key, crate::r1cs::R1cs) {
    let (r1cs, _) = circuit(Mode::Shape, 0).0.into_r1cs();
    (unsafe_development_key(&r1cs), r1cs)
}

fn proof(key: &Key, preimage: u64) -> (Proof, Vec<Fr>) {
    let (b, inputs) = circuit(Mode::Witness, preimage);
    assert_eq!(b.failure(), None);
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut stages = Vec::new();
    let proof = prove(&key.proving, &b.into_witness(), &mut rng, &mut |stage, done, total| {
        stages.push((stage, done, total));
    })
    .expect("an honest witness");
    assert_eq!(stages.first(), Some(&(Stage::Quotient, 0, 6)));
    assert_eq!(stages.last(), Some(&(Stage::B2, 6, 6)));
    (proof, inputs)
}

#[test]
fn honest_proofs_verify_and_others_do_not() {
    let (key, r1cs) = key();
    assert_eq!(key.circuit, r1cs.digest());
    check_verifying_key(&key.proving.vk).expect("a development key is well-formed");
    let vk = &key.proving.vk;
    let (p, inputs) = proof(&key, 123_457);
    verify(vk, &inputs, &p).expect("an honest proof");
    let (other, other_inputs) = proof(&key, 123_456);
    verify(vk, &other_inputs, &other).expect("another");
    assert_eq!(verify(vk, &other_inputs, &p), Err(VerifyError::Equation));
    for i in 0..2 {
        let mut wrong = inputs.clone();
        wrong[i] += Fr::from(1u64);
        assert_eq!(verify(vk, &wrong, &p), Err(VerifyError::Equation));
    }
    assert_eq!(verify(vk, &inputs[1..], &p), Err(VerifyError::Inputs { expected: 2, got: 1 }));
    assert_eq!(verify(vk, &inputs, &Proof { c: other.c, ..p }), Err(VerifyError::Equation));
    let identity = Proof { a: G1Affine::zero(), ..p };
    assert_eq!(verify(vk, &inputs, &identity), Err(VerifyError::Point("A")));
    let off = Proof { c: G1Affine::new_unchecked(p.c.y, p.c.x), ..p };
    assert_eq!(verify(vk, &inputs, &off), Err(VerifyError::Point("C")));
    let off = Proof { b: G2Affine::new_unchecked(p.b.y, p.b.x), ..p };
    assert_eq!(verify(vk, &inputs, &off), Err(VerifyError::Point("B")));
}

#[test]
fn an_unsatisfied_witness_and_one_of_another_circuit_are_refused() {
    let (key, _) = key();
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let mut witness = circuit(Mode::Witness, 5).0.into_witness();
    witness.rows[2][7] += Fr::from(1u64);
    let error = prove(&key.proving, &witness, &mut rng, &mut |_, _, _| {}).expect_err("unsatisfied");
    assert_eq!(error, ProveError::Unsatisfied(7));
    witness.values.pop();
    let error = prove(&key.proving, &witness, &mut rng, &mut |_, _, _| {}).expect_err("of another circuit");
    assert!(matches!(error, ProveError::OtherCircuit { what: "variables", .. }));
}

#[test]
fn keys_nobody_contributed_to_are_refused() {
    let (key, _) = key();
    let vk = key.proving.vk;
    let equal = VerifyingKey { delta_g2: vk.gamma_g2, ..vk.clone() };
    assert_eq!(check_verifying_key(&equal), Err(KeyError::Related { first: "gamma", second: "delta" }));
    // With delta = -gamma, (alpha, beta, L) proves any input: as forgeable as an equal one.
    let negative = VerifyingKey { delta_g2: -vk.gamma_g2, ..vk.clone() };
    assert_eq!(check_verifying_key(&negative), Err(KeyError::Related { first: "gamma", second: "delta" }));
    let beta = VerifyingKey { beta_g2: -vk.delta_g2, ..vk.clone() };
    assert_eq!(check_verifying_key(&beta), Err(KeyError::Related { first: "beta", second: "delta" }));
    let generator = VerifyingKey { delta_g2: G2Affine::generator(), ..vk.clone() };
    assert_eq!(check_verifying_key(&generator), Err(KeyError::Point("delta")));
    let zero = VerifyingKey { gamma_g2: G2Affine::zero(), ..vk.clone() };
    assert_eq!(check_verifying_key(&zero), Err(KeyError::Point("gamma")));
    let off = VerifyingKey { alpha_g1: G1Affine::new_unchecked(vk.alpha_g1.y, vk.alpha_g1.x), ..vk };
    assert_eq!(check_verifying_key(&off), Err(KeyError::Point("alpha")));
}

#[test]
fn key_files_are_read_back_and_checked() {
    let (key, _) = key();
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("unsafe-development.key");
    let digest = write_key(&path, &key).expect("it can be written");
    let names: Vec<_> = std::fs::read_dir(directory.path()).expect("it is there").collect();
    assert_eq!(names.len(), 1, "no partial file is left");
    assert_eq!(read_key(&path, None).expect("it is read"), key);
    assert_eq!(read_key(&path, Some(&digest)).expect("it is the one expected"), key);
    assert!(matches!(read_key(&path, Some(&[1; 32])), Err(FileError::Digest { .. })));
    let bytes = std::fs::read(&path).expect("a file");
    let refused = |bytes: &[u8]| {
        std::fs::write(&path, bytes).expect("it can be written");
        read_key(&path, None).expect_err("it is not what was written")
    };
    assert!(matches!(refused(&bytes[..bytes.len() - 1]), FileError::Length { .. }));
    assert!(matches!(refused(&bytes[..20]), FileError::Magic));
    for (at, expected) in
        [(0, "Magic"), (8, "Version"), (60, "Digest"), (84, "Digest"), (bytes.len() - 1, "Digest")]
    {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        assert!(format!("{:?}", refused(&bytes)).starts_with(expected), "byte {at}");
    }
}

#[test]
fn exports_have_snarkjss_shape() {
    let (key, r1cs) = key();
    let (proof, inputs) = proof(&key, 9);
    let vk = verification_key_json(&key.proving.vk);
    assert_eq!(vk["nPublic"], 2);
    assert_eq!(vk["IC"].as_array().map(Vec::len), Some(3));
    assert_eq!(vk["vk_beta_2"][2], serde_json::json!(["1", "0"]));
    assert_eq!(proof_json(&proof)["pi_a"][2], "1");
    assert_eq!(public_json(&inputs)[0], inputs[0].to_string());
    let mut bytes = Vec::new();
    write_r1cs(&r1cs, &mut bytes).expect("memory takes it");
    // Header, and three sections of the sizes they say.
    let mut at = 12;
    for _ in 0..3 {
        let size = u64::from_le_bytes(core::array::from_fn(|i| bytes[at + 4 + i])) as usize;
        at += 12 + size;
    }
    assert_eq!(at, bytes.len());
    assert!(matches!(read_zkey(&bytes, &r1cs), Err(ZkeyError::Malformed(_))));
}
