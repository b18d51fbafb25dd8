//! Multiplicities of the fixed tables, counted while traces are filled.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use crate::buses::ByteOp;
use crate::field::Val;

/// How often each entry of the range and byte tables is looked up.
#[derive(Clone, Debug)]
pub struct LookupCounts {
    /// Lookups of each 16-bit value.
    pub range16: Vec<u32>,
    /// Lookups of each byte pair `x + 256 y`, by [`ByteOp`].
    pub bytes: [Vec<u32>; 4],
}

impl Default for LookupCounts {
    fn default() -> Self {
        Self { range16: vec![0; 1 << 16], bytes: core::array::from_fn(|_| vec![0; 1 << 16]) }
    }
}

impl LookupCounts {
    /// Counts a range check.
    pub fn range16(&mut self, value: u16) {
        self.range16[value as usize] += 1;
    }

    /// Counts a byte operation.
    pub fn byte(&mut self, op: ByteOp, x: u8, y: u8) {
        self.bytes[op as usize][x as usize + 256 * y as usize] += 1;
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Self) {
        let add = |a: &mut Vec<u32>, b: &Vec<u32>| a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        add(&mut self.range16, &other.range16);
        self.bytes.iter_mut().zip(&other.bytes).for_each(|(a, b)| add(a, b));
    }
}

/// Fills a trace of `height` rows, one row an event and zero rows after them, in parallel; `fill` writes a row and counts its lookups.
///
/// # Panics
///
/// Where there are more events than rows.
#[must_use]
pub fn fill_rows<E: Sync>(
    events: &[E],
    height: usize,
    width: usize,
    counts: &mut LookupCounts,
    fill: impl Fn(&E, &mut [Val], &mut LookupCounts) + Sync,
) -> RowMajorMatrix<Val> {
    /// Rows a task fills with counts of its own (1.3 MB), merged afterwards.
    const TASK: usize = 1 << 14;
    assert!(events.len() <= height, "{} events for {height} rows", events.len());
    let mut values = vec![Val::ZERO; height * width];
    let parts: Vec<LookupCounts> = values
        .par_chunks_mut(TASK * width)
        .zip(events.par_chunks(TASK))
        .map(|(rows, events)| {
            let mut counts = LookupCounts::default();
            for (row, event) in rows.chunks_exact_mut(width).zip(events) {
                fill(event, row, &mut counts);
            }
            counts
        })
        .collect();
    parts.iter().for_each(|part| counts.merge(part));
    RowMajorMatrix::new(values, width)
}
