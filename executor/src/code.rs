//! Loaded EVM code: what the bytecode chip says about each byte.

use alloy_primitives::U256;
pub use zkrom_asm::isa::code::{PUSH0, code_layout, push_len};
use zkrom_asm::isa::{PUSH_DATA, code::CodePlace};

/// A loaded code.
#[derive(Clone, Debug)]
pub struct Code {
    bytes: Vec<u8>,
    places: Vec<CodePlace>,
    /// For each address up to 33 past the end: bytes of push data of the `PUSH1..PUSH32` that ends right before it; 0 if none does.
    push_before: Vec<u8>,
}

impl Code {
    /// Loads a code.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        let places = code_layout(&bytes);
        let mut push_before = vec![0; places.len() + 1];
        for place in places.iter().filter(|p| p.opcode != PUSH_DATA) {
            if let Some(n) = push_before.get_mut(place.next_pc as usize) {
                *n = push_len(place.opcode as u8) as u8;
            }
        }
        Self { bytes, places, push_before }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The opcode at an address and the `next_pc` of its place; see [`code_layout`].
    #[inline]
    #[must_use]
    pub fn fetch(&self, pc: u32) -> (u32, u32) {
        self.places.get(pc as usize).map_or((0, pc + 1), |p| (p.opcode, p.next_pc))
    }

    /// The data of the `PUSH1..PUSH32` that ends right before `next_pc`, zero-padded past the end of the code.
    #[inline]
    #[must_use]
    pub fn push_data(&self, next_pc: u32) -> Option<U256> {
        let end = next_pc as usize;
        let n = *self.push_before.get(end)? as usize;
        if n == 0 {
            return None;
        }
        let start = end - n;
        let mut word = [0; 32];
        let stop = end.min(self.bytes.len());
        if start < stop {
            word[32 - n..32 - n + stop - start].copy_from_slice(&self.bytes[start..stop]);
        }
        Some(U256::from_be_bytes(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn push_data_hides_opcodes() {
        // PUSH2 5b 5b, JUMPDEST, PUSH1 (truncated)
        let code = Code::new(vec![0x61, 0x5b, 0x5b, 0x5b, 0x60]);
        assert_eq!(code.fetch(0), (0x61, 3));
        assert_eq!(code.fetch(1), (PUSH_DATA, 3 + 64 * 0x5b));
        assert_eq!(code.fetch(2), (PUSH_DATA, 3 + 64 * 0x5b));
        assert_eq!(code.fetch(3), (0x5b, 4));
        assert_eq!(code.fetch(4), (0x60, 6));
        assert_eq!(code.fetch(5), (PUSH_DATA, 6));
        assert_eq!(code.fetch(6), (0, 7));
        assert_eq!(code.fetch(1000), (0, 1001));
        assert_eq!(code.push_data(3), Some(U256::from(0x5b5b)));
        assert_eq!(code.push_data(6), Some(U256::ZERO));
        for pc in [0, 1, 2, 4, 5, 7, 38, 1000] {
            assert_eq!(code.push_data(pc), None, "{pc}");
        }
    }

    #[test]
    fn truncated_push_is_zero_padded_on_the_right() {
        for have in 0..32 {
            let mut bytes = vec![PUSH0 as u8 + 32];
            bytes.extend((0..have).map(|i| i as u8 + 1));
            let mut want = [0; 32];
            want[..have].copy_from_slice(&bytes[1..]);
            let code = Code::new(bytes);
            assert_eq!(code.fetch(0), (0x7f, 33));
            assert_eq!(code.push_data(33), Some(U256::from_be_bytes(want)));
        }
    }

    #[test]
    fn empty_code_stops() {
        let code = Code::new(vec![]);
        assert_eq!(code.fetch(0), (0, 1));
        assert_eq!(code.push_data(0), None);
        assert_eq!(code.push_data(1), None);
    }
}
