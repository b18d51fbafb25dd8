//! t
mod air;
mod columns;
#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod tests;
mod trace;

pub use columns::{CARRIES, MulDivCols};
pub use trace::{rows, trace};

/// The chip of multiplications and divisions.
#[derive(Clone, Copy, Debug)]
pub struct MulDivChip;

/// What is added to a carry to make it two bytes.
const CARRY_OFFSET: u32 = 1 << 14;
/// The weight of a carry's second byte.
const CARRY_STEP: u32 = 128;
