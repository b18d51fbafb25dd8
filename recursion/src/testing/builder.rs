//! Evaluating a table on one row of a concrete trace.

use p3_air::{Air, AirBuilder, RowWindow};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, InteractionBuilder};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::Val;

use crate::tables::Table;

/// A message a row put on a bus, with its signed count (never zero).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMessage {
    /// The bus.
    pub bus: String,
    /// The message.
    pub fields: Vec<Val>,
    /// Times sent, less times received.
    pub count: Val,
}

struct RowBuilder<'a> {
    main: RowWindow<'a, Val>,
    preprocessed: RowWindow<'a, Val>,
    public: &'a [Val],
    first: bool,
    last: bool,
    constraints: usize,
    failed: Vec<usize>,
    messages: Vec<RowMessage>,
}

impl<'a> AirBuilder for RowBuilder<'a> {
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
        if x.into() != Val::ZERO {
            self.failed.push(self.constraints);
        }
        self.constraints += 1;
    }

    fn public_values(&self) -> &[Val] {
        self.public
    }
}

impl InteractionBuilder for RowBuilder<'_> {
    fn push_interaction<E: Into<Val>>(
        &mut self,
        bus_name: &str,
        fields: impl IntoIterator<Item = E>,
        count: impl Into<Count<Val>>,
    ) {
        let fields = fields.into_iter().map(Into::into).collect();
        let (count, _) = count.into().into_parts();
        if count != Val::ZERO {
            self.messages.push(RowMessage { bus: bus_name.to_owned(), fields, count });
        }
    }

    fn push_local_interaction(&mut self, _: impl IntoIterator<Item = (Vec<Val>, Count<Val>)>) {
        unreachable!("the tables have none");
    }
}

/// The constraints that fail on a row, and its messages.
///
/// # Panics
///
/// Where there is no such row.
#[must_use]
pub fn evaluate_row(
    table: &Table,
    main: &RowMajorMatrix<Val>,
    preprocessed: &RowMajorMatrix<Val>,
    public: &[Val],
    row: usize,
) -> (Vec<usize>, Vec<RowMessage>) {
    let height = main.height();
    let next = (row + 1) % height;
    let slice = |m: &RowMajorMatrix<Val>, r: usize| m.row_slice(r).expect("a row").to_vec();
    let rows = [slice(main, row), slice(main, next), slice(preprocessed, row), slice(preprocessed, next)];
    let mut builder = RowBuilder {
        main: RowWindow::from_two_rows(&rows[0], &rows[1]),
        preprocessed: RowWindow::from_two_rows(&rows[2], &rows[3]),
        public,
        first: row == 0,
        last: row + 1 == height,
        constraints: 0,
        failed: vec![],
        messages: vec![],
    };
    table.eval(&mut builder);
    (builder.failed, builder.messages)
}
