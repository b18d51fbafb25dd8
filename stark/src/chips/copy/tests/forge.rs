//! Dishonest traces as an attacker would write them: whatever the chip derives is derived anew, and the rest of the machine goes along.

use alloy_primitives::U256;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::Matrix;
use zkrom_asm::isa::MemOp;

use super::super::derived::{Derived, Masks, rotated};
use super::super::{CopyChip, CopyCols};
use super::sim::{Sim, at};
use crate::buses::Bus;
use crate::columns::{view, view_mut};
use crate::field::Val;
use crate::testing::{Env, Isolated, prove_isolated};

/// The chip with a trace.
pub type Copy = Isolated<'static, CopyChip>;

/// A trace that must be refused, and the environment it is written for.
pub struct Forgery {
    pub name: String,
    pub trace: Copy,
    pub env: Env,
}

pub fn v(x: u32) -> Val {
    Val::from_u32(x)
}

/// A row.
pub fn row(x: &mut Copy, i: usize) -> &mut CopyCols<Val> {
    let width = x.trace.width;
    view_mut(&mut x.trace.values[i * width..][..width])
}

fn before(x: &Copy, i: usize) -> CopyCols<Val> {
    let (height, width) = (x.trace.height(), x.trace.width);
    *view(&x.trace.values[(i + height - 1) % height * width..][..width])
}

/// Derives `shifted`, the split positions and `new` anew.
pub fn refill(x: &mut Copy) {
    refill_rows(x, 0..x.trace.height());
}

/// As [`refill`], on some rows.
pub fn refill_rows(x: &mut Copy, rows: impl IntoIterator<Item = usize>) {
    for i in rows {
        let before = before(x, i);
        let c = row(x, i);
        c.shifted = rotated(&before, c);
        let masks = Masks::new(c, &Derived::new(c).writes);
        let halves = masks.halves(c).map(|h| {
            let h = h.as_canonical_u32();
            [h >> 8, h & 255].map(Val::from_u32)
        });
        [c.first_old, c.first_new, c.final_old, c.final_new] = halves;
        c.new = masks.merged(c);
    }
}

fn merge_only(c: &mut CopyCols<Val>) {
    c.new = Masks::new(c, &Derived::new(c).writes).merged(c);
}

fn one_hot<const N: usize>(k: usize) -> [Val; N] {
    core::array::from_fn(|i| Val::from_bool(i == k))
}

fn set_shift(c: &mut CopyCols<Val>, shift: usize) {
    c.rotate = one_hot(shift / 2);
    c.odd = Val::from_bool(shift % 2 == 1);
}

fn set_first(c: &mut CopyCols<Val>, first: usize) {
    (c.first_group, c.first_byte) = (one_hot(first / 8), one_hot(first % 8));
}

fn set_final(c: &mut CopyCols<Val>, last: usize) {
    (c.final_group, c.final_byte) = (one_hot(last / 8), one_hot(last % 8));
}

fn clear(c: &mut CopyCols<Val>) {
    *c = *view(&[Val::ZERO; CopyCols::WIDTH]);
}

fn unread(c: &mut CopyCols<Val>) {
    c.read = Val::ZERO;
    (c.hi, c.lo, c.src_dt) = (Default::default(), Default::default(), Default::default());
}

/// The environment of an attacker who has the memory and the callers' results in hand, but not the calls: memory goes along with the forged
/// trace, and a call's message is the honest one, but for the result of a LOAD.
fn calls_stay(honest: &Env, forged: &Env) -> Env {
    let is_call = |k: &(Bus, Vec<Val>)| k.0 == Bus::MemOp;
    let mut env: Env = forged.iter().filter(|(k, _)| !is_call(k)).map(|(k, c)| (k.clone(), *c)).collect();
    for (key, count) in honest.iter().filter(|(k, _)| is_call(k)) {
        let load = key.1[0] == v(MemOp::Load.kind());
        let same = |k: &&(Bus, Vec<Val>)| is_call(k) && k.1[..9] == key.1[..9];
        let key = if load { forged.keys().find(same).unwrap_or(key) } else { key };
        *env.entry(key.clone()).or_insert(Val::ZERO) += *count;
    }
    env
}

struct Forger(Vec<Forgery>);

impl Forger {
    /// A forgery that every other chip goes along with.
    fn any(&mut self, name: &str, honest: &Copy, edit: impl Fn(&mut Copy)) {
        let mut trace = honest.clone();
        edit(&mut trace);
        let env = trace.env();
        self.0.push(Forgery { name: name.to_owned(), trace, env });
    }

    /// As [`Self::any`], of one row, then refilled.
    fn refilled(&mut self, name: &str, honest: &Copy, i: usize, edit: impl Fn(&mut CopyCols<Val>)) {
        self.any(name, honest, |x| {
            edit(row(x, i));
            refill(x);
        });
    }

    /// A forgery of an answer to the calls as they were made.
    fn call(&mut self, name: &str, honest: &Copy, edit: impl Fn(&mut Copy)) {
        let mut trace = honest.clone();
        edit(&mut trace);
        refill(&mut trace);
        let env = calls_stay(&honest.env(), &trace.env());
        self.0.push(Forgery { name: name.to_owned(), trace, env });
    }
}

fn build(blank: bool, height: usize, calls: impl Fn(&mut Sim)) -> Copy {
    let mut sim = Sim::new(77);
    sim.blank = blank;
    sim.clk = 1000;
    calls(&mut sim);
    let x = sim.isolated(Some(height));
    x.assert_honest();
    x
}

/// Copy with a lead row and three destination words: rows lead, led, cont, cont.
fn long() -> Copy {
    build(false, 4, |s| s.copy(at(2, 1, 37), at(3, 2, 67), 70))
}

/// Copy without a lead row, into two words: rows start, cont.
fn short() -> Copy {
    build(false, 4, |s| s.copy(at(2, 1, 35), at(3, 2, 69), 40))
}

/// Copy within one word, odd at both ends: row start.
fn tiny() -> Copy {
    build(false, 4, |s| s.copy(at(2, 1, 35), at(3, 2, 69), 8))
}

fn shifts_and_offsets(f: &mut Forger) {
    for (name, x, rows) in [("long", long(), 4), ("short", short(), 2), ("tiny", tiny(), 1)] {
        for by in [1, 2, 7, 31] {
            f.call(&format!("{name}: shift off by {by}"), &x, |x| {
                for i in 0..rows {
                    let c = row(x, i);
                    let shift = Derived::new(c).shift.as_canonical_u32();
                    set_shift(c, (shift + by) as usize % 32);
                }
            });
            f.call(&format!("{name}: shift off by {by}, source word made to match"), &x, |x| {
                for i in 0..rows {
                    let c = row(x, i);
                    let shift = Derived::new(c).shift;
                    set_shift(c, (shift.as_canonical_u32() + by) as usize % 32);
                    c.src_word += (Derived::new(c).shift - shift) / v(32);
                }
            });
        }
    }
    // The offset 32 w + s with s below zero: no lead row although the source byte lies after the destination byte.
    let load = build(false, 4, |s| _ = s.load(at(2, 1, 37)));
    f.call("load without its lead row", &load, |x| {
        let mut c = *row(x, 1);
        (c.start, c.led) = (Val::ONE, Val::ZERO);
        c.src_word_hi = Val::ZERO;
        clear(row(x, 0));
        *row(x, 1) = c;
    });
    f.refilled("aligned load, shifted", &build(false, 2, |s| _ = s.load(at(2, 1, 64))), 0, |c| {
        set_shift(c, 5);
    });
    // 32 w + s = off + p, or with w no integer.
    f.call("destination offset by another place in the word", &tiny(), |x| {
        let c = row(x, 0);
        let off = Derived::new(c).dst_off;
        set_first(c, 7);
        set_final(c, 14);
        set_shift(c, 4);
        c.dst_word = (off - v(7)) / v(32);
        c.dst_word_hi = Val::ZERO;
    });
    f.call("the same, high bits chosen to fit", &tiny(), |x| {
        let c = row(x, 0);
        let off = Derived::new(c).dst_off;
        set_first(c, 7);
        set_final(c, 14);
        set_shift(c, 4);
        c.dst_word = (off - v(7)) / v(32);
        c.dst_word_hi = c.dst_word / v(1 << 16);
    });
    f.any("source beyond 2^29", &build(false, 2, |s| s.copy(at(2, 1, 35), at(3, 2, 69), 8)), |x| {
        let c = row(x, 0);
        c.src_word += v(1 << 24);
        c.src_word_hi = v(256);
    });
    f.any("destination beyond 2^29", &build(false, 2, |s| s.copy(at(2, 1, 35), at(3, 2, 69), 8)), |x| {
        let c = row(x, 0);
        c.dst_word += v(1 << 24);
        c.end += v(1 << 29);
        c.dst_word_hi = v(256);
    });
}

fn extents(f: &mut Forger) {
    f.refilled("tiny: one byte more", &tiny(), 0, |c| set_final(c, 13));
    f.refilled("tiny: one byte less", &tiny(), 0, |c| set_final(c, 11));
    f.call("tiny: length one more", &tiny(), |x| {
        let c = row(x, 0);
        set_final(c, 13);
        (c.len, c.end) = (c.len + Val::ONE, c.end + Val::ONE);
    });
    f.call("tiny: a byte earlier", &tiny(), |x| set_first(row(x, 0), 4));
    f.call("tiny: fewer bytes than none", &build(false, 2, |s| s.copy(at(2, 1, 37), at(3, 2, 69), 8)), |x| {
        let c = row(x, 0);
        set_final(c, 3);
        c.end -= v(9);
    });
    // A ROM that passes -1: the answer would be one byte fewer than none.
    f.any("length -1", &tiny(), |x| {
        let c = row(x, 0);
        set_final(c, 3);
        (c.len, c.end) = (-Val::ONE, c.end - v(9));
        refill(x);
    });
    f.refilled("later word begun late", &long(), 2, |c| set_first(c, 8));
    f.refilled("later word begun a byte late", &long(), 2, |c| set_first(c, 1));
    f.refilled("word ended early", &short(), 0, |c| set_final(c, 23));
    f.refilled("word ended a byte early", &long(), 2, |c| set_final(c, 30));
    f.call("long: last word dropped", &long(), |x| {
        row(x, 2).last = Val::ONE;
        clear(row(x, 3));
    });
    f.call("long: a word skipped", &long(), |x| {
        let c = *row(x, 3);
        *row(x, 2) = c;
        clear(row(x, 3));
    });
    f.call("short: one word more", &short(), |x| {
        let mut c = *row(x, 1);
        row(x, 1).last = Val::ZERO;
        set_final(row(x, 1), 31);
        c.src_word += Val::ONE;
        c.dst_word += Val::ONE;
        *row(x, 2) = c;
    });
    f.refilled("word offset skips one", &long(), 2, |c| c.dst_word += Val::ONE);
    f.refilled("source offset stays", &long(), 2, |c| c.src_word -= Val::ONE);
    f.refilled("needed source word not read", &long(), 2, unread);
    f.refilled("lead row reads nothing", &long(), 0, unread);
    let spare = build(false, 4, |s| s.copy(at(2, 1, 30), at(3, 2, 32), 34));
    f.refilled("a source word past the last byte is read", &spare, 2, |c| {
        c.read = Val::ONE;
        c.hi[3] = v(9);
    });
    f.refilled("unread source word begins with a byte too great", &spare, 2, |c| c.hi[0] = v(256));
}

type Split = fn(&mut CopyCols<Val>) -> &mut [Val; 2];

fn bytes(f: &mut Forger) {
    f.any("byte of a partial word changed", &tiny(), |x| row(x, 0).new[0] += Val::ONE);
    let splits: [Split; 4] =
        [|c| &mut c.first_old, |c| &mut c.first_new, |c| &mut c.final_old, |c| &mut c.final_new];
    for (k, split) in splits.into_iter().enumerate() {
        for (up, down) in [(1, 256), (2_130_706_432, 2_130_706_433 - 256)] {
            f.any(&format!("split {k} of a partial position, {up}"), &tiny(), |x| {
                let c = row(x, 0);
                let [hi, lo] = split(c);
                (*hi, *lo) = (*hi + v(up), *lo - v(down));
                merge_only(c);
            });
        }
    }
    f.refilled("source bytes past 255", &tiny(), 0, |c| {
        c.hi[1] -= Val::ONE;
        c.lo[1] += v(256);
    });
}

fn flags(f: &mut Forger) {
    let zeros = |calls: fn(&mut Sim)| build(true, 4, calls);
    let aligned_load = zeros(|s| _ = s.load(at(2, 1, 64)));
    let aligned_store = zeros(|s| s.store(at(2, 1, 64), U256::ZERO));
    let late_load = zeros(|s| _ = s.load(at(2, 1, 69)));
    let nothing = build(false, 2, |s| s.copy(at(2, 6, 10), at(3, 7, 3), 0));
    // Kinds that name another operation: 5 + 6 - 4 = 7.
    f.refilled("a LOAD that is a STORE is a STORE8 that writes nothing", &aligned_store, 0, |c| {
        c.load = Val::ONE;
        c.len = v(32);
        c.dst_dt = Default::default();
    });
    f.refilled("LOAD less one", &aligned_store, 0, |c| {
        c.load = -Val::ONE;
        c.len = v(32);
        c.dst_dt = Default::default();
    });
    f.refilled("STORE less one", &aligned_load, 0, |c| {
        c.store = -Val::ONE;
        c.len = v(32);
        c.src_dt = Default::default();
    });
    f.refilled("STORE8 less one", &aligned_load, 0, |c| {
        c.store8 = -Val::ONE;
        c.len = Val::ONE;
        c.src_dt = Default::default();
    });
    f.refilled("a fraction of a read", &aligned_load, 0, |c| {
        c.read = v(33) / v(32);
        c.src_dt = Default::default();
    });
    f.refilled("a LOAD answered by nothing", &nothing, 0, |c| {
        c.load = Val::ONE;
        c.end += v(32);
    });
    f.refilled("five bytes answered by nothing", &nothing, 0, |c| {
        c.len = v(5);
        c.end += v(5);
    });
    f.refilled("a run without a call", &tiny(), 0, |c| {
        c.none = -Val::ONE;
        c.len = Val::ZERO;
    });
    f.any("a second lead row", &late_load, |x| {
        let lead = *row(x, 0);
        let led = *row(x, 1);
        *row(x, 1) = CopyCols { start: -Val::ONE, led: Val::ONE, ..lead };
        *row(x, 2) = led;
        row(x, 0).src_word -= Val::ONE;
        row(x, 0).dst_word -= Val::ONE;
        refill(x);
    });
    f.any("the lead row is the last, the call comes twice", &late_load, |x| {
        let c = row(x, 0);
        c.last = Val::ONE;
        c.end = c.dst_word * v(32) + Val::ONE;
        let c = row(x, 1);
        (c.start, c.cont) = (Val::ONE, -Val::ONE);
        refill(x);
    });
    f.any("a lead row and nothing after it", &late_load, |x| {
        clear(row(x, 1));
        refill(x);
    });
    f.call("a call not answered", &late_load, |x| {
        clear(row(x, 0));
        clear(row(x, 1));
    });
    f.call("a call answered twice", &aligned_load, |x| *row(x, 1) = *row(x, 0));
    f.any("a later word without a first", &short(), |x| {
        clear(row(x, 0));
        refill(x);
    });
    f.any("an open run followed by padding", &short(), |x| {
        clear(row(x, 1));
        refill(x);
    });
    // Rows turned about: the run goes on from the last row to the first.
    for (name, honest) in
        [("later word", short()), ("led word", build(false, 4, |s| _ = s.load(at(2, 1, 37))))]
    {
        f.any(&format!("{name} on the first row"), &honest, |x| {
            let width = x.trace.width;
            x.trace.values.rotate_left(width);
        });
    }
    f.any("every row a later word", &build(false, 4, |s| s.copy(at(2, 1, 0), at(3, 2, 0), 128)), |x| {
        let c = row(x, 0);
        (c.start, c.cont) = (Val::ZERO, Val::ONE);
        row(x, 3).last = Val::ZERO;
        refill(x);
    });
}

fn times_and_places(f: &mut Forger) {
    for (name, x, rows) in [("long", long(), 4), ("tiny", tiny(), 1)] {
        f.call(&format!("{name}: another clock"), &x, |x| (0..rows).for_each(|i| row(x, i).clk += Val::ONE));
        f.call(&format!("{name}: another source context"), &x, |x| {
            (0..rows).for_each(|i| row(x, i).src_ctx += Val::ONE);
        });
        f.call(&format!("{name}: another destination space"), &x, |x| {
            (0..rows).for_each(|i| row(x, i).dst_space += Val::ONE);
        });
        f.call(&format!("{name}: source and destination exchanged"), &x, |x| {
            for i in 0..rows {
                let c = row(x, i);
                (c.src_ctx, c.dst_ctx, c.src_space, c.dst_space) =
                    (c.dst_ctx, c.src_ctx, c.dst_space, c.src_space);
            }
        });
    }
    f.refilled("clock changes within the run", &long(), 2, |c| c.clk += Val::ONE);
    f.refilled("context changes within the run", &long(), 2, |c| c.src_ctx += Val::ONE);
    f.refilled("copy becomes a load within the run", &long(), 3, |c| {
        c.load = Val::ONE;
        (c.old, c.dst_dt) = (Default::default(), Default::default());
    });
    f.any("shift changes within the run", &long(), |x| {
        set_shift(row(x, 2), 8);
        refill(x);
    });
    for k in 1..16 {
        let copy = build(false, 2, |s| s.copy(at(2, 1, 0), at(3, 2, 2 * k), 64 - 2 * k));
        f.refilled("shift dropped within the run", &copy, 1, |c| set_shift(c, 0));
    }
    f.any("a state of the future read", &tiny(), |x| row(x, 0).src_dt = [-v(5), Val::ZERO]);
    f.any("a state of the future written over", &tiny(), |x| row(x, 0).dst_dt = [v(3), -Val::ONE]);
    f.any("the same, high limb from the low one", &tiny(), |x| {
        row(x, 0).dst_dt = [Val::ZERO, -v(4) / v(1 << 16)];
    });
    f.call("another word stored", &build(false, 2, |s| s.store(at(2, 1, 64), U256::MAX)), |x| {
        row(x, 0).lo[4] = v(254);
    });
    f.call("another byte stored", &build(false, 2, |s| s.store8(at(2, 1, 66), U256::from(0x1234))), |x| {
        let c = row(x, 0);
        (c.hi[0], c.lo[15]) = (c.lo[15], c.hi[0]);
    });
}

/// All forgeries.
pub fn forgeries() -> Vec<Forgery> {
    let mut f = Forger(vec![]);
    shifts_and_offsets(&mut f);
    extents(&mut f);
    bytes(&mut f);
    flags(&mut f);
    times_and_places(&mut f);
    f.0
}

#[test]
fn all_refused() {
    let (mut constraint, mut lookup, mut message) = (0, 0, 0);
    for f in forgeries() {
        let verdict = f.trace.verdict(&f.env);
        assert!(!verdict.accepted(), "{} is accepted", f.name);
        if verdict.constraint.is_some() {
            constraint += 1;
        } else if verdict.lookup.is_some() {
            lookup += 1;
        } else {
            message += 1;
        }
    }
    println!("copy: forgeries refused by constraints {constraint}, lookups {lookup}, messages {message}");
}

#[test]
fn refused_by_the_verifier() {
    for f in forgeries().into_iter().step_by(7) {
        assert!(prove_isolated(&f.trace, &f.env).is_err(), "{} is accepted", f.name);
    }
}
