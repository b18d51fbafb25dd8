//! The opcode table: what dispatching an EVM opcode needs, as preprocessed columns.
//!
//! Row `256 f + o` provides `(512 f + o, handler, gas, need, max)` for opcode `o` under fork `f` with a free multiplicity; a fork the image does
//! not have carries key -1, which no dispatch can ask for (a key is `512 fork + opcode` of small integers). There is no constraint.

use std::sync::Arc;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::image::Image;
use zkrom_asm::isa::{MAX_FORKS, OPCODE_STRIDE};

use crate::buses::{OpcodeMsg, provide};
use crate::columns;
use crate::columns::{view, view_mut};
use crate::field::Val;

/// Opcodes of a fork.
const OPCODES: usize = 256;
/// Rows of the table.
pub const HEIGHT: usize = MAX_FORKS * OPCODES;

columns! {
    /// Preprocessed columns.
    pub struct OpcodePreCols<T> {
        /// `512 fork + opcode`, or -1.
        pub key: T,
        /// Micro-pc of the handler.
        pub handler: T,
        /// Static gas.
        pub gas: T,
        /// Stack items needed.
        pub need: T,
        /// Greatest stack height before it.
        pub max: T,
    }
}

columns! {
    /// Main columns.
    pub struct OpcodeCols<T> {
        /// Times the entry was looked up.
        pub mult: T,
    }
}

/// The opcode table of one program.
#[derive(Clone, Debug)]
pub struct OpcodeChip {
    table: Arc<RowMajorMatrix<Val>>,
}

impl OpcodeChip {
    /// The table of an image.
    #[must_use]
    pub fn new(image: &Image) -> Self {
        let width = OpcodePreCols::WIDTH;
        let mut values = vec![Val::ZERO; HEIGHT * width];
        for (i, row) in values.chunks_exact_mut(width).enumerate() {
            let cols: &mut OpcodePreCols<Val> = view_mut(row);
            let (fork, opcode) = (i / OPCODES, i % OPCODES);
            let Some(entry) = image.opcodes.get(fork).and_then(|t| t.get(opcode)) else {
                cols.key = Val::NEG_ONE;
                continue;
            };
            cols.key = Val::from_usize(fork * OPCODE_STRIDE + opcode);
            cols.handler = Val::from_u32(entry.handler);
            cols.gas = Val::from_u32(entry.gas);
            cols.need = Val::from_u32(entry.need);
            cols.max = Val::from_u32(entry.max);
        }
        Self { table: Arc::new(RowMajorMatrix::new(values, width)) }
    }

    /// The multiplicities for the looked-up `(fork, opcode)` pairs.
    #[must_use]
    pub fn trace(&self, lookups: impl IntoIterator<Item = (u32, u32)>) -> RowMajorMatrix<Val> {
        let mut counts = vec![0u32; HEIGHT];
        for (fork, opcode) in lookups {
            counts[fork as usize * OPCODES + opcode as usize] += 1;
        }
        RowMajorMatrix::new(counts.into_iter().map(Val::from_u32).collect(), OpcodeCols::WIDTH)
    }
}

impl BaseAir<Val> for OpcodeChip {
    fn width(&self) -> usize {
        OpcodeCols::WIDTH
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        Some((*self.table).clone())
    }

    fn preprocessed_width(&self) -> usize {
        OpcodePreCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        vec![]
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        vec![]
    }
}

impl<AB: InteractionBuilder<F = Val>> Air<AB> for OpcodeChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &OpcodeCols<AB::Var> = view(main.current_slice());
        let preprocessed = builder.preprocessed().clone();
        let pre: &OpcodePreCols<AB::Var> = view(preprocessed.current_slice());
        let message = OpcodeMsg {
            key: pre.key.into(),
            handler: pre.handler.into(),
            gas: pre.gas.into(),
            need: pre.need.into(),
            max: pre.max.into(),
        };
        provide(builder, message, cols.mult);
    }
}
