//! The constraints; numbers as in the module's documentation.

use p3_air::{AirBuilder, WindowAccess};
use p3_lookup::InteractionBuilder;
use zkrom_stark::columns::view;
use zkrom_stark::field::Val;

use super::{BitsCols, BitsPreprocessed};
use crate::tables::{Layout, bus};

/// The constraints.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, _: Layout) {
    let preprocessed = builder.preprocessed().clone();
    let &BitsPreprocessed { slot, count, from, from_count, first, top, low, zero } =
        view(preprocessed.current_slice());
    let main = builder.main();
    let &BitsCols { bit, sum, ones } = view(main.current_slice());
    let next: &BitsCols<AB::Var> = view(main.next_slice());
    // 1
    builder.assert_bool(bit);
    // 2
    builder.when(zero).assert_zero(bit);
    // 3
    builder.when(first).assert_eq(sum, bit);
    builder.when(first).assert_eq(ones, bit);
    // 4
    builder.when(top + low).assert_eq(next.sum, sum + sum + next.bit);
    // 5
    builder.when(top).assert_eq(next.ones, ones * next.bit);
    builder.when(low).assert_eq(next.ones, ones);
    // 6
    builder.when(low).assert_zero(ones * next.bit);

    bus::base_slot(builder, slot, bit, count);
    bus::base_slot(builder, from, sum, from_count);
}
