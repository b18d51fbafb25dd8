//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{AirBuilder, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_stark::columns::view;
use zkrom_stark::field::Val;

use super::{OpeningCols, OpeningPreprocessed};
use crate::poseidon::{RATE, eval_permutation};
use crate::quintic::{D, product};
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

/// The powers of the point a row uses.
fn row_powers<E: PrimeCharacteristicRing>(points: &[[E; D]], second: &E) -> Vec<[E; D]> {
    let mut of_row = powers(&points[0]);
    if let Some(other) = points.get(1) {
        for (p, q) in of_row.iter_mut().zip(powers(other)) {
            for (p, q) in p.iter_mut().zip(q) {
                *p = p.clone() + second.clone() * (q - p.clone());
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
    let p: &OpeningPreprocessed<AB::Var> = view(preprocessed.current_slice());
    let points: Vec<[AB::Expr; D]> =
        builder.public_values().chunks_exact(D).map(|c| from_fn(|i| c[i].into())).collect();
    debug_assert_eq!(points.len(), layout.children);
    let main = builder.main();
    let cols: &OpeningCols<AB::Var> = view(main.current_slice());
    let next: &OpeningCols<AB::Var> = view(main.next_slice());
    let (input, output) = (&cols.perm.input, cols.perm.output());
    let (next_input, next_bit) = (&next.perm.input, next.port[0]);

    // 1
    eval_permutation(builder, &cols.perm);
    // 2
    let absorbs = p.fresh + p.chain;
    for j in 0..RATE {
        builder.assert_eq(absorbs.clone() * next_input[RATE + j], p.chain * output[RATE + j]);
    }
    // 3
    for j in 1..RATE {
        builder.when(p.pad[j - 1]).assert_eq(next_input[j], p.chain * output[j]);
    }
    // 4
    let powers = row_powers(&points, &p.second.into());
    let values: [AB::Expr; RATE] = from_fn(|j| input[j].into());
    let sums = sums(&cols.sum.map(Into::into), &values, &powers);
    for i in 0..D {
        builder.assert_eq(absorbs.clone() * next.sum[i], sums[RATE - 1][i].clone() * p.chain);
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
    builder.when(p.inject).assert_zero(next_bit);
    // 7
    for i in 0..D {
        let terms = p.expose.iter().zip(&sums);
        let difference =
            terms.fold(AB::Expr::ZERO, |sum, (&flag, h)| sum + (h[i].clone() - cols.port[i]) * flag);
        builder.assert_zero(difference);
    }
    // 8
    for (point, &flag) in points.iter().zip(&p.point) {
        for i in 0..D {
            builder.when(flag).assert_eq(cols.port[i], point[i].clone());
        }
    }

    bus::slot(builder, p.slot, cols.port.map(Into::into), p.count);
    let digest = from_fn(|j| (input[RATE + j] - input[j]) * cols.port[0] + input[j]);
    bus::digest(builder, p.start, digest, p.start_count);
    bus::digest(builder, p.end, from_fn(|j| output[j].into()), p.end_count);
}
