//! A checker of the tables' traces, and cell mutants: what the tables are put through.
//!
//! The checker evaluates every constraint on every row and the balance of both buses. A mutant changes one cell; it is killed by a constraint of its row or of the one before, or by
//! a message that is no longer what the rest of the machine sent or received.

mod builder;
mod mutation;
mod toy;

pub use builder::{RowMessage, evaluate_row};
pub use mutation::{KillTable, Survivor, mutate};
pub use toy::{Given, toy};

use std::collections::HashMap;

use p3_field::PrimeCharacteristicRing;
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use crate::circuit::{Circuit, Run};
use crate::tables::{Table, TableId, public_values};

/// All tables of a run, for tests to change.
#[derive(Clone, Debug)]
pub struct Traces {
    /// The tables.
    pub tables: Vec<Table>,
    /// Preprocessed columns.
    pub preprocessed: Vec<RowMajorMatrix<Val>>,
    /// Main columns.
    pub main: Vec<RowMajorMatrix<Val>>,
    /// Public values.
    pub public: Vec<Vec<Val>>,
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A constraint.
    Constraint {
        /// The table.
        table: &'static str,
        /// The row.
        row: usize,
        /// The constraint's index.
        index: usize,
    },
    /// A message whose counts do not add up to zero.
    Message {
        /// The bus.
        bus: String,
        /// The message.
        fields: Vec<Val>,
    },
}

impl Traces {
    /// The honest traces of a run.
    #[must_use]
    pub fn of(circuit: &Circuit, run: &Run) -> Self {
        let log_heights = circuit.log_heights(4);
        let tables = Table::of(circuit, &log_heights);
        let preprocessed = tables
            .iter()
            .map(|t| p3_air::BaseAir::preprocessed_trace(t).expect("all tables are preprocessed"))
            .collect();
        let main =
            TableId::ALL.iter().zip(&log_heights).map(|(id, &h)| id.trace(circuit, run, 1 << h)).collect();
        let public = public_values(&run.public, &run.points);
        Self { tables, preprocessed, main, public }
    }

    /// Failing constraints and the messages of a row.
    #[must_use]
    pub fn row(&self, table: usize, row: usize) -> (Vec<usize>, Vec<RowMessage>) {
        evaluate_row(
            &self.tables[table],
            &self.main[table],
            &self.preprocessed[table],
            &self.public[table],
            row,
        )
    }

    /// Everything that does not hold.
    #[must_use]
    pub fn failures(&self) -> Vec<Failure> {
        let mut out = Vec::new();
        let mut counts: HashMap<(String, Vec<Val>), Val> = HashMap::new();
        for (i, table) in self.tables.iter().enumerate() {
            for row in 0..self.main[i].height() {
                let (failed, messages) = self.row(i, row);
                let table = table.id.name();
                out.extend(failed.into_iter().map(|index| Failure::Constraint { table, row, index }));
                for m in messages {
                    *counts.entry((m.bus, m.fields)).or_insert(Val::ZERO) += m.count;
                }
            }
        }
        let unbalanced = counts.into_iter().filter(|(_, count)| *count != Val::ZERO);
        out.extend(unbalanced.map(|((bus, fields), _)| Failure::Message { bus, fields }));
        out
    }

    /// Indices of the constraints of a table that fail on some row.
    #[must_use]
    pub fn failing_constraints(&self, id: TableId) -> Vec<usize> {
        let table = id as usize;
        let mut out: Vec<usize> =
            (0..self.main[table].height()).flat_map(|row| self.row(table, row).0).collect();
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The main columns of a table.
    pub fn table(&mut self, id: TableId) -> &mut RowMajorMatrix<Val> {
        let tables = self.main.as_mut_slice();
        &mut tables[id as usize]
    }
}
