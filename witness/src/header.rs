//! The header rules that need no execution: a block against its parent.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header};
use alloy_eips::{
    eip1559::BaseFeeParams,
    eip4844::{BLOB_TX_MIN_BLOB_GASPRICE, DATA_GAS_PER_BLOB},
    eip7840::BLOB_BASE_COST,
};
use alloy_primitives::{B64, U256, U512};
use thiserror::Error;

use crate::{
    block::Block,
    fork::{BlobSchedule, Fork, ForkName},
};

/// A header field with a value other than the one the rules give.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("block header, {field}: expected {expected}, got {got}")]
pub struct HeaderError {
    /// The field, by its JSON name.
    pub field: &'static str,
    /// The value or condition that belongs there.
    pub expected: String,
    /// The value that is there.
    pub got: String,
}

/// Compares a field.
pub(crate) fn expect<T: PartialEq + std::fmt::Debug>(
    field: &'static str,
    expected: &T,
    got: &T,
) -> Result<(), HeaderError> {
    if expected == got {
        return Ok(());
    }
    Err(HeaderError { field, expected: format!("{expected:?}"), got: format!("{got:?}") })
}

fn require(
    ok: bool,
    field: &'static str,
    expected: impl FnOnce() -> String,
    got: impl std::fmt::Display + Copy,
) -> Result<(), HeaderError> {
    if ok { Ok(()) } else { Err(HeaderError { field, expected: expected(), got: got.to_string() }) }
}

/// The largest block of Osaka (EIP-7934): 10 MiB less 2 MiB.
const MAX_BLOCK_SIZE: usize = 8 << 20;

/// Checks a block against its parent, before anything is executed.
pub fn check_header(block: &Block, parent: &Header, fork: &Fork) -> Result<(), HeaderError> {
    let header = &block.header;
    let next = || "one more than the parent's".to_string();
    require(parent.number.checked_add(1) == Some(header.number), "number", next, header.number)?;
    let later = || format!("more than the parent's {}", parent.timestamp);
    require(header.timestamp > parent.timestamp, "timestamp", later, header.timestamp)?;
    check_gas(header, parent)?;
    require(
        header.extra_data.len() <= 32,
        "extraData",
        || "at most 32 bytes".into(),
        header.extra_data.len(),
    )?;
    expect("difficulty", &U256::ZERO, &header.difficulty)?;
    expect("nonce", &B64::ZERO, &header.nonce)?;
    expect("sha3Uncles", &EMPTY_OMMER_ROOT_HASH, &header.ommers_hash)?;
    expect("uncles", &0, &block.ommers.len())?;
    check_presence(block, fork.rules)?;
    if let Some(blobs) = &fork.blobs {
        check_blobs(header, parent, fork.rules, blobs)?;
    }
    if fork.rules >= ForkName::Osaka {
        let limit = || format!("at most {MAX_BLOCK_SIZE} bytes");
        require(block.size <= MAX_BLOCK_SIZE, "block size", limit, block.size)?;
    }
    Ok(())
}

/// Gas limit, gas used and base fee (EIP-1559).
fn check_gas(header: &Header, parent: &Header) -> Result<(), HeaderError> {
    let (limit, before) = (header.gas_limit, parent.gas_limit);
    let bound = || format!("within 1/1024 of the parent's {before} and at least 5000");
    require(limit >= 5000 && limit.abs_diff(before) < before / 1024, "gasLimit", bound, limit)?;
    let most = || format!("at most the gas limit {limit}");
    require(header.gas_used <= limit, "gasUsed", most, header.gas_used)?;
    expect("baseFeePerGas", &next_base_fee(parent), &header.base_fee_per_gas)
}

/// The base fee after `parent`; `None` if the parent has none (before London) or its fields are impossible.
pub(crate) fn next_base_fee(parent: &Header) -> Option<u64> {
    let target = parent.gas_limit / 2;
    let params = BaseFeeParams::ethereum();
    let base = u128::from(parent.base_fee_per_gas?);
    let used = parent.gas_used;
    if target == 0 {
        return None;
    }
    let delta = base * u128::from(used.abs_diff(target)) / u128::from(target) / params.max_change_denominator;
    let fee = match used.cmp(&target) {
        std::cmp::Ordering::Equal => base,
        std::cmp::Ordering::Greater => base + delta.max(1),
        std::cmp::Ordering::Less => base - delta,
    };
    u64::try_from(fee).ok()
}

/// Each fork has its fields, and no other's.
fn check_presence(block: &Block, rules: ForkName) -> Result<(), HeaderError> {
    let header = &block.header;
    let fields = [
        ("withdrawals", block.withdrawals.is_some(), ForkName::Shanghai),
        ("withdrawalsRoot", header.withdrawals_root.is_some(), ForkName::Shanghai),
        ("blobGasUsed", header.blob_gas_used.is_some(), ForkName::Cancun),
        ("excessBlobGas", header.excess_blob_gas.is_some(), ForkName::Cancun),
        ("parentBeaconBlockRoot", header.parent_beacon_block_root.is_some(), ForkName::Cancun),
        ("requestsHash", header.requests_hash.is_some(), ForkName::Prague),
    ];
    let word = |there| if there { "present" } else { "absent" };
    for (field, there, since) in fields {
        let expected = rules >= since;
        require(there == expected, field, || format!("{} in {rules}", word(expected)), word(there))?;
    }
    Ok(())
}

fn check_blobs(
    header: &Header,
    parent: &Header,
    rules: ForkName,
    blobs: &BlobSchedule,
) -> Result<(), HeaderError> {
    let excess = next_excess_blob_gas(parent, rules, blobs);
    expect("excessBlobGas", &excess, &header.excess_blob_gas)
}

/// EIP-4844, with the reserve price of EIP-7918 from Osaka on; `None` if it does not fit.
pub(crate) fn next_excess_blob_gas(parent: &Header, rules: ForkName, blobs: &BlobSchedule) -> Option<u64> {
    let excess = parent.excess_blob_gas.unwrap_or_default();
    let used = parent.blob_gas_used.unwrap_or_default();
    let sum = u128::from(excess) + u128::from(used);
    let target = u128::from(blobs.target) * u128::from(DATA_GAS_PER_BLOB);
    if sum < target {
        return Some(0);
    }
    let base = U512::from(parent.base_fee_per_gas.unwrap_or_default());
    let reserve = rules >= ForkName::Osaka && {
        let fee = blob_base_fee(excess, blobs).map_or(U512::MAX >> 32, U512::from);
        U512::from(BLOB_BASE_COST) * base > U512::from(DATA_GAS_PER_BLOB) * fee
    };
    let next = if reserve {
        let scaled = u128::from(used) * u128::from(blobs.max.saturating_sub(blobs.target));
        u128::from(excess) + scaled / u128::from(blobs.max.max(1))
    } else {
        sum - target
    };
    u64::try_from(next).ok()
}

/// The blob base fee (EIP-4844 `fake_exponential`); `None` if it exceeds 128 bits.
pub fn blob_base_fee(excess: u64, blobs: &BlobSchedule) -> Option<u128> {
    let (numerator, denominator) = (U512::from(excess), U512::from(blobs.base_fee_update_fraction.max(1)));
    // Above e^89 the fee is beyond 128 bits; this also bounds the loop.
    if numerator > denominator * U512::from(89) {
        return None;
    }
    let mut term = U512::from(BLOB_TX_MIN_BLOB_GASPRICE) * denominator;
    let (mut sum, mut i) = (U512::ZERO, 1u64);
    while !term.is_zero() {
        sum += term;
        term = term * numerator / (denominator * U512::from(i));
        i += 1;
    }
    (sum / denominator).try_into().ok()
}
