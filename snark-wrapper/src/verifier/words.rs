//! A proof of p3 as hints: lengths checked, multi-proofs expanded to a path a query.

use p3_batch_stark::BatchProof;
use p3_bn254::Bn254;
use p3_field::{BasedVectorSpace, PrimeField32};
use p3_matrix::Dimensions;
use p3_merkle_tree::{MerkleAuthPath, PrunedMerklePaths};
use p3_symmetric::MerkleCap;
use zkrom_recursion::outer::{OuterConfig, OuterMmcs, OuterParams};
use zkrom_recursion::verifier::{Batch, Plan, Source};
use zkrom_stark::field::{Challenge, Val};

use super::hints::{Hints, Refusal, Result};
use super::shape::cap_height;
use crate::field::{Fr, fr_from_bn254};
use crate::koala::D;

/// A commitment.
pub type Cap = MerkleCap<Val, [Bn254; 1]>;

#[derive(Clone, Copy, Debug)]
enum Word {
    Value(u64),
    Digest(Fr),
}

/// The words of a proof.
pub struct Words<'a> {
    plan: &'a Plan,
    cap_height: usize,
    proof: &'a BatchProof<OuterConfig>,
    mmcs: OuterMmcs,
    indices: Vec<usize>,
    words: std::vec::IntoIter<Word>,
}

impl core::fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Words").field("indices", &self.indices).finish_non_exhaustive()
    }
}

fn ensure(holds: bool, what: &'static str) -> Result<()> {
    if holds { Ok(()) } else { Err(Refusal::Shape(what)) }
}

#[derive(Default)]
struct Out(Vec<Word>);

impl Out {
    fn value(&mut self, x: Val) {
        self.0.push(Word::Value(u64::from(x.as_canonical_u32())));
    }

    fn values(&mut self, x: &[Val]) {
        x.iter().for_each(|&x| self.value(x));
    }

    fn elements(&mut self, x: &[Challenge], n: usize, what: &'static str) -> Result<()> {
        ensure(x.len() == n, what)?;
        x.iter().for_each(|x| self.values(x.as_basis_coefficients_slice()));
        Ok(())
    }

    fn digest(&mut self, [x]: [Bn254; 1]) {
        self.0.push(Word::Digest(fr_from_bn254(x)));
    }

    fn cap(&mut self, cap: &Cap, log_digests: usize) -> Result<()> {
        ensure(cap.num_roots() == 1 << log_digests, "a commitment's digests")?;
        cap.roots().iter().for_each(|&d| self.digest(d));
        Ok(())
    }

    fn work(&mut self, bits: usize, witness: Val) -> Result<()> {
        if bits > 0 {
            self.value(witness);
            Ok(())
        } else {
            // p3 pins it too; it is in no transcript.
            ensure(witness == Val::default(), "a proof-of-work witness where there is no work")
        }
    }
}

impl<'a> Words<'a> {
    /// The words of a proof and its public values, table by table.
    ///
    /// # Errors
    ///
    /// Where the proof has another shape than the plan's.
    pub fn new(
        plan: &'a Plan,
        params: OuterParams,
        proof: &'a BatchProof<OuterConfig>,
        public: &[Vec<Val>],
    ) -> Result<Self> {
        let mut out = Out::default();
        let mut words = Self {
            plan,
            cap_height: params.cap_height,
            proof,
            mmcs: params.mmcs(),
            indices: vec![],
            words: vec![].into_iter(),
        };
        words.transcript(public, &mut out)?;
        words.words = out.0.into_iter();
        Ok(words)
    }

    fn cap_of(&self, log_height: usize) -> usize {
        cap_height(self.cap_height, log_height)
    }

    fn transcript(&self, public: &[Vec<Val>], out: &mut Out) -> Result<()> {
        let (plan, proof, params) = (self.plan, self.proof, &self.plan.params);
        let n = plan.instances.len();
        let heights: Vec<usize> = plan.instances.iter().map(|i| i.log_height).collect();
        ensure(proof.degree_bits == heights, "heights")?;
        ensure(proof.opened_values.instances.len() == n && proof.lookup_terminals.len() == n, "tables")?;
        ensure(public.len() == n, "public values")?;
        ensure(proof.commitments.random.is_none(), "a randomization commitment")?;
        let cap_of = |source: Source| {
            let batch = plan.batches.iter().find(|b| b.source == source);
            self.cap_of(batch.map_or(0, Batch::log_height))
        };
        out.cap(&proof.commitments.main, cap_of(Source::Main))?;
        for (values, instance) in public.iter().zip(&plan.instances) {
            ensure(values.len() == instance.public_values, "public values")?;
            out.values(values);
        }
        let witness = proof.lookup_pow_witness.ok_or(Refusal::Shape("the lookup witness"))?;
        out.work(params.lookup_pow_bits, witness)?;
        let lookup = proof.commitments.permutation.as_ref().ok_or(Refusal::Shape("the lookup commitment"))?;
        out.cap(lookup, cap_of(Source::Lookup))?;
        for (terminal, instance) in proof.lookup_terminals.iter().zip(&plan.instances) {
            match terminal {
                Some(t) if instance.lookups > 0 => out.elements(&[t.0], 1, "a terminal")?,
                None if instance.lookups == 0 => {}
                _ => return Err(Refusal::Shape("terminals")),
            }
        }
        out.cap(&proof.commitments.quotient_chunks, cap_of(Source::Quotient))?;
        out.work(params.ood_pow_bits, proof.ood_pow_witness)?;
        for batch in &plan.batches {
            self.claims(batch, out)?;
        }
        let fri = &proof.opening_proof;
        out.work(params.batch_pow_bits, fri.batch_pow_witness)?;
        let rounds = plan.log_arities.len();
        ensure(fri.commit_phase_commits.len() == rounds, "FRI commitments")?;
        ensure(fri.commit_pow_witnesses.len() == rounds, "FRI witnesses")?;
        ensure(fri.commit_phase_openings.len() == rounds, "FRI openings")?;
        let mut log_height = plan.log_global_height();
        for (i, commitment) in fri.commit_phase_commits.iter().enumerate() {
            log_height -= plan.log_arities[i];
            out.cap(commitment, self.cap_of(log_height))?;
            out.work(params.commit_pow_bits, fri.commit_pow_witnesses[i])?;
        }
        out.elements(&fri.final_poly, 1 << params.log_final_poly_len, "the final polynomial")?;
        out.work(params.query_pow_bits, fri.query_pow_witness)
    }

    /// The claimed values of a commitment.
    fn claims(&self, batch: &Batch, out: &mut Out) -> Result<()> {
        let mut chunk = vec![0; self.plan.instances.len()];
        for m in &batch.matrices {
            let opened = &self.proof.opened_values.instances[m.instance];
            let base = &opened.base_opened_values;
            ensure(base.random.is_none(), "randomization values")?;
            let instance = &self.plan.instances[m.instance];
            ensure(base.quotient_chunks.len() == instance.chunks, "quotient chunks")?;
            ensure(base.preprocessed.is_some() == (instance.preprocessed > 0), "preprocessed values")?;
            let width = if instance.lookups > 0 { D * (instance.lookups + 1) } else { 0 };
            let lookup_widths = [&opened.permutation_local, &opened.permutation_next];
            ensure(lookup_widths.iter().all(|v| v.len() == width), "lookup values")?;
            let (local, next): (&[Challenge], Option<&[Challenge]>) = match batch.source {
                Source::Main => (&base.trace_local, base.trace_next.as_deref()),
                Source::Quotient => {
                    let at = chunk[m.instance];
                    chunk[m.instance] += 1;
                    (&base.quotient_chunks[at], None)
                }
                Source::Preprocessed => {
                    let p = base.preprocessed.as_ref().ok_or(Refusal::Shape("preprocessed values"))?;
                    (&p.local, p.next.as_deref())
                }
                Source::Lookup => (&opened.permutation_local, Some(&opened.permutation_next)),
            };
            ensure(next.is_some() == (m.points == 2), "values of the next row")?;
            out.elements(local, m.width, "opened values")?;
            if let Some(next) = next {
                out.elements(next, m.width, "opened values")?;
            }
        }
        Ok(())
    }

    fn paths(
        &self,
        dimensions: &[Dimensions],
        indices: &[usize],
        rows: &[Vec<Vec<Val>>],
        proof: &PrunedMerklePaths<Bn254, 1>,
    ) -> Result<Vec<MerkleAuthPath<Bn254, 1>>> {
        self.mmcs
            .restore_and_recompute_paths(dimensions, indices, rows, proof)
            .map_err(|e| Refusal::Paths(format!("{e:?}")))
    }

    /// The words that open the commitments.
    fn openings(&self, indices: &[usize]) -> Result<Vec<Word>> {
        let openings = &self.proof.opening_proof.input_openings;
        ensure(openings.len() == self.plan.batches.len(), "openings")?;
        let log_global = self.plan.log_global_height();
        let mut of_queries: Vec<Out> = indices.iter().map(|_| Out::default()).collect();
        for (batch, opening) in self.plan.batches.iter().zip(openings) {
            ensure(opening.opened_values.len() == indices.len(), "queries")?;
            for rows in &opening.opened_values {
                ensure(rows.len() == batch.matrices.len(), "opened rows")?;
                let mut widths = rows.iter().zip(&batch.matrices);
                ensure(widths.all(|(r, m)| r.len() == m.width), "opened rows")?;
            }
            let log_height = batch.log_height();
            let reduced: Vec<usize> = indices.iter().map(|i| i >> (log_global - log_height)).collect();
            let dimensions: Vec<Dimensions> = batch
                .matrices
                .iter()
                .map(|m| Dimensions { width: m.width, height: 1 << m.log_height })
                .collect();
            let paths = self.paths(&dimensions, &reduced, &opening.opened_values, &opening.opening_proof)?;
            let cap = self.cap_of(log_height);
            for ((out, rows), path) in of_queries.iter_mut().zip(&opening.opened_values).zip(paths) {
                ensure(path.siblings.len() == log_height - cap, "a path")?;
                rows.iter().for_each(|row| out.values(row));
                path.siblings.into_iter().for_each(|s| out.digest(s));
            }
        }
        Ok(of_queries.into_iter().flat_map(|o| o.0).collect())
    }

    /// The words that open a FRI round.
    fn folding(&self, round: usize, folded: &[[u64; D]]) -> Result<Vec<Word>> {
        let opening = &self.proof.opening_proof.commit_phase_openings[round];
        let before: usize = self.plan.log_arities[..round].iter().sum();
        let log_arity = self.plan.log_arities[round];
        let arity = 1 << log_arity;
        let log_height = self.plan.log_global_height() - before - log_arity;
        ensure(opening.sibling_values.len() == self.indices.len(), "FRI queries")?;
        let mut rows = Vec::with_capacity(self.indices.len());
        for ((siblings, &index), own) in opening.sibling_values.iter().zip(&self.indices).zip(folded) {
            ensure(siblings.len() == arity - 1, "FRI siblings")?;
            let mut row = siblings.clone();
            let own = Challenge::from_basis_coefficients_fn(|i| Val::new(own[i] as u32));
            row.insert((index >> before) % arity, own);
            let words = row.iter().flat_map(BasedVectorSpace::as_basis_coefficients_slice);
            rows.push(vec![words.copied().collect::<Vec<Val>>()]);
        }
        let groups: Vec<usize> = self.indices.iter().map(|i| i >> (before + log_arity)).collect();
        let dimensions = [Dimensions { width: arity * D, height: 1 << log_height }];
        let paths = self.paths(&dimensions, &groups, &rows, &opening.opening_proof)?;
        let mut out = Out::default();
        for (row, path) in rows.iter().zip(paths) {
            ensure(path.siblings.len() == log_height - self.cap_of(log_height), "a FRI path")?;
            out.values(&row[0]);
            path.siblings.into_iter().for_each(|s| out.digest(s));
        }
        Ok(out.0)
    }

    fn turn(&mut self, words: Vec<Word>) -> Result<()> {
        if self.words.len() > 0 {
            return Err(Refusal::Words("some are left"));
        }
        self.words = words.into_iter();
        Ok(())
    }
}

impl Hints for Words<'_> {
    fn value(&mut self) -> Result<u64> {
        match self.words.next() {
            Some(Word::Value(x)) => Ok(x),
            _ => Err(Refusal::Words("an element is expected")),
        }
    }

    fn digest(&mut self) -> Result<Fr> {
        match self.words.next() {
            Some(Word::Digest(x)) => Ok(x),
            _ => Err(Refusal::Words("a digest is expected")),
        }
    }

    fn queries(&mut self, indices: &[usize]) -> Result<()> {
        self.indices = indices.to_vec();
        let words = self.openings(indices)?;
        self.turn(words)
    }

    fn round(&mut self, round: usize, folded: &[[u64; D]]) -> Result<()> {
        let words = self.folding(round, folded)?;
        self.turn(words)
    }
}
