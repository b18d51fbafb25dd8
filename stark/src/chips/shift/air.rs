//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::LIMBS;

use super::{KINDS, ShiftChip, ShiftCols};
use crate::buses::{Op2Msg, Word, byte_pair, range16, receive};
use crate::columns::view;

impl<F: Field> BaseAir<F> for ShiftChip {
    fn width(&self) -> usize {
        ShiftCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }
}

fn num<AB: InteractionBuilder>(n: usize) -> AB::Expr {
    AB::Expr::from_usize(n)
}

/// `sum weight(k) * terms[k]`.
fn weighted<AB: InteractionBuilder>(terms: &[AB::Var], weight: impl Fn(usize) -> usize) -> AB::Expr {
    terms.iter().enumerate().fold(AB::Expr::ZERO, |sum, (k, &term)| match weight(k) {
        0 => sum,
        1 => sum + term,
        w => sum + num::<AB>(w) * term,
    })
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for ShiftChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &ShiftCols<AB::Var> = view(main.current_slice());
        let [shl, shr, sar, byte, sext] = cols.flags;
        let real = weighted::<AB>(&cols.flags, |_| 1);
        let small = real.clone() - cols.large_high - cols.large_low;

        amount(builder, cols, &real, &small);
        product(builder, cols);
        result(builder, cols);
        // 9
        builder.assert_zero((AB::Expr::ZERO + sar + sext - cols.negative) * cols.negative);

        for pair in cols.bytes.chunks_exact(2).chain(cols.carries.chunks_exact(2)) {
            byte_pair(builder, pair[0], pair[1], real.clone());
        }
        let bound = num::<AB>(256) * (shl + shr + sar) + num::<AB>(32) * (byte + sext);
        range16(builder, -bound + cols.a[0], cols.large_low);
        range16(builder, cols.x[15] + cols.x[15], sar);
        range16(builder, num::<AB>(512) * cols.byte, sext);

        let signed = |word: &Word<AB::Var>| -> Word<AB::Expr> {
            word.map(|limb| (num::<AB>(0xffff) - limb - limb) * cols.negative + limb)
        };
        let mut r = signed(&cols.r);
        r[0] += byte * cols.byte;
        let kind = weighted::<AB>(&cols.flags, |k| KINDS[k].kind() as usize);
        receive(builder, Op2Msg { kind, a: cols.a.map(Into::into), b: signed(&cols.x), r }, real);
    }
}

/// Equations 1 to 4: the kind, and the shift from the amount.
fn amount<AB: InteractionBuilder>(
    builder: &mut AB,
    cols: &ShiftCols<AB::Var>,
    real: &AB::Expr,
    small: &AB::Expr,
) {
    let [shl, shr, sar, byte, sext] = cols.flags;
    // 1
    for flag in cols.flags {
        builder.assert_bool(flag);
    }
    builder.assert_bool(real.clone());
    builder.assert_bool(cols.large_low);

    // 2
    let high = weighted::<AB>(&cols.a[1..], |_| 1);
    builder.assert_zero(small.clone() * high.clone());
    builder.assert_eq(high * cols.inverse, cols.large_high);
    builder.assert_zero((AB::Expr::ONE - cols.large_high) * cols.inverse);

    // 3
    for bit in cols.limb_shift {
        builder.assert_bool(bit);
    }
    builder.assert_eq(weighted::<AB>(&cols.limb_shift, |_| 1), small.clone());
    for bit in cols.bit_shift {
        builder.assert_bool(bit);
    }
    builder.assert_eq(weighted::<AB>(&cols.bit_shift, |_| 1), real.clone());
    builder.assert_zero((small.clone() - cols.byte_shift) * cols.byte_shift);
    builder.assert_zero((byte + sext) * (AB::Expr::ONE - cols.bit_shift[0]));

    // 4
    let index = weighted::<AB>(&cols.limb_shift, |q| 2 * q) + cols.byte_shift;
    let shift = num::<AB>(8) * index.clone() + weighted::<AB>(&cols.bit_shift, |e| e);
    let amount = shift.clone() * shl
        + (num::<AB>(256) - shift) * (shr + sar)
        + (num::<AB>(31) - index.clone()) * byte
        + index * sext;
    builder.assert_zero(small.clone() * (amount - cols.a[0]));
}

/// Equations 5 and 6: `X 2^(e + 8 h)`.
fn product<AB: InteractionBuilder>(builder: &mut AB, cols: &ShiftCols<AB::Var>) {
    let power = weighted::<AB>(&cols.bit_shift, |e| 1 << e);
    let byte = |j: usize| if j < 32 { cols.bytes[j] } else { cols.carries[15] };
    let limb = |i: usize| -> AB::Expr {
        if i < LIMBS { num::<AB>(256) * byte(2 * i + 1) + byte(2 * i) } else { byte(2 * i).into() }
    };
    // 5
    for i in 0..LIMBS {
        let carry_in = if i == 0 { AB::Expr::ZERO } else { cols.carries[i - 1].into() };
        builder
            .assert_eq(power.clone() * cols.x[i] + carry_in, limb(i) + num::<AB>(1 << 16) * cols.carries[i]);
    }
    // 6
    for i in 0..=LIMBS {
        let below = if i == 0 { AB::Expr::ZERO } else { byte(2 * i - 1).into() };
        let shifted = num::<AB>(256) * byte(2 * i) + below;
        builder.assert_eq(limb(i) + (shifted - limb(i)) * cols.byte_shift, cols.y[i]);
    }
}

/// Equations 7 and 8: what the kinds take of the product.
fn result<AB: InteractionBuilder>(builder: &mut AB, cols: &ShiftCols<AB::Var>) {
    let [shl, shr, sar, _, sext] = cols.flags;
    let select = |of: &dyn Fn(usize) -> AB::Var| -> AB::Expr {
        (0..LIMBS).fold(AB::Expr::ZERO, |sum, q| sum + cols.limb_shift[q] * of(q))
    };
    // 7
    let low = select(&|q| cols.bytes[2 * q]);
    let high = select(&|q| cols.bytes[2 * q + 1]);
    builder.assert_eq(num::<AB>(256) * high.clone() * cols.byte_shift + low.clone(), cols.top_limb);
    builder.assert_eq((high - low.clone()) * cols.byte_shift + low, cols.byte);

    // 8
    let right_flag = shr + sar;
    let results: [AB::Expr; LIMBS] = from_fn(|i| {
        let left = (0..=i).fold(AB::Expr::ZERO, |sum, q| sum + cols.limb_shift[q] * cols.y[i - q]);
        let right =
            (i..LIMBS).fold(AB::Expr::ZERO, |sum, q| sum + cols.limb_shift[q] * cols.y[LIMBS + i - q]);
        let below = AB::Expr::ONE - weighted::<AB>(&cols.limb_shift[..=i], |_| 1);
        let extended = below * cols.x[i] + cols.limb_shift[i] * cols.top_limb;
        left * shl + right * right_flag.clone() + extended * sext
    });
    for (result, limb) in results.into_iter().zip(cols.r) {
        builder.assert_eq(result, limb);
    }
}
