//! The constraint and the message.

use p3_air::WindowAccess;

use p3_lookup::InteractionBuilder;
use zkrom_stark::field::Val;

use crate::quintic::D;
use crate::tables::{Layout, bus};

/// Preprocessed columns before the rows' flags: slot, count, value.
pub const COLUMNS: usize = 2 + D;

/// Rows that public values take.
#[must_use]
pub const fn packs(public_values: usize) -> usize {
    public_values.div_ceil(D)
}

/// The constraints.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, _: Layout) {
    let preprocessed = builder.preprocessed().clone();
    let (fixed, rows) = preprocessed.current_slice().split_at(COLUMNS);
    let (slot, count, constant) = (fixed[0], fixed[1], &fixed[2..]);
    let main = builder.main();
    let unused = main.current_slice()[0];
    // 1
    builder.assert_zero(unused);
    let public: Vec<AB::Expr> = builder.public_values().iter().map(|&v| v.into()).collect();
    let value = core::array::from_fn(|i| {
        let own = rows.iter().zip(public.iter().skip(i).step_by(D));
        own.fold(constant[i].into(), |sum: AB::Expr, (&row, v)| sum + v.clone() * row)
    });
    bus::slot(builder, slot, value, count);
}
