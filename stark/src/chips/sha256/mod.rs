//! sha256
mod air;
pub mod columns;
mod constants;
mod messages;
mod trace;
mod words;

#[cfg(test)]
mod forgeries;
#[cfg(test)]
mod tests;

pub use messages::SCHEDULE_KIND;
pub use trace::{blocks, rows, trace};

/// The sha256 chip.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sha256Chip;
