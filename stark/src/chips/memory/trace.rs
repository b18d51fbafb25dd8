//! Filling of the memory boundary.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_executor::record::{CellAddr, FinalCell};

use super::MemoryCols;
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;

/// Rows needed before padding: one a cell.
#[must_use]
pub const fn rows(cells: &[FinalCell]) -> usize {
    cells.len()
}

/// What the first part of the key that grows grows by, less one, and which part it is: 0 offset, 1 context, 2 space.
const fn excess(from: CellAddr, to: CellAddr) -> (u32, usize) {
    if from.space != to.space {
        (to.space.wrapping_sub(from.space).wrapping_sub(1), 2)
    } else if from.ctx != to.ctx {
        (to.ctx.wrapping_sub(from.ctx).wrapping_sub(1), 1)
    } else {
        (to.off.wrapping_sub(from.off).wrapping_sub(1), 0)
    }
}

/// The excess of cell `i` over the one before it; none for the first.
fn excess_at(cells: &[FinalCell], i: usize) -> Option<(u32, usize)> {
    i.checked_sub(1).map(|before| excess(cells[before].addr, cells[i].addr))
}

/// The trace of the cells, given in strictly ascending order.
///
/// # Panics
///
/// Where `height` is below [`rows`].
#[must_use]
pub fn trace(cells: &[FinalCell], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    assert!(rows(cells) <= height, "{} cells do not fit {height} rows", cells.len());
    let mut values = Val::zero_vec(height * MemoryCols::WIDTH);
    values.par_chunks_exact_mut(MemoryCols::WIDTH).zip(cells).enumerate().for_each(|(i, (row, cell))| {
        let row: &mut MemoryCols<Val> = view_mut(row);
        let CellAddr { space, ctx, off } = cell.addr;
        row.real = Val::ONE;
        row.space_bits = core::array::from_fn(|k| Val::from_u32(space >> k & 1));
        [row.ctx_lo, row.ctx_hi] = halves(ctx);
        [row.off_lo, row.off_hi] = halves(off);
        if let Some((diff, part)) = excess_at(cells, i) {
            row.by_off = Val::from_bool(part == 0);
            row.by_ctx = Val::from_bool(part == 1);
            [row.diff_lo, row.diff_hi] = halves(diff);
        }
        row.time = Val::from_u32(cell.time);
        row.word = limbs(cell.word);
    });
    for (i, cell) in cells.iter().enumerate() {
        let diff = excess_at(cells, i).map_or(0, |d| d.0);
        for v in [cell.addr.ctx, cell.addr.off, diff] {
            counts.range16(v as u16);
            counts.range16(((v >> 16) * 8) as u16);
        }
    }
    RowMajorMatrix::new(values, MemoryCols::WIDTH)
}

fn halves(v: u32) -> [Val; 2] {
    [Val::from_u16(v as u16), Val::from_u32(v >> 16)]
}
