//! Constraints and messages, numbered as in the chip's documentation.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;

use super::columns::*;
use super::messages::eval_messages;
use super::words::*;
use super::{Sha256Chip, constants::IV};
use crate::columns::view;

impl<F> BaseAir<F> for Sha256Chip {
    fn width(&self) -> usize {
        Sha256Cols::WIDTH
    }
}

impl<AB: InteractionBuilder> Air<AB> for Sha256Chip
where
    AB::F: Field,
{
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row = Row::<AB> { local: view(main.current_slice()), next: view(main.next_slice()) };
        row.eval_rows(builder);
        row.eval_call(builder);
        row.eval_data(builder);
        row.eval_padding(builder);
        row.eval_schedule(builder);
        eval_functions(builder, row.local, row.next);
        row.eval_rounds(builder);
        row.eval_hash(builder);
        eval_messages(builder, row.local, row.next);
    }
}

struct Row<'a, AB: AirBuilder> {
    local: &'a Sha256Cols<AB::Var>,
    next: &'a Sha256Cols<AB::Var>,
}

fn not<E: PrimeCharacteristicRing>(x: impl Into<E>) -> E {
    E::ONE - x.into()
}

impl<AB: InteractionBuilder> Row<'_, AB>
where
    AB::F: Field,
{
    /// Whether the row is of a call and not its last.
    fn busy(&self) -> AB::Expr {
        let l = self.local;
        l.is_s + l.is_i + l.is_r + l.is_f
    }

    fn load(&self) -> AB::Expr {
        self.local.load_a + self.local.load_b
    }

    fn at(&self, range: core::ops::Range<usize>) -> AB::Expr {
        self.local.bank[AT][range].iter().map(|&x| x.into()).sum()
    }

    /// 1 to 4: kinds of rows and their numbers.
    fn eval_rows(&self, builder: &mut AB) {
        let Self { local, next } = *self;
        builder.assert_bools([local.is_s, local.is_i, local.is_r, local.is_f, local.is_d]);
        builder.assert_bool(self.busy() + local.is_d);
        let numbered = local.is_s + local.is_r;
        builder.assert_bools(local.f);
        builder.assert_bool(last_f::<AB>(local));
        builder.assert_bools(local.g);
        builder.assert_eq(sum::<AB>(&local.g), numbered.clone());
        builder.assert_bool(local.high);
        builder.assert_zero(local.high * not::<AB::Expr>(numbered.clone()));
        builder.assert_bool(local.end);
        builder.assert_zero(local.end * not::<AB::Expr>(numbered));
        let c = number::<AB>(local);
        let (round, next_round) = (
            c.clone() + local.high * AB::F::from_u8(16),
            number::<AB>(next) + next.high * AB::F::from_u8(16),
        );
        builder.assert_zero(
            local.end
                * (local.is_s * (c.clone() - AB::Expr::from_u8(15))
                    + local.is_r * (round.clone() - AB::Expr::from_u8(31))),
        );
        builder.assert_zero(self.load() - local.is_s * local.f[0]);
        builder.assert_zero(local.load_a - local.is_s * local.f[0] * (local.g[0] + local.g[2]));
        {
            let mut first = builder.when_first_row();
            [local.is_i, local.is_r, local.is_f, local.is_d].iter().for_each(|&x| first.assert_zero(x));
        }
        builder.when_last_row().assert_zero(self.busy());
        let mut step = builder.when_transition();
        step.assert_eq(next.is_r, local.is_i + local.is_r * not::<AB::Expr>(local.end));
        step.assert_eq(next.is_f, local.is_r * local.end);
        step.assert_zero(local.is_f * not::<AB::Expr>(next.is_i + next.is_d));
        step.assert_zero(next.is_d * not::<AB::Expr>(local.is_f));
        step.assert_zero(next.is_i * not::<AB::Expr>(local.is_f + local.is_s));
        step.assert_zero((local.is_i + local.is_r + local.is_f) * next.is_s);
        step.assert_zero(local.is_s * not::<AB::Expr>(next.is_s + next.is_i));
        step.assert_zero(local.is_s * next.is_i * not::<AB::Expr>(local.last));
        step.assert_zero(local.last * local.end * next.is_s);
        let inside = not::<AB::Expr>(local.end);
        step.assert_zero(local.is_s * inside.clone() * (number::<AB>(next) - c - AB::Expr::ONE));
        step.assert_zero(local.is_r * inside * (next_round.clone() - round - AB::Expr::ONE));
        step.assert_zero(local.end * number::<AB>(next));
        step.assert_zero(local.is_i * next_round);
    }

    /// 5, 6: the call and the block's number.
    fn eval_call(&self, builder: &mut AB) {
        let Self { local, next } = *self;
        let busy = self.busy();
        let idle = not::<AB::Expr>(busy.clone());
        for x in [local.block.into(), number::<AB>(local), not::<AB::Expr>(local.data)] {
            builder.when_first_row().assert_zero(local.is_s * x);
        }
        let mut step = builder.when_transition();
        for x in [next.block.into(), number::<AB>(next), not::<AB::Expr>(next.data)] {
            step.assert_zero(idle.clone() * next.is_s * x);
        }
        for (a, b) in [
            (local.clk, next.clk),
            (local.space, next.space),
            (local.ctx, next.ctx),
            (local.off, next.off),
            (local.len, next.len),
        ] {
            step.assert_zero(busy.clone() * (b - a));
        }
        let more = next.block - local.block;
        step.assert_zero(local.is_s * next.is_s * (more.clone() - local.end));
        step.assert_zero(local.is_s * next.is_i * next.block);
        step.assert_zero((local.is_i + local.is_r) * more.clone());
        step.assert_zero(local.is_f * (more - AB::Expr::ONE));
    }

    /// 7 to 11: which bytes are data, and which block is the last.
    fn eval_data(&self, builder: &mut AB) {
        let Self { local, next } = *self;
        let load = self.load();
        let end = self.at(AT);
        builder.assert_bools(local.bank);
        builder.assert_bool(local.odd);
        builder.assert_zero(local.odd * not::<AB::Expr>(load.clone()));
        builder.assert_zero(local.odd * not::<AB::Expr>(end.clone()));
        builder.assert_zero(load.clone() * (end.clone() + local.bank[FULL] - local.data));
        let empty = local.bank[AT.start] * not::<AB::Expr>(local.odd);
        builder.assert_eq(local.read, local.load_a * (local.data - empty));
        let here: AB::Expr = (0..8).map(|j| local.bank[AT][j] * AB::F::from_usize(2 * j)).sum();
        let row_start = local.block * AB::F::from_u8(64)
            + (local.g[1] + local.g[2].into().double() + local.g[3] * AB::F::from_u8(3)) * AB::F::from_u8(16);
        builder.assert_zero(load.clone() * end.clone() * (local.len - row_start - here - local.odd));
        let third = local.load_b * local.g[3];
        builder.assert_zero(third.clone() * (local.last - AB::Expr::ONE + local.bank[FULL] + self.at(4..8)));
        builder.assert_zero(local.is_s * local.high - third * local.last);
        builder.assert_zero(local.last * not::<AB::Expr>(local.is_s));
        builder.assert_zero(local.data * not::<AB::Expr>(local.is_s));
        let unread = local.load_a - local.read;
        for j in RAW {
            builder.assert_zero(unread.clone() * local.q[j]);
        }
        builder.assert_zero(unread.clone() * local.q[OLD_TIME]);
        builder.assert_zero(unread.clone() * local.q[AGE_LO]);
        let mut step = builder.when_transition();
        for j in RAW {
            step.assert_zero(unread.clone() * next.q[j]);
        }
        step.assert_zero(load.clone() * (next.data - local.data + end));
        step.assert_zero((local.is_s - load) * next.is_s * (next.data - local.data));
        step.assert_zero(local.is_s * not::<AB::Expr>(local.end) * (next.last - local.last));
    }

    /// 12 to 15: the padded bytes.
    fn eval_padding(&self, builder: &mut AB) {
        let local = self.local;
        let load = self.load();
        let odd: AB::Expr = local.odd.into();
        let cut = from_bits::<AB>(&local.bank[CUT]);
        let (mut even_end, mut odd_end, mut odd_raw) = (AB::Expr::ZERO, AB::Expr::ZERO, AB::Expr::ZERO);
        for j in RAW {
            // Limb j: upper half of word j / 2 where j is even.
            let bits = &local.bits[j / 2][if j % 2 == 0 { 16..32 } else { 0..16 }];
            let limb = from_bits::<AB>(bits);
            let (lo, hi) = (from_bits::<AB>(&bits[..8]), from_bits::<AB>(&bits[8..]) * AB::F::from_u16(256));
            let at = local.bank[AT][j];
            let before = self.at(j + 1..8) + local.bank[FULL];
            let after = not::<AB::Expr>(self.at(j..8) + local.bank[FULL]);
            builder.assert_zero(load.clone() * before * (limb.clone() - local.q[j]));
            let mut zero = load.clone() * after * limb.clone();
            if j >= 6 {
                zero -= local.load_b * local.high * limb.clone();
            }
            builder.assert_zero(zero);
            even_end += at * (limb - AB::Expr::from_u16(0x8000));
            odd_end += at * (lo - AB::Expr::from_u8(0x80));
            odd_raw += at * (local.q[j] - hi);
        }
        builder.assert_zero((load.clone() - odd.clone()) * even_end);
        builder.assert_zero(odd.clone() * odd_end);
        builder.assert_zero(odd.clone() * (odd_raw - cut));
        for i in CUT {
            builder.assert_zero((load.clone() - odd.clone()) * local.bank[i]);
        }
        let w15 = &local.bits[3];
        let has_length = local.load_b * local.high;
        builder.assert_zero(has_length.clone() * (from_bits::<AB>(&w15[3..]) - local.len));
        builder.assert_zero(has_length * sum::<AB>(&w15[..3]));
        for i in CUT.end..20 {
            builder.assert_zero(load.clone() * local.bank[i]);
        }
    }

    /// 16, 17: the message schedule.
    fn eval_schedule(&self, builder: &mut AB) {
        let Self { local, next } = *self;
        let expand = local.is_s - self.load();
        let base = AB::F::from_u32(1 << 16);
        for i in 0..4 {
            let (lo, hi) = (4 * i, 4 * i + 2);
            let carry = |at: usize| from_bits::<AB>(&local.bank[at..at + 2]);
            let inner = |h: usize| if i < 2 { AB::Expr::ZERO } else { local.sigma1[i - 2][h].into() };
            let [w_hi, w_lo] = limbs::<AB>(&local.bits[i]);
            builder.assert_zero(expand.clone() * (w_lo + carry(lo) * base - local.q[2 * i + 1] - inner(1)));
            builder.assert_zero(
                expand.clone() * (w_hi + carry(hi) * base - local.q[2 * i] - inner(0) - carry(lo)),
            );
        }
        for i in 16..20 {
            builder.assert_zero(expand.clone() * local.bank[i]);
        }
        for i in 16..32 {
            builder.assert_zero(local.load_a * local.g[0] * local.q[i]);
        }
        for i in AGE_LO + 1..16 {
            builder.assert_zero(local.load_a * local.q[i]);
        }
        let next_expands = next.is_s - next.load_a - next.load_b;
        let mut step = builder.when_transition();
        for k in 0..16 {
            let selector = match k {
                0..4 => next_expands.clone(),
                4..8 => next.is_s - next.load_a,
                _ => local.is_s * not::<AB::Expr>(local.end),
            };
            for h in 0..2 {
                let mut value: AB::Expr =
                    if k < 12 { local.q[2 * (k + 4) + h].into() } else { AB::Expr::ZERO };
                for i in 0..4 {
                    match 4 + k - i {
                        2 => value += local.sigma1[i][h].into(),
                        7 | 16 => value += limbs::<AB>(&local.bits[i])[h].clone(),
                        15 => value += local.sigma0[i][h].into(),
                        _ => {}
                    }
                }
                step.assert_zero(selector.clone() * (next.q[2 * k + h] - value));
            }
        }
    }

    /// 19 to 22: the rounds.
    fn eval_rounds(&self, builder: &mut AB) {
        let Self { local, next } = *self;
        let base = AB::F::from_u32(1 << 16);
        let mut step = builder.when_transition();
        // The first round of the next row and the second of this one; both make an `a` and `e` of the next row.
        for (second, t1, t2, w, bank) in [
            (0, &next.t1[0], &next.t2[0], &next.q[ROUND_W[0]..], &next.bank[..10]),
            (1, &local.t1[1], &local.t2[1], &local.q[ROUND_W[1]..], &local.bank[10..]),
        ] {
            // Before the first round of a row, d and h are of three rounds ago: the older second of the row before.
            let from = if second == 0 { 1 } else { 0 };
            let (d, h) = (&local.q[PREV_A[from]..], &local.q[PREV_E[from]..]);
            let target = if second == 0 { 1 } else { 0 };
            let new_a = limbs::<AB>(&next.bits[target]);
            let new_e = limbs::<AB>(&next.bits[2 + target]);
            let e_carry = [from_bits::<AB>(&bank[3..6]), from_bits::<AB>(&bank[..3])];
            let a_carry = [&bank[8..10], &bank[6..8]].map(|c| from_bits::<AB>(c) - AB::Expr::ONE);
            let selector: AB::Expr = if second == 0 { next.is_r.into() } else { local.is_r * next.is_r };
            for i in 0..2 {
                let in_e = if i == 0 { e_carry[1].clone() } else { AB::Expr::ZERO };
                let in_a = if i == 0 { a_carry[1].clone() } else { AB::Expr::ZERO };
                let sum_e = d[i] + h[i] + t1[i] + w[i] + in_e;
                let sum_a = new_e[i].clone() - d[i] + t2[i] + in_a;
                step.assert_zero(selector.clone() * (new_e[i].clone() + e_carry[i].clone() * base - sum_e));
                step.assert_zero(selector.clone() * (new_a[i].clone() + a_carry[i].clone() * base - sum_a));
            }
        }
        for i in 0..2 {
            for h in 0..2 {
                step.assert_zero(
                    next.is_r * (next.q[PREV_A[i] + h] - limbs::<AB>(&local.bits[i])[h].clone()),
                );
                step.assert_zero(
                    next.is_r * (next.q[PREV_E[i] + h] - limbs::<AB>(&local.bits[2 + i])[h].clone()),
                );
                let first = [(0, 0), (2, 4)][i];
                step.assert_zero(
                    local.is_i * (limbs::<AB>(&next.bits[first.0])[h].clone() - local.q[2 * first.1 + h]),
                );
            }
        }
        for i in 16..20 {
            step.assert_zero(local.is_r * next.is_f * local.bank[i]);
        }
    }

    /// 23 to 26: the hash value.
    fn eval_hash(&self, builder: &mut AB) {
        let Self { local, next } = *self;
        let base = AB::F::from_u32(1 << 16);
        let one = |bit: AB::Var| -> AB::Expr { bit.into() };
        // Bits hold the words the first round needs, or those it does not: each word of the hash value is 32 bits once a block.
        for (selector, words) in [(local.is_i + local.is_d, [2, 1, 6, 5]), (local.is_f.into(), [0, 3, 4, 7])]
        {
            for (bits, k) in local.bits.iter().zip(words) {
                for h in 0..2 {
                    builder
                        .assert_zero(selector.clone() * (limbs::<AB>(bits)[h].clone() - local.q[2 * k + h]));
                }
            }
        }
        for h in 0..2 {
            builder.assert_zero(local.is_i * (local.q[PREV_A[1] + h] - local.q[6 + h]));
            builder.assert_zero(local.is_i * (local.q[PREV_E[1] + h] - local.q[14 + h]));
            builder.assert_zero(local.is_i * local.q[PREV_A[0] + h]);
            builder.assert_zero(local.is_i * local.q[PREV_E[0] + h]);
        }
        // Cells without a meaning are 0.
        let outside = local.is_i + local.is_f + local.is_d;
        for i in ROUND_W[0]..SPARE.start {
            builder.assert_zero(outside.clone() * local.q[i]);
        }
        for i in SPARE {
            builder.assert_zero((outside.clone() + local.is_r) * local.q[i]);
        }
        for i in PREV_A[0]..ROUND_W[0] {
            builder.assert_zero((local.is_f + local.is_d) * local.q[i]);
        }
        for i in 0..20 {
            let unused = if i < 18 { local.is_i + local.is_d } else { outside.clone() };
            builder.assert_zero(unused * local.bank[i]);
        }
        let mut step = builder.when_transition();
        for (k, word) in IV.into_iter().enumerate() {
            for (h, limb) in [word >> 16, word & 0xffff].into_iter().enumerate() {
                step.assert_zero(local.is_s * next.is_i * (next.q[2 * k + h] - AB::Expr::from_u32(limb)));
            }
        }
        for i in HASH {
            step.assert_zero((next.is_r + local.is_f) * (next.q[i] - local.q[i]));
        }
        // h0 += a and h4 += e of the 65th state, whose limbs are the last round's sums; the others by what the last rows hold.
        let (d, h, w) = (&local.q[PREV_A[0]..], &local.q[PREV_E[0]..], &local.q[ROUND_W[1]..]);
        let old: [[AB::Expr; 2]; 6] = [
            limbs::<AB>(&local.bits[1]),
            limbs::<AB>(&local.bits[0]),
            [local.q[PREV_A[1]].into(), local.q[PREV_A[1] + 1].into()],
            limbs::<AB>(&local.bits[3]),
            limbs::<AB>(&local.bits[2]),
            [local.q[PREV_E[1]].into(), local.q[PREV_E[1] + 1].into()],
        ];
        let h0_carry = [from_bits::<AB>(&next.bank[15..18]), from_bits::<AB>(&next.bank[12..15])];
        let h4_carry = [from_bits::<AB>(&local.bank[13..16]), from_bits::<AB>(&local.bank[10..13])];
        for i in 0..2 {
            let upper = i == 0;
            let carry_in = |c: AB::Expr| if upper { c } else { AB::Expr::ZERO };
            for (slot, k) in [1, 2, 3, 5, 6, 7].into_iter().enumerate() {
                let (lo, hi) = (one(next.bank[2 * slot]), one(next.bank[2 * slot + 1]));
                let out = if upper { hi } else { lo.clone() };
                step.assert_zero(
                    next.is_f
                        * (next.q[2 * k + i] + out * base
                            - local.q[2 * k + i]
                            - old[slot][i].clone()
                            - carry_in(lo)),
                );
            }
            let h0 =
                local.q[i] + h[i] + local.t1[1][i] + w[i] + local.t2[1][i] + carry_in(h0_carry[1].clone());
            step.assert_zero(next.is_f * (next.q[i] + h0_carry[i].clone() * base - h0));
            let h4 = local.q[8 + i] + d[i] + h[i] + local.t1[1][i] + w[i] + carry_in(h4_carry[1].clone());
            step.assert_zero(next.is_f * (next.q[8 + i] + h4_carry[i].clone() * base - h4));
        }
    }
}
