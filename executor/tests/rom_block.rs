//! The ROM's block layer (`rom/block`) on real and changed headers, against the decoder and the rules of `zkrom-witness`.

use std::{path::Path, sync::OnceLock};

use alloy_primitives::{B64, B256, U256, keccak256};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::{Assembly, Files, Options, assemble, source_map::SourceMap};
use zkrom_executor::{Executor, Input, Location, Outcome, Program, hints::Hints};
use zkrom_witness::{
    BlockInput, ChainConfig, ForkName,
    block::{Block, decode_header},
    header::check_header,
    rom_input, samples, vectors,
};

fn rom() -> &'static (Assembly, Program) {
    static ROM: OnceLock<(Assembly, Program)> = OnceLock::new();
    ROM.get_or_init(|| {
        let options = Options { require_headers: true, ..Options::default() };
        let assembly = assemble(Path::new("../rom/tests/header.zkasm"), &Files::Disk, &options)
            .unwrap_or_else(|e| panic!("{}", e.render()));
        let program = Program::load(&assembly.image, &Hints::default()).unwrap();
        (assembly, program)
    })
}

/// A source map as the executor's reports take it.
struct Places<'a>(&'a SourceMap);

impl zkrom_executor::SourceMap for Places<'_> {
    fn locate(&self, upc: u32) -> Option<Location> {
        let place = self.0.rows.get(upc as usize)?;
        Some(Location {
            file: self.0.files.get(place.file as usize)?.clone(),
            line: place.line,
            procedure: self.0.unit(upc as usize)?.name.clone(),
        })
    }
}

/// Runs the program; a failure is the name of the procedure it stuck in, or the report.
fn run_words(private: Vec<U256>) -> Result<Outcome, String> {
    use zkrom_executor::SourceMap as _;
    let (assembly, program) = rom();
    let places = Places(&assembly.source_map);
    Executor::new(program, Input { private, ..Input::default() }).run().map_err(|e| {
        let procedure = places.locate(e.0.upc).map_or_else(String::new, |l| l.procedure);
        if procedure.starts_with("invalid_")
            || procedure.starts_with("unsupported_")
            || procedure.starts_with("missing_")
        {
            procedure
        } else {
            e.render(&places)
        }
    })
}

fn run(input: &BlockInput, config: &ChainConfig) -> Result<Outcome, String> {
    run_words(rom_input(input, config))
}

/// Whether a block's header is right, by the witness crate; an error says what is not.
fn oracle(input: &BlockInput, config: &ChainConfig) -> Result<Block, String> {
    let block = input.decode().map_err(|e| e.to_string())?;
    let parent = decode_header(&input.witness.headers[0], "parent").map_err(|e| e.to_string())?;
    let fork = config.fork_at(block.header.number, block.header.timestamp).map_err(|e| e.to_string())?;
    if keccak256(&input.witness.headers[0]) != block.header.parent_hash {
        return Err("parentHash".into());
    }
    check_header(&block, &parent, fork).map_err(|e| e.to_string())?;
    if fork.rules > ForkName::Cancun { Err("unsupported".into()) } else { Ok(block) }
}

fn word(n: u64) -> U256 {
    U256::from(n)
}

fn hash(bytes: B256) -> U256 {
    bytes.into()
}

fn check(input: &BlockInput, name: &str) {
    let config = input.config().unwrap();
    let expected = oracle(input, &config).unwrap_or_else(|e| panic!("{name}: {e}"));
    let header = &expected.header;
    let outcome = run(input, &config).unwrap_or_else(|e| panic!("{name}: {e}"));
    let parent = decode_header(&input.witness.headers[0], "parent").unwrap();
    let fork = config.fork_at(header.number, header.timestamp).unwrap();
    let headers = &input.witness.headers;
    let oldest = decode_header(headers.last().unwrap(), "ancestor").unwrap();
    let out = &outcome.public_out;
    assert_eq!(out[0], hash(config.config_hash()), "{name}");
    assert_eq!(out[1], word(config.chain_id));
    assert_eq!(out[2], word(header.number));
    assert_eq!(out[3], hash(parent.hash_slow()));
    assert_eq!(out[4], hash(expected.hash));
    assert_eq!(out[5], hash(parent.state_root));
    assert_eq!(out[6], hash(header.state_root));
    assert_eq!(out[7], word(fork.rules.id() - 1));
    let transactions: usize = expected.transactions.iter().map(alloy_rlp::Encodable::length).sum();
    assert_eq!(out[8], word(transactions as u64));
    let withdrawals: usize = expected.withdrawals.iter().flatten().map(alloy_rlp::Encodable::length).sum();
    assert_eq!(out[9], word(withdrawals as u64));
    assert_eq!(out[10], word(headers.len() as u64 + 1));
    assert_eq!(out[11], hash(oldest.parent_hash));
    assert_eq!(out[12], hash(header.mix_hash));
    assert_eq!(out[13], word(header.base_fee_per_gas.unwrap()));
    assert_eq!(out[14], word(fork.blobs.map_or(0, |b| b.base_fee_update_fraction)));
    assert_eq!(out[15], hash(header.beneficiary.into_word()));
    println!("{name}: {} rows, {} headers", outcome.rows, headers.len());
}

#[test]
fn headers_of_samples() {
    for sample in &samples::SAMPLES {
        check(&sample.make().unwrap(), sample.name);
    }
}

#[test]
fn headers_of_real_blocks() {
    let Some(folder) = vectors::find_or_skip("blocks", "headers_of_real_blocks") else { return };
    let mut done = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.ends_with(".json.gz") {
            continue;
        }
        let input = BlockInput::load(&path).unwrap();
        if name.contains("shanghai") || name.contains("cancun") {
            check(&input, &name);
            done += 1;
        } else if let Ok(config) = input.config() {
            // Merge block: the parent is of proof of work. Later forks and earlier ones are refused by name.
            let got = run(&input, &config);
            match oracle(&input, &config) {
                Ok(_) => assert!(got.is_ok(), "{name}: {got:?}"),
                Err(e) => assert!(got.is_err(), "{name}: {e}, but the ROM accepts it"),
            }
            println!("{name}: {:?}", got.map(|o| o.rows));
        }
    }
    assert!(done >= 10, "{done} blocks");
}

/// Puts a header in the place of the block's own.
fn with_header(input: &BlockInput, header: &[u8]) -> BlockInput {
    let block = input.decode().unwrap();
    let old = alloy_rlp::encode(&block.header);
    let at = input.block.windows(old.len()).position(|w| w == old).unwrap();
    let payload = [header, &input.block[at + old.len()..]].concat();
    let mut rlp = vec![];
    alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut rlp);
    rlp.extend(payload);
    BlockInput { block: rlp.into(), ..input.clone() }
}

/// One change of a header or of its parent; the parent's hash is mended.
fn mutate(input: &BlockInput, rng: &mut ChaCha8Rng) -> BlockInput {
    let mut header = input.decode().unwrap().header;
    let mut parent = decode_header(&input.witness.headers[0], "parent").unwrap();
    let near = |rng: &mut ChaCha8Rng, x: u64| match rng.random_range(0..4) {
        0 => x.wrapping_add(rng.random_range(0..3)),
        1 => x.wrapping_sub(rng.random_range(0..3)),
        2 => rng.random_range(0..=x.saturating_mul(2)),
        _ => rng.random::<u64>() >> rng.random_range(0..64),
    };
    match rng.random_range(0..20) {
        0 => header.number = near(rng, header.number),
        1 => header.timestamp = near(rng, header.timestamp),
        2 => header.gas_limit = near(rng, header.gas_limit),
        3 => {
            let bound = parent.gas_limit / 1024;
            header.gas_limit = parent.gas_limit + bound - rng.random_range(0..3);
        }
        4 => header.gas_limit = parent.gas_limit - parent.gas_limit / 1024 + rng.random_range(0..3),
        5 => header.gas_used = near(rng, header.gas_limit),
        6 => header.base_fee_per_gas = header.base_fee_per_gas.map(|x| near(rng, x)),
        7 => header.difficulty = word(rng.random_range(0..2)),
        8 => header.nonce = B64::from(rng.random_range(0..2u64).to_be_bytes()),
        9 => header.extra_data = vec![7; rng.random_range(30..36)].into(),
        10 => header.excess_blob_gas = header.excess_blob_gas.map(|x| near(rng, x)),
        11 => header.ommers_hash[rng.random_range(0..32)] ^= 1,
        12 => header.requests_hash = Some(B256::ZERO),
        13 => {
            // A parent with other gas, and the base fee that follows half of the times.
            parent.gas_used = near(rng, parent.gas_limit / 2).min(parent.gas_limit);
            header.base_fee_per_gas =
                parent.next_block_base_fee(alloy_eips::eip1559::BaseFeeParams::ethereum());
            if rng.random() {
                header.base_fee_per_gas = header.base_fee_per_gas.map(|x| near(rng, x));
            }
        }
        14 => {
            parent.gas_used = parent.gas_limit / 2 + rng.random_range(0..2);
            parent.base_fee_per_gas = Some(rng.random_range(0..20));
            header.base_fee_per_gas =
                parent.next_block_base_fee(alloy_eips::eip1559::BaseFeeParams::ethereum());
        }
        15 if parent.excess_blob_gas.is_some() => {
            let blobs = rng.random_range(0..7) * 131_072;
            parent.blob_gas_used = Some(blobs);
            parent.excess_blob_gas = Some(rng.random_range(0..5) * 131_072);
            let sum = blobs + parent.excess_blob_gas.unwrap();
            header.excess_blob_gas = Some(sum.saturating_sub(3 * 131_072) + rng.random_range(0..2));
        }
        16 => header.withdrawals_root = None,
        17 => header.parent_hash[rng.random_range(0..32)] ^= 1,
        18 => (header.blob_gas_used, header.excess_blob_gas) = (None, None),
        _ => header.state_root = B256::from(rng.random::<[u8; 32]>()),
    }
    let mut input = input.clone();
    let old = decode_header(&input.witness.headers[0], "parent").unwrap();
    if old != parent {
        header.parent_hash = parent.hash_slow();
        input.witness.headers = vec![alloy_rlp::encode(&parent).into()];
    }
    with_header(&input, &alloy_rlp::encode(&header))
}

#[test]
fn changed_headers_agree_with_the_oracle() {
    let mut rng = ChaCha8Rng::seed_from_u64(20);
    let bases: Vec<_> =
        ["transfer", "peer-transfer"].map(|n| samples::find(n).unwrap().make().unwrap()).into();
    let (mut good, mut bad) = (0, std::collections::BTreeMap::new());
    for i in 0..1500 {
        let base = &bases[i % bases.len()];
        let config = base.config().unwrap();
        let input = mutate(base, &mut rng);
        match (oracle(&input, &config), run(&input, &config)) {
            (Ok(_), Ok(_)) => good += 1,
            (Err(_), Err(e)) if e.starts_with("invalid_") => *bad.entry(e).or_insert(0) += 1,
            (oracle, got) => panic!("{i}: {:?}, {:?}", oracle.map(|_| ()), got.map(|o| o.rows)),
        }
    }
    println!("{good} accepted, refused {bad:?}");
    assert!(good >= 100 && bad.len() >= 9);
}

/// A byte of the header's RLP changed, removed or inserted: canonical or refused, as the strict decoder says.
#[test]
fn broken_header_rlp_agrees_with_the_oracle() {
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let input = samples::find("transfer").unwrap().make().unwrap();
    let config = input.config().unwrap();
    let header = alloy_rlp::encode(&input.decode().unwrap().header);
    let (mut good, mut bad) = (0, 0);
    for i in 0..1500 {
        let mut rlp = header.clone();
        let at = rng.random_range(0..rlp.len());
        match rng.random_range(0..4) {
            0 => rlp[at] = rng.random(),
            1 => rlp[at] ^= 1 << rng.random_range(0..8),
            2 => {
                rlp.remove(at);
                if rng.random() {
                    rlp[2] = rlp[2].wrapping_sub(1);
                }
            }
            _ => {
                rlp.insert(at, *[0, 0x80, 0x81, rng.random()].get(rng.random_range(0..4)).unwrap());
                if rng.random() {
                    rlp[2] = rlp[2].wrapping_add(1);
                }
            }
        }
        let input = with_header(&input, &rlp);
        match (oracle(&input, &config), run(&input, &config)) {
            (Ok(_), Ok(_)) => good += 1,
            (Err(_), Err(_)) => bad += 1,
            (oracle, got) => panic!("{i}: {:?}, {:?}", oracle.map(|_| ()), got.map(|o| o.rows)),
        }
    }
    println!("{good} accepted, {bad} refused");
    assert!(good > 0 && bad > 0);
}

#[test]
fn broken_chains_and_configs_are_refused() {
    let input = samples::find("transfer").unwrap().make().unwrap();
    let config = input.config().unwrap();
    let mut none = input.clone();
    none.witness.headers.clear();
    assert_eq!(run(&none, &config).unwrap_err(), "missing_parent_header");
    let mut twice = input.clone();
    let parent = twice.witness.headers[0].clone();
    twice.witness.headers.push(parent);
    assert_eq!(run(&twice, &config).unwrap_err(), "invalid_ancestors");
    let mut words = rom_input(&input, &config);
    words[1] = word(2);
    assert_eq!(run_words(words).unwrap_err(), "invalid_config");
    let mut words = rom_input(&input, &config);
    words[4] = word(2);
    assert_eq!(run_words(words).unwrap_err(), "invalid_config");
}
