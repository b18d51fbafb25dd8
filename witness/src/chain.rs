//! A chain that makes its own blocks: for samples, and for tests that need blocks nobody else has.

use alloy_consensus::{EMPTY_OMMER_ROOT_HASH, Header, SignableTransaction, proofs};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{Address, B64, B256, Bytes, Signature, U256, keccak256};
use alloy_rlp::Encodable;
use k256::ecdsa::SigningKey;

use crate::{
    alloc::Alloc,
    block::{Block, Transaction},
    builder::{BuildError, Built, FullState},
    fork::{ChainConfig, ForkName},
    header::{next_base_fee, next_excess_blob_gas},
};

/// The choices of whoever makes a block; all else follows from the parent and from execution.
#[derive(Debug, Clone)]
pub struct BlockPlan {
    /// Timestamp.
    pub timestamp: u64,
    /// Gas limit; within 1/1024 of the parent's.
    pub gas_limit: u64,
    /// Who gets the tips.
    pub coinbase: Address,
    /// PREVRANDAO.
    pub prev_randao: B256,
    /// The parent beacon block's root, used from Cancun on.
    pub parent_beacon_root: B256,
    /// Extra data.
    pub extra_data: Bytes,
    /// Transactions, signed.
    pub transactions: Vec<Transaction>,
    /// Withdrawals, used from Shanghai on.
    pub withdrawals: Vec<Withdrawal>,
}

/// A chain with its full state.
#[derive(Debug)]
pub struct Chain {
    network: String,
    config: ChainConfig,
    state: FullState,
    head: Header,
}

impl Chain {
    /// A chain whose genesis (block 0) has this state. `network` is a name as in block files (`Cancun`).
    pub fn new(
        network: &str,
        chain_id: u64,
        alloc: &Alloc,
        gas_limit: u64,
        base_fee: u64,
    ) -> Result<Self, BuildError> {
        let config = ChainConfig::named(network, chain_id)?;
        let mut state = FullState::default();
        let rules = config.fork_at(0, 0)?.rules;
        let mut head = Header {
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            state_root: state.add_alloc(alloc),
            gas_limit,
            base_fee_per_gas: Some(base_fee),
            ..Header::default()
        };
        set_fork_fields(&mut head, rules);
        state.add_header(alloy_rlp::encode(&head).into())?;
        Ok(Self { network: network.into(), config, state, head })
    }

    /// The latest header.
    pub fn head(&self) -> &Header {
        &self.head
    }

    /// The chain's config.
    pub fn config(&self) -> &ChainConfig {
        &self.config
    }

    /// A plan for the next block, without transactions: 12 seconds later, same gas limit.
    pub fn plan(&self) -> BlockPlan {
        BlockPlan {
            timestamp: self.head.timestamp + 12,
            gas_limit: self.head.gas_limit,
            coinbase: Address::repeat_byte(0xc0),
            prev_randao: keccak256(self.head.number.to_be_bytes()),
            parent_beacon_root: keccak256(self.head.timestamp.to_be_bytes()),
            extra_data: Bytes::new(),
            transactions: Vec::new(),
            withdrawals: Vec::new(),
        }
    }

    /// Makes the next block and its witness, checks both with the oracle, and goes on to it.
    pub fn produce(&mut self, plan: BlockPlan) -> Result<Built, BuildError> {
        let block = self.seal(plan)?;
        let built = self.state.build(block.encode(), &self.network, &self.config)?;
        built.verdict.clone()?;
        self.head = block.header;
        Ok(built)
    }

    /// The witness of a block that others made on this chain, valid or not.
    pub fn witness(&mut self, block: Bytes) -> Result<Built, BuildError> {
        self.state.build(block, &self.network, &self.config)
    }

    /// Makes the next block, without going on to it.
    pub fn seal(&self, plan: BlockPlan) -> Result<Block, BuildError> {
        let number = self.head.number + 1;
        let fork = self.config.fork_at(number, plan.timestamp)?;
        let mut header = Header {
            parent_hash: keccak256(alloy_rlp::encode(&self.head)),
            ommers_hash: EMPTY_OMMER_ROOT_HASH,
            beneficiary: plan.coinbase,
            transactions_root: proofs::calculate_transaction_root(&plan.transactions),
            difficulty: U256::ZERO,
            number,
            gas_limit: plan.gas_limit,
            timestamp: plan.timestamp,
            extra_data: plan.extra_data,
            mix_hash: plan.prev_randao,
            nonce: B64::ZERO,
            base_fee_per_gas: next_base_fee(&self.head),
            ..Header::default()
        };
        set_fork_fields(&mut header, fork.rules);
        if let Some(blobs) = &fork.blobs {
            header.excess_blob_gas = next_excess_blob_gas(&self.head, fork.rules, blobs);
            header.parent_beacon_block_root = Some(plan.parent_beacon_root);
        }
        let withdrawals = (fork.rules >= ForkName::Shanghai).then_some(plan.withdrawals);
        header.withdrawals_root = withdrawals.as_ref().map(|w| proofs::calculate_withdrawals_root(w));
        let transactions = plan.transactions;
        let mut block =
            Block { header, hash: B256::ZERO, transactions, ommers: Vec::new(), withdrawals, size: 0 };
        let (done, state_root) = self.state.preview(&block, &self.head, &self.config)?;
        let header = &mut block.header;
        header.gas_used = done.gas_used;
        header.receipts_root = done.receipts_root;
        header.logs_bloom = done.logs_bloom;
        header.blob_gas_used = header.blob_gas_used.map(|_| done.blob_gas_used);
        header.requests_hash = done.requests_hash;
        header.state_root = state_root;
        let mut rlp = Vec::new();
        header.encode(&mut rlp);
        block.hash = keccak256(rlp);
        Ok(block)
    }
}

/// The fields that a fork adds to headers, with neutral values.
fn set_fork_fields(header: &mut Header, rules: ForkName) {
    header.withdrawals_root = (rules >= ForkName::Shanghai).then(|| proofs::calculate_withdrawals_root(&[]));
    let cancun = (rules >= ForkName::Cancun).then_some(0);
    header.blob_gas_used = cancun;
    header.excess_blob_gas = cancun;
    header.parent_beacon_block_root = cancun.map(|_| B256::ZERO);
    header.requests_hash = (rules >= ForkName::Prague).then_some(alloy_eips::eip7685::EMPTY_REQUESTS_HASH);
}

/// A private key that stands for an account of samples and tests.
#[derive(Debug, Clone)]
pub struct Account {
    key: SigningKey,
    /// The account's address.
    pub address: Address,
}

impl Account {
    /// The account of a private key; `None` if it is not a scalar of secp256k1.
    pub fn from_key(key: B256) -> Option<Self> {
        let key = SigningKey::from_slice(key.as_slice()).ok()?;
        let address = Address::from_public_key(key.verifying_key());
        Some(Self { key, address })
    }

    /// The account whose private key is keccak256 of a name.
    pub fn named(name: &str) -> Self {
        Self::from_key(keccak256(name)).expect("keccak256 of a name is a scalar but for one in 2^128")
    }

    /// Signs a transaction (RFC 6979: the same bytes every time).
    pub fn sign<T: SignableTransaction<Signature>>(&self, tx: T) -> Transaction
    where
        alloy_consensus::Signed<T>: Into<Transaction>,
    {
        let hash = tx.signature_hash();
        let (signature, parity) =
            self.key.sign_prehash_recoverable(hash.as_slice()).expect("a 32-byte hash can be signed");
        tx.into_signed((signature, parity).into()).into()
    }
}
