//! Bad blocks and bad witnesses: each is refused with an error that names what is wrong, and none panics.

use alloy_primitives::{Bytes, keccak256};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom_witness::{
    fork::ForkError,
    input::BlockInput,
    oracle::{BlockError, BlockOutcome, check_block},
    samples::{SAMPLES, find},
};

/// RLP as a tree, which can also be encoded wrongly.
#[derive(Clone)]
enum Tree {
    Text(Vec<u8>),
    List(Vec<Tree>),
    /// Bytes as they are.
    Raw(Vec<u8>),
}

impl Tree {
    fn parse(buf: &mut &[u8]) -> Self {
        let start = *buf;
        let header = alloy_rlp::Header::decode(buf).unwrap();
        let (mut payload, rest) = buf.split_at(header.payload_length);
        assert!(start.len() > rest.len());
        *buf = rest;
        if !header.list {
            return Self::Text(payload.to_vec());
        }
        let mut items = Vec::new();
        while !payload.is_empty() {
            items.push(Self::parse(&mut payload));
        }
        Self::List(items)
    }

    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Raw(bytes) => bytes.clone(),
            Self::Text(bytes) => alloy_rlp::encode(&bytes[..]),
            Self::List(items) => {
                let payload = items.iter().flat_map(Self::encode).collect::<Vec<_>>();
                let mut out = Vec::new();
                alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut out);
                out.extend(payload);
                out
            }
        }
    }

    fn at(&mut self, path: &[usize]) -> &mut Self {
        path.iter().fold(self, |tree, i| match tree {
            Self::List(items) => &mut items[*i],
            _ => panic!("no list"),
        })
    }

    fn text(&self) -> &[u8] {
        let Self::Text(bytes) = self else { panic!("no string") };
        bytes
    }
}

fn sample(name: &str) -> BlockInput {
    find(name).unwrap().make().unwrap()
}

fn check(input: &BlockInput) -> Result<BlockOutcome, BlockError> {
    check_block(input, &input.config().unwrap())
}

/// The error after one element of the block is replaced.
fn with(name: &str, path: &[usize], change: impl FnOnce(&Tree) -> Tree) -> String {
    let mut input = sample(name);
    let mut tree = Tree::parse(&mut &input.block[..]);
    let place = tree.at(path);
    *place = change(place);
    input.block = tree.encode().into();
    check(&input).unwrap_err().to_string()
}

const HEADER: usize = 0;
const TXS: usize = 1;
const NUMBER: usize = 8;

#[test]
fn non_canonical_rlp_is_refused_by_name() {
    let zero_first = |tree: &Tree| Tree::Text([&[0], tree.text()].concat());
    let long_form = |tree: &Tree| Tree::Raw([&[0xb8, tree.text().len() as u8], tree.text()].concat());
    let prefixed = |tree: &Tree| Tree::Raw(vec![0x81, tree.text()[0]]);
    let is = |got: String, what: &str, why: &str| {
        assert!(got.starts_with(&format!("RLP of {what} at byte ")) && got.contains(why), "{got}");
    };
    is(with("transfer", &[HEADER, NUMBER], zero_first), "block.header.number", "leading zeros");
    is(with("transfer", &[HEADER, NUMBER], prefixed), "block.header[8]", "length prefix");
    is(with("transfer", &[HEADER, 0], long_form), "block.header[0]", "long-form length 32");
    is(with("transfer", &[HEADER, 2], |_| Tree::Text(vec![7; 19])), "block.header.coinbase", "got 19 bytes");
    is(with("transfer", &[HEADER, 2], |_| Tree::List(vec![])), "block.header.coinbase", "got a list");
    is(
        with("transfer", &[HEADER, 9], |_| Tree::Text(vec![1; 9])),
        "block.header.gasLimit",
        "at most 8 bytes",
    );
    // A legacy transaction: leading zeros in the nonce, in r; a wrong v; a short address; one field more.
    let tx = [TXS, 0];
    let field = |i: usize| [TXS, 0, i];
    is(with("erc20", &field(1), zero_first), "block.transactions[0].gasPrice", "leading zeros");
    is(with("erc20", &field(7), zero_first), "block.transactions[0].r", "at most 32 bytes");
    is(with("erc20", &field(8), |_| Tree::Text(vec![0, 1])), "block.transactions[0].s", "leading zeros");
    is(with("erc20", &field(6), |_| Tree::Text(vec![29])), "block.transactions[0]", "");
    is(with("erc20", &field(3), |_| Tree::Text(vec![9; 21])), "block.transactions[0].to", "0 or 20 bytes");
    let longer = |tree: &Tree| {
        let Tree::List(items) = tree else { panic!("no list") };
        Tree::List([&items[..], &[Tree::Text(vec![1])]].concat())
    };
    is(with("erc20", &tx, longer), "block.transactions[0]", "expected 9 elements, got 10");
    // A typed transaction is a string: unknown type, empty string, bytes after the list.
    is(with("transfer", &tx, |_| Tree::Text(vec![5, 0xc0])), "block.transactions[0]", "type 0x05");
    is(with("transfer", &tx, |_| Tree::Text(vec![0, 0xc0])), "block.transactions[0]", "type 0x00");
    is(with("transfer", &tx, |_| Tree::Text(vec![])), "block.transactions[0]", "truncated");
    let trailing = |tree: &Tree| Tree::Text([tree.text(), &[0]].concat());
    is(with("transfer", &tx, trailing), "block.transactions[0]", "1 trailing bytes");
    // A parity of 2 decodes nowhere.
    let parity = |tree: &Tree| {
        let mut inner = Tree::parse(&mut &tree.text()[1..]);
        *inner.at(&[9]) = Tree::Text(vec![2]);
        Tree::Text([&[2], &inner.encode()[..]].concat())
    };
    is(with("transfer", &tx, parity), "block.transactions[0]", "");
}

#[test]
fn truncated_and_extended_blocks_are_refused() {
    let input = sample("erc20");
    for len in 0..input.block.len() {
        let cut = BlockInput { block: input.block.slice(..len), ..input.clone() };
        let error = check(&cut).unwrap_err();
        assert!(error.to_string().contains("truncated"), "{len}: {error}");
    }
    let longer = BlockInput { block: [&input.block[..], &[0]].concat().into(), ..input };
    assert!(check(&longer).unwrap_err().to_string().contains("1 trailing bytes"));
}

#[test]
fn each_header_field_is_checked() {
    // By index: the name in the error after the field is changed, `None` where another value is as good.
    let fields: [Option<&str>; 20] = [
        Some("witness header 0 is not the parent"),
        Some("sha3Uncles"),
        Some("missing trie node"), // another coinbase gets the tips, and its place in the trie is unknown
        Some("stateRoot"),
        Some("transactionsRoot"),
        Some("receiptsRoot"),
        Some("logsBloom"),
        Some("difficulty"),
        Some("number"),
        Some("gasLimit"),
        Some("gasUsed"),
        Some("timestamp"),
        None, // extra data
        None, // prev-randao, which this block does not read
        Some("nonce"),
        Some("baseFeePerGas"),
        Some("withdrawalsRoot"),
        Some("blobGasUsed"),
        Some("excessBlobGas"),
        Some("stateRoot"), // the beacon-roots contract stores it
    ];
    let input = sample("transfer");
    for (i, name) in fields.into_iter().enumerate() {
        let mut tree = Tree::parse(&mut &input.block[..]);
        let place = tree.at(&[HEADER, i]);
        let mut bytes = place.text().to_vec();
        match bytes.first_mut() {
            Some(_) if i == 11 => bytes.clear(), // not after the parent's
            Some(byte) => *byte ^= 0x41,
            None => bytes.push(1),
        }
        *place = Tree::Text(bytes);
        let changed = BlockInput { block: tree.encode().into(), ..input.clone() };
        match (name, check(&changed)) {
            (None, verdict) => assert!(verdict.is_ok(), "field {i}: {verdict:?}"),
            (Some(name), verdict) => {
                let error = verdict.unwrap_err().to_string();
                assert!(error.contains(name), "field {i}: {error}");
            }
        }
    }
}

#[test]
fn every_part_of_a_witness_is_needed_and_bound() {
    for sample in &SAMPLES {
        let input = sample.make().unwrap();
        for i in 0..input.witness.state.len() {
            let mut less = input.clone();
            let node = less.witness.state.remove(i);
            let error = check(&less).unwrap_err();
            assert!(error.is_incomplete_witness(), "{error}");
            let missing = format!("missing trie node {}", keccak256(&node));
            assert!(error.to_string().contains(&missing), "{error}");
            let mut flipped = input.clone();
            let mut bytes = flipped.witness.state[i].to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            flipped.witness.state[i] = bytes.into();
            assert!(check(&flipped).unwrap_err().to_string().contains(&missing));
        }
        for i in 0..input.witness.codes.len() {
            let mut less = input.clone();
            let code = less.witness.codes.remove(i);
            let error = check(&less).unwrap_err().to_string();
            assert_eq!(error, format!("missing bytecode with hash {}", keccak256(code)));
        }
    }
}

#[test]
fn ancestors_are_bound() {
    let input = sample("transfer");
    let parent = input.witness.headers[0].clone();
    let none = BlockInput {
        witness: zkrom_witness::input::Witness { headers: vec![], ..input.witness.clone() },
        ..input.clone()
    };
    assert!(check(&none).unwrap_err().to_string().starts_with("the witness has no headers"));
    let mut wrong = input.clone();
    let mut bytes = parent.to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    wrong.witness.headers[0] = bytes.into();
    let error = check(&wrong).unwrap_err();
    assert!(matches!(error, BlockError::WrongAncestor { index: 0, .. }), "{error}");
    let mut twice = input;
    twice.witness.headers.push(parent);
    let error = check(&twice).unwrap_err().to_string();
    assert!(error.starts_with("witness header 1 is not the parent of the header before"), "{error}");
}

#[test]
fn old_blocks_and_unknown_networks_are_refused() {
    let mut input = sample("peer-transfer");
    input.network = "mainnet".into();
    let error = check(&input).unwrap_err();
    assert!(matches!(error, BlockError::Fork(ForkError::BeforeParis { number: 1, .. })), "{error}");
    input.network = "goerli".into();
    assert!(input.config().unwrap_err().to_string().starts_with("network `goerli` is not supported"));
}

#[test]
fn random_damage_never_panics_nor_passes_as_the_same_block() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut other, mut refused) = (0, 0);
    for sample in &SAMPLES {
        let input = sample.make().unwrap();
        let hash = check(&input).unwrap().hash;
        for _ in 0..400 {
            let mut damaged = input.clone();
            let mut bytes = damaged.block.to_vec();
            for _ in 0..rng.random_range(1..3) {
                let at = rng.random_range(0..bytes.len());
                bytes[at] = bytes[at].wrapping_add(rng.random_range(1..=255));
            }
            damaged.block = Bytes::from(bytes);
            match check(&damaged) {
                Ok(outcome) => {
                    assert_ne!(outcome.hash, hash);
                    other += 1;
                }
                Err(_) => refused += 1,
            }
        }
    }
    println!("{refused} damaged blocks refused, {other} are other valid blocks (extra data, prev-randao)");
    assert!(refused > 10 * other);
}
