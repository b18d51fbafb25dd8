//! What the circuit depends on besides the plan: caps, and how the powers of the batching challenge are split.

use zkrom_recursion::verifier::Plan;

use crate::merkle::leaf_cost;

/// log2 of the number of digests of a commitment to a tree of the given height.
#[must_use]
pub const fn cap_height(cap_height: usize, log_height: usize) -> usize {
    if cap_height < log_height { cap_height } else { log_height }
}

/// A term of a reduced opening: commitment, matrix, column, and the exponent of the challenge.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// The commitment's place in the plan.
    pub batch: usize,
    /// The matrix's in the commitment.
    pub matrix: usize,
    /// The column.
    pub column: usize,
    /// The exponent.
    pub exponent: usize,
}

/// The terms of a height, by point: exponents ascend over commitment, matrix, point and column, once per height.
#[must_use]
pub fn terms(plan: &Plan, log_height: usize) -> Vec<Vec<Term>> {
    let mut out = vec![vec![], vec![]];
    let mut exponent = 0;
    for (batch, b) in plan.batches.iter().enumerate() {
        for (matrix, m) in b.of_height(log_height) {
            for terms in out.iter_mut().take(m.points) {
                for column in 0..m.width {
                    terms.push(Term { batch, matrix, column, exponent });
                    exponent += 1;
                }
            }
        }
    }
    out.retain(|terms| !terms.is_empty());
    out
}

/// The number of windows of `window` exponents with a term in them.
fn windows(terms: &[Term], window: usize) -> usize {
    let mut of_terms: Vec<usize> = terms.iter().map(|t| t.exponent / window).collect();
    of_terms.dedup();
    of_terms.len()
}

/// The number of powers that makes the circuit smallest: each costs about 335 constraints once, each window of exponents about 370 a query.
#[must_use]
pub fn window(plan: &Plan) -> usize {
    let of_heights: Vec<Vec<Vec<Term>>> = plan.log_heights.iter().map(|&h| terms(plan, h)).collect();
    let points = || of_heights.iter().flatten();
    let most = points().flatten().map(|t| t.exponent + 1).max().unwrap_or(1);
    let cost = |g: usize| {
        let windows: usize = points().map(|terms| windows(terms, g)).sum();
        335 * g + windows * (370 * plan.params.num_queries + 400)
    };
    (1..=most).min_by_key(|&g| cost(g)).unwrap_or(1)
}

/// Constraints by part, from the plan alone.
#[derive(Clone, Debug, Default)]
pub struct Estimate {
    /// Constraints of one query, by part.
    pub query: Vec<(&'static str, usize)>,
    /// Queries.
    pub queries: usize,
    /// Constraints outside the queries, without those of the AIRs.
    pub fixed: Vec<(&'static str, usize)>,
}

impl Estimate {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> usize {
        let sum = |parts: &[(&str, usize)]| parts.iter().map(|p| p.1).sum::<usize>();
        self.queries * sum(&self.query) + sum(&self.fixed)
    }
}

/// The measured cost of a step of a Merkle path.
const STEP: usize = crate::poseidon2::CONSTRAINTS + 1;

/// What the verifier of a plan costs, the AIRs' constraints left out (about 15 a multiplication of the AIRs' symbolic constraints).
#[must_use]
pub fn estimate(plan: &Plan, cap: usize) -> Estimate {
    let p = &plan.params;
    let cap_of = |h| cap_height(cap, h);
    let claims: usize = plan.batches.iter().flat_map(|b| &b.matrices).map(|m| m.width * m.points).sum();
    let columns: usize = plan.batches.iter().flat_map(|b| &b.matrices).map(|m| m.width).sum();
    let g = window(plan);
    let (mut leaves, mut paths, mut caps) = (0, 0, 0);
    for b in &plan.batches {
        let height = b.log_height();
        let mut of_heights: Vec<usize> = b.matrices.iter().map(|m| m.log_height).collect();
        of_heights.sort_unstable();
        of_heights.dedup();
        for &h in &of_heights {
            leaves += leaf_cost(b.of_height(h).map(|(_, m)| m.width).sum());
        }
        paths += STEP * (height - cap_of(height)) + (of_heights.len() - 1) * (STEP - 1);
        caps += 1 << cap_of(height);
    }
    let (mut reduced, mut dots) = (0, 0);
    for &h in &plan.log_heights {
        for terms in terms(plan, h) {
            dots += 2 * terms.len();
            reduced += 370 * windows(&terms, g);
        }
        reduced += 650;
    }
    let (mut height, mut fri, mut fri_caps) = (plan.log_global_height(), 0, 0);
    for &a in &plan.log_arities {
        let values = 5 << a;
        height -= a;
        fri += values * 32 + leaf_cost(values) + STEP * (height - cap_of(height)) + (1 << cap_of(height));
        fri += values + 14 * (1 << a) + 5 * 165;
        fri_caps += 1 << cap_of(height);
    }
    let final_poly = 5 << p.log_final_poly_len;
    let transcript = crate::poseidon2::CONSTRAINTS
        * (5 * claims / 16 + caps + fri_caps + p.num_queries / 14 + 30)
        + 519 * (8 + plan.log_arities.len() * 2 + p.num_queries / 7);
    Estimate {
        query: vec![
            ("opened values", 32 * columns),
            ("leaves", leaves),
            ("paths", paths + caps),
            ("reduced openings", dots + reduced),
            ("folding", fri + 330 + 70 * (1 << p.log_final_poly_len)),
        ],
        queries: p.num_queries,
        fixed: vec![
            ("transcript", transcript),
            ("claimed values", 32 * (5 * claims + final_poly)),
            ("powers", 335 * g),
            ("claimed sums", 9 * claims),
        ],
    }
}
