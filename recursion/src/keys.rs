//! The keys a join accepts: a Merkle tree over preprocessed commitments.
//!
//! The depth is fixed, so a leaf cannot be taken for a node. Places past the last key repeat it.

use p3_field::PrimeCharacteristicRing;
use zkrom_stark::field::Val;

use crate::circuit::{Builder, Digest, Slot};
use crate::poseidon::{RATE, WIDTH, permute};

/// log2 of the number of places: compress circuits of all shapes, and the join circuit.
pub const DEPTH: usize = 6;

/// A set of keys.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// Keys, by place.
    keys: Vec<[Val; RATE]>,
    /// Nodes, level by level from the leaves, which are the keys' hashes.
    levels: Vec<Vec<[Val; RATE]>>,
}

fn compress(left: &[Val; RATE], right: &[Val; RATE]) -> [Val; RATE] {
    let mut state: [Val; WIDTH] = core::array::from_fn(|i| if i < RATE { left[i] } else { right[i - RATE] });
    permute(&mut state);
    *state.first_chunk().expect("a state holds a digest")
}

impl KeySet {
    /// The set of these keys.
    ///
    /// # Panics
    ///
    /// Where there are none, or too many.
    #[must_use]
    pub fn new(keys: &[[Val; RATE]]) -> Self {
        assert!(keys.len() <= 1 << DEPTH, "{} keys", keys.len());
        let mut keys = keys.to_vec();
        keys.resize(1 << DEPTH, *keys.last().expect("at least one key"));
        let mut levels = vec![keys.iter().map(|key| compress(key, &[Val::ZERO; RATE])).collect::<Vec<_>>()];
        for level in 0..DEPTH {
            let nodes = levels[level].chunks_exact(2).map(|pair| compress(&pair[0], &pair[1])).collect();
            levels.push(nodes);
        }
        Self { keys, levels }
    }

    /// The root.
    pub fn root(&self) -> [Val; RATE] {
        self.levels[DEPTH][0]
    }

    /// The first place of a key.
    #[must_use]
    pub fn index(&self, key: &[Val; RATE]) -> Option<usize> {
        self.keys.iter().position(|k| k == key)
    }

    /// The siblings on the way from a place to the root.
    #[must_use]
    pub fn path(&self, index: usize) -> Vec<[Val; RATE]> {
        (0..DEPTH).map(|level| self.levels[level][(index >> level) ^ 1]).collect()
    }

    /// The words that say that a key is in the set: the key, its place and its path.
    ///
    /// # Panics
    ///
    /// Where it is not.
    #[must_use]
    pub fn words(&self, key: &[Val; RATE]) -> Vec<Val> {
        let index = self.index(key).expect("the key is in the set");
        let mut out = key.to_vec();
        out.push(Val::from_usize(index));
        out.extend(self.path(index).as_flattened());
        out
    }
}

/// A key that the prover chooses, of those in the tree of a root; the hints are [`KeySet::words`].
pub fn member(builder: &mut Builder, root: Digest) -> [Slot; RATE] {
    let key = builder.words();
    let [index] = builder.words();
    let bits = builder.bits(index, 0);
    builder.member(&key, &bits[..DEPTH], root);
    key
}
