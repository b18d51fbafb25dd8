//! Constraints of the private input; listed in the module's doc.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::Space;

use super::{InputChip, InputCols};
use crate::buses::{MemoryMsg, range16, receive, send};
use crate::columns::view;

impl<F> BaseAir<F> for InputChip {
    fn width(&self) -> usize {
        InputCols::WIDTH
    }
}

impl<AB: InteractionBuilder> Air<AB> for InputChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row: &InputCols<AB::Var> = view(main.current_slice());
        let next: &InputCols<AB::Var> = view(main.next_slice());
        let one = AB::Expr::ONE;

        builder.when_first_row().assert_zero(row.off);
        builder.assert_bool(row.real);
        let mut transition = builder.when_transition();
        transition.assert_eq(next.off, row.off + one.clone());
        transition.assert_zero(next.real.into() * (one - row.real) * (AB::Expr::TWO - row.real));

        let state = |time: AB::Expr| MemoryMsg {
            space: AB::Expr::from_u32(Space::Input.number()),
            ctx: AB::Expr::ZERO,
            off: row.off.into(),
            time,
            word: row.word.map(Into::into),
        };
        send(builder, state(AB::Expr::ZERO), row.real);
        receive(builder, state(row.time.into()), row.real);
        for limb in row.word {
            range16(builder, limb, row.real);
        }
    }
}
