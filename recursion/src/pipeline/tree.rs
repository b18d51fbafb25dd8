//! Compress and join: proofs of blocks to one proof.

use zkrom_stark::machine::{Shape, chips};
use zkrom_stark::proof::{self, VerifyingKey};

use super::{Error, Parameters, Progress, step};
use crate::compress::{self, Exposed};
use crate::join;
use crate::keys::KeySet;
use crate::stage::{ProvingKey, StageProof, packed_lookups};
use crate::tables::Table;
use crate::verifier::{Child, Plan, Proof, Words};

/// The compress circuit of one shape, ready to prove.
#[derive(Debug)]
pub struct CompressKey {
    /// The shape.
    pub shape: u8,
    /// What it does.
    pub plan: Plan,
    /// The key.
    pub key: ProvingKey,
}

/// The key that compresses proofs of a shape.
///
/// # Errors
///
/// Where there is no such shape.
pub fn compress_key(
    shape: u8,
    parameters: &Parameters,
    progress: &mut Progress<'_>,
) -> Result<CompressKey, Error> {
    let table = Shape::table();
    let of_shape = table.get(usize::from(shape)).ok_or(Error::Shape { expected: table.len(), got: shape })?;
    let airs = chips(None);
    let lookups = zkrom_stark::key::packed_lookups(&airs);
    let child = Child {
        airs: &airs,
        lookups: lookups.iter().map(|l| &**l).collect(),
        log_heights: of_shape.log_heights(),
        params: parameters.block,
    };
    let (plan, circuit) = step(progress, "compress circuit", || {
        let plan = child.plan();
        let circuit = compress::circuit(&child, &plan, Exposed::BLOCKS);
        (plan, circuit)
    });
    let key = step(progress, "compress key", || {
        ProvingKey::with_heights(circuit, parameters.tree, &parameters.tree_log_heights)
    });
    Ok(CompressKey { shape, plan, key })
}

impl CompressKey {
    /// Compresses a block proof, to be joined under the root of `keys`.
    ///
    /// # Errors
    ///
    /// Where the circuit refuses it, or it is of another shape.
    pub fn prove(
        &self,
        block: &proof::Proof,
        key: &VerifyingKey,
        keys: &KeySet,
        progress: &mut Progress<'_>,
    ) -> Result<StageProof, Error> {
        if block.shape != self.shape {
            return Err(Error::Shape { expected: usize::from(self.shape), got: block.shape });
        }
        let public = block.public_values();
        let child = Proof { plan: &self.plan, proof: &block.stark, key: &key.preprocessed, public: &public };
        let run = step(progress, "compress run", || {
            self.key.circuit.run(&mut Words::after(keys.root().to_vec(), vec![child]))
        })?;
        Ok(step(progress, "compress", || self.key.prove(&run))?)
    }
}

/// The key that joins.
#[must_use]
pub fn join_key(parameters: &Parameters, progress: &mut Progress<'_>) -> ProvingKey {
    let tables = Table::all(Parameters::tree_layout());
    let lookups = packed_lookups(&tables);
    let child = tree_child(&tables, &lookups, parameters);
    let circuit = step(progress, "join circuit", || join::circuit(&child, &child.plan()));
    step(progress, "join key", || {
        ProvingKey::with_heights(circuit, parameters.tree, &parameters.tree_log_heights)
    })
}

/// A compress or join proof as a child.
pub(super) fn tree_child<'a>(
    tables: &'a [Table],
    lookups: &'a [p3_lookup::Lookups<zkrom_stark::field::Val>],
    parameters: &Parameters,
) -> Child<'a, Table> {
    Child {
        airs: tables,
        lookups: lookups.iter().map(|l| &**l).collect(),
        log_heights: parameters.tree_log_heights.clone(),
        params: parameters.tree,
    }
}
