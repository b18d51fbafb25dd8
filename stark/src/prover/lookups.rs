//! Filling the lookup columns of a chip.
//!
//! Column 0 accumulates: it holds the sum of all fractions of the rows before. Column `c + 1` holds the sum of the fractions `m / (alpha - message)` of the
//! messages packed into lookup column `c`. The terminal is the sum over all rows.

use p3_field::{
    BasedVectorSpace, PackedFieldExtension, PackedValue, PrimeCharacteristicRing,
    batch_multiplicative_inverse,
};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use super::messages::{Messages, Rows};
use super::{PackedChallenge, PackedVal};
use crate::field::{Challenge, Val};

/// Coordinates of an extension element.
const D: usize = <Challenge as BasedVectorSpace<Val>>::DIMENSION;
/// Rows whose denominators are inverted together.
const BATCH: usize = 1 << 10;

/// The columns of a trace that messages read.
pub(super) struct LookupTrace {
    columns: RowMajorMatrix<Val>,
    height: usize,
}

impl LookupTrace {
    /// Keeps of a trace what the messages read.
    pub(super) fn new(messages: &Messages, trace: &RowMajorMatrix<Val>) -> Self {
        let (width, reads) = (trace.width(), messages.reads());
        let mut values = vec![Val::ZERO; reads.len() * trace.height()];
        if !reads.is_empty() {
            values
                .par_chunks_exact_mut(reads.len())
                .zip(trace.values.par_chunks_exact(width))
                .for_each(|(to, from)| to.iter_mut().zip(reads).for_each(|(x, &column)| *x = from[column]));
        }
        Self { columns: RowMajorMatrix::new(values, reads.len().max(1)), height: trace.height() }
    }

    /// The lookup columns, flattened to the base field, and the terminal; nothing for a chip without messages.
    pub(super) fn fill(
        self,
        messages: &Messages,
        preprocessed: Option<&RowMajorMatrix<Val>>,
        public_values: &[Val],
        challenges: &[Challenge],
    ) -> Option<(RowMajorMatrix<Val>, Challenge)> {
        if messages.columns() == 0 {
            return None;
        }
        let height = self.height;
        let width = (messages.columns() + 1) * D;
        let mut values = vec![Val::ZERO; height * width];
        let batch = Batch { source: &self, messages, preprocessed, public_values, challenges };
        values
            .par_chunks_mut(BATCH * width)
            .enumerate()
            .for_each(|(i, rows)| batch.fill(i * BATCH, rows, width));
        // Each row's sum is in the accumulator's place; replace it by the sum of the rows before.
        let mut sum = Challenge::ZERO;
        for row in values.chunks_exact_mut(width) {
            let own = Challenge::from_basis_coefficients_fn(|d| row[d]);
            row[..D].copy_from_slice(sum.as_basis_coefficients_slice());
            sum += own;
        }
        Some((RowMajorMatrix::new(values, width), sum))
    }
}

struct Batch<'a> {
    source: &'a LookupTrace,
    messages: &'a Messages,
    preprocessed: Option<&'a RowMajorMatrix<Val>>,
    public_values: &'a [Val],
    challenges: &'a [Challenge],
}

/// Packed rows of a matrix from `row` on, wrapping around.
fn pack(matrix: &RowMajorMatrix<Val>, row: usize, out: &mut Vec<PackedVal>) {
    let (width, height) = (matrix.width, matrix.height());
    out.clear();
    out.extend(
        (0..width)
            .map(|c| PackedVal::from_fn(|lane| matrix.values[((row + lane) & (height - 1)) * width + c])),
    );
}

impl Batch<'_> {
    fn fill(&self, start: usize, out: &mut [Val], width: usize) {
        let messages = self.messages;
        let challenges = messages.challenges(self.challenges);
        let rows = out.len() / width;
        let packs = rows.div_ceil(PackedVal::WIDTH);
        let (mut denominators, mut counts) = (vec![], vec![]);
        let (mut main, mut main_next, mut pre, mut pre_next) = (vec![], vec![], vec![], vec![]);
        let (mut regs, mut scratch) = (vec![], vec![]);
        for p in 0..packs {
            let row = start + p * PackedVal::WIDTH;
            pack(&self.source.columns, row, &mut main);
            if messages.reads_next() {
                pack(&self.source.columns, row + 1, &mut main_next);
            }
            if let Some(preprocessed) = self.preprocessed {
                pack(preprocessed, row, &mut pre);
                if messages.reads_preprocessed_next() {
                    pack(preprocessed, row + 1, &mut pre_next);
                }
            }
            let rows = Rows {
                main: &main,
                main_next: &main_next,
                preprocessed: &pre,
                preprocessed_next: &pre_next,
                public_values: self.public_values,
            };
            messages.run(&rows, &mut regs);
            for (column, challenges) in challenges.iter().enumerate() {
                for term in 0..messages.terms(column) {
                    let (d, m) = messages.fraction(column, term, challenges, &regs, &mut scratch);
                    denominators.push(d);
                    counts.push(m);
                }
            }
        }
        invert(&mut denominators);
        let mut fractions = denominators.iter().zip(&counts).map(|(&inverse, &count)| inverse * count);
        for p in 0..packs {
            let lanes = PackedVal::WIDTH.min(rows - p * PackedVal::WIDTH);
            let mut put = |column: usize, value: &PackedChallenge| {
                let coordinates: &[PackedVal] = value.as_basis_coefficients_slice();
                for (d, coordinate) in coordinates.iter().enumerate() {
                    for lane in 0..lanes {
                        let row = p * PackedVal::WIDTH + lane;
                        out[row * width + column * D + d] = coordinate.as_slice()[lane];
                    }
                }
            };
            let mut total = PackedChallenge::ZERO;
            for column in 0..messages.columns() {
                let sum: PackedChallenge = fractions.by_ref().take(messages.terms(column)).sum();
                put(column + 1, &sum);
                total += sum;
            }
            put(0, &total);
        }
    }
}

/// Replaces each value by its inverse, lane by lane (Montgomery's trick).
fn invert(values: &mut [PackedChallenge]) {
    let mut product = PackedChallenge::ONE;
    let before: Vec<PackedChallenge> = values
        .iter()
        .map(|&v| {
            let before = product;
            product *= v;
            before
        })
        .collect();
    let lanes: Vec<Challenge> = (0..PackedVal::WIDTH).map(|lane| product.extract(lane)).collect();
    let mut inverse = PackedChallenge::from_ext_slice(&batch_multiplicative_inverse(&lanes));
    for (v, before) in values.iter_mut().zip(before).rev() {
        let own = inverse * before;
        inverse *= *v;
        *v = own;
    }
}
