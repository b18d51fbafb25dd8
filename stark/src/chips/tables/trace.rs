//! The tables' multiplicities.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;

use super::{ByteTableCols, LOG_TABLE_HEIGHT, Range16Cols};
use crate::field::Val;
use crate::lookups::LookupCounts;

/// The range table's trace.
#[must_use]
pub fn range16_trace(counts: &LookupCounts) -> RowMajorMatrix<Val> {
    RowMajorMatrix::new(counts.range16.iter().map(|&m| Val::from_u32(m)).collect(), Range16Cols::WIDTH)
}

/// The byte table's trace.
#[must_use]
pub fn byte_trace(counts: &LookupCounts) -> RowMajorMatrix<Val> {
    let values = (0..1 << LOG_TABLE_HEIGHT)
        .flat_map(|row| counts.bytes.each_ref().map(|of_op| Val::from_u32(of_op[row])))
        .collect();
    RowMajorMatrix::new(values, ByteTableCols::WIDTH)
}
