//! The field of the traces and the extension the challenges come from.

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use p3_field::extension::QuinticTrinomialExtensionField;
use p3_koala_bear::KoalaBear;
use zkrom_asm::isa::LIMBS;

/// The field of trace cells: KoalaBear, `p = 2^31 - 2^24 + 1`.
pub type Val = KoalaBear;
/// The field of challenges: `Val[X] / (X^5 + X^2 - 1)`.
pub type Challenge = QuinticTrinomialExtensionField<Val>;

/// The 16-bit limbs of a word, least significant first.
#[must_use]
pub fn limbs_u16(word: U256) -> [u16; LIMBS] {
    let words = word.as_limbs();
    core::array::from_fn(|i| (words[i / 4] >> (16 * (i % 4))) as u16)
}

/// The 16-bit limbs of a word as field elements, least significant first.
pub fn limbs(word: U256) -> [Val; LIMBS] {
    limbs_u16(word).map(Val::from_u16)
}
