//! The trace.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::{BitwiseCols, KINDS};
use crate::buses::ByteOp;
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::{LookupCounts, fill_rows};

fn byte_op(op: Op2) -> Option<ByteOp> {
    KINDS.into_iter().find(|(kind, _)| *kind == op).map(|(_, byte_op)| byte_op)
}

/// Rows needed for the chip's operations among `op2`.
#[must_use]
pub fn rows(op2: &[Op2Event]) -> usize {
    op2.iter().filter(|e| byte_op(e.op).is_some()).count()
}

/// The trace of the chip's operations among `op2`; their lookups are counted.
///
/// # Panics
///
/// Where `height` is less than [`rows`].
#[must_use]
pub fn trace(op2: &[Op2Event], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    let events: Vec<(ByteOp, &Op2Event)> = op2.iter().filter_map(|e| Some((byte_op(e.op)?, e))).collect();
    fill_rows(&events, height, BitwiseCols::WIDTH, counts, |&(op, event), row, counts| {
        let cols: &mut BitwiseCols<Val> = view_mut(row);
        for (flag, kind) in cols.flags.iter_mut().zip(KINDS) {
            *flag = Val::from_bool(kind.1 == op);
        }
        let [a, b, r] = [event.a, event.b, event.r].map(|word| word.to_le_bytes::<32>());
        cols.a = a.map(Val::from_u8);
        cols.b = b.map(Val::from_u8);
        cols.r = r.map(Val::from_u8);
        for (x, y) in a.into_iter().zip(b) {
            counts.byte(op, x, y);
        }
    })
}
