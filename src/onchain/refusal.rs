//! What a contract's refusal means, in words.

use std::fmt::Display;

use alloy_sol_types::{GenericContractError, SolInterface};

use super::abi::StateChain::StateChainErrors as Chain;
use super::abi::ZkRomRouter::ZkRomRouterErrors as Router;
use super::abi::ZkRomVerifier::ZkRomVerifierErrors as Verifier;

/// The reason in the data that a call reverted with.
#[must_use]
pub fn explain(data: &[u8]) -> String {
    if data.is_empty() {
        return "it gave no reason: it has no such function, or ran out of gas".into();
    }
    if let Ok(error) = Chain::abi_decode(data) {
        return chain(&error);
    }
    if let Ok(Router::VersionNotActive(e)) = Router::abi_decode(data) {
        return format!(
            "the router's version {} is unknown, not yet active, or frozen (VersionNotActive)",
            e.version
        );
    }
    if let Ok(error) = Verifier::abi_decode(data) {
        return verifier(&error);
    }
    // `require` and failed assertions; their text is the contract's own.
    match GenericContractError::abi_decode(data) {
        Ok(error) => error.to_string(),
        Err(_) => {
            let data = alloy_primitives::hex::encode_prefixed(data);
            format!("an error that is none of the contracts': {data}")
        }
    }
}

fn differs(what: &str, expected: impl Display, got: impl Display, name: &str) -> String {
    format!("{what}: expected {expected}, got {got} ({name})")
}

fn chain(error: &Chain) -> String {
    match error {
        Chain::WrongRom(e) => {
            differs("the proof is of another ROM than the chain's", e.expected, e.got, "WrongRom")
        }
        Chain::WrongConfig(e) => {
            differs("the proof is under another chain config", e.expected, e.got, "WrongConfig")
        }
        Chain::WrongChain(e) => differs("the proof is of another chain", e.expected, e.got, "WrongChain"),
        Chain::WrongFirstBlock(e) => differs(
            "the proof's first block is not the one after the chain's head",
            e.expected,
            e.got,
            "WrongFirstBlock",
        ),
        Chain::WrongLastBlock(e) => format!(
            "the proof's last block {} is before its first one {}, or no 64-bit number (WrongLastBlock)",
            e.lastBlock, e.firstBlock
        ),
        Chain::WrongParent(e) => differs(
            "the proof starts on another block than the chain's head",
            e.expected,
            e.got,
            "WrongParent",
        ),
        Chain::WrongPreState(e) => {
            differs("the proof starts from another state root", e.expected, e.got, "WrongPreState")
        }
        Chain::CalldataLength(e) => differs("bytes of calldata", e.expected, e.got, "CalldataLength"),
    }
}

fn verifier(error: &Verifier) -> String {
    match error {
        Verifier::RomDigestMismatch(e) => {
            differs("the proof is of another ROM than the verifier's", e.expected, e.got, "RomDigestMismatch")
        }
        Verifier::ConfigHashMismatch(e) => {
            differs("the proof is under another chain config", e.expected, e.got, "ConfigHashMismatch")
        }
        Verifier::ChainIdMismatch(e) => {
            differs("the proof is of another chain", e.expected, e.got, "ChainIdMismatch")
        }
        Verifier::InvalidProof(_) => "the proof does not prove these public values (InvalidProof)".into(),
        Verifier::Sha256Failed(_) => "hashing the public values ran out of gas (Sha256Failed)".into(),
    }
}
