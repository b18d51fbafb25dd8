//! Join: two proofs of consecutive blocks to one.
//!
//! # Statement
//!
//! "There are two proofs of the circuit's child stage, of the key the circuit has as constants, whose statements follow each other": the same block-STARK commitment,
//! config hash and chain id; the right one's first block number is the left one's last plus one, its parent hash the left one's last hash, its first state root the left one's last. The public
//! values are those of a child with [`Exposed::BLOCKS`]: commitment, config hash, chain id, first block (left), last block (right), parent hash (left), last hash (right), first state root
//! (left), last state root (right).
//!
//! Limbs are below 2^16 because the block STARK looks all its public limbs up; the addition relies on it.

use p3_field::{Field, PrimeCharacteristicRing};
use zkrom_asm::isa::LIMBS;
use zkrom_stark::field::Val;

use crate::circuit::{Builder, Circuit, Slot};
use crate::compress::Exposed;
use crate::poseidon::RATE;
use crate::stage::Commitment;
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
    commitment: Vec<Slot>,
    words: Vec<Vec<Slot>>,
}

impl Statement {
    fn of(public: &[Slot]) -> Self {
        let (commitment, limbs) = public.split_at(RATE);
        Self {
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

/// The circuit that joins two proofs of a stage with a key.
///
/// # Panics
///
/// Where the child does not have the public values of [`Exposed::BLOCKS`].
#[must_use]
pub fn circuit(child: &Child<'_, Table>, plan: &Plan, key: &Commitment) -> Circuit {
    let public = TableId::ALL.iter().position(|&id| id == TableId::Public).expect("a table");
    assert_eq!(plan.instances[public].public_values, Exposed::BLOCKS.public_values());
    let mut builder = Builder::new();
    let b = &mut builder;
    let [left, right] = [(); 2].map(|()| {
        let verified = verify(b, child, plan);
        for (&slot, &limb) in verified.key.iter().zip(&key.roots()[0]) {
            let limb = b.base(limb);
            b.assert_eq(slot, limb);
        }
        Statement::of(&verified.public[public])
    });
    assert_equal(b, &left.commitment, &right.commitment);
    for word in [CONFIG, CHAIN] {
        assert_equal(b, &left.words[word], &right.words[word]);
    }
    assert_successor(b, &left.words[LAST_BLOCK], &right.words[FIRST_BLOCK]);
    assert_equal(b, &left.words[LAST_HASH], &right.words[PARENT_HASH]);
    assert_equal(b, &left.words[LAST_ROOT], &right.words[FIRST_ROOT]);
    let from = |word: usize| if matches!(word, LAST_BLOCK | LAST_HASH | LAST_ROOT) { &right } else { &left };
    left.commitment.iter().for_each(|&limb| b.expose(limb));
    for word in 0..Exposed::BLOCKS.outputs {
        from(word).words[word].iter().for_each(|&limb| b.expose(limb));
    }
    builder.finish()
}
