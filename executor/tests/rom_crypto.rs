//! secp256k1 recovery and the precompiles of `rom/`, against k256 and the official vectors.

use std::path::Path;

use alloy_primitives::{U256, keccak256, uint};
use k256::{
    ProjectivePoint, Scalar,
    ecdsa::{RecoveryId, Signature, VerifyingKey},
    elliptic_curve::{ops::Reduce, sec1::ToEncodedPoint},
};
use rand::{Rng, RngCore, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
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
    let ends = [U256::ZERO, one, U256::from(2), N - one, N, N + one, P - one, P, P + one, U256::MAX, N >> 1, gx];
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
    let us = [U256::ZERO, one, U256::from(2), U256::from(5), N - one, N - U256::from(2), LAMBDA, N - LAMBDA, lambda2, powers[0]];
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
            for q in [*k, neg(*k), k.mul_mod(LAMBDA, N), neg(k.mul_mod(LAMBDA, N)), one, N - one, LAMBDA, k.mul_mod(lambda2, N)] {
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
            0 | 1 => Case { parity: rng.random_range(0..2), ..with_scalars(word(&mut rng), word(&mut rng), word(&mut rng)) },
            _ => Case { hash: word(&mut rng), r: word(&mut rng), s: word(&mut rng), parity: rng.random_range(0..2) },
        })
        .collect()
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

#[test]
fn p() { load("precompiles/harness", &Hints::default()); }
