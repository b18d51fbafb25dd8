//! The ROM: the program, as preprocessed columns.
//!
//! Row `i` holds instruction `i` of the image: its flags ([`columns::RomFields`]) packed, its values, its immediate. The chip provides
//! `(upc, packed flags, values, immediate)` on the `rom` bus with a free multiplicity: a table of constants, with no constraint of its own. The main chip
//! unpacks the flags: it constrains each to be a bit, so a packed number below 2^20 has one unpacking.
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

use crate::buses::{RomMsg, provide};
use crate::columns::{cells, view, view_mut};
use crate::field::{Val, limbs};

pub mod columns;
mod encode;

pub use encode::{encode, encode_idle};

use columns::{FLAGS, PACK, PACKED, RomCols, RomFields, RomPreCols, VALUES};

/// Micro-pc of the idle instruction.
pub const IDLE_UPC: u32 = ROM_HEIGHT as u32 - 1;

/// An instruction's fields as they stand in the ROM: flags packed, values.
#[must_use]
pub fn pack<T: Copy + Into<E>, E: PrimeCharacteristicRing>(
    fields: &[T; RomFields::<u8>::WIDTH],
) -> ([E; PACKED], [E; VALUES]) {
    let (flags, values) = fields.split_at(FLAGS);
    let packed = core::array::from_fn(|k| {
        let group = &flags[k * PACK..FLAGS.min((k + 1) * PACK)];
        // Not Horner's rule by doubling: a doubled symbolic expression holds its operand twice, so twenty would hold it a million times.
        group.iter().enumerate().map(|(i, &flag)| flag.into() * E::from_u32(1 << i)).sum()
    });
    (packed, core::array::from_fn(|i| values[i].into()))
}

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
                (cols.packed, cols.values) = pack(&encode(instr));
                if let OperandB::Imm(word) = instr.b {
                    cols.imm = limbs(word);
                }
            } else if upc as u32 == IDLE_UPC {
                cols.upc = Val::from_u32(IDLE_UPC);
                (cols.packed, cols.values) = pack(&encode_idle());
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
        let values = counts.into_iter().map(Val::from_u64).collect();
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
        let fields = cells::<AB::Var, RomPreCols<AB::Var>>(pre).iter().map(|&x| x.into()).collect();
        provide(builder, RomMsg { fields }, cols.mult);
    }
}
