//! The circuit that verifies a child.
//!
//! [`Child::plan`] derives everything that does not depend on values from the child's AIRs, heights and parameters, as p3's verifier does; [`verify`] adds the
//! verifier to a circuit; [`Words`] are a proof's words in the order the circuit reads them.

mod constraints;
mod plan;
mod queries;
mod reduction;
mod transcript;
mod words;

pub use plan::{Batch, Child, ChildAir, Instance, Matrix, Plan, Source, layout};
pub(crate) use transcript::Transcript;
pub use words::{Proof, Words};

use p3_commit::PolynomialSpace;
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_field::{Field, PrimeCharacteristicRing, TwoAdicField};
use zkrom_stark::field::Val;

use crate::circuit::{BITS, Builder, Slot};
use crate::poseidon::RATE;
use crate::quintic::D;
use constraints::{Values, folded, lookup_challenges};
use queries::Queries;

/// What a verified child says: base slots whose values are the proof's, for the circuit to bind.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The commitment to its preprocessed columns.
    pub key: [Slot; RATE],
    /// Its public values, table by table.
    pub public: Vec<Vec<Slot>>,
}

/// The values at `zeta` that belong to a height.
struct Domain {
    coset: TwoAdicMultiplicativeCoset<Val>,
    /// `zeta^n`.
    power: Slot,
    selectors: [Slot; 3],
    /// `1 / (zeta^n - 1)`.
    inverse: Slot,
}

impl Domain {
    fn new(builder: &mut Builder, zeta: Slot, log_height: usize) -> Self {
        let coset = TwoAdicMultiplicativeCoset::new(Val::ONE, log_height).expect("a height the field has");
        let power = builder.pow(zeta, 1 << log_height);
        let one = builder.one();
        let vanishing = builder.sub(power, one);
        let last = builder.base(Val::two_adic_generator(log_height).inverse());
        let (from_first, from_last) = (builder.sub(zeta, one), builder.sub(zeta, last));
        // Unsatisfiable where zeta is in the domain, so the quotients are no free choice there.
        let inverse = builder.inverse(vanishing);
        let selectors = [builder.div(vanishing, from_first), builder.div(vanishing, from_last), from_last];
        Self { coset, power, selectors, inverse }
    }

    /// The quotient at zeta from its chunks' openings.
    fn quotient(&self, builder: &mut Builder, chunks: &[Vec<Slot>]) -> Slot {
        let n = self.coset.size();
        let all = self.coset.create_disjoint_domain(n * chunks.len());
        let domains = all.split_domains(chunks.len());
        let one = builder.one();
        let mut sum = builder.zero();
        for (i, chunk) in chunks.iter().enumerate() {
            let mut weight = one;
            for (j, other) in domains.iter().enumerate() {
                if i != j {
                    let scale = builder.base(other.shift().exp_u64(n as u64).inverse());
                    let minus = builder.neg(one);
                    let vanishing = builder.mul_add(self.power, scale, minus);
                    let at_own = other.vanishing_poly_at_point(domains[i].first_point());
                    let inverse = builder.base(at_own.inverse());
                    let factor = builder.mul(vanishing, inverse);
                    weight = builder.mul(weight, factor);
                }
            }
            let value = builder.recompose(chunk);
            sum = builder.mul_add(weight, value, sum);
        }
        sum
    }
}

/// Adds the verifier of a child of the given plan, p3's `verify_batch` step by step. What it does not do is say what the child's key and public values must be.
pub fn verify<A: ChildAir>(builder: &mut Builder, child: &Child<'_, A>, plan: &Plan) -> Verified {
    let params = &plan.params;
    let mut transcript = Transcript::default();
    let t = &mut transcript;

    // Heights, main columns, public values, preprocessed columns.
    t.constants(builder, &plan.batch_seed);
    for instance in &plan.instances {
        let mut element = [Val::ZERO; D];
        element[0] = Val::from_usize(instance.log_height);
        t.constants(builder, &element);
    }
    let main: [Slot; RATE] = t.words(builder);
    let public: Vec<Vec<Slot>> =
        plan.instances.iter().map(|i| (0..i.public_values).map(|_| t.word(builder)).collect()).collect();
    let key: [Slot; RATE] = t.words(builder);

    // Lookups.
    t.work(builder, params.lookup_pow_bits);
    let lookup_alpha = t.challenge(builder);
    let lookup_beta = t.challenge(builder);
    let lookup: [Slot; RATE] = t.words(builder);
    let terminals: Vec<Option<Slot>> =
        plan.instances.iter().map(|i| (i.lookups > 0).then(|| t.element(builder))).collect();
    let alpha = t.challenge(builder);

    // Quotient, and the point.
    let quotient: [Slot; RATE] = t.words(builder);
    t.work(builder, params.ood_pow_bits);
    let zeta = t.challenge(builder);

    // Claimed values.
    t.constants(builder, &plan.pcs_seed);
    let mut claim = |builder: &mut Builder, n: usize| (0..n).map(|_| t.element(builder)).collect::<Vec<_>>();
    let claims: Vec<Vec<Vec<Vec<Slot>>>> = plan
        .batches
        .iter()
        .map(|b| {
            b.matrices.iter().map(|m| (0..m.points).map(|_| claim(builder, m.width)).collect()).collect()
        })
        .collect();
    t.work(builder, params.batch_pow_bits);
    let batch_alpha = t.challenge(builder);

    // FRI.
    t.constants(builder, &plan.fri_seed);
    let mut fri_commitments: Vec<[Slot; RATE]> = Vec::new();
    let mut betas = Vec::new();
    for _ in &plan.log_arities {
        fri_commitments.push(t.words(builder));
        t.work(builder, params.commit_pow_bits);
        betas.push(t.challenge(builder));
    }
    let final_poly: Vec<Slot> = (0..1 << params.log_final_poly_len).map(|_| t.element(builder)).collect();
    t.work(builder, params.query_pow_bits);
    let samples: Vec<[Slot; BITS]> = (0..params.num_queries).map(|_| t.bits(builder)).collect();

    // Constraints.
    let challenges = lookup_challenges(builder, &child.lookups, lookup_alpha, lookup_beta);
    check_constraints(
        builder,
        child,
        plan,
        &Openings {
            claims: &claims,
            public: &public,
            challenges: &challenges,
            terminals: &terminals,
            alpha,
            zeta,
        },
    );
    let zero = builder.zero();
    let total = terminals.iter().flatten().fold(zero, |sum, &t| builder.add(sum, t));
    builder.assert_zero(total);

    // Openings.
    let heights = reduction::heights(builder, plan, &claims, zeta, batch_alpha);
    let roots = [main, quotient, key, lookup].iter().map(|c| builder.digest_of(c)).collect();
    let fri_roots = fri_commitments.iter().map(|c| builder.digest_of(c)).collect();
    Queries { plan, roots, heights, alpha: batch_alpha, fri_roots, betas, final_poly, samples }
        .build(builder);
    Verified { key, public }
}

/// What the constraints are checked on.
struct Openings<'a> {
    claims: &'a [Vec<Vec<Vec<Slot>>>],
    public: &'a [Vec<Slot>],
    challenges: &'a [Vec<Slot>],
    terminals: &'a [Option<Slot>],
    alpha: Slot,
    zeta: Slot,
}

fn check_constraints<A: ChildAir>(
    builder: &mut Builder,
    child: &Child<'_, A>,
    plan: &Plan,
    o: &Openings<'_>,
) {
    let zero = builder.zero();
    let of = |source: Source, instance: usize| -> Vec<&Vec<Vec<Slot>>> {
        let batches = plan.batches.iter().zip(o.claims).filter(|(b, _)| b.source == source);
        batches
            .flat_map(|(b, c)| b.matrices.iter().zip(c))
            .filter(|(m, _)| m.instance == instance)
            .map(|(_, c)| c)
            .collect()
    };
    let pair = |points: &Vec<Vec<Slot>>, width: usize| {
        [points[0].clone(), points.get(1).cloned().unwrap_or_else(|| vec![zero; width])]
    };
    for (i, instance) in plan.instances.iter().enumerate() {
        let domain = Domain::new(builder, o.zeta, instance.log_height);
        let main = pair(of(Source::Main, i)[0], instance.width);
        let preprocessed = of(Source::Preprocessed, i)
            .first()
            .map_or_else(Default::default, |p| pair(p, instance.preprocessed));
        let lookup = of(Source::Lookup, i).first().map_or_else(Default::default, |points| {
            [0, 1].map(|p| points[p].chunks_exact(D).map(|c| builder.recompose(c)).collect())
        });
        let values = Values {
            main,
            preprocessed,
            lookup,
            public: o.public[i].clone(),
            challenges: o.challenges[i].clone(),
            terminal: o.terminals[i].into_iter().collect(),
            selectors: domain.selectors,
        };
        let sum = folded(builder, &child.airs[i], child.lookups[i], &values, o.alpha);
        let chunks: Vec<Vec<Slot>> = of(Source::Quotient, i).iter().map(|c| c[0].clone()).collect();
        let quotient = domain.quotient(builder, &chunks);
        let value = builder.mul(sum, domain.inverse);
        builder.assert_eq(value, quotient);
    }
}
