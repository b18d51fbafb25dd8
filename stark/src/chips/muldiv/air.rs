//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;
use core::mem::{offset_of, size_of};

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::{LIMBS, Op2, Op3};

use super::{CARRIES, CARRY_OFFSET, CARRY_STEP, MulDivChip, MulDivCols};
use crate::buses::{Op2Msg, Op3Msg, byte_pair, range16, receive, send};
use crate::chips::product::{Digits, WINDOWS, windows};
use crate::columns::view;

impl<F: Field> BaseAir<F> for MulDivChip {
    fn width(&self) -> usize {
        MulDivCols::WIDTH
    }

    /// `P`, `D`, `W`, `tail` and `zero`: what a row reads of its tail.
    fn main_next_row_columns(&self) -> Vec<usize> {
        type Cols = MulDivCols<u8>;
        let words = offset_of!(Cols, p)..offset_of!(Cols, w) + size_of::<[u8; LIMBS]>();
        [offset_of!(Cols, tail), offset_of!(Cols, zero)].into_iter().chain(words).collect()
    }
}

fn digits<AB: AirBuilder<F: Field>>(limb: [AB::Var; LIMBS], lo: [AB::Var; LIMBS]) -> Digits<AB::Expr> {
    let byte = AB::F::from_u32(256);
    let inverse = byte.inverse();
    Digits {
        limb: limb.map(Into::into),
        lo: lo.map(Into::into),
        lo_256: lo.map(|x| x * byte),
        hi: from_fn(|i| (limb[i] - lo[i]) * inverse),
    }
}

fn total<AB: AirBuilder>(values: &[AB::Var]) -> AB::Expr {
    values.iter().fold(AB::Expr::ZERO, |sum, &x| sum + x)
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for MulDivChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &MulDivCols<AB::Var> = view(main.current_slice());
        let next: &MulDivCols<AB::Var> = view(main.next_slice());
        let one = AB::Expr::ONE;
        let c = |n: u32| AB::Expr::from_u32(n);

        // 1: the operation.
        let flags = [cols.mul, cols.div, cols.rem, cols.sdiv, cols.srem, cols.mulmod, cols.addmod];
        let real = total::<AB>(&flags) + cols.tail;
        for flag in flags {
            builder.assert_bool(flag);
        }
        builder.assert_bool(real.clone());
        let divides = total::<AB>(&[cols.div, cols.rem, cols.sdiv, cols.srem]);
        let leads = cols.mulmod + cols.addmod;
        builder.assert_eq(next.tail, leads.clone());
        builder.assert_bool(cols.zero);
        let not_zero = one.clone() - cols.zero;
        builder.assert_eq(cols.signed, (cols.sdiv + cols.srem) * not_zero.clone());
        builder.assert_eq(cols.rem_out, (cols.rem + cols.srem) * not_zero);

        // 2: digits.
        let (p, d) = (digits::<AB>(cols.p, cols.p_lo), digits::<AB>(cols.d, cols.d_lo));
        for x in [&p, &d] {
            for i in 0..LIMBS {
                byte_pair(builder, x.lo[i].clone(), x.hi[i].clone(), real.clone());
            }
        }
        for k in 0..CARRIES {
            byte_pair(builder, cols.carry_lo[k], cols.carry_hi[k], real.clone());
        }
        let carry: [AB::Expr; WINDOWS + 1] = from_fn(|k| {
            if k == 0 || k > CARRIES {
                return AB::Expr::ZERO;
            }
            cols.carry_hi[k - 1] * AB::F::from_u32(CARRY_STEP) + cols.carry_lo[k - 1] - c(CARRY_OFFSET)
        });

        // 3: windows.
        let (p_next, d_next) = (digits::<AB>(next.p, next.p_lo), digits::<AB>(next.d, next.d_lo));
        let (t, t_next) = (windows(&p, &d), windows(&p_next, &d_next));
        let carried: [AB::Expr; WINDOWS] =
            from_fn(|k| carry[k].clone() - carry[k + 1].clone() * AB::F::from_u32(1 << 16));
        let adds = cols.addmod * (one.clone() - next.zero);
        let mut dividend: [AB::Expr; LIMBS] = from_fn(|_| AB::Expr::ZERO);
        for k in 0..WINDOWS {
            let mut lead =
                t[k].clone() * cols.mulmod + (carried[k].clone() - t_next[k].clone()) * leads.clone();
            let own = t[k].clone() + carried[k].clone();
            if k < LIMBS {
                lead = lead + adds.clone() * (cols.p[k] + cols.d[k]) - leads.clone() * next.w[k];
                dividend[k] = own.clone() + cols.w[k];
                builder.assert_zero(lead + (own - cols.w[k]) * cols.mul);
            } else {
                let j = k - LIMBS;
                let mut signs = cols.d[j] * cols.p_sign + cols.p[j] * cols.d_sign;
                if k == LIMBS {
                    signs = signs + cols.w_sign - cols.a_sign;
                }
                if k == WINDOWS - 1 {
                    signs -= cols.p_sign * cols.d_sign * AB::F::from_u32(1 << 16);
                }
                builder.assert_zero(lead + (own - signs) * divides.clone());
            }
        }
        for (k, carry) in carry.iter().enumerate().take(CARRIES + 1).skip(1) {
            let idle: AB::Expr = if k > LIMBS { cols.tail + cols.mul } else { cols.tail.into() };
            builder.assert_zero(idle * carry.clone());
        }

        // 4: signs.
        let not_signed = one.clone() - cols.signed;
        for sign in [cols.a_sign, cols.d_sign, cols.p_sign] {
            builder.assert_bool(sign);
            builder.assert_zero(not_signed.clone() * sign);
        }
        builder.assert_bool(cols.w_sign);
        builder.assert_eq(cols.a_top, dividend[LIMBS - 1].clone() * cols.signed);
        for (top, sign) in [(cols.a_top, cols.a_sign), (cols.d[LIMBS - 1], cols.d_sign)] {
            let rest = top - sign * AB::F::from_u32(1 << 15);
            range16(builder, rest.double(), cols.signed);
        }
        let w_total = total::<AB>(&cols.w);
        builder.assert_zero((one.clone() - cols.a_sign) * cols.w_sign);
        builder.assert_zero((one.clone() - cols.w_sign) * cols.a_sign * w_total);

        // 5: the remainder is less than the divisor.
        for flag in cols.at {
            builder.assert_bool(flag);
        }
        builder.assert_eq(total::<AB>(&cols.at), divides.clone() + cols.tail - cols.zero);
        let (w_factor, d_factor) =
            (one.clone() - cols.w_sign.into().double(), one.clone() - cols.d_sign.into().double());
        let shift = (cols.d_sign - cols.w_sign) * AB::F::from_u32(0xffff);
        let equal_allowed = (one.clone() - cols.w_sign) * cols.d_sign;
        let mut gap = equal_allowed * cols.at[0];
        let (mut decided, mut below, mut sum) = (AB::Expr::ZERO, AB::Expr::ZERO, AB::Expr::ZERO);
        for i in 0..LIMBS {
            let e = d_factor.clone() * cols.d[i] - w_factor.clone() * cols.w[i] + shift.clone();
            if i > 0 {
                builder.assert_zero(decided.clone() * e.clone());
            }
            gap += (e - one.clone()) * cols.at[i];
            below += sum.clone() * cols.at[i];
            decided += cols.at[i].into();
            sum = sum + cols.d[i] + cols.w[i];
        }
        builder.assert_eq(cols.gap, gap);
        let opposite = (one.clone() - cols.d_sign) * cols.w_sign;
        builder.assert_eq((below + cols.gap) * cols.inverse, opposite.clone());
        builder.assert_zero((one - opposite) * cols.inverse);

        // 6: a divisor that is zero.
        for word in [cols.d, cols.p] {
            builder.assert_zero(total::<AB>(&word) * cols.zero);
        }

        // 7: ranges of the result.
        for x in cols.w.into_iter().chain([cols.gap]) {
            range16(builder, x, real.clone());
        }

        // 8: calls.
        let word = |x: [AB::Var; LIMBS]| x.map(Into::into);
        let kind = |op: Op2| c(op.kind());
        let product = Op2Msg { kind: kind(Op2::Mul), a: word(cols.p), b: word(cols.d), r: word(cols.w) };
        receive(builder, product, cols.mul);
        let reduced = Op2Msg { kind: kind(Op2::Mod), a: word(cols.w), b: word(next.d), r: word(cols.p) };
        send(builder, reduced, leads.clone());
        let division = Op2Msg {
            kind: kind(Op2::Div) * cols.div
                + kind(Op2::Mod) * cols.rem
                + kind(Op2::Sdiv) * cols.sdiv
                + kind(Op2::Smod) * cols.srem,
            a: dividend,
            b: word(cols.d),
            r: from_fn(|i| (cols.div + cols.sdiv) * cols.p[i] + cols.rem_out * cols.w[i]),
        };
        receive(builder, division, divides);
        let modular = Op3Msg {
            kind: c(Op3::AddMod.kind()) * cols.addmod + c(Op3::MulMod.kind()) * cols.mulmod,
            a: word(cols.w),
            b: word(cols.d),
            c: word(next.d),
            r: word(next.w),
        };
        receive(builder, modular, leads);
    }
}
