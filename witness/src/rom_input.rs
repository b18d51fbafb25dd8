//! The private input of the EVM ROM, as `docs/rom.md` defines it.

use alloy_primitives::U256;

use crate::{fork::ChainConfig, input::BlockInput};

/// The private input words of a block: `config, headers (count first), block, codes (count first), nodes (count first)`.
///
/// Each byte string is a *blob*: a length word and then the bytes, 32 a word from the most significant, zeros after them.
#[must_use]
pub fn rom_input(input: &BlockInput, config: &ChainConfig) -> Vec<U256> {
    let mut words = Vec::new();
    blob(&mut words, &config.encode());
    blobs(&mut words, &input.witness.headers);
    blob(&mut words, &input.block);
    blobs(&mut words, &input.witness.codes);
    blobs(&mut words, &input.witness.state);
    words
}

/// A blob: its length, then its bytes.
pub fn blob(words: &mut Vec<U256>, bytes: &[u8]) {
    words.push(U256::from(bytes.len()));
    words.extend(bytes.chunks(32).map(|chunk| {
        let mut word = [0; 32];
        word[..chunk.len()].copy_from_slice(chunk);
        U256::from_be_bytes(word)
    }));
}

/// A list of blobs: their number, then each.
pub fn blobs<B: AsRef<[u8]>>(words: &mut Vec<U256>, list: &[B]) {
    words.push(U256::from(list.len()));
    for bytes in list {
        blob(words, bytes.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_are_padded_to_whole_words() {
        let mut words = vec![];
        blobs(&mut words, &[vec![], vec![1; 33], vec![2; 32]]);
        let ones = U256::from_be_bytes([1; 32]);
        let twos = U256::from_be_bytes([2; 32]);
        let number = U256::from::<u64>;
        let one = number(1) << 248;
        assert_eq!(words, [number(3), number(0), number(33), ones, one, number(32), twos]);
    }

    #[test]
    fn parts_are_in_order() {
        let input = crate::samples::find("transfer").unwrap().make().unwrap();
        let config = input.config().unwrap();
        let words = rom_input(&input, &config);
        let encoded = config.encode();
        assert_eq!(words[0], U256::from(encoded.len()));
        let at = 1 + encoded.len() / 32;
        assert_eq!(words[at], U256::from(input.witness.headers.len()));
        let size = |b: &alloy_primitives::Bytes| 1 + b.len().div_ceil(32);
        let sum = |l: &[alloy_primitives::Bytes]| 1 + l.iter().map(size).sum::<usize>();
        let at_block = at + sum(&input.witness.headers);
        assert_eq!(words[at_block], U256::from(input.block.len()));
        let whole = at_block + size(&input.block) + sum(&input.witness.codes) + sum(&input.witness.state);
        assert_eq!(words.len(), whole);
    }
}
