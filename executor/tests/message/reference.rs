//! The same message with revm.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, TxKind, U256};
use revm::{
    Context, ExecuteEvm, MainBuilder, MainContext,
    context::{BlockEnv, CfgEnv, TxEnv},
    context_interface::block::BlobExcessGasAndPrice,
    database::{CacheDB, EmptyDB},
    primitives::hardfork::SpecId,
    state::{AccountInfo, Bytecode},
};
use zkrom_asm::evm::Fork;

use super::{Account, COINBASE, Done, GAS_LIMIT, Message, NUMBER, RANDAO, TIMESTAMP};

pub fn run(fork: Fork, state: &BTreeMap<Address, Account>, message: &Message) -> Done {
    let spec = match fork {
        Fork::Paris => SpecId::MERGE,
        Fork::Shanghai => SpecId::SHANGHAI,
        Fork::Cancun => SpecId::CANCUN,
        Fork::Prague => SpecId::PRAGUE,
        Fork::Osaka => SpecId::OSAKA,
    };
    let mut db = CacheDB::new(EmptyDB::default());
    for (address, account) in state {
        let code = Bytecode::new_raw(account.code.clone());
        let info = AccountInfo::new(account.balance, account.nonce, code.hash_slow(), code);
        db.insert_account_info(*address, info);
        for (slot, value) in &account.slots {
            db.insert_account_storage(*address, *slot, *value).unwrap();
        }
    }
    let block = BlockEnv {
        number: U256::from(NUMBER),
        beneficiary: Address::from_word(B256::from(U256::from(COINBASE))),
        timestamp: U256::from(TIMESTAMP),
        gas_limit: GAS_LIMIT,
        basefee: 0,
        difficulty: U256::ZERO,
        prevrandao: Some(B256::from(U256::from(RANDAO))),
        blob_excess_gas_and_price: Some(BlobExcessGasAndPrice { excess_blob_gas: 0, blob_gasprice: 1 }),
        slot_num: 0,
    };
    let cfg = CfgEnv::new_with_spec(spec);
    let mut evm = Context::mainnet().with_db(db).with_cfg(cfg).with_block(block).build_mainnet();
    let tx = TxEnv {
        caller: message.sender,
        gas_limit: message.gas,
        gas_price: 0,
        kind: message.target.map_or(TxKind::Create, TxKind::Call),
        value: message.value,
        data: message.data.clone(),
        nonce: state[&message.sender].nonce,
        chain_id: Some(1),
        ..TxEnv::default()
    };
    let done = evm.transact(tx).unwrap();
    let result = done.result;
    let accounts = done
        .state
        .iter()
        .map(|(address, account)| {
            let gone = account.is_selfdestructed();
            let mut out = Account::default();
            if !gone {
                out.nonce = account.info.nonce;
                out.balance = account.info.balance;
                if account.info.code_hash != alloy_primitives::KECCAK256_EMPTY {
                    out.code = Bytes::from(account.info.code_hash.to_vec());
                }
                out.slots = state.get(address).map(|a| a.slots.clone()).unwrap_or_default();
                out.slots.extend(account.storage.iter().map(|(s, v)| (*s, v.present_value)));
            }
            (*address, out)
        })
        .collect();
    let success = result.is_success();
    Done {
        success,
        gas_used: result.tx_gas_used(),
        output: if message.target.is_none() && success {
            Bytes::new()
        } else {
            result.output().cloned().unwrap_or_default()
        },
        logs: if success { result.into_logs() } else { vec![] },
        accounts,
        ..Done::default()
    }
}
