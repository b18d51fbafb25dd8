//! What a wrapped proof says, and the one public input that says it.
//!
//! The wrap STARK's public values are the root of the keys a join accepts (8 elements), the block STARK's preprocessed commitment (8 elements) and 8 output words of 16 limbs of 16
//! bits, least significant first.
//!
//! * The root of the keys is a constant of the circuit.
//! * `romDigest = sha256(tag || programDigest || machineDigest || commitment)`, as the block STARK's key defines it, the commitment as canonical integers of four bytes, most significant
//!   first. Program's and machine's digest are the prover's to say: the contract pins `romDigest`, which binds them.
//! * The public input is `sha256(romDigest || O_0 || .. || O_7)`, words of 32 bytes most significant first, without its three top bits.
//!
//! Every limb is shown to have 16 bits, so a word has one encoding; commitment elements are canonical by the time they get here.

use ark_ff::PrimeField;
use sha2::{Digest, Sha256};
use zkrom_stark::key::ROM_DIGEST_TAG;

use crate::field::Fr;
use crate::koala::Felt;
use crate::koala::bits::{from_bits, to_bits};
use crate::r1cs::{Builder, Lc};
use crate::sha256::{alloc_bytes, constant_bytes, digest};

/// Elements of a digest over KoalaBear.
pub const DIGEST: usize = 8;
/// Output words.
pub const WORDS: usize = 8;
/// Limbs of a word.
pub const LIMBS: usize = 16;
/// Public values of the wrap STARK.
pub const PUBLIC_VALUES: usize = 2 * DIGEST + WORDS * LIMBS;
/// Bits of the public input.
const INPUT_BITS: usize = 253;

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The program's digest.
    pub program_digest: [u8; 32],
    /// The machine's digest.
    pub machine_digest: [u8; 32],
    /// The block STARK's preprocessed commitment, canonical integers.
    pub commitment: [u32; DIGEST],
    /// The output words, as limbs of 16 bits, least significant first.
    pub outputs: [[u16; LIMBS]; WORDS],
}

/// Why public values are no statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// There is another number of them.
    #[error("{got} public values, a wrap STARK has {expected}")]
    Length {
        /// What there should be.
        expected: usize,
        /// What there is.
        got: usize,
    },
    /// A limb does not fit.
    #[error("limb {index} is {value}, more than 16 bits")]
    Limb {
        /// Its place among the limbs.
        index: usize,
        /// Its value.
        value: u32,
    },
}

impl Statement {
    /// The statement of a wrap STARK's public values.
    ///
    /// # Errors
    ///
    /// Where they are none.
    pub fn from_public(
        public: &[u32],
        program_digest: [u8; 32],
        machine_digest: [u8; 32],
    ) -> Result<Self, StatementError> {
        if public.len() != PUBLIC_VALUES {
            return Err(StatementError::Length { expected: PUBLIC_VALUES, got: public.len() });
        }
        let commitment = core::array::from_fn(|i| public[DIGEST + i]);
        let mut outputs = [[0; LIMBS]; WORDS];
        for (index, &value) in public[2 * DIGEST..].iter().enumerate() {
            outputs[index / LIMBS][index % LIMBS] =
                u16::try_from(value).map_err(|_| StatementError::Limb { index, value })?;
        }
        Ok(Self { program_digest, machine_digest, commitment, outputs })
    }

    /// Identity of program, machine and tables.
    #[must_use]
    pub fn rom_digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(ROM_DIGEST_TAG);
        hash.update(self.program_digest);
        hash.update(self.machine_digest);
        self.commitment.iter().for_each(|e| hash.update(e.to_be_bytes()));
        hash.finalize().into()
    }

    /// The output words, most significant byte first.
    #[must_use]
    pub fn words(&self) -> [[u8; 32]; WORDS] {
        self.outputs.map(|limbs| {
            let mut bytes = [0; 32];
            for (i, limb) in limbs.iter().rev().enumerate() {
                bytes[2 * i..2 * i + 2].copy_from_slice(&limb.to_be_bytes());
            }
            bytes
        })
    }

    /// The public input.
    #[must_use]
    pub fn public_input(&self) -> Fr {
        let mut hash = Sha256::new();
        hash.update(self.rom_digest());
        self.words().iter().for_each(|w| hash.update(w));
        let mut bytes: [u8; 32] = hash.finalize().into();
        bytes[0] &= 0x1f;
        Fr::from_be_bytes_mod_order(&bytes)
    }
}

/// Binds the public input to the public values of a wrap STARK.
///
/// # Panics
///
/// Unless there are [`PUBLIC_VALUES`] of them, all canonical.
pub fn bind(
    b: &mut Builder,
    input: &Lc,
    public: &[Felt],
    keys_root: [u32; DIGEST],
    program_digest: &[u8; 32],
    machine_digest: &[u8; 32],
) {
    assert_eq!(public.len(), PUBLIC_VALUES, "the public values of a wrap STARK");
    assert!(public.iter().all(Felt::is_canonical), "public values are canonical");
    for (element, expected) in public.iter().zip(keys_root) {
        // Both are canonical integers, so they are equal as such.
        b.enforce_zero(&element.lc().clone().add_constant(-Fr::from(expected)));
    }
    let big_endian = |b: &mut Builder, x: &Lc, bits: usize| {
        let bits = to_bits(b, x, bits);
        bits.into_iter().rev().collect::<Vec<Lc>>()
    };
    let mut message = constant_bytes(ROM_DIGEST_TAG);
    message.extend(alloc_bytes(b, program_digest));
    message.extend(alloc_bytes(b, machine_digest));
    for element in &public[DIGEST..2 * DIGEST] {
        message.push(Lc::zero());
        message.extend(big_endian(b, element.lc(), 31));
    }
    let mut message = digest(b, &message);
    for word in public[2 * DIGEST..].chunks_exact(LIMBS) {
        for limb in word.iter().rev() {
            message.extend(big_endian(b, limb.lc(), 16));
        }
    }
    let mut hash = digest(b, &message);
    hash.reverse();
    b.enforce_equal(input, &from_bits(&hash[..INPUT_BITS]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::r1cs::Mode;
    use rand::{Rng, SeedableRng};

    fn public(rng: &mut impl Rng) -> Vec<u32> {
        (0..PUBLIC_VALUES)
            .map(
                |i| {
                    if i < 2 * DIGEST {
                        rng.random_range(0..0x7f00_0001)
                    } else {
                        rng.random_range(0..1 << 16)
                    }
                },
            )
            .collect()
    }

    fn accepted(
        public: &[u32],
        input: Fr,
        root: [u32; DIGEST],
        digests: &[[u8; 32]; 2],
        mode: Mode,
    ) -> (bool, usize) {
        let mut b = Builder::new(mode);
        let input = b.public_input(input);
        let felts: Vec<Felt> = public.iter().map(|&v| Felt::alloc_canonical(&mut b, u64::from(v))).collect();
        let before = b.num_constraints();
        bind(&mut b, &input, &felts, root, &digests[0], &digests[1]);
        (b.failure().is_none(), b.num_constraints() - before)
    }

    #[test]
    fn the_input_says_all_of_it() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(9);
        let values = public(&mut rng);
        let digests: [[u8; 32]; 2] = rng.random();
        let root: [u32; DIGEST] = core::array::from_fn(|i| values[i]);
        let statement = Statement::from_public(&values, digests[0], digests[1]).expect("limbs of 16 bits");
        let input = statement.public_input();
        let (ok, constraints) = accepted(&values, input, root, &digests, Mode::Witness);
        assert!(ok);
        println!("statement: {constraints} constraints");
        assert!(!accepted(&values, input + Fr::from(1u64), root, &digests, Mode::Witness).0);
        for i in (0..PUBLIC_VALUES).step_by(9) {
            let mut other = values.clone();
            other[i] ^= 1;
            assert!(!accepted(&other, input, root, &digests, Mode::Witness).0, "public value {i}");
        }
        for i in 0..2 {
            let mut other = digests;
            other[i][31] ^= 1;
            assert!(!accepted(&values, input, root, &other, Mode::Witness).0, "digest {i}");
        }
        let mut other = root;
        other[7] ^= 1;
        assert!(!accepted(&values, input, other, &digests, Mode::Witness).0);
    }

    #[test]
    fn limbs_of_more_bits_are_refused() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(10);
        let mut values = public(&mut rng);
        let digests = [[1; 32], [2; 32]];
        let root: [u32; DIGEST] = core::array::from_fn(|i| values[i]);
        // 2^16 in a limb is 1 in the next: the words are the same, the limbs are not.
        (values[16], values[17]) = (0, 1);
        let input =
            Statement::from_public(&values, digests[0], digests[1]).expect("a statement").public_input();
        (values[16], values[17]) = (1 << 16, 0);
        let error = Statement::from_public(&values, digests[0], digests[1]).expect_err("a limb of 17 bits");
        assert_eq!(error, StatementError::Limb { index: 0, value: 1 << 16 });
        assert!(!accepted(&values, input, root, &digests, Mode::Witness).0);
        let error = Statement::from_public(&values[1..], digests[0], digests[1]).expect_err("too few");
        assert_eq!(error, StatementError::Length { expected: PUBLIC_VALUES, got: PUBLIC_VALUES - 1 });
    }
}
