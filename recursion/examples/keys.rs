//! Makes the keys of all compress circuits and of the join circuit and writes `recursion/keys.txt`.
//!
//! `cargo run --release -p zkrom-recursion --example keys`

use std::path::Path;
use std::time::Duration;

use zkrom_recursion::pipeline::{Parameters, keys_to_text, make_keys};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut done = 0;
    let mut progress = |name: &str, time: Option<Duration>| {
        if let Some(time) = time {
            done += usize::from(name.ends_with("key"));
            eprintln!("{done}: {name} {time:.2?}");
        }
    };
    let keys = make_keys(&Parameters::standard(), &mut progress)?;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("keys.txt");
    zkrom_asm::file::write_atomic(&path, keys_to_text(&keys).as_bytes())?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
