//! The circuit and p3's verifier say the same of honest and corrupted proofs.
//!
//! `ZKROM_CORRUPTIONS=5000` tries that many corrupted proofs, instead of a few hundred.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use p3_batch_stark::BatchProof;
use p3_bn254::Bn254;
use p3_field::PrimeCharacteristicRing;
use p3_symmetric::MerkleCap;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::Value;
use zkrom_recursion::outer::{OuterConfig, OuterParams};
use zkrom_recursion::verifier::Plan;
use zkrom_snark_wrapper::field::Fr;
use zkrom_snark_wrapper::koala::D;
use zkrom_snark_wrapper::r1cs::{Builder, Mode, usual_deltas};
use zkrom_snark_wrapper::testing::{PARAMS, ToyProof};
use zkrom_snark_wrapper::verifier::{Changed, Hints, Refusal, Verifier, Words, Zeros};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::{Challenge, Val};

/// What the circuit says: the part of the first constraint that breaks, or why there is no witness.
fn verdict(
    toy: &ToyProof,
    plan: &Plan,
    proof: &BatchProof<OuterConfig>,
    public: &[Vec<Val>],
) -> Result<usize, String> {
    let child = toy.child();
    let run = || {
        let mut b = Builder::new(Mode::Witness);
        let mut words = Words::new(plan, toy.params, proof, public).map_err(|e| e.to_string())?;
        Verifier { child: &child, plan, cap_height: toy.params.cap_height, key: toy.key() }
            .verify(&mut b, &mut words)
            .map_err(|e| e.to_string())?;
        match b.failure() {
            None => Ok(b.num_constraints()),
            Some(f) => Err(f.part.to_owned()),
        }
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err("PANIC".to_owned()))
}

fn without_work(cap_height: usize) -> OuterParams {
    let proof = ProofParams {
        query_pow_bits: 0,
        commit_pow_bits: 0,
        batch_pow_bits: 0,
        lookup_pow_bits: 0,
        ood_pow_bits: 0,
        ..PARAMS.proof
    };
    OuterParams { proof, cap_height }
}

#[test]
fn honest_proofs_are_accepted() {
    for (params, heights) in [
        (PARAMS, [5, 4, 3, 3]),
        (without_work(0), [5, 4, 3, 3]),
        (without_work(3), [6, 6, 2, 2]),
        (
            OuterParams {
                proof: ProofParams { max_log_arity: 2, log_blowup: 1, log_final_poly_len: 0, ..PARAMS.proof },
                cap_height: 1,
            },
            [4, 7, 4, 1],
        ),
    ] {
        let toy = ToyProof::new(params, heights, &[], |_, _| {});
        toy.native(&toy.proof, &toy.public).expect("p3 accepts it");
        let plan = toy.child().plan();
        let constraints = verdict(&toy, &plan, &toy.proof, &toy.public).expect("the circuit accepts it");
        println!("{heights:?}, arities {:?}: {constraints} constraints", plan.log_arities);
    }
}

/// The shape of the circuit does not depend on values, and no variable of it is free.
#[test]
fn one_shape_and_no_free_variable() {
    let toy = ToyProof::honest(PARAMS);
    let child = toy.child();
    let plan = child.plan();
    let verifier = Verifier { child: &child, plan: &plan, cap_height: PARAMS.cap_height, key: toy.key() };
    let mut b = Builder::new(Mode::Shape);
    verifier.verify(&mut b, &mut Zeros).expect("zeros have every shape");
    let (zeros, _) = b.into_r1cs();
    let mut b = Builder::new(Mode::Shape);
    let mut words = Words::new(&plan, PARAMS, &toy.proof, &toy.public).expect("a proof");
    verifier.verify(&mut b, &mut words).expect("a proof");
    assert_eq!(b.failure(), None);
    for (part, n) in b.counts() {
        println!("{n:8} {part}");
    }
    let (r1cs, z) = b.into_r1cs();
    assert!(r1cs.same(&zeros), "the shape depends on values");
    let free = r1cs.free_variables(&z, &usual_deltas());
    // A caller binds the public values; the circuit absorbs them, so even they are not free.
    assert_eq!(free, Vec::<usize>::new());
}

/// Words that the prover may choose, every 61st or every `ZKROM_HINTS`th, changed after the multi-proofs are expanded: what refuses it is a constraint.
#[test]
fn every_hint_is_bound() {
    let toy = ToyProof::honest(without_work(1));
    let child = toy.child();
    let plan = child.plan();
    let verifier = Verifier { child: &child, plan: &plan, cap_height: 1, key: toy.key() };
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut total = 0;
    let stride = std::env::var("ZKROM_HINTS").map_or(61, |v| v.parse().expect("a number"));
    for skip in (0..).step_by(stride) {
        let mut b = Builder::new(Mode::Witness);
        let words = Words::new(&plan, toy.params, &toy.proof, &toy.public).expect("a proof");
        let mut hints = Changed::new(words, skip);
        // A changed transcript has other queries, for which the proof may have no paths.
        let done = verifier.verify(&mut b, &mut hints);
        if done.is_ok() && hints.read <= skip {
            assert_eq!(b.failure(), None);
            total = hints.read;
            break;
        }
        match b.failure() {
            Some(f) => *parts.entry(f.part).or_default() += 1,
            None => {
                assert!(done.is_err(), "word {skip} is free");
                *parts.entry("no witness").or_default() += 1;
            }
        }
    }
    println!("{total} words: {parts:?}");
}

/// Pointers to all numbers of a tree, and to its arrays.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            out.push(at.to_owned());
            items.iter().enumerate().for_each(|(i, v)| pointers(v, &format!("{at}/{i}"), out));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(k, v)| pointers(v, &format!("{at}/{k}"), out));
        }
        Value::Number(_) => out.push(at.to_owned()),
        _ => {}
    }
}

/// The pointer with its indices removed: the kind of field.
fn kind(pointer: &str) -> String {
    pointer.split('/').map(|p| if p.parse::<usize>().is_ok() { "*" } else { p }).collect::<Vec<_>>().join("/")
}

fn corrupt(value: &mut Value, rng: &mut ChaCha20Rng) -> bool {
    match value {
        Value::Number(n) => {
            let before = n.as_u64().unwrap_or(0);
            let after = match rng.random_range(0..4) {
                0 => before ^ 1,
                1 => before ^ (1 << rng.random_range(0..30)),
                2 => 0,
                _ => rng.random_range(0..0x7f00_0001),
            };
            *value = after.into();
            after != before
        }
        Value::Array(items) if !items.is_empty() => {
            let last = items.len() - 1;
            match rng.random_range(0..4) {
                0 => drop(items.pop()),
                1 => items.push(items[0].clone()),
                2 if items[0] != items[last] => items.swap(0, last),
                _ => items.clear(),
            }
            true
        }
        _ => false,
    }
}

/// With work at every site nearly all changes break some site's work; without, they reach the checks behind.
#[test]
fn same_verdict() {
    corpus(PARAMS, 150);
    corpus(without_work(1), 350);
}

fn corpus(params: OuterParams, default: usize) {
    let n = std::env::var("ZKROM_CORRUPTIONS").map_or(default, |v| v.parse().expect("a number"));
    let toy = ToyProof::honest(params);
    let plan = toy.child().plan();
    let tree = serde_json::to_value(&toy.proof).expect("a proof has a tree");
    let mut all = Vec::new();
    pointers(&tree, "", &mut all);
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for p in all {
        kinds.entry(kind(&p)).or_default().push(p);
    }
    println!("{} kinds of fields", kinds.len());
    let per_kind = n / kinds.len() + 1;
    let places: Vec<&[String]> = kinds.values().map(|v| &v[..]).collect();
    let mut table: BTreeMap<String, usize> = BTreeMap::new();
    let mut refused = 0;
    for i in 0..per_kind * places.len() {
        let mut rng = ChaCha20Rng::seed_from_u64(i as u64);
        let of_kind = places[i % places.len()];
        let pointer = &of_kind[rng.random_range(0..of_kind.len())];
        let mut tree = tree.clone();
        let place = tree.pointer_mut(pointer).expect("a place of the tree");
        if !corrupt(place, &mut rng) {
            continue;
        }
        // What no proof type holds is refused before either verifier.
        let Ok(proof) = serde_json::from_value(tree) else { continue };
        let native = toy.native(&proof, &toy.public);
        let ours = verdict(&toy, &plan, &proof, &toy.public);
        assert_eq!(native.is_ok(), ours.is_ok(), "{pointer}: native {native:?}, circuit {ours:?}");
        let why: String = match ours {
            Ok(_) => "accepted by both".to_owned(),
            Err(why) => why.chars().take(60).collect(),
        };
        *table.entry(why).or_default() += 1;
        refused += 1;
    }
    for (why, times) in &table {
        println!("{times:6} {why}");
    }
    assert!(refused > n / 3, "too few proofs of the right type");
    assert!(!table.contains_key("accepted by both") && !table.contains_key("PANIC"));
}

#[test]
fn other_statements_are_refused() {
    let toy = ToyProof::honest(without_work(1));
    let plan = toy.child().plan();
    for (table, values) in toy.public.iter().enumerate() {
        for i in 0..values.len() {
            let mut public = toy.public.clone();
            public[table][i] += Val::ONE;
            assert!(toy.native(&toy.proof, &public).is_err());
            assert!(verdict(&toy, &plan, &toy.proof, &public).is_err(), "{table} {i}");
        }
    }
    // Another key.
    let child = toy.child();
    let mut roots = toy.key().roots().to_vec();
    roots[1][0] += Bn254::ONE;
    let key = MerkleCap::new(roots);
    let mut b = Builder::new(Mode::Witness);
    let mut words = Words::new(&plan, toy.params, &toy.proof, &toy.public).expect("a proof");
    let done = Verifier { child: &child, plan: &plan, cap_height: 1, key: &key }.verify(&mut b, &mut words);
    assert!(done.is_err() || b.failure().is_some());
}

/// Proofs made from dishonest traces, whose transcript, openings and FRI are in order: what refuses them is a constraint or the lookup terminals.
#[test]
fn dishonest_traces_are_refused() {
    let heights = [5, 4, 3, 3];
    for (table, cell) in [(0, 0), (0, 5), (0, 2), (0, 3), (1, 0), (1, 2), (2, 0), (2, 2), (3, 1)] {
        let toy =
            ToyProof::new(without_work(1), heights, &[], |traces, _| traces[table].values[cell] += Val::TWO);
        let plan = toy.child().plan();
        assert!(toy.native(&toy.proof, &toy.public).is_err());
        let refused = verdict(&toy, &plan, &toy.proof, &toy.public).expect_err("it is dishonest");
        assert_eq!(refused, "constraints", "{table} {cell}");
    }
}

/// Hints that give FRI rows as they are committed, with what an honest proof had folded in their place, whatever the circuit folds.
struct Committed<'a> {
    words: Words<'a>,
    honest: Vec<Vec<[u64; D]>>,
    replay: bool,
}

impl Hints for Committed<'_> {
    fn value(&mut self) -> Result<u64, Refusal> {
        self.words.value()
    }
    fn digest(&mut self) -> Result<Fr, Refusal> {
        self.words.digest()
    }
    fn queries(&mut self, indices: &[usize]) -> Result<(), Refusal> {
        self.words.queries(indices)
    }
    fn round(&mut self, round: usize, folded: &[[u64; D]]) -> Result<(), Refusal> {
        if !self.replay {
            self.honest.push(folded.to_vec());
        }
        let folded = self.honest[round].clone();
        self.words.round(round, &folded)
    }
}

/// A change before the queries is drawn other queries, and paths of other leaves hide what else is wrong. With one query in a small domain some changes are drawn the same one: then all
/// Merkle trees agree, and what refuses is the arithmetic between them.
#[test]
fn what_agrees_with_all_trees_is_refused_by_folding() {
    type Change = fn(&mut BatchProof<OuterConfig>, Challenge);
    let changes: [(&str, Change); 4] = [
        ("final polynomial", |p, d| p.opening_proof.final_poly[1] += d),
        ("folding", |p, d| p.opened_values.instances[2].base_opened_values.trace_local[0] += d),
        ("folding", |p, d| p.opened_values.instances[0].permutation_next[3] += d),
        ("constraints", |p, d| p.lookup_terminals[1].as_mut().expect("it has lookups").0 += d),
    ];
    let mut params = without_work(1);
    params.proof.num_queries = 1;
    let toy = ToyProof::new(params, [3, 3, 2, 2], &[], |_, _| {});
    let child = toy.child();
    let plan = child.plan();
    let verifier = Verifier { child: &child, plan: &plan, cap_height: 1, key: toy.key() };
    let words = Words::new(&plan, params, &toy.proof, &toy.public).expect("a proof");
    let mut hints = Committed { words, honest: vec![], replay: false };
    let mut b = Builder::new(Mode::Witness);
    verifier.verify(&mut b, &mut hints).expect("a proof");
    assert_eq!(b.failure(), None);
    let honest = hints.honest;
    let bytes = postcard::to_allocvec(&toy.proof).expect("a proof can be written");
    for (part, change) in changes {
        let found = (1..600u64).find_map(|k| {
            let mut proof: BatchProof<OuterConfig> = postcard::from_bytes(&bytes).expect("and read");
            change(&mut proof, Challenge::from_u64(k));
            let mut b = Builder::new(Mode::Witness);
            let words = Words::new(&plan, params, &proof, &toy.public).expect("the same shape");
            let mut hints = Committed { words, honest: honest.clone(), replay: true };
            let done = verifier.verify(&mut b, &mut hints);
            assert!(done.is_err() || b.failure().is_some());
            (done.is_ok() && !b.failures().contains_key("caps")).then(|| b.failures().clone())
        });
        let found = found.expect("one of hundreds is drawn one of 32 queries");
        println!("{part}: {found:?}");
        assert!(found.contains_key(part), "{part}: {found:?}");
    }
}
