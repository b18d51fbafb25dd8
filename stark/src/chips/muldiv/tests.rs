//! Honest operations against `U256`, `I256` and `U512`, mutants, wrong results, forgeries and the deletion score.

use alloy_primitives::{I256, U256, U512};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::{Op2, Op3};
use zkrom_executor::record::{Op2Event, Op3Event};

use super::forgeries::{claims, forgeries};
use super::trace::{Claim, Role, claims3};
use super::{MulDivChip, MulDivCols, rows, trace};
use crate::buses::{Bus, Message, Op3Msg};
use crate::check::Deletion;
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;
use crate::testing::{
    Env, Isolated, Samples, assert_counts, cost, deletion_score, mutate, op2_env, prove_isolated,
};

const OPS: [Op2; 5] = [Op2::Mul, Op2::Div, Op2::Mod, Op2::Sdiv, Op2::Smod];

fn oracle2(op: Op2, a: U256, b: U256) -> U256 {
    let (sa, sb) = (I256::from_raw(a), I256::from_raw(b));
    match op {
        Op2::Mul => a.wrapping_mul(b),
        _ if b.is_zero() => U256::ZERO,
        Op2::Div => a / b,
        Op2::Mod => a % b,
        Op2::Sdiv => sa.overflowing_div(sb).0.into_raw(),
        Op2::Smod => sa.overflowing_rem(sb).0.into_raw(),
        _ => unreachable!(),
    }
}

fn oracle3(op: Op3, a: U256, b: U256, n: U256) -> U256 {
    if n.is_zero() {
        return n;
    }
    let wide = match op {
        Op3::AddMod => U512::from(a) + U512::from(b),
        _ => a.widening_mul(b),
    };
    (wide % U512::from(n)).to()
}

fn event2(op: Op2, a: U256, b: U256) -> Op2Event {
    Op2Event { op, a, b, r: oracle2(op, a, b) }
}

fn event3(op: Op3, a: U256, b: U256, c: U256) -> Op3Event {
    Op3Event { op, a, b, c, r: oracle3(op, a, b, c) }
}

fn env(op2: &[Op2Event], op3: &[Op3Event]) -> Env {
    let mut env = op2_env(op2);
    for e in op3 {
        let kind = Val::from_u32(e.op.kind());
        let message = Op3Msg { kind, a: limbs(e.a), b: limbs(e.b), c: limbs(e.c), r: limbs(e.r) };
        *env.entry((Bus::Op3, message.into_fields())).or_insert(Val::ZERO) -= Val::ONE;
    }
    env
}

type Events = (Vec<Op2Event>, Vec<Op3Event>);

fn isolated((op2, op3): &Events) -> (Isolated<'static, MulDivChip>, LookupCounts) {
    let mut counts = LookupCounts::default();
    let trace = trace(op2, op3, rows(op2, op3).next_power_of_two(), &mut counts);
    (Isolated { air: &MulDivChip, columns: MulDivCols::names(), trace, public_values: vec![] }, counts)
}

/// All operations on words of all sizes, exact multiples and near misses, with divisors down to zero.
fn sample(n: usize, seed: u64) -> Events {
    let mut samples = Samples::new(seed);
    let (mut op2, mut op3) = (Vec::new(), Vec::new());
    for i in 0..n {
        let (mut a, b, c) = (samples.word(), samples.word(), samples.word());
        if samples.below(3) == 0 {
            a = b.wrapping_mul(c >> samples.below(256) as usize).wrapping_add(U256::from(samples.below(3)));
        }
        let b = if samples.below(4) == 0 { b.wrapping_neg() } else { b };
        match i % 7 {
            5 => op3.push(event3(Op3::AddMod, a, b, c)),
            6 => op3.push(event3(Op3::MulMod, a, b, c)),
            k => op2.push(event2(OPS[k], a, b)),
        }
    }
    (op2, op3)
}

#[test]
fn honest() {
    let (mut op2, mut op3) = sample(5000, 1);
    let mut edges = Samples::edges();
    edges.extend([U256::from(2), U256::from(3), U256::MAX - U256::from(2)]);
    for &a in &edges {
        for &b in &edges {
            op2.extend(OPS.map(|op| event2(op, a, b)));
            for &c in &edges[..9] {
                op3.push(event3(Op3::AddMod, a, b, c));
                op3.push(event3(Op3::MulMod, a, c, b));
            }
        }
    }
    let unrelated = Op2Event { op: Op2::And, ..op2[0] };
    let needed = rows(&op2, &op3);
    assert_eq!(needed, op2.len() + 3 * op3.len());
    op2.push(unrelated);
    let (honest, counts) = isolated(&(op2.clone(), op3.clone()));
    honest.assert_honest();
    assert_counts(&honest, &counts);
    op2.pop();
    assert_eq!(honest.env(), env(&op2, &op3));
    let few = (op2[..60].to_vec(), op3[..20].to_vec());
    prove_isolated(&isolated(&few).0, &env(&few.0, &few.1)).unwrap();
    let cost = cost(&MulDivChip, 7);
    println!("muldiv: {cost}");
    assert!(cost.degree <= 3);
    assert_eq!((cost.main, cost.extension), (176, 46));
}

/// The least signed word over -1, and divisors zero: the cases the Yellow Paper names.
#[test]
fn named_cases() {
    let least = U256::ONE << 255;
    assert_eq!(oracle2(Op2::Sdiv, least, U256::MAX), least);
    assert_eq!(oracle2(Op2::Smod, least, U256::MAX), U256::ZERO);
    let op2: Vec<_> = OPS
        .into_iter()
        .flat_map(|op| [event2(op, least, U256::MAX), event2(op, U256::MAX, U256::ZERO)])
        .collect();
    let op3 = vec![
        event3(Op3::AddMod, U256::MAX, U256::MAX, U256::ZERO),
        event3(Op3::MulMod, U256::MAX, U256::MAX, U256::ZERO),
        event3(Op3::AddMod, U256::MAX, U256::MAX, U256::ONE),
        event3(Op3::MulMod, U256::MAX, U256::MAX, U256::ONE),
    ];
    let expected = env(&op2, &op3);
    let (mut honest, _) = isolated(&(op2, op3));
    assert_eq!(honest.env(), expected);
    prove_isolated(&honest, &expected).unwrap();
    // Rows may be rotated: a tail on the first row belongs to the last one.
    let width = honest.trace.width;
    let used = honest.trace.values.chunks(width).position(|row| row.iter().all(|x| *x == Val::ZERO)).unwrap();
    honest.trace.values.rotate_left((used - 1) * width);
    prove_isolated(&honest, &expected).unwrap();
    // But not taken apart, doubled or left out.
    for row in 0..honest.trace.values.len() / width {
        let mut forged = honest.clone();
        forged.trace.values[row * width..][..width].fill(Val::ZERO);
        assert!(honest.trace.values == forged.trace.values || !forged.verdict(&expected).accepted());
        let mut forged = honest.clone();
        let end = forged.trace.values.len();
        forged.trace.values.copy_within(0..end - width, width);
        assert!(!forged.verdict(&expected).accepted());
    }
}

#[test]
fn mutants_die() {
    let (honest, _) = isolated(&sample(67, 2));
    let table = mutate(&honest, 56, 3, &[]);
    println!("muldiv: {table}");
    assert!(table.survivors.is_empty());
}

/// Wrong results, with the words, signs and carries that come nearest.
#[test]
fn wrong_results_are_refused() {
    let mut samples = Samples::new(4);
    let (op2, op3) = sample(1400, 5);
    let mut faults = 0;
    let mut refuse = |rows: &[Claim], env: &Env, prove: bool| {
        let forged = claims(rows);
        assert!(!forged.verdict(env).accepted(), "{rows:?}");
        assert!(!prove || prove_isolated(&forged, env).is_err(), "{rows:?}");
        faults += 1;
    };
    let mut wrong = |r: U256| match samples.below(4) {
        0 => r.wrapping_add(U256::ONE << (16 * samples.below(16) as usize)),
        1 => r ^ (U256::ONE << samples.below(256) as usize),
        2 => r.wrapping_sub(U256::ONE),
        _ => samples.uniform(),
    };
    for (i, honest) in op2.into_iter().enumerate() {
        let Op2Event { op, a, b, r } = honest;
        let bad = wrong(r);
        if bad == r {
            continue;
        }
        let expected = env(&[Op2Event { r: bad, ..honest }], &[]);
        if op == Op2::Mul {
            refuse(&[Claim::new(Role::Mul, a, b, bad)], &expected, i % 100 == 0);
            continue;
        }
        let right = Claim::division(op, a, b);
        let (p, w) = match op {
            Op2::Div | Op2::Sdiv => (bad, a.wrapping_sub(bad.wrapping_mul(b))),
            // The quotient that gives this remainder where there is one (b odd), else the right one.
            _ => ((a.wrapping_sub(bad)).wrapping_mul(b.inv_ring().unwrap_or(U256::ZERO)), bad),
        };
        for signs in 0..4 {
            let claim = Claim { p, w, p_sign: signs & 1 == 1, w_sign: signs & 2 == 2, ..right };
            refuse(&[claim], &expected, i % 200 == 1);
        }
    }
    for (i, honest) in op3.into_iter().enumerate() {
        let Op3Event { op, a, b, c: n, r } = honest;
        let bad = wrong(r);
        if bad == r {
            continue;
        }
        let expected = env(&[], &[Op3Event { r: bad, ..honest }]);
        let [reduction, lead, tail] = claims3(&honest).unwrap();
        let role = Role::Lead { op, q: tail.p, n, r: bad };
        let forged = [reduction, Claim { role, ..lead }, Claim { w: bad, ..tail }];
        refuse(&forged, &expected, i % 50 == 0);
        // Another word for A mod N, and the result that follows from it.
        let x = wrong(lead.p);
        let fake = Claim::new(Role::Div { op: Op2::Mod, a }, reduction.p, n, x);
        let [_, other, tail] = claims3(&Op3Event { op, a: x, b, c: n, r }).unwrap();
        if tail.w != r {
            let expected = env(&[], &[Op3Event { r: tail.w, ..honest }]);
            refuse(&[fake, Claim { w: a, p: x, ..other }, tail], &expected, i % 50 == 1);
        }
    }
    println!("muldiv: {faults} wrong results refused");
}

#[test]
fn forgeries_are_refused() {
    let mut all = forgeries();
    // Calls nobody made: a product, a division, an ADDMOD (with the MOD it calls on the side), and a MOD nobody answers.
    let (five, three) = (U256::from(5), U256::from(3));
    let add = event3(Op3::AddMod, five, five, three);
    for events in [
        (vec![event2(Op2::Mul, five, three)], vec![]),
        (vec![event2(Op2::Div, five, three)], vec![]),
        (vec![], vec![add]),
    ] {
        all.push((isolated(&events).0, Env::new()));
    }
    let [_, lead, tail] = claims3(&event3(Op3::AddMod, five + five, five, U256::from(7))).unwrap();
    let fake = Claim { w: U256::from(1000), ..lead };
    let expected = env(&[], &[Op3Event { op: Op3::AddMod, a: fake.w, b: five, c: tail.d, r: tail.w }]);
    all.push((claims(&[fake, tail]), expected));
    for (i, (trace, env)) in all.iter().enumerate() {
        assert!(!trace.verdict(env).accepted(), "forgery {i}");
        if i % 12 == 0 {
            assert!(prove_isolated(trace, env).is_err(), "forgery {i}");
        }
    }
    println!("muldiv: {} forgeries refused", all.len());
    let report = deletion_score(&all);
    println!("muldiv: {report}");
    // Constraint 9 (`zero` is a bit) follows from (5), (6) and the range of `gap`: the bits `at` sum to `divides + tail - zero`, so `zero` is an integer
    // that is at most 1; were it negative, `D = P = 0` and each of at least one set bit would contribute `-W_i - 1` to `gap`.
    assert_eq!(report.unnoticed, [Deletion::Constraint(9)]);
}

#[test]
fn an_empty_chip_is_provable() {
    let (empty, _) = isolated(&(vec![], vec![]));
    let trace: &RowMajorMatrix<Val> = &empty.trace;
    assert_eq!(trace.values.len(), MulDivCols::WIDTH);
    empty.assert_honest();
    prove_isolated(&empty, &Env::new()).unwrap();
}
