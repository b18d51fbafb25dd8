//! Loaded EVM code: what the bytecode chip says about each byte.

use alloy_primitives::U256;
use zkrom_asm::isa::PUSH_DATA;

/// `PUSH0`; `PUSHn` is `PUSH0 + n`.
pub const PUSH0: u8 = 0x5f;

/// Bytes of push data after an opcode.
#[must_use]
pub const fn push_len(opcode: u8) -> u32 {
    if opcode > PUSH0 && opcode <= PUSH0 + 32 { (opcode - PUSH0) as u32 } else { 0 }
}

/// Where the instructions of a code lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeLayout {
    /// For each byte: whether it is an opcode (rather than push data).
    pub is_opcode: Vec<bool>,
    /// For each address up to 32 past the end: bytes of push data of the `PUSH1..PUSH32` that ends right before it; 0 if none does.
    pub push_before: Vec<u8>,
}

/// The layout of a code.
#[must_use]
pub fn code_layout(code: &[u8]) -> CodeLayout {
    let mut is_opcode = vec![false; code.len()];
    let mut push_before = vec![0; code.len() + 33];
    let mut pc = 0;
    while pc < code.len() {
        is_opcode[pc] = true;
        let n = push_len(code[pc]);
        pc += 1 + n as usize;
        push_before[pc] = n as u8;
    }
    CodeLayout { is_opcode, push_before }
}

/// A loaded code.
#[derive(Clone, Debug)]
pub struct Code {
    bytes: Vec<u8>,
    layout: CodeLayout,
}

impl Code {
    /// Loads a code.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        let layout = code_layout(&bytes);
        Self { bytes, layout }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The opcode at an address and the address after its instruction: [`PUSH_DATA`] and the following address inside push data, 0
    /// (STOP) and the following address from the end on.
    #[inline]
    #[must_use]
    pub fn fetch(&self, pc: u32) -> (u32, u32) {
        match self.bytes.get(pc as usize) {
            None => (0, pc + 1),
            Some(_) if !self.layout.is_opcode[pc as usize] => (PUSH_DATA, pc + 1),
            Some(&op) => (u32::from(op), pc + 1 + push_len(op)),
        }
    }

    /// The data of the `PUSH1..PUSH32` that ends right before `next_pc`, zero-padded past the end of the code.
    #[inline]
    #[must_use]
    pub fn push_data(&self, next_pc: u32) -> Option<U256> {
        let end = next_pc as usize;
        let n = *self.layout.push_before.get(end)? as usize;
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
        assert_eq!(code.fetch(1), (PUSH_DATA, 2));
        assert_eq!(code.fetch(2), (PUSH_DATA, 3));
        assert_eq!(code.fetch(3), (0x5b, 4));
        assert_eq!(code.fetch(4), (0x60, 6));
        assert_eq!(code.fetch(5), (0, 6));
        assert_eq!(code.push_data(3), Some(U256::from(0x5b5b)));
        assert_eq!(code.push_data(6), Some(U256::ZERO));
        for pc in [0, 1, 2, 4, 5, 7, 38, 1000] {
            assert_eq!(code.push_data(pc), None, "{pc}");
        }
    }

    #[test]
    fn truncated_push_is_zero_padded_on_the_right() {
        for have in 0..32 {
            let mut bytes = vec![PUSH0 + 32];
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
