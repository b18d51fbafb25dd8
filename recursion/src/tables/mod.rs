//! The tables of a recursion proof.
//!
//! Each has preprocessed columns that say which operation a row does and which slots it reads and writes, made from a [`Circuit`], and main columns that hold the
//! values, made from a [`Run`]. The tables meet on the two buses of [`bus`].
//!
//! | table | a row |
//! |---|---|
//! | [`alu`] | `a b + c = d` in the challenge field |
//! | [`bits`] | one bit of a canonical base element |
//! | [`hash`] | a permutation: of the transcript, opened values, a FRI leaf, a Merkle path |
//! | [`values`] | a constant, or five public values |

pub mod alu;
pub mod bits;
pub mod bus;
mod fill;
pub mod hash;
pub mod values;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use p3_air::{Air, BaseAir};
use p3_lookup::InteractionBuilder;
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_stark::field::{Challenge, Val};

use crate::circuit::{Circuit, Run};
use crate::quintic::coefficients;
pub use fill::Reads;

/// A table's preprocessed columns; absent where only the constraints are needed.
pub type Preprocessed = Option<Arc<RowMajorMatrix<Val>>>;

/// What differs between the AIRs of two circuits besides preprocessed columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Children: 1 or 2.
    pub children: usize,
    /// Public values, the Horner points not counted.
    pub public_values: usize,
}

macro_rules! tables {
    ($( $name:ident($module:ident) = $text:literal, next $next:literal; )*) => {
        /// A table's identity; the order is that in a proof.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TableId {
            $( #[doc = concat!("See [`", stringify!($module), "`].")] $name ),*
        }

        impl TableId {
            /// All tables, in order.
            pub const ALL: &'static [Self] = &[$( Self::$name ),*];

            /// The table's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$name => $text ),* }
            }

            /// Rows a circuit needs.
            #[must_use]
            pub fn rows(self, circuit: &Circuit) -> usize {
                match self { $( Self::$name => $module::rows(circuit) ),* }
            }

            /// Main columns.
            #[must_use]
            pub fn width(self, layout: Layout) -> usize {
                match self { $( Self::$name => $module::width(layout) ),* }
            }

            /// Preprocessed columns.
            #[must_use]
            pub fn preprocessed_width(self, layout: Layout) -> usize {
                match self { $( Self::$name => $module::preprocessed_width(layout) ),* }
            }

            /// The preprocessed columns of a circuit.
            #[must_use]
            pub fn preprocessed(self, circuit: &Circuit, reads: &Reads, height: usize) -> RowMajorMatrix<Val> {
                match self { $( Self::$name => $module::preprocessed(circuit, reads, height) ),* }
            }

            /// The main columns of a run.
            #[must_use]
            pub fn trace(self, circuit: &Circuit, run: &Run, height: usize) -> RowMajorMatrix<Val> {
                match self { $( Self::$name => $module::trace(circuit, run, height) ),* }
            }

            /// Names of the main columns.
            #[must_use]
            pub fn columns(self, layout: Layout) -> Vec<String> {
                match self { $( Self::$name => $module::columns(layout) ),* }
            }

            const fn reads_next(self) -> bool {
                match self { $( Self::$name => $next ),* }
            }
        }

        impl<AB: InteractionBuilder<F = Val>> Air<AB> for Table {
            fn eval(&self, builder: &mut AB) {
                match self.id { $( TableId::$name => $module::eval(builder, self.layout) ),* }
            }
        }
    };
}

tables! {
    Alu(alu) = "alu", next false;
    Bits(bits) = "bits", next true;
    Hash(hash) = "hash", next true;
    Values(values) = "values", next false;
}

/// A table as an AIR.
#[derive(Clone, Debug)]
pub struct Table {
    /// Which.
    pub id: TableId,
    /// Of what circuit.
    pub layout: Layout,
    preprocessed: Preprocessed,
}

impl Table {
    /// The tables as a verifier has them.
    #[must_use]
    pub fn all(layout: Layout) -> Vec<Self> {
        TableId::ALL.iter().map(|&id| Self { id, layout, preprocessed: None }).collect()
    }

    /// The tables with a circuit's preprocessed columns.
    #[must_use]
    pub fn of(circuit: &Circuit, log_heights: &[usize]) -> Vec<Self> {
        let reads = Reads::of(circuit);
        let mut tables = Self::all(circuit.layout());
        for (table, &log_height) in tables.iter_mut().zip(log_heights) {
            table.preprocessed = Some(Arc::new(table.id.preprocessed(circuit, &reads, 1 << log_height)));
        }
        tables
    }
}

impl BaseAir<Val> for Table {
    fn width(&self) -> usize {
        self.id.width(self.layout)
    }
    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        self.preprocessed.as_deref().cloned()
    }
    fn preprocessed_width(&self) -> usize {
        debug_assert!(
            self.preprocessed.as_ref().is_none_or(|m| m.width() == self.id.preprocessed_width(self.layout))
        );
        self.id.preprocessed_width(self.layout)
    }
    fn main_next_row_columns(&self) -> Vec<usize> {
        if self.id.reads_next() { (0..self.width()).collect() } else { vec![] }
    }
    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        vec![]
    }
    fn num_public_values(&self) -> usize {
        match self.id {
            TableId::Hash => hash::public_values(self.layout),
            TableId::Values => self.layout.public_values,
            _ => 0,
        }
    }
}

/// Public values table by table.
#[must_use]
pub fn public_values(public: &[Val], points: &[Challenge]) -> Vec<Vec<Val>> {
    TableId::ALL
        .iter()
        .map(|id| match id {
            TableId::Values => public.to_vec(),
            TableId::Hash => points.iter().flat_map(coefficients).collect(),
            _ => vec![],
        })
        .collect()
}

impl Circuit {
    /// What its AIRs need to know of it.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout { children: self.children().max(self.room), public_values: self.public.len() }
    }

    /// log2 of the least heights, at least `2^least`, that hold it.
    #[must_use]
    pub fn log_heights(&self, least: usize) -> Vec<usize> {
        let log_height = |id: &TableId| p3_util::log2_ceil_usize(id.rows(self)).max(least);
        TableId::ALL.iter().map(log_height).collect()
    }

    /// log2 of the least heights that hold it and are not below the given ones.
    #[must_use]
    pub fn log_heights_from(&self, least: &[usize; TableId::ALL.len()]) -> Vec<usize> {
        self.log_heights(0).iter().zip(least).map(|(needed, least)| *needed.max(least)).collect()
    }
}
