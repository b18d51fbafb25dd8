//! Constraints and messages, numbered as in the chip's documentation.

use core::array;

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::MemOp;

use super::KeccakChip;
use super::columns::{CAPACITY, KeccakSpongeCols, LANE_LIMBS, QUEUE, RATE_LANES, ROW_LIMBS, ROWS_PER_BLOCK};
use crate::buses::{ByteMsg, ByteOp, KeccakFMsg, MemOpMsg, MemoryMsg, byte_pair, range16, receive, send};
use crate::columns::view;

impl<F> BaseAir<F> for KeccakChip {
    fn width(&self) -> usize {
        KeccakSpongeCols::WIDTH
    }
}

impl<AB: InteractionBuilder> Air<AB> for KeccakChip
where
    AB::F: Field,
{
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row = Row::<AB> { local: view(main.current_slice()), next: view(main.next_slice()) };
        row.eval_rows(builder);
        row.eval_data(builder);
        row.eval_padding(builder);
        row.eval_state(builder);
        row.eval_messages(builder);
    }
}

/// Two rows and the expressions several constraints share.
struct Row<'a, AB: AirBuilder> {
    local: &'a KeccakSpongeCols<AB::Var>,
    next: &'a KeccakSpongeCols<AB::Var>,
}

fn sum<AB: AirBuilder>(cells: &[AB::Var]) -> AB::Expr {
    cells.iter().map(|&c| c.into()).sum()
}

impl<AB: InteractionBuilder> Row<'_, AB>
where
    AB::F: Field,
{
    /// Whether the row absorbs.
    fn absorbs(&self) -> AB::Expr {
        sum::<AB>(&self.local.pos)
    }

    /// Whether the row belongs to a call.
    fn real(&self) -> AB::Expr {
        self.absorbs() + self.local.squeeze
    }

    /// Whether the row absorbs and the next row is of the same block.
    fn inside(&self) -> AB::Expr {
        sum::<AB>(&self.local.pos[..ROWS_PER_BLOCK - 1])
    }

    /// Whether limb `i` lies wholly within the data.
    fn before(&self, i: usize) -> AB::Expr {
        sum::<AB>(&self.local.at[i + 1..]) + self.local.full
    }

    /// 1 to 4: the order of rows, blocks and calls.
    fn eval_rows(&self, builder: &mut AB) {
        let Self { local, next } = self;
        let last_pos = ROWS_PER_BLOCK - 1;
        let again = local.pos[last_pos] - local.fin;
        builder.assert_bool(local.start);
        builder.assert_bool(self.real());
        {
            let mut first = builder.when_first_row();
            first.assert_eq(local.pos[0], local.start);
            local.pos[1..].iter().for_each(|&pos| first.assert_zero(pos));
            first.assert_zero(local.squeeze);
        }
        builder.when_last_row().assert_zero(self.absorbs());
        let mut step = builder.when_transition();
        for r in 0..last_pos {
            step.assert_eq(next.pos[r + 1], local.pos[r]);
        }
        step.assert_eq(next.pos[0] - next.start, again.clone());
        step.assert_eq(next.squeeze, local.fin);
        for k in 0..4 {
            step.assert_zero(
                self.inside() * (next.phase[k] - local.phase[k])
                    + again.clone() * (next.phase[k] - local.phase[(k + 3) % 4]),
            );
        }
        for (a, b) in [
            (local.clk, next.clk),
            (local.space, next.space),
            (local.ctx, next.ctx),
            (local.off, next.off),
            (local.len, next.len),
        ] {
            step.assert_zero(self.absorbs() * (b - a));
        }
        let ends = local.start + local.squeeze;
        for k in 0..4 {
            builder.assert_zero(ends.clone() * (local.phase[k] - AB::Expr::from_bool(k == 0)));
        }
    }

    /// 5 to 10: which bytes of the row's word are data, and where the word comes from.
    fn eval_data(&self, builder: &mut AB) {
        let Self { local, next } = self;
        let end = sum::<AB>(&local.at);
        let next_end = sum::<AB>(&next.at);
        let has_data = end.clone() + local.full;
        let go = self.absorbs() - local.fin;
        builder.assert_bools(local.at);
        builder.assert_bool(local.full);
        builder.assert_bool(local.odd);
        builder.assert_zero(has_data.clone() * (AB::Expr::ONE - self.absorbs()));
        builder.assert_zero(local.odd * (AB::Expr::ONE - end.clone()));
        builder.assert_zero(local.start * (AB::Expr::ONE - has_data.clone()));
        builder.assert_zero(local.start * local.index);
        builder.assert_eq(local.shared, local.pos[0] * (AB::Expr::ONE - local.phase[0]));
        {
            let mut step = builder.when_transition();
            step.assert_zero(
                go.clone() * (next.full + (AB::Expr::ONE - next.shared) * next_end.clone() - local.full),
            );
            step.assert_zero(go.clone() * next.shared * (next_end - end.clone()));
            step.assert_zero(
                self.absorbs() * (next.index - local.index) - go * (AB::Expr::ONE - next.shared),
            );
            for i in 0..ROW_LIMBS {
                step.assert_zero(next.shared * (next.word[i] - local.word[i]));
            }
        }
        let bytes_here = (0..ROW_LIMBS).map(|i| local.at[i] * AB::F::from_usize(2 * i)).sum::<AB::Expr>();
        let left = local.len - local.index * AB::F::from_u8(32);
        builder.assert_zero(end * (left - bytes_here - local.odd));
        let empty = local.at[0] * (AB::Expr::ONE - local.odd);
        builder.assert_eq(local.read, (AB::Expr::ONE - local.shared) * (has_data - empty));
        for i in 0..ROW_LIMBS {
            builder.assert_zero((AB::Expr::ONE - local.read - local.shared) * local.word[i]);
        }
        builder.assert_zero((AB::Expr::ONE - local.read) * local.old_time);
        builder.assert_zero((AB::Expr::ONE - local.read) * local.age_lo);
        let used: AB::Expr = (0..4)
            .map(|lane| {
                let here = sum::<AB>(&local.at[LANE_LIMBS * lane..LANE_LIMBS * (lane + 1)]);
                here * sum::<AB>(&local.phase[lane..])
            })
            .sum();
        let after = AB::Expr::ONE - local.full - sum::<AB>(&local.at);
        builder.assert_eq(local.fin, local.pos[ROWS_PER_BLOCK - 1] * (after + used));
    }

    /// 11 to 14: the padded bytes.
    fn eval_padding(&self, builder: &mut AB) {
        let local = self.local;
        let base = AB::F::from_u16(256);
        let mut cut_limb = AB::Expr::ZERO;
        for i in 0..ROW_LIMBS {
            let word = local.word[ROW_LIMBS - 1 - i];
            let (lo, hi, at) = (local.y_lo[i], local.y_hi[i], local.at[i]);
            let before = self.before(i);
            builder.assert_zero(before.clone() * (word - lo * base - hi));
            builder.assert_zero((AB::Expr::ONE - before.clone() - at * local.odd) * (lo - at));
            let mut pad = at * local.odd;
            if i % LANE_LIMBS == LANE_LIMBS - 1 {
                pad += local.fin * local.phase[i / LANE_LIMBS] * AB::F::from_u8(0x80);
            }
            builder.assert_zero((AB::Expr::ONE - before) * (hi - pad));
            cut_limb += at * (word - lo * base);
        }
        builder.assert_zero(local.odd * (cut_limb - local.cut));
        builder.assert_zero((AB::Expr::ONE - local.odd) * local.cut);
    }

    /// 15 to 18: the state between rows.
    fn eval_state(&self, builder: &mut AB) {
        let Self { local, next } = self;
        // The three lanes above are zero by the constraints after these.
        for cell in local.queue[..RATE_LANES * LANE_LIMBS].iter().chain(&local.capacity) {
            builder.assert_zero(local.start * *cell);
        }
        let opens = local.pos[0] + local.squeeze;
        for lane in (0..3).chain(RATE_LANES..RATE_LANES + 3) {
            // With the block starting at lane `phase`, lanes below it and from `phase + 17` on are not the state's.
            let unused = if lane < 3 { &local.phase[lane + 1..] } else { &local.phase[..=lane - RATE_LANES] };
            let unused = opens.clone() * sum::<AB>(unused);
            for limb in 0..LANE_LIMBS {
                builder.assert_zero(unused.clone() * local.queue[LANE_LIMBS * lane + limb]);
            }
        }
        let mut step = builder.when_transition();
        let queue = self.shifted();
        for i in 0..QUEUE {
            step.assert_zero(self.inside() * (next.queue[i] - queue[i].clone()));
        }
        for i in 0..CAPACITY {
            step.assert_zero(self.inside() * (next.capacity[i] - local.capacity[i]));
        }
    }

    /// The queue after the row: its head gone, the absorbed limbs at the tail.
    fn shifted(&self) -> [AB::Expr; QUEUE] {
        let local = self.local;
        array::from_fn(|i| match i.checked_sub(QUEUE - ROW_LIMBS) {
            None => local.queue[i + ROW_LIMBS].into(),
            Some(k) => local.z_hi[k] * AB::F::from_u16(256) + local.z_lo[k],
        })
    }

    /// The rate's limbs in a queue whose block starts at lane `phase`.
    fn rate(phase: &[AB::Var; 4], queue: &[AB::Expr; QUEUE]) -> impl Iterator<Item = AB::Expr> {
        (0..RATE_LANES * LANE_LIMBS)
            .map(move |i| (0..4).map(|p| queue[LANE_LIMBS * p + i].clone() * phase[p]).sum())
    }

    fn eval_messages(&self, builder: &mut AB) {
        let Self { local, next } = self;
        let base_inv = AB::F::from_u16(256).inverse();
        let xor = || AB::Expr::from_u8(ByteOp::Xor as u8);
        let x_hi: [AB::Expr; ROW_LIMBS] = array::from_fn(|i| (local.queue[i] - local.x_lo[i]) * base_inv);
        for i in 0..ROW_LIMBS {
            let (x, y, z) = (local.x_lo[i].into(), local.y_lo[i].into(), local.z_lo[i].into());
            send(builder, ByteMsg { kind: xor(), x, y, z }, self.real());
            let (x, y, z) = (x_hi[i].clone(), local.y_hi[i].into(), local.z_hi[i].into());
            send(builder, ByteMsg { kind: xor(), x, y, z }, self.real());
        }
        byte_pair(builder, local.cut, AB::Expr::ZERO, self.real());

        let now = local.clk * AB::F::from_u8(4) + AB::F::TWO;
        let age_hi = (now.clone() - AB::Expr::ONE - local.old_time - local.age_lo)
            * AB::F::from_u16(1 << 13).inverse();
        range16(builder, local.age_lo, local.read);
        range16(builder, age_hi, local.read);
        let cell = |time: AB::Expr| MemoryMsg {
            space: local.space.into(),
            ctx: local.ctx.into(),
            off: local.off + local.index,
            time,
            word: local.word.map(Into::into),
        };
        receive(builder, cell(local.old_time.into()), local.read);
        send(builder, cell(now), local.read);

        let queue = self.shifted();
        let before = Self::rate(&local.phase, &queue).chain(local.capacity.map(Into::into));
        let next_queue = next.queue.map(Into::into);
        let after = Self::rate(&next.phase, &next_queue).chain(next.capacity.map(Into::into));
        let limbs = before.chain(after).collect();
        send(builder, KeccakFMsg { limbs }, local.pos[ROWS_PER_BLOCK - 1]);

        let zero = AB::Expr::ZERO;
        let call = MemOpMsg {
            kind: AB::Expr::from_u32(MemOp::Keccak.kind()),
            clk: local.clk.into(),
            a_space: local.space.into(),
            a_ctx: local.ctx.into(),
            a_off: local.off.into(),
            b_space: zero.clone(),
            b_ctx: zero.clone(),
            b_off: zero,
            len: local.len.into(),
            r: array::from_fn(|i| {
                let k = ROW_LIMBS - 1 - i;
                local.x_lo[k] * AB::F::from_u16(256) + x_hi[k].clone()
            }),
        };
        receive(builder, call, local.squeeze);
    }
}
