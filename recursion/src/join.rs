//! Join: two proofs of consecutive blocks to one.
//!
//! # Statement
//!
//! "There are two proofs of stages whose keys are in the tree of the exposed root, and their statements follow each other": the same root of keys, block-STARK commitment,
//! config hash and chain id; the right one's first block number is the left one's last plus one, its parent hash the left one's last hash, its first state root the left one's last. The public
//! values are those of a child with [`Exposed::BLOCKS`]: root, commitment, config hash, chain id, first block (left), last block (right), parent hash (left), last hash (right), first state root
//! (left), last state root (right).
//!
//! The children are proofs of [compress](crate::compress) or of this circuit: both have the same tables, layout and heights, so only the key differs, and a key is a preprocessed commitment. A join's root is
//! its children's, down to the leaves: whoever verifies the last proof compares it with the root of the keys they trust.
//!
//! Limbs are below 2^16 because the block STARK looks all its public limbs up; the addition relies on it.

use p3_field::{Field, PrimeCharacteristicRing};
use zkrom_asm::isa::LIMBS;
use zkrom_stark::field::Val;

use crate::circuit::{Builder, Circuit, Slot};
use crate::compress::Exposed;
use crate::keys::{KeySet, member};
use crate::poseidon::RATE;
use crate::tables::{Table, TableId};
use crate::verifier::{Child, Plan, verify};

/// Words of a statement, in order.
const CONFIG: usize = 0;
const CHAIN: usize = 1;
const FIRST_BLOCK: usize = 2;
const LAST_BLOCK: usize = 3;
const PARENT_HASH: usize = 4;
const LAST_HASH: usize = 5;
const FIRST_ROOT: usize = 6;
const LAST_ROOT: usize = 7;

/// A child's statement.
struct Statement {
    root: Vec<Slot>,
    commitment: Vec<Slot>,
    words: Vec<Vec<Slot>>,
}

impl Statement {
    fn of(public: &[Slot]) -> Self {
        let (root, rest) = public.split_at(RATE);
        let (commitment, limbs) = rest.split_at(RATE);
        Self {
            root: root.to_vec(),
            commitment: commitment.to_vec(),
            words: limbs.chunks_exact(LIMBS).map(<[Slot]>::to_vec).collect(),
        }
    }
}

fn assert_equal(builder: &mut Builder, left: &[Slot], right: &[Slot]) {
    for (&l, &r) in left.iter().zip(right) {
        builder.assert_eq(l, r);
    }
}

/// `right = left + 1` without overflow, on 16-bit limbs: `r_i = l_i + c_i - 2^16 c_(i+1)` with `c_0 = 1`, the other carries bits and the last zero.
fn assert_successor(builder: &mut Builder, left: &[Slot], right: &[Slot]) {
    let scale = builder.base(Val::from_u32(1 << 16).inverse());
    let mut carry = builder.one();
    for (&l, &r) in left.iter().zip(right) {
        let sum = builder.add(l, carry);
        let difference = builder.sub(sum, r);
        carry = builder.mul(difference, scale);
        let square = builder.mul(carry, carry);
        builder.assert_eq(square, carry);
    }
    builder.assert_zero(carry);
}

/// The words that come before the children's: the root, and each child's key with its path.
///
/// # Panics
///
/// Where a child's key is not in the set.
#[must_use]
pub fn words(keys: &KeySet, children: [[Val; RATE]; 2]) -> Vec<Val> {
    let mut out = keys.root().to_vec();
    children.iter().for_each(|key| out.extend(keys.words(key)));
    out
}

/// The circuit that joins two proofs.
///
/// # Panics
///
/// Where the child does not have the public values of [`Exposed::BLOCKS`].
#[must_use]
pub fn circuit(child: &Child<'_, Table>, plan: &Plan) -> Circuit {
    let public = TableId::ALL.iter().position(|&id| id == TableId::Values).expect("a table");
    assert_eq!(plan.instances[public].public_values, Exposed::BLOCKS.public_values());
    let mut builder = Builder::new();
    let b = &mut builder;
    b.room(2);
    let root: [Slot; RATE] = b.words();
    let root_digest = b.digest_of(&root);
    let keys = [(); 2].map(|()| member(b, root_digest));
    let [left, right] = keys.map(|key| {
        let verified = verify(b, child, plan);
        assert_equal(b, &verified.key, &key);
        let statement = Statement::of(&verified.public[public]);
        assert_equal(b, &statement.root, &root);
        statement
    });
    assert_equal(b, &left.commitment, &right.commitment);
    for word in [CONFIG, CHAIN] {
        assert_equal(b, &left.words[word], &right.words[word]);
    }
    assert_successor(b, &left.words[LAST_BLOCK], &right.words[FIRST_BLOCK]);
    assert_equal(b, &left.words[LAST_HASH], &right.words[PARENT_HASH]);
    assert_equal(b, &left.words[LAST_ROOT], &right.words[FIRST_ROOT]);
    let from = |word: usize| if matches!(word, LAST_BLOCK | LAST_HASH | LAST_ROOT) { &right } else { &left };
    root.iter().chain(&left.commitment).for_each(|&limb| b.expose(limb));
    for word in 0..Exposed::BLOCKS.outputs {
        from(word).words[word].iter().for_each(|&limb| b.expose(limb));
    }
    builder.finish()
}
