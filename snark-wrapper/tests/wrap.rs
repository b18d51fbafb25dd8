//! A toy wrap STARK through the whole circuit and Groth16. It takes minutes: `--ignored`.

use p3_field::PrimeCharacteristicRing;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use zkrom_snark_wrapper::circuit::{WrapCircuit, WrapError, Wrapped};
use zkrom_snark_wrapper::groth16::{VerifyError, prove, unsafe_development_key, verify};
use zkrom_snark_wrapper::statement::{DIGEST, PUBLIC_VALUES};
use zkrom_snark_wrapper::testing::{PARAMS, ToyProof};
use zkrom_snark_wrapper::verifier::Verifier;
use zkrom_stark::field::Val;

/// The statement has one public value too many for a toy, whose last is its bits'; so the toy's table of bits is cut: its values are those of a statement, the last limb being the sum.
fn toy(seed: u64) -> ToyProof {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let statement: Vec<Val> = (0..PUBLIC_VALUES - 1)
        .map(|i| {
            if i < 2 * DIGEST {
                Val::from_u32(rng.random_range(0..0x7f00_0001))
            } else {
                Val::from_u16(rng.random())
            }
        })
        .collect();
    ToyProof::new(PARAMS, [5, 4, 3, 3], &statement, |_, _| {})
}

#[test]
#[ignore = "minutes"]
fn a_toy_goes_to_groth16() {
    let toy = toy(1);
    toy.native(&toy.proof, &toy.public).expect("p3 accepts it");
    let child = toy.child();
    let plan = child.plan();
    let keys_root = core::array::from_fn(|i| {
        use p3_field::PrimeField32;
        toy.public[2][i].as_canonical_u32()
    });
    let verifier = Verifier { child: &child, plan: &plan, cap_height: PARAMS.cap_height, key: toy.key() };
    let circuit = WrapCircuit { verifier, public_table: 2, keys_root };
    let wrapped =
        Wrapped { proof: &toy.proof, public: &toy.public, program_digest: [3; 32], machine_digest: [4; 32] };
    let now = std::time::Instant::now();
    let witness = circuit.witness(PARAMS, &wrapped).expect("an honest proof");
    println!("witness of {} variables: {:?}", witness.values.len(), now.elapsed());
    let statement = circuit.statement(&wrapped).expect("a statement");
    assert_eq!(witness.values[1], statement.public_input());

    let mut public = toy.public.clone();
    public[2][20] += Val::ONE;
    let other = Wrapped { public: &public, ..wrapped };
    assert!(matches!(circuit.witness(PARAMS, &other), Err(WrapError::Refused(_) | WrapError::Invalid(_))));

    let now = std::time::Instant::now();
    let (r1cs, _) = circuit.constraints();
    println!("{} constraints: {:?}", r1cs.num_constraints(), now.elapsed());
    let now = std::time::Instant::now();
    let key = unsafe_development_key(&r1cs);
    println!("set-up: {:?}", now.elapsed());
    let now = std::time::Instant::now();
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let proof = prove(&key.proving, &witness, &mut rng, &mut |_, _, _| {}).expect("a proof");
    println!("proof: {:?}", now.elapsed());
    let input = statement.public_input();
    verify(&key.proving.vk, &[input], &proof).expect("it verifies");
    assert_eq!(verify(&key.proving.vk, &[input + input], &proof), Err(VerifyError::Equation));
}
