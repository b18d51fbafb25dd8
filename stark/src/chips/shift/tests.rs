//! Honest operations against `U256`, mutants, forgeries, and the deletion score.

use alloy_primitives::U256;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use zkrom_asm::isa::Op2;
use zkrom_executor::record::Op2Event;

use super::{KINDS, ShiftChip, ShiftCols, rows, trace};
use crate::columns::view_mut;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{
    Env, Isolated, Samples, assert_counts, cost, deletion_score, forge, mutate, op2_env, prove_isolated,
};

fn oracle(op: Op2, a: U256, b: U256) -> U256 {
    let amount = a.try_into().unwrap_or(usize::MAX);
    match op {
        Op2::Shl if amount > 255 => U256::ZERO,
        Op2::Shl => b << amount,
        Op2::Shr => b.wrapping_shr(amount),
        Op2::Sar => b.arithmetic_shr(amount),
        Op2::Byte => U256::from(*b.to_be_bytes::<32>().get(amount).unwrap_or(&0)),
        _ => {
            let mut bytes = b.to_le_bytes::<32>();
            if amount < 31 {
                let fill = if bytes[amount] & 0x80 == 0 { 0 } else { 0xff };
                bytes[amount + 1..].fill(fill);
            }
            U256::from_le_bytes(bytes)
        }
    }
}

fn event(op: Op2, a: U256, b: U256) -> Op2Event {
    Op2Event { op, a, b, r: oracle(op, a, b) }
}

fn small(op: Op2, a: u64, b: U256) -> Op2Event {
    event(op, U256::from(a), b)
}

fn isolated(events: &[Op2Event], height: usize) -> (Isolated<'static, ShiftChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(events, height, &mut counts);
    (Isolated { air: &ShiftChip, columns: ShiftCols::names(), trace, public_values: vec![] }, counts)
}

fn sample(n: usize, seed: u64) -> Vec<Op2Event> {
    let mut samples = Samples::new(seed);
    (0..n)
        .map(|i| {
            let op = KINDS[i % KINDS.len()];
            let bound = if matches!(op, Op2::Byte | Op2::SignExtend) { 34 } else { 260 };
            let a = if samples.below(6) == 0 { samples.word() } else { U256::from(samples.below(bound)) };
            event(op, a, samples.word())
        })
        .collect()
}

#[test]
fn honest() {
    let mut events = sample(3000, 1);
    let mut samples = Samples::new(2);
    for op in KINDS {
        for a in 0..=260 {
            events.push(small(op, a, samples.uniform() | (U256::ONE << 255)));
            events.push(small(op, a, samples.uniform() >> 1));
        }
        for b in Samples::edges() {
            events.extend(Samples::edges().into_iter().map(|a| event(op, a, b)));
            events.extend([0, 1, 8, 15, 16, 30, 31, 32, 127, 128, 255, 256].map(|a| small(op, a, b)));
        }
    }
    events.push(Op2Event { op: Op2::Add, ..events[0] });
    assert_eq!(rows(&events), events.len() - 1);
    let (honest, counts) = isolated(&events, events.len().next_power_of_two());
    events.pop();
    honest.assert_honest();
    assert_counts(&honest, &counts);
    assert_eq!(honest.env(), op2_env(&events));
    let (honest, _) = isolated(&events[..100], 128);
    prove_isolated(&honest, &op2_env(&events[..100])).unwrap();
    let cost = cost(&ShiftChip, 7);
    println!("shift: {cost}");
    assert!(cost.degree <= 3);
}

#[test]
fn mutants_die() {
    let (honest, _) = isolated(&sample(125, 3), 128);
    let table = mutate(&honest, 64, 4, &[]);
    println!("shift: {table}");
    assert!(table.survivors.is_empty());
}

/// Wrong results, and the results of other amounts, in otherwise honest rows.
#[test]
fn wrong_results_are_refused() {
    let mut samples = Samples::new(5);
    for (i, honest) in sample(1000, 6).into_iter().enumerate() {
        let r = match samples.below(4) {
            0 => honest.r ^ (U256::ONE << samples.below(256) as usize),
            1 => event(honest.op, honest.a ^ U256::ONE, honest.b).r,
            2 => event(honest.op, honest.a | (U256::ONE << 16), honest.b).r,
            _ => samples.uniform(),
        };
        if r == honest.r {
            continue;
        }
        let env = op2_env(&[Op2Event { r, ..honest }]);
        let (filled, _) = isolated(&[Op2Event { r, ..honest }], 1);
        assert!(!filled.verdict(&env).accepted(), "{honest:?} {r}");
        if i % 100 < 5 {
            assert!(prove_isolated(&filled, &env).is_err());
        }
    }
}

/// Recomputes, in the field, what follows from the amount's one-hot columns and `x`, up to the bytes.
fn digits(c: &mut ShiftCols<Val>) {
    let power: Val = (0..9).map(|e| c.bit_shift[e] * Val::from_u32(1 << e)).sum();
    let mut carry = 0;
    for i in 0..16 {
        let product = (c.x[i] * power).as_canonical_u32() + carry;
        c.bytes[2 * i] = Val::from_u32(product % 256);
        c.bytes[2 * i + 1] = Val::from_u32(product / 256 % 256);
        carry = product >> 16;
        c.carries[i] = Val::from_u32(carry);
    }
}

/// Recomputes, in the field, what follows from the bytes.
fn after_bytes(c: &mut ShiftCols<Val>) {
    let byte = |j: usize| if j < 32 { c.bytes[j] } else { c.carries[15] };
    let limb = |i: usize| byte(2 * i) + if i < 16 { Val::from_u32(256) * byte(2 * i + 1) } else { Val::ZERO };
    c.y = core::array::from_fn(|i| {
        let below = if i == 0 { Val::ZERO } else { byte(2 * i - 1) };
        limb(i) + c.byte_shift * (below + Val::from_u32(256) * byte(2 * i) - limb(i))
    });
    let low: Val = (0..16).map(|q| c.limb_shift[q] * c.bytes[2 * q]).sum();
    let high: Val = (0..16).map(|q| c.limb_shift[q] * c.bytes[2 * q + 1]).sum();
    c.top_limb = low + Val::from_u32(256) * c.byte_shift * high;
    c.byte = low + c.byte_shift * (high - low);
    after_product(c);
}

/// Recomputes, in the field, the result.
fn after_product(c: &mut ShiftCols<Val>) {
    let [shl, shr, sar, _, sext] = c.flags;
    c.r = core::array::from_fn(|i| {
        let left: Val = (0..=i).map(|q| c.limb_shift[q] * c.y[i - q]).sum();
        let right: Val = (i..16).map(|q| c.limb_shift[q] * c.y[16 + i - q]).sum();
        let below = Val::ONE - c.limb_shift[..=i].iter().copied().sum::<Val>();
        shl * left + (shr + sar) * right + sext * (below * c.x[i] + c.limb_shift[i] * c.top_limb)
    });
}

/// Sets the amount that the shift columns of a `SHL` stand for.
fn amount(c: &mut ShiftCols<Val>) {
    let q: Val = (0..16).map(|q| c.limb_shift[q] * Val::from_usize(16 * q)).sum();
    let e: Val = (0..9).map(|e| c.bit_shift[e] * Val::from_usize(e)).sum();
    c.a[0] = q + Val::from_u32(8) * c.byte_shift + e;
}

type Forgery = (Isolated<'static, ShiftChip>, Env);

fn forged(event: Op2Event, edit: impl FnOnce(&mut ShiftCols<Val>)) -> Forgery {
    let (honest, _) = isolated(&[event], 1);
    forge(&honest, |trace| edit(view_mut(&mut trace.values)))
}

/// Forged kinds and amounts.
fn amount_forgeries(out: &mut Vec<Forgery>, word: U256) {
    let (one, zero) = (Val::ONE, Val::ZERO);
    // A flag of -1 beside two of 1.
    for k in 0..5 {
        out.push(forged(small(Op2::Shl, 0, U256::ZERO), |c| {
            c.flags = [zero; 5];
            c.flags[k] = -one;
            c.flags[(k + 1) % 5] = one;
            c.flags[(k + 2) % 5] = one;
            let [_, shr, sar, byte, _] = c.flags;
            c.a[0] = Val::from_u32(256) * (shr + sar) + Val::from_u32(31) * byte;
        }));
    }
    // Two kinds and two reasons to be large.
    out.push(forged(small(Op2::Shl, 600, U256::ZERO), |c| {
        (c.flags[1], c.a[1], c.inverse, c.large_high) = (one, one, one, one);
        c.bit_shift[1] = one;
    }));
    // A padding row that receives a range check, which would make any value a checked one.
    let (padding, _) = isolated(&[], 1);
    out.push(forge(&padding, |trace| {
        let c: &mut ShiftCols<Val> = view_mut(&mut trace.values);
        (c.large_low, c.large_high, c.a[0], c.a[1], c.inverse) = (-one, one, one, one, one);
    }));
    // A high limb of the amount ignored; small amounts passed off as large; a stray inverse.
    out.push(forged(small(Op2::Shl, 5, word), |c| c.a[9] = one));
    out.push(forged(small(Op2::Shl, 5, word), |c| c.inverse = one));
    let large = |c: &mut ShiftCols<Val>| {
        c.limb_shift = [zero; 16];
        c.byte_shift = zero;
        after_bytes(c);
    };
    for op in KINDS {
        let amount = if op == Op2::Shl { 255 } else { 31 };
        for high in [true, false] {
            out.push(forged(small(op, amount, word), |c| {
                if high {
                    c.large_high = one;
                } else {
                    c.large_low = one;
                }
                large(c);
            }));
        }
        // An amount taken for its neighbour.
        out.push(forged(small(op, amount, word), |c| c.a[0] -= one));
    }
    // No limb shift, no bit shift: a shift that gives zero.
    out.push(forged(small(Op2::Shl, 3, word), large));
    out.push(forged(small(Op2::Shl, 32, word), |c| {
        c.bit_shift = [zero; 9];
        digits(c);
        after_bytes(c);
    }));
    // Shift columns that are no bits, with the amount that fits them.
    for q in 0..16 {
        out.push(forged(small(Op2::Shl, 0, word), |c| {
            c.limb_shift = [zero; 16];
            (c.limb_shift[q], c.limb_shift[(q + 1) % 16], c.limb_shift[(q + 2) % 16]) = (-one, one, one);
            amount(c);
            after_bytes(c);
        }));
    }
    for e in 0..9 {
        out.push(forged(small(Op2::Shl, 0, U256::ZERO), |c| {
            c.bit_shift = [zero; 9];
            (c.bit_shift[e], c.bit_shift[(e + 1) % 9], c.bit_shift[(e + 2) % 9]) = (-one, one, one);
            amount(c);
        }));
    }
    out.push(forged(small(Op2::Shl, 16, word), |c| {
        c.byte_shift = Val::TWO;
        amount(c);
        after_bytes(c);
    }));
    // Bits shifted where bytes are picked.
    for op in [Op2::Byte, Op2::SignExtend] {
        out.push(forged(small(op, 7, word >> 4), |c| {
            c.bit_shift = [zero; 9];
            c.bit_shift[1] = one;
            digits(c);
            after_bytes(c);
        }));
    }
}

/// Forged products and results.
fn result_forgeries(out: &mut Vec<Forgery>, word: U256) {
    let one = Val::ONE;
    for i in 0..17 {
        if i < 16 {
            let flip = |v: Val| Val::from_u32(v.as_canonical_u32() ^ 1);
            out.push(forged(small(Op2::Shl, 5, word), |c| {
                c.bytes[2 * i] = flip(c.bytes[2 * i]);
                after_bytes(c);
            }));
            // A limb split otherwise than into bytes.
            out.push(forged(small(Op2::Shl, 13, word), |c| {
                c.bytes[2 * i] += Val::from_u32(256);
                c.bytes[2 * i + 1] -= one;
                after_bytes(c);
            }));
            // 2^16 (carry + 32512) = 2^16 carry - 1: a carry past a byte changes the limb by one.
            out.push(forged(small(Op2::Shl, 5, U256::ZERO), |c| {
                c.carries[i] = Val::from_u32(32512);
                c.bytes[2 * i] = one;
                if i < 15 {
                    c.bytes[2 * i + 3] = Val::from_u32(127);
                }
                after_bytes(c);
            }));
            for op in KINDS {
                out.push(forged(small(op, 5, word), |c| c.r[i] += one));
            }
        }
        out.push(forged(small(Op2::Shl, 5, word), |c| {
            c.y[i] += one;
            after_product(c);
        }));
    }
    out.push(forged(small(Op2::SignExtend, 4, word), |c| {
        c.top_limb += one;
        after_product(c);
    }));
    out.push(forged(small(Op2::Byte, 4, word), |c| c.byte += one));
    // Sign filling that is not asked for, and signs not seen.
    let complement = |c: &mut ShiftCols<Val>| {
        c.negative = one - c.negative;
        c.x = c.x.map(|limb| Val::from_u16(0xffff) - limb);
        digits(c);
        after_bytes(c);
    };
    for op in KINDS {
        for b in [word, !word, word << 1, U256::MAX, U256::ZERO] {
            out.push(forged(small(op, 3, b), complement));
        }
        out.push(forged(small(op, 3, word), |c| c.negative = one.halve()));
    }
    for b in [word, !word] {
        out.push(forged(small(Op2::Sar, 999, b), complement));
    }
}

fn forgeries() -> Vec<Forgery> {
    let word = Samples::new(7).uniform() | (U256::from(0x8080_8080_8080_8080u64) << 1) | (U256::ONE << 255);
    let mut out = Vec::new();
    amount_forgeries(&mut out, word);
    result_forgeries(&mut out, word);
    let call = small(Op2::Sar, 77, word);
    out.push((isolated(&[call], 1).0, Env::new()));
    out.push((isolated(&[], 1).0, op2_env(&[call])));
    let (mut twice, _) = isolated(&[call], 2);
    twice.trace.values.copy_within(..ShiftCols::WIDTH, ShiftCols::WIDTH);
    out.push((twice, op2_env(&[call])));
    out
}

#[test]
fn forgeries_are_refused_and_every_part_is_needed() {
    let forgeries = forgeries();
    let report = deletion_score(&forgeries);
    println!("shift: {} forgeries refused; deletion: {report}", forgeries.len());
    for (trace, env) in forgeries.iter().step_by(7) {
        assert!(prove_isolated(trace, env).is_err());
    }
    assert!(report.unnoticed.is_empty());
}
