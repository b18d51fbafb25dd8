//! The check of a whole machine.

use std::collections::HashMap;
use std::fmt;

use p3_air::{Air, BaseAir};
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;

use super::{CheckBuilder, Deletion, evaluate_row};
use crate::buses::Bus;
use crate::field::Val;

/// One chip with its trace.
#[derive(Debug)]
pub struct Instance<'a, A> {
    /// The chip's name.
    pub name: &'a str,
    /// The chip.
    pub air: &'a A,
    /// Its trace.
    pub trace: &'a RowMajorMatrix<Val>,
    /// Its public values.
    pub public_values: &'a [Val],
}

/// A constraint that is not zero on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintFailure {
    /// The chip.
    pub chip: String,
    /// The row.
    pub row: usize,
    /// The constraint's index in the order the AIR asserts them.
    pub constraint: usize,
}

/// A message sent and received unequally often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imbalance {
    /// The bus.
    pub bus: Bus,
    /// The message.
    pub fields: Vec<u32>,
    /// Times sent less times received, in the field.
    pub count: u32,
    /// Some chips and rows that sent or received it.
    pub places: Vec<(String, usize)>,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct CheckReport {
    /// Constraints that failed.
    pub failures: Vec<ConstraintFailure>,
    /// Messages out of balance.
    pub imbalances: Vec<Imbalance>,
}

impl CheckReport {
    /// Whether nothing failed.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failures.is_empty() && self.imbalances.is_empty()
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        for x in self.failures.iter().take(SHOWN) {
            writeln!(f, "chip {} row {}: constraint {} is not zero", x.chip, x.row, x.constraint)?;
        }
        for x in self.imbalances.iter().take(SHOWN) {
            writeln!(f, "bus {}: count {} of {:?} at {:?}", x.bus.name(), x.count, x.fields, x.places)?;
        }
        write!(f, "{} constraint failures, {} imbalances", self.failures.len(), self.imbalances.len())
    }
}

type Balance = HashMap<(Bus, Vec<Val>), (Val, Vec<(usize, usize)>)>;

/// Checks every constraint of every chip on every row, and the balance of every bus.
#[must_use]
pub fn check<A>(instances: &[Instance<'_, A>]) -> CheckReport
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>> + Sync,
{
    const PLACES: usize = 4;
    let mut report = CheckReport::default();
    let mut balance: Balance = HashMap::new();
    for (chip, x) in instances.iter().enumerate() {
        let preprocessed = x.air.preprocessed_trace();
        let rows: Vec<(Vec<usize>, Vec<super::RowMessage>)> = (0..x.trace.height())
            .into_par_iter()
            .map(|row| {
                let b =
                    evaluate_row(x.air, x.trace, preprocessed.as_ref(), x.public_values, row, Deletion::None);
                (b.failures, b.messages)
            })
            .collect();
        for (row, (failures, messages)) in rows.into_iter().enumerate() {
            report.failures.extend(failures.into_iter().map(|constraint| ConstraintFailure {
                chip: x.name.to_owned(),
                row,
                constraint,
            }));
            for m in messages {
                let entry = balance.entry((m.bus, m.fields)).or_insert((Val::ZERO, Vec::new()));
                entry.0 += m.count;
                if entry.1.len() < PLACES {
                    entry.1.push((chip, row));
                }
            }
        }
    }
    report.imbalances = balance
        .into_iter()
        .filter(|(_, (count, _))| *count != Val::ZERO)
        .map(|((bus, fields), (count, places))| Imbalance {
            bus,
            fields: fields.iter().map(PrimeField32::as_canonical_u32).collect(),
            count: count.as_canonical_u32(),
            places: places.into_iter().map(|(c, r)| (instances[c].name.to_owned(), r)).collect(),
        })
        .collect();
    report.imbalances.sort_by(|a, b| (a.bus, &a.fields).cmp(&(b.bus, &b.fields)));
    report
}
