//! The verifier of a batch STARK with BN254 commitments, as a circuit.
//!
//! [`Verifier::verify`] is p3's `verify_batch` step by step, for a child of a known plan: the transcript, the constraints at `zeta`, lookup terminals, reduced openings and FRI. The order of
//! the transcript is in `docs/recursion.md`; it is the same for every child, whatever the hash.
//!
//! What is stricter than p3: `zeta` may not lie in the base field (which has one in `2^124` honest proofs refused). So no vanishing polynomial and no `zeta - x` is zero at it, and no
//! division that follows leaves a choice.

mod constraints;
mod hints;
mod index;
mod linear;
mod queries;
mod shape;
mod words;

pub use hints::{Changed, Hints, Refusal, Result, Zeros};
pub use shape::{Estimate, estimate, window};
pub use words::{Cap, Words};

use std::collections::{BTreeMap, BTreeSet};

use p3_commit::PolynomialSpace;
use p3_field::coset::TwoAdicMultiplicativeCoset;
use p3_field::{Field, PrimeCharacteristicRing, TwoAdicField};
use zkrom_recursion::verifier::{Batch, Child, ChildAir, Plan, Source};
use zkrom_stark::field::{Challenge, Val};

use crate::field::{Fr, fr_from_bn254};
use crate::koala::{D, Ext, Felt};
use crate::r1cs::{Builder, Lc};
use crate::transcript::Transcript;
use constraints::{Folding, Values, folded, lookup_challenges};
use linear::{Arena, Linear};
use queries::{Claims, Queries};
use shape::cap_height;

/// A verifier: everything but a proof.
pub struct Verifier<'a, A> {
    /// The AIRs, their lookups, heights and parameters.
    pub child: &'a Child<'a, A>,
    /// The plan of the child.
    pub plan: &'a Plan,
    /// log2 of the digests of a commitment.
    pub cap_height: usize,
    /// The commitment to the preprocessed columns, a constant of the circuit.
    pub key: &'a Cap,
}

impl<A> core::fmt::Debug for Verifier<'_, A> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Verifier").field("plan", &self.plan).finish_non_exhaustive()
    }
}

/// The values at `zeta` that belong to a height.
struct Domain {
    coset: TwoAdicMultiplicativeCoset<Val>,
    /// `zeta^n`, reduced.
    power: Ext,
    /// `zeta^n - 1`.
    vanishing: Ext,
    selectors: Vec<Ext>,
}

impl Domain {
    /// `squares[k]` is `zeta^(2^k)`.
    fn new(b: &mut Builder, squares: &[Ext], log_height: usize) -> Self {
        let coset = TwoAdicMultiplicativeCoset::new(Val::ONE, log_height).expect("a height the field has");
        let (zeta, power) = (&squares[0], squares[log_height].clone());
        let vanishing = power.sub(&Ext::one());
        let last = Val::two_adic_generator(log_height).inverse();
        let from_last = zeta.sub(&Ext::constant(last.into()));
        let first = vanishing.div(b, &zeta.sub(&Ext::one()));
        let last = vanishing.div(b, &from_last);
        Self { coset, power, vanishing, selectors: vec![first, last, from_last] }
    }

    /// The quotient at zeta from its chunks' openings: each has a weight that is a polynomial in `zeta^n`, one at its own domain and zero at the others.
    fn quotient(&self, b: &mut Builder, chunks: &[Vec<Ext>]) -> Ext {
        let n = self.coset.size();
        let all = self.coset.create_disjoint_domain(n * chunks.len());
        let domains = all.split_domains(chunks.len());
        let mut powers = vec![Ext::one()];
        while powers.len() < chunks.len() {
            let next = powers[powers.len() - 1].mul(b, &self.power).reduce(b);
            powers.push(next);
        }
        let mut sum = Ext::zero();
        for (i, chunk) in chunks.iter().enumerate() {
            // Coefficients by power.
            let mut weight = vec![Val::ONE];
            for (_, other) in domains.iter().enumerate().filter(|(j, _)| i != *j) {
                let scale = other.shift().exp_u64(n as u64).inverse();
                let inverse = other.vanishing_poly_at_point(domains[i].first_point()).inverse();
                let mut next = vec![Val::ZERO; weight.len() + 1];
                for (k, &w) in weight.iter().enumerate() {
                    next[k] -= w * inverse;
                    next[k + 1] += w * inverse * scale;
                }
                weight = next;
            }
            let scaled: Vec<Ext> = weight.iter().zip(&powers).map(|(&c, power)| power.scale(c)).collect();
            let weight = Ext::sum(&scaled.iter().map(|x| (1, x)).collect::<Vec<_>>());
            sum = sum.add(&Ext::recompose(chunk).mul(b, &weight));
        }
        sum
    }
}

/// Reads words of the proof and absorbs them.
struct Reader<'h, H> {
    hints: &'h mut H,
    transcript: Transcript,
}

impl<H: Hints> Reader<'_, H> {
    fn seed(&mut self, b: &mut Builder, seed: &[Val]) {
        use p3_field::PrimeField32;
        seed.iter().for_each(|v| self.transcript.observe_constant(b, u64::from(v.as_canonical_u32())));
    }

    fn value(&mut self, b: &mut Builder) -> Result<Felt> {
        let v = self.hints.value()?;
        let felt = b.part("claimed values", |b| Felt::alloc_canonical(b, v));
        b.part("transcript", |b| self.transcript.observe(b, &felt));
        Ok(felt)
    }

    fn element(&mut self, b: &mut Builder) -> Result<Ext> {
        let mut c = Vec::with_capacity(D);
        for _ in 0..D {
            c.push(self.value(b)?);
        }
        Ok(Ext::new(c.try_into().expect("as many as coefficients")))
    }

    fn cap(&mut self, b: &mut Builder, log_digests: usize) -> Result<Vec<Lc>> {
        (0..1usize << log_digests)
            .map(|_| {
                let digest = self.hints.digest()?;
                let digest = b.alloc(digest);
                b.part("transcript", |b| self.transcript.observe_digest(b, &digest));
                Ok(digest)
            })
            .collect()
    }

    fn work(&mut self, b: &mut Builder, bits: usize) -> Result<()> {
        if bits > 0 {
            let v = self.hints.value()?;
            b.part("transcript", |b| {
                let witness = Felt::alloc_canonical(b, v);
                self.transcript.check_work(b, &witness, bits);
            });
        }
        Ok(())
    }

    fn challenge(&mut self, b: &mut Builder) -> Ext {
        b.part("transcript", |b| self.transcript.sample_ext(b))
    }
}

/// What the constraints are checked on.
struct Openings<'a> {
    claims: &'a Claims,
    public: &'a [Vec<Felt>],
    challenges: &'a [Vec<Ext>],
    terminals: &'a [Option<Ext>],
    alpha: &'a Ext,
    zeta: &'a Ext,
}

impl<A: ChildAir> Verifier<'_, A> {
    /// Adds the verifier to a circuit. What it does not do is say what the public values must be: they are what it returns, table by table.
    ///
    /// # Errors
    ///
    /// Where the hints are not those of a proof of the plan's shape. A proof of that shape that is not valid breaks a constraint instead.
    ///
    /// # Panics
    ///
    /// Where a table is lower than the caps: p3 does not authenticate its rows.
    pub fn verify(&self, b: &mut Builder, hints: &mut impl Hints) -> Result<Vec<Vec<Felt>>> {
        let (plan, params) = (self.plan, &self.plan.params);
        let lowest = plan.log_heights.last().copied().unwrap_or(0);
        assert!(self.cap_height <= lowest, "a table of 2^{lowest} points is lower than the caps");
        let cap_of = |source: Source| {
            let batch = plan.batches.iter().find(|b| b.source == source);
            cap_height(self.cap_height, batch.map_or(0, Batch::log_height))
        };
        assert_eq!(self.key.num_roots(), 1 << cap_of(Source::Preprocessed), "the key's cap");
        let mut r = Reader { hints, transcript: Transcript::default() };

        // Heights, main columns, public values, preprocessed columns.
        r.seed(b, &plan.batch_seed);
        for instance in &plan.instances {
            let mut element = [Val::ZERO; D];
            element[0] = Val::from_usize(instance.log_height);
            r.seed(b, &element);
        }
        let main = r.cap(b, cap_of(Source::Main))?;
        let mut public = Vec::with_capacity(plan.instances.len());
        for instance in &plan.instances {
            let values: Result<Vec<Felt>> = (0..instance.public_values).map(|_| r.value(b)).collect();
            public.push(values?);
        }
        let key: Vec<Lc> = self.key.roots().iter().map(|[d]| Lc::constant(fr_from_bn254(*d))).collect();
        b.part("transcript", |b| key.iter().for_each(|d| r.transcript.observe_digest(b, d)));

        // Lookups.
        r.work(b, params.lookup_pow_bits)?;
        let lookup_alpha = r.challenge(b);
        let lookup_beta = r.challenge(b);
        let lookup = r.cap(b, cap_of(Source::Lookup))?;
        let mut terminals: Vec<Option<Ext>> = Vec::with_capacity(plan.instances.len());
        for instance in &plan.instances {
            terminals.push(if instance.lookups > 0 { Some(r.element(b)?) } else { None });
        }
        let alpha = r.challenge(b);

        // Quotient, and the point.
        let quotient = r.cap(b, cap_of(Source::Quotient))?;
        r.work(b, params.ood_pow_bits)?;
        let zeta = r.challenge(b);
        let mut outside = zeta.clone();
        outside.c[0] = Felt::zero();
        let _ = outside.inverse(b);

        // Claimed values.
        r.seed(b, &plan.pcs_seed);
        let mut claims: Claims = Vec::with_capacity(plan.batches.len());
        for batch in &plan.batches {
            let mut of_batch = Vec::with_capacity(batch.matrices.len());
            for m in &batch.matrices {
                let mut of_matrix = Vec::with_capacity(m.points);
                for _ in 0..m.points {
                    let values: Result<Vec<Ext>> = (0..m.width).map(|_| r.element(b)).collect();
                    of_matrix.push(values?);
                }
                of_batch.push(of_matrix);
            }
            claims.push(of_batch);
        }
        r.work(b, params.batch_pow_bits)?;
        let batch_alpha = r.challenge(b);

        // FRI.
        r.seed(b, &plan.fri_seed);
        let mut fri_caps = Vec::with_capacity(plan.log_arities.len());
        let mut betas = Vec::with_capacity(plan.log_arities.len());
        let mut log_height = plan.log_global_height();
        for &log_arity in &plan.log_arities {
            log_height -= log_arity;
            fri_caps.push(r.cap(b, cap_height(self.cap_height, log_height))?);
            r.work(b, params.commit_pow_bits)?;
            betas.push(r.challenge(b));
        }
        let final_poly: Result<Vec<Ext>> =
            (0..1 << params.log_final_poly_len).map(|_| r.element(b)).collect();
        r.work(b, params.query_pow_bits)?;
        let samples: Vec<Vec<Lc>> = b.part("transcript", |b| {
            let n = plan.log_global_height();
            (0..params.num_queries).map(|_| r.transcript.sample_bits(b, n)).collect()
        });

        // Constraints.
        b.part("constraints", |b| {
            let challenges = lookup_challenges(b, &self.child.lookups, &lookup_alpha, &lookup_beta);
            self.constraints(
                b,
                &Openings {
                    claims: &claims,
                    public: &public,
                    challenges: &challenges,
                    terminals: &terminals,
                    alpha: &alpha,
                    zeta: &zeta,
                },
            );
            let total: Vec<(i64, &Ext)> = terminals.iter().flatten().map(|t| (1, t)).collect();
            Ext::sum(&total).enforce_zero(b);
        });

        // Openings.
        let mut queries = Queries::new(b, plan, self.cap_height, &claims, &zeta, &batch_alpha);
        queries.caps = plan
            .batches
            .iter()
            .map(|batch| match batch.source {
                Source::Main => main.clone(),
                Source::Quotient => quotient.clone(),
                Source::Preprocessed => key.clone(),
                Source::Lookup => lookup.clone(),
            })
            .collect();
        queries.fri_caps = fri_caps;
        queries.betas = betas;
        queries.final_poly = final_poly?;
        queries.check(b, r.hints, samples)?;
        Ok(public)
    }

    fn constraints(&self, b: &mut Builder, o: &Openings<'_>) {
        let of = |source: Source, instance: usize| -> Vec<&Vec<Vec<Ext>>> {
            let batches = self.plan.batches.iter().zip(o.claims).filter(|(b, _)| b.source == source);
            batches
                .flat_map(|(b, c)| b.matrices.iter().zip(c))
                .filter(|(m, _)| m.instance == instance)
                .map(|(_, c)| c)
                .collect()
        };
        let folding = Folding::new(b, o.alpha);
        let log_heights: BTreeSet<usize> = self.plan.instances.iter().map(|i| i.log_height).collect();
        let mut squares = vec![o.zeta.clone()];
        for _ in 0..log_heights.last().copied().unwrap_or(0) {
            let last = &squares[squares.len() - 1];
            let next = last.mul(b, last).reduce(b);
            squares.push(next);
        }
        let domains: BTreeMap<usize, Domain> =
            log_heights.into_iter().map(|h| (h, Domain::new(b, &squares, h))).collect();
        for (i, instance) in self.plan.instances.iter().enumerate() {
            let mut arena = Arena::default();
            let domain = &domains[&instance.log_height];
            let mut forms = |x: &[Ext]| x.iter().map(|x| arena.variable(x.clone())).collect::<Vec<_>>();
            let zeros = |n: usize| vec![Linear::constant(Challenge::ZERO); n];
            let mut pair = |points: &Vec<Vec<Ext>>, width: usize| {
                [forms(&points[0]), points.get(1).map_or_else(|| zeros(width), |p| forms(p))]
            };
            let main = pair(of(Source::Main, i)[0], instance.width);
            let preprocessed = of(Source::Preprocessed, i)
                .first()
                .map_or_else(Default::default, |p| pair(p, instance.preprocessed));
            let lookup = of(Source::Lookup, i).first().map_or_else(Default::default, |points| {
                [0, 1].map(|p| forms(&points[p].chunks_exact(D).map(Ext::recompose).collect::<Vec<_>>()))
            });
            let public: Vec<Ext> = o.public[i].iter().map(|x| Ext::from_base(x.clone())).collect();
            let terminal: Vec<Ext> = o.terminals[i].iter().cloned().collect();
            let values = Values {
                main,
                preprocessed,
                lookup,
                public: forms(&public),
                challenges: forms(&o.challenges[i]),
                terminal: forms(&terminal),
                selectors: forms(&domain.selectors),
            };
            let sum = folded(b, &mut arena, &self.child.airs[i], self.child.lookups[i], &values, &folding);
            let chunks: Vec<Vec<Ext>> = of(Source::Quotient, i).iter().map(|c| c[0].clone()).collect();
            let quotient = domain.quotient(b, &chunks).mul(b, &domain.vanishing);
            sum.enforce_equal(b, &quotient);
        }
    }
}

/// The digests of a commitment as constants.
#[must_use]
pub fn digests(cap: &Cap) -> Vec<Fr> {
    cap.roots().iter().map(|[d]| fr_from_bn254(*d)).collect()
}
