//! A proof's words in the order a circuit reads them.

use p3_batch_stark::BatchProof;
use p3_field::BasedVectorSpace;
use p3_koala_bear::default_koalabear_poseidon2_16;
use p3_matrix::Dimensions;
use p3_merkle_tree::{MerkleAuthPath, PrunedMerklePaths};
use p3_symmetric::{MerkleCap, PaddingFreeSponge, TruncatedPermutation};
use zkrom_stark::config::{Config, ValMmcs};
use zkrom_stark::field::{Challenge, Val};

use super::plan::{Batch, Plan, Source};
use crate::circuit::{Hints, Refusal};
use crate::poseidon::RATE;
use crate::quintic::D;

/// A child's proof, with what its verifier is told besides.
#[derive(Clone, Copy)]
pub struct Proof<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The proof.
    pub proof: &'a BatchProof<Config>,
    /// Commitment to the preprocessed columns.
    pub key: &'a MerkleCap<Val, [Val; RATE]>,
    /// Public values, table by table.
    pub public: &'a [Vec<Val>],
}

impl core::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Proof").finish_non_exhaustive()
    }
}

/// The words of the children of a circuit.
#[derive(Debug)]
pub struct Words<'a> {
    children: Vec<Proof<'a>>,
    indices: Vec<usize>,
    words: std::vec::IntoIter<Val>,
    begun: usize,
}

type Result<T> = core::result::Result<T, Refusal>;

fn shape<T>(what: &str) -> Result<T> {
    Err(Refusal::Shape(what.to_owned()))
}

fn ensure(holds: bool, what: &str) -> Result<()> {
    if holds { Ok(()) } else { shape(what) }
}

fn mmcs() -> ValMmcs {
    let perm = default_koalabear_poseidon2_16();
    ValMmcs::new(PaddingFreeSponge::new(perm.clone()), TruncatedPermutation::new(perm), 0)
}

fn paths(
    dimensions: &[Dimensions],
    indices: &[usize],
    rows: &[Vec<Vec<Val>>],
    proof: &PrunedMerklePaths<Val, RATE>,
) -> Result<Vec<MerkleAuthPath<Val, RATE>>> {
    mmcs()
        .restore_and_recompute_paths(dimensions, indices, rows, proof)
        .map_err(|e| Refusal::Shape(format!("{e:?}")))
}

#[derive(Default)]
struct Out(Vec<Val>);

impl Out {
    fn cap(&mut self, cap: &MerkleCap<Val, [Val; RATE]>) -> Result<()> {
        ensure(cap.num_roots() == 1, "a commitment is one digest")?;
        self.0.extend(cap.roots()[0]);
        Ok(())
    }

    fn elements(&mut self, values: &[Challenge], n: usize, what: &str) -> Result<()> {
        ensure(values.len() == n, what)?;
        self.0.extend(values.iter().flat_map(BasedVectorSpace::as_basis_coefficients_slice));
        Ok(())
    }

    fn work(&mut self, bits: usize, witness: Val) -> Result<()> {
        if bits > 0 {
            self.0.push(witness);
            Ok(())
        } else {
            // p3 pins it too; it is in no transcript.
            ensure(witness == Val::default(), "a proof-of-work witness where there is no work")
        }
    }
}

impl Proof<'_> {
    /// The words before the queries.
    fn transcript(&self) -> Result<Vec<Val>> {
        let (plan, proof, params) = (self.plan, self.proof, &self.plan.params);
        let n = plan.instances.len();
        let heights: Vec<usize> = plan.instances.iter().map(|i| i.log_height).collect();
        ensure(proof.degree_bits == heights, "heights")?;
        ensure(proof.opened_values.instances.len() == n && proof.lookup_terminals.len() == n, "tables")?;
        ensure(self.public.len() == n, "public values")?;
        ensure(proof.commitments.random.is_none(), "a randomization commitment")?;
        let mut out = Out::default();
        out.cap(&proof.commitments.main)?;
        for (values, instance) in self.public.iter().zip(&plan.instances) {
            ensure(values.len() == instance.public_values, "public values")?;
            out.0.extend(values);
        }
        out.cap(self.key)?;
        let Some(witness) = proof.lookup_pow_witness else { return shape("lookup witness") };
        out.work(params.lookup_pow_bits, witness)?;
        let Some(lookup) = &proof.commitments.permutation else { return shape("lookup commitment") };
        out.cap(lookup)?;
        for (terminal, instance) in proof.lookup_terminals.iter().zip(&plan.instances) {
            match terminal {
                Some(t) if instance.lookups > 0 => out.elements(&[t.0], 1, "a terminal")?,
                None if instance.lookups == 0 => {}
                _ => return shape("terminals"),
            }
        }
        out.cap(&proof.commitments.quotient_chunks)?;
        out.work(params.ood_pow_bits, proof.ood_pow_witness)?;
        for batch in &plan.batches {
            self.claims(batch, &mut out)?;
        }
        let fri = &proof.opening_proof;
        out.work(params.batch_pow_bits, fri.batch_pow_witness)?;
        let rounds = plan.log_arities.len();
        ensure(fri.commit_phase_commits.len() == rounds, "FRI commitments")?;
        ensure(fri.commit_pow_witnesses.len() == rounds, "FRI witnesses")?;
        ensure(fri.commit_phase_openings.len() == rounds, "FRI openings")?;
        for (commitment, &witness) in fri.commit_phase_commits.iter().zip(&fri.commit_pow_witnesses) {
            out.cap(commitment)?;
            out.work(params.commit_pow_bits, witness)?;
        }
        out.elements(&fri.final_poly, 1 << params.log_final_poly_len, "the final polynomial")?;
        out.work(params.query_pow_bits, fri.query_pow_witness)?;
        Ok(out.0)
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
                Source::Preprocessed => match &base.preprocessed {
                    Some(p) => (&p.local, p.next.as_deref()),
                    None => return shape("preprocessed values"),
                },
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

    /// The words that open the commitments.
    fn openings(&self, indices: &[usize]) -> Result<Vec<Val>> {
        let openings = &self.proof.opening_proof.input_openings;
        ensure(openings.len() == self.plan.batches.len(), "openings")?;
        let log_global = self.plan.log_global_height();
        let mut of_queries: Vec<Vec<Val>> = vec![vec![]; indices.len()];
        for (batch, opening) in self.plan.batches.iter().zip(openings) {
            ensure(opening.opened_values.len() == indices.len(), "queries")?;
            for rows in &opening.opened_values {
                ensure(rows.len() == batch.matrices.len(), "opened rows")?;
                let widths = rows.iter().zip(&batch.matrices);
                ensure(widths.into_iter().all(|(r, m)| r.len() == m.width), "opened rows")?;
            }
            let log_height = batch.log_height();
            let reduced: Vec<usize> = indices.iter().map(|i| i >> (log_global - log_height)).collect();
            let dimensions: Vec<Dimensions> = batch
                .matrices
                .iter()
                .map(|m| Dimensions { width: m.width, height: 1 << m.log_height })
                .collect();
            let paths = paths(&dimensions, &reduced, &opening.opened_values, &opening.opening_proof)?;
            for ((out, rows), path) in of_queries.iter_mut().zip(&opening.opened_values).zip(paths) {
                let mut siblings = path.siblings.iter();
                for below in (0..=log_height).rev() {
                    if below < log_height {
                        let Some(sibling) = siblings.next() else { return shape("a short path") };
                        out.extend(sibling);
                    }
                    batch.of_height(below).for_each(|(m, _)| out.extend(&rows[m]));
                }
            }
        }
        Ok(of_queries.concat())
    }

    /// The words that open a FRI round.
    fn round(&self, indices: &[usize], round: usize, folded: &[Challenge]) -> Result<Vec<Val>> {
        let opening = &self.proof.opening_proof.commit_phase_openings[round];
        let before: usize = self.plan.log_arities[..round].iter().sum();
        let log_arity = self.plan.log_arities[round];
        let arity = 1 << log_arity;
        let log_height = self.plan.log_global_height() - before - log_arity;
        ensure(opening.sibling_values.len() == indices.len(), "FRI queries")?;
        let mut rows = Vec::with_capacity(indices.len());
        for ((siblings, &index), &own) in opening.sibling_values.iter().zip(indices).zip(folded) {
            ensure(siblings.len() == arity - 1, "FRI siblings")?;
            let mut row = siblings.clone();
            row.insert((index >> before) % arity, own);
            let words = row.iter().flat_map(BasedVectorSpace::as_basis_coefficients_slice);
            rows.push(vec![words.copied().collect::<Vec<Val>>()]);
        }
        let groups: Vec<usize> = indices.iter().map(|i| i >> (before + log_arity)).collect();
        let dimensions = [Dimensions { width: arity * D, height: 1 << log_height }];
        let paths = paths(&dimensions, &groups, &rows, &opening.opening_proof)?;
        let mut out = Vec::new();
        for (row, path) in rows.iter().zip(paths) {
            ensure(path.siblings.len() == log_height, "a FRI path")?;
            out.extend(&row[0]);
            out.extend(path.siblings.iter().flatten());
        }
        Ok(out)
    }
}

impl<'a> Words<'a> {
    /// The words of the children, in the circuit's order.
    #[must_use]
    pub fn new(children: Vec<Proof<'a>>) -> Self {
        Self::after(vec![], children)
    }

    /// Other words first, then those of the children.
    #[must_use]
    pub fn after(words: Vec<Val>, children: Vec<Proof<'a>>) -> Self {
        Self { children, indices: vec![], words: words.into_iter(), begun: 0 }
    }

    fn turn(&mut self, words: Vec<Val>) -> Result<()> {
        ensure(self.words.len() == 0, "words left")?;
        self.words = words.into_iter();
        Ok(())
    }
}

impl Hints for Words<'_> {
    fn next(&mut self) -> Result<Val> {
        if self.words.len() == 0
            && let Some(child) = self.children.get(self.begun)
        {
            self.begun += 1;
            self.words = child.transcript()?.into_iter();
        }
        self.words.next().map_or_else(|| shape("words end"), Ok)
    }

    fn queries(&mut self, child: usize, indices: &[usize]) -> Result<()> {
        self.indices = indices.to_vec();
        let words = self.children[child].openings(indices)?;
        self.turn(words)
    }

    fn round(&mut self, child: usize, round: usize, folded: &[Challenge]) -> Result<()> {
        let words = self.children[child].round(&self.indices, round, folded)?;
        self.turn(words)
    }
}
