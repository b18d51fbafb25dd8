//! The trace and the public values.

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::{Op2, PUBLIC_WORDS};
use zkrom_executor::record::Op2Event;

use super::{HEIGHT, PublicCols};
use crate::columns::view_mut;
use crate::field::{Val, limbs, limbs_u16};
use crate::lookups::LookupCounts;

/// The public values: limbs of the input words, then of the output words.
#[must_use]
pub fn public_values(inputs: &[U256; PUBLIC_WORDS], outputs: &[U256; PUBLIC_WORDS]) -> Vec<Val> {
    inputs.iter().chain(outputs).flat_map(|&word| limbs(word)).collect()
}

/// The trace of the public operations among `op2`; its lookups are counted. Operations on words past the last are left out.
#[must_use]
pub fn trace(
    inputs: &[U256; PUBLIC_WORDS],
    outputs: &[U256; PUBLIC_WORDS],
    op2: &[Op2Event],
    counts: &mut LookupCounts,
) -> RowMajorMatrix<Val> {
    let mut asked = [0u32; HEIGHT];
    for event in op2 {
        let (first, i) = match event.op {
            Op2::PubIn(i) => (0, usize::from(i)),
            Op2::PubOut(i) => (PUBLIC_WORDS, usize::from(i)),
            _ => continue,
        };
        if i < PUBLIC_WORDS {
            asked[first + i] += 1;
        }
    }
    let mut values = vec![Val::ZERO; HEIGHT * PublicCols::WIDTH];
    let rows = values.chunks_exact_mut(PublicCols::WIDTH);
    for ((row, &word), count) in rows.zip(inputs.iter().chain(outputs)).zip(asked) {
        let cols: &mut PublicCols<Val> = view_mut(row);
        cols.word = limbs(word);
        cols.multiplicity = Val::from_u32(count);
        cols.set = Val::from_bool(count > 0);
        cols.inverse = cols.multiplicity.try_inverse().unwrap_or(Val::ZERO);
        limbs_u16(word).into_iter().for_each(|limb| counts.range16(limb));
    }
    RowMajorMatrix::new(values, PublicCols::WIDTH)
}
