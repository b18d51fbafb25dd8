//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;

use super::{BitwiseChip, BitwiseCols, KINDS};
use crate::buses::{ByteMsg, Op2Msg, Word, receive, send};
use crate::columns::view;

impl<F: Field> BaseAir<F> for BitwiseChip {
    fn width(&self) -> usize {
        BitwiseCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        Some(3)
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for BitwiseChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &BitwiseCols<AB::Var> = view(main.current_slice());
        let weighted = |weight: fn(usize) -> u32| {
            cols.flags
                .into_iter()
                .enumerate()
                .fold(AB::Expr::ZERO, |sum, (k, flag)| sum + AB::Expr::from_u32(weight(k)) * flag)
        };
        let real = weighted(|_| 1);

        // 1: one kind at most.
        builder.assert_bool(cols.flags[1]);
        builder.assert_bool(cols.flags[2]);
        builder.assert_bool(real.clone());

        let byte_kind = weighted(|k| KINDS[k].1 as u32);
        for j in 0..32 {
            let [x, y, z] = [cols.a[j], cols.b[j], cols.r[j]].map(Into::into);
            send(builder, ByteMsg { kind: byte_kind.clone(), x, y, z }, real.clone());
        }

        let word = |bytes: &[AB::Var; 32]| -> Word<AB::Expr> {
            from_fn(|i| AB::Expr::from_u32(256) * bytes[2 * i + 1] + bytes[2 * i])
        };
        let kind = weighted(|k| KINDS[k].0.kind());
        let message = Op2Msg { kind, a: word(&cols.a), b: word(&cols.b), r: word(&cols.r) };
        receive(builder, message, real);
    }
}
