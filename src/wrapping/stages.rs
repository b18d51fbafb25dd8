//! The stages of the recursion on blocks, with their proofs in files.
//!
//! A stage whose file is there, whole, valid and of these blocks is not proved again; any other file is replaced.

use std::path::Path;
use std::time::Duration;

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use zkrom_asm::file::write_atomic;
use zkrom_asm::isa::LIMBS;
use zkrom_recursion::compress::Exposed;
use zkrom_recursion::keys::KeySet;
use zkrom_recursion::pipeline::{
    Error, Last, Parameters, Progress, StageFile, WrapFile, Wrapped, compress_key, join, join_key,
    tree_verifying_key,
};
use zkrom_recursion::poseidon::RATE;
use zkrom_recursion::stage::StageProof;
use zkrom_stark::field::Val;
use zkrom_stark::proof::{FileFormat, Proof, VerifyingKey};

/// Words of a statement, in order, that a joined statement has of its last block.
const OF_THE_LAST: [usize; 3] = [3, 5, 7];

/// Why blocks were not wrapped.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// No block.
    #[error("no proof to wrap")]
    Nothing,
    /// A block that does not follow the one before.
    #[error("proof {index} does not follow the one before: {what}")]
    Order {
        /// Its place, from 1.
        index: usize,
        /// What does not fit.
        what: &'static str,
    },
    /// A proof that is none of blocks.
    #[error("proof {index} is not about blocks: it has input words, or more than {} output words", Exposed::BLOCKS.outputs)]
    NotBlocks {
        /// Its place, from 1.
        index: usize,
    },
    /// A stage fails.
    #[error(transparent)]
    Stage(#[from] Error),
    /// A file cannot be written.
    #[error(transparent)]
    File(#[from] zkrom_asm::file::FileError),
}

/// A compress or join proof and its key.
struct Node {
    key: [Val; RATE],
    proof: StageProof,
}

/// What the public values of a stage are: root, commitment, words.
fn public_values(keys: &KeySet, key: &VerifyingKey, words: &[U256]) -> Vec<Val> {
    let limbs = words.iter().flat_map(|w| {
        let bytes = w.to_le_bytes::<32>();
        (0..LIMBS).map(move |i| Val::from_u16(u16::from_le_bytes([bytes[2 * i], bytes[2 * i + 1]])))
    });
    keys.root().into_iter().chain(key.preprocessed.roots()[0]).chain(limbs).collect()
}

/// The statement of two that follow each other.
fn joined(left: &[U256], right: &[U256], index: usize) -> Result<Vec<U256>, StageError> {
    let wrong = |what| Err(StageError::Order { index, what });
    if left[..2] != right[..2] {
        return wrong("it is of another chain or config");
    }
    if left[3].checked_add(U256::ONE) != Some(right[2]) {
        return wrong("its first block's number is not the next one");
    }
    if left[5] != right[4] {
        return wrong("its parent is another block");
    }
    if left[7] != right[6] {
        return wrong("it begins with another state");
    }
    Ok((0..left.len()).map(|i| if OF_THE_LAST.contains(&i) { right[i] } else { left[i] }).collect())
}

fn words_of(proofs: &[Proof]) -> Result<Vec<Vec<U256>>, StageError> {
    let words = |(i, proof): (usize, &Proof)| {
        let (shown, hidden) = proof.statement.public_out.split_at(Exposed::BLOCKS.outputs);
        let hidden = hidden.iter().chain(&proof.statement.public_in);
        match hidden.copied().all(|w| w.is_zero()) {
            true => Ok(shown.to_vec()),
            false => Err(StageError::NotBlocks { index: i + 1 }),
        }
    };
    proofs.iter().enumerate().map(words).collect()
}

fn read<T: FileFormat>(path: &Path) -> Option<T> {
    T::from_bytes(&std::fs::read(path).ok()?).ok()
}

/// Runs all stages on proofs of consecutive blocks under one key; stage proofs are kept in `folder`.
///
/// # Errors
/// Where the blocks do not follow each other, a proof is invalid, or a file cannot be written.
pub fn wrap_blocks(
    proofs: &[Proof],
    key: &VerifyingKey,
    parameters: &Parameters,
    keys: &KeySet,
    last: &Last,
    folder: &Path,
    progress: &mut Progress<'_>,
) -> Result<Wrapped, StageError> {
    let words = words_of(proofs)?;
    let (first, rest) = words.split_first().ok_or(StageError::Nothing)?;
    let mut statements = vec![first.clone()];
    for (i, next) in rest.iter().enumerate() {
        statements.push(joined(&statements[i], next, i + 2)?);
    }
    let whole = &statements[statements.len() - 1];
    let expected = public_values(keys, key, whole);

    let wrap_path = folder.join("wrap.stage");
    if let Some(WrapFile { proof }) = read(&wrap_path)
        && proof.public == expected
        && last.verify_wrap(&proof).is_ok()
    {
        progress("wrap (from its file)", Some(Duration::ZERO));
        return Ok(proof);
    }
    let shrunk_path = folder.join("shrink.stage");
    let shrunk = match read::<StageFile>(&shrunk_path) {
        Some(f) if f.proof.public == expected && last.verify_shrink(&f.proof).is_ok() => {
            progress("shrink (from its file)", Some(Duration::ZERO));
            f.proof
        }
        _ => {
            let node = tree(proofs, &words, &statements, key, parameters, keys, folder, progress)?;
            let proof = last.shrink(&node.proof, &node.key, keys, progress)?;
            let file = StageFile { stage: "shrink".to_owned(), key: last.shrink_digest(), proof };
            write_atomic(&shrunk_path, &file.to_bytes())?;
            file.proof
        }
    };
    let file = WrapFile { proof: last.wrap(&shrunk, progress)? };
    write_atomic(&wrap_path, &file.to_bytes())?;
    Ok(file.proof)
}

/// Compresses all, and joins from the left.
#[expect(clippy::too_many_arguments, reason = "what a wrap is made of")]
fn tree(
    proofs: &[Proof],
    words: &[Vec<U256>],
    statements: &[Vec<U256>],
    key: &VerifyingKey,
    parameters: &Parameters,
    keys: &KeySet,
    folder: &Path,
    progress: &mut Progress<'_>,
) -> Result<Node, StageError> {
    // A file's proof counts where it says what it should, under a key of the set, and verifies.
    let usable = |name: &str, words: &[U256]| -> Option<Node> {
        let StageFile { key: stage_key, proof, .. } = read(&folder.join(name))?;
        keys.index(&stage_key)?;
        let valid = proof.public == public_values(keys, key, words)
            && tree_verifying_key(parameters, stage_key).verify(&proof, parameters.tree).is_ok();
        valid.then_some(Node { key: stage_key, proof })
    };
    let save = |name: &str, stage: &str, node: Node| -> Result<Node, StageError> {
        let file = StageFile { stage: stage.to_owned(), key: node.key, proof: node.proof };
        write_atomic(&folder.join(name), &file.to_bytes())?;
        Ok(Node { key: file.key, proof: file.proof })
    };
    let mut compressor = None;
    let mut compress = |i: usize, progress: &mut Progress<'_>| -> Result<Node, StageError> {
        let name = format!("compress-{}.stage", i + 1);
        if let Some(node) = usable(&name, &words[i]) {
            progress(&format!("compress {} (from its file)", i + 1), Some(Duration::ZERO));
            return Ok(node);
        }
        let shape = proofs[i].shape;
        let ready = match compressor.take() {
            Some((at, ready)) if at == shape => ready,
            _ => compress_key(shape, parameters, progress)?,
        };
        let (_, ready) = compressor.insert((shape, ready));
        let proof = ready.prove(&proofs[i], key, keys, progress)?;
        save(&name, "compress", Node { key: ready.key.digest(), proof })
    };
    let mut node = compress(0, progress)?;
    let mut joiner = None;
    for i in 1..proofs.len() {
        let name = format!("join-{}.stage", i + 1);
        if let Some(done) = usable(&name, &statements[i]) {
            progress(&format!("join {} (from its file)", i + 1), Some(Duration::ZERO));
            node = done;
            continue;
        }
        let right = compress(i, progress)?;
        let joiner = joiner.get_or_insert_with(|| join_key(parameters, progress));
        let children = [(&node.proof, node.key), (&right.proof, right.key)];
        let proof = join(joiner, parameters, keys, children, progress)?;
        node = save(&name, "join", Node { key: joiner.digest(), proof })?;
    }
    Ok(node)
}
