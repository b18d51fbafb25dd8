//! The builder that evaluates an AIR on one row of a concrete trace.

use p3_air::{Air, AirBuilder, BaseAir, RowWindow};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, InteractionBuilder};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;

use crate::buses::Bus;
use crate::field::Val;

/// A message a row put on a bus, with its signed multiplicity (never zero).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMessage {
    /// The bus.
    pub bus: Bus,
    /// The message.
    pub fields: Vec<Val>,
    /// Times sent, less times received.
    pub count: Val,
}

/// A part of an AIR left out of an evaluation, to measure whether the suite notices (the deletion score).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletion {
    /// Nothing.
    #[default]
    None,
    /// The constraint of this index.
    Constraint(usize),
    /// The interaction of this index.
    Interaction(usize),
}

/// Evaluates constraints and messages on one row.
#[derive(Debug)]
pub struct CheckBuilder<'a> {
    main: RowWindow<'a, Val>,
    preprocessed: RowWindow<'a, Val>,
    public_values: &'a [Val],
    first: bool,
    last: bool,
    deletion: Deletion,
    /// Constraints evaluated so far.
    pub num_constraints: usize,
    /// Their values.
    pub values: Vec<Val>,
    /// Interactions evaluated so far.
    pub num_interactions: usize,
    /// Indices of constraints that are not zero.
    pub failures: Vec<usize>,
    /// Messages.
    pub messages: Vec<RowMessage>,
}

impl<'a> AirBuilder for CheckBuilder<'a> {
    type F = Val;
    type Expr = Val;
    type Var = Val;
    type PreprocessedWindow = RowWindow<'a, Val>;
    type MainWindow = RowWindow<'a, Val>;
    type PublicVar = Val;
    type PeriodicVar = Val;

    fn main(&self) -> Self::MainWindow {
        self.main
    }

    fn preprocessed(&self) -> &Self::PreprocessedWindow {
        &self.preprocessed
    }

    fn is_first_row(&self) -> Val {
        Val::from_bool(self.first)
    }

    fn is_last_row(&self) -> Val {
        Val::from_bool(self.last)
    }

    fn is_transition(&self) -> Val {
        Val::from_bool(!self.last)
    }

    fn assert_zero<I: Into<Val>>(&mut self, x: I) {
        let index = self.num_constraints;
        self.num_constraints += 1;
        let x = x.into();
        self.values.push(x);
        if x != Val::ZERO && self.deletion != Deletion::Constraint(index) {
            self.failures.push(index);
        }
    }

    fn public_values(&self) -> &[Val] {
        self.public_values
    }
}

impl CheckBuilder<'_> {
    fn record(&mut self, bus: &str, fields: Vec<Val>, count: Val) {
        if count != Val::ZERO {
            let bus = Bus::from_name(bus).expect("an AIR of this crate names a bus of `Bus`");
            self.messages.push(RowMessage { bus, fields, count });
        }
    }

    fn next_interaction(&mut self) -> bool {
        let index = self.num_interactions;
        self.num_interactions += 1;
        self.deletion != Deletion::Interaction(index)
    }
}

impl InteractionBuilder for CheckBuilder<'_> {
    fn push_interaction<E: Into<Val>>(
        &mut self,
        bus_name: &str,
        fields: impl IntoIterator<Item = E>,
        count: impl Into<Count<Val>>,
    ) {
        let (count, _) = count.into().into_parts();
        if self.next_interaction() {
            self.record(bus_name, fields.into_iter().map(Into::into).collect(), count);
        }
    }

    fn push_local_interaction(&mut self, _tuples: impl IntoIterator<Item = (Vec<Val>, Count<Val>)>) {
        unreachable!("no chip uses local interactions: every message goes over a bus of `Bus`");
    }

    fn push_exclusive_interaction(
        &mut self,
        bus_name: &str,
        branches: impl IntoIterator<Item = (Val, Count<Val>, Vec<Val>)>,
    ) {
        if !self.next_interaction() {
            return;
        }
        for (flag, count, fields) in branches {
            self.record(bus_name, fields, flag * count.into_parts().0);
        }
    }
}

/// Evaluates an AIR on row `row` of a trace (the next row wraps around).
///
/// # Panics
///
/// Where a trace has no rows, or `row` is past them.
pub fn evaluate_row<'a, A>(
    air: &A,
    main: &'a RowMajorMatrix<Val>,
    preprocessed: Option<&'a RowMajorMatrix<Val>>,
    public_values: &'a [Val],
    row: usize,
    deletion: Deletion,
) -> CheckBuilder<'a>
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let height = main.height();
    let window = |m: &'a RowMajorMatrix<Val>| {
        let at = |r: usize| &m.values[r * m.width..(r + 1) * m.width];
        RowWindow::from_two_rows(at(row), at((row + 1) % height))
    };
    let mut builder = CheckBuilder {
        main: window(main),
        preprocessed: preprocessed.map_or_else(|| RowWindow::from_two_rows(&[], &[]), window),
        public_values,
        first: row == 0,
        last: row + 1 == height,
        deletion,
        num_constraints: 0,
        values: Vec::new(),
        num_interactions: 0,
        failures: Vec::new(),
        messages: Vec::new(),
    };
    air.eval(&mut builder);
    builder
}
