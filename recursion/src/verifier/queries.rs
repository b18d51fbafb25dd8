//! The queries of FRI: opened values, Merkle paths, folding.

use p3_field::{Field, PrimeCharacteristicRing, TwoAdicField};
use zkrom_stark::field::Val;

use super::plan::Plan;
use super::reduction::Height;
use crate::circuit::{BITS, Builder, Digest, End, HashStep, Input, Origin, Point, Port, Slot};
use crate::poseidon::RATE;
use crate::quintic::{D, generator};

/// What the queries check.
#[derive(Debug)]
pub struct Queries<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Roots of the commitments opened, in order.
    pub roots: Vec<Digest>,
    /// What is opened at each height.
    pub heights: Vec<Height>,
    /// The challenge that batches openings.
    pub alpha: Slot,
    /// Roots of the FRI rounds.
    pub fri_roots: Vec<Digest>,
    /// Folding challenges.
    pub betas: Vec<Slot>,
    /// Coefficients of the final polynomial.
    pub final_poly: Vec<Slot>,
    /// The samples that hold the query indices, as bits.
    pub samples: Vec<[Slot; BITS]>,
}

/// A query on its way through FRI.
struct Query {
    /// Bits of the index, least significant first.
    bits: Vec<Slot>,
    /// For each log2 height `h`, the point `w_h^rev(index >> (H - h))` of the subgroup of that order.
    points: Vec<Slot>,
    /// Reduced openings, by height as in [`Queries::heights`].
    reduced: Vec<Slot>,
    /// What has been folded.
    folded: Slot,
}

/// Absorbs hints, hashed as p3's `PaddingFreeSponge` does; the sums after the given numbers of them, in ascending order.
fn absorb(builder: &mut Builder, len: usize, point: Point, positions: &[usize]) -> Vec<Slot> {
    let sums: Vec<Slot> = positions.iter().map(|_| builder.slot()).collect();
    for start in (0..len).step_by(RATE) {
        let count = RATE.min(len - start);
        let here = positions.iter().zip(&sums).filter(|(p, _)| (start + 1..=start + count).contains(p));
        let ports: Vec<_> = here.map(|(p, &slot)| Port::Write(p - start, slot)).collect();
        let origin = if start == 0 { Origin::Zero } else { Origin::Output };
        let step = HashStep::Absorb { origin, keeps: true, tag: 0, inputs: vec![Input::Hint; count] };
        builder.hash_row(step, point, &ports);
    }
    sums
}

/// A bit's power: `one` where it is 1, else 1.
fn power(builder: &mut Builder, bit: Slot, one: Val) -> Slot {
    let less = builder.base(one - Val::ONE);
    let unit = builder.one();
    builder.mul_add(bit, less, unit)
}

impl Queries<'_> {
    /// Adds everything.
    pub fn build(&self, builder: &mut Builder) {
        let log_global = self.plan.log_global_height();
        let indices: Vec<Vec<Slot>> = self.samples.iter().map(|bits| bits[..log_global].to_vec()).collect();
        let point = builder.inverse(self.alpha);
        let child = builder.queries(indices.clone());
        let step = HashStep::Absorb { origin: Origin::Zero, keeps: false, tag: 0, inputs: vec![] };
        builder.hash(step, Point::Child(child), Port::Point(point), End::Nothing);
        let mut queries: Vec<Query> = indices.into_iter().map(|bits| self.open(builder, bits)).collect();
        let mut log_height = log_global;
        for (round, &log_arity) in self.plan.log_arities.iter().enumerate() {
            builder.round(round, queries.iter().map(|q| q.folded).collect());
            let beta = self.betas[round];
            let roll = builder.pow(beta, 1 << log_arity);
            for query in &mut queries {
                self.fold(builder, query, round, log_height);
                if let Some(i) = self.heights.iter().position(|h| h.log_height == log_height - log_arity) {
                    query.folded = builder.mul_add(roll, query.reduced[i], query.folded);
                }
            }
            log_height -= log_arity;
        }
        for query in &queries {
            let x = query.points[log_height];
            let zero = builder.zero();
            let value = self.final_poly.iter().rev().fold(zero, |sum, &c| builder.mul_add(sum, x, c));
            builder.assert_eq(value, query.folded);
        }
    }

    /// Opens the commitments at an index.
    fn open(&self, builder: &mut Builder, bits: Vec<Slot>) -> Query {
        let log_global = bits.len();
        let mut point = builder.one();
        for (k, &bit) in bits.iter().enumerate() {
            let factor = power(builder, bit, Val::two_adic_generator(k + 1));
            point = builder.mul(point, factor);
        }
        let mut points = vec![point; log_global + 1];
        for h in (0..log_global).rev() {
            points[h] = builder.mul(points[h + 1], points[h + 1]);
        }
        let mut sums: Vec<Vec<Vec<Slot>>> =
            self.heights.iter().map(|h| vec![vec![]; h.streams.len()]).collect();
        for batch in 0..self.plan.batches.len() {
            self.path(builder, &bits, batch, &mut sums);
        }
        let reduced: Vec<Slot> = self
            .heights
            .iter()
            .zip(&sums)
            .map(|(height, sums)| Self::reduce(builder, height, sums, points[height.log_height]))
            .collect();
        Query { bits, points, folded: reduced[0], reduced }
    }

    /// The rows and path of a commitment.
    fn path(&self, builder: &mut Builder, bits: &[Slot], batch: usize, sums: &mut [Vec<Vec<Slot>>]) {
        let log_height = self.plan.batches[batch].log_height();
        let shift = bits.len() - log_height;
        let point = builder.child_point();
        let mut absorb_at = |builder: &mut Builder, h: usize| {
            let i = self.heights.iter().position(|height| height.log_height == h)?;
            let s = self.heights[i].streams.iter().position(|s| s.batch == batch)?;
            let stream = &self.heights[i].streams[s];
            let positions: Vec<usize> = stream.boundaries.iter().map(|b| b.position).collect();
            sums[i][s] = absorb(builder, stream.len, builder.child_point(), &positions);
            Some(())
        };
        absorb_at(builder, log_height).expect("the tallest matrix has rows");
        for below in (0..log_height).rev() {
            let bit = bits[shift + log_height - 1 - below];
            let joins = below > 0 && self.plan.batches[batch].of_height(below).next().is_some();
            let step =
                |builder: &mut Builder, end| builder.hash(HashStep::Merkle, point, Port::Bit(bit), end);
            if joins {
                let left = builder.digest();
                step(builder, End::Write(left));
                absorb_at(builder, below).expect("a matrix of this height");
                builder.hash(HashStep::Inject, point, Port::Nothing, End::Left(left));
            } else {
                step(builder, if below == 0 { End::Check(self.roots[batch]) } else { End::Nothing });
            }
        }
    }

    /// The reduced opening of a height at a point of the subgroup.
    fn reduce(builder: &mut Builder, height: &Height, sums: &[Vec<Slot>], point: Slot) -> Slot {
        let generator = builder.base(Val::GENERATOR);
        let x = builder.mul(point, generator);
        let mut numerators: Vec<Slot> = height.points.iter().map(|p| p.1).collect();
        for (stream, sums) in height.streams.iter().zip(sums) {
            for (boundary, &sum) in stream.boundaries.iter().zip(sums) {
                for &(point, coefficient) in &boundary.coefficients {
                    numerators[point] = builder.mul_add(coefficient, sum, numerators[point]);
                }
            }
        }
        let mut reduced = builder.zero();
        for (&(z, _), numerator) in height.points.iter().zip(numerators) {
            let denominator = builder.sub(z, x);
            let inverse = builder.inverse(denominator);
            reduced = builder.mul_add(numerator, inverse, reduced);
        }
        reduced
    }

    /// One round: the leaf, its path, and the fold.
    fn fold(&self, builder: &mut Builder, query: &mut Query, round: usize, log_height: usize) {
        let log_arity = self.plan.log_arities[round];
        let passed = query.bits.len() - log_height;
        let (low, high) = query.bits[passed..].split_at(log_arity);
        let (evaluations, scale) = leaf(builder, 1 << log_arity);
        builder.path(high, self.fri_roots[round]);
        // The opened row has what was folded in its place.
        let own = low.iter().fold(evaluations.clone(), |row, &bit| {
            row.chunks_exact(2).map(|pair| builder.select(bit, pair[0], pair[1])).collect()
        });
        builder.assert_product(own[0], scale, query.folded);
        let folded = interpolate(builder, evaluations, low, query.points[log_height], self.betas[round]);
        query.folded = builder.mul(folded, scale);
    }
}

/// Absorbs a FRI row of evaluations; the evaluations without a common factor, and the factor. The last hash row has the leaf's digest.
fn leaf(builder: &mut Builder, arity: usize) -> (Vec<Slot>, Slot) {
    let ends: Vec<usize> = (1..=arity).map(|i| D * i).collect();
    let sums = absorb(builder, D * arity, Point::Down, &ends);
    let power = generator().inverse().exp_u64(D as u64);
    let minus = builder.constant(-power);
    let differences =
        sums.windows(2).map(|pair| builder.mul_add(pair[0], minus, pair[1])).collect::<Vec<_>>();
    let scale = builder.constant(generator().exp_u64(D as u64 - 1));
    (core::iter::once(sums[0]).chain(differences).collect(), scale)
}

/// The value at `beta` of the polynomial with these evaluations at `s w^rev(k)`, where `w` has the order of their number and `s` is `point` without the
/// factors of the low bits: halved once a bit, `f(b) = (f(x) + f(-x)) / 2 + (f(x) - f(-x)) b / 2 x`.
fn interpolate(builder: &mut Builder, mut row: Vec<Slot>, low: &[Slot], point: Slot, beta: Slot) -> Slot {
    let mut start = point;
    for (k, &bit) in low.iter().enumerate() {
        let factor = power(builder, bit, Val::two_adic_generator(k + 1).inverse());
        start = builder.mul(start, factor);
    }
    let mut ratio = builder.div(beta, start);
    let half = Val::ONE.halve();
    while row.len() > 1 {
        let log_len = row.len().ilog2() as usize;
        let halved = builder.base(half);
        let next = (0..row.len() / 2)
            .map(|i| {
                let exponent = p3_util::reverse_bits_len(i, log_len - 1) as u64;
                let factor = -half * Val::two_adic_generator(log_len).inverse().exp_u64(exponent);
                let factor = builder.base(factor);
                // Of the two, weighted (1 + b / x) / 2 and (1 - b / x) / 2, the first and its difference from the second: the difference is what selecting one takes, too.
                let odd = builder.mul_add(ratio, factor, halved);
                let difference = builder.sub(row[2 * i + 1], row[2 * i]);
                builder.mul_add(difference, odd, row[2 * i])
            })
            .collect();
        row = next;
        ratio = builder.mul(ratio, ratio);
    }
    row[0]
}
