//! The queries: opened rows and their paths, reduced openings, folding.
//!
//! For a height with points `z_0 = zeta`, `z_1 = zeta w`, p3's reduced opening at `x` is `sum_k N_k / (z_k - x)` with `N_k = A_k - T_k(x)`: `A_k` combines the claimed values
//! at `z_k` and `T_k` the opened ones at `x` with powers of the batching challenge. The quotient is a hint `q` with
//! `q (z_0 - x)(z_1 - x) = N_0 (z_1 - x) + N_1 (z_0 - x)`, all powers of `x` collected; `zeta` is not in the base field, so the factor of `q` is not zero.
//!
//! A round of FRI of arity `m` interpolates the row `y` at `s w^rev(k)` and evaluates at `beta`: `f = sum_j beta^j s^-j c_j` with `c_j = sum_k w^(-j rev(k)) y_k / m`, linear in the row.
//! What was folded before is in its place of the row, which also reduces it.

use p3_field::{Field, PrimeCharacteristicRing, TwoAdicField};
use p3_util::reverse_bits_len;
use zkrom_recursion::verifier::Plan;
use zkrom_stark::field::Val;

use super::hints::{Hints, Result};
use super::index::Index;
use super::shape::{cap_height, terms, window};
use crate::koala::{D, Ext, Felt, Powers, centred};
use crate::merkle::{check_cap, leaf, node, step};
use crate::r1cs::{Builder, Lc};

/// Opened values by commitment and matrix.
type Opened<T> = Vec<Vec<Vec<T>>>;

/// A window of exponents: the columns in it, with their exponents from its start.
#[derive(Debug)]
struct Window {
    /// The window's number: its first exponent is as many windows.
    number: usize,
    /// Commitment, matrix, column, exponent.
    terms: Vec<[usize; 4]>,
}

/// A point at which a height is opened.
#[derive(Debug)]
struct Point {
    /// The point, reduced.
    at: Ext,
    /// The combination of the claimed values, reduced.
    claimed: Ext,
    windows: Vec<Window>,
}

/// What is the same for all queries of a height.
#[derive(Debug)]
struct Height {
    log_height: usize,
    points: Vec<Point>,
    /// The product and the sum of two points, reduced.
    pair: Option<(Ext, Ext)>,
}

/// What the queries check.
#[derive(Debug)]
pub struct Queries<'a> {
    plan: &'a Plan,
    cap_height: usize,
    /// Caps of the commitments opened, in order.
    pub caps: Vec<Vec<Lc>>,
    /// Caps of the FRI rounds.
    pub fri_caps: Vec<Vec<Lc>>,
    /// Folding challenges.
    pub betas: Vec<Ext>,
    /// Coefficients of the final polynomial.
    pub final_poly: Vec<Ext>,
    heights: Vec<Height>,
    powers: Powers,
    /// Powers of the window's power.
    giants: Vec<Ext>,
}

/// A query on its way.
struct Query {
    index: Index,
    /// Reduced openings by height.
    reduced: Vec<Ext>,
    folded: Ext,
}

/// The claimed values, by commitment, matrix and point.
pub type Claims = Vec<Vec<Vec<Vec<Ext>>>>;

impl<'a> Queries<'a> {
    /// What is the same for all queries; caps, challenges and final polynomial are the caller's to fill in.
    pub fn new(
        b: &mut Builder,
        plan: &'a Plan,
        cap_height: usize,
        claims: &Claims,
        zeta: &Ext,
        alpha: &Ext,
    ) -> Self {
        let g = window(plan);
        let powers = b.part("powers", |b| Powers::new(b, alpha, g, g));
        let mut giants = vec![Ext::one()];
        let mut heights = Vec::with_capacity(plan.log_heights.len());
        for &log_height in &plan.log_heights {
            let step = Val::two_adic_generator(log_height - plan.params.log_blowup);
            let mut points = Vec::new();
            for (point, terms) in terms(plan, log_height).into_iter().enumerate() {
                let at = if point == 0 { zeta.clone() } else { zeta.scale(step).reduce(b) };
                let mut windows: Vec<Window> = Vec::new();
                for t in terms {
                    let number = t.exponent / g;
                    if windows.last().is_none_or(|w| w.number != number) {
                        windows.push(Window { number, terms: vec![] });
                    }
                    let window = windows.last_mut().expect("one was pushed");
                    window.terms.push([t.batch, t.matrix, t.column, t.exponent % g]);
                }
                let last = windows.last().map_or(0, |w| w.number);
                while giants.len() <= last {
                    let next = match giants.len() {
                        1 => powers.elements[g - 1].mul(b, alpha),
                        n => giants[n - 1].mul(b, &giants[1]),
                    };
                    giants.push(next.reduce(b));
                }
                let claimed = b.part("claimed sums", |b| {
                    let mut sum = Ext::zero();
                    for w in &windows {
                        let parts: Vec<Ext> = w
                            .terms
                            .iter()
                            .map(|&[batch, m, column, e]| {
                                claims[batch][m][point][column].mul(b, &powers.elements[e])
                            })
                            .collect();
                        let inner = Ext::sum(&parts.iter().map(|x| (1, x)).collect::<Vec<_>>()).reduce(b);
                        sum = sum.add(&inner.mul(b, &giants[w.number]));
                    }
                    sum.reduce(b)
                });
                points.push(Point { at, claimed, windows });
            }
            let pair = match &points[..] {
                [p, q] => Some((p.at.mul(b, &q.at).reduce(b), p.at.add(&q.at).reduce(b))),
                _ => None,
            };
            heights.push(Height { log_height, points, pair });
        }
        Self {
            plan,
            cap_height,
            caps: vec![],
            fri_caps: vec![],
            betas: vec![],
            final_poly: vec![],
            heights,
            powers,
            giants,
        }
    }

    /// Checks the queries at indices given by bits.
    ///
    /// # Errors
    ///
    /// Where the hints have no openings.
    pub fn check(&self, b: &mut Builder, hints: &mut impl Hints, samples: Vec<Vec<Lc>>) -> Result<()> {
        let indices: Vec<Index> =
            b.part("points", |b| samples.into_iter().map(|bits| Index::new(b, bits)).collect());
        hints.queries(&indices.iter().map(Index::value).collect::<Vec<_>>())?;
        let mut queries = Vec::with_capacity(indices.len());
        for index in indices {
            let opened = self.open(b, hints, &index)?;
            let reduced: Vec<Ext> = self
                .heights
                .iter()
                .map(|h| b.part("reduced openings", |b| self.reduce(b, h, &index, &opened)))
                .collect();
            queries.push(Query { index, folded: reduced[0].clone(), reduced });
        }
        let mut passed = 0;
        for (round, &log_arity) in self.plan.log_arities.iter().enumerate() {
            let folded: Vec<[u64; D]> = queries.iter().map(|q| q.folded.value()).collect();
            hints.round(round, &folded)?;
            let beta = &self.betas[round];
            let powers = b.part("powers", |b| {
                let mut powers = vec![Ext::one(), beta.clone()];
                while powers.len() <= 1 << log_arity {
                    let next = powers[powers.len() - 1].mul(b, beta).reduce(b);
                    powers.push(next);
                }
                powers
            });
            for query in &mut queries {
                query.folded = self.fold(b, hints, query, round, passed, &powers)?;
            }
            passed += log_arity;
        }
        b.part("final polynomial", |b| {
            for query in &queries {
                let x = query.index.root(b, passed, 0, 1).reduce(b);
                let mut power = Felt::constant(1);
                let mut value = Ext::zero();
                for (i, c) in self.final_poly.iter().enumerate() {
                    if i > 0 {
                        power = power.mul(b, &x).reduce(b);
                    }
                    value = value.add(&c.mul_base(b, &power));
                }
                value.enforce_equal(b, &query.folded);
            }
        });
        Ok(())
    }

    /// Opens the commitments at an index.
    fn open(&self, b: &mut Builder, hints: &mut impl Hints, index: &Index) -> Result<Opened<Felt>> {
        let log_global = self.plan.log_global_height();
        let mut out = Vec::with_capacity(self.plan.batches.len());
        for (batch, cap) in self.plan.batches.iter().zip(&self.caps) {
            let mut rows: Vec<Vec<Felt>> = Vec::with_capacity(batch.matrices.len());
            for m in &batch.matrices {
                let row: Result<Vec<Felt>> = (0..m.width)
                    .map(|_| {
                        let v = hints.value()?;
                        Ok(b.part("opened values", |b| Felt::alloc_canonical(b, v)))
                    })
                    .collect();
                rows.push(row?);
            }
            let log_height = batch.log_height();
            let bits = &index.bits[log_global - log_height..];
            let cap_height = cap_height(self.cap_height, log_height);
            let leaf_at = |b: &mut Builder, h: usize| {
                let row: Vec<Felt> = batch.of_height(h).flat_map(|(m, _)| rows[m].iter().cloned()).collect();
                (!row.is_empty()).then(|| b.part("leaves", |b| leaf(b, &row)))
            };
            let mut digest = leaf_at(b, log_height).expect("the tallest matrix has rows");
            for below in (cap_height..log_height).rev() {
                let sibling = hints.digest()?;
                digest = b.part("paths", |b| {
                    let sibling = b.alloc(sibling);
                    step(b, &bits[log_height - 1 - below], &digest, &sibling)
                });
                if let Some(row) = leaf_at(b, below) {
                    digest = b.part("paths", |b| node(b, &digest, &row));
                }
            }
            b.part("caps", |b| check_cap(b, &bits[log_height - cap_height..], cap, &digest));
            out.push(rows);
        }
        Ok(out)
    }

    /// The reduced opening of a height.
    fn reduce(&self, b: &mut Builder, height: &Height, index: &Index, opened: &Opened<Felt>) -> Ext {
        let passed = index.bits.len() - height.log_height;
        let point = index.root(b, passed, 0, 1);
        let x = point.scale(centred(Val::GENERATOR)).reduce(b);
        let numerators: Vec<Ext> = height
            .points
            .iter()
            .map(|p| {
                let mut sum = p.claimed.clone();
                for w in &p.windows {
                    let terms: Vec<(&Felt, usize)> =
                        w.terms.iter().map(|&[batch, m, column, e]| (&opened[batch][m][column], e)).collect();
                    let inner = self.powers.dot(b, &terms);
                    sum = sum.sub(&inner.mul(b, &self.giants[w.number]));
                }
                sum
            })
            .collect();
        let (numerator, denominator) = match (&numerators[..], &height.points[..], &height.pair) {
            ([n, m], [p, q], Some((product, sum))) => {
                let numerator = n.mul(b, &q.at).add(&m.mul(b, &p.at)).sub(&n.add(m).mul_base(b, &x));
                let square = Ext::from_base(x.mul(b, &x));
                (numerator, product.sub(&sum.mul_base(b, &x)).add(&square))
            }
            _ => (numerators[0].clone(), height.points[0].at.sub(&Ext::from_base(x))),
        };
        numerator.div(b, &denominator)
    }

    /// A round: the row, its path, and the fold.
    fn fold(
        &self,
        b: &mut Builder,
        hints: &mut impl Hints,
        query: &Query,
        round: usize,
        passed: usize,
        powers: &[Ext],
    ) -> Result<Ext> {
        let log_arity = self.plan.log_arities[round];
        let arity = 1 << log_arity;
        let (low, high) = query.index.bits[passed..].split_at(log_arity);
        let mut row = Vec::with_capacity(arity * D);
        for _ in 0..arity * D {
            let v = hints.value()?;
            row.push(b.part("FRI rows", |b| Felt::alloc_canonical(b, v)));
        }
        let mut digest = b.part("FRI leaves", |b| leaf(b, &row));
        let cap_height = cap_height(self.cap_height, high.len());
        for bit in &high[..high.len() - cap_height] {
            let sibling = hints.digest()?;
            digest = b.part("FRI paths", |b| {
                let sibling = b.alloc(sibling);
                step(b, bit, &digest, &sibling)
            });
        }
        let top = &high[high.len() - cap_height..];
        b.part("caps", |b| check_cap(b, top, &self.fri_caps[round], &digest));
        let row: Vec<Ext> =
            row.chunks_exact(D).map(|c| Ext::new(core::array::from_fn(|i| c[i].clone()))).collect();
        Ok(b.part("folding", |b| {
            // The opened row has what was folded in its place.
            let mut own = row.clone();
            for bit in low {
                own = own.chunks_exact(2).map(|pair| Ext::select(b, bit, &pair[1], &pair[0])).collect();
            }
            own[0].enforce_equal(b, &query.folded);
            let scale = Val::from_usize(arity).inverse();
            let root = Val::two_adic_generator(log_arity).inverse();
            let mut sum = Ext::zero();
            for (j, power) in powers[..arity].iter().enumerate() {
                let coefficients: Vec<(i64, &Ext)> = row
                    .iter()
                    .enumerate()
                    .map(|(k, y)| {
                        let exponent = j * reverse_bits_len(k, log_arity);
                        (centred(scale * root.exp_u64(exponent as u64)), y)
                    })
                    .collect();
                let start = query.index.root(b, passed, log_arity, -(j as i64));
                let term = Ext::sum(&coefficients).mul_base(b, &start);
                sum = sum.add(&term.mul(b, power));
            }
            let log_height = query.index.bits.len() - passed - log_arity;
            match self.heights.iter().position(|h| h.log_height == log_height) {
                Some(i) => sum.add(&powers[arity].mul(b, &query.reduced[i])),
                None => sum,
            }
        }))
    }
}
