//! The whole program (`rom/main.zkasm`) on sample blocks and real ones: it halts with the statement's words.

mod rom;

use std::time::Instant;

use alloy_primitives::{B256, U256};
use rom::Rom;
use zkrom_witness::{BlockInput, check_block, rom_input, samples, vectors};

/// Real blocks whose transactions and precompiles are covered.
const BLOCKS: [&str; 8] = [
    "21429992_cancun",
    "21429020_cancun",
    "21688509_cancun",
    "20852412_cancun",
    "19426587_cancun",
    "18884864_shanghai",
    "17106222_shanghai",
    "15537394_paris",
];

fn word(hash: B256) -> U256 {
    U256::from_be_bytes(hash.0)
}

fn accept(rom: &Rom, name: &str, input: &BlockInput) {
    let config = input.config().unwrap();
    let outcome = check_block(input, &config).unwrap();
    let start = Instant::now();
    let run = rom.run(rom_input(input, &config)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let seconds = start.elapsed().as_secs_f64();
    let header = input.decode().unwrap().header;
    let parent = zkrom_witness::block::decode_header(&input.witness.headers[0], "parent").unwrap();
    let number = U256::from(header.number);
    let expected = [
        word(config.config_hash()),
        U256::from(config.chain_id),
        number,
        number,
        word(header.parent_hash),
        word(outcome.hash),
        word(parent.state_root),
        word(outcome.state_root),
    ];
    assert_eq!(run.public_out[..8], expected, "{name}");
    println!("{name}: {} rows, {seconds:.3} s, {} gas", run.rows, header.gas_used);
    if std::env::var_os("ZKROM_ROWS").is_some() {
        rom.print_rows(&run);
    }
}

#[test]
fn samples_are_valid() {
    let rom = Rom::main();
    for sample in samples::SAMPLES {
        accept(&rom, sample.name, &sample.make().unwrap());
    }
}

#[test]
fn real_blocks_are_valid() {
    let Some(folder) = vectors::find_or_skip("blocks", "real blocks") else { return };
    let rom = Rom::main();
    for name in BLOCKS {
        let path = folder.join(format!("mainnet_{name}.json.gz"));
        if path.exists() {
            accept(&rom, name, &BlockInput::load(path).unwrap());
        }
    }
}
