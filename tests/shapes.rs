//! Rows each chip needs for real runs: what the shape table is fitted to (`docs/shapes.md`).
#![allow(missing_docs, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use zkrom_asm::{Files, Image, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::{Executor, Input, Program};
use zkrom_stark::machine::{ChipId, rows};
use zkrom_witness::{BlockInput, rom_input, samples, vectors};

fn main_rom() -> Image {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rom/main.zkasm");
    assemble(&path, &Files::Disk, &Options::default()).expect("the ROM assembles").image
}

fn measure(program: &Program, block: &BlockInput) -> Result<Vec<usize>, String> {
    let config = block.config().map_err(|e| e.to_string())?;
    let private = rom_input(block, &config);
    if let Ok(folder) = std::env::var("ZKROM_WORDS") {
        let words: Vec<String> = private.iter().map(|w| format!("\"{w:#x}\"")).collect();
        std::fs::write(Path::new(&folder).join("words.json"), format!("[{}]", words.join(",")))
            .map_err(|e| e.to_string())?;
    }
    let record = Executor::new(program, Input { private, ..Input::default() })
        .record()
        .map_err(|e| e.render(&()).lines().next().unwrap_or_default().to_owned())?;
    Ok(rows(&record))
}

/// Counts the rows of all samples and of the real blocks at hand that the ROM covers; writes `ZKROM_COUNTS` (JSON) where it is set.
#[test]
#[ignore = "minutes on large blocks; run by hand to fit the shapes"]
fn counts() {
    let program = Program::load(&main_rom(), &Hints::default()).expect("the image loads");
    let mut runs: Vec<(String, BlockInput)> =
        samples::SAMPLES.iter().map(|s| (s.name.to_owned(), s.make().expect("the sample is made"))).collect();
    if let Some(folder) = vectors::find_or_skip("blocks", "real blocks") {
        let mut files: Vec<_> =
            std::fs::read_dir(folder).expect("a folder").map(|f| f.expect("a file").path()).collect();
        files.sort_by_key(|f| f.metadata().map_or(0, |m| m.len()));
        let largest = std::env::var("ZKROM_LARGEST").map_or(2_100_000, |v| v.parse().expect("bytes"));
        for file in files {
            let name = file.file_name().expect("a name").to_string_lossy().into_owned();
            if !name.ends_with(".json.gz") || file.metadata().map_or(0, |m| m.len()) > largest {
                continue;
            }
            runs.push((
                name.trim_end_matches(".json.gz").to_owned(),
                BlockInput::load(&file).expect("a block"),
            ));
        }
    }
    let only = std::env::var("ZKROM_ONLY").unwrap_or_default();
    let mut all = BTreeMap::new();
    for (name, block) in runs.into_iter().filter(|(n, _)| n.contains(&only)) {
        match measure(&program, &block) {
            Ok(counts) => {
                let shown: Vec<String> =
                    ChipId::ALL.iter().map(|&c| format!("{} {}", c.name(), counts[c as usize])).collect();
                println!("{name}: {}", shown.join(", "));
                all.insert(name, counts);
            }
            Err(error) => println!("{name}: {error}"),
        }
    }
    if let Ok(path) = std::env::var("ZKROM_COUNTS") {
        std::fs::write(path, serde_json::to_string(&all).expect("numbers encode")).expect("it is written");
    }
}
