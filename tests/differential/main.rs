//! The EVM ROM beside revm, on blocks that nobody else has: random transactions, and valid blocks made invalid.
//!
//! A block's header binds every result (gas, logs by receipts root and bloom, state root), and the ROM compares each with what it computes,
//! so a block sealed with revm's results is accepted only where the two agree on all of them.

mod code;
mod generate;
mod negative;
mod random;
