//! A chip's trace and the messages the rest of a machine expects of it.

use std::collections::HashMap;

use p3_air::{Air, BaseAir};
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;

use crate::buses::{Bus, ByteOp};
use crate::check::{CheckBuilder, Deletion, RowMessage, evaluate_row};
use crate::field::Val;

/// Net count of each message outside the fixed tables.
pub type Env = HashMap<(Bus, Vec<Val>), Val>;

/// A chip with a trace, alone.
#[derive(Debug)]
pub struct Isolated<'a, A> {
    /// The chip.
    pub air: &'a A,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Its trace.
    pub trace: RowMajorMatrix<Val>,
    /// Its public values.
    pub public_values: Vec<Val>,
}

impl<A> Clone for Isolated<'_, A> {
    fn clone(&self) -> Self {
        Self {
            air: self.air,
            columns: self.columns.clone(),
            trace: self.trace.clone(),
            public_values: self.public_values.clone(),
        }
    }
}

/// Why a trace is refused; `None` everywhere where it is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// First failing constraint: (row, index).
    pub constraint: Option<(usize, usize)>,
    /// First lookup that misses its table: (row, bus, message).
    pub lookup: Option<(usize, Bus, Vec<u32>)>,
    /// Some message whose net count differs from the environment's.
    pub message: Option<(Bus, Vec<u32>)>,
}

impl Verdict {
    /// Whether nothing refuses the trace.
    #[must_use]
    pub const fn accepted(&self) -> bool {
        self.constraint.is_none() && self.lookup.is_none() && self.message.is_none()
    }
}

/// Whether a bus belongs to a fixed table, whose other side adapts to whatever valid lookups there are.
pub(super) const fn is_table(bus: Bus) -> bool {
    matches!(bus, Bus::Range16 | Bus::Byte)
}

/// Whether a lookup of a fixed table hits an entry.
pub(super) fn hits_table(message: &RowMessage) -> bool {
    let f: Vec<u32> = message.fields.iter().map(PrimeField32::as_canonical_u32).collect();
    match message.bus {
        Bus::Range16 => f[0] < 1 << 16,
        Bus::Byte => {
            f[0] < 4
                && f[1] < 256
                && f[2] < 256
                && u32::from(ByteOp::ALL[f[0] as usize].apply(f[1] as u8, f[2] as u8)) == f[3]
        }
        _ => false,
    }
}

fn canonical(fields: &[Val]) -> Vec<u32> {
    fields.iter().map(PrimeField32::as_canonical_u32).collect()
}

impl<A> Isolated<'_, A>
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    /// The messages of one row and its failing constraints.
    pub(super) fn row(
        &self,
        preprocessed: Option<&RowMajorMatrix<Val>>,
        row: usize,
        deletion: Deletion,
    ) -> (Vec<usize>, Vec<RowMessage>) {
        let b = evaluate_row(self.air, &self.trace, preprocessed, &self.public_values, row, deletion);
        (b.failures, b.messages)
    }

    /// The net messages of the trace outside the fixed tables: of an honest trace, its environment.
    #[must_use]
    pub fn env(&self) -> Env {
        let preprocessed = self.air.preprocessed_trace();
        let mut env = Env::new();
        for row in 0..self.trace.height() {
            for m in self.row(preprocessed.as_ref(), row, Deletion::None).1 {
                if !is_table(m.bus) {
                    *env.entry((m.bus, m.fields)).or_insert(Val::ZERO) += m.count;
                }
            }
        }
        env.retain(|_, c| *c != Val::ZERO);
        env
    }

    /// Whether the trace is accepted in an environment.
    #[must_use]
    pub fn verdict(&self, env: &Env) -> Verdict {
        self.verdict_without(env, Deletion::None)
    }

    /// As [`Self::verdict`], with a part of the chip left out. Deleted interactions are left out of both sides.
    #[must_use]
    pub fn verdict_without(&self, env: &Env, deletion: Deletion) -> Verdict {
        let preprocessed = self.air.preprocessed_trace();
        let mut verdict = Verdict::default();
        let mut left = env.clone();
        for row in 0..self.trace.height() {
            let (failures, messages) = self.row(preprocessed.as_ref(), row, deletion);
            if let (Some(&index), None) = (failures.first(), verdict.constraint) {
                verdict.constraint = Some((row, index));
            }
            for m in messages {
                if is_table(m.bus) {
                    if !hits_table(&m) && verdict.lookup.is_none() {
                        verdict.lookup = Some((row, m.bus, canonical(&m.fields)));
                    }
                } else {
                    *left.entry((m.bus, m.fields)).or_insert(Val::ZERO) -= m.count;
                }
            }
        }
        verdict.message = left
            .into_iter()
            .filter(|(_, c)| *c != Val::ZERO)
            .map(|((bus, f), _)| (bus, canonical(&f)))
            .min_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        verdict
    }

    /// Asserts that the trace satisfies every constraint and table.
    ///
    /// # Panics
    ///
    /// Where it does not, naming the place.
    pub fn assert_honest(&self) {
        assert_eq!(self.columns.len(), self.trace.width, "column names do not cover the trace");
        let verdict = self.verdict(&self.env());
        assert!(verdict.accepted(), "honest trace refused: {verdict:?}");
    }
}
