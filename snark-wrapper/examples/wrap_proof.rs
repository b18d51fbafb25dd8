//! Verifies a last STARK, as `zkrom-recursion`'s example `wrap` writes it, in the circuit, and prints what it costs.
//!
//! `cargo run --release -p zkrom-snark-wrapper --example wrap_proof -- FILE.zkwrap [small] [groth16]`; with `groth16`, a key is made for development and a proof with it.

use std::path::PathBuf;
use std::time::Instant;

use p3_field::PrimeField32;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use zkrom_recursion::pipeline::{Last, Parameters, WrapFile};
use zkrom_recursion::tables::{TableId, public_values};
use zkrom_snark_wrapper::circuit::{WrapCircuit, Wrapped};
use zkrom_snark_wrapper::groth16::{prove, unsafe_development_key, verify};
use zkrom_snark_wrapper::r1cs::{Builder, Mode};
use zkrom_snark_wrapper::verifier::{Verifier, Words, estimate, window};
use zkrom_stark::proof::FileFormat;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let path = PathBuf::from(arguments.first().ok_or("a file is expected")?);
    let has = |word: &str| arguments.iter().any(|a| a == word);
    let parameters = if has("small") { Parameters::testing() } else { Parameters::standard() };
    let params = parameters.wrap.params;
    let last = Last::new(&parameters, &mut |_, _| {});
    let file = WrapFile::from_bytes(&std::fs::read(path)?)?;
    let now = Instant::now();
    last.wrap.verifying.verify(&file.proof, params)?;
    println!("p3 accepts it: {:.2?}", now.elapsed());
    let public = public_values(&file.proof.public, &file.proof.points);
    let child = last.wrap_child();
    let plan = child.plan();
    let verifier = || Verifier {
        child: &child,
        plan: &plan,
        cap_height: params.cap_height,
        key: &last.wrap.verifying.preprocessed,
    };
    let now = Instant::now();
    let mut b = Builder::new(Mode::Witness);
    let mut words = Words::new(&plan, params, &file.proof.stark, &public)?;
    verifier().verify(&mut b, &mut words)?;
    println!("the circuit says {:?}: {:.2?}", b.failure(), now.elapsed());
    let matrices = || plan.batches.iter().flat_map(|b| &b.matrices);
    println!(
        "{} columns, {} claimed values, heights {:?}, arities {:?}, {} queries, {} powers",
        matrices().map(|m| m.width).sum::<usize>(),
        matrices().map(|m| m.width * m.points).sum::<usize>(),
        child.log_heights,
        plan.log_arities,
        plan.params.num_queries,
        window(&plan)
    );
    println!("{} constraints", b.num_constraints());
    for (part, n) in b.counts() {
        println!("{n:10} {part}");
    }
    println!("{} estimated, the AIRs' constraints left out", estimate(&plan, params.cap_height).total());
    if !has("groth16") {
        return Ok(());
    }
    let table = TableId::ALL.iter().position(|&id| id == TableId::Values).ok_or("a table of values")?;
    let circuit = WrapCircuit {
        verifier: verifier(),
        public_table: table,
        keys_root: core::array::from_fn(|i| public[table][i].as_canonical_u32()),
    };
    // The digests only have to be some: what they are of is the contract's to know.
    let wrapped = Wrapped {
        proof: &file.proof.stark,
        public: &public,
        program_digest: [1; 32],
        machine_digest: [2; 32],
    };
    let time = |name: &str, now: Instant| println!("{name}: {:.1?}", now.elapsed());
    let now = Instant::now();
    let witness = circuit.witness(params, &wrapped)?;
    time("witness", now);
    let now = Instant::now();
    let (r1cs, _) = circuit.constraints();
    time("constraints", now);
    println!("{} constraints", r1cs.num_constraints());
    let now = Instant::now();
    let key = unsafe_development_key(&r1cs);
    time("set-up", now);
    drop(r1cs);
    let now = Instant::now();
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let proof = prove(&key.proving, &witness, &mut rng, &mut |_, _, _| {})?;
    time("proof", now);
    verify(&key.proving.vk, &witness.values[1..2], &proof)?;
    println!("the Groth16 proof verifies");
    Ok(())
}
