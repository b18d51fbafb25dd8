//! The chip's messages.

use core::array;

use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::{Count, InteractionBuilder};
use zkrom_asm::isa::MemOp;

use super::columns::{AGE_LO, HASH, OLD_TIME, RAW, ROUND_W, Sha256Cols};
use super::words::{limbs, number};
use crate::buses::{Bus, MemOpMsg, MemoryMsg, Message, range16, receive, send};

/// The kind of the chip's own messages on the `memop` bus, from schedule rows to round rows. No instruction has it.
pub const SCHEDULE_KIND: u32 = 256;

pub(super) fn eval_messages<AB: InteractionBuilder>(
    builder: &mut AB,
    local: &Sha256Cols<AB::Var>,
    next: &Sha256Cols<AB::Var>,
) where
    AB::F: Field,
{
    let now = local.clk * AB::F::from_u8(4) + AB::F::TWO;
    let (old_time, age_lo) = (local.q[OLD_TIME], local.q[AGE_LO]);
    let age_hi = (now.clone() - AB::Expr::ONE - old_time - age_lo) * AB::F::from_u16(1 << 13).inverse();
    range16(builder, age_lo, local.read);
    range16(builder, age_hi, local.read);
    let cell = |time: AB::Expr| MemoryMsg {
        space: local.space.into(),
        ctx: local.ctx.into(),
        off: local.off + local.block.into().double() + local.g[2],
        time,
        word: array::from_fn(|i| {
            let j = 15 - i;
            if RAW.contains(&j) { local.q[j].into() } else { next.q[j - RAW.len()].into() }
        }),
    };
    receive(builder, cell(old_time.into()), local.read);
    send(builder, cell(now), local.read);

    // One message a row: the schedule's words out of schedule rows and into even round rows, the call into the digest's row.
    let (s, r, d) = (local.is_s, local.is_r, local.is_d);
    let half = number::<AB>(local) * AB::F::TWO.inverse() + local.high * AB::F::from_u8(8);
    let zero = AB::Expr::ZERO;
    let message = MemOpMsg {
        kind: d * AB::F::from_u32(MemOp::Sha256.kind()) + (s + r) * AB::F::from_u32(SCHEDULE_KIND),
        clk: local.clk.into(),
        a_space: d * local.space + (s + r) * local.block,
        a_ctx: d * local.ctx + s * number::<AB>(local) + r * half,
        a_off: d * local.off,
        b_space: zero.clone(),
        b_ctx: zero.clone(),
        b_off: zero,
        len: d * local.len,
        r: array::from_fn(|i| {
            let j = 15 - i;
            let mut limb = d * local.q[HASH.start + j];
            if j < 8 {
                limb += s * limbs::<AB>(&local.bits[j / 2])[j % 2].clone();
                let cells = if j < 4 { &local.q } else { &next.q };
                limb += r * cells[ROUND_W[0] + j % 4];
            }
            limb
        }),
    };
    let count = s - d - r * (local.g[0] + local.g[2]);
    builder.push_interaction(Bus::MemOp.name(), message.into_fields(), Count::bounded(count, 1));
}
