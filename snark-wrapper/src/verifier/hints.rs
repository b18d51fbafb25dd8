//! What the prover tells the circuit: the words of a proof, in the order the circuit reads them. All of it is untrusted.

use crate::field::Fr;
use crate::koala::D;

/// Why there is no witness for a proof: it is not of the shape the circuit verifies, or its openings lead nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A part of the proof has another shape than the plan's.
    #[error("shape: {0}")]
    Shape(&'static str),
    /// A multi-proof of Merkle paths is not one.
    #[error("Merkle paths: {0}")]
    Paths(String),
    /// More or fewer words than the circuit reads.
    #[error("words: {0}")]
    Words(&'static str),
}

/// A result of reading hints.
pub type Result<T> = core::result::Result<T, Refusal>;

/// The words of a proof, in order.
pub trait Hints {
    /// A base element, canonical.
    ///
    /// # Errors
    ///
    /// Where there is none.
    fn value(&mut self) -> Result<u64>;

    /// A digest.
    ///
    /// # Errors
    ///
    /// Where there is none.
    fn digest(&mut self) -> Result<Fr>;

    /// The queries' indices are known; openings of the commitments follow, query by query.
    ///
    /// # Errors
    ///
    /// Where the proof has no such openings.
    fn queries(&mut self, indices: &[usize]) -> Result<()>;

    /// What has been folded is known; openings of a round of FRI follow, query by query.
    ///
    /// # Errors
    ///
    /// Where the proof has no such openings.
    fn round(&mut self, round: usize, folded: &[[u64; D]]) -> Result<()>;
}

/// Zeros, for the shape of a circuit, which does not depend on values.
#[derive(Clone, Copy, Debug, Default)]
pub struct Zeros;

impl Hints for Zeros {
    fn value(&mut self) -> Result<u64> {
        Ok(0)
    }

    fn digest(&mut self) -> Result<Fr> {
        Ok(Fr::from(0u64))
    }

    fn queries(&mut self, _: &[usize]) -> Result<()> {
        Ok(())
    }

    fn round(&mut self, _: usize, _: &[[u64; D]]) -> Result<()> {
        Ok(())
    }
}

/// Other hints with the word at one place changed: what a prover who does not follow the protocol may say. Its circuit must not be satisfied.
#[derive(Debug)]
pub struct Changed<H> {
    /// The hints.
    pub hints: H,
    /// Words before the one that is changed.
    pub skip: usize,
    /// Words read.
    pub read: usize,
}

impl<H> Changed<H> {
    /// Changes the word number `skip`.
    pub const fn new(hints: H, skip: usize) -> Self {
        Self { hints, skip, read: 0 }
    }

    const fn hit(&mut self) -> bool {
        self.read += 1;
        self.read == self.skip + 1
    }
}

impl<H: Hints> Hints for Changed<H> {
    fn value(&mut self) -> Result<u64> {
        let v = self.hints.value()?;
        Ok(if self.hit() { (v + 1) % crate::field::P } else { v })
    }

    fn digest(&mut self) -> Result<Fr> {
        let v = self.hints.digest()?;
        Ok(if self.hit() { v + Fr::from(1u64) } else { v })
    }

    fn queries(&mut self, indices: &[usize]) -> Result<()> {
        self.hints.queries(indices)
    }

    fn round(&mut self, round: usize, folded: &[[u64; D]]) -> Result<()> {
        self.hints.round(round, folded)
    }
}
