//! Copy chip.

mod air;
mod bus;
mod columns;
mod derived;
mod plan;
mod trace;

#[cfg(test)]
mod tests;

pub use columns::{CopyCols, POSITIONS};
pub use trace::{rows, trace};

/// The copy chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct CopyChip;
