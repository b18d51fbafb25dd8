//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::Op2;

use super::{KEY_LIMBS, KeysChip, KeysCols};
use crate::buses::{KeyIndexMsg, Op2Msg, byte_pair, provide, range16, receive, send};
use crate::columns::view;

impl<F: Field> BaseAir<F> for KeysChip {
    fn width(&self) -> usize {
        KeysCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        KeysCols::NEXT.collect()
    }

    /// Interactions packed in pairs outweigh the second quotient chunk.
    fn max_constraint_degree(&self) -> Option<usize> {
        Some(3)
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for KeysChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &KeysCols<AB::Var> = view(main.current_slice());
        let next: &KeysCols<AB::Var> = view(main.next_slice());
        let index = AB::Expr::from_u32(1 << 16) * cols.index[1] + cols.index[0];

        // 1
        builder.when_first_row().assert_zero(cols.position);
        builder.when_first_row().assert_one(cols.end + cols.real);
        builder.when_transition().assert_eq(next.position, cols.position + AB::F::ONE);
        builder.when_transition().assert_eq(next.end, cols.real - next.real);
        // 2
        builder.assert_eq(cols.multiplicity * cols.inverse, cols.real);
        builder.assert_zero((AB::Expr::ONE - cols.real) * cols.inverse);
        builder.assert_zero((AB::Expr::ONE - cols.real - cols.end) * cols.multiplicity);
        // 3 to 5
        order(builder, cols, next);
        // 6
        builder.assert_zero((index.clone() - cols.position) * cols.end);

        let used = cols.real + cols.end;
        range16(builder, cols.gap, cols.real);
        range16(builder, cols.index[0], used.clone());
        byte_pair(builder, cols.index[1], AB::Expr::ZERO, used);
        send(builder, KeyIndexMsg { index: cols.position.into() }, cols.real);
        receive(builder, KeyIndexMsg { index }, cols.real);

        let kind = AB::Expr::from_u32(Op2::KeyId.kind()) * cols.real
            + AB::Expr::from_u32(Op2::KeyCount.kind()) * cols.end;
        let r = from_fn(|i| cols.index.get(i).map_or(AB::Expr::ZERO, |&limb| limb.into()));
        let message = Op2Msg { kind, a: cols.a.map(Into::into), b: cols.b.map(Into::into), r };
        provide(builder, message, cols.multiplicity);
    }
}

/// Equations 3 to 5: the next key is greater.
fn order<AB: InteractionBuilder>(builder: &mut AB, cols: &KeysCols<AB::Var>, next: &KeysCols<AB::Var>) {
    for flag in cols.differ {
        builder.assert_bool(flag);
    }
    let (key, next_key) = (cols.key(), next.key());
    let mut marked = AB::Expr::ZERO;
    let mut gap = AB::Expr::ZERO;
    for j in (0..KEY_LIMBS).rev() {
        let difference: AB::Expr = next_key[j] - key[j];
        marked += cols.differ[j].into();
        gap += (difference.clone() - AB::Expr::ONE) * cols.differ[j];
        if j > 0 {
            builder.when_transition().assert_zero((marked.clone() - next.real) * difference);
        }
    }
    builder.when_transition().assert_eq(marked, next.real);
    builder.when_transition().assert_eq(gap, cols.gap);
}
