use core::borrow::{Borrow, BorrowMut};
use std::collections::BTreeSet;

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_keccak_air::{KeccakCols, NUM_ROUNDS, U64_LIMBS};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::columns::{WIDTH, names};
use super::{KeccakFChip, State, rows, trace};
use crate::buses::Bus;
use crate::check::{Deletion, evaluate_row};
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::{Env, Isolated, mutate, prove_isolated};

const AIR: KeccakFChip = KeccakFChip;

fn states(n: usize, seed: u64) -> Vec<State> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..n).map(|_| core::array::from_fn(|_| rng.random())).collect()
}

fn isolated(trace: RowMajorMatrix<Val>) -> Isolated<'static, KeccakFChip> {
    Isolated { air: &AIR, columns: names(), trace, public_values: vec![] }
}

fn honest(inputs: &[State], height: usize) -> Isolated<'static, KeccakFChip> {
    isolated(trace(inputs, height, &mut LookupCounts::default()))
}

fn row(trace: &mut RowMajorMatrix<Val>, row: usize) -> &mut KeccakCols<Val> {
    trace.values[row * WIDTH..(row + 1) * WIDTH].borrow_mut()
}

fn limbs(state: &State) -> impl Iterator<Item = Val> + '_ {
    state.iter().flat_map(|lane| (0..4).map(move |l| Val::from_u16((lane >> (16 * l)) as u16)))
}

fn expected(inputs: &[State]) -> Env {
    let mut env = Env::new();
    for input in inputs {
        let mut output = *input;
        keccak::f1600(&mut output);
        *env.entry((Bus::KeccakF, limbs(input).chain(limbs(&output)).collect())).or_insert(Val::ZERO) -=
            Val::ONE;
    }
    env
}

#[test]
fn receives_exactly_the_permutations() {
    for (n, height) in [(0, 1), (0, 16), (0, 64), (1, 32), (1, 64), (2, 64), (5, 128), (10, 256), (21, 512)] {
        let mut inputs = states(n, n as u64);
        if n > 3 {
            inputs[1] = [0; 25];
            inputs[2] = [u64::MAX; 25];
            inputs[3] = inputs[0];
        }
        assert_eq!(rows(&inputs), 24 * n);
        let chip = honest(&inputs, height);
        assert_eq!(chip.trace.height(), height);
        chip.assert_honest();
        assert_eq!(chip.env(), expected(&inputs));
    }
}

#[test]
fn proofs_are_accepted() {
    for (n, height) in [(1, 32), (2, 64), (5, 128)] {
        let inputs = states(n, 7);
        prove_isolated(&honest(&inputs, height), &expected(&inputs)).unwrap();
    }
}

#[test]
fn mutants_are_killed() {
    let chip = honest(&states(2, 1), 64);
    let table = mutate(&chip, 16, 3, &[]);
    println!("keccak_f: {table}");
    assert!(table.survivors.is_empty(), "{table}");
}

type Edit = Box<dyn Fn(&mut RowMajorMatrix<Val>)>;

/// Replaces a row by the first round of another state, its place and preimage kept.
fn refill_round(trace: &mut RowMajorMatrix<Val>, at: usize, input: &State) {
    let other = honest(&[*input], 32).trace;
    let KeccakCols { step_flags, preimage, export, .. } = *row(trace, at);
    trace.values[at * WIDTH..(at + 1) * WIDTH].copy_from_slice(&other.values[..WIDTH]);
    let r = row(trace, at);
    (r.step_flags, r.preimage, r.export) = (step_flags, preimage, export);
}

/// Forged traces with what they claim; the environment is whatever they say.
fn forgeries() -> Vec<(&'static str, Isolated<'static, KeccakFChip>, Env)> {
    let inputs = states(2, 11);
    let base = honest(&inputs, 64);
    let mut edits: Vec<(&'static str, Edit)> = vec![];
    for r in [0, 1, 22, 24, 46, 48, 63] {
        edits.push(("export outside the last round", Box::new(move |t| row(t, r).export = Val::ONE)));
    }
    edits.push(("export twice", Box::new(|t| row(t, 23).export = Val::TWO)));
    edits.push(("export -1", Box::new(|t| row(t, 23).export = Val::NEG_ONE)));
    edits.push((
        "rounds start late",
        Box::new(|t| {
            for i in 0..64 {
                row(t, i).step_flags.rotate_right(1);
            }
        }),
    ));
    edits.push((
        "no rounds at all",
        Box::new(|t| {
            for i in 0..64 {
                row(t, i).step_flags = [Val::ZERO; NUM_ROUNDS];
                row(t, i).export = Val::ONE;
            }
        }),
    ));
    edits.push((
        "two rounds at once",
        Box::new(|t| {
            for i in 0..64 {
                row(t, i).step_flags[(i + 1) % NUM_ROUNDS] = Val::ONE;
            }
        }),
    ));
    edits.push(("another preimage on the last row", Box::new(|t| row(t, 23).preimage[0][0][0] += Val::ONE)));
    edits.push((
        "another preimage on all rows",
        Box::new(|t| (0..24).for_each(|i| row(t, i).preimage[4][4][3] += Val::ONE)),
    ));
    edits.push((
        "another preimage on all rows but the first",
        Box::new(|t| (1..24).for_each(|i| row(t, i).preimage[2][3][1] += Val::ONE)),
    ));
    edits.push((
        "another output",
        Box::new(|t| {
            let last = row(t, 23);
            last.a_prime_prime[1][1][0] += Val::ONE;
        }),
    ));
    edits.push((
        "another first lane of the output",
        Box::new(|t| row(t, 23).a_prime_prime_prime_0_0_limbs[0] += Val::ONE),
    ));
    edits.push((
        "the rounds' input changed midway, round refilled",
        Box::new(|t| {
            let mut state = states(1, 99)[0];
            state[3] ^= 1;
            refill_round(t, 23, &state);
        }),
    ));
    edits.push((
        "the first round's input is not the preimage",
        Box::new(|t| {
            let other = honest(&states(1, 5), 32).trace;
            let old = row(t, 0).preimage;
            t.values[..24 * WIDTH].copy_from_slice(&other.values[..24 * WIDTH]);
            for i in 0..24 {
                row(t, i).preimage = old;
            }
        }),
    ));
    edits.push((
        "limbs past 16 bits",
        Box::new(|t| {
            for i in 0..24 {
                row(t, i).preimage[0][0][0] += Val::from_u32(1 << 16);
            }
            row(t, 0).a[0][0][0] += Val::from_u32(1 << 16);
        }),
    ));
    edits.push((
        "the last permutation, cut short, exported from the last row",
        Box::new(|t| {
            let r = row(t, 63);
            r.export = Val::ONE;
        }),
    ));
    edits.push((
        "the last row put in round 23",
        Box::new(|t| {
            let r = row(t, 63);
            r.step_flags = [Val::ZERO; NUM_ROUNDS];
            r.step_flags[23] = Val::ONE;
            r.export = Val::ONE;
        }),
    ));
    edits
        .into_iter()
        .map(|(name, edit)| {
            let mut forged = base.clone();
            edit(&mut forged.trace);
            let env = forged.env();
            (name, forged, env)
        })
        .collect()
}

#[test]
fn forgeries_are_refused() {
    for (name, forged, env) in forgeries() {
        let verdict = forged.verdict(&env);
        assert!(verdict.constraint.is_some(), "{name}: accepted");
    }
    for pick in [0, 8, 11, 13, 15, 16, 17, 18, 21] {
        let (name, forged, env) = &forgeries()[pick];
        assert!(prove_isolated(forged, env).is_err(), "{name}: proved");
    }
}

#[test]
fn other_permutations_are_refused() {
    // True permutations, but not those asked for: too many, too few, twice the same.
    let inputs = states(2, 21);
    let env = expected(&inputs);
    let mut cases = vec![];
    let mut dropped = honest(&inputs, 64);
    row(&mut dropped.trace, 47).export = Val::ZERO;
    cases.push(dropped);
    cases.push(honest(&inputs[..1], 64));
    cases.push(honest(&[inputs[0], inputs[0]], 64));
    cases.push(honest(&[inputs[0], inputs[1], inputs[1]], 128));
    for case in cases {
        assert!(case.verdict(&case.env()).accepted());
        assert!(case.verdict(&env).message.is_some());
        assert!(prove_isolated(&case, &env).is_err());
    }
    let swapped = honest(&[inputs[1], inputs[0]], 64);
    assert!(swapped.verdict(&env).accepted(), "order does not matter");
}

/// Each fault is evaluated once: where exactly one constraint fails, the deletion of that constraint would let the fault through.
#[test]
fn deletions_are_noticed() {
    const HEIGHT: usize = 32;
    let base = honest(&states(1, 31), HEIGHT);
    let mut noticed = BTreeSet::new();
    let mut parts = 0;
    let mut work = base.trace.clone();
    for r in [0, 1, 5, 22, 23, 24, 31] {
        for column in 0..WIDTH {
            let at = r * WIDTH + column;
            let old = work.values[at];
            for new in [Val::ONE - old, old + Val::ONE, Val::TWO] {
                work.values[at] = new;
                let mut failed = BTreeSet::new();
                for seen in [(r + HEIGHT - 1) % HEIGHT, r] {
                    let b = evaluate_row(&AIR, &work, None, &[], seen, Deletion::None);
                    parts = b.num_constraints;
                    failed.extend(b.failures);
                }
                if failed.len() == 1 {
                    noticed.extend(failed);
                }
            }
            work.values[at] = old;
        }
    }
    println!("keccak_f: {parts} constraints of p3's, {} noticed alone by single faults", noticed.len());
    // The one interaction is this crate's: without it a permutation that nobody asked for passes.
    let env = Env::new();
    assert!(!base.verdict(&env).accepted());
    assert!(base.verdict_without(&env, Deletion::Interaction(0)).accepted());
}

#[test]
fn limbs_are_the_lanes() {
    let inputs = states(1, 41);
    let t = honest(&inputs, 32).trace;
    let r: &KeccakCols<Val> = t.values[23 * WIDTH..24 * WIDTH].borrow();
    for (i, lane) in inputs[0].iter().enumerate() {
        for l in 0..U64_LIMBS {
            assert_eq!(r.preimage[i / 5][i % 5][l].as_canonical_u32(), (lane >> (16 * l)) as u16 as u32);
        }
    }
}
