//! Constraints of the memory boundary; numbered in the module's doc.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;

use super::{MemoryChip, MemoryCols};
use crate::buses::{MemoryMsg, range16, receive, send};
use crate::columns::view;

impl<F> BaseAir<F> for MemoryChip {
    fn width(&self) -> usize {
        MemoryCols::WIDTH
    }
}

/// The key of a row.
struct Key<E> {
    space: E,
    ctx: E,
    off: E,
}

fn key<AB: AirBuilder>(row: &MemoryCols<AB::Var>) -> Key<AB::Expr> {
    let [b0, b1, b2] = row.space_bits;
    let pair = |lo: AB::Var, hi: AB::Var| lo.into() + hi.into() * AB::Expr::from_u32(1 << 16);
    Key {
        space: b0.into() + b1.into() * AB::Expr::TWO + b2.into() * AB::Expr::from_u8(4),
        ctx: pair(row.ctx_lo, row.ctx_hi),
        off: pair(row.off_lo, row.off_hi),
    }
}

fn by_space<AB: AirBuilder>(row: &MemoryCols<AB::Var>) -> AB::Expr {
    row.real.into() - row.by_off.into() - row.by_ctx.into()
}

fn diff<AB: AirBuilder>(row: &MemoryCols<AB::Var>) -> AB::Expr {
    row.diff_lo.into() + row.diff_hi.into() * AB::Expr::from_u32(1 << 16)
}

impl<AB: InteractionBuilder> Air<AB> for MemoryChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row: &MemoryCols<AB::Var> = view(main.current_slice());
        let next: &MemoryCols<AB::Var> = view(main.next_slice());
        let one = AB::Expr::ONE;

        for flag in [row.real, row.by_off, row.by_ctx].into_iter().chain(row.space_bits) {
            builder.assert_bool(flag);
        }
        builder.assert_bool(by_space::<AB>(row));
        let [b0, b1, b2] = row.space_bits;
        builder.assert_zero(b2.into() * b1.into() * (one.clone() - b0.into()));

        let here = key::<AB>(row);
        let there = key::<AB>(next);
        let mut transition = builder.when_transition();
        transition.assert_zero(next.real.into() * (one.clone() - row.real.into()));
        let d_space = there.space - here.space.clone();
        let d_ctx = there.ctx - here.ctx.clone();
        let d_off = there.off - here.off.clone();
        transition.assert_zero((next.by_off.into() + next.by_ctx.into()) * d_space.clone());
        transition.assert_zero(next.by_off.into() * d_ctx.clone());
        transition.assert_eq(
            diff::<AB>(next),
            next.by_off.into() * (d_off - one.clone())
                + next.by_ctx.into() * (d_ctx - one.clone())
                + by_space::<AB>(next) * (d_space - one),
        );
        let mut first = builder.when_first_row();
        first.assert_zero(row.by_off);
        first.assert_zero(row.by_ctx);
        first.assert_zero(diff::<AB>(row));

        let Key { space, ctx, off } = here;
        let zero = MemoryMsg {
            space: space.clone(),
            ctx: ctx.clone(),
            off: off.clone(),
            time: AB::Expr::ZERO,
            word: core::array::from_fn(|_| AB::Expr::ZERO),
        };
        send(builder, zero, row.real);
        receive(
            builder,
            MemoryMsg { space, ctx, off, time: row.time.into(), word: row.word.map(Into::into) },
            row.real,
        );

        for (lo, hi) in [(row.ctx_lo, row.ctx_hi), (row.off_lo, row.off_hi), (row.diff_lo, row.diff_hi)] {
            range16(builder, lo, row.real);
            range16(builder, hi.into() * AB::Expr::from_u8(8), row.real);
        }
    }
}
