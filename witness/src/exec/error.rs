//! Why a body cannot be executed.

use alloy_primitives::Address;
use thiserror::Error;

use crate::{requests::RequestError, state::StateError};

/// A body that cannot be executed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExecError {
    /// A transaction that must not be in a block.
    #[error("transaction {index}: {reason}")]
    Transaction {
        /// Its index.
        index: usize,
        /// Why it is invalid.
        reason: TxError,
    },
    /// A system contract that is absent or fails (EIP-7002, EIP-7251).
    #[error("system call to {address}: {reason}")]
    SystemCall {
        /// The contract.
        address: Address,
        /// What happened.
        reason: SystemCallError,
    },
    /// A deposit log that is not laid out as EIP-6110 says.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The blob base fee exceeds 128 bits.
    #[error("blob base fee of excess blob gas {excess}: expected at most 128 bits")]
    BlobFee {
        /// The header's excess blob gas.
        excess: u64,
    },
    /// The state could not be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// revm failed in a way no block can cause.
    #[error("revm: {0}")]
    Evm(String),
}

/// How a system call that must succeed fails.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SystemCallError {
    /// There is no contract.
    #[error("expected a contract, got no code")]
    NoCode,
    /// The call reverts, or halts for the reason that revm names.
    #[error("expected success, got {0}")]
    Failed(String),
}

/// Why a transaction is invalid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TxError {
    /// No sender can be recovered (bad signature, or `s` above half the group order).
    #[error("invalid signature")]
    Signature,
    /// The block has less gas left than the transaction may use.
    #[error("gas limit {got}, expected at most the {expected} left in the block")]
    BlockGas {
        /// Gas left in the block.
        expected: u64,
        /// The transaction's gas limit.
        got: u64,
    },
    /// The block has more blobs than allowed.
    #[error("{got} blobs in the block, expected at most {expected}")]
    BlockBlobs {
        /// Blobs a block may have.
        expected: u64,
        /// Blobs up to and with this transaction.
        got: u64,
    },
    /// revm's validation refuses it.
    #[error("{0}")]
    Invalid(revm::context_interface::result::InvalidTransaction),
}
