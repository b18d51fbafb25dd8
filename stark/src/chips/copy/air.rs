//! Constraints of the copy chip. Numbers in brackets are those of the module's documentation.

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;

use super::CopyChip;
use super::columns::CopyCols;
use super::derived::{Derived, Masks, pack, rotated};
use crate::columns::view;

impl<F: Field> BaseAir<F> for CopyChip {
    fn width(&self) -> usize {
        CopyCols::WIDTH
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for CopyChip {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let exprs = |row: &[AB::Var]| row.iter().map(|&v| v.into()).collect::<Vec<AB::Expr>>();
        let (local, next) = (exprs(main.current_slice()), exprs(main.next_slice()));
        let local: &CopyCols<AB::Expr> = view(&local);
        let next: &CopyCols<AB::Expr> = view(&next);
        let derived = Derived::new(local);
        flags(builder, local, next, &derived);
        run(builder, local, next, &derived);
        positions(builder, local, &derived);
        shift(builder, local, next);
        merge(builder, local, &derived);
        unused(builder, local, &derived);
        super::bus::interactions(builder, local, &derived);
    }
}

/// Which rows are what, and which follow which. [1] to [5]
fn flags<AB: AirBuilder>(
    b: &mut AB,
    l: &CopyCols<AB::Expr>,
    next: &CopyCols<AB::Expr>,
    d: &Derived<AB::Expr>,
) {
    let one = AB::Expr::ONE;
    for flag in [&l.lead, &l.start, &l.last, &l.none, &l.read, &l.load, &l.store, &l.store8, &l.odd] {
        b.assert_bool(flag.clone());
    }
    b.assert_bool(d.real.clone());
    b.assert_bool(d.special.clone());
    b.assert_zero(l.last.clone() * (one.clone() - d.writes.clone()));
    b.assert_eq(next.cont.clone(), d.open.clone());
    b.assert_eq(next.led.clone(), l.lead.clone());
    b.when_first_row().assert_zero(l.cont.clone());
    b.when_first_row().assert_zero(l.led.clone());
    b.assert_zero(l.none.clone() * d.special.clone());
    b.assert_zero(l.none.clone() * l.len.clone());
    b.assert_zero(l.lead.clone() * (one.clone() - l.read.clone()));
    b.assert_zero(l.read.clone() * (one - d.active.clone()));
}

/// What stays and what counts up from row to row of a call, and where it ends. [6] to [8]
fn run<AB: AirBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, next: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    let follows = next.cont.clone() + next.led.clone();
    let kept = |c: &CopyCols<AB::Expr>| {
        let named = [
            &c.load,
            &c.store,
            &c.store8,
            &c.clk,
            &c.src_space,
            &c.src_ctx,
            &c.dst_space,
            &c.dst_ctx,
            &c.end,
            &c.len,
            &c.odd,
        ];
        // Both rows' `rotate` sum to one, so the last of them follows.
        named.into_iter().chain(&c.rotate[1..]).cloned().collect::<Vec<_>>()
    };
    for (now, then) in kept(l).into_iter().zip(kept(next)) {
        b.assert_zero(follows.clone() * (then - now));
    }
    for (now, then) in [(&l.src_word, &next.src_word), (&l.dst_word, &next.dst_word)] {
        b.assert_zero(follows.clone() * (then.clone() - now.clone() - AB::Expr::ONE));
    }
    let bytes = l.len.clone() * (AB::Expr::ONE - d.special.clone())
        + (l.load.clone() + l.store.clone()) * AB::Expr::from_u32(32)
        + l.store8.clone();
    b.assert_zero((d.starts.clone() + l.none.clone()) * (l.end.clone() - d.dst_off.clone() - bytes));
    let stop = l.dst_word.clone() * AB::Expr::from_u32(32) + d.final_.clone() + AB::Expr::ONE;
    b.assert_zero(l.last.clone() * (stop - l.end.clone()));
}

/// One-hot groups: shift, first byte, last byte. [9] to [12]
fn positions<AB: AirBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    let one = AB::Expr::ONE;
    let sum = |group: &[AB::Expr]| group.iter().cloned().sum::<AB::Expr>();
    let groups: [(&[AB::Expr], &AB::Expr); 5] = [
        (&l.rotate, &d.active),
        (&l.first_group, &d.writes),
        (&l.first_byte, &d.writes),
        (&l.final_group, &d.writes),
        (&l.final_byte, &d.writes),
    ];
    for (group, total) in groups {
        for x in group {
            b.assert_bool(x.clone());
        }
        b.assert_eq(sum(group), total.clone());
    }
    b.assert_zero(l.cont.clone() * (one.clone() - l.first_group[0].clone()));
    b.assert_zero(l.cont.clone() * (one.clone() - l.first_byte[0].clone()));
    b.assert_zero(d.open.clone() * (one.clone() - l.final_group[3].clone()));
    b.assert_zero(d.open.clone() * (one - l.final_byte[7].clone()));
}

/// `next.shifted` from this row's and the next row's source words. [13]
fn shift<AB: AirBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, next: &CopyCols<AB::Expr>) {
    for (shifted, rotated) in next.shifted.iter().zip(rotated(l, next)) {
        b.assert_eq(shifted.clone(), rotated);
    }
}

/// `new` from `old` and `shifted`. [14], [15]
fn merge<AB: AirBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    let m = Masks::new(l, &d.writes);
    let halves = [&l.first_old, &l.first_new, &l.final_old, &l.final_new];
    for ([hi, lo], limb) in halves.into_iter().zip(m.halves(l)) {
        b.assert_eq(pack(hi, lo), limb);
    }
    for (new, merged) in l.new.iter().zip(m.merged(l)) {
        b.assert_eq(new.clone(), merged);
    }
}

/// Columns of accesses that are not made are zero. [16]
fn unused<AB: AirBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    let not = |x: &AB::Expr| AB::Expr::ONE - x.clone();
    for byte in l.hi.iter().chain(&l.lo) {
        b.assert_zero(not(&l.read) * byte.clone());
    }
    for limb in l.old.iter().chain(&l.dst_dt) {
        b.assert_zero(not(&d.saves) * limb.clone());
    }
    for limb in &l.src_dt {
        b.assert_zero(not(&d.fetches) * limb.clone());
    }
    for hi in [&l.src_word_hi, &l.dst_word_hi] {
        b.assert_zero(not(&d.starts) * hi.clone());
    }
}
