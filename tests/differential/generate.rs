//! A chain with random contracts, and random blocks on it.

use alloy_consensus::{TxEip1559, TxEip2930, TxLegacy};
use alloy_eips::eip2930::{AccessList, AccessListItem};
use alloy_eips::eip4788::{BEACON_ROOTS_ADDRESS, BEACON_ROOTS_CODE};
use alloy_eips::eip4895::Withdrawal;
use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zkrom_witness::ForkName;
use zkrom_witness::alloc::{Alloc, AllocAccount};
use zkrom_witness::block::Transaction;
use zkrom_witness::builder::Built;
use zkrom_witness::chain::{Account, Chain};

use super::code::World;

const CHAIN_ID: u64 = 1337;
const GWEI: u128 = 1_000_000_000;

/// A chain, its senders with their nonces, and what contracts refer to.
pub struct Generator {
    rng: ChaCha8Rng,
    world: World,
    chain: Chain,
    senders: Vec<(Account, u64)>,
}

impl Generator {
    /// A chain under the rules of a fork.
    pub fn new(fork: ForkName, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let senders: Vec<_> =
            (0..4).map(|i| (Account::named(&format!("differential {seed} {i}")), 0)).collect();
        let contracts: Vec<Address> = (0..10).map(|i| Address::repeat_byte(0x10 + i)).collect();
        let mut addresses = contracts.clone();
        addresses.extend(senders.iter().map(|s| s.0.address));
        addresses.extend([Address::repeat_byte(0xee), Address::repeat_byte(0xc0)]);
        let world = World { fork, addresses };
        let mut alloc = Alloc::new();
        for (account, _) in &senders {
            alloc.insert(account.address, AllocAccount::with_balance(U256::from(GWEI * GWEI * 1000)));
        }
        for &address in &contracts {
            let storage =
                (0..rng.random_range(0..4u64)).map(|s| (U256::from(s), U256::from(s + 1))).collect();
            let code = world.contract(&mut rng);
            alloc.insert(
                address,
                AllocAccount { balance: U256::from(5000), nonce: U256::from(1), code, storage },
            );
        }
        if fork >= ForkName::Cancun {
            let code = BEACON_ROOTS_CODE.clone();
            alloc.insert(
                BEACON_ROOTS_ADDRESS,
                AllocAccount { nonce: U256::from(1), code, ..AllocAccount::default() },
            );
        }
        let chain = Chain::new(&fork.to_string(), CHAIN_ID, &alloc, 30_000_000, GWEI as u64).unwrap();
        Self { rng, world, chain, senders }
    }

    /// The next block, with so many transactions.
    pub fn block(&mut self, transactions: usize) -> Built {
        let mut plan = self.chain.plan();
        plan.transactions = (0..transactions).map(|_| self.transaction()).collect();
        if self.world.fork >= ForkName::Shanghai {
            let rng = &mut self.rng;
            plan.withdrawals = (0..rng.random_range(0..4u64))
                .map(|index| Withdrawal {
                    index,
                    validator_index: rng.random_range(0..1000),
                    address: self.world.any(rng),
                    amount: [0, 1, rng.random::<u32>().into()][rng.random_range(0..3)],
                })
                .collect();
        }
        self.chain.produce(plan).unwrap()
    }

    fn transaction(&mut self) -> Transaction {
        let rng = &mut self.rng;
        let (to, input) = match rng.random_range(0..10) {
            0 => (TxKind::Create, self.world.init_code(rng)),
            1 => (TxKind::Call(Address::with_last_byte([1, 2, 4][rng.random_range(0..3)])), data(rng)),
            _ => (TxKind::Call(self.world.any(rng)), data(rng)),
        };
        let access_list = access_list(&self.world, rng);
        let kind = rng.random_range(0..3);
        let listed = if kind == 0 { AccessList::default() } else { access_list };
        let spare = [0, 1, 1000, 60_000, 1_000_000, 1_000_000, 1_000_000, 3_000_000][rng.random_range(0..8)];
        let gas_limit = intrinsic(&to, &input, &listed) + spare;
        let value = U256::from([0, 0, 1, 12_345][rng.random_range(0..4)]);
        let price = rng.random_range(2..5) * GWEI;
        let tip = rng.random_range(0..2) * GWEI;
        let of = rng.random_range(0..self.senders.len());
        let (account, nonce) = &mut self.senders[of];
        *nonce += 1;
        let nonce = *nonce - 1;
        let chain_id = CHAIN_ID;
        match kind {
            0 => {
                // Some without replay protection (before EIP-155).
                let chain_id = rng.random_ratio(3, 4).then_some(chain_id);
                account.sign(TxLegacy { chain_id, nonce, gas_price: price, gas_limit, to, value, input })
            }
            1 => account.sign(TxEip2930 {
                chain_id,
                nonce,
                gas_price: price,
                gas_limit,
                to,
                value,
                access_list: listed,
                input,
            }),
            _ => account.sign(TxEip1559 {
                chain_id,
                nonce,
                gas_limit,
                max_fee_per_gas: price,
                max_priority_fee_per_gas: tip,
                to,
                value,
                access_list: listed,
                input,
            }),
        }
    }
}

fn data(rng: &mut ChaCha8Rng) -> Bytes {
    let length = [0, 4, 32, 68, 200][rng.random_range(0..5)];
    (0..length).map(|_| if rng.random() { 0 } else { rng.random() }).collect::<Vec<u8>>().into()
}

fn access_list(world: &World, rng: &mut ChaCha8Rng) -> AccessList {
    let mut item = || AccessListItem {
        address: world.any(rng),
        storage_keys: (0..rng.random_range(0..3u8)).map(B256::with_last_byte).collect(),
    };
    (0..3).map(|_| item()).collect::<Vec<_>>().into()
}

/// Intrinsic gas (Yellow Paper, 6.2; EIP-2028, 2930, 3860).
fn intrinsic(to: &TxKind, input: &[u8], access_list: &AccessList) -> u64 {
    let bytes: u64 = input.iter().map(|b| if *b == 0 { 4 } else { 16 }).sum();
    let create = if to.is_create() { 32_000 + 2 * input.len().div_ceil(32) as u64 } else { 0 };
    let keys: usize = access_list.iter().map(|i| i.storage_keys.len()).sum();
    21_000 + bytes + create + 2400 * access_list.len() as u64 + 1900 * keys as u64
}
