//! The constraints; numbers as in the module's documentation.

use p3_air::WindowAccess;
use p3_lookup::InteractionBuilder;
use zkrom_stark::columns::view;
use zkrom_stark::field::Val;

use super::{AluCols, AluPreprocessed};
use crate::quintic::{D, product};
use crate::tables::{Layout, bus};

/// The constraints.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, _: Layout) {
    let preprocessed = builder.preprocessed().clone();
    let &AluPreprocessed { slot, count } = view(preprocessed.current_slice());
    let main = builder.main();
    let cols: &AluCols<AB::Var> = view(main.current_slice());
    let operands: [[AB::Expr; D]; 4] = [cols.a, cols.b, cols.c, cols.d].map(|x| x.map(Into::into));
    let [a, b, c, d] = &operands;
    // 1
    for (ab, (c, d)) in product(a, b).into_iter().zip(c.iter().zip(d)) {
        builder.assert_eq(ab + c.clone(), d.clone());
    }
    for (i, value) in operands.into_iter().enumerate() {
        bus::slot(builder, slot[i], value, count[i]);
    }
}
