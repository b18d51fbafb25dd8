//! Cell mutants.

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;
use zkrom_stark::field::Val;
use zkrom_stark::testing::Samples;

use super::Traces;
use crate::tables::TableId;

/// A mutant nothing refused.
#[derive(Clone, Debug)]
pub struct Survivor {
    /// The column.
    pub column: String,
    /// The row.
    pub row: usize,
    /// The honest value.
    pub from: Val,
    /// The value it survived with.
    pub to: Val,
}

/// Mutants tried, killed and surviving.
#[derive(Clone, Debug, Default)]
pub struct KillTable {
    /// Killed by a constraint.
    pub by_constraint: usize,
    /// Killed by a message.
    pub by_message: usize,
    /// Not killed.
    pub survivors: Vec<Survivor>,
}

/// Mutates every column on every `step`th row of a table.
///
/// # Panics
///
/// Where a row is not as wide as its table.
#[must_use]
pub fn mutate(honest: &Traces, id: TableId, step: usize, seed: u64) -> KillTable {
    let table = id as usize;
    let height = honest.main[table].height();
    let columns = id.columns(honest.tables[table].layout);
    let mut samples = Samples::new(seed);
    let mut out = KillTable::default();
    let mut traces = honest.clone();
    for row in (0..height).step_by(step) {
        let before = (row + height - 1) % height;
        let seen = |t: &Traces| [before, row].map(|r| t.row(table, r));
        let honest_rows = seen(honest);
        for (c, column) in columns.iter().enumerate() {
            let at = row * columns.len() + c;
            let from = honest.main[table].values[at];
            let random = Val::from_u64(samples.bits());
            let flipped = Val::from_u32(from.as_canonical_u32() ^ 1);
            for to in [from + Val::ONE, Val::ZERO, flipped, random] {
                if to == from {
                    continue;
                }
                traces.main[table].values[at] = to;
                let rows = seen(&traces);
                if rows.iter().any(|(failed, _)| !failed.is_empty()) {
                    out.by_constraint += 1;
                } else if rows.iter().zip(&honest_rows).any(|(a, b)| a.1 != b.1) {
                    out.by_message += 1;
                } else {
                    out.survivors.push(Survivor { column: column.clone(), row, from, to });
                }
            }
            traces.main[table].values[at] = from;
        }
    }
    out
}
