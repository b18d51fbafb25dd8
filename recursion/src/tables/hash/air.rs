//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{AirBuilder, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_stark::columns::view;
use zkrom_stark::field::{Challenge, Val};

use super::{HashCols, HashPreprocessed};
use crate::poseidon::{RATE, eval_permutation};
use crate::quintic::{D, coefficients, generator, product};
use crate::tables::{Layout, bus};

/// Public values: the children's Horner points.
#[must_use]
pub const fn public_values(layout: Layout) -> usize {
    D * layout.children
}

/// `x, x^2, .., x^8`.
fn powers<E: PrimeCharacteristicRing>(x: &[E; D]) -> Vec<[E; D]> {
    let mut powers = vec![x.clone()];
    for k in 1..RATE {
        powers.push(product(&powers[k - 1], x));
    }
    powers
}

/// `x, x^2, .., x^8` of a constant.
fn constant_powers<E: From<Val>>(x: Challenge) -> Vec<[E; D]> {
    x.powers().skip(1).take(RATE).map(|p| coefficients(&p).map(E::from)).collect()
}

/// The powers of the point a row uses: the first child's, or those of another point with its flag.
fn row_powers<E: PrimeCharacteristicRing>(first: &[E; D], others: Vec<(E, Vec<[E; D]>)>) -> Vec<[E; D]> {
    let first = powers(first);
    let mut of_row = first.clone();
    for (flag, other) in others {
        for ((p, q), f) in of_row.iter_mut().zip(other).zip(&first) {
            for ((p, q), f) in p.iter_mut().zip(q).zip(f) {
                *p += flag.clone() * (q - f.clone());
            }
        }
    }
    of_row
}

/// The sums after 1 to 8 values.
fn sums<E: PrimeCharacteristicRing>(sum: &[E; D], values: &[E; RATE], powers: &[[E; D]]) -> Vec<[E; D]> {
    (1..=RATE)
        .map(|k| {
            let mut out = product(sum, &powers[k - 1]);
            for (j, value) in values[..k].iter().enumerate() {
                match k - 1 - j {
                    0 => out[0] += value.clone(),
                    exponent => {
                        for (o, p) in out.iter_mut().zip(&powers[exponent - 1]) {
                            *o += p.clone() * value.clone();
                        }
                    }
                }
            }
            out
        })
        .collect()
}

/// The constraints.
pub fn eval<AB: InteractionBuilder<F = Val>>(builder: &mut AB, layout: Layout) {
    let preprocessed = builder.preprocessed().clone();
    let p: &HashPreprocessed<AB::Var> = view(preprocessed.current_slice());
    let points: Vec<[AB::Expr; D]> =
        builder.public_values().chunks_exact(D).map(|c| from_fn(|i| c[i].into())).collect();
    debug_assert_eq!(points.len(), layout.children);
    let main = builder.main();
    let cols: &HashCols<AB::Var> = view(main.current_slice());
    let next: &HashCols<AB::Var> = view(main.next_slice());
    let (input, output) = (&cols.perm.input, cols.perm.output());
    let (next_input, next_bit) = (&next.perm.input, next.port[0]);

    // 1
    eval_permutation(builder, &cols.perm);
    // 2
    for j in RATE..2 * RATE {
        let tag = if j == RATE { p.tag.into() } else { AB::Expr::ZERO };
        builder.assert_eq(p.sponge * next_input[j], p.output * output[j] + p.input * input[j] + tag);
    }
    // 3
    for j in 0..RATE {
        let kept = p.keeps_output * output[j] + p.keeps_input * input[j];
        builder.when(p.rest[j]).assert_eq(next_input[j], kept);
    }
    // 4
    let mut others = vec![
        (p.up.into(), constant_powers::<AB::Expr>(generator())),
        (p.down.into(), constant_powers::<AB::Expr>(generator().inverse())),
    ];
    others.extend(points.get(1).map(|second| (p.second.into(), powers(second))));
    let powers = row_powers(&points[0], others);
    let values: [AB::Expr; RATE] = from_fn(|j| input[j].into());
    let sums = sums(&cols.sum.map(Into::into), &values, &powers);
    for i in 0..D {
        let goes_on = sums[RATE - 1][i].clone() * p.carries + p.keeps_input * cols.sum[i];
        builder.assert_eq(p.sponge * next.sum[i], goes_on);
    }
    // 5
    for j in 0..RATE {
        let left = next_input[j] - output[j];
        let right = next_input[RATE + j] - output[j];
        builder.when(p.merkle).assert_zero((right - left.clone()) * next_bit + left);
    }
    // 6
    for j in 0..RATE {
        builder.when(p.inject).assert_eq(next_input[RATE + j], output[j]);
    }
    // 7
    for i in 0..D {
        let terms = p.expose.iter().zip(&sums);
        let difference =
            terms.fold(AB::Expr::ZERO, |sum, (&flag, h)| sum + (h[i].clone() - cols.port[i]) * flag);
        builder.assert_zero(difference);
    }
    // 8
    for i in 0..D {
        builder.when(p.point).assert_eq(cols.port[i], powers[0][i].clone());
    }

    bus::slot(builder, p.slot, cols.port.map(Into::into), p.count);
    let digest = from_fn(|j| p.digest_output * (output[j] - input[j]) + input[j]);
    bus::digest(builder, p.digest, digest, p.digest_count);
}
