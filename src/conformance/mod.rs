//! The consensus test suites through the EVM ROM.
//!
//! A case is replayed by the witness layer into blocks with witnesses, each with the oracle's verdict; every block is then run by the ROM.
//! A valid block must be accepted with the right output words, an invalid one refused for the reason the case names. What is *not covered*
//! is decided by what revm saw the block use, never by the ROM's own refusal.

mod case;
mod reason;
mod suite;

pub use case::{Verdict, judge, not_covered};
pub use reason::rom_exceptions;
pub use suite::{Failure, FolderCount, Report, SUITES, Selection, Suite, run_suite};
