//! A toy circuit through a ceremony's files, for `verifier-sol/tools/ceremony-toy.mjs`.
//!
//! * `ceremony_toy r1cs FILE.r1cs` writes the circuit;
//! * `ceremony_toy prove FILE.zkey DIRECTORY` reads the ceremony's key and writes `verification_key.json`, `proof.json`, `public.json`;
//! * `ceremony_toy unsafe-development DIRECTORY` does so with a development key.

use std::fs::{File, create_dir_all, read, write};
use std::io::{BufWriter, Write};
use std::path::Path;

use ark_bn254::Fr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use zkrom_snark_wrapper::groth16::{
    ProvingKey, proof_json, prove, public_json, read_zkey, unsafe_development_key, verification_key_json,
    verify, write_r1cs,
};
use zkrom_snark_wrapper::koala::Felt;
use zkrom_snark_wrapper::poseidon2::permute;
use zkrom_snark_wrapper::r1cs::{Builder, Lc, Mode};

/// The first word of the permutation of `(x, x^-1, 1)` is public, and so is `x^2`, for a KoalaBear `x`.
fn circuit(mode: Mode, public: Option<&[Fr]>) -> (Builder, Vec<Fr>) {
    let mut b = Builder::new(mode);
    let inputs: Vec<Lc> = public.unwrap_or_default().iter().map(|&v| b.public_input(v)).collect();
    let x = Felt::alloc_canonical(&mut b, 1_234_567);
    let inverse = x.inverse(&mut b);
    let hash = permute(&mut b, &[x.lc().clone(), inverse.lc().clone(), Lc::one()]);
    let square = x.mul(&mut b, &x);
    let outputs = [&hash[0], square.lc()];
    for (input, output) in inputs.iter().zip(outputs) {
        b.enforce_equal(input, output);
    }
    let values = outputs.map(Lc::value).to_vec();
    (b, values)
}

fn write_proof(key: &ProvingKey, directory: &Path) {
    let (_, public) = circuit(Mode::Witness, None);
    let (b, _) = circuit(Mode::Witness, Some(&public));
    let mut rng = ChaCha20Rng::from_seed([7; 32]);
    let proof = prove(key, &b.into_witness(), &mut rng, &mut |stage, done, total| {
        eprintln!("{stage:?} {done}/{total}");
    })
    .expect("an honest witness");
    verify(&key.vk, &public, &proof).expect("our own verifier accepts it");
    create_dir_all(directory).expect("a directory");
    let files = [
        ("verification_key.json", verification_key_json(&key.vk)),
        ("proof.json", proof_json(&proof)),
        ("public.json", public_json(&public)),
    ];
    for (name, value) in files {
        write(directory.join(name), format!("{value:#}\n")).expect("the directory can be written to");
    }
}

fn main() {
    let (_, public) = circuit(Mode::Witness, None);
    let (r1cs, _) = circuit(Mode::Shape, Some(&public)).0.into_r1cs();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["r1cs", path] => {
            let mut out = BufWriter::new(File::create(path).expect("the file can be made"));
            write_r1cs(&r1cs, &mut out).expect("the file can be written");
            out.flush().expect("the file can be written");
        }
        ["prove", zkey, directory] => {
            let bytes = read(zkey).expect("the key can be read");
            match read_zkey(&bytes, &r1cs) {
                Ok(key) => write_proof(&key.proving, Path::new(directory)),
                Err(e) => {
                    eprintln!("refused: {e}");
                    std::process::exit(2);
                }
            }
        }
        ["unsafe-development", directory] => {
            write_proof(&unsafe_development_key(&r1cs).proving, Path::new(directory));
        }
        _ => panic!("see the documentation of this example"),
    }
}
