//! Hostile private inputs of the block program: what is changed, and the verdict on it.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use alloy_primitives::{Address, B256, Bytes, U256, keccak256};
use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use zkrom_witness::{
    BlockError, BlockInput, ChainConfig, ForkName, Witness, check_block,
    fork::{Activation, BlobSchedule, Fork},
    rom_input,
};

use crate::rom::Rom;

/// The statement's words.
pub type Words = [U256; 8];

/// A block and its honest statement.
pub struct Subject {
    pub name: String,
    pub input: BlockInput,
    pub config: ChainConfig,
    pub honest: Words,
}

fn word(hash: B256) -> U256 {
    U256::from_be_bytes(hash.0)
}

/// What is compared with the header after all else: a block refused for this alone would be accepted with another header.
const LAST_CHECKS: [&str; 7] = [
    "invalid_block_gas_used",
    "invalid_logs_bloom",
    "invalid_blob_gas_used",
    "invalid_state_root",
    "invalid_transactions_root",
    "invalid_receipts_root",
    "invalid_withdrawals_root",
];

/// Whether the oracle's error leaves room for a valid block with another header or a larger witness.
fn may_be_resealed(error: &BlockError) -> bool {
    let results = [
        "gasUsed",
        "transactionsRoot",
        "withdrawalsRoot",
        "receiptsRoot",
        "logsBloom",
        "blobGasUsed",
        "stateRoot",
    ];
    let text = error.to_string();
    error.is_incomplete_witness()
        || matches!(error, BlockError::Header(_)) && results.iter().any(|r| text.contains(r))
}

/// The words that a valid block proves; the oracle's error where it is not.
fn statement(input: &BlockInput, config: &ChainConfig) -> Result<Words, BlockError> {
    let outcome = check_block(input, config)?;
    let header = input.decode()?.header;
    let number = U256::from(header.number);
    Ok([
        word(config.config_hash()),
        U256::from(config.chain_id),
        number,
        number,
        word(header.parent_hash),
        word(outcome.hash),
        word(outcome.pre_state_root),
        word(outcome.state_root),
    ])
}

impl Subject {
    pub fn new(name: &str, input: BlockInput) -> Self {
        let config = input.config().unwrap();
        let honest = statement(&input, &config).unwrap_or_else(|e| panic!("{name}: {e}"));
        Self { name: name.to_owned(), input, config, honest }
    }

    /// Where the block's transactions, ommers and withdrawals are in its bytes.
    pub fn body(&self) -> std::ops::Range<usize> {
        let mut rest = &self.input.block[..];
        let outer = alloy_rlp::Header::decode(&mut rest).unwrap();
        assert_eq!(outer.payload_length, rest.len());
        let header = alloy_rlp::Header::decode(&mut rest).unwrap();
        self.input.block.len() - (rest.len() - header.payload_length)..self.input.block.len()
    }

    pub fn words(&self) -> Vec<U256> {
        rom_input(&self.input, &self.config)
    }
}

/// The reasons for refusals, counted, and what went wrong.
#[derive(Default)]
pub struct Tally {
    pub accepted: usize,
    /// Accepted under a config that is not in canonical form, and said to be.
    pub other_config: usize,
    pub refused: BTreeMap<String, usize>,
    pub wrong: Vec<String>,
}

impl Tally {
    pub fn print(&self, what: &str) {
        let refused: usize = self.refused.values().sum();
        let mut out = format!("{what}: {} accepted as the oracle does, ", self.accepted);
        if self.other_config > 0 {
            let _ = write!(out, "{} under another config, ", self.other_config);
        }
        let _ = write!(out, "{refused} refused:");
        for (why, n) in &self.refused {
            let _ = write!(out, " {why} {n},");
        }
        println!("{out}");
    }

    pub fn total(&self) -> usize {
        self.accepted + self.refused.values().sum::<usize>()
    }

    /// The program's verdict on a changed block must be the oracle's.
    pub fn judge(&mut self, rom: &Rom, what: &str, input: &BlockInput, config: &ChainConfig) {
        let oracle = statement(input, config);
        match (run(rom, rom_input(input, config)), oracle) {
            (Ok(words), Ok(expected)) if words == expected => self.accepted += 1,
            (Err(why), Err(error)) if LAST_CHECKS.contains(&&*why) && !may_be_resealed(&error) => {
                self.wrong.push(format!("{what}: {why}, so another header would do, the oracle {error}"));
            }
            (Err(why), Err(_)) => *self.refused.entry(why).or_default() += 1,
            // What the program does not cover yet is refused: no proof, but nothing false.
            (Err(why), Ok(_)) if why.starts_with("unsupported") => {
                *self.refused.entry(why).or_default() += 1;
            }
            (got, expected) => self.wrong.push(format!("{what}: {got:?}, the oracle {expected:?}")),
        }
    }

    /// Words of no form that a block file has: what the program accepts must be true all the same.
    pub fn judge_words(&mut self, rom: &Rom, what: &str, words: Vec<U256>, subject: &Subject) {
        let parsed = parse(&words, subject);
        let named = config_hash(&words);
        match run(rom, words) {
            Ok(words) if words == subject.honest => self.accepted += 1,
            // A config that is none: its hash says so to whoever pins the true one's.
            Ok(words) if parsed.is_none() && named == Some(words[0]) && words[0] != subject.honest[0] => {
                self.other_config += 1;
            }
            Ok(words) => match parsed.map(|(input, config)| statement(&input, &config)) {
                Some(Ok(expected)) if expected == words => self.accepted += 1,
                other => self.wrong.push(format!("{what}: ACCEPTED {words:x?}, the oracle {other:x?}")),
            },
            Err(why) => *self.refused.entry(why).or_default() += 1,
        }
    }
}

/// The statement, or the procedure in which the run got stuck.
fn run(rom: &Rom, words: Vec<U256>) -> Result<Words, String> {
    match rom.run(words) {
        Ok(outcome) => Ok(outcome.public_out[..8].try_into().unwrap()),
        Err(report) => Err(reason(&report)),
    }
}

/// The procedure of a report's failing row, or the rule broken where that is no procedure of failure.
fn reason(report: &str) -> String {
    let mut lines = report.lines();
    let rule = lines.next().unwrap_or_default().trim_start_matches("error: ");
    let place = lines.next().unwrap_or_default();
    let procedure = place.split(['(', ')']).nth(1).and_then(|p| p.split(" at ").next()).unwrap_or_default();
    let named = ["invalid_", "missing_", "unsupported_", "wrong_"];
    if named.iter().any(|n| procedure.starts_with(n)) {
        return procedure.to_owned();
    }
    let rule: String = rule.chars().filter(|c| !c.is_ascii_digit()).take(40).collect();
    format!("[{rule} in {procedure}]")
}

/// The hash of the config that private words begin with.
fn config_hash(words: &[U256]) -> Option<U256> {
    let (length, rest) = words.split_first()?;
    let length = usize::try_from(*length).ok().filter(|n| *n <= 32 * rest.len())?;
    let bytes: Vec<u8> = rest[..length.div_ceil(32)].iter().flat_map(|w| w.to_be_bytes::<32>()).collect();
    Some(word(keccak256(&bytes[..length])))
}

/// The config of an encoding, if it is one.
fn decode_config(bytes: &[u8]) -> Option<ChainConfig> {
    let words: Vec<U256> = bytes.chunks_exact(32).map(U256::from_be_slice).collect();
    let number = |w: U256| u64::try_from(w).ok();
    let [_, chain_id, contract, _, lines @ ..] = &words[..] else { return None };
    let line = |w: &[U256]| {
        let rules = ForkName::ALL.into_iter().find(|f| U256::from(f.id()) == w[0])?;
        let at = number(w[2])?;
        let activation = if w[1].is_zero() { Activation::Block(at) } else { Activation::Time(at) };
        let blobs = BlobSchedule {
            target: number(w[3])?,
            max: number(w[4])?,
            base_fee_update_fraction: number(w[5])?,
        };
        Some(Fork { activation, rules, blobs: (rules >= ForkName::Cancun).then_some(blobs) })
    };
    let config = ChainConfig {
        chain_id: number(*chain_id)?,
        forks: lines.chunks_exact(6).map(line).collect::<Option<_>>()?,
        deposit_contract: Address::from_word(contract.to_be_bytes().into()),
    };
    (config.encode() == bytes).then_some(config)
}

/// The block, witness and config that private words stand for, where they are in the form that `rom_input` writes.
fn parse(words: &[U256], subject: &Subject) -> Option<(BlockInput, ChainConfig)> {
    struct Reader<'a>(&'a [U256]);
    impl Reader<'_> {
        fn word(&mut self) -> Option<usize> {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            usize::try_from(*first).ok().filter(|n| *n < 1 << 30)
        }
        fn blob(&mut self) -> Option<Bytes> {
            let len = self.word()?;
            let (words, rest) = self.0.split_at_checked(len.div_ceil(32))?;
            self.0 = rest;
            let mut bytes: Vec<u8> = words.iter().flat_map(|w| w.to_be_bytes::<32>()).collect();
            bytes.truncate(len);
            Some(bytes.into())
        }
        fn blobs(&mut self) -> Option<Vec<Bytes>> {
            let count = self.word()?;
            (0..count).map(|_| self.blob()).collect()
        }
    }
    let mut reader = Reader(words);
    let config = decode_config(&reader.blob()?)?;
    let headers = reader.blobs()?;
    let block = reader.blob()?;
    let (codes, state) = (reader.blobs()?, reader.blobs()?);
    Some((BlockInput { block, witness: Witness { state, codes, headers }, ..subject.input.clone() }, config))
}

/// A list of the witness.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    Nodes,
    Codes,
    Headers,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Nodes, Self::Codes, Self::Headers];

    pub fn of(self, input: &mut BlockInput) -> &mut Vec<Bytes> {
        match self {
            Self::Nodes => &mut input.witness.state,
            Self::Codes => &mut input.witness.codes,
            Self::Headers => &mut input.witness.headers,
        }
    }
}

/// One way to change an item of a witness list.
pub fn change_item(list: &mut Vec<Bytes>, i: usize, way: usize, rng: &mut ChaCha8Rng) -> &'static str {
    let mut bytes = list[i].to_vec();
    let at = if bytes.is_empty() { 0 } else { rng.random_range(0..bytes.len()) };
    let name = match way {
        0 => {
            list.remove(i);
            return "deleted";
        }
        1 if !bytes.is_empty() => {
            bytes[at] ^= 1 << rng.random_range(0..8);
            "a bit flipped"
        }
        2 if !bytes.is_empty() => {
            *bytes.last_mut().unwrap() ^= 1;
            "the last bit flipped"
        }
        3 => {
            bytes.push(0);
            "a zero appended"
        }
        4 if !bytes.is_empty() => {
            bytes.pop();
            "the last byte cut"
        }
        5 => {
            list.push(list[i].clone());
            return "twice";
        }
        6 => {
            let j = rng.random_range(0..list.len());
            list.swap(i, j);
            return "swapped";
        }
        _ => {
            bytes.clear();
            "emptied"
        }
    };
    list[i] = bytes.into();
    name
}

/// Ways of [`change_item`].
pub const ITEM_WAYS: usize = 8;

/// Private words changed without regard to their form.
pub fn change_words(words: &mut Vec<U256>, rng: &mut ChaCha8Rng) -> String {
    let at = rng.random_range(0..words.len());
    // Lengths and counts are the small words: they get half of all changes.
    let small: Vec<usize> = (0..words.len()).filter(|i| words[*i] < U256::from(1 << 20)).collect();
    let at = if rng.random() { small[rng.random_range(0..small.len())] } else { at };
    let one = U256::ONE;
    let (name, value) = match rng.random_range(0..13) {
        0 => ("+ 1", words[at].wrapping_add(one)),
        1 => ("- 1", words[at].wrapping_sub(one)),
        2 => ("+ 32", words[at].wrapping_add(U256::from(32))),
        3 => ("- 32", words[at].wrapping_sub(U256::from(32))),
        4 => ("zero", U256::ZERO),
        5 => ("2^29 - 1", U256::from((1 << 29) - 1)),
        6 => ("+ 2^29", words[at].wrapping_add(U256::from(1 << 29))),
        7 => ("+ 2^32", words[at].wrapping_add(one << 32)),
        // The field's prime: the same number to a careless machine.
        8 => ("+ p", words[at].wrapping_add(U256::from(0x7f00_0001_u32))),
        9 => ("+ 2^255", words[at].wrapping_add(one << 255)),
        10 => ("max", U256::MAX),
        11 => {
            words.truncate(at);
            return format!("cut at word {at}");
        }
        _ => {
            let from = words[rng.random_range(0..words.len())];
            words.insert(at, from);
            return format!("a word inserted at {at}");
        }
    };
    words[at] = value;
    format!("word {at} {name}")
}

/// `n` of the places, all where there are fewer.
pub fn sampled(len: usize, n: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut all: Vec<usize> = (0..len).collect();
    all.shuffle(rng);
    all.truncate(n);
    all.sort_unstable();
    all
}

/// A seeded generator.
pub fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Distinct reasons of several tallies, for the assertion that the tests reach what they should.
pub fn reasons(tallies: &[&Tally]) -> HashMap<String, usize> {
    let mut out = HashMap::new();
    for (why, n) in tallies.iter().flat_map(|t| &t.refused) {
        *out.entry(why.clone()).or_default() += n;
    }
    out
}
