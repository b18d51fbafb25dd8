//! The trace.

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::{LIMBS, Op2};
use zkrom_executor::record::Op2Event;

use super::{KINDS, ShiftCols};
use crate::buses::ByteOp;
use crate::columns::view_mut;
use crate::field::{Val, limbs, limbs_u16};
use crate::lookups::{LookupCounts, fill_rows};

/// Rows needed for the chip's operations among `op2`.
#[must_use]
pub fn rows(op2: &[Op2Event]) -> usize {
    op2.iter().filter(|e| KINDS.contains(&e.op)).count()
}

/// The trace of the chip's operations among `op2`; their lookups are counted.
///
/// # Panics
///
/// Where `height` is less than [`rows`].
#[must_use]
pub fn trace(op2: &[Op2Event], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    let events: Vec<&Op2Event> = op2.iter().filter(|e| KINDS.contains(&e.op)).collect();
    fill_rows(&events, height, ShiftCols::WIDTH, counts, |event, row, counts| {
        fill(event, view_mut(row), counts);
    })
}

/// The shift `(q, h, e)` for a small amount.
fn decompose(op: Op2, amount: usize) -> (usize, usize, usize) {
    let (index, e) = match op {
        Op2::Shl => (amount / 8, amount % 8),
        // `256 - amount = 8 index + e` with `e` from 1 to 8.
        Op2::Shr | Op2::Sar => ((255 - amount) / 8, (255 - amount) % 8 + 1),
        Op2::Byte => (31 - amount, 0),
        _ => (amount, 0),
    };
    (index / 2, index % 2, e)
}

fn fill(event: &Op2Event, cols: &mut ShiftCols<Val>, counts: &mut LookupCounts) {
    let Op2Event { op, a, b, r } = *event;
    for (flag, kind) in cols.flags.iter_mut().zip(KINDS) {
        *flag = Val::from_bool(kind == op);
    }
    cols.a = limbs(a);
    let bound = if matches!(op, Op2::Byte | Op2::SignExtend) { 32 } else { 256 };
    let small = (a < U256::from(bound)).then(|| a.to::<usize>());
    let negative = match (op, small) {
        (Op2::Sar, _) => b.bit(255),
        (Op2::SignExtend, Some(index)) => b.bit(8 * index + 7),
        _ => false,
    };
    cols.negative = Val::from_bool(negative);
    let x = if negative { !b } else { b };
    cols.x = limbs(x);
    cols.r = match op {
        Op2::Byte => [Val::ZERO; LIMBS],
        _ => limbs(if negative { !r } else { r }),
    };

    let (q, h, e) = small.map_or((0, 0, 0), |amount| decompose(op, amount));
    cols.bit_shift[e] = Val::ONE;
    cols.byte_shift = Val::from_usize(h);
    let high: Val = cols.a[1..].iter().copied().sum();
    if small.is_some() {
        cols.limb_shift[q] = Val::ONE;
    } else if let Some(inverse) = high.try_inverse() {
        (cols.large_high, cols.inverse) = (Val::ONE, inverse);
    } else {
        cols.large_low = Val::ONE;
        counts.range16(limbs_u16(a)[0] - bound);
    }

    // The 34 bytes of `x 2^e`, one below them for the byte shift.
    let mut bytes = [0u8; 35];
    let mut carries = [0u8; LIMBS];
    let mut carry = 0u32;
    for (i, limb) in limbs_u16(x).into_iter().enumerate() {
        let product = (u32::from(limb) << e) + carry;
        bytes[1 + 2 * i..][..2].copy_from_slice(&(product as u16).to_le_bytes());
        carry = product >> 16;
        carries[i] = carry as u8;
    }
    bytes[33] = carries[15];
    for j in 0..32 {
        cols.bytes[j] = Val::from_u8(bytes[j + 1]);
    }
    cols.carries = carries.map(Val::from_u8);
    for i in 0..=LIMBS {
        let at = 2 * i + 1 - h;
        cols.y[i] = Val::from_u16(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    }
    let pairs = bytes[1..33].chunks_exact(2).chain(carries.chunks_exact(2));
    pairs.for_each(|pair| counts.byte(ByteOp::Pair, pair[0], pair[1]));

    let byte = if small.is_some() { bytes[1 + 2 * q + h] } else { 0 };
    if small.is_some() {
        let high = if h == 1 { bytes[2 + 2 * q] } else { 0 };
        cols.top_limb = Val::from_u16(u16::from_le_bytes([bytes[1 + 2 * q], high]));
    }
    cols.byte = Val::from_u8(byte);
    match op {
        Op2::Sar => counts.range16(limbs_u16(x)[15] << 1),
        Op2::SignExtend => counts.range16(u16::from(byte) << 9),
        _ => {}
    }
}
