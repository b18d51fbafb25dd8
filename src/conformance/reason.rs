//! Which exception names of the test suites a refusal of the ROM stands for.

const RLP: &[&str] = &[
    "RLP_STRUCTURES_ENCODING",
    "RLP_INVALID_FIELD_OVERFLOW_64",
    "RLP_INVALID_ADDRESS",
    "RLP_INVALID_VALUE",
    "RLP_WITHDRAWALS_NOT_READ",
    "INCORRECT_BLOCK_FORMAT",
];

/// The procedures with the names (without `BlockException.` and `TransactionException.`) that each stands for. Procedures that refuse
/// witnesses stand for none: the suites' witnesses are made here.
const TABLE: [(&str, &[&str]); 43] = [
    ("invalid_rlp", RLP),
    ("invalid_header_width", RLP),
    ("invalid_transaction_width", RLP),
    ("invalid_withdrawal", RLP),
    ("invalid_parent_hash", &["UNKNOWN_PARENT", "UNKNOWN_PARENT_ZERO"]),
    ("missing_parent_header", &["UNKNOWN_PARENT", "UNKNOWN_PARENT_ZERO"]),
    ("invalid_ancestors", &[]),
    ("invalid_config", &[]),
    ("invalid_node", &[]),
    ("invalid_account", &[]),
    ("invalid_slot", &[]),
    ("invalid_number", &["INVALID_BLOCK_NUMBER"]),
    ("invalid_timestamp", &["INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT"]),
    ("invalid_gas_limit", &["INVALID_GASLIMIT"]),
    ("invalid_gas_used", &["INVALID_GAS_USED", "GAS_USED_OVERFLOW"]),
    ("invalid_block_gas_used", &["INVALID_GAS_USED", "GAS_USED_OVERFLOW"]),
    ("invalid_base_fee", &["INVALID_BASEFEE_PER_GAS"]),
    ("invalid_extra_data", &["EXTRA_DATA_TOO_BIG"]),
    (
        "invalid_proof_of_stake_constants",
        &[
            "INVALID_DIFFICULTY",
            "IMPORT_IMPOSSIBLE_DIFFICULTY_OVER_PARIS",
            "IMPORT_IMPOSSIBLE_PARIS_WRONG_POS",
            "IMPORT_IMPOSSIBLE_PARIS_WRONG_POW",
            "IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS",
        ],
    ),
    ("invalid_ommers", &["IMPORT_IMPOSSIBLE_UNCLES_OVER_PARIS"]),
    (
        "invalid_header_fields",
        &["INCORRECT_BLOCK_FORMAT", "IMPORT_IMPOSSIBLE_SHANGHAI", "IMPORT_IMPOSSIBLE_PARIS_OVER_SHANGHAI"],
    ),
    ("invalid_excess_blob_gas", &["INCORRECT_EXCESS_BLOB_GAS"]),
    ("invalid_blob_gas_used", &["INCORRECT_BLOB_GAS_USED", "BLOB_GAS_USED_ABOVE_LIMIT"]),
    ("invalid_transactions_root", &["INVALID_TRANSACTIONS_ROOT"]),
    ("invalid_withdrawals_root", &["INVALID_WITHDRAWALS_ROOT"]),
    ("invalid_receipts_root", &["INVALID_RECEIPTS_ROOT"]),
    ("invalid_logs_bloom", &["INVALID_LOG_BLOOM"]),
    ("invalid_state_root", &["INVALID_STATE_ROOT"]),
    ("invalid_transaction_type", &["TYPE_3_TX_PRE_FORK", "TYPE_4_TX_PRE_FORK"]),
    ("invalid_chain_id", &["INVALID_CHAINID"]),
    ("invalid_signature", &["INVALID_SIGNATURE_VRS"]),
    ("invalid_init_code_length", &["INITCODE_SIZE_EXCEEDED"]),
    ("invalid_intrinsic_gas", &["INTRINSIC_GAS_TOO_LOW", "INTRINSIC_GAS_BELOW_FLOOR_GAS_COST"]),
    ("invalid_max_fee", &["INSUFFICIENT_MAX_FEE_PER_GAS"]),
    ("invalid_tip", &["PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS"]),
    ("invalid_transaction_gas", &["GAS_ALLOWANCE_EXCEEDED"]),
    ("invalid_sender_code", &["SENDER_NOT_EOA"]),
    ("invalid_nonce", &["NONCE_IS_MAX", "NONCE_MISMATCH_TOO_LOW", "NONCE_MISMATCH_TOO_HIGH"]),
    ("invalid_funds", &["INSUFFICIENT_ACCOUNT_FUNDS"]),
    (
        "invalid_blob_count",
        &[
            "TYPE_3_TX_ZERO_BLOBS",
            "TYPE_3_TX_BLOB_COUNT_EXCEEDED",
            "TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED",
        ],
    ),
    ("invalid_blob_hash", &["TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH"]),
    ("invalid_blob_fee", &["INSUFFICIENT_MAX_FEE_PER_BLOB_GAS"]),
    ("invalid_blob_creation", &["TYPE_3_TX_CONTRACT_CREATION"]),
];

/// The names that a procedure stands for.
#[must_use]
pub fn rom_exceptions(procedure: &str) -> &'static [&'static str] {
    TABLE.iter().find(|(name, _)| *name == procedure).map_or(&[], |(_, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EvmRom;

    /// A procedure of the ROM without a line here would fail cases for no reason; a line without a procedure is out of date.
    #[test]
    fn every_refusal_of_the_rom_is_in_the_table() {
        let units = &EvmRom::get().map.units;
        for unit in units.iter().filter(|u| u.name.starts_with("invalid_")) {
            let known = TABLE.iter().any(|(name, _)| *name == unit.name);
            assert!(known, "{} is not in the table", unit.name);
            assert!(unit.purpose.ends_with('.'), "{}: {:?} is no sentence", unit.name, unit.purpose);
        }
        for (name, _) in TABLE {
            assert!(units.iter().any(|u| u.name == name), "the ROM has no {name}");
        }
    }
}
