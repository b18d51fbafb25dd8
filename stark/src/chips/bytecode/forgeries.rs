//! Dishonest code tables: what an attacker would write, everything downstream consistent.

use p3_field::PrimeCharacteristicRing;
use p3_matrix::Matrix;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use zkrom_asm::isa::PUSH_DATA;
use zkrom_asm::isa::code::PUSH0;

use super::samples::Sample;
use super::tests::filled;
use super::{BYTES, BytecodeChip, BytecodeCols};
use crate::columns::view_mut;
use crate::field::Val;
use crate::testing::{Env, Isolated};

type Forged = Isolated<'static, BytecodeChip>;
type Forgery = (&'static str, Forged);
type Row = BytecodeCols<Val>;

/// First rows of the sample's codes, and where padding begins.
const A: usize = 0;
const B: usize = 6;
const C: usize = 8;
const D: usize = 11;
const E: usize = 15;
const EMPTY: usize = 17;
const ZEROS: usize = 18;
const PADDING: usize = 19;

/// What a byte is said to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Data,
    Push,
    High,
    Low,
}

impl Class {
    fn of(code: u32, rem: Val) -> Self {
        match code {
            _ if rem != Val::ZERO => Self::Data,
            0x5f..=0x7f => Self::Push,
            0x80.. => Self::High,
            _ => Self::Low,
        }
    }
}

fn codes() -> Vec<Vec<u8>> {
    let mut a = vec![0x62, 0x5b, 0x60, 0x5b, 0x5b, 0x80, 0x5f, 0x7f];
    a.extend([0x5b, 0x60, 0x00, 0xff].repeat(8));
    a.extend([0x5b, 0x61, 0x5b]);
    let jumpdests = |n: usize| vec![0x5b; n];
    let mut e = jumpdests(7);
    e[6] = 0x60;
    vec![a, jumpdests(8), jumpdests(16), jumpdests(24), e, vec![], vec![0; 4]]
}

fn load(codes: &[Vec<u8>]) -> Sample {
    let mut rng = ChaCha8Rng::seed_from_u64(77);
    let mut sample = Sample::default();
    for (i, code) in codes.iter().enumerate() {
        sample.load(&mut rng, 5 + 4 * i as u32, code, 8);
    }
    sample
}

fn row(f: &mut Forged, i: usize) -> &mut Row {
    let w = f.trace.width();
    view_mut(&mut f.trace.values[i * w..(i + 1) * w])
}

fn edited(name: &'static str, edit: impl FnOnce(&mut Forged)) -> Forgery {
    let mut f = filled(&load(&codes()), 32);
    edit(&mut f);
    (name, f)
}

/// Lays instructions out anew over `rows` of a run as `choose(pc, rem, honest class)` says; `rem` may be changed.
fn relay(f: &mut Forged, first: usize, rows: usize, choose: impl Fn(usize, &mut Val, Class) -> Class) {
    let mut rem = Val::ZERO;
    for i in 0..rows {
        let r = row(f, first + i);
        for j in 0..BYTES {
            let code = p3_field::PrimeField32::as_canonical_u32(&r.code[j]);
            let honest = Class::of(code, rem);
            let class = choose(i * BYTES + j, &mut rem, honest);
            let [data, push, high] =
                [Class::Data, Class::Push, Class::High].map(|c| Val::from_bool(c == class));
            r.rem[j] = rem;
            (r.data[j], r.push[j], r.high[j]) = (data, push, high);
            r.opcode[j] = if class == Class::Data { Val::from_u32(PUSH_DATA) } else { r.code[j] };
            rem = rem - data + push * (r.code[j] - Val::from_u32(PUSH0));
        }
        r.rem[BYTES] = rem;
    }
}

/// As [`relay`], with one byte's class given.
fn classed(name: &'static str, first: usize, rows: usize, at: usize, class: Class) -> Forgery {
    edited(name, |f| relay(f, first, rows, |pc, _, honest| if pc == at { class } else { honest }))
}

/// Tables that lay instructions out wrongly, with rows missing, repeated or out of place.
pub fn forgeries() -> Vec<Forgery> {
    let mut out = Vec::new();
    // Every place in a row: inside push data (row 1 of A is that of a PUSH32), and at an opcode (B).
    for j in 0..BYTES {
        let class = Class::of(codes()[0][8 + j].into(), Val::ZERO);
        out.push(classed("push data served as an opcode", A, 6, 8 + j, class));
        out.push(edited("the count of push data is lost", |f| {
            relay(f, A, 6, |pc, rem, honest| {
                if pc == 8 + j {
                    *rem = Val::ZERO;
                    Class::of(0x5b, Val::ZERO)
                } else {
                    honest
                }
            });
        }));
        out.push(edited("push data out of nothing hide a JUMPDEST", |f| {
            relay(f, B, 2, |pc, rem, honest| {
                if pc == j {
                    *rem = Val::ONE;
                    Class::Data
                } else {
                    honest
                }
            });
        }));
        out.push(classed("a JUMPDEST served as push data", B, 2, j, Class::Data));
        out.push(classed("a JUMPDEST said to be above 0x80", B, 2, j, Class::High));
        out.push(classed("a JUMPDEST said to be a push", B, 2, j, Class::Push));
        out.push(edited("an old time in the future", |f| row(f, A).diff_lo = -Val::from_usize(j + 1)));
    }
    out.extend([
        classed("a PUSH3 said to be low", A, 6, 0, Class::Low),
        classed("a PUSH3 said to be high", A, 6, 0, Class::High),
        classed("a DUP1 said to be a push", A, 6, 5, Class::Push),
        classed("a DUP1 said to be low", A, 6, 5, Class::Low),
        classed("a PUSH0 said to be low", A, 6, 6, Class::Low),
        classed("STOP inside the data of a truncated push", A, 6, 43, Class::Low),
        classed("the data of a truncated push cut at the end", A, 6, 42, Class::Low),
        classed("a byte past the end is a push", B, 2, 15, Class::Push),
    ]);
    out.push(edited("a code begins inside push data", |f| {
        relay(f, B, 2, |pc, rem, honest| {
            if pc == 0 {
                *rem = Val::ONE;
                Class::Data
            } else {
                honest
            }
        });
    }));
    out.push(edited("a push is forgotten between two rows", |f| {
        relay(f, A, 6, |pc, rem, honest| {
            if pc == 16 {
                *rem = Val::ZERO;
                Class::Low
            } else {
                honest
            }
        });
    }));
    let runs = |from: usize, to: usize, edit: fn(&mut Row)| {
        move |f: &mut Forged| (from..to).for_each(|i| edit(row(f, i)))
    };
    out.extend([
        edited("a second code id inside a run", runs(A + 1, B, |r| r.cid += Val::ONE)),
        edited("a gap in the addresses", runs(A + 1, B, |r| r.pc += Val::from_u8(8))),
        edited("addresses repeat", runs(A + 1, B, |r| r.pc -= Val::from_u8(8))),
        edited("addresses begin late", runs(B, C, |r| r.pc += Val::from_u8(8))),
        edited("another space inside a run", runs(A + 1, B, |r| r.space += Val::ONE)),
        edited("another context inside a run", runs(A + 1, B, |r| r.ctx += Val::ONE)),
        edited("a word is skipped", runs(A + 4, B, |r| r.off += Val::ONE)),
        edited("a word is read again", runs(A + 4, B, |r| r.off -= Val::ONE)),
        edited("a length one more than the call's", |f| row(f, A).left += Val::ONE),
        edited("a length one more than the code's", runs(A, B, |r| r.left += Val::ONE)),
        edited("a length one less than the code's", runs(A, B, |r| r.left -= Val::ONE)),
        edited("no STOP after the code", runs(B + 1, C, |r| *r = zero())),
        edited("no STOP after the data of a truncated push", runs(E + 1, EMPTY, |r| *r = zero())),
        edited("a row of the code left out", |f| {
            for i in A + 2..B - 1 {
                *row(f, i) = *row(f, i + 1);
            }
            *row(f, B - 1) = zero();
        }),
        edited("the last row of B once more", |f| *row(f, PADDING) = *row(f, C - 1)),
        edited("two starts for one code", |f| row(f, A + 1).start = Val::ONE),
        edited("a code without a call", |f| row(f, B).start = Val::ZERO),
        edited("the second row starts", |f| row(f, B + 1).start = Val::ONE),
        edited("the word is not read", |f| row(f, A).phase = [Val::ZERO, Val::ONE, Val::ZERO, Val::ZERO]),
        edited("the call counts twice", |f| row(f, B).start = Val::TWO),
    ]);
    out.push(edited("a byte in the middle is past the end", |f| {
        row(f, C).left -= Val::ONE;
        let r = row(f, C);
        (r.past[7], r.code[7]) = (Val::ONE, Val::ZERO);
        relay(f, C, 3, |_, _, honest| honest);
    }));
    out.push(edited("a run around the end of the table", |f| {
        let sample = load(&codes()[..2]);
        *f = filled(&sample, 8);
        f.trace.values.rotate_right(BytecodeCols::<u8>::WIDTH);
    }));
    out.push(edited("bytes that make the limb with a carry", |f| {
        for k in 0..4 {
            // byte 0x60 at address 2 of A becomes 0x5f, and the one after it 0x15b
            let r = row(f, A + k);
            if k == 0 {
                (r.mem[2], r.code[2]) = (Val::from_u8(0x5f), Val::from_u8(0x5f));
                (r.mem[3], r.code[3]) = (Val::from_u32(0x15b), Val::from_u32(0x15b));
            }
        }
        relay(f, A, 6, |_, _, honest| honest);
    }));
    out
}

fn zero() -> Row {
    let mut values = Val::zero_vec(BytecodeCols::<u8>::WIDTH);
    *view_mut::<Val, Row>(&mut values)
}

/// Changes to flags, phases and padding that one constraint each refuses.
pub fn edits() -> Vec<Forgery> {
    let minus = -Val::ONE;
    let one = Val::ONE;
    let mut out = vec![
        edited("padding that reads minus once", |f| {
            row(f, 25).phase = [minus, one, Val::ZERO, Val::ZERO];
        }),
        edited("a row of two phases after the first STOP", |f| {
            let mut sample = load(&codes());
            let fetches = sample.fetches.get_mut(&9).expect("the id of B");
            fetches.opcodes.insert(16, 1);
            *f = filled(&sample, 32);
            row(f, B + 2).phase[0] = one;
        }),
        edited("a code that begins in the middle of a word, unread", |f| {
            *row(f, 25) = *row(f, ZEROS);
            *row(f, ZEROS) = zero();
            let r = row(f, 25);
            r.phase = [Val::ZERO, one, Val::ZERO, Val::ZERO];
            (r.mem, r.rest) = ([Val::ZERO; BYTES], [Val::ZERO; 12]);
            (r.diff_lo, r.diff_hi) = (Val::ZERO, Val::ZERO);
        }),
        edited("an empty code without a call", |f| {
            *row(f, 25) = *row(f, EMPTY);
            row(f, 25).start = Val::ZERO;
            *row(f, 24) = *row(f, EMPTY);
            let r = row(f, 24);
            (r.start, r.phase, r.pc) = (Val::ZERO, [Val::ZERO; 4], -Val::from_u8(8));
            *row(f, EMPTY) = zero();
        }),
    ];
    for k in 1..4 {
        out.push(edited("phases that are no bits", |f| {
            row(f, ZEROS).phase[k] = minus;
            row(f, ZEROS).phase[1 + k % 3] = one;
        }));
        // the last rows of B, C, D have phase 1, 2, 3
        out.push(edited("a phase repeats", |f| {
            row(f, [B + 1, C + 2, D + 3][k - 1]).phase = [one, Val::ZERO, Val::ZERO, Val::ZERO];
        }));
    }
    for j in 0..BYTES {
        let data_from = |r: &mut Row, from: usize| {
            for i in from..BYTES {
                r.data[i] = Val::ONE;
                r.opcode[i] = Val::from_u32(PUSH_DATA);
                r.rem[i + 1] = r.rem[i] - Val::ONE;
            }
        };
        let pad = |edit: &dyn Fn(&mut Row)| edited("flags on padding", |f| edit(row(f, 25)));
        let push_step = Val::from_u32(PUSH0);
        out.extend([
            pad(&|r| {
                r.past[j] = Val::TWO;
                r.past[j + 1..].fill(one);
            }),
            pad(&|r| {
                (r.data[j], r.push[j], r.opcode[j]) = (minus, one, -Val::from_u32(PUSH_DATA));
                r.rem[j + 1] = one - push_step;
                data_from(r, j + 1);
            }),
            pad(&|r| {
                (r.data[j], r.push[j], r.opcode[j]) = (one, minus, Val::from_u32(PUSH_DATA));
                r.rem[j + 1] = push_step - one;
                data_from(r, j + 1);
            }),
            pad(&|r| {
                (r.data[j], r.high[j], r.opcode[j]) = (one, minus, Val::from_u32(PUSH_DATA));
                r.rem[j + 1] = minus;
                data_from(r, j + 1);
            }),
            pad(&|r| {
                (r.push[j], r.high[j]) = (one, one);
                r.rem[j + 1] = -push_step;
                data_from(r, j + 1);
            }),
            pad(&|r| r.past[..j].fill(one)),
            pad(&|r| (r.code[j], r.opcode[j]) = (one, one)),
        ]);
        if j == 0 {
            // nothing is past before the first byte
            out.remove(out.len() - 2);
        }
    }
    out
}

/// Honest-looking tables in machines that made other calls or have other words.
pub fn worlds() -> Vec<(&'static str, Forged, Env)> {
    let all = codes();
    let whole = load(&all);
    let honest = filled(&whole, 32);
    let with = |change: &dyn Fn(&mut Sample)| {
        let mut sample = whole.clone();
        change(&mut sample);
        filled(&sample, 32)
    };
    let env = honest.env();
    vec![
        ("a shorter code", with(&|s| s.mem_ops[0].len -= 1), env.clone()),
        ("a longer code", with(&|s| s.mem_ops[1].len += 1), env.clone()),
        ("two runs for one call", with(&|s| s.mem_ops.push(s.mem_ops[1].clone())), env.clone()),
        ("a run without a call", with(&|_| ()), filled(&load(&all[..6]), 32).env()),
        ("no run for a call", filled(&load(&all[..6]), 32), env.clone()),
        ("another word", with(&|s| s.mem_ops[0].reads[1].old += alloy_primitives::U256::ONE), env.clone()),
        ("a later old time", with(&|s| s.mem_ops[0].reads[1].old_time ^= 1), env.clone()),
        ("the run of another clock", with(&|s| s.mem_ops[6].clk += 1), env),
    ]
}
