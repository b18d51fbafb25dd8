//! The uVM executor: runs ROM images at native speed, and records a run into the events the STARK's chips are filled from
//! ([`record`]).
//!
//! A [`Program`] is an image made ready to run; an [`Executor`] is a program with its input. It can
//! [run](Executor::run) at native speed, [record](Executor::record) the whole run, or leave
//! [checkpoints](Executor::checkpoints) from which any range of rows is [replayed](Executor::replay) into a record.

mod checkpoint;
pub mod code;
mod error;
mod executor;
mod fault;
pub mod field;
pub mod hints;
mod machine;
mod memory;
mod ops;
mod profile;
mod program;
pub mod record;
mod trace;

pub use checkpoint::{Checkpoint, Checkpoints};
pub use error::{CallSite, EvmPlace, ExecError, Failure, Flaw, LoadError, Location, Rule, SourceMap};
pub use executor::{Executor, FinalMemory, Input, Limits, Outcome, Start};
pub use fault::{Fault, FaultKind, Outcome as DispatchOutcome, PortName, Tamper, faults};
pub use ops::{eval_op2, eval_op3};
pub use profile::{Counts, OpcodeRows, Profile, Work};
pub use program::Program;
