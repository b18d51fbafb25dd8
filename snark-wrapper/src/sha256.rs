//! SHA-256 (FIPS 180-4) in the circuit, bit by bit: about 27,000 constraints a block.
//!
//! A word is 32 bits, least significant first, each a boolean linear combination. With booleans `x ^ y = x + y - 2 x y`, `ch = g + e (f - g)` and
//! `maj = x y + z (x ^ y)`. A sum modulo 2^32 is a range of as many bits as the sum may have, of which the low 32 are kept. What is constant stays so.

use ark_ff::{One, PrimeField};

use crate::field::Fr;
use crate::koala::bits::{enforce_boolean, from_bits, to_bits};
use crate::r1cs::{Builder, Lc};

/// A word: bits, least significant first.
type Word = Vec<Lc>;

const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

const INITIAL: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

fn constant(x: u32) -> Word {
    (0..32).map(|i| Lc::constant(Fr::from(x >> i & 1))).collect()
}

/// The bits of constant bytes, each most significant first.
#[must_use]
pub fn constant_bytes(bytes: &[u8]) -> Vec<Lc> {
    bytes.iter().flat_map(|byte| (0..8).rev().map(move |i| Lc::constant(Fr::from(byte >> i & 1)))).collect()
}

/// The bits of new bytes, each most significant first: a constraint each.
pub fn alloc_bytes(b: &mut Builder, bytes: &[u8]) -> Vec<Lc> {
    bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1))
        .map(|bit| {
            let bit = b.alloc(Fr::from(bit));
            enforce_boolean(b, &bit);
            bit
        })
        .collect()
}

fn xor(b: &mut Builder, x: &Lc, y: &Lc) -> Lc {
    let both = b.mul(x, y);
    Lc::sum([(Fr::one(), x), (Fr::one(), y), (-Fr::from(2u64), &both)])
}

fn xor3(b: &mut Builder, x: &[Lc], y: &[Lc], z: &[Lc]) -> Word {
    (0..32)
        .map(|i| {
            let xy = xor(b, &x[i], &y[i]);
            xor(b, &xy, &z[i])
        })
        .collect()
}

fn rotate(x: &[Lc], n: usize) -> Word {
    (0..32).map(|i| x[(i + n) % 32].clone()).collect()
}

fn shift(x: &[Lc], n: usize) -> Word {
    (0..32).map(|i| x.get(i + n).cloned().unwrap_or_else(Lc::zero)).collect()
}

/// The sum modulo 2^32 of at most eight words.
fn sum(b: &mut Builder, words: &[&[Lc]]) -> Word {
    assert!(words.len() <= 8);
    let numbers: Vec<Lc> = words.iter().map(|w| from_bits(w)).collect();
    let total = Lc::sum(numbers.iter().map(|n| (Fr::one(), n)));
    if let Some(c) = total.as_constant() {
        return constant(c.into_bigint().0[0] as u32);
    }
    let carries = usize::BITS - (words.len() - 1).leading_zeros();
    let mut bits = to_bits(b, &total, 32 + carries as usize);
    bits.truncate(32);
    bits
}

fn compress(b: &mut Builder, state: &mut [Word; 8], block: &[Lc]) {
    let mut w: Vec<Word> = block.chunks_exact(32).map(|bits| bits.iter().rev().cloned().collect()).collect();
    for t in 16..64 {
        let s0 = xor3(b, &rotate(&w[t - 15], 7), &rotate(&w[t - 15], 18), &shift(&w[t - 15], 3));
        let s1 = xor3(b, &rotate(&w[t - 2], 17), &rotate(&w[t - 2], 19), &shift(&w[t - 2], 10));
        let next = sum(b, &[&s0, &s1, &w[t - 7], &w[t - 16]]);
        w.push(next);
    }
    let [mut a, mut bb, mut c, mut d, mut e, mut f, mut g, mut h] = state.clone();
    for t in 0..64 {
        let s1 = xor3(b, &rotate(&e, 6), &rotate(&e, 11), &rotate(&e, 25));
        let ch: Word = (0..32)
            .map(|i| {
                let chosen = b.mul(&e[i], &(&f[i] - &g[i]));
                &g[i] + &chosen
            })
            .collect();
        let s0 = xor3(b, &rotate(&a, 2), &rotate(&a, 13), &rotate(&a, 22));
        let maj: Word = (0..32)
            .map(|i| {
                let both = b.mul(&a[i], &bb[i]);
                let either = Lc::sum([(Fr::one(), &a[i]), (Fr::one(), &bb[i]), (-Fr::from(2u64), &both)]);
                let third = b.mul(&c[i], &either);
                &both + &third
            })
            .collect();
        let k = constant(K[t]);
        let next_e = sum(b, &[&d, &h, &s1, &ch, &k, &w[t]]);
        let next_a = sum(b, &[&h, &s1, &ch, &k, &w[t], &s0, &maj]);
        (h, g, f, e, d, c, bb, a) = (g, f, e, next_e, c, bb, a, next_a);
    }
    for (word, new) in state.iter_mut().zip([a, bb, c, d, e, f, g, h]) {
        *word = sum(b, &[word, &new]);
    }
}

/// The digest of a message of whole bytes; message and digest as bits, each byte most significant first.
///
/// # Panics
///
/// Where the message is not of whole bytes.
pub fn digest(b: &mut Builder, message: &[Lc]) -> Vec<Lc> {
    assert_eq!(message.len() % 8, 0, "whole bytes");
    let mut padded = message.to_vec();
    padded.push(Lc::one());
    while padded.len() % 512 != 448 {
        padded.push(Lc::zero());
    }
    padded.extend(constant_bytes(&(message.len() as u64).to_be_bytes()));
    let mut state = INITIAL.map(constant);
    for block in padded.chunks_exact(512) {
        compress(b, &mut state, block);
    }
    state.iter().flat_map(|word| word.iter().rev().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::{Mode, usual_deltas};
    use sha2::{Digest, Sha256};

    fn bytes(bits: &[Lc]) -> Vec<u8> {
        bits.chunks(8)
            .map(|c| c.iter().fold(0, |byte, bit| byte << 1 | u8::from(bit.value().is_one())))
            .collect()
    }

    #[test]
    fn equals_sha2() {
        for n in [0usize, 3, 55, 56, 64, 114, 288] {
            let message: Vec<u8> = (0..n).map(|i| (i * 37 + 11) as u8).collect();
            let mut b = Builder::new(Mode::Witness);
            let bits = alloc_bytes(&mut b, &message);
            let before = b.num_constraints();
            let out = digest(&mut b, &bits);
            assert_eq!(bytes(&out), Sha256::digest(&message)[..]);
            assert_eq!(b.failure(), None);
            println!("{n} bytes: {} constraints", b.num_constraints() - before);
        }
        let mut b = Builder::new(Mode::Witness);
        let out = digest(&mut b, &constant_bytes(b"abc"));
        assert_eq!((bytes(&out), b.num_constraints()), (Sha256::digest(b"abc").to_vec(), 0));
    }

    #[test]
    fn no_variable_is_free() {
        let mut b = Builder::new(Mode::Shape);
        let bits = alloc_bytes(&mut b, b"zkrom");
        // A free bit of the message would only be one nobody reads: all are read.
        let _ = digest(&mut b, &bits);
        let (r1cs, z) = b.into_r1cs();
        assert_eq!(r1cs.first_violation(&z), None);
        assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
    }
}
