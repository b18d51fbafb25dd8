//! The EVM ROM inside a program: blocks run, refused with a reason, and compared with the consensus test suites.
//!
//! ```
//! use zkrom::EvmRom;
//! use zkrom_witness::samples;
//!
//! let block = samples::find("transfer").unwrap().make().unwrap();
//! let ran = EvmRom::get().run(&block, &block.config().unwrap()).unwrap();
//! assert_eq!(ran.statement.last_block, 1);
//! ```

pub mod conformance;
pub mod cost;
pub mod onchain;
pub mod refusal;
pub mod rom;
pub mod statement;
pub mod wrapping;

pub use refusal::Refusal;
pub use rom::{BlockRun, EvmRom};
pub use statement::EvmStatement;
