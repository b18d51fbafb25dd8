//! The ROM's transaction decoder (`rom/tx`) on real and changed transactions, against alloy.

use std::{path::Path, sync::OnceLock};

use alloy_consensus::{
    SignableTransaction, Transaction as _, Typed2718, transaction::SignerRecoverable as _,
};
use alloy_eips::eip2718::Encodable2718;
use alloy_primitives::{B256, U256};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::{Assembly, Files, Options, assemble, isa::Space};
use zkrom_executor::{Executor, FinalMemory, Input, Outcome, Program, hints::Hints};
use zkrom_witness::{
    BlockInput,
    block::{Block, Transaction},
    rom_input, samples, vectors,
};

fn rom() -> &'static (Assembly, Program) {
    static ROM: OnceLock<(Assembly, Program)> = OnceLock::new();
    ROM.get_or_init(|| {
        let options = Options { require_headers: true, ..Options::default() };
        let assembly = assemble(Path::new("../rom/tests/transactions.zkasm"), &Files::Disk, &options)
            .unwrap_or_else(|e| panic!("{}", e.render()));
        let program = Program::load(&assembly.image, &Hints::default()).unwrap();
        (assembly, program)
    })
}

/// Runs the program; a failure is the procedure and line it stuck in.
fn run(input: &BlockInput) -> Result<(Outcome, FinalMemory), String> {
    let (assembly, program) = rom();
    let private = rom_input(input, &input.config().unwrap());
    Executor::new(program, Input { private, ..Input::default() })
        .run_to_memory()
        .map_err(|e| assembly.source_map.describe(e.0.upc as usize))
}

fn word(n: u64) -> U256 {
    U256::from(n)
}

fn hash(bytes: B256) -> U256 {
    bytes.into()
}

fn signing_hash(tx: &Transaction) -> B256 {
    match tx {
        Transaction::Legacy(t) => t.tx().signature_hash(),
        Transaction::Eip2930(t) => t.tx().signature_hash(),
        Transaction::Eip1559(t) => t.tx().signature_hash(),
        Transaction::Eip4844(t) => t.tx().signature_hash(),
        _ => panic!("not covered"),
    }
}

/// Intrinsic gas as the EIPs have it, without the floor of Prague.
fn intrinsic(tx: &Transaction, shanghai: bool) -> u64 {
    let data = tx.input();
    let bytes: u64 = data.iter().map(|b| if *b == 0 { 4 } else { 16 }).sum();
    let create = if tx.is_create() {
        32_000 + if shanghai { 2 * data.len().div_ceil(32) as u64 } else { 0 }
    } else {
        0
    };
    let access = tx.access_list().map_or(0, |l| {
        2400 * l.len() as u64 + l.iter().map(|i| 1900 * i.storage_keys.len() as u64).sum::<u64>()
    });
    21_000 + bytes + create + access
}

/// Compares all fields of all transactions.
fn compare(block: &Block, out: &Outcome, memory: &FinalMemory) {
    let list = out.public_out[0].to::<u32>();
    assert_eq!(out.public_out[1], word(block.transactions.len() as u64));
    for (i, tx) in block.transactions.iter().enumerate() {
        let id = memory.read(Space::Heap, list, i as u32).to::<u32>();
        let f = |cell| memory.read(Space::Frame, id, cell);
        assert_eq!(f(0), word(tx.encode_2718_len() as u64), "{i}: length");
        assert_eq!(f(1), word(tx.ty().into()), "{i}: type");
        assert_eq!(f(2), word(tx.nonce()));
        assert_eq!(f(3), U256::from(tx.max_fee_per_gas()));
        assert_eq!(f(4), U256::from(tx.max_priority_fee_per_gas().unwrap_or(tx.max_fee_per_gas())));
        assert_eq!(f(5), word(tx.gas_limit()));
        assert_eq!(f(6), word(tx.is_create().into()));
        assert_eq!(f(7), tx.to().map_or(U256::ZERO, |a| hash(a.into_word())));
        assert_eq!(f(8), tx.value());
        let data = tx.input();
        assert_eq!(f(10), word(data.len() as u64));
        let object = f(9).to::<u32>();
        for (j, chunk) in data.chunks(32).enumerate() {
            let mut bytes = [0; 32];
            bytes[..chunk.len()].copy_from_slice(chunk);
            assert_eq!(
                memory.read(Space::Heap, object, j as u32),
                U256::from_be_bytes(bytes),
                "{i}: data {j}"
            );
        }
        let access = tx.access_list().map_or(0, |l| l.len() as u64);
        assert_eq!(f(13), word(access), "{i}: addresses");
        let keys: usize =
            tx.access_list().into_iter().flat_map(|l| l.iter()).map(|a| a.storage_keys.len()).sum();
        assert_eq!(f(14), word(keys as u64), "{i}: keys");
        assert_eq!(f(15), word(tx.signature().v().into()), "{i}: parity");
        assert_eq!(f(16), tx.signature().r());
        assert_eq!(f(17), tx.signature().s());
        assert_eq!(f(18), hash(signing_hash(tx)), "{i}: signing hash");
        let sender = tx.recover_signer().unwrap();
        assert_eq!(f(19), hash(sender.into_word()), "{i}: sender");
        assert_eq!(f(20), U256::from(tx.max_fee_per_blob_gas().unwrap_or(0)), "{i}: blob fee");
        let hashes = tx.blob_versioned_hashes().unwrap_or_default();
        assert_eq!(f(22), word(hashes.len() as u64), "{i}: blobs");
        let object = f(21).to::<u32>();
        for (j, h) in hashes.iter().enumerate() {
            assert_eq!(memory.read(Space::Heap, object, j as u32), hash(*h), "{i}: blob {j}");
        }
        assert_eq!(f(30), word(intrinsic(tx, block.withdrawals.is_some())), "{i}: intrinsic gas");
    }
}

/// Compares the roots of the lists with a valid block's header, and what the withdrawals say.
fn compare_roots(block: &Block, out: &Outcome) {
    let header = &block.header;
    assert_eq!(out.public_out[2], hash(header.transactions_root), "transactions root");
    let empty = alloy_consensus::EMPTY_ROOT_HASH;
    assert_eq!(out.public_out[3], hash(header.withdrawals_root.unwrap_or(empty)), "withdrawals root");
    let list = block.withdrawals.as_deref().unwrap_or_default();
    assert_eq!(out.public_out[4], word(list.len() as u64));
    let paid = list.iter().fold(U256::ZERO, |paid, w| {
        let to = hash(w.address.into_word());
        (paid + word(w.amount) * word(1_000_000_000)) ^ to
    });
    assert_eq!(out.public_out[5], paid, "withdrawals");
}

#[test]
fn transactions_of_samples() {
    for sample in &samples::SAMPLES {
        let input = sample.make().unwrap();
        let (out, memory) = run(&input).unwrap_or_else(|e| panic!("{}: {e}", sample.name));
        compare(&input.decode().unwrap(), &out, &memory);
        compare_roots(&input.decode().unwrap(), &out);
    }
}

#[test]
fn transactions_of_real_blocks() {
    let Some(folder) = vectors::find_or_skip("blocks", "transactions_of_real_blocks") else { return };
    let (mut compared, mut blobs) = (0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !(name.contains("_shanghai") || name.contains("_cancun")) {
            continue;
        }
        let input = BlockInput::load(&path).unwrap();
        let block = input.decode().unwrap();
        let (out, memory) = run(&input).unwrap_or_else(|e| panic!("{name}: {e}"));
        compare(&block, &out, &memory);
        compare_roots(&block, &out);
        compared += block.transactions.len();
        blobs += block.transactions.iter().filter(|t| t.ty() == 3).count();
        println!("{name}: {} transactions, {} rows", block.transactions.len(), out.rows);
    }
    println!("{compared} transactions compared, {blobs} of them with blobs");
    assert!(compared > 100 && blobs > 0);
}

/// A byte of a transaction changed, removed or inserted: the ROM accepts what the strict decoder accepts, with the same fields.
#[test]
fn broken_transactions_agree_with_the_oracle() {
    let mut rng = ChaCha8Rng::seed_from_u64(22);
    let bases: Vec<_> = samples::SAMPLES.iter().map(|s| s.make().unwrap()).collect();
    let (mut good, mut bad) = (0, 0);
    for i in 0..2000 {
        let base = &bases[i % bases.len()];
        let block = base.decode().unwrap();
        let chain = base.chain_id;
        let header = alloy_rlp::encode(&block.header);
        let list = transactions(&block);
        let mut broken = list.clone();
        let at = if rng.random() {
            rng.random_range(0..list.len().min(80))
        } else {
            list.len() - rng.random_range(1..80)
        };
        match rng.random_range(0..4) {
            0 => broken[at] = rng.random(),
            1 => broken[at] ^= 1 << rng.random_range(0..8),
            2 => drop(broken.remove(at)),
            _ => broken.insert(at, [0, 0x80, 0x81, rng.random()][rng.random_range(0..4)]),
        }
        let old = wrap(&list);
        let start = base.block.windows(header.len()).position(|w| w == header).unwrap() + header.len();
        let rest = &base.block[start + old.len()..];
        let rlp = wrap(&[&header[..], &wrap(&broken), rest].concat());
        let input = BlockInput { block: rlp.into(), ..base.clone() };
        let expected = input.decode().ok().filter(|b| {
            b.transactions.iter().all(|t| {
                t.ty() < 4
                    && t.chain_id().is_none_or(|c| c == chain)
                    && short_init_code(t)
                    && t.recover_signer().is_ok()
            })
        });
        match (expected, run(&input)) {
            (Some(block), Ok((out, memory))) => {
                good += 1;
                compare(&block, &out, &memory);
            }
            (None, Err(e)) => {
                bad += 1;
                assert!(e.contains("invalid_") || e.contains("unsupported_"), "{i}: {e}");
            }
            (expected, got) => panic!("{i}: {expected:?}, {:?}", got.map(|(o, _)| o.rows)),
        }
    }
    println!("{good} accepted, {bad} refused");
    assert!(good > 200 && bad > 200);
}

fn short_init_code(tx: &Transaction) -> bool {
    !tx.is_create() || tx.input().len() <= 49_152
}

fn transactions(block: &Block) -> Vec<u8> {
    let mut out = vec![];
    block.transactions.iter().for_each(|t| t.network_encode(&mut out));
    out
}

fn wrap(payload: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(&mut out);
    out.extend_from_slice(payload);
    out
}
