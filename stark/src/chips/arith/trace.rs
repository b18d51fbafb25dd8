//! The trace.

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::{ArithCols, KINDS};
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
    fill_rows(&events, height, ArithCols::WIDTH, counts, |event, row, counts| {
        fill(event, view_mut(row), counts);
    })
}

fn fill(event: &Op2Event, cols: &mut ArithCols<Val>, counts: &mut LookupCounts) {
    const SIGN: U256 = U256::from_limbs([0, 0, 0, 1 << 63]);
    let Op2Event { op, a, b, r } = *event;
    let (p, q, s) = match op {
        Op2::Add => (b, !r, !a),
        Op2::Sub => (b, r, a),
        Op2::Gt => (a, b.wrapping_sub(a), b),
        Op2::Slt => (b ^ SIGN, a.wrapping_sub(b), a ^ SIGN),
        Op2::Sgt => (a ^ SIGN, b.wrapping_sub(a), b ^ SIGN),
        _ => (b, a.wrapping_sub(b), a),
    };
    for (flag, kind) in cols.flags.iter_mut().zip(KINDS) {
        *flag = Val::from_bool(kind == op);
    }
    (cols.p, cols.q, cols.s) = (limbs(p), limbs(q), limbs(s));
    if matches!(op, Op2::Slt | Op2::Sgt) {
        cols.p_sign = Val::from_bool(!p.bit(255));
        cols.s_sign = Val::from_bool(!s.bit(255));
    }
    if op == Op2::Eq {
        cols.equal = Val::from_bool(q.is_zero());
        let sum: Val = cols.q.iter().copied().sum();
        cols.inverse = sum.try_inverse().unwrap_or(Val::ZERO);
    }
    for limb in limbs_u16(q).into_iter().chain([limbs_u16(p)[15], limbs_u16(s)[15]]) {
        counts.range16(limb);
    }
}
