//! The ROM's RLP procedures (`rom/lib/rlp.zkasm`) against `alloy-rlp` and the strict reader of `zkrom-witness`.

mod rom;

use alloy_primitives::U256;
use alloy_rlp::Header;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rom::{Rom, blob};
use zkrom_executor::Outcome;

fn word(x: usize) -> U256 {
    U256::from(x)
}

fn read(rom: &Rom, command: usize, bytes: &[u8]) -> Result<Outcome, String> {
    let mut words = vec![word(command)];
    blob(&mut words, bytes);
    rom.run(words)
}

fn refused(rom: &Rom, command: usize, bytes: &[u8]) {
    let error = read(rom, command, bytes).expect_err(&format!("{bytes:02x?}"));
    assert!(error.contains("invalid_rlp"), "{bytes:02x?}: {error}");
}

fn random_word(rng: &mut ChaCha8Rng) -> U256 {
    let bits = rng.random_range(0..=256);
    U256::from_be_bytes(rng.random::<[u8; 32]>()).checked_shr(256 - bits).unwrap_or_default()
}

#[test]
fn integers_are_read_and_written() {
    let rom = Rom::new("rlp");
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let edges = [0u64, 1, 127, 128, 255, 256, 65_535, 65_536].map(U256::from);
    let random: Vec<U256> = (0..300).map(|_| random_word(&mut rng)).collect();
    for value in edges.into_iter().chain([U256::MAX, U256::MAX >> 1, U256::MAX >> 8]).chain(random) {
        let encoded = alloy_rlp::encode(value);
        let mut longer = encoded.clone();
        longer.extend([0xff; 40]);
        for bytes in [&encoded, &longer] {
            let got = read(&rom, 1, bytes).unwrap().public_out;
            assert_eq!((got[0], got[1]), (value, word(encoded.len())), "{value}");
        }
        let got = rom.run(vec![word(3), value]).unwrap().public_out;
        let written = [got[0].to_be_bytes::<32>(), got[1].to_be_bytes::<32>()].concat();
        assert_eq!((&written[..encoded.len()], got[2]), (&encoded[..], word(encoded.len())), "{value}");
    }
    let mut long = vec![0xa1];
    long.extend([1; 33]);
    let cases: [&[u8]; 8] =
        [&[0], &[0x81, 0], &[0x81, 0x7f], &[0x82, 0, 1], &[0xc0], &[0xc1, 1], &[0xb8, 56, 1], &long];
    cases.iter().for_each(|bytes| refused(&rom, 1, bytes));
}

#[test]
fn headers_are_read_and_written() {
    let rom = Rom::new("rlp");
    for length in [0, 1, 2, 54, 55, 56, 57, 255, 256, 257, 1000, 65_535, 65_536, 70_000] {
        for list in [false, true] {
            if !list && length == 1 {
                continue;
            }
            let mut bytes = vec![];
            Header { list, payload_length: length }.encode(&mut bytes);
            let header = bytes.len();
            let got =
                rom.run(vec![word(4), word(length), word(0x40 * usize::from(list))]).unwrap().public_out;
            assert_eq!(
                (&got[0].to_be_bytes::<32>()[..header], got[2]),
                (&bytes[..], word(header)),
                "{length}"
            );
            bytes.extend(vec![0x99; length]);
            let expected = [header, length, usize::from(list), bytes.len()].map(word);
            assert_eq!(read(&rom, 2, &bytes).unwrap().public_out[..4], expected, "{length}");
            // The payload must lie within its parent.
            if length > 0 {
                refused(&rom, 2, &bytes[..bytes.len() - 1]);
            }
        }
    }
    assert_eq!(read(&rom, 2, &[0x7f]).unwrap().public_out[..4], [0, 1, 0, 1].map(word));
    assert_eq!(read(&rom, 2, &[0x81, 0x80]).unwrap().public_out[..4], [1, 1, 0, 2].map(word));
    let mut short_long = vec![0xb8, 55];
    short_long.extend([1; 55]);
    let mut zero_led = vec![0xb9, 0, 56];
    zero_led.extend([1; 56]);
    let list = |mut bytes: Vec<u8>| {
        bytes[0] += 0x40;
        bytes
    };
    refused(&rom, 2, &[0x81, 5]);
    refused(&rom, 2, &[0xbb, 1, 0, 0, 0]);
    refused(&rom, 2, &[0xff, 1, 0, 0, 0, 0, 0, 0, 0]);
    for bytes in [short_long, zero_led] {
        refused(&rom, 2, &bytes);
        refused(&rom, 2, &list(bytes));
    }
}
