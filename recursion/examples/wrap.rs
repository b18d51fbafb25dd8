//! Takes a small program through all stages, and writes the last STARK and the proofs before it to a directory.
//!
//! `cargo run --release -p zkrom-recursion --example wrap -- DIRECTORY`; with `small`, few queries and no work.

use std::path::{Path, PathBuf};
use std::time::Duration;

use zkrom_asm::file::write_atomic;
use zkrom_asm::{Files, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::{Executor, Input, Program};
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::pipeline::{Last, Parameters, WrapFile, compress_key, join_key, wrap_block};
use zkrom_stark::key::ProvingKey;
use zkrom_stark::proof::FileFormat;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = PathBuf::from(arguments.next().ok_or("a directory is expected")?);
    let small = arguments.next().is_some_and(|a| a == "small");
    let parameters = if small { Parameters::testing() } else { Parameters::standard() };
    std::fs::create_dir_all(&directory)?;
    let mut progress = |name: &str, time: Option<Duration>| {
        if let Some(time) = time {
            eprintln!("{name}: {time:.2?}");
        }
    };

    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs/statement.zkasm");
    let image = assemble(&source, &Files::Disk, &Options::default()).map_err(|e| format!("{e:?}"))?.image;
    let private = [9, 1, 4, 5, 7, 8, 70, 80_u64].map(alloy_primitives::U256::from).to_vec();
    let program = Program::load(&image, &Hints::default()).map_err(|e| format!("{e:?}"))?;
    let input = Input { private, ..Input::default() };
    let record = Executor::new(&program, input).record().map_err(|e| e.render(&()))?;
    let key = ProvingKey::new(image, parameters.block);
    let proof = key.prove(&record)?;

    // The keys of this shape and of join are enough here.
    let compress = compress_key(proof.shape, &parameters, &mut progress)?.key.digest();
    let keys = KeySet::new(&[compress, join_key(&parameters, &mut progress).digest()]);
    let last = Last::new(&parameters, &mut progress);
    let block = (&proof, &key.verifying);
    let wrapped = wrap_block(&parameters, &keys, &last, block, Some(&directory), &mut progress)?;
    write_atomic(&directory.join("wrap.zkwrap"), &WrapFile { proof: wrapped }.to_bytes())?;
    Ok(())
}
