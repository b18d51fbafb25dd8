//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::LIMBS;

use super::{ArithChip, ArithCols, KINDS};
use crate::buses::{Op2Msg, Word, range16, receive};
use crate::columns::view;

impl<F: Field> BaseAir<F> for ArithChip {
    fn width(&self) -> usize {
        ArithCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for ArithChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &ArithCols<AB::Var> = view(main.current_slice());
        let c = |n: u32| AB::Expr::from_u32(n);
        let [add, sub, lt, gt, slt, sgt, eq] = cols.flags.map(Into::<AB::Expr>::into);
        let signed = slt.clone() + sgt.clone();
        let swapped = gt + sgt;
        let compare = lt + slt + swapped.clone();
        let real = add.clone() + sub.clone() + compare.clone() + eq.clone();

        // 1: one kind at most.
        for flag in cols.flags {
            builder.assert_bool(flag);
        }
        builder.assert_bool(real.clone());

        // 2: the chain.
        let inverse_base = AB::F::from_u32(1 << 16).inverse();
        let mut carry = AB::Expr::ZERO;
        for i in 0..LIMBS {
            carry = (carry + cols.p[i] + cols.q[i] - cols.s[i]) * inverse_base;
            builder.assert_bool(carry.clone());
        }

        // 3: signs.
        for sign in [cols.p_sign, cols.s_sign] {
            builder.assert_zero((signed.clone() - sign) * sign);
        }

        // 4, 5: equality.
        let sum = cols.q.iter().fold(AB::Expr::ZERO, |sum, &limb| sum + limb);
        builder.assert_zero(sum.clone() * cols.equal);
        builder.assert_eq(sum * cols.inverse, eq.clone() - cols.equal);
        builder.assert_zero((AB::Expr::ONE - eq + cols.equal) * cols.inverse);

        for limb in cols.q.into_iter().chain([cols.p[15], cols.s[15]]) {
            range16(builder, limb, real.clone());
        }

        let operand = |limbs: &Word<AB::Var>, sign: AB::Var| -> Word<AB::Expr> {
            let mut word: Word<AB::Expr> = limbs.map(Into::into);
            word[15] += c(1 << 16) * sign - signed.clone() * c(1 << 15);
            word
        };
        let p = operand(&cols.p, cols.p_sign);
        let s = operand(&cols.s, cols.s_sign);
        let ones = c(0xffff);
        let a = from_fn(|i| {
            s[i].clone()
                + add.clone() * (ones.clone() - s[i].double())
                + swapped.clone() * (p[i].clone() - s[i].clone())
        });
        let b = from_fn(|i| p[i].clone() + swapped.clone() * (s[i].clone() - p[i].clone()));
        let mut r: Word<AB::Expr> =
            from_fn(|i| sub.clone() * cols.q[i] + add.clone() * (ones.clone() - cols.q[i]));
        r[0] += compare * carry + cols.equal;
        let kind =
            KINDS.iter().zip(cols.flags).fold(AB::Expr::ZERO, |kind, (op, flag)| kind + c(op.kind()) * flag);
        receive(builder, Op2Msg { kind, a, b, r }, real);
    }
}
