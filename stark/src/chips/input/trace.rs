//! Filling of the private input.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_executor::record::InputCell;

use super::InputCols;
use crate::columns::view_mut;
use crate::field::{Val, limbs, limbs_u16};
use crate::lookups::LookupCounts;

/// Rows needed before padding: one a word.
#[must_use]
pub const fn rows(cells: &[InputCell]) -> usize {
    cells.len()
}

/// The trace of the input's cells, from offset 0 on.
///
/// # Panics
///
/// Where `height` is below [`rows`].
#[must_use]
pub fn trace(cells: &[InputCell], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    assert!(rows(cells) <= height, "{} words do not fit {height} rows", cells.len());
    let mut values = Val::zero_vec(height * InputCols::WIDTH);
    values.par_chunks_exact_mut(InputCols::WIDTH).enumerate().for_each(|(i, row)| {
        let row: &mut InputCols<Val> = view_mut(row);
        row.off = Val::from_usize(i);
        if let Some(cell) = cells.get(i) {
            row.real = Val::ONE;
            row.time = Val::from_u32(cell.time);
            row.word = limbs(cell.word);
        }
    });
    for limb in cells.iter().flat_map(|cell| limbs_u16(cell.word)) {
        counts.range16(limb);
    }
    RowMajorMatrix::new(values, InputCols::WIDTH)
}
