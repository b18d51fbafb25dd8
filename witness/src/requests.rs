//! Execution requests (EIP-7685): deposits, withdrawal requests, consolidations.

use alloy_eips::{
    eip7002::{WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS, WITHDRAWAL_REQUEST_TYPE},
    eip7251::{CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS, CONSOLIDATION_REQUEST_TYPE},
};
use alloy_primitives::{Address, B256, Log, U256, b256};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// A deposit log with another layout than EIP-6110 demands.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("deposit log: {what}: expected {expected}, got {got}")]
pub struct RequestError {
    /// The part of the log.
    pub what: &'static str,
    /// The value that belongs there.
    pub expected: usize,
    /// The value that is there.
    pub got: U256,
}

/// The requests of a block, each type's data joined.
#[derive(Debug, Default)]
pub(crate) struct Requests(Vec<Vec<u8>>);

const DEPOSIT_EVENT: B256 = b256!("0x649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

/// Each field of a deposit event: name, offset of its length word, and length.
const DEPOSIT_FIELDS: [(&str, usize, usize); 5] = [
    ("public key", 160, 48),
    ("withdrawal credentials", 256, 32),
    ("amount", 320, 8),
    ("signature", 384, 96),
    ("index", 512, 8),
];
const DEPOSIT_SIZE: usize = 576;

impl Requests {
    /// The contracts whose system call gives requests, in order, with their type bytes.
    pub const CONTRACTS: [(u8, Address); 2] = [
        (WITHDRAWAL_REQUEST_TYPE, WITHDRAWAL_REQUEST_PREDEPLOY_ADDRESS),
        (CONSOLIDATION_REQUEST_TYPE, CONSOLIDATION_REQUEST_PREDEPLOY_ADDRESS),
    ];

    /// The deposits among these logs (EIP-6110).
    pub fn deposits<'a>(
        logs: impl Iterator<Item = &'a Log>,
        contract: Address,
    ) -> Result<Self, RequestError> {
        let mut data = Vec::new();
        for log in logs.filter(|l| l.address == contract && l.topics().first() == Some(&DEPOSIT_EVENT)) {
            deposit(&log.data.data, &mut data)?;
        }
        let mut requests = Self::default();
        requests.push(0, &data);
        Ok(requests)
    }

    /// Adds the data of one type; a type without data is left out.
    pub fn push(&mut self, kind: u8, data: &[u8]) {
        if !data.is_empty() {
            self.0.push([&[kind], data].concat());
        }
    }

    /// sha256 of the sha256 of each type's requests.
    pub fn hash(&self) -> B256 {
        let mut outer = Sha256::new();
        for request in &self.0 {
            outer.update(Sha256::digest(request));
        }
        B256::from_slice(&outer.finalize())
    }
}

/// Appends one deposit: the event's five fields without their ABI framing.
fn deposit(data: &[u8], out: &mut Vec<u8>) -> Result<(), RequestError> {
    let check = |what, expected: usize, got: U256| {
        if U256::from(expected) == got { Ok(()) } else { Err(RequestError { what, expected, got }) }
    };
    check("size", DEPOSIT_SIZE, U256::from(data.len()))?;
    let word = |at: usize| U256::from_be_slice(&data[at..at + 32]);
    for (i, (name, offset, length)) in DEPOSIT_FIELDS.into_iter().enumerate() {
        check(name, offset, word(32 * i))?;
        check(name, length, word(offset))?;
        out.extend_from_slice(&data[offset + 32..offset + 32 + length]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloy_eips::eip7685::EMPTY_REQUESTS_HASH;
    use alloy_primitives::Bytes;

    use super::*;
    use crate::fork::MAINNET_DEPOSIT_CONTRACT;

    fn log(data: Vec<u8>) -> Log {
        Log::new_unchecked(MAINNET_DEPOSIT_CONTRACT, vec![DEPOSIT_EVENT], Bytes::from(data))
    }

    #[test]
    fn deposits_are_read_strictly() {
        let mut data = vec![0; DEPOSIT_SIZE];
        for (i, (_, offset, length)) in DEPOSIT_FIELDS.into_iter().enumerate() {
            data[32 * i + 30..32 * i + 32].copy_from_slice(&(offset as u16).to_be_bytes());
            data[offset + 31] = length as u8;
            data[offset + 32..offset + 32 + length].fill(i as u8 + 1);
        }
        let read = |data: Vec<u8>| Requests::deposits([log(data)].iter(), MAINNET_DEPOSIT_CONTRACT);
        let requests = read(data.clone()).unwrap();
        assert_eq!(requests.0[0].len(), 1 + 192);
        assert_eq!(requests.0[0][49], 2);
        data[31] = 0;
        assert_eq!(read(data).unwrap_err().what, "public key");
        assert_eq!(read(vec![0; 5]).unwrap_err().to_string(), "deposit log: size: expected 576, got 5");
        let others = Requests::deposits([log(vec![])].iter(), Address::ZERO).unwrap();
        assert_eq!(others.hash(), EMPTY_REQUESTS_HASH);
    }
}
