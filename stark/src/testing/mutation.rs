//! Cell mutants: each column on sampled rows, changed in several ways.

use std::collections::HashMap;
use std::fmt;

use p3_air::{Air, BaseAir};
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;

use super::isolated::{Isolated, hits_table, is_table};
use crate::buses::Bus;
use crate::check::{CheckBuilder, Deletion, RowMessage};
use crate::field::Val;

/// A column that is free on some rows, and why that is harmless.
#[derive(Clone, Copy, Debug)]
pub struct Waiver {
    /// The column's name, or its beginning up to `[`.
    pub column: &'static str,
    /// The reason.
    pub reason: &'static str,
    /// Whether it is free on an (honest) row; on others its mutants must die.
    pub free: fn(&[Val]) -> bool,
}

impl Waiver {
    fn covers(&self, column: &str, row: &[Val]) -> bool {
        let named = column == self.column
            || column.strip_prefix(self.column).is_some_and(|rest| rest.starts_with('['));
        named && (self.free)(row)
    }
}

/// A mutant nothing refused.
#[derive(Clone, Debug)]
pub struct Survivor {
    /// The column.
    pub column: String,
    /// The row.
    pub row: usize,
    /// The honest value.
    pub from: u32,
    /// The value it survived with.
    pub to: u32,
}

/// Mutants tried, killed and surviving.
#[derive(Clone, Debug, Default)]
pub struct KillTable {
    /// Mutants tried.
    pub mutants: usize,
    /// Killed by a constraint.
    pub by_constraint: usize,
    /// Killed by a table lookup.
    pub by_lookup: usize,
    /// Killed by a message.
    pub by_message: usize,
    /// Not killed, on rows that send and receive nothing with either value: padding.
    pub inert: usize,
    /// Not killed, in columns with a waiver.
    pub waived: usize,
    /// Not killed.
    pub survivors: Vec<Survivor>,
}

impl fmt::Display for KillTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} mutants: {} killed by constraints, {} by lookups, {} by messages; {} inert, {} waived, {} survivors",
            self.mutants,
            self.by_constraint,
            self.by_lookup,
            self.by_message,
            self.inert,
            self.waived,
            self.survivors.len()
        )?;
        for s in self.survivors.iter().take(20) {
            write!(f, "\n  {} row {}: {} -> {}", s.column, s.row, s.from, s.to)?;
        }
        Ok(())
    }
}

/// splitmix64: the suite's seeded randomness.
pub(super) const fn next_random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a value is changed to: +1, -1, 0, 1, low bit and bit 15 flipped, random, random 16-bit.
pub(super) fn mutants(value: Val, state: &mut u64) -> Vec<Val> {
    let v = value.as_canonical_u32();
    let mut out = vec![
        value + Val::ONE,
        value - Val::ONE,
        Val::ZERO,
        Val::ONE,
        Val::from_u32(v ^ 1),
        Val::from_u32((v ^ 0x8000) % Val::ORDER_U32),
        Val::from_u64(next_random(state)),
        Val::from_u16(next_random(state) as u16),
    ];
    out.retain(|m| *m != value);
    out.dedup();
    out
}

/// Mutates each column on up to `rows` rows (first, last and seeded others), one cell at a time.
///
/// Only the rows that can see the cell are evaluated: its own and the one before it.
pub fn mutate<A>(honest: &Isolated<'_, A>, rows: usize, seed: u64, waivers: &[Waiver]) -> KillTable
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let height = honest.trace.height();
    let width = honest.trace.width;
    let preprocessed = honest.air.preprocessed_trace();
    let mut state = seed;
    let mut picked: Vec<usize> = vec![0, height - 1];
    while picked.len() < rows.min(height) {
        let row = (next_random(&mut state) % height as u64) as usize;
        if !picked.contains(&row) {
            picked.push(row);
        }
    }
    let mut table = KillTable::default();
    let mut work = honest.clone();
    for &row in &picked {
        let before = (row + height - 1) % height;
        let seen: Vec<usize> = if before == row { vec![row] } else { vec![before, row] };
        let net = |work: &Isolated<'_, A>| {
            let mut failed = false;
            let mut all: Vec<RowMessage> = Vec::new();
            let mut silent = false;
            for &r in &seen {
                let (failures, messages) = work.row(preprocessed.as_ref(), r, Deletion::None);
                failed |= !failures.is_empty();
                silent = messages.is_empty();
                all.extend(messages);
            }
            (failed, all, silent)
        };
        let (_, honest_messages, honest_silent) = net(&work);
        let honest_balance = balance(&honest_messages);
        let honest_row = &honest.trace.values[row * width..(row + 1) * width];
        for column in 0..width {
            let at = row * width + column;
            let from = work.trace.values[at];
            for to in mutants(from, &mut state) {
                work.trace.values[at] = to;
                let (failed, messages, silent) = net(&work);
                table.mutants += 1;
                if failed {
                    table.by_constraint += 1;
                } else if messages.iter().any(|m| is_table(m.bus) && !hits_table(m)) {
                    table.by_lookup += 1;
                } else if balance(&messages) != honest_balance {
                    table.by_message += 1;
                } else if honest_silent && silent && messages == honest_messages {
                    table.inert += 1;
                } else if waivers.iter().any(|w| w.covers(&honest.columns[column], honest_row)) {
                    table.waived += 1;
                } else {
                    table.survivors.push(Survivor {
                        column: honest.columns[column].clone(),
                        row,
                        from: from.as_canonical_u32(),
                        to: to.as_canonical_u32(),
                    });
                }
            }
            work.trace.values[at] = from;
        }
    }
    table
}

fn balance(messages: &[RowMessage]) -> HashMap<(Bus, &[Val]), Val> {
    let mut out = HashMap::new();
    for m in messages.iter().filter(|m| !is_table(m.bus)) {
        *out.entry((m.bus, m.fields.as_slice())).or_insert(Val::ZERO) += m.count;
    }
    out.retain(|_, c| *c != Val::ZERO);
    out
}
