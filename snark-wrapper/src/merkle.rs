//! p3's Merkle trees over BN254 in the circuit: leaves of packed rows, matrices of several heights, caps.
//!
//! * A leaf packs eight canonical elements a word, each plus one, in radix `2^31`, and absorbs two words a permutation from the zero state; a last block with one word leaves the
//!   second word of the state as it was. Elements plus one are below `2^31`, so a row determines the words and the words the row.
//! * A node is the first word of the permutation of `(left, right, 0)`.
//! * Rows of a lower matrix join where the layer has as many nodes as they: the node becomes the node of itself and their leaf.
//! * A cap's digest is picked by the top bits of the index.

use ark_ff::One;

use crate::field::Fr;
use crate::koala::Felt;
use crate::koala::bits::lookup;
use crate::poseidon2::{RATE, WIDTH, permute};
use crate::r1cs::{Builder, Lc};
use crate::transcript::pack;

/// Elements of a word.
const PACKED: usize = 8;

/// Constraints of a leaf of `n` elements.
#[must_use]
pub const fn leaf_cost(n: usize) -> usize {
    // What is fixed folds: the first permutation has a constant third word, and a constant second where there is one word.
    n.div_ceil(PACKED * RATE) * crate::poseidon2::CONSTRAINTS
}

/// The digest of rows.
///
/// # Panics
///
/// Where an element is not known to be canonical.
pub fn leaf(b: &mut Builder, row: &[Felt]) -> Lc {
    assert!(row.iter().all(Felt::is_canonical), "leaves are of canonical elements");
    let mut state: [Lc; WIDTH] = core::array::from_fn(|_| Lc::zero());
    for block in row.chunks(PACKED * RATE) {
        for (word, chunk) in state.iter_mut().zip(block.chunks(PACKED)) {
            let shifted: Vec<Lc> = chunk.iter().map(|x| x.lc().clone().add_constant(Fr::one())).collect();
            *word = pack(&shifted);
        }
        state = permute(b, &state);
    }
    let [digest, ..] = state;
    digest
}

/// The node of two digests.
pub fn node(b: &mut Builder, left: &Lc, right: &Lc) -> Lc {
    let [digest, ..] = permute(b, &[left.clone(), right.clone(), Lc::zero()]);
    digest
}

/// The parent of `own`, which is the right child where `bit` is set.
pub fn step(b: &mut Builder, bit: &Lc, own: &Lc, sibling: &Lc) -> Lc {
    let swap = b.mul(bit, &(sibling - own));
    let left = own + &swap;
    let right = sibling - &swap;
    node(b, &left, &right)
}

/// The digest is the cap's at `bits`, least significant first.
///
/// # Panics
///
/// Unless the cap has `2^bits` digests.
pub fn check_cap(b: &mut Builder, bits: &[Lc], cap: &[Lc], digest: &Lc) {
    let expected = lookup(b, bits, cap);
    b.enforce_equal(&expected, digest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::fr_from_bn254;
    use crate::r1cs::{Mode, usual_deltas};
    use p3_commit::Mmcs;
    use p3_field::{PrimeCharacteristicRing, PrimeField32};
    use p3_matrix::dense::RowMajorMatrix;
    use p3_symmetric::{CryptographicHasher, PseudoCompressionFunction};
    use rand::{Rng, SeedableRng};
    use zkrom_recursion::outer::{Compress, Hash, OuterParams, permutation};
    use zkrom_stark::config::ProofParams;
    use zkrom_stark::field::Val;

    fn alloc(b: &mut Builder, row: &[Val]) -> Vec<Felt> {
        row.iter().map(|v| Felt::alloc_canonical(b, u64::from(v.as_canonical_u32()))).collect()
    }

    #[test]
    fn leaves_and_nodes_equal_the_native_ones() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(6);
        let hash = Hash::new(permutation()).expect("the fields fit");
        for n in [1, 7, 8, 9, 16, 17, 24, 25, 40, 64] {
            let row: Vec<Val> = (0..n).map(|_| Val::from_u64(rng.random())).collect();
            let [expected] = hash.hash_iter(row.iter().copied());
            let mut b = Builder::new(Mode::Shape);
            let felts = alloc(&mut b, &row);
            let before = b.num_constraints();
            let digest = leaf(&mut b, &felts);
            assert!(b.num_constraints() - before <= leaf_cost(n));
            assert_eq!(digest.value(), fr_from_bn254(expected));
            let [parent] = Compress::new(permutation()).compress([[expected], [expected + expected]]);
            let right = digest.scale(Fr::from(2u64));
            for bit in [0u64, 1] {
                let (own, sibling) = if bit == 0 { (&digest, &right) } else { (&right, &digest) };
                let bit = b.alloc(Fr::from(bit));
                assert_eq!(step(&mut b, &bit, own, sibling).value(), fr_from_bn254(parent));
            }
            assert_eq!(b.failure(), None);
        }
    }

    /// A tree with matrices of three heights, with a cap: every index, and no free variable.
    #[test]
    fn paths_of_several_heights_equal_p3s() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let mmcs = OuterParams { proof: ProofParams::TESTING, cap_height: 1 }.mmcs();
        let matrices: Vec<RowMajorMatrix<Val>> = [(16, 3), (4, 20), (16, 9), (2, 1)]
            .map(|(height, width): (usize, usize)| {
                RowMajorMatrix::new((0..height * width).map(|_| Val::from_u64(rng.random())).collect(), width)
            })
            .into();
        let (cap, data) = mmcs.commit(matrices);
        for index in 0..16usize {
            let opening = mmcs.open_batch(index, &data);
            let rows = &opening.opened_values;
            let mut b = Builder::new(Mode::Shape);
            let bits: Vec<Lc> = (0..4).map(|i| b.public_input(Fr::from(index as u64 >> i & 1))).collect();
            let cap: Vec<Lc> = cap.roots().iter().map(|[d]| Lc::constant(fr_from_bn254(*d))).collect();
            let tall = alloc(&mut b, &[&rows[0][..], &rows[2][..]].concat());
            let mut digest = leaf(&mut b, &tall);
            for (level, [sibling]) in opening.opening_proof.iter().enumerate() {
                let sibling = b.alloc(fr_from_bn254(*sibling));
                digest = step(&mut b, &bits[level], &digest, &sibling);
                for (_, m) in [(1, 1), (2, 3)].iter().filter(|(at, _)| at == &level) {
                    let row = alloc(&mut b, &rows[*m]);
                    let low = leaf(&mut b, &row);
                    digest = node(&mut b, &digest, &low);
                }
            }
            check_cap(&mut b, &bits[3..], &cap, &digest);
            assert_eq!(b.failure(), None, "{index}");
            let (r1cs, z) = b.into_r1cs();
            assert_eq!(r1cs.free_variables(&z, &usual_deltas()), Vec::<usize>::new());
        }
    }
}
