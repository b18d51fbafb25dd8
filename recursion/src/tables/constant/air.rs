//! The constraint and the message.

use p3_air::WindowAccess;
use p3_lookup::InteractionBuilder;
use zkrom_stark::columns::view;
use zkrom_stark::field::Val;

use super::{ConstantCols, ConstantPreprocessed};
use crate::tables::{Layout, bus};

/// The constraints.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, _: Layout) {
    let preprocessed = builder.preprocessed().clone();
    let &ConstantPreprocessed { slot, count, value } = view(preprocessed.current_slice());
    let main = builder.main();
    let &ConstantCols { unused } = view(main.current_slice());
    // 1
    builder.assert_zero(unused);
    bus::slot(builder, slot, value.map(Into::into), count);
}
