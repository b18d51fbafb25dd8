//! Filling.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use rayon::prelude::*;
use zkrom_asm::isa::MemOp;
use zkrom_executor::record::MemOpEvent;

use super::columns::{KeccakSpongeCols, LANE_LIMBS, QUEUE, RATE_LANES, ROW_LIMBS, ROWS_PER_BLOCK};
use crate::buses::ByteOp;
use crate::chips::keccak_f::State;
use crate::columns::view_mut;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;

const WIDTH: usize = KeccakSpongeCols::WIDTH;
/// Bytes of a block.
const RATE: usize = 8 * RATE_LANES;

fn calls(events: &[MemOpEvent]) -> impl Iterator<Item = &MemOpEvent> {
    events.iter().filter(|e| e.op == MemOp::Keccak)
}

/// Blocks of a message of some length: the padding is at least one byte.
#[must_use]
pub const fn blocks(len: usize) -> usize {
    len / RATE + 1
}

const fn rows_of(event: &MemOpEvent) -> usize {
    ROWS_PER_BLOCK * blocks(event.len as usize) + 1
}

/// Rows needed for the keccak calls among some events.
#[must_use]
pub fn rows(events: &[MemOpEvent]) -> usize {
    calls(events).map(rows_of).sum()
}

/// The trace of the keccak calls among some events, in their order.
///
/// # Panics
///
/// Where the calls do not fit, or an event lacks reads its length asks for.
#[must_use]
pub fn trace(events: &[MemOpEvent], height: usize, counts: &mut LookupCounts) -> RowMajorMatrix<Val> {
    assert!(rows(events) <= height);
    let mut values = Val::zero_vec(height * WIDTH);
    let mut left = values.as_mut_slice();
    let mut jobs = Vec::new();
    for event in calls(events) {
        let (own, rest) = left.split_at_mut(rows_of(event) * WIDTH);
        jobs.push((event, own));
        left = rest;
    }
    // Each task has counts of its own (a megabyte), so there are few.
    let task = jobs.len().div_ceil(4 * rayon::current_num_threads()).max(16);
    let parts: Vec<LookupCounts> = jobs
        .par_chunks_mut(task)
        .map(|jobs| {
            let mut counts = LookupCounts::default();
            for (event, rows) in jobs {
                fill_call(event, &padded(event), [0; 25], rows, &mut counts);
            }
            counts
        })
        .collect();
    parts.iter().for_each(|part| counts.merge(part));
    RowMajorMatrix::new(values, WIDTH)
}

/// The permutations the keccak calls among some events ask for, in order.
#[must_use]
pub fn permutations(events: &[MemOpEvent]) -> Vec<State> {
    let calls: Vec<&MemOpEvent> = calls(events).collect();
    calls
        .par_iter()
        .flat_map_iter(|event| {
            let message = padded(event);
            let mut state = [0; 25];
            let mut inputs = Vec::with_capacity(message.len() / RATE);
            for block in message.chunks_exact(RATE) {
                absorb(&mut state, block);
                inputs.push(state);
                keccak::f1600(&mut state);
            }
            inputs
        })
        .collect()
}

fn absorb(state: &mut State, block: &[u8]) {
    for (lane, bytes) in state.iter_mut().zip(block.chunks_exact(8)) {
        *lane ^= u64::from_le_bytes(bytes.try_into().expect("a lane is 8 bytes"));
    }
}

/// The message with its padding (Keccak's pad10*1 with the domain bits of Ethereum's keccak256: none).
pub(super) fn padded(event: &MemOpEvent) -> Vec<u8> {
    let len = event.len as usize;
    let mut bytes: Vec<u8> = event.reads.iter().flat_map(|a| a.old.to_be_bytes::<32>()).collect();
    assert_eq!(event.reads.len(), len.div_ceil(32), "a keccak event holds the words of its data");
    bytes.truncate(len);
    bytes.push(1);
    bytes.resize(RATE * blocks(len), 0);
    *bytes.last_mut().expect("at least a block") |= 0x80;
    bytes
}

fn lane_limbs(lane: u64) -> [u16; LANE_LIMBS] {
    core::array::from_fn(|i| (lane >> (16 * i)) as u16)
}

/// The queue of a state whose rate starts at lane `phase`.
pub(super) fn queue_of(state: &State, phase: usize) -> [u16; QUEUE] {
    let mut queue = [0; QUEUE];
    for (k, &lane) in state[..RATE_LANES].iter().enumerate() {
        queue[LANE_LIMBS * (phase + k)..][..LANE_LIMBS].copy_from_slice(&lane_limbs(lane));
    }
    queue
}

/// Fills the rows of a call from the padded message and the state before its first block. (Tests pass other ones than a call has.)
pub(super) fn fill_call(
    event: &MemOpEvent,
    message: &[u8],
    mut state: State,
    rows: &mut [Val],
    counts: &mut LookupCounts,
) {
    let blocks = message.len() / RATE;
    let mut index = 0;
    let mut rows = rows.chunks_exact_mut(WIDTH).map(view_mut::<Val, KeccakSpongeCols<Val>>);
    for block in 0..blocks {
        let phase = block % 4;
        let mut queue = queue_of(&state, phase);
        let capacity: Vec<Val> =
            state[RATE_LANES..].iter().flat_map(|&l| lane_limbs(l)).map(Val::from_u16).collect();
        for pos in 0..ROWS_PER_BLOCK {
            let shared = pos == 0 && phase != 0;
            if !shared && (block, pos) != (0, 0) {
                index += 1;
            }
            let row = rows.next().expect("a call has its rows");
            fill_common(row, event, index, phase);
            row.pos[pos] = Val::ONE;
            row.start = Val::from_bool(block == 0 && pos == 0);
            row.fin = Val::from_bool(block + 1 == blocks && pos + 1 == ROWS_PER_BLOCK);
            row.shared = Val::from_bool(shared);
            row.capacity.copy_from_slice(&capacity);
            fill_data(row, event, index, shared, counts);
            // The words past the last block's share are never data, nor is what the last row leaves of its word.
            let mut y = [0; 2 * ROW_LIMBS];
            let bytes = &message[(32 * index).min(message.len())..(32 * (index + 1)).min(message.len())];
            y[..bytes.len()].copy_from_slice(bytes);
            let z = fill_xor(row, &queue, &y, counts);
            queue.copy_within(ROW_LIMBS.., 0);
            queue[QUEUE - ROW_LIMBS..].copy_from_slice(&z);
        }
        absorb(&mut state, &message[RATE * block..RATE * (block + 1)]);
        keccak::f1600(&mut state);
    }
    let row = rows.next().expect("a call has its rows");
    fill_common(row, event, index, 0);
    row.squeeze = Val::ONE;
    let capacity = state[RATE_LANES..].iter().flat_map(|&l| lane_limbs(l));
    row.capacity.iter_mut().zip(capacity).for_each(|(cell, l)| *cell = Val::from_u16(l));
    fill_xor(row, &queue_of(&state, 0), &[0; 2 * ROW_LIMBS], counts);
    counts.byte(ByteOp::Pair, 0, 0);
}

/// The call, the word's index and the phase.
fn fill_common(row: &mut KeccakSpongeCols<Val>, event: &MemOpEvent, index: usize, phase: usize) {
    row.phase[phase] = Val::ONE;
    row.clk = Val::from_u32(event.clk);
    row.space = Val::from_u32(event.a.space);
    row.ctx = Val::from_u32(event.a.ctx);
    row.off = Val::from_u32(event.a.off);
    row.len = Val::from_u32(event.len);
    row.index = Val::from_usize(index);
}

/// What part of the row's word is data, and the word with its access.
fn fill_data(
    row: &mut KeccakSpongeCols<Val>,
    event: &MemOpEvent,
    index: usize,
    shared: bool,
    counts: &mut LookupCounts,
) {
    let len = event.len as usize;
    let mut cut = 0;
    if len >= 32 * (index + 1) {
        row.full = Val::ONE;
    } else if len >= 32 * index {
        let here = len - 32 * index;
        row.at[here / 2] = Val::ONE;
        if here % 2 == 1 {
            row.odd = Val::ONE;
            cut = event.reads[index].old.to_be_bytes::<32>()[here];
        }
    }
    row.cut = Val::from_u8(cut);
    counts.byte(ByteOp::Pair, cut, 0);
    let Some(access) = event.reads.get(index) else { return };
    row.word = limbs(access.old);
    if !shared {
        row.read = Val::ONE;
        row.old_time = Val::from_u32(access.old_time);
        let age = 4 * event.clk + 1 - access.old_time;
        row.age_lo = Val::from_u16(age as u16);
        counts.range16(age as u16);
        counts.range16(((age >> 16) << 3) as u16);
    }
}

/// The queue and its head xor the row's bytes, which is returned.
fn fill_xor(
    row: &mut KeccakSpongeCols<Val>,
    queue: &[u16; QUEUE],
    y: &[u8; 2 * ROW_LIMBS],
    counts: &mut LookupCounts,
) -> [u16; ROW_LIMBS] {
    row.queue = queue.map(Val::from_u16);
    core::array::from_fn(|i| {
        let [x_lo, x_hi] = queue[i].to_le_bytes();
        let (y_lo, y_hi) = (y[2 * i], y[2 * i + 1]);
        let (z_lo, z_hi) = (x_lo ^ y_lo, x_hi ^ y_hi);
        row.x_lo[i] = Val::from_u8(x_lo);
        row.y_lo[i] = Val::from_u8(y_lo);
        row.y_hi[i] = Val::from_u8(y_hi);
        row.z_lo[i] = Val::from_u8(z_lo);
        row.z_hi[i] = Val::from_u8(z_hi);
        counts.byte(ByteOp::Xor, x_lo, y_lo);
        counts.byte(ByteOp::Xor, x_hi, y_hi);
        u16::from_le_bytes([z_lo, z_hi])
    })
}
