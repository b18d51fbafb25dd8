//! Constraints of the bytecode chip; listed in the module's doc.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::code::{PUSH_DATA_STRIDE, PUSH0};
use zkrom_asm::isa::{LIMBS, MemOp, PUSH_DATA};

use super::columns::{BYTES, BytecodeCols, OWN, WORD_ROWS};
use super::{ABOVE_LOW, ABOVE_PUSH, BytecodeChip, FIRST_HIGH};
use crate::buses::{FetchMsg, MemOpMsg, MemoryMsg, byte_pair, provide, range16, receive, send};
use crate::columns::view;

impl<F> BaseAir<F> for BytecodeChip {
    fn width(&self) -> usize {
        BytecodeCols::WIDTH
    }
}

fn u32<E: PrimeCharacteristicRing>(v: u32) -> E {
    E::from_u32(v)
}

/// The word as the row has it: its own limbs, then the rest.
fn word<AB: AirBuilder>(row: &BytecodeCols<AB::Var>) -> [AB::Expr; LIMBS] {
    core::array::from_fn(|i| {
        if i < OWN {
            row.mem[2 * i].into() * u32::<AB::Expr>(256) + row.mem[2 * i + 1].into()
        } else {
            row.rest[i - OWN].into()
        }
    })
}

impl<AB: InteractionBuilder> Air<AB> for BytecodeChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row: &BytecodeCols<AB::Var> = view(main.current_slice());
        let next: &BytecodeCols<AB::Var> = view(main.next_slice());
        let one = AB::Expr::ONE;
        let sum = |flags: &[AB::Var]| flags.iter().fold(AB::Expr::ZERO, |s, &f| s + f.into());
        let active = sum(&row.phase);
        let in_code: AB::Expr = u32::<AB::Expr>(BYTES as u32) - sum(&row.past);

        // Runs.
        builder.assert_bool(row.start);
        for flag in row.phase {
            builder.assert_bool(flag);
        }
        builder.assert_bool(active.clone());
        builder.when(row.start).assert_one(row.phase[0]);
        builder.when(row.start).assert_zero(row.pc);
        builder.when(row.start).assert_zero(row.rem[0]);
        builder.when_first_row().assert_eq(active.clone(), row.start);

        // The next row of a run. Row 0 begins one or is padding, so this may wrap around.
        let goes_on = sum(&next.phase) - next.start;
        let mut going_on = builder.when(goes_on.clone());
        going_on.assert_one(active.clone());
        going_on.assert_eq(next.cid, row.cid);
        going_on.assert_eq(next.pc, row.pc + u32::<AB::Expr>(BYTES as u32));
        going_on.assert_eq(next.left, row.left - in_code.clone());
        going_on.assert_eq(next.space, row.space);
        going_on.assert_eq(next.ctx, row.ctx);
        going_on.assert_eq(next.off, row.off + row.phase[WORD_ROWS - 1]);
        going_on.assert_eq(next.rem[0], row.rem[BYTES]);
        going_on.assert_zero(row.past[BYTES - 1].into() * (one.clone() - next.past[0]));
        for k in 1..WORD_ROWS {
            going_on.assert_eq(next.phase[k], row.phase[k - 1]);
        }
        // The next row of a word: the word turned.
        let here = word::<AB>(row);
        let there = word::<AB>(next);
        let mut in_word = builder.when(sum(&next.phase[1..]));
        for i in 0..LIMBS {
            in_word.assert_eq(there[i].clone(), here[(i + OWN) % LIMBS].clone());
        }
        // The last row of a run.
        let mut ended = builder.when(active.clone() - goes_on);
        ended.assert_eq(row.left, in_code);
        ended.assert_one(row.past[BYTES - 1]);
        ended.assert_zero(row.data[BYTES - 1]);
        ended.assert_zero(row.rem[BYTES]);

        // Bytes.
        for j in 0..BYTES {
            let (code, data, push, high) = (row.code[j], row.data[j], row.push[j], row.high[j]);
            for flag in [row.past[j], data, push, high] {
                builder.assert_bool(flag);
            }
            builder.assert_bool(data.into() + push.into() + high.into());
            if j > 0 {
                builder.when(row.past[j - 1]).assert_one(row.past[j]);
            }
            builder.assert_eq(code, (one.clone() - row.past[j]) * row.mem[j]);
            builder.assert_eq(row.opcode[j], code + data * (u32::<AB::Expr>(PUSH_DATA) - code));
            builder.assert_zero((one.clone() - data) * row.rem[j]);
            let len = push * (code - u32::<AB::Expr>(PUSH0));
            builder.assert_eq(row.rem[j + 1], row.rem[j] - data + len);

            let low = one.clone() - data - push - high;
            let shifted = code + push * u32::<AB::Expr>(ABOVE_PUSH) + low * u32::<AB::Expr>(ABOVE_LOW)
                - high * u32::<AB::Expr>(FIRST_HIGH);
            byte_pair(builder, row.mem[j], shifted, active.clone());

            let pc = row.pc + u32::<AB::Expr>(j as u32);
            // data * code, which the equation of `opcode` makes linear
            let datum = code + data * u32::<AB::Expr>(PUSH_DATA) - row.opcode[j];
            let place = FetchMsg {
                cid: row.cid.into(),
                pc: pc.clone(),
                opcode: row.opcode[j].into(),
                next_pc: pc + one.clone() + row.rem[j + 1] + datum * u32::<AB::Expr>(PUSH_DATA_STRIDE),
            };
            provide(builder, place, active.clone() * row.mult[j]);
        }

        // The word, read on its first row unless it is past the end.
        let reads = row.phase[0] * (one.clone() - row.past[0]);
        builder.assert_zero((one.clone() - reads.clone()) * row.diff_lo);
        builder.assert_zero((one.clone() - reads.clone()) * row.diff_hi);
        range16(builder, row.diff_lo, reads.clone());
        range16(builder, row.diff_hi * u32::<AB::Expr>(8), reads.clone());
        let now = row.cid * u32::<AB::Expr>(4) + AB::Expr::TWO;
        let old_time = now.clone() - one - row.diff_lo - row.diff_hi * u32::<AB::Expr>(1 << 16);
        let state = |time: AB::Expr| MemoryMsg {
            space: row.space.into(),
            ctx: row.ctx.into(),
            off: row.off.into(),
            time,
            // limbs come most significant first
            word: core::array::from_fn(|i| here[LIMBS - 1 - i].clone()),
        };
        receive(builder, state(old_time), reads.clone());
        send(builder, state(now), reads);

        let zero = AB::Expr::ZERO;
        let call = MemOpMsg {
            kind: u32(MemOp::LoadCode.kind()),
            clk: row.cid.into(),
            a_space: row.space.into(),
            a_ctx: row.ctx.into(),
            a_off: row.off.into(),
            b_space: zero.clone(),
            b_ctx: zero.clone(),
            b_off: zero.clone(),
            len: row.left.into(),
            r: core::array::from_fn(|_| zero.clone()),
        };
        receive(builder, call, row.start);
    }
}
