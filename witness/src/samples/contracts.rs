//! Compiled contracts (see `contracts/README.md`) and what it takes to call them.

use alloy_primitives::{Address, B256, Bytes, U256, hex, keccak256};

/// Creation code of the ERC-20 token; its constructor takes the supply.
pub const TOKEN: &str = include_str!("../../contracts/bytecode/Token.creation.hex");
/// Creation code of the CREATE2 factory.
pub const FACTORY: &str = include_str!("../../contracts/bytecode/Factory.creation.hex");
/// Runtime code of an OpenZeppelin ERC-20 token.
pub const PEER_TOKEN: &str = include_str!("../../contracts/bytecode/PeerToken.runtime.hex");
/// Runtime code of the contract that gives tokens away.
pub const GIVER: &str = include_str!("../../contracts/bytecode/Giver.runtime.hex");
/// Decodes a vendored bytecode.
pub fn code(hex: &str) -> Bytes {
    hex::decode(hex.trim()).expect("vendored bytecode is hexadecimal").into()
}

/// Code followed by words: creation code with constructor arguments.
pub fn with_words(mut code: Vec<u8>, words: &[U256]) -> Bytes {
    words.iter().for_each(|word| code.extend(word.to_be_bytes::<32>()));
    code.into()
}

/// Calldata of a function: selector and words.
pub fn call(signature: &str, words: &[U256]) -> Bytes {
    with_words(keccak256(signature)[..4].to_vec(), words)
}

/// An address as a word.
pub fn word(address: Address) -> U256 {
    address.into_word().into()
}

/// The slot of `key` in a mapping at `slot`.
pub fn mapping_slot(key: Address, slot: u64) -> U256 {
    let mut bytes = key.into_word().to_vec();
    bytes.extend(U256::from(slot).to_be_bytes::<32>());
    keccak256(bytes).into()
}

/// A string of at most 31 bytes as Solidity stores it.
pub fn short_string(text: &str) -> U256 {
    let mut slot = B256::ZERO;
    slot[..text.len()].copy_from_slice(text.as_bytes());
    slot[31] = 2 * text.len() as u8;
    slot.into()
}
