//! Constraints of the push-data chip; listed in the module's doc.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::code::{PUSH_DATA_STRIDE, PUSH0};
use zkrom_asm::isa::{LIMBS, PUSH_DATA};

use super::{PushDataChip, PushDataCols};
use crate::buses::{FetchMsg, PushDataMsg, provide, send};
use crate::columns::view;

impl<F> BaseAir<F> for PushDataChip {
    fn width(&self) -> usize {
        PushDataCols::WIDTH
    }
}

impl<AB: InteractionBuilder> Air<AB> for PushDataChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row: &PushDataCols<AB::Var> = view(main.current_slice());
        let next: &PushDataCols<AB::Var> = view(main.next_slice());
        let one = AB::Expr::ONE;

        for flag in [row.active, row.start, row.last, row.odd] {
            builder.assert_bool(flag);
        }
        builder.when(row.start).assert_one(row.active);
        builder.when(row.odd).assert_one(row.start);
        builder.when_first_row().assert_eq(row.active, row.start);

        let goes_on = row.active - row.last;
        builder.assert_eq(next.active - next.start, goes_on.clone());
        let mut going_on = builder.when(goes_on);
        going_on.assert_eq(next.cid, row.cid);
        going_on.assert_eq(next.end, row.end);
        going_on.assert_eq(next.at, row.at + AB::Expr::TWO);
        for i in 1..LIMBS {
            going_on.assert_eq(next.word[i], row.word[i - 1]);
        }
        for i in 1..LIMBS {
            builder.when(row.start).assert_zero(row.word[i]);
        }
        builder.when(row.odd).assert_zero(row.hi);
        builder.when(row.last).assert_eq(row.at + one.clone(), row.end);
        builder.assert_zero((one.clone() - row.last) * (AB::Expr::TWO - row.last) * row.mult);

        let datum = |at: AB::Expr, byte: AB::Expr| FetchMsg {
            cid: row.cid.into(),
            pc: at,
            opcode: AB::Expr::from_u32(PUSH_DATA),
            next_pc: row.end + byte * AB::Expr::from_u32(PUSH_DATA_STRIDE),
        };
        let lo = row.word[0] - row.hi * AB::Expr::from_u32(256);
        send(builder, datum(row.at.into(), lo), row.active);
        send(builder, datum(row.at - one, row.hi.into()), row.active - row.odd);
        let op = row.at - AB::Expr::TWO + row.odd;
        let instruction = FetchMsg {
            cid: row.cid.into(),
            pc: op.clone(),
            opcode: AB::Expr::from_u32(PUSH0 - 1) + row.end - op,
            next_pc: row.end.into(),
        };
        send(builder, instruction, row.start);

        let answer =
            PushDataMsg { cid: row.cid.into(), next_pc: row.end.into(), word: row.word.map(Into::into) };
        provide(builder, answer, row.mult);
    }
}
