//! Executing a block's body with revm: system calls, transactions, withdrawals, requests.

use alloy_consensus::transaction::SignerRecoverable;
mod error;
mod system;

use alloy_consensus::{Eip658Value, Receipt, ReceiptEnvelope, Transaction as _, TxType, proofs};
use alloy_eips::{
    eip2718::Typed2718, eip2935::HISTORY_STORAGE_ADDRESS, eip4788::BEACON_ROOTS_ADDRESS,
    eip4844::DATA_GAS_PER_BLOB,
};
use alloy_primitives::{Address, B256, Bloom, Bytes, Log, U256};
use revm::{
    Context, DatabaseCommit, ExecuteEvm, InspectEvm, MainBuilder, MainContext, MainnetEvm,
    context::{BlockEnv, CfgEnv, ContextTr, TxEnv, result::EVMError},
    context_interface::{block::BlobExcessGasAndPrice, either::Either, result::ExecutionResult},
    primitives::hardfork::SpecId,
};
use serde::Serialize;

pub use self::error::{ExecError, SystemCallError, TxError};
use self::system::{request_call, system_call};
pub use crate::requests::RequestError;
use crate::{
    block::{Block, Transaction},
    coverage::{BlockContext, Counter, Coverage},
    fork::{ChainConfig, Fork, ForkName},
    header::blob_base_fee,
    requests::Requests,
    state::{StateDb, StateError},
};

/// What one transaction did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TxOutcome {
    /// The transaction hash.
    pub hash: B256,
    /// The transaction type.
    pub tx_type: u8,
    /// The sender recovered from the signature.
    pub sender: Address,
    /// Whether it succeeded: the receipt's status.
    pub success: bool,
    /// How it ended: `success`, `revert` or revm's name of the halt.
    pub end: String,
    /// Gas it is charged for.
    pub gas_used: u64,
    /// Its logs.
    pub logs: Vec<Log>,
    /// What it returned: call output, revert data or deployed code.
    pub output: Bytes,
    /// The contract it created.
    pub created: Option<Address>,
}

/// What executing a body gave, before anything is compared with a header.
#[derive(Debug, Clone, Default)]
pub struct Execution {
    /// Outcome of each transaction.
    pub transactions: Vec<TxOutcome>,
    /// Gas used in all.
    pub gas_used: u64,
    /// Blob gas used in all.
    pub blob_gas_used: u64,
    /// Root of the receipts trie.
    pub receipts_root: B256,
    /// Union of the receipts' blooms.
    pub logs_bloom: Bloom,
    /// Hash of the execution requests, from Prague on.
    pub requests_hash: Option<B256>,
}

type Evm<'db, 'a> = MainnetEvm<BlockContext<'db, 'a>, Counter>;

/// Executes a block's body on a state. Nothing of the header that execution determines is read.
///
/// `coverage` gets what was used of the EVM, also up to an error.
pub fn execute(
    db: &mut StateDb<'_>,
    block: &Block,
    config: &ChainConfig,
    fork: &Fork,
    coverage: &mut Coverage,
) -> Result<Execution, ExecError> {
    let mut evm = evm(db, block, config, fork)?;
    let done = body(&mut evm, block, config, fork);
    *coverage = evm.inspector.coverage();
    for tx in &block.transactions {
        *coverage.tx_types.entry(tx.ty()).or_default() += 1;
    }
    done
}

fn body(
    evm: &mut Evm<'_, '_>,
    block: &Block,
    config: &ChainConfig,
    fork: &Fork,
) -> Result<Execution, ExecError> {
    if let Some(root) = block.header.parent_beacon_block_root.filter(|_| fork.rules >= ForkName::Cancun) {
        system_call(evm, BEACON_ROOTS_ADDRESS, root.0.into())?;
    }
    if fork.rules >= ForkName::Prague {
        system_call(evm, HISTORY_STORAGE_ADDRESS, block.header.parent_hash.0.into())?;
    }
    let mut done = Execution::default();
    let mut receipts = Vec::new();
    for (index, tx) in block.transactions.iter().enumerate() {
        let outcome = transaction(evm, tx, block, fork, &mut done).map_err(|e| e.at(index))?;
        receipts.push(receipt(tx.tx_type(), &outcome, done.gas_used));
        done.transactions.push(outcome);
    }
    for withdrawal in block.withdrawals.iter().flatten() {
        evm.ctx.db_mut().add_balance(withdrawal.address, withdrawal.amount_wei())?;
    }
    if fork.rules >= ForkName::Prague {
        let logs = done.transactions.iter().flat_map(|t| &t.logs);
        let mut requests = Requests::deposits(logs, config.deposit_contract)?;
        for (kind, address) in Requests::CONTRACTS {
            requests.push(kind, &request_call(evm, address)?);
        }
        done.requests_hash = Some(requests.hash());
    }
    done.receipts_root = proofs::calculate_receipt_root(&receipts);
    done.logs_bloom = receipts.iter().fold(Bloom::ZERO, |bloom, r| bloom | *r.logs_bloom());
    Ok(done)
}

fn evm<'db, 'a>(
    db: &'db mut StateDb<'a>,
    block: &Block,
    config: &ChainConfig,
    fork: &Fork,
) -> Result<Evm<'db, 'a>, ExecError> {
    let header = &block.header;
    let spec = match fork.rules {
        ForkName::Paris => SpecId::MERGE,
        ForkName::Shanghai => SpecId::SHANGHAI,
        ForkName::Cancun => SpecId::CANCUN,
        ForkName::Prague => SpecId::PRAGUE,
        ForkName::Osaka => SpecId::OSAKA,
    };
    let mut cfg = CfgEnv::new_with_spec(spec).with_chain_id(config.chain_id);
    let mut blob_price = None;
    if let Some(blobs) = &fork.blobs {
        // EIP-7594 caps the blobs of one transaction below those of a block.
        let per_tx = if fork.rules >= ForkName::Osaka { 6 } else { u64::MAX };
        cfg.set_max_blobs_per_tx(blobs.max.min(per_tx));
        cfg.blob_base_fee_update_fraction = Some(blobs.base_fee_update_fraction);
        let excess = header.excess_blob_gas.unwrap_or_default();
        let fee = blob_base_fee(excess, blobs).ok_or(ExecError::BlobFee { excess })?;
        blob_price = Some(BlobExcessGasAndPrice { excess_blob_gas: excess, blob_gasprice: fee });
    }
    let env = BlockEnv {
        number: U256::from(header.number),
        beneficiary: header.beneficiary,
        timestamp: U256::from(header.timestamp),
        gas_limit: header.gas_limit,
        basefee: header.base_fee_per_gas.unwrap_or_default(),
        difficulty: U256::ZERO,
        prevrandao: Some(header.mix_hash),
        blob_excess_gas_and_price: blob_price,
        slot_num: 0,
    };
    let mut evm = Context::mainnet()
        .with_db(db)
        .with_cfg(cfg)
        .with_block(env)
        .build_mainnet_with_inspector(Counter::new(Default::default()));
    evm.inspector = Counter::new(evm.precompiles.warm_addresses().clone());
    Ok(evm)
}

/// A failure of one transaction, before its index is known.
enum Failure {
    Tx(TxError),
    Other(ExecError),
}

impl Failure {
    fn at(self, index: usize) -> ExecError {
        match self {
            Self::Tx(reason) => ExecError::Transaction { index, reason },
            Self::Other(error) => error,
        }
    }
}

fn transaction(
    evm: &mut Evm<'_, '_>,
    tx: &Transaction,
    block: &Block,
    fork: &Fork,
    done: &mut Execution,
) -> Result<TxOutcome, Failure> {
    let sender = tx.recover_signer().map_err(|_| Failure::Tx(TxError::Signature))?;
    let left = block.header.gas_limit.saturating_sub(done.gas_used);
    if tx.gas_limit() > left {
        return Err(Failure::Tx(TxError::BlockGas { expected: left, got: tx.gas_limit() }));
    }
    let blob_gas = tx.blob_count().unwrap_or_default() * DATA_GAS_PER_BLOB + done.blob_gas_used;
    let most = fork.blobs.map_or(0, |b| b.max);
    if blob_gas / DATA_GAS_PER_BLOB > most && fork.blobs.is_some() {
        let got = blob_gas / DATA_GAS_PER_BLOB;
        return Err(Failure::Tx(TxError::BlockBlobs { expected: most, got }));
    }
    let result = evm.inspect_one_tx(tx_env(tx, sender)).map_err(|e| match e {
        EVMError::Transaction(e) => Failure::Tx(TxError::Invalid(e)),
        other => Failure::Other(evm_error(other)),
    })?;
    let changes = evm.finalize();
    evm.ctx.db_mut().commit(changes);
    done.gas_used += result.tx_gas_used();
    done.blob_gas_used = blob_gas;
    Ok(outcome(tx, sender, result))
}

fn outcome(tx: &Transaction, sender: Address, result: ExecutionResult) -> TxOutcome {
    let end = match &result {
        ExecutionResult::Success { .. } => "success".into(),
        ExecutionResult::Revert { .. } => "revert".into(),
        ExecutionResult::Halt { reason, .. } => format!("{reason:?}"),
    };
    TxOutcome {
        hash: *tx.tx_hash(),
        tx_type: tx.ty(),
        sender,
        success: result.is_success(),
        end,
        gas_used: result.tx_gas_used(),
        created: result.created_address(),
        output: result.output().cloned().unwrap_or_default(),
        // Only a success has logs that count.
        logs: if result.is_success() { result.into_logs() } else { Vec::new() },
    }
}

fn receipt(tx_type: TxType, outcome: &TxOutcome, cumulative_gas_used: u64) -> ReceiptEnvelope {
    let status = Eip658Value::Eip658(outcome.success);
    let receipt = Receipt { status, cumulative_gas_used, logs: outcome.logs.clone() }.with_bloom();
    match tx_type {
        TxType::Legacy => ReceiptEnvelope::Legacy(receipt),
        TxType::Eip2930 => ReceiptEnvelope::Eip2930(receipt),
        TxType::Eip1559 => ReceiptEnvelope::Eip1559(receipt),
        TxType::Eip4844 => ReceiptEnvelope::Eip4844(receipt),
        TxType::Eip7702 => ReceiptEnvelope::Eip7702(receipt),
    }
}

fn tx_env(tx: &Transaction, caller: Address) -> TxEnv {
    let authorizations = tx.authorization_list().unwrap_or_default();
    TxEnv {
        tx_type: tx.ty(),
        caller,
        gas_limit: tx.gas_limit(),
        gas_price: tx.max_fee_per_gas(),
        kind: tx.kind(),
        value: tx.value(),
        data: tx.input().clone(),
        nonce: tx.nonce(),
        chain_id: tx.chain_id(),
        access_list: tx.access_list().cloned().unwrap_or_default(),
        gas_priority_fee: tx.max_priority_fee_per_gas(),
        blob_hashes: tx.blob_versioned_hashes().unwrap_or_default().to_vec(),
        max_fee_per_blob_gas: tx.max_fee_per_blob_gas().unwrap_or_default(),
        authorization_list: authorizations.iter().cloned().map(Either::Left).collect(),
    }
}

fn evm_error(error: EVMError<StateError>) -> ExecError {
    match error {
        EVMError::Database(e) => ExecError::State(e),
        other => ExecError::Evm(other.to_string()),
    }
}
