//! What a chip costs a proof: its columns and its degree.

use std::fmt;

use p3_air::symbolic::AirLayout;
use p3_batch_stark::ProverData;
use p3_batch_stark::symbolic::get_max_constraint_degree;
use p3_lookup::logup::LogUpGadget;

use super::MachineAir;
use crate::config::ProofParams;
use crate::field::Challenge;

/// Columns and degree of a chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Main columns.
    pub main: usize,
    /// Preprocessed columns.
    pub preprocessed: usize,
    /// Extension columns: the packed interactions and the accumulator.
    pub extension: usize,
    /// The greatest degree of a constraint, lookup constraints included.
    pub degree: usize,
}

impl Cost {
    /// All columns, counted in the base field.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.main + self.preprocessed + 5 * self.extension
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { main, preprocessed, extension, degree } = self;
        write!(
            f,
            "{main} main, {preprocessed} preprocessed, {extension} extension: {}; degree {degree}",
            self.columns()
        )
    }
}

/// The cost of a chip at a height.
///
/// # Panics
///
/// Where the proof system refuses the chip.
#[must_use]
pub fn cost<A: MachineAir>(air: &A, log_height: usize) -> Cost {
    let config = ProofParams::TESTING.config();
    let data = ProverData::from_airs_and_degrees(&config, std::slice::from_ref(air), &[log_height])
        .expect("the chip has keys");
    let lookups = &data.common.lookups[0];
    let layout = AirLayout::from_air(air);
    let degree = get_max_constraint_degree::<_, Challenge, A, _>(
        air,
        layout,
        1 << log_height,
        lookups,
        &LogUpGadget::new(),
    );
    Cost { main: air.width(), preprocessed: air.preprocessed_width(), extension: lookups.len() + 1, degree }
}
