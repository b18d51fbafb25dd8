//! secp256k1 recovery and the precompiles of `rom/`, against k256 and the official vectors.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use alloy_primitives::{U256, keccak256, uint};
use k256::{
    ProjectivePoint, Scalar,
    ecdsa::{RecoveryId, Signature, VerifyingKey},
    elliptic_curve::{ops::Reduce, sec1::ToEncodedPoint},
};
use rand::{Rng, RngCore, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use zkrom_asm::{Assembly, Files, Options, assemble};
use zkrom_executor::{Executor, Input, Limits, Outcome, Program, hints::Hints};

const P: U256 = uint!(0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f_U256);
const N: U256 = uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);
const LAMBDA: U256 = uint!(0x5363ad4cc05c30e0a5261c028812645a122e22ea20816678df02967c1b23bd72_U256);
const MAX_ROWS: u32 = 2_500;

fn program(name: &str) -> Assembly {
    let path = format!("../rom/{name}.zkasm");
    let options = Options { require_headers: true, ..Options::default() };
    assemble(Path::new(&path), &Files::Disk, &options).unwrap_or_else(|e| panic!("{}", e.render()))
}

fn load(name: &str, hints: &Hints) -> Program {
    Program::load(&program(name).image, hints).unwrap()
}

#[derive(Clone, Copy, Debug)]
struct Case {
    hash: U256,
    r: U256,
    s: U256,
    parity: u8,
}

/// What the ROM says: the address, none for an invalid signature; and rows.
fn rom(program: &Program, c: Case) -> Result<(Option<U256>, u32), String> {
    let mut input = Input::default();
    input.public[..4].copy_from_slice(&[c.hash, c.r, c.s, U256::from(c.parity)]);
    let run = Executor::new(program, input).limits(Limits { rows: 100_000 }).run();
    let Outcome { public_out, rows, .. } = run.map_err(|e| e.render(&()))?;
    Ok((public_out[0].is_zero().then_some(None).unwrap_or(Some(public_out[1])), rows))
}

/// What k256 says.
fn oracle(c: Case) -> Option<U256> {
    let signature = Signature::from_scalars(c.r.to_be_bytes::<32>(), c.s.to_be_bytes::<32>()).ok()?;
    let id = RecoveryId::new(c.parity == 1, false);
    // Its recovery refuses s over n / 2 as a final check in some versions: the opposite s goes with the opposite parity.
    let (signature, id) = match signature.normalize_s() {
        Some(low) => (low, RecoveryId::new(c.parity == 0, false)),
        None => (signature, id),
    };
    let key = VerifyingKey::recover_from_prehash(&c.hash.to_be_bytes::<32>(), &signature, id).ok()?;
    Some(address(key.to_encoded_point(false).as_bytes()))
}

fn address(sec1: &[u8]) -> U256 {
    U256::from_be_slice(&keccak256(&sec1[1..])[12..])
}

fn scalar(x: U256) -> Scalar {
    <Scalar as Reduce<k256::U256>>::reduce(k256::U256::from_be_slice(&x.to_be_bytes::<32>()))
}

fn word(rng: &mut ChaCha8Rng) -> U256 {
    let mut bytes = [0; 32];
    rng.fill_bytes(&mut bytes);
    U256::from_be_bytes(bytes)
}

/// `k G` as an x coordinate and the parity of y.
fn multiple(k: U256) -> (U256, u8) {
    let at = (ProjectivePoint::GENERATOR * scalar(k)).to_affine().to_encoded_point(false);
    (U256::from_be_slice(at.x().unwrap()), at.y().unwrap()[31] & 1)
}

/// A signature whose key is `u1 G + u2 R`, R = k G.
fn with_scalars(k: U256, u1: U256, u2: U256) -> Case {
    let (x, parity) = multiple(k);
    let r = x % N;
    // u1 = -z / r, u2 = s / r.
    Case { hash: (N - u1 % N).mul_mod(r, N), r, s: u2.mul_mod(r, N), parity }
}

fn neg(x: U256) -> U256 {
    if x.is_zero() { x } else { N - x }
}

/// Signatures at the edges: ranges, missing points, infinity, entries that are equal or opposite.
fn edges() -> Vec<Case> {
    let one = U256::ONE;
    let mut list = vec![];
    let (gx, _) = multiple(one);
    let ends =
        [U256::ZERO, one, U256::from(2), N - one, N, N + one, P - one, P, P + one, U256::MAX, N >> 1, gx];
    for r in ends {
        for s in ends {
            for hash in [U256::ZERO, one, N, N - one, U256::MAX, gx] {
                list.push(Case { hash, r, s, parity: (list.len() & 1) as u8 });
            }
        }
    }
    let lambda2 = LAMBDA.mul_mod(LAMBDA, N);
    let powers = [64u32, 128, 192].map(|i| one << i);
    let mut ks = vec![one, U256::from(2), U256::from(3), LAMBDA, lambda2, N - LAMBDA, U256::from(7)];
    ks.extend(powers);
    let us = [
        U256::ZERO,
        one,
        U256::from(2),
        U256::from(5),
        N - one,
        N - U256::from(2),
        LAMBDA,
        N - LAMBDA,
        lambda2,
        powers[0],
    ];
    for k in &ks {
        for u1 in us {
            for u2 in us {
                list.push(with_scalars(*k, u1, u2));
            }
        }
        // s R = z G, and Q = +-R, +-lambda R, +-G.
        for u2 in [one, U256::from(12_345), LAMBDA, N - one] {
            let kr = k.mul_mod(u2, N);
            list.push(with_scalars(*k, neg(kr), u2));
            for q in [
                *k,
                neg(*k),
                k.mul_mod(LAMBDA, N),
                neg(k.mul_mod(LAMBDA, N)),
                one,
                N - one,
                LAMBDA,
                k.mul_mod(lambda2, N),
            ] {
                list.push(with_scalars(*k, q.add_mod(neg(kr), N), u2));
            }
        }
    }
    list
}

fn random_cases(n: usize) -> Vec<Case> {
    let mut rng = ChaCha8Rng::seed_from_u64(0x5ec9);
    (0..n)
        .map(|i| match i % 4 {
            // r of a point, or any word: half of those are of no point.
            0 | 1 => Case {
                parity: rng.random_range(0..2),
                ..with_scalars(word(&mut rng), word(&mut rng), word(&mut rng))
            },
            _ => Case {
                hash: word(&mut rng),
                r: word(&mut rng),
                s: word(&mut rng),
                parity: rng.random_range(0..2),
            },
        })
        .collect()
}

#[test]
fn tests_in_the_sources_pass() {
    let mut ran = 0;
    for name in ["crypto/harness", "precompiles/harness"] {
        let a = program(name);
        let image = Program::load(&a.tests.image, &Hints::default()).unwrap();
        for t in &a.tests.tests {
            let mut input = Input { private: t.private.clone(), ..Input::default() };
            input.public[..t.public.len()].copy_from_slice(&t.public);
            let run = Executor::new(&image, input).entry(t.entry).run();
            match run {
                Err(e) => assert!(t.stuck, "{}: {}", t.name, e.render(&())),
                Ok(run) => {
                    assert!(!t.stuck, "{} is not stuck", t.name);
                    assert!(t.output.iter().all(|o| run.public_out.starts_with(o)), "{}", t.name);
                }
            }
            ran += 1;
        }
    }
    assert!(ran >= 10, "{ran} ran");
}

#[test]
fn recoveries_agree_with_k256() {
    let program = load("crypto/harness", &Hints::default());
    let (mut valid, mut invalid, mut most, mut sum) = (0u32, 0u32, 0, 0u64);
    for c in random_cases(600) {
        let (got, rows) = rom(&program, c).unwrap_or_else(|e| panic!("{c:?}\n{e}"));
        assert_eq!(got, oracle(c), "{c:?}");
        if got.is_some() {
            valid += 1;
            most = most.max(rows);
            sum += u64::from(rows);
        } else {
            invalid += 1;
        }
    }
    println!("{valid} valid, {invalid} invalid; rows: mean {}, most {most}", sum / u64::from(valid));
    assert!(valid > 300 && invalid > 80);
    assert!(most <= MAX_ROWS, "{most} rows");
}

#[test]
fn edges_agree_with_k256() {
    let program = load("crypto/harness", &Hints::default());
    let (mut valid, mut invalid, mut long, mut most) = (0, 0, 0, 0);
    for c in edges() {
        let (got, rows) = rom(&program, c).unwrap_or_else(|e| panic!("{c:?}\n{e}"));
        assert_eq!(got, oracle(c), "{c:?}");
        long += u32::from(rows > MAX_ROWS);
        most = most.max(rows);
        *(if got.is_some() { &mut valid } else { &mut invalid }) += 1;
    }
    println!("{valid} valid, {invalid} invalid, {long} of them by the complete way; most rows {most}");
    assert!(valid > 500 && invalid > 500 && long > 50);
}

/// The hints of recovery.
const HINTS: [&str; 11] = [
    "is_square",
    "mod_sqrt",
    "minus_sqrt",
    "mod_inv",
    "secp_chord",
    "secp_is_short",
    "secp_multiples",
    "secp_negative",
    "secp_points",
    "secp_recover",
    "secp_tangent",
];

type Lie = fn(U256, &mut ChaCha8Rng) -> U256;

/// What a dishonest prover may say instead of the right word.
const LIES: [Lie; 15] = [
    |_, _| U256::ZERO,
    |_, _| U256::ONE,
    |_, _| U256::MAX,
    |_, _| P,
    |_, _| N,
    |_, rng| word(rng),
    |h, _| h.wrapping_add(U256::ONE),
    |h, _| h.wrapping_sub(U256::ONE),
    |h, _| h.wrapping_add(P),
    |h, _| h.wrapping_add(N),
    |h, _| P.wrapping_sub(h),
    |h, _| N.wrapping_sub(h),
    |h, _| U256::from(h.is_zero()),
    |h, rng| h ^ (U256::ONE << rng.random_range(0..256)),
    |h, _| h.mul_mod(U256::from(2), P),
];

/// Hints that lie: about `name` (all of them, if none), at every call, or at call `at` only.
fn lying(name: Option<&'static str>, at: Option<usize>, lie: Lie, calls: &Arc<AtomicUsize>) -> Hints {
    let honest = Hints::default();
    let mut hints = Hints::default();
    for (known, arity) in honest.list() {
        if !HINTS.contains(&known) || name.is_some_and(|n| n != known) {
            continue;
        }
        let (call, count) = (honest.get(known).unwrap(), calls.clone());
        hints.register(known, arity, move |ctx, args| {
            let word = call(ctx, args)?;
            let now = count.fetch_add(1, Ordering::Relaxed);
            let mut rng = ChaCha8Rng::seed_from_u64(now as u64);
            Ok(if at.is_none_or(|at| at == now) { lie(word, &mut rng) } else { word })
        });
    }
    hints
}

/// Runs with lies: a run that halts says what is true. Gives whether it halted.
fn holds(a: &Assembly, hints: &Hints, c: Case, what: &dyn std::fmt::Debug) -> bool {
    let program = Program::load(&a.image, hints).unwrap();
    let Ok((got, _)) = rom(&program, c) else { return false };
    assert_eq!(got, oracle(c), "{what:?}: {c:?}");
    true
}

/// Cases of every kind: ordinary, without a point, exceptional, infinity.
fn mixed_cases() -> Vec<Case> {
    let all = edges();
    let mut rng = ChaCha8Rng::seed_from_u64(77);
    let mut cases: Vec<Case> = random_cases(8);
    cases.extend((0..16).map(|_| *all.choose(&mut rng).unwrap()));
    cases
}

#[test]
fn wrong_hint_functions_prove_nothing_false() {
    let a = program("crypto/harness");
    let (mut halted, mut stuck) = (0, 0);
    for name in HINTS.map(Some).into_iter().chain([None]) {
        for (i, lie) in LIES.into_iter().enumerate() {
            let hints = lying(name, None, lie, &Arc::default());
            for c in mixed_cases() {
                *(if holds(&a, &hints, c, &(name, i)) { &mut halted } else { &mut stuck }) += 1;
            }
        }
    }
    println!("{halted} halted and right, {stuck} stuck");
    assert!(stuck > 1000 && halted > 1000);
}

#[test]
fn one_wrong_hint_proves_nothing_false() {
    let a = program("crypto/harness");
    let mut cases = random_cases(3);
    // A signature that leaves the short way, one for infinity, one without a point.
    cases.push(with_scalars(U256::ONE, U256::ONE, U256::ONE));
    cases.push(with_scalars(U256::from(7), N - U256::from(14), U256::from(2)));
    let none = random_cases(40).into_iter().find(|c| oracle(*c).is_none()).unwrap();
    cases.push(none);
    let (mut halted, mut stuck) = (0, 0);
    for c in cases {
        let calls = Arc::default();
        assert!(holds(&a, &lying(None, Some(usize::MAX), LIES[0], &calls), c, &"honest"));
        for at in 0..calls.load(Ordering::Relaxed) {
            for lie in [0, 5, 6, 10, 12] {
                let hints = lying(None, Some(at), LIES[lie], &Arc::default());
                *(if holds(&a, &hints, c, &(at, lie)) { &mut halted } else { &mut stuck }) += 1;
            }
        }
    }
    println!("{halted} halted and right, {stuck} stuck");
    assert!(stuck > halted);
}

/// A prover who names another key, and is right about everything that follows from it.
#[test]
fn another_key_is_refused() {
    let a = program("crypto/harness");
    for c in random_cases(12).into_iter().filter(|c| oracle(*c).is_some()) {
        for k in [1u64, 2, 5] {
            let mut hints = Hints::default();
            let at = (ProjectivePoint::GENERATOR * Scalar::from(k)).to_affine().to_encoded_point(false);
            let key = [U256::from_be_slice(at.x().unwrap()), U256::from_be_slice(at.y().unwrap())];
            hints.register("secp_recover", 5, move |_, x| Ok(key[x[0].to::<usize>()]));
            assert!(!holds(&a, &hints, c, &k));
        }
        // The opposite key, and the key of the other endomorphic points.
        let mut hints = Hints::default();
        let honest = hints.get("secp_recover").unwrap();
        hints.register("secp_recover", 5, move |ctx, x| {
            let word = honest(ctx, x)?;
            Ok(if x[0].is_zero() { word } else { P - word })
        });
        assert!(!holds(&a, &hints, c, &"opposite"));
        // The multiplier zero, with which any key would do.
        let mut hints = Hints::default();
        hints.register("secp_points", 2, |_, _| Ok(U256::ZERO));
        hints.register("secp_multiples", 3, |_, _| Ok(U256::ZERO));
        assert!(!holds(&a, &hints, c, &"zero multiplier"));
    }
}

/// What a precompile's harness says: hash and length of the output, its first word, rows.
fn precompile(program: &Program, kind: u64, data: &[u8]) -> (U256, usize, U256, u32) {
    let mut input = Input::default();
    input.public[0] = U256::from(kind);
    input.public[1] = U256::from(data.len());
    input.private = data
        .chunks(32)
        .map(|c| {
            let mut word = [0; 32];
            word[..c.len()].copy_from_slice(c);
            U256::from_be_bytes(word)
        })
        .collect();
    input.private.push(U256::ZERO);
    let run = Executor::new(program, input).run().unwrap_or_else(|e| panic!("{}", e.render(&())));
    let out = run.public_out;
    (out[0], out[1].to(), out[2], run.rows)
}

fn check_output(got: (U256, usize, U256, u32), want: &[u8]) {
    assert_eq!((got.0, got.1), (keccak256(want).into(), want.len()));
}

fn hex(text: &str) -> Vec<u8> {
    alloy_primitives::hex::decode(text).unwrap()
}

#[test]
fn ecrecover_agrees_with_official_vectors() {
    let root =
        std::env::var_os("ZKROM_VECTORS").map_or_else(|| PathBuf::from("../../shared/data"), PathBuf::from);
    let path = root.join("fixtures/precompile_vectors.tar.zst");
    let Ok(file) = std::fs::File::open(&path) else {
        eprintln!("\n*** SKIPPED: no {} ; set ZKROM_VECTORS ***\n", path.display());
        return;
    };
    let program = load("precompiles/harness", &Hints::default());
    let mut ran = 0;
    let zstd = ruzstd::decoding::StreamingDecoder::new(file).unwrap();
    for entry in tar::Archive::new(zstd).entries().unwrap() {
        let entry = entry.unwrap();
        if !entry.path().unwrap().ends_with("ecRecover.json") {
            continue;
        }
        let vectors: serde_json::Value = serde_json::from_reader(entry).unwrap();
        for v in vectors.as_array().unwrap() {
            let [data, want] = ["Input", "Expected"].map(|k| hex(v[k].as_str().unwrap()));
            let got = precompile(&program, 1, &data);
            check_output(got, &want);
            assert_eq!(v["Gas"], 3000);
            ran += 1;
        }
    }
    println!("{ran} vectors");
    assert!(ran > 3);
}

/// Input that is cut off counts as zero there, whatever bytes lie behind it; input past 128 bytes counts for nothing.
#[test]
fn ecrecover_takes_any_length() {
    let program = load("precompiles/harness", &Hints::default());
    let (mut found, mut none) = (0, 0);
    for i in 0..24 {
        let mut c = random_cases(40)[i % 2 + 4 * (i / 2 % 8)];
        // An s whose last bytes are zero.
        c.s &= U256::MAX << 64;
        for v in [26u64, 27, 28, 29] {
            c.parity = (v == 28) as u8;
            let mut data: Vec<u8> =
                [c.hash, U256::from(v), c.r, c.s].iter().flat_map(U256::to_be_bytes::<32>).collect();
            let cut = [128, 120, 124, 140, 64, 100, 0][i % 7];
            data.resize(cut, 0x55);
            let mut padded = data.clone();
            padded.resize(128, 0);
            let at = |k: usize| U256::from_be_slice(&padded[32 * k..32 * k + 32]);
            let seen = Case { hash: at(0), r: at(2), s: at(3), parity: c.parity };
            let want = if at(1) == U256::from(27) || at(1) == U256::from(28) { oracle(seen) } else { None };
            let bytes = want.map_or(vec![], |a| a.to_be_bytes::<32>().to_vec());
            check_output(precompile(&program, 1, &data), &bytes);
            *(if want.is_some() { &mut found } else { &mut none }) += 1;
        }
    }
    println!("{found} found, {none} none");
    assert!(found > 10 && none > 10);
}

#[test]
fn sha256_and_identity_of_any_length() {
    let program = load("precompiles/harness", &Hints::default());
    let abc = hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check_output(precompile(&program, 2, b"abc"), &abc);
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    for length in (0..140).chain([255, 256, 1000, 4097]) {
        let mut data = vec![0; length];
        rng.fill_bytes(&mut data);
        check_output(precompile(&program, 2, &data), &Sha256::digest(&data));
        check_output(precompile(&program, 4, &data), &data);
    }
}
