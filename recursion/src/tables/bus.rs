//! The two buses: values of slots, and digests.
//!
//! A message is sent by the one operation that writes the slot, as often as it is read, and received once by each that reads it. All slots and counts are
//! preprocessed. A circuit has fewer than `p` reads (the counts of [`Count`] below make p3 check that rows times ports stay below `p`), so a read of anything but what was
//! written leaves a message with a count that is not zero modulo `p`.

use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, InteractionBuilder};

use crate::poseidon::RATE;
use crate::quintic::D;

/// Name of the bus of slots: messages `(slot, coefficients)`.
pub const SLOT: &str = "slot";
/// Name of the bus of digests: messages `(digest, elements)`.
pub const DIGEST: &str = "digest";

/// Writes (`count` reads) or reads (`count = -1`) a slot, or neither (0).
pub fn slot<AB: InteractionBuilder>(
    builder: &mut AB,
    slot: impl Into<AB::Expr>,
    value: [AB::Expr; D],
    count: impl Into<AB::Expr>,
) {
    let fields = core::iter::once(slot.into()).chain(value);
    builder.push_interaction(SLOT, fields, Count::bounded(count.into(), 1));
}

/// As [`slot`], of a base element.
pub fn base_slot<AB: InteractionBuilder>(
    builder: &mut AB,
    id: impl Into<AB::Expr>,
    value: impl Into<AB::Expr>,
    count: impl Into<AB::Expr>,
) {
    let zero = || AB::Expr::ZERO;
    slot(builder, id, [value.into(), zero(), zero(), zero(), zero()], count);
}

/// Writes or reads a digest, or neither.
pub fn digest<AB: InteractionBuilder>(
    builder: &mut AB,
    digest: impl Into<AB::Expr>,
    elements: [AB::Expr; RATE],
    count: impl Into<AB::Expr>,
) {
    let fields = core::iter::once(digest.into()).chain(elements);
    builder.push_interaction(DIGEST, fields, Count::bounded(count.into(), 1));
}
