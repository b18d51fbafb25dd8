//! Edits of honest traces with everything downstream filled anew, as an attacker would.

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;

use super::columns::{KeccakSpongeCols, QUEUE};
use super::tests::{Chip, WIDTH, edited, events, honest, row};
use super::trace::queue_of;
use crate::chips::keccak_f::State;
use crate::field::Val;

type Trace = RowMajorMatrix<Val>;

fn byte(cell: Val) -> u32 {
    cell.as_canonical_u32() & 0xff
}

/// The state in a queue whose block starts at lane `phase`, and a capacity.
fn state_of(queue: &[Val], capacity: &[Val], phase: usize) -> State {
    let limbs: Vec<Val> = queue[4 * phase..4 * phase + 68].iter().chain(capacity).copied().collect();
    core::array::from_fn(|lane| {
        (0..4).map(|l| u64::from(limbs[4 * lane + l].as_canonical_u32()) << (16 * l)).sum()
    })
}

/// Fills the state of the rows `from..` of the call that ends with row `squeeze` anew, from row `from`'s queue and the rows' padded bytes.
fn propagate(t: &mut Trace, from: usize, squeeze: usize) {
    for i in from..=squeeze {
        if i > from {
            let before = *row(t, i - 1);
            let mut queue = [Val::ZERO; QUEUE];
            queue[..QUEUE - 16].copy_from_slice(&before.queue[16..]);
            for k in 0..16 {
                queue[QUEUE - 16 + k] = before.z_lo[k] + before.z_hi[k] * Val::from_u16(256);
            }
            let mut capacity = before.capacity;
            if (i - 1) % 5 == 4 {
                let phase = |c: &KeccakSpongeCols<Val>| c.phase.iter().position(|p| *p == Val::ONE).unwrap();
                let mut state = state_of(&queue, &capacity, phase(&before));
                keccak::f1600(&mut state);
                queue = queue_of(&state, phase(row(t, i))).map(Val::from_u16);
                for (k, cell) in capacity.iter_mut().enumerate() {
                    *cell = Val::from_u16((state[17 + k / 4] >> (16 * (k % 4))) as u16);
                }
            }
            let r = row(t, i);
            (r.queue, r.capacity) = (queue, capacity);
        }
        let r = row(t, i);
        for k in 0..16 {
            let x = r.queue[k].as_canonical_u32();
            r.x_lo[k] = Val::from_u32(x & 0xff);
            r.z_lo[k] = Val::from_u32((x & 0xff) ^ byte(r.y_lo[k]));
            r.z_hi[k] = Val::from_u32((x >> 8) ^ byte(r.y_hi[k]));
        }
    }
}

/// Forgeries that one constraint each should refuse.
pub fn consistent_forgeries() -> Vec<(String, Chip)> {
    let mut out: Vec<(String, Chip)> = vec![];
    let mut add = |name: String, chip: Chip| out.push((name, chip));
    let call = |len: u32| honest(&events(&[len], 50));

    let short = call(20);
    for lane in 0..25 {
        for limb in 0..4 {
            add(
                format!("state not reset in lane {lane} limb {limb}"),
                edited(&short, |t| {
                    let first = row(t, 0);
                    if lane < 17 {
                        first.queue[4 * lane + limb] = Val::from_u16(0x8001);
                    } else {
                        first.capacity[4 * (lane - 17) + limb] = Val::from_u16(0x8001);
                    }
                    propagate(t, 0, 5);
                }),
            );
        }
    }
    for r in 0..4 {
        add(
            format!("a call given up after row {r}"),
            edited(&short, |t| {
                let next = row(t, r + 1);
                (next.pos, next.fin) = ([Val::ZERO; 5], Val::ZERO);
                (next.y_lo, next.y_hi) = ([Val::ZERO; 16], [Val::ZERO; 16]);
                t.values[(r + 2) * WIDTH..].fill(Val::ZERO);
            }),
        );
    }
    for k in 1..4 {
        add(
            format!("the first block starts at lanes 0 and {k}"),
            edited(&short, |t| {
                (0..5).for_each(|i| row(t, i).phase[k] = Val::ONE);
                let last = row(t, 4);
                last.y_hi[4 * k + 3] += Val::from_u8(0x80);
                last.z_hi[4 * k + 3] = Val::from_u32(byte(last.z_hi[4 * k + 3]) ^ 0x80);
            }),
        );
        add(
            format!("the digest taken from lanes 0 and {k}"),
            edited(&short, |t| row(t, 5).phase[k] = Val::ONE),
        );
    }
    add("two ends in a word".into(), edited(&short, |t| row(t, 0).at[0] = Val::ONE));
    add(
        "a word read while squeezing".into(),
        edited(&short, |t| {
            let r = row(t, 5);
            (r.full, r.read) = (Val::ONE, Val::ONE);
            r.old_time = r.clk * Val::from_u8(4) + Val::ONE;
        }),
    );
    // The end twice in the last row of the block, taken back by full = -1: a longer length than what was hashed.
    {
        let mut asked = events(&[140], 51);
        let word = &mut asked[0].reads[4].old;
        let mut bytes = word.to_be_bytes::<32>();
        bytes[10..].fill(0);
        bytes[10] = 1;
        *word = alloy_primitives::U256::from_be_bytes(bytes);
        let longer = honest(&asked);
        add(
            "two ends and full = -1".into(),
            edited(&longer, |t| {
                t.values[5 * WIDTH..].fill(Val::ZERO);
                let phases = row(t, 0).phase;
                let constants = *row(t, 4);
                let r = row(t, 4);
                r.full = Val::NEG_ONE;
                r.at = [Val::ZERO; 16];
                (r.at[1], r.at[5]) = (Val::ONE, Val::ONE);
                r.fin = Val::ONE;
                (r.y_lo[1], r.y_hi[1]) = (Val::ONE, Val::ZERO);
                for k in 2..5 {
                    (r.y_lo[k], r.y_hi[k]) = (Val::ZERO, Val::ZERO);
                }
                (r.y_lo[3], r.y_hi[3]) = (Val::ZERO, Val::from_u8(0x80));
                (r.y_lo[6], r.y_hi[6]) = (Val::ZERO, Val::ZERO);
                let last = row(t, 5);
                (last.clk, last.space, last.ctx) = (constants.clk, constants.space, constants.ctx);
                (last.off, last.len, last.index) = (constants.off, constants.len, constants.index);
                (last.squeeze, last.phase) = (Val::ONE, phases);
                propagate(t, 4, 5);
            }),
        );
    }
    add(
        "no end at all".into(),
        edited(&call(0), |t| {
            let r = row(t, 0);
            (r.at[0], r.y_lo[0]) = (Val::ZERO, Val::ZERO);
            propagate(t, 0, 5);
        }),
    );
    add(
        "index begins at 1".into(),
        edited(&short, |t| {
            for i in 0..6 {
                row(t, i).index += Val::ONE;
                row(t, i).len += Val::from_u8(32);
            }
        }),
    );
    add(
        "no end after the full words".into(),
        edited(&call(32), |t| {
            let r = row(t, 1);
            (r.at[0], r.y_lo[0]) = (Val::ZERO, Val::ZERO);
            propagate(t, 0, 5);
        }),
    );
    add(
        "data after the end".into(),
        edited(&short, |t| {
            let r = row(t, 1);
            (r.full, r.read) = (Val::ONE, Val::ONE);
            r.old_time = r.clk * Val::from_u8(4) + Val::ONE;
        }),
    );
    add(
        "the end in the block before only".into(),
        edited(&call(140), |t| {
            let r = row(t, 5);
            r.at = [Val::ZERO; 16];
            (r.y_lo, r.y_hi) = ([Val::ZERO; 16], [Val::ZERO; 16]);
            propagate(t, 0, 10);
        }),
    );
    let two = call(200);
    for i in 0..16 {
        add(
            format!("a shared word not the same in limb {i}"),
            edited(&two, |t| {
                let r = row(t, 5);
                let hi = byte(r.y_hi[i]) ^ 1;
                r.word[15 - i] += Val::from_u32(hi) - r.y_hi[i];
                r.y_hi[i] = Val::from_u32(hi);
                propagate(t, 0, 10);
            }),
        );
    }
    add(
        "a word past the data read".into(),
        edited(&short, |t| {
            let r = row(t, 2);
            r.read = Val::ONE;
            r.old_time = r.clk * Val::from_u8(4) + Val::ONE;
        }),
    );
    // Block 3 starts at lane 3: lanes 0, 1, 2 of its queue are not the state's.
    let four = call(500);
    for i in 0..12 {
        add(
            format!("limb {i} beside the state not zero"),
            edited(&four, |t| {
                row(t, 15).queue[i] = Val::ONE;
                propagate(t, 15, 20);
            }),
        );
    }
    for i in 68..80 {
        add(
            format!("limb {i} beside the state not zero"),
            edited(&four, |t| {
                row(t, 0).queue[i] = Val::ONE;
                propagate(t, 0, 20);
            }),
        );
    }
    // A word past the end with full = 1 and at = -1. (In the block's first lane `fin` would refuse it as well.)
    for j in 4..16usize {
        add(
            format!("full and at = -1 after the end, limb {j}"),
            edited(&call(128 - 2 * j as u32), |t| {
                let r = row(t, 4);
                (r.full, r.at[j]) = (Val::ONE, Val::NEG_ONE);
            }),
        );
    }
    // odd = 4 after the bytes 01 00: four bytes of length that are not hashed.
    {
        let mut asked = events(&[22], 52);
        let word = &mut asked[0].reads[0].old;
        let mut bytes = word.to_be_bytes::<32>();
        (bytes[18], bytes[19]) = (1, 0);
        *word = alloy_primitives::U256::from_be_bytes(bytes);
        add(
            "odd = 4".into(),
            edited(&honest(&asked), |t| {
                let r = row(t, 0);
                (r.at[11], r.at[9], r.odd) = (Val::ZERO, Val::ONE, Val::from_u8(4));
                (r.y_lo[9], r.y_hi[9]) = (Val::ONE, Val::from_u8(4));
                for i in 10..12 {
                    (r.y_lo[i], r.y_hi[i]) = (Val::ZERO, Val::ZERO);
                }
                propagate(t, 0, 5);
            }),
        );
    }
    add(
        "the byte cut off takes from the data".into(),
        edited(&call(21), |t| {
            let r = row(t, 0);
            r.y_lo[10] -= Val::ONE;
            r.cut += Val::from_u16(256);
            propagate(t, 0, 5);
        }),
    );
    add(
        "age's low limb past 16 bits".into(),
        edited(&short, |t| {
            let r = row(t, 0);
            r.old_time = Val::ZERO;
            r.clk = Val::from_u32(1 << 20);
            (1..6).for_each(|i| row(t, i).clk = Val::from_u32(1 << 20));
            row(t, 0).age_lo = Val::from_u32(1 + (1 << 16));
        }),
    );
    add(
        "a read before the previous access".into(),
        edited(&short, |t| {
            let r = row(t, 0);
            r.old_time = r.clk * Val::from_u8(4) + Val::ONE + Val::from_u16(1 << 13);
            r.age_lo = Val::ZERO;
        }),
    );
    out
}
