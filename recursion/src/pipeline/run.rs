//! All stages from a proof of blocks to the last STARK, with a directory to take up again what is there.

use std::path::{Path, PathBuf};

use p3_field::PrimeCharacteristicRing;
use zkrom_asm::file::write_atomic;
use zkrom_asm::isa::LIMBS;
use zkrom_stark::field::Val;
use zkrom_stark::proof::{self, FileFormat, VerifyingKey};

use super::{Error, Last, Parameters, Progress, StageFile, Wrapped, compress_key, step};
use crate::compress::Exposed;
use crate::keys::KeySet;
use crate::poseidon::RATE;
use crate::stage;

/// Name of the file of a compress proof.
pub const COMPRESS_FILE: &str = "compress.zkstage";
/// Name of the file of the last shrink's proof.
pub const SHRINK_FILE: &str = "shrink.zkstage";

/// The public values of a stage whose proofs say what a block proof says.
#[must_use]
pub fn public_values(keys: &KeySet, key: &VerifyingKey, statement: &proof::Statement) -> Vec<Val> {
    let commitment = key.preprocessed.roots().first().copied().unwrap_or_default();
    let words = statement.public_out.iter().take(Exposed::BLOCKS.outputs);
    let limbs = words.flat_map(|word| {
        word.as_limbs()
            .iter()
            .flat_map(|limb| (0..LIMBS / 4).map(move |i| Val::from_u16((limb >> (16 * i)) as u16)))
            .collect::<Vec<_>>()
    });
    keys.root().into_iter().chain(commitment).chain(limbs).collect()
}

impl Parameters {
    /// The verifying key of compress or join proofs with a preprocessed commitment.
    #[must_use]
    pub fn tree_key(&self, key: [Val; RATE]) -> stage::VerifyingKey {
        let layout = Self::tree_layout();
        stage::VerifyingKey {
            children: layout.children,
            public_values: layout.public_values,
            log_heights: self.tree_log_heights.clone(),
            preprocessed: vec![key].into(),
        }
    }
}

/// A stage's file, if there is a good one; a damaged or foreign one is made anew.
fn load(path: &Path) -> Option<StageFile> {
    StageFile::from_bytes(&std::fs::read(path).ok()?).ok()
}

fn save(path: &Path, file: &StageFile) -> Result<(), Error> {
    write_atomic(path, &file.to_bytes()).map_err(|e| Error::File(e.to_string()))
}

/// Compresses, shrinks and wraps a proof of blocks. Proofs found in `directory` are taken if they verify and say what the block proof says; those made are kept there.
///
/// # Errors
///
/// Where the block proof is invalid, a circuit refuses, or a file cannot be written.
pub fn wrap_block(
    parameters: &Parameters,
    keys: &KeySet,
    last: &Last,
    block: (&proof::Proof, &VerifyingKey),
    directory: Option<&Path>,
    progress: &mut Progress<'_>,
) -> Result<Wrapped, Error> {
    let (proof, key) = block;
    step(progress, "verify the block proof", || key.verify_with(proof, parameters.block))
        .map_err(|e| Error::Block(e.to_string()))?;
    let public = public_values(keys, key, &proof.statement);
    let path = |name: &str| -> Option<PathBuf> { Some(directory?.join(name)) };

    let (shrink_path, compress_path) = (path(SHRINK_FILE), path(COMPRESS_FILE));
    let shrunk = shrink_path
        .as_deref()
        .and_then(load)
        .filter(|file| file.proof.public == public && last.verify_shrunk(&file.proof).is_ok());
    let shrunk = match shrunk {
        Some(file) => file,
        None => {
            let compressed = compress_path.as_deref().and_then(load).filter(|file| {
                keys.index(&file.key).is_some()
                    && file.proof.public == public
                    && parameters.tree_key(file.key).verify(&file.proof, parameters.tree).is_ok()
            });
            let compressed = match compressed {
                Some(file) => file,
                None => {
                    let compress = compress_key(proof.shape, parameters, progress)?;
                    let file = StageFile {
                        stage: "compress".to_owned(),
                        key: compress.key.digest(),
                        proof: compress.prove(proof, key, keys, progress)?,
                    };
                    compress_path.as_deref().map_or(Ok(()), |path| save(path, &file))?;
                    file
                }
            };
            let shrunk = last.shrink(&compressed.proof, &compressed.key, keys, progress)?;
            let file = StageFile { stage: "shrink".to_owned(), key: last.shrink_key(), proof: shrunk };
            shrink_path.as_deref().map_or(Ok(()), |path| save(path, &file))?;
            file
        }
    };
    last.wrap(&shrunk.proof, progress)
}
