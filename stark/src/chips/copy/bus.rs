//! Messages of the copy chip: the call, the two memory accesses, and the lookups.

use core::array::from_fn;

use p3_field::PrimeCharacteristicRing;
use p3_lookup::InteractionBuilder;
use zkrom_asm::isa::MemOp;

use super::columns::{CopyCols, POSITIONS};
use super::derived::{Derived, pack};
use crate::buses::{MemOpMsg, MemoryMsg, Word, byte_pair, range16, receive, send};

/// All interactions of a row.
pub fn interactions<AB: InteractionBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    call(b, l, d);
    memory(b, l, d);
    lookups(b, l, d);
}

/// A word in memory order as limbs.
fn limbs<E: Clone>(word: &[E; POSITIONS]) -> Word<E> {
    from_fn(|i| word[POSITIONS - 1 - i].clone())
}

/// The source word.
fn source<E: PrimeCharacteristicRing>(l: &CopyCols<E>) -> [E; POSITIONS] {
    from_fn(|q| pack(&l.hi[q], &l.lo[q]))
}

/// The call, received on its first destination row. [17]
fn call<AB: InteractionBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    // Stores name the destination as address A and have no B; the others name the source first.
    let either = |x: &AB::Expr, y: &AB::Expr| x.clone() + d.stores.clone() * (y.clone() - x.clone());
    // R of a STORE8 is the source word rotated left by a byte: its lowest byte is the source word's first.
    let turned: [AB::Expr; POSITIONS] = from_fn(|q| pack(&l.lo[q], &l.hi[(q + 1) % POSITIONS]));
    let whole = source(l);
    let r: [AB::Expr; POSITIONS] = from_fn(|q| {
        l.load.clone() * l.shifted[q].clone()
            + l.store.clone() * whole[q].clone()
            + l.store8.clone() * turned[q].clone()
    });
    let number = |op: MemOp| AB::Expr::from_u32(op.kind());
    let kind = number(MemOp::Copy) * (AB::Expr::ONE - d.special.clone())
        + number(MemOp::Load) * l.load.clone()
        + number(MemOp::Store) * l.store.clone()
        + number(MemOp::Store8) * l.store8.clone();
    let message = MemOpMsg {
        kind,
        clk: l.clk.clone(),
        a_space: either(&l.src_space, &l.dst_space),
        a_ctx: either(&l.src_ctx, &l.dst_ctx),
        a_off: either(&d.src_off, &d.dst_off),
        b_space: either(&l.dst_space, &l.src_space),
        b_ctx: either(&l.dst_ctx, &l.src_ctx),
        b_off: either(&d.dst_off, &d.src_off),
        len: l.len.clone(),
        r: limbs(&r),
    };
    receive(b, message, d.starts.clone() + l.none.clone());
}

/// The read at `4 clk + 2` and the write at `4 clk + 3`. [18]
fn memory<AB: InteractionBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    let time = |port: u32| l.clk.clone() * AB::Expr::from_u32(4) + AB::Expr::from_u32(port);
    let before = |now: AB::Expr, [lo, hi]: &[AB::Expr; 2]| {
        now - AB::Expr::ONE - lo.clone() - hi.clone() * AB::Expr::from_u32(1 << 16)
    };
    let src = |time: AB::Expr| MemoryMsg {
        space: l.src_space.clone(),
        ctx: l.src_ctx.clone(),
        off: l.src_word.clone(),
        time,
        word: limbs(&source(l)),
    };
    let dst = |time: AB::Expr, word: &[AB::Expr; POSITIONS]| MemoryMsg {
        space: l.dst_space.clone(),
        ctx: l.dst_ctx.clone(),
        off: l.dst_word.clone(),
        time,
        word: limbs(word),
    };
    receive(b, src(before(time(2), &l.src_dt)), d.fetches.clone());
    send(b, src(time(2)), d.fetches.clone());
    receive(b, dst(before(time(3), &l.dst_dt), &l.old), d.saves.clone());
    send(b, dst(time(3), &l.new), d.saves.clone());
}

/// Range checks. [19] to [23]
fn lookups<AB: InteractionBuilder>(b: &mut AB, l: &CopyCols<AB::Expr>, d: &Derived<AB::Expr>) {
    let scaled = |x: AB::Expr, by: u32| x * AB::Expr::from_u32(by);
    for (dt, count) in [(&l.src_dt, &d.fetches), (&l.dst_dt, &d.saves)] {
        range16(b, dt[0].clone(), count.clone());
        range16(b, scaled(dt[1].clone(), 8), count.clone());
    }
    let low = |word: AB::Expr, hi: &AB::Expr| word - scaled(hi.clone(), 1 << 16);
    range16(b, low(l.src_word.clone() - l.led.clone(), &l.src_word_hi), d.starts.clone());
    range16(b, low(l.dst_word.clone(), &l.dst_word_hi), d.starts.clone());
    byte_pair(b, l.src_word_hi.clone(), l.dst_word_hi.clone(), d.starts.clone());
    // 0 <= x < 32 for the integers -31 .. 63 that x can be.
    range16(b, scaled(d.src_byte.clone(), 2048), d.starts.clone());
    let reaches = d.final_.clone() - d.shift.clone() + scaled(AB::Expr::ONE - l.read.clone(), 32);
    byte_pair(b, scaled(reaches, 8), scaled(d.final_.clone() - d.first.clone(), 8), d.writes.clone());
    for q in 0..POSITIONS {
        byte_pair(b, l.hi[q].clone(), l.lo[q].clone(), l.read.clone());
    }
    for [hi, lo] in [&l.first_old, &l.first_new, &l.final_old, &l.final_new] {
        byte_pair(b, hi.clone(), lo.clone(), d.real.clone());
    }
}
