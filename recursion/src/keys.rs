//! The keys a join accepts: a Merkle tree over preprocessed commitments.
//!
//! The depth is fixed, so a leaf cannot be taken for a node. Places past the last key repeat it.

use zkrom_stark::field::Val;

use crate::poseidon::{RATE, WIDTH, permute};

/// log2 of the number of places: compress circuits of all shapes, and the join circuit.
pub const DEPTH: usize = 6;

/// A set of keys.
#[derive(Clone, Debug)]
pub struct KeySet {
    /// Nodes, level by level from the leaves.
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
        let mut leaves = keys.to_vec();
        leaves.resize(1 << DEPTH, *keys.last().expect("at least one key"));
        let mut levels = vec![leaves];
        for level in 0..DEPTH {
            let nodes = levels[level].chunks_exact(2).map(|pair| compress(&pair[0], &pair[1])).collect();
            levels.push(nodes);
        }
        Self { levels }
    }

    /// The root.
    pub fn root(&self) -> [Val; RATE] {
        self.levels[DEPTH][0]
    }

    /// The first place of a key.
    #[must_use]
    pub fn index(&self, key: &[Val; RATE]) -> Option<usize> {
        self.levels[0].iter().position(|k| k == key)
    }

    /// The siblings on the way from a place to the root.
    #[must_use]
    pub fn path(&self, index: usize) -> Vec<[Val; RATE]> {
        (0..DEPTH).map(|level| self.levels[level][(index >> level) ^ 1]).collect()
    }
}
