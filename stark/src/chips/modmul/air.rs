//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::{LIMBS, ModulusId, Op3};

use super::{
    CARRIES, CARRY_OFFSET, COFACTOR_OFFSET, MODULI, ModMulChip, ModMulCols, QUOTIENT_OFFSET, RESIDUE,
};
use crate::buses::{Op3Msg, byte_pair, range16, receive};
use crate::chips::product::{Digits, WINDOWS, windows};
use crate::columns::view;
use crate::field::limbs_u16;

impl<F: Field> BaseAir<F> for ModMulChip {
    fn width(&self) -> usize {
        ModMulCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }
}

/// The digits of limbs given with their low bytes.
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

/// A constant of each modulus, for the row's modulus.
fn select<AB: AirBuilder<F: Field>>(flags: &[AB::Var], constant: impl Fn(&[u16; LIMBS]) -> u16) -> AB::Expr {
    flags.iter().zip(&MODULI).fold(AB::Expr::ZERO, |sum, (&flag, &modulus)| {
        sum + flag * AB::F::from_u16(constant(&limbs_u16(modulus)))
    })
}

fn total<E: PrimeCharacteristicRing>(values: &[E]) -> E {
    values.iter().fold(E::ZERO, |sum, x| sum + x.dup())
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for ModMulChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &ModMulCols<AB::Var> = view(main.current_slice());
        let c = |n: u32| AB::Expr::from_u32(n);
        let sub: AB::Expr = cols.sub.into();
        let sign = AB::Expr::ONE - sub.double();
        let real = total(&cols.modulus.map(Into::<AB::Expr>::into));

        // 1: the operation.
        for flag in cols.modulus {
            builder.assert_bool(flag);
        }
        builder.assert_bool(real.clone());
        builder.assert_bool(cols.sub);
        builder.assert_zero(sub.clone() * (AB::Expr::ONE - real.clone()));
        let m = Digits::<AB::Expr> {
            limb: from_fn(|i| select::<AB>(&cols.modulus, |m| m[i])),
            lo: from_fn(|i| select::<AB>(&cols.modulus, |m| m[i] & 0xff)),
            lo_256: from_fn(|_| AB::Expr::ZERO),
            hi: from_fn(|i| select::<AB>(&cols.modulus, |m| m[i] >> 8)),
        };

        // 2: digits.
        let (a, b) = (digits::<AB>(cols.a, cols.a_lo), digits::<AB>(cols.b, cols.b_lo));
        let q = digits::<AB>(cols.q, cols.q_lo);
        let negative = sub.clone() * c(255);
        for (x, shift) in [(&a, &negative), (&b, &AB::Expr::ZERO), (&q, &negative)] {
            for i in 0..LIMBS {
                byte_pair(
                    builder,
                    x.lo[i].clone() + shift.clone(),
                    x.hi[i].clone() + shift.clone(),
                    real.clone(),
                );
            }
        }
        builder.assert_zero((sign.clone() - cols.q_bit) * cols.q_bit);
        builder.assert_zero((sign.clone() - cols.q_two) * (sign.double() - cols.q_two) * cols.q_two);
        let q_top = cols.q_two * AB::F::TWO + cols.q_bit;

        // 3, 4: windows and carries.
        let (ab, qm) = (windows(&a, &b), windows(&q, &m));
        let offset = sub.clone() * c(QUOTIENT_OFFSET);
        let t: [AB::Expr; WINDOWS] = from_fn(|k| {
            let extra = if k < LIMBS { &offset } else { &q_top };
            ab[k].clone() - qm[k].clone() - extra.clone() * m.limb[k % LIMBS].clone()
        });
        let next_less_carry = |k: usize| -> AB::Expr {
            let out = if k < CARRIES { cols.carry[k] * AB::F::from_u32(1 << 16) } else { AB::Expr::ZERO };
            if k == 0 { out } else { out - cols.carry[k - 1] }
        };
        let op_c: [AB::Expr; LIMBS] =
            from_fn(|k| sign.clone() * cols.r[k] + next_less_carry(k) - t[k].clone());
        for k in LIMBS..WINDOWS {
            builder.assert_eq(t[k].clone(), next_less_carry(k));
        }
        for x in cols.carry {
            range16(builder, x + AB::F::from_u32(CARRY_OFFSET), real.clone());
        }

        // 5: the identity modulo 257, where 2^8 = -1.
        let alternating = |x: &Digits<AB::Expr>| total(&x.lo) - total(&x.hi);
        let q_alternating = alternating(&q) + q_top + offset;
        let r_sum = total(&cols.r.map(Into::<AB::Expr>::into));
        let residue = total(&op_c) - sign.clone() * r_sum + alternating(&a) * alternating(&b)
            - q_alternating * alternating(&m);
        let cofactor =
            cols.cofactor[1] * AB::F::from_u32(8) + cols.cofactor[0] - real.clone() * c(COFACTOR_OFFSET);
        builder.assert_eq(residue, cofactor * c(RESIDUE));

        // 6: R < M.
        let place = |builder: &mut AB, given: [AB::Var; 3]| -> [AB::Expr; 4] {
            let last = real.clone() - total(&given.map(Into::<AB::Expr>::into));
            let all = [given[0].into(), given[1].into(), given[2].into(), last];
            for flag in &all {
                builder.assert_bool(flag.clone());
            }
            all
        };
        let (row, col) = (place(builder, cols.at_row), place(builder, cols.at_col));
        let mut gap = -real.clone();
        for i in 0..LIMBS {
            let less = m.limb[i].clone() - cols.r[i];
            let lower = total(&row[..i / 4]) + row[i / 4].clone() * total(&col[..i % 4]);
            if i > 0 {
                builder.assert_zero(lower * less.clone());
            }
            gap += row[i / 4].clone() * col[i % 4].clone() * less;
        }
        builder.assert_eq(cols.gap, gap);

        // 7: ranges of the result.
        for x in cols.r.into_iter().chain(cols.cofactor).chain([cols.gap]) {
            range16(builder, x, real.clone());
        }

        // 8: the call.
        let kind = cols
            .modulus
            .iter()
            .zip(ModulusId::ALL)
            .fold(sub, |kind, (&flag, m)| kind + flag * AB::F::from_u32(Op3::MulAdd(m).kind()));
        let message = Op3Msg {
            kind,
            a: from_fn(|i| sign.clone() * cols.a[i]),
            b: cols.b.map(Into::into),
            c: op_c,
            r: cols.r.map(Into::into),
        };
        receive(builder, message, real);
    }
}
