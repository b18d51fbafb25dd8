//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::Op2;

use super::{WordChip, WordCols};
use crate::buses::{Op2Msg, range16, receive};
use crate::columns::view;

impl<F: Field> BaseAir<F> for WordChip {
    fn width(&self) -> usize {
        WordCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for WordChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let &WordCols { is_hint, is_split, r } = view(main.current_slice());
        let real = is_hint + is_split;

        // 1: one kind at most.
        builder.assert_bool(is_hint);
        builder.assert_bool(is_split);
        builder.assert_bool(real.clone());
        // 2: a split has two limbs.
        builder.assert_zero(r[2..].iter().fold(AB::Expr::ZERO, |sum, &limb| sum + limb) * is_split);

        for limb in r {
            range16(builder, limb, real.clone());
        }
        range16(builder, AB::Expr::from_u32(4) * r[1], is_split);

        let value = AB::Expr::from_u32(1 << 16) * r[1] + r[0];
        let mut a = from_fn(|_| AB::Expr::ZERO);
        a[0] = value * is_split;
        let kind =
            AB::Expr::from_u32(Op2::Hint.kind()) * is_hint + AB::Expr::from_u32(Op2::Split.kind()) * is_split;
        let message = Op2Msg { kind, a, b: from_fn(|_| AB::Expr::ZERO), r: r.map(Into::into) };
        receive(builder, message, real);
    }
}
