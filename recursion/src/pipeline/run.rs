//! All stages from proofs of blocks to the last STARK, with a directory to take up again what is there.
//!
//! A stage whose file is there, whole, valid and of these blocks is not proved again; any other file is replaced.

use std::path::{Path, PathBuf};

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::file::write_atomic;
use zkrom_asm::isa::LIMBS;
use zkrom_stark::field::Val;
use zkrom_stark::proof::{self, FileFormat, VerifyingKey};

use super::{
    CompressKey, Error, Last, Parameters, Progress, StageFile, WrapFile, Wrapped, compress_key, join,
    join_key, step, tree_key,
};
use crate::compress::Exposed;
use crate::keys::KeySet;
use crate::poseidon::RATE;
use crate::stage::{ProvingKey, StageProof};

/// Name of the file of the last shrink's proof.
pub const SHRINK_FILE: &str = "shrink.zkstage";
/// Name of the file of the last STARK.
pub const WRAP_FILE: &str = "wrap.zkstage";
/// Words of a statement that a joined one has of its last block: its number, its hash, its state root.
const OF_THE_LAST: [usize; 3] = [3, 5, 7];

/// Name of the file of a block's compress proof.
#[must_use]
pub fn compress_file(index: usize) -> String {
    format!("compress-{}.zkstage", index + 1)
}

/// Name of the file of the join of the blocks up to one.
#[must_use]
pub fn join_file(index: usize) -> String {
    format!("join-{}.zkstage", index + 1)
}

/// The public values of a stage that says these words of a program with this key.
#[must_use]
pub fn public_values(keys: &KeySet, key: &VerifyingKey, words: &[U256]) -> Vec<Val> {
    let commitment = key.preprocessed.roots().first().copied().unwrap_or_default();
    let limbs = words.iter().flat_map(|word| {
        let bytes = word.to_le_bytes::<32>();
        (0..LIMBS).map(move |i| Val::from_u16(u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]])))
    });
    keys.root().into_iter().chain(commitment).chain(limbs).collect()
}

/// The words of a block proof, which has no others.
fn words_of(index: usize, proof: &proof::Proof) -> Result<Vec<U256>, Error> {
    let (shown, hidden) = proof.statement.public_out.split_at(Exposed::BLOCKS.outputs);
    let hidden = hidden.iter().chain(&proof.statement.public_in);
    if hidden.copied().all(|w| w.is_zero()) {
        Ok(shown.to_vec())
    } else {
        Err(Error::NotBlocks { index: index + 1 })
    }
}

/// The words of two statements joined, as the circuit joins them.
fn joined(left: &[U256], right: &[U256], index: usize) -> Result<Vec<U256>, Error> {
    let what = if left[..2] != right[..2] {
        "it is of another chain or config"
    } else if left[3].checked_add(U256::ONE) != Some(right[2]) {
        "its first block's number is not the next one"
    } else if left[5] != right[4] {
        "its parent is another block"
    } else if left[7] != right[6] {
        "it begins with another state"
    } else {
        return Ok((0..left.len())
            .map(|i| if OF_THE_LAST.contains(&i) { right[i] } else { left[i] })
            .collect());
    };
    Err(Error::Order { index: index + 1, what })
}

/// A compress or join proof and its key.
struct Node {
    key: [Val; RATE],
    proof: StageProof,
}

/// What all steps need.
struct Wrapping<'a> {
    parameters: &'a Parameters,
    keys: &'a KeySet,
    blocks: &'a [&'a proof::Proof],
    key: &'a VerifyingKey,
    directory: Option<&'a Path>,
    /// Words of each block, and of the blocks up to each.
    words: Vec<Vec<U256>>,
    statements: Vec<Vec<U256>>,
    /// Made when they are needed.
    compress: Option<CompressKey>,
    join: Option<ProvingKey>,
}

impl Wrapping<'_> {
    fn path(&self, name: &str) -> Option<PathBuf> {
        Some(self.directory?.join(name))
    }

    fn load<T: FileFormat>(&self, name: &str) -> Option<T> {
        T::from_bytes(&std::fs::read(self.path(name)?).ok()?).ok()
    }

    fn save(&self, name: &str, file: &impl FileFormat) -> Result<(), Error> {
        let Some(path) = self.path(name) else { return Ok(()) };
        write_atomic(&path, &file.to_bytes()).map_err(|e| Error::File(e.to_string()))
    }

    /// The proof in a file, if it says these words and is valid under a key of the set.
    fn node(&self, name: &str, words: &[U256]) -> Option<Node> {
        let StageFile { key, proof, .. } = self.load(name)?;
        self.keys.index(&key)?;
        let good = proof.public == public_values(self.keys, self.key, words)
            && tree_key(self.parameters, key).verify(&proof, self.parameters.tree).is_ok();
        good.then_some(Node { key, proof })
    }

    fn keep(&self, name: &str, stage: &str, node: Node) -> Result<Node, Error> {
        let file = StageFile { stage: stage.to_owned(), key: node.key, proof: node.proof };
        self.save(name, &file)?;
        Ok(Node { key: file.key, proof: file.proof })
    }

    fn compress(&mut self, index: usize, progress: &mut Progress<'_>) -> Result<Node, Error> {
        let name = compress_file(index);
        if let Some(node) = self.node(&name, &self.words[index]) {
            return Ok(node);
        }
        let block = self.blocks[index];
        let ready = match self.compress.take() {
            Some(ready) if ready.shape == block.shape => ready,
            _ => compress_key(block.shape, self.parameters, progress)?,
        };
        let proof = ready.prove(block, self.key, self.keys, progress)?;
        let key = ready.key.digest();
        self.compress = Some(ready);
        self.keep(&name, "compress", Node { key, proof })
    }

    /// Compresses all, and joins from the left.
    fn tree(&mut self, progress: &mut Progress<'_>) -> Result<Node, Error> {
        // The longest join that is there.
        let done = (1..self.blocks.len())
            .rev()
            .find_map(|i| Some((i, self.node(&join_file(i), &self.statements[i])?)));
        let (first, mut node) = match done {
            Some((i, node)) => (i, node),
            None => (0, self.compress(0, progress)?),
        };
        for i in first + 1..self.blocks.len() {
            let right = self.compress(i, progress)?;
            let joiner = match self.join.take() {
                Some(joiner) => joiner,
                None => join_key(self.parameters, progress),
            };
            let children = [(&node.proof, node.key), (&right.proof, right.key)];
            let proof = join(&joiner, self.parameters, self.keys, children, progress)?;
            let key = joiner.digest();
            self.join = Some(joiner);
            node = self.keep(&join_file(i), "join", Node { key, proof })?;
        }
        Ok(node)
    }
}

/// Compresses, joins, shrinks and wraps proofs of consecutive blocks under one key. Proofs found in `directory` are taken if they verify and say what the block proofs say; those made
/// are kept there.
///
/// # Errors
///
/// Where a block proof is invalid, the blocks do not follow each other, a circuit refuses, or a file cannot be written.
pub fn wrap_blocks(
    parameters: &Parameters,
    keys: &KeySet,
    last: &Last,
    blocks: &[&proof::Proof],
    key: &VerifyingKey,
    directory: Option<&Path>,
    progress: &mut Progress<'_>,
) -> Result<Wrapped, Error> {
    let mut words = Vec::with_capacity(blocks.len());
    let mut statements: Vec<Vec<U256>> = Vec::with_capacity(blocks.len());
    for (i, block) in blocks.iter().enumerate() {
        step(progress, "verify the block proof", || key.verify_with(block, parameters.block))
            .map_err(|e| Error::Block(e.to_string()))?;
        let own = words_of(i, block)?;
        statements.push(match statements.last() {
            Some(before) => joined(before, &own, i)?,
            None => own.clone(),
        });
        words.push(own);
    }
    let expected = public_values(keys, key, statements.last().ok_or(Error::NoBlocks)?);
    let (compress, join) = (None, None);
    let mut wrapping =
        Wrapping { parameters, keys, blocks, key, directory, words, statements, compress, join };

    if let Some(WrapFile { proof }) = wrapping.load(WRAP_FILE)
        && proof.public == expected
        && last.verify_wrapped(&proof).is_ok()
    {
        return Ok(proof);
    }
    let found = wrapping
        .load::<StageFile>(SHRINK_FILE)
        .filter(|file| file.proof.public == expected && last.verify_shrunk(&file.proof).is_ok());
    let shrunk = match found {
        Some(file) => file.proof,
        None => {
            let node = wrapping.tree(progress)?;
            // Their tables are not needed any more.
            (wrapping.compress, wrapping.join) = (None, None);
            let proof = last.shrink(&node.proof, &node.key, keys, progress)?;
            wrapping.keep(SHRINK_FILE, "shrink", Node { key: last.shrink_key(), proof })?.proof
        }
    };
    let file = WrapFile { proof: last.wrap(&shrunk, progress)? };
    wrapping.save(WRAP_FILE, &file)?;
    Ok(file.proof)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(values: [u64; 8]) -> Vec<U256> {
        values.map(U256::from).to_vec()
    }

    /// As `tests/join.rs` has it of the circuit.
    #[test]
    fn statements_join_where_they_follow_each_other() {
        let left = words([9, 1, 4, 5, 7, 8, 70, 80]);
        let right = [9, 1, 6, 6, 8, 11, 80, 90];
        assert_eq!(joined(&left, &words(right), 1).expect("they follow"), words([9, 1, 4, 6, 7, 11, 70, 90]));
        for (word, what) in [(0, "config"), (1, "chain"), (2, "number"), (4, "parent"), (6, "state")] {
            let mut wrong = right;
            wrong[word] += 1;
            let error = joined(&left, &words(wrong), 1).expect_err("it does not follow");
            assert!(error.to_string().contains("proof 2") && error.to_string().contains(what), "{error}");
        }
        let mut last = left;
        last[3] = U256::MAX;
        let mut first = words(right);
        first[2] = U256::ZERO;
        assert!(joined(&last, &first, 1).is_err(), "numbers do not wrap around");
    }
}
