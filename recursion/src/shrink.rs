//! Shrink: one recursion proof to one with fewer rows behind it, so that the last STARK is small.
//!
//! # Statements
//!
//! [`first`]: "there is a proof of a stage whose key is in the tree of the root that its first public values are, and its public values are these". The child is a proof of
//! [compress](crate::compress) or of [join](crate::join), whose circuits differ in their key only.
//!
//! [`next`]: "there is a proof of the stage with this one key, which is a constant of the circuit, and its public values are these".
//!
//! So the public values are a child's all the way: the root of the [keys](crate::keys), the commitment of the block STARK, the words. What remains for whoever
//! verifies the last proof is to compare the root with that of the keys they trust, and the commitment with the program's.

use zkrom_stark::field::Val;

use crate::circuit::{Builder, Circuit, Slot};
use crate::compress::Exposed;
use crate::keys::{KeySet, member};
use crate::poseidon::RATE;
use crate::tables::{Table, TableId};
use crate::verifier::{Child, Plan, Verified, verify};

fn assert_equal(builder: &mut Builder, left: &[Slot], right: &[Slot]) {
    left.iter().zip(right).for_each(|(&l, &r)| builder.assert_eq(l, r));
}

/// Exposes a child's public values.
///
/// # Panics
///
/// Where they are not those of [`Exposed::BLOCKS`].
fn expose(builder: &mut Builder, verified: &Verified) {
    let public = &verified.public[TableId::Values as usize];
    assert_eq!(public.len(), Exposed::BLOCKS.public_values());
    public.iter().for_each(|&limb| builder.expose(limb));
}

/// The circuit that shrinks a proof of compress or join.
///
/// # Panics
///
/// Where the child does not have the public values of [`Exposed::BLOCKS`].
#[must_use]
pub fn first(child: &Child<'_, Table>, plan: &Plan) -> Circuit {
    let mut builder = Builder::new();
    let b = &mut builder;
    let root: [Slot; RATE] = b.words();
    let root_digest = b.digest_of(&root);
    let key = member(b, root_digest);
    let verified = verify(b, child, plan);
    assert_equal(b, &verified.key, &key);
    assert_equal(b, &verified.public[TableId::Values as usize][..RATE], &root);
    expose(b, &verified);
    builder.finish()
}

/// The words that come before the child's: the root, and the child's key with its path.
///
/// # Panics
///
/// Where the child's key is not in the set.
#[must_use]
pub fn words(keys: &KeySet, child: &[Val; RATE]) -> Vec<Val> {
    [&keys.root()[..], &keys.words(child)].concat()
}

/// The circuit that shrinks a proof of one other circuit.
///
/// # Panics
///
/// Where the child does not have the public values of [`Exposed::BLOCKS`].
#[must_use]
pub fn next(child: &Child<'_, Table>, plan: &Plan, key: &[Val; RATE]) -> Circuit {
    let mut builder = Builder::new();
    let b = &mut builder;
    let verified = verify(b, child, plan);
    let key = key.map(|element| b.base(element));
    assert_equal(b, &verified.key, &key);
    expose(b, &verified);
    builder.finish()
}
