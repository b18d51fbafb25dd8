//! Writes the sample blocks into a folder: `cargo run --release -p zkrom-witness --example sample -- FOLDER`

use zkrom_witness::samples::SAMPLES;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("expected a folder")?;
    for sample in SAMPLES {
        let path = format!("{folder}/{}.json", sample.name);
        sample.make()?.save(&path)?;
        println!("{path}: {}", sample.about);
    }
    Ok(())
}
