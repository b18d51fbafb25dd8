//! Blocks and headers, decoded strictly.

use alloy_consensus::{EthereumTxEnvelope, Header, TxEip4844};
use alloy_eips::{
    eip2718::{Decodable2718, Encodable2718},
    eip4895::Withdrawal,
};
use alloy_primitives::{B256, Bytes, keccak256};
use alloy_rlp::{Decodable, Encodable};

use crate::rlp::{Field, Item, RlpError, RlpErrorKind, check_fields};

/// A signed transaction of type 0 to 4, as blocks hold it (no blob sidecar).
pub type Transaction = EthereumTxEnvelope<TxEip4844>;

/// A block whose RLP was found canonical.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// keccak256 of the header's RLP.
    pub hash: B256,
    /// The transactions.
    pub transactions: Vec<Transaction>,
    /// Headers of ommers; none is legal from Paris on.
    pub ommers: Vec<Header>,
    /// The withdrawals, from Shanghai on.
    pub withdrawals: Option<Vec<Withdrawal>>,
    /// Size of the block's RLP in bytes.
    pub size: usize,
}

impl Block {
    /// Decodes a block `[header, transactions, ommers, withdrawals?]`.
    pub fn decode(rlp: &[u8]) -> Result<Self, RlpError> {
        let whole = Item::whole(rlp, "block")?;
        let parts = whole.elements("block")?;
        if !matches!(parts.len(), 3 | 4) {
            let kind = RlpErrorKind::Count { expected: "3 or 4".into(), got: parts.len() };
            return Err(whole.error("block", kind));
        }
        let header = header_item(&parts[0], "block.header")?;
        let mut transactions = Vec::new();
        for (i, item) in parts[1].elements("block.transactions")?.iter().enumerate() {
            transactions.push(transaction_item(item, &format!("block.transactions[{i}]"))?);
        }
        let mut ommers = Vec::new();
        for (i, item) in parts[2].elements("block.ommers")?.iter().enumerate() {
            ommers.push(header_item(item, &format!("block.ommers[{i}]"))?);
        }
        let withdrawals = match parts.get(3) {
            None => None,
            Some(list) => Some(withdrawals_item(list)?),
        };
        let hash = keccak256(parts[0].raw);
        Ok(Self { header, hash, transactions, ommers, withdrawals, size: rlp.len() })
    }

    /// The block's RLP.
    pub fn encode(&self) -> Bytes {
        let mut parts = Vec::new();
        self.header.encode(&mut parts);
        let mut transactions = Vec::new();
        for tx in &self.transactions {
            tx.network_encode(&mut transactions);
        }
        list(&transactions, &mut parts);
        self.ommers.encode(&mut parts);
        if let Some(withdrawals) = &self.withdrawals {
            withdrawals.encode(&mut parts);
        }
        let mut out = Vec::new();
        list(&parts, &mut out);
        out.into()
    }
}

/// Wraps encoded elements into a list.
fn list(payload: &[u8], out: &mut Vec<u8>) {
    alloy_rlp::Header { list: true, payload_length: payload.len() }.encode(out);
    out.extend_from_slice(payload);
}

/// Decodes a header that fills `rlp`.
pub fn decode_header(rlp: &[u8], what: &str) -> Result<Header, RlpError> {
    header_item(&Item::whole(rlp, what)?, what)
}

const HEADER_FIELDS: [(&str, Field); 21] = [
    ("parentHash", Field::Bytes(32)),
    ("ommersHash", Field::Bytes(32)),
    ("coinbase", Field::Bytes(20)),
    ("stateRoot", Field::Bytes(32)),
    ("transactionsRoot", Field::Bytes(32)),
    ("receiptsRoot", Field::Bytes(32)),
    ("logsBloom", Field::Bytes(256)),
    ("difficulty", Field::Uint(32)),
    ("number", Field::Uint(8)),
    ("gasLimit", Field::Uint(8)),
    ("gasUsed", Field::Uint(8)),
    ("timestamp", Field::Uint(8)),
    ("extraData", Field::Any),
    ("mixHash", Field::Bytes(32)),
    ("nonce", Field::Bytes(8)),
    ("baseFeePerGas", Field::Uint(8)),
    ("withdrawalsRoot", Field::Bytes(32)),
    ("blobGasUsed", Field::Uint(8)),
    ("excessBlobGas", Field::Uint(8)),
    ("parentBeaconBlockRoot", Field::Bytes(32)),
    ("requestsHash", Field::Bytes(32)),
];

fn header_item(item: &Item<'_>, what: &str) -> Result<Header, RlpError> {
    let fields = item.elements(what)?;
    if !(15..=HEADER_FIELDS.len()).contains(&fields.len()) {
        let kind = RlpErrorKind::Count { expected: "15 to 21".into(), got: fields.len() };
        return Err(item.error(what, kind));
    }
    check_fields(&fields, &HEADER_FIELDS, what)?;
    typed(item, what)
}

/// Decodes with the type's own decoder and compares with what the value encodes to.
fn typed<T: Decodable + Encodable>(item: &Item<'_>, what: &str) -> Result<T, RlpError> {
    let mut rest = item.raw;
    let value = T::decode(&mut rest).map_err(|e| item.error(what, RlpErrorKind::Value(e)))?;
    item.expect_canonical(what, item.raw, &alloy_rlp::encode(&value))?;
    Ok(value)
}

fn withdrawals_item(list: &Item<'_>) -> Result<Vec<Withdrawal>, RlpError> {
    const FIELDS: [(&str, Field); 4] = [
        ("index", Field::Uint(8)),
        ("validator", Field::Uint(8)),
        ("address", Field::Bytes(20)),
        ("amount", Field::Uint(8)),
    ];
    let mut out = Vec::new();
    for (i, item) in list.elements("block.withdrawals")?.iter().enumerate() {
        let what = format!("block.withdrawals[{i}]");
        exact_fields(item, &item.elements(&what)?, &FIELDS, &what)?;
        out.push(typed(item, &what)?);
    }
    Ok(out)
}

fn exact_fields(
    item: &Item<'_>,
    fields: &[Item<'_>],
    table: &[(&str, Field)],
    what: &str,
) -> Result<(), RlpError> {
    if fields.len() != table.len() {
        let kind = RlpErrorKind::Count { expected: table.len().to_string(), got: fields.len() };
        return Err(item.error(what, kind));
    }
    check_fields(fields, table, what)
}

const NONCE: (&str, Field) = ("nonce", Field::Uint(8));
const CHAIN: (&str, Field) = ("chainId", Field::Uint(8));
const TIP: (&str, Field) = ("maxPriorityFeePerGas", Field::Uint(32));
const MAX_FEE: (&str, Field) = ("maxFeePerGas", Field::Uint(32));
const PRICE: (&str, Field) = ("gasPrice", Field::Uint(32));
const GAS: (&str, Field) = ("gasLimit", Field::Uint(8));
const TO: (&str, Field) = ("to", Field::To);
const VALUE: (&str, Field) = ("value", Field::Uint(32));
const DATA: (&str, Field) = ("data", Field::Any);
const ACCESS: (&str, Field) = ("accessList", Field::List);
const PARITY: (&str, Field) = ("yParity", Field::Uint(1));
const R: (&str, Field) = ("r", Field::Uint(32));
const S: (&str, Field) = ("s", Field::Uint(32));

/// The fields of each transaction type, in order.
const TX_FIELDS: [&[(&str, Field)]; 5] = [
    &[NONCE, PRICE, GAS, TO, VALUE, DATA, ("v", Field::Uint(9)), R, S],
    &[CHAIN, NONCE, PRICE, GAS, TO, VALUE, DATA, ACCESS, PARITY, R, S],
    &[CHAIN, NONCE, TIP, MAX_FEE, GAS, TO, VALUE, DATA, ACCESS, PARITY, R, S],
    &[
        CHAIN,
        NONCE,
        TIP,
        MAX_FEE,
        GAS,
        ("to", Field::Bytes(20)),
        VALUE,
        DATA,
        ACCESS,
        ("maxFeePerBlobGas", Field::Uint(32)),
        ("blobVersionedHashes", Field::List),
        PARITY,
        R,
        S,
    ],
    &[
        CHAIN,
        NONCE,
        TIP,
        MAX_FEE,
        GAS,
        ("to", Field::Bytes(20)),
        VALUE,
        DATA,
        ACCESS,
        ("authorizationList", Field::List),
        PARITY,
        R,
        S,
    ],
];

/// Decodes a transaction as a block holds it: a list (type 0), or a string of type byte and list.
fn transaction_item(item: &Item<'_>, what: &str) -> Result<Transaction, RlpError> {
    let (kind, body) = if item.list {
        (0, *item)
    } else {
        let Some((&kind, body)) = item.payload.split_first() else {
            return Err(item.error(what, RlpErrorKind::Truncated { expected: 1, got: 0 }));
        };
        if !(1..=4).contains(&kind) {
            return Err(item.error(what, RlpErrorKind::TxType { got: kind }));
        }
        let mut inner = Item::whole(body, what)?;
        inner.offset = item.offset + (item.raw.len() - body.len());
        (kind, inner)
    };
    exact_fields(&body, &body.elements(what)?, TX_FIELDS[usize::from(kind)], what)?;
    let bytes = if item.list { item.raw } else { item.payload };
    let tx = Transaction::decode_2718(&mut &bytes[..]).map_err(|e| {
        let e = match e {
            alloy_eips::eip2718::Eip2718Error::RlpError(e) => e,
            _ => alloy_rlp::Error::Custom("unexpected transaction type"),
        };
        item.error(what, RlpErrorKind::Value(e))
    })?;
    item.expect_canonical(what, bytes, &tx.encoded_2718())?;
    Ok(tx)
}
