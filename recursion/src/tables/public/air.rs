//! The constraints; numbers as in the module's documentation.

use p3_air::WindowAccess;
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_stark::field::Val;

use super::{ROWS, width};
use crate::tables::{Layout, bus};

/// The constraints.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, layout: Layout) {
    let columns = width(layout);
    let preprocessed = builder.preprocessed().clone();
    let (rows, slots) = preprocessed.current_slice().split_at(ROWS);
    let (slot, count) = slots.split_at(columns);
    let main = builder.main();
    let value = main.current_slice();
    let public: Vec<AB::Expr> = builder.public_values().iter().map(|&v| v.into()).collect();
    for j in 0..columns {
        // 1
        let chunk = public[ROWS * j..].iter().take(ROWS);
        let sum = chunk.zip(rows).fold(AB::Expr::ZERO, |sum, (v, &row)| sum + v.clone() * row);
        builder.assert_eq(sum, value[j]);
        bus::base_slot(builder, slot[j], value[j], count[j]);
    }
}
