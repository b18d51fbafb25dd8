//! Reduced openings: what FRI folds, as sums over the Horner sums of the hash table.
//!
//! At each height `h`, p3 batches the openings in order of commitment, matrix, point and column with ascending powers of a challenge `a`:
//!
//! `ro_h(x) = sum_z (A_z - T_z(x)) / (z - x)`, where `A_z = sum a^(o + i) v_i` over the claimed values at `z` and `T_z` the same over the opened values at `x`; a matrix of `w` columns
//! takes the exponents from its `o` on, once a point.
//!
//! The hash table knows `R_k = sum_(i < k) p_i a^-(k-1-i)` after the first `k` values of a hash. A matrix with the values `[s, e)` of it has
//! `sum_i a^(o + i) p_(s + i) = a^(o + w - 1) R_e - a^(o - 1) R_s`. So `T_z` is a combination of the `R_k` at matrices' ends with coefficients that are the
//! same for every query; where two matrices follow each other in exponents as in the hash, their common end cancels.

use std::collections::BTreeMap;

use p3_field::TwoAdicField;
use zkrom_stark::field::Val;

use super::plan::{Batch, Plan};
use crate::circuit::{Builder, Slot};

/// A Horner sum a query needs.
#[derive(Clone, Debug)]
pub struct Boundary {
    /// Values before it.
    pub position: usize,
    /// The coefficients it has in `-T_z`, for each point with one.
    pub coefficients: Vec<(usize, Slot)>,
}

/// The hash of one height's rows of a commitment.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Index of the commitment.
    pub batch: usize,
    /// Values.
    pub len: usize,
    /// Sums needed, by position.
    pub boundaries: Vec<Boundary>,
}

/// One height.
#[derive(Clone, Debug)]
pub struct Height {
    /// log2 of it.
    pub log_height: usize,
    /// Points, and `A` of each.
    pub points: Vec<(Slot, Slot)>,
    /// Hashes.
    pub streams: Vec<Stream>,
}

/// Exponents of the coefficients of one sum at one point: positive and negative ones.
#[derive(Default)]
struct Exponents(BTreeMap<usize, i32>);

impl Exponents {
    fn add(&mut self, exponent: usize, sign: i32) {
        *self.0.entry(exponent).or_insert(0) += sign;
    }

    /// Their sum's negation, unless it is zero.
    fn negated(&self, builder: &mut Builder, alpha: Slot) -> Option<Slot> {
        let mut sum = None;
        for (&exponent, &times) in self.0.iter().filter(|(_, times)| **times != 0) {
            let power = builder.pow(alpha, exponent);
            for _ in 0..times.abs() {
                let rest = sum.unwrap_or_else(|| builder.zero());
                sum = Some(if times > 0 { builder.sub(rest, power) } else { builder.add(rest, power) });
            }
        }
        sum
    }
}

fn stream(
    builder: &mut Builder,
    batch: (usize, &Batch),
    log_height: usize,
    offset: &mut usize,
    alpha: Slot,
) -> Option<Stream> {
    let mut at: BTreeMap<usize, [Exponents; 2]> = BTreeMap::new();
    let mut start = 0;
    for (_, m) in batch.1.of_height(log_height) {
        let end = start + m.width;
        for point in 0..m.points {
            at.entry(end).or_default()[point].add(*offset + m.width - 1, 1);
            if start > 0 {
                at.entry(start).or_default()[point].add(*offset - 1, -1);
            }
            *offset += m.width;
        }
        start = end;
    }
    let mut boundaries = Vec::new();
    for (position, exponents) in at {
        let of_points = exponents.iter().enumerate();
        let coefficients: Vec<_> =
            of_points.filter_map(|(point, e)| Some((point, e.negated(builder, alpha)?))).collect();
        if !coefficients.is_empty() {
            boundaries.push(Boundary { position, coefficients });
        }
    }
    (start > 0).then_some(Stream { batch: batch.0, len: start, boundaries })
}

/// What the queries need of the claimed values: `claims[batch][matrix][point]` are their slots.
pub fn heights(
    builder: &mut Builder,
    plan: &Plan,
    claims: &[Vec<Vec<Vec<Slot>>>],
    zeta: Slot,
    alpha: Slot,
) -> Vec<Height> {
    plan.log_heights
        .iter()
        .map(|&log_height| {
            let zero = builder.zero();
            let mut sums = [zero; 2];
            let mut used = 1;
            let mut offset = 0;
            for (batch, claims) in plan.batches.iter().zip(claims) {
                for (m, _) in batch.of_height(log_height) {
                    for (point, values) in claims[m].iter().enumerate() {
                        let sum = values.iter().rev().fold(zero, |sum, &v| builder.mul_add(sum, alpha, v));
                        let power = builder.pow(alpha, offset);
                        sums[point] = builder.mul_add(sum, power, sums[point]);
                        offset += values.len();
                        used = used.max(point + 1);
                    }
                }
            }
            let step = builder.base(Val::two_adic_generator(log_height - plan.params.log_blowup));
            let next = builder.mul(zeta, step);
            let points = [zeta, next].into_iter().zip(sums).take(used).collect();
            let mut offset = 0;
            let batches = plan.batches.iter().enumerate();
            let streams =
                batches.filter_map(|b| stream(builder, b, log_height, &mut offset, alpha)).collect();
            Height { log_height, points, streams }
        })
        .collect()
}
