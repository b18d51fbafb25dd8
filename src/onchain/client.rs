//! A submission: a dry run first, then a transaction, and a look at what it did.

use std::time::Duration;

use alloy_eips::BlockId;
use alloy_network::{EthereumWallet, ReceiptResponse, TransactionBuilder};
use alloy_primitives::{Address, B256, Bytes};
use alloy_provider::{DynProvider, Provider, ProviderBuilder};
use alloy_signer_local::PrivateKeySigner;
use alloy_sol_types::SolEvent;
use tokio::time::timeout;

use super::abi::StateChain::Advanced;
use super::abi::Target;
use super::refusal::explain;

/// Why a proof did not get onto the chain.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// Not a URL that can be used.
    #[error("{0:?} is no http:// URL")]
    Url(String),
    /// The client speaks no TLS.
    #[error("{0:?}: this client speaks plain http only; put a local proxy before a node elsewhere")]
    Tls(String),
    /// The node did not answer as it should.
    #[error("the node at {url}: {reason}")]
    Node {
        /// Its URL.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The node is of another chain.
    #[error("the node at {url} is of another chain: expected chain id {expected}, got {got}")]
    WrongChain {
        /// The node's URL.
        url: String,
        /// The chain that was asked for.
        expected: u64,
        /// The node's chain.
        got: u64,
    },
    /// There is nothing at the address.
    #[error("there is no contract at {address} on chain {chain_id}")]
    NoContract {
        /// The address.
        address: Address,
        /// The chain.
        chain_id: u64,
    },
    /// The dry run reverted; nothing was sent.
    #[error("the contract refuses the proof (dry run, nothing was sent): {0}")]
    Refused(String),
    /// The transaction reverted.
    #[error("transaction {hash} was refused, using {gas_used} gas: {reason}")]
    Reverted {
        /// The transaction.
        hash: B256,
        /// What it cost.
        gas_used: u64,
        /// The reason, by a call on the same block.
        reason: String,
    },
    /// The transaction went through, but did not move the chain to where the proof leads.
    #[error("transaction {hash} did not move the chain to block {expected}: is {address} a StateChain?")]
    NotAdvanced {
        /// The transaction.
        hash: B256,
        /// The proof's last block.
        expected: B256,
        /// The contract.
        address: Address,
    },
    /// The node took the transaction, and no receipt came.
    #[error("no receipt of transaction {hash} within {seconds} s; it may still be included")]
    NoReceipt {
        /// The transaction.
        hash: B256,
        /// How long it was waited for.
        seconds: u64,
    },
}

/// Who sends.
#[derive(Clone, Debug)]
pub enum Sender {
    /// An account whose key the node holds.
    Node(Address),
    /// A key held here.
    Key(Box<PrivateKeySigner>),
    /// Nobody: for a dry run.
    Nobody,
}

/// A proof on its way to a contract.
#[derive(Debug)]
pub struct Submission {
    /// The node.
    pub url: String,
    /// The chain it must be of.
    pub chain_id: u64,
    /// The contract.
    pub to: Address,
    /// What it is.
    pub target: Target,
    /// The call.
    pub calldata: Bytes,
    /// The block that a chain must be at afterwards.
    pub last_block_hash: B256,
    /// How long to wait for the node, and for a receipt.
    pub patience: Duration,
}

/// What a dry run found.
#[derive(Clone, Copy, Debug)]
pub struct DryRun {
    /// The node's estimate.
    pub gas: u64,
}

/// A transaction that went through.
#[derive(Clone, Copy, Debug)]
pub struct Accepted {
    /// Its hash.
    pub hash: B256,
    /// The block it is in.
    pub block: Option<u64>,
    /// What it cost.
    pub gas_used: u64,
}

impl Submission {
    /// Connects, and checks that the node is of the right chain and has the contract.
    ///
    /// # Errors
    /// Where the URL, the chain or the address is wrong.
    pub async fn connect(&self, sender: &Sender) -> Result<DynProvider, SubmitError> {
        if self.url.starts_with("https://") {
            return Err(SubmitError::Tls(self.url.clone()));
        }
        let invalid = || SubmitError::Url(self.url.clone());
        if !self.url.starts_with("http://") {
            return Err(invalid());
        }
        let url = self.url.parse().map_err(|_| invalid())?;
        let provider = match sender {
            Sender::Key(key) => {
                let wallet = EthereumWallet::from((**key).clone());
                ProviderBuilder::new().wallet(wallet).connect_http(url).erased()
            }
            _ => ProviderBuilder::new().connect_http(url).erased(),
        };
        let got = self.ask(provider.get_chain_id()).await?;
        if got != self.chain_id {
            return Err(SubmitError::WrongChain { url: self.url.clone(), expected: self.chain_id, got });
        }
        if self.ask(provider.get_code_at(self.to)).await?.is_empty() {
            return Err(SubmitError::NoContract { address: self.to, chain_id: got });
        }
        Ok(provider)
    }

    /// Makes the call without a transaction, and estimates its gas.
    ///
    /// # Errors
    /// Where the contract refuses the proof.
    pub async fn dry_run(&self, provider: &DynProvider, sender: &Sender) -> Result<DryRun, SubmitError> {
        // On the pending block, with what is already on its way: nodes differ in what they do where none is named.
        let pending = BlockId::pending();
        self.call(provider, sender, pending).await?.map_err(SubmitError::Refused)?;
        let gas = self.ask(provider.estimate_gas(self.request(sender)).block(pending)).await?;
        Ok(DryRun { gas })
    }

    /// Sends the transaction and waits for its receipt.
    ///
    /// # Errors
    /// Where it reverts after all (another proof was faster), moves no chain, or gets no receipt.
    pub async fn send(
        &self,
        provider: &DynProvider,
        sender: &Sender,
        dry_run: DryRun,
    ) -> Result<Accepted, SubmitError> {
        // Another block may change what storage costs by a little.
        let request = self.request(sender).with_gas_limit(dry_run.gas + dry_run.gas / 10);
        let pending = self.ask(provider.send_transaction(request)).await?;
        let hash = *pending.tx_hash();
        let receipt = timeout(self.patience, pending.get_receipt())
            .await
            .map_err(|_| SubmitError::NoReceipt { hash, seconds: self.patience.as_secs() })?
            .map_err(|e| self.node(&e))?;
        let gas_used = receipt.gas_used();
        if !receipt.status() {
            let block = receipt.block_number().map_or(BlockId::latest(), BlockId::number);
            let reason = match self.call(provider, sender, block).await? {
                Err(reason) => reason,
                Ok(()) => "the same call goes through afterwards; another transaction was in between".into(),
            };
            return Err(SubmitError::Reverted { hash, gas_used, reason });
        }
        let moved = |log: &alloy_primitives::Log| {
            log.address == self.to
                && Advanced::decode_log(log).is_ok_and(|e| e.lastBlockHash == self.last_block_hash)
        };
        if self.target == Target::StateChain && !receipt.logs().iter().any(|l| moved(&l.inner)) {
            let (expected, address) = (self.last_block_hash, self.to);
            return Err(SubmitError::NotAdvanced { hash, expected, address });
        }
        Ok(Accepted { hash, block: receipt.block_number(), gas_used })
    }

    fn request(
        &self,
        sender: &Sender,
    ) -> <alloy_network::Ethereum as alloy_network::Network>::TransactionRequest {
        let request = <alloy_network::Ethereum as alloy_network::Network>::TransactionRequest::default()
            .with_to(self.to)
            .with_input(self.calldata.clone());
        match sender {
            Sender::Node(address) => request.with_from(*address),
            Sender::Key(key) => request.with_from(key.address()),
            Sender::Nobody => request,
        }
    }

    /// The call at a block; the inner error is the contract's reason.
    async fn call(
        &self,
        provider: &DynProvider,
        sender: &Sender,
        block: BlockId,
    ) -> Result<Result<(), String>, SubmitError> {
        let call = provider.call(self.request(sender)).block(block);
        match timeout(self.patience, async { call.await }).await.map_err(|_| self.silent())? {
            Ok(_) => Ok(Ok(())),
            Err(error) => match error.as_error_resp() {
                // Nodes say "execution reverted" where a call reverts without data.
                Some(answer) if answer.message.contains("revert") => {
                    Ok(Err(explain(&answer.as_revert_data().unwrap_or_default())))
                }
                _ => Err(self.node(&error)),
            },
        }
    }

    /// An answer of the node, or why there is none.
    async fn ask<T, E: std::fmt::Display>(
        &self,
        request: impl IntoFuture<Output = Result<T, E>>,
    ) -> Result<T, SubmitError> {
        let answer = timeout(self.patience, request.into_future()).await.map_err(|_| self.silent())?;
        answer.map_err(|e| self.node(&e))
    }

    fn node(&self, reason: &dyn std::fmt::Display) -> SubmitError {
        SubmitError::Node { url: self.url.clone(), reason: reason.to_string() }
    }

    fn silent(&self) -> SubmitError {
        self.node(&format!("no answer within {} s", self.patience.as_secs()))
    }
}
