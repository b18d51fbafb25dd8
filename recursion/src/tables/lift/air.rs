//! The messages; there are no constraints.

use p3_air::WindowAccess;
use p3_lookup::InteractionBuilder;
use zkrom_stark::columns::view;
use zkrom_stark::field::Val;

use super::{LiftCols, LiftPreprocessed};
use crate::tables::{Layout, bus};

/// The messages.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, _: Layout) {
    let preprocessed = builder.preprocessed().clone();
    let &LiftPreprocessed { from, from_count, to, to_count } = view(preprocessed.current_slice());
    let main = builder.main();
    let &LiftCols { value } = view(main.current_slice());
    for (slot, value) in from.into_iter().zip(value) {
        bus::base_slot(builder, slot, value, from_count);
    }
    bus::slot(builder, to, value.map(Into::into), to_count);
}
