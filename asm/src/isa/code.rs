//! Where the instructions of an EVM code lie: what the bytecode chip answers for each address.

use super::PUSH_DATA;

/// The opcode `PUSH0`; `PUSHn` is `PUSH0 + n`.
pub const PUSH0: u32 = 0x5f;
/// The opcode `PUSH32`.
pub const PUSH32: u32 = PUSH0 + 32;
/// What a byte of push data is multiplied by in its [`CodePlace::next_pc`].
pub const PUSH_DATA_STRIDE: u32 = 64;

/// What is fetched from one address of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CodePlace {
    /// The opcode; [`PUSH_DATA`] for push data; 0 (STOP) from the end of the code on.
    pub opcode: u32,
    /// The address after the instruction. For push data: the address after its instruction plus [`PUSH_DATA_STRIDE`] times the byte, so that
    /// a fetch also tells the byte.
    pub next_pc: u32,
}

/// Bytes of push data after an opcode.
#[must_use]
pub const fn push_len(opcode: u8) -> u32 {
    let opcode = opcode as u32;
    if opcode > PUSH0 && opcode <= PUSH32 { opcode - PUSH0 } else { 0 }
}

/// What is fetched from each address of a code and the 33 after it; every later address is a STOP.
///
/// The code is followed by zeros: the push data of a truncated `PUSHn` goes on past the end.
#[must_use]
pub fn code_layout(code: &[u8]) -> Vec<CodePlace> {
    let mut places = Vec::with_capacity(code.len() + 33);
    // address after the instruction being passed through
    let mut end = 0;
    for pc in 0..code.len() as u32 + 33 {
        let byte = code.get(pc as usize).copied().unwrap_or(0);
        if pc < end {
            places.push(CodePlace { opcode: PUSH_DATA, next_pc: end + PUSH_DATA_STRIDE * u32::from(byte) });
        } else {
            end = pc + 1 + push_len(byte);
            places.push(CodePlace { opcode: u32::from(byte), next_pc: end });
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(opcode: u32, next_pc: u32) -> CodePlace {
        CodePlace { opcode, next_pc }
    }

    #[test]
    fn jumpdest_in_push_data_is_no_opcode() {
        let places = code_layout(&[0x61, 0x5b, 0x60, 0x5b]);
        assert_eq!(
            places[..5],
            [
                place(0x61, 3),
                place(PUSH_DATA, 3 + 64 * 0x5b),
                place(PUSH_DATA, 3 + 64 * 0x60),
                place(0x5b, 4),
                place(0, 5)
            ]
        );
    }

    #[test]
    fn truncated_push_goes_on_past_the_end() {
        let places = code_layout(&[0x7f]);
        assert_eq!(places.len(), 34);
        assert_eq!(places[0], place(0x7f, 33));
        assert!(places[1..33].iter().all(|p| *p == place(PUSH_DATA, 33)));
        assert_eq!(places[33], place(0, 34));
    }

    #[test]
    fn empty_code_stops() {
        assert_eq!(code_layout(&[])[0], place(0, 1));
    }
}
