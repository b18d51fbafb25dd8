//! The ROM: the program, as preprocessed columns.
//!
//! Row `i` holds instruction `i` of the image: its fields ([`columns::RomFields`]) and its immediate. The chip provides
//! `(upc, fields)` on the `rom` bus and `(upc, imm)` on the `rom-imm` bus, each with a free multiplicity: a table of constants, with no constraint of its own.
//!
//! * Rows past the program carry micro-pc -1, which no row of the main chip can have: there it is the field element of a
//!   target (below 2^15), an incremented one, or a 29-bit integer taken from a word.
//! * The last row, [`IDLE_UPC`], is the idle instruction, the same in every program.
//! * The height is fixed: [`ROM_HEIGHT`], whatever the program.
//!
//! Everything but the multiplicities is preprocessed, so the verifier's key (its commitment) fixes the program.

use std::sync::Arc;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::image::Image;
use zkrom_asm::isa::{OperandB, ROM_HEIGHT};
use zkrom_executor::record::Row;

use crate::buses::{RomImmMsg, RomMsg, provide};
use crate::columns::{view, view_mut};
use crate::field::{Val, limbs};

pub mod columns;
mod encode;

pub use encode::{encode, encode_idle};

use columns::{RomCols, RomPreCols};

/// Micro-pc of the idle instruction.
pub const IDLE_UPC: u32 = ROM_HEIGHT as u32 - 1;

/// The ROM chip of one program.
#[derive(Clone, Debug)]
pub struct RomChip {
    table: Arc<RowMajorMatrix<Val>>,
}

impl RomChip {
    /// The ROM of an image.
    ///
    /// # Panics
    ///
    /// Where the image holds more than `ROM_HEIGHT - 1` instructions; loading an image checks that.
    #[must_use]
    pub fn new(image: &Image) -> Self {
        assert!(image.instrs.len() < ROM_HEIGHT, "image too long for the ROM");
        let width = RomPreCols::WIDTH;
        let mut values = vec![Val::ZERO; ROM_HEIGHT * width];
        for (upc, row) in values.chunks_exact_mut(width).enumerate() {
            let cols: &mut RomPreCols<Val> = view_mut(row);
            if let Some(instr) = image.instrs.get(upc) {
                cols.upc = Val::from_usize(upc);
                cols.fields = encode(instr);
                if let OperandB::Imm(word) = instr.b {
                    cols.imm = limbs(word);
                }
            } else if upc as u32 == IDLE_UPC {
                cols.upc = Val::from_u32(IDLE_UPC);
                cols.fields = encode_idle();
            } else {
                cols.upc = Val::NEG_ONE;
            }
        }
        Self { table: Arc::new(RowMajorMatrix::new(values, width)) }
    }

    /// The multiplicities of a run whose main trace has `height` rows, the recorded ones and repetitions of the last.
    #[must_use]
    pub fn trace(&self, rows: &[Row], height: usize) -> RowMajorMatrix<Val> {
        let mut counts = vec![0u64; ROM_HEIGHT];
        for row in rows {
            counts[row.upc as usize] += 1;
        }
        if let Some(last) = rows.last() {
            counts[last.upc as usize] += (height - rows.len()) as u64;
        }
        let mut values = Vec::with_capacity(ROM_HEIGHT * RomCols::WIDTH);
        for (count, pre) in counts.into_iter().zip(self.table.row_slices()) {
            let fields: &columns::RomFields<Val> = view(&view::<_, RomPreCols<Val>>(pre).fields);
            let mult = Val::from_u64(count);
            values.extend([mult, mult * fields.b_imm]);
        }
        RowMajorMatrix::new(values, RomCols::WIDTH)
    }
}

impl BaseAir<Val> for RomChip {
    fn width(&self) -> usize {
        RomCols::WIDTH
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        Some((*self.table).clone())
    }

    fn preprocessed_width(&self) -> usize {
        RomPreCols::WIDTH
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        vec![]
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        vec![]
    }
}

impl<AB: InteractionBuilder<F = Val>> Air<AB> for RomChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let cols: &RomCols<AB::Var> = view(main.current_slice());
        let preprocessed = builder.preprocessed().clone();
        let pre: &RomPreCols<AB::Var> = view(preprocessed.current_slice());
        let upc: AB::Expr = pre.upc.into();
        let fields = core::iter::once(upc.clone())
            .chain(pre.fields.iter().map(|&f| f.into()))
            .collect::<Vec<AB::Expr>>();
        provide(builder, RomMsg { fields }, cols.mult);
        provide(builder, RomImmMsg { upc, word: pre.imm.map(Into::into) }, cols.imm_mult);
    }
}
