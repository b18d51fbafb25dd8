//! Values of a chip's quotient: all constraints, folded by powers of a challenge, over the vanishing polynomial.

use p3_air::{ExtensionBuilder, RowWindow};
use p3_batch_stark::folder::ProverConstraintFolderWithLookups;
use p3_commit::PolynomialSpace;
use p3_field::{BasedVectorSpace, PackedValue, PrimeCharacteristicRing};
use p3_matrix::Matrix;
use p3_matrix::dense::{RowMajorMatrix, RowMajorMatrixView};
use p3_uni_stark::ProverConstraintFolder;
use rayon::prelude::*;

use super::messages::{ColumnChallenges, Rows};
use super::{ChipPlan, Domain, PackedChallenge, PackedVal, ProvableAir};
use crate::field::{Challenge, Val};

/// Coordinates of an extension element.
const D: usize = <Challenge as BasedVectorSpace<Val>>::DIMENSION;
/// Packs of rows a task takes at least.
const PACKS: usize = 8;

/// What a chip's quotient is computed from; matrices hold values on `domain`.
pub(super) struct Inputs<'a, A, M> {
    pub air: &'a A,
    pub plan: &'a ChipPlan,
    pub public_values: &'a [Val],
    pub trace_domain: Domain,
    pub domain: Domain,
    pub main: M,
    pub lookup: Option<M>,
    pub preprocessed: Option<M>,
    pub challenges: &'a [Challenge],
    pub terminal: Option<Challenge>,
    pub alpha: Challenge,
}

/// Buffers a task uses again for each pack.
#[derive(Default)]
struct Buffers {
    main: Vec<PackedVal>,
    preprocessed: Vec<PackedVal>,
    lookup: Vec<PackedVal>,
    reads: Vec<PackedVal>,
    reads_next: Vec<PackedVal>,
    regs: Vec<PackedVal>,
    scratch: Vec<PackedVal>,
    base: Vec<PackedVal>,
    ext: Vec<PackedChallenge>,
}

struct Selectors {
    first: Vec<Val>,
    last: Vec<Val>,
    transition: Vec<Val>,
    inverse: Vec<Val>,
}

struct Folding {
    base: Vec<Vec<Val>>,
    ext: Vec<Challenge>,
    columns: Vec<ColumnChallenges>,
}

/// The quotient's values on the domain, flattened to the base field.
pub(super) fn values<A: ProvableAir, M: Matrix<Val> + Sync>(
    inputs: &Inputs<'_, A, M>,
) -> RowMajorMatrix<Val> {
    let size = inputs.domain.size();
    let s = inputs.trace_domain.selectors_on_coset(inputs.domain);
    let selectors = Selectors {
        first: s.is_first_row,
        last: s.is_last_row,
        transition: s.is_transition,
        inverse: s.inv_vanishing,
    };
    let (base, ext) = inputs.plan.layout.decompose_alpha::<Val, Challenge>(inputs.alpha);
    let folding = Folding { base, ext, columns: inputs.plan.messages.challenges(inputs.challenges) };
    let mut values = vec![Val::ZERO; size * D];
    let rows = PACKS * PackedVal::WIDTH;
    values.par_chunks_mut(rows * D).enumerate().for_each_init(Buffers::default, |buffers, (i, out)| {
        for (p, out) in out.chunks_mut(PackedVal::WIDTH * D).enumerate() {
            let row = i * rows + p * PackedVal::WIDTH;
            let quotient = pack_value(inputs, &selectors, &folding, row, buffers);
            let coordinates: &[PackedVal] = quotient.as_basis_coefficients_slice();
            for (d, coordinate) in coordinates.iter().enumerate() {
                for (lane, row) in out.chunks_exact_mut(D).enumerate() {
                    row[d] = coordinate.as_slice()[lane];
                }
            }
        }
    });
    RowMajorMatrix::new(values, D)
}

/// The quotient on the rows from `row` on.
fn pack_value<A: ProvableAir, M: Matrix<Val> + Sync>(
    inputs: &Inputs<'_, A, M>,
    selectors: &Selectors,
    folding: &Folding,
    row: usize,
    b: &mut Buffers,
) -> PackedChallenge {
    let Inputs { air, plan, public_values, .. } = inputs;
    let size = inputs.domain.size();
    // The next row of the trace is this many rows on.
    let step = size / inputs.trace_domain.size();
    let messages = &plan.messages;
    let selector = |s: &[Val]| PackedVal::from_fn(|lane| s[(row + lane) & (size - 1)]);

    load(&inputs.main, row, step, plan.next_row || messages.reads_next(), &mut b.main);
    let width = inputs.main.width();
    let main = RowMajorMatrixView::new(&b.main, width);
    b.preprocessed.clear();
    let mut preprocessed_width = 0;
    if let Some(p) = &inputs.preprocessed {
        let next = plan.preprocessed_next_row || messages.reads_preprocessed_next();
        load(p, row, step, next, &mut b.preprocessed);
        preprocessed_width = p.width();
    }
    let preprocessed = RowMajorMatrixView::new(&b.preprocessed, preprocessed_width);
    let mut folder = ProverConstraintFolderWithLookups {
        inner: ProverConstraintFolder {
            main,
            preprocessed,
            preprocessed_window: RowWindow::from_view(&preprocessed),
            periodic_values: &[],
            public_values,
            is_first_row: selector(&selectors.first),
            is_last_row: selector(&selectors.last),
            is_transition: selector(&selectors.transition),
            base_alpha_powers: &folding.base,
            ext_alpha_powers: &folding.ext,
            base_constraints: core::mem::take(&mut b.base),
            ext_constraints: core::mem::take(&mut b.ext),
            constraint_index: 0,
            constraint_count: plan.layout.total_constraints(),
        },
        permutation: RowMajorMatrixView::new(&[], 0),
        permutation_challenges: &[],
        permutation_values: &[],
    };
    air.eval(&mut folder);

    if let (Some(lookup), Some(terminal)) = (&inputs.lookup, inputs.terminal) {
        // Columns of this row; of the next, only the accumulator is looked at.
        b.lookup.clear();
        b.lookup.extend(lookup.vertically_packed_row::<PackedVal>(row));
        let element = |c: usize| PackedChallenge::from_basis_coefficients_fn(|d| b.lookup[c * D + d]);
        let next_rows = lookup.wrapping_row_slices(row + step, PackedVal::WIDTH);
        let accumulator_next =
            PackedChallenge::from_basis_coefficients_fn(|d| PackedVal::from_fn(|lane| next_rows[lane][d]));
        let pick = |row: usize, out: &mut Vec<PackedVal>| {
            out.clear();
            out.extend(messages.reads().iter().map(|&c| b.main[row * width + c]));
        };
        pick(0, &mut b.reads);
        if messages.reads_next() {
            pick(1, &mut b.reads_next);
        }
        let (now, next) = b.preprocessed.split_at(preprocessed_width);
        let rows = Rows {
            main: &b.reads,
            main_next: &b.reads_next,
            preprocessed: now,
            preprocessed_next: next,
            public_values,
        };
        messages.run(&rows, &mut b.regs);
        let mut sum = PackedChallenge::ZERO;
        for (column, challenges) in folding.columns.iter().enumerate() {
            // The fractions' sum `numerator / denominator` is in the lookup column.
            let (mut denominator, count) = messages.fraction(column, 0, challenges, &b.regs, &mut b.scratch);
            let mut numerator = PackedChallenge::from(count);
            for term in 1..messages.terms(column) {
                let (d, m) = messages.fraction(column, term, challenges, &b.regs, &mut b.scratch);
                numerator = numerator * d + denominator * m;
                denominator *= d;
            }
            let fraction = element(column + 1);
            folder.assert_zero_ext(denominator * fraction - numerator);
            sum += fraction;
        }
        // The accumulator starts at zero, adds each row's fractions, and ends at the terminal.
        let accumulator = element(0);
        let after = accumulator + sum;
        let (first, last, transition) =
            (folder.inner.is_first_row, folder.inner.is_last_row, folder.inner.is_transition);
        folder.assert_zero_ext(accumulator * first);
        folder.assert_zero_ext((accumulator_next - after) * transition);
        folder.assert_zero_ext((PackedChallenge::from(terminal) - after) * last);
    }
    let value = folder.inner.finalize_constraints() * selector(&selectors.inverse);
    b.base = core::mem::take(&mut folder.inner.base_constraints);
    b.ext = core::mem::take(&mut folder.inner.ext_constraints);
    b.base.clear();
    b.ext.clear();
    value
}

/// Packs the rows from `row` on, and then their next rows or, where those are not looked at, zeros.
fn load<M: Matrix<Val>>(matrix: &M, row: usize, step: usize, next: bool, out: &mut Vec<PackedVal>) {
    out.clear();
    out.extend(matrix.vertically_packed_row::<PackedVal>(row));
    if next {
        out.extend(matrix.vertically_packed_row::<PackedVal>(row + step));
    } else {
        out.resize(2 * matrix.width(), PackedVal::ZERO);
    }
}
