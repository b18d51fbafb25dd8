//! The trace.

use std::collections::HashMap;

use alloy_primitives::U256;
use p3_field::{Field, PrimeCharacteristicRing};
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_asm::isa::{LIMBS, Op2};
use zkrom_executor::record::Op2Event;

use super::{KEY_LIMBS, KeysCols};
use crate::buses::ByteOp;
use crate::columns::view_mut;
use crate::field::{Val, limbs, limbs_u16};
use crate::lookups::LookupCounts;

/// Rows needed for the keys: one each, and one for their number.
#[must_use]
pub const fn rows(keys: &[(U256, U256)]) -> usize {
    keys.len() + 1
}

fn key_limbs((a, b): (U256, U256)) -> [u16; KEY_LIMBS] {
    let (a, b) = (limbs_u16(a), limbs_u16(b));
    core::array::from_fn(|j| if j < LIMBS { b[j] } else { a[j - LIMBS] })
}

/// The trace of `keys`, in the order of their indices, asked for by the key operations among `op2`; its lookups are counted.
///
/// # Panics
///
/// Where `height` is less than [`rows`].
#[must_use]
pub fn trace(
    keys: &[(U256, U256)],
    op2: &[Op2Event],
    height: usize,
    counts: &mut LookupCounts,
) -> RowMajorMatrix<Val> {
    assert!(rows(keys) <= height, "{} keys for {height} rows", keys.len());
    let mut asked: HashMap<(U256, U256), u32> = HashMap::with_capacity(keys.len());
    let mut count_asked = 0;
    for event in op2 {
        match event.op {
            Op2::KeyId => *asked.entry((event.a, event.b)).or_default() += 1,
            Op2::KeyCount => count_asked += 1,
            _ => {}
        }
    }
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.par_sort_unstable_by_key(|&index| keys[index as usize]);

    let mut values = vec![Val::ZERO; height * KeysCols::WIDTH];
    for (position, row) in values.chunks_exact_mut(KeysCols::WIDTH).enumerate() {
        let cols: &mut KeysCols<Val> = view_mut(row);
        cols.position = Val::from_usize(position);
        let index = if position < keys.len() { order[position] } else { position as u32 };
        if position <= keys.len() {
            cols.index = [index & 0xffff, index >> 16].map(Val::from_u32);
            counts.range16(index as u16);
            counts.byte(ByteOp::Pair, (index >> 16) as u8, 0);
        }
        if position == keys.len() {
            cols.end = Val::ONE;
            cols.multiplicity = Val::from_u32(count_asked);
        }
        if position >= keys.len() {
            continue;
        }
        let key = keys[index as usize];
        (cols.a, cols.b) = (limbs(key.0), limbs(key.1));
        cols.real = Val::ONE;
        cols.multiplicity = Val::from_u32(asked.get(&key).copied().unwrap_or(0));
        cols.inverse = cols.multiplicity.try_inverse().unwrap_or(Val::ZERO);
        let mut gap = 0;
        if let Some(&next) = order.get(position + 1) {
            let (this, next) = (key_limbs(key), key_limbs(keys[next as usize]));
            if let Some(j) = (0..KEY_LIMBS).rev().find(|&j| this[j] != next[j]) {
                cols.differ[j] = Val::ONE;
                gap = next[j].wrapping_sub(this[j]).wrapping_sub(1);
            }
        }
        cols.gap = Val::from_u16(gap);
        counts.range16(gap);
    }
    RowMajorMatrix::new(values, KeysCols::WIDTH)
}
