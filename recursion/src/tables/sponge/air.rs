//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{AirBuilder, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_stark::columns::view;
use zkrom_stark::field::Val;

use super::{SpongeCols, SpongePreprocessed};
use crate::poseidon::{RATE, eval_permutation};
use crate::tables::{Layout, bus};

/// The constraints.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, _: Layout) {
    let preprocessed = builder.preprocessed().clone();
    let p: &SpongePreprocessed<AB::Var> = view(preprocessed.current_slice());
    let main = builder.main();
    let SpongeCols { perm } = view(main.current_slice());
    let next: &SpongeCols<AB::Var> = view(main.next_slice());
    let (input, output, next) = (&perm.input, perm.output(), &next.perm.input);
    // 1
    eval_permutation(builder, perm);
    // 2
    for j in 0..RATE {
        let tag = if j == 0 { p.tag.into() } else { AB::Expr::ZERO };
        builder.assert_eq((p.chained + p.fresh) * next[RATE + j], p.chained * output[RATE + j] + tag);
    }
    // 3
    for j in 0..RATE {
        builder.when(p.rest[j]).assert_eq(next[j], p.keeps * output[j]);
    }

    for j in 0..RATE {
        bus::base_slot(builder, p.in_slot[j], input[j], p.in_count[j]);
        let slot = p.out_slot + AB::Expr::from_usize(j);
        bus::base_slot(builder, slot, output[j], p.out_count[j]);
    }
    let elements = from_fn(|j| p.digest_input * (input[j] - output[j]) + output[j]);
    bus::digest(builder, p.digest, elements, p.digest_count);
}
