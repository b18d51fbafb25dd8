//! Seeded operands and forged traces for the chips' tests.

use alloy_primitives::U256;
use p3_air::{Air, BaseAir};
use p3_field::PrimeField64;
use p3_matrix::dense::RowMajorMatrix;

use super::isolated::{Env, Isolated};
use super::mutation::next_random;
use crate::check::CheckBuilder;
use crate::field::Val;

/// A seeded source of words.
#[derive(Clone, Copy, Debug)]
pub struct Samples(u64);

impl Samples {
    /// The source of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        next_random(&mut self.0)
    }

    /// A uniform number below `bound`, up to a bias of `bound / 2^64`.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    /// A uniform word.
    pub fn uniform(&mut self) -> U256 {
        U256::from_limbs(core::array::from_fn(|_| self.bits()))
    }

    /// A word of any kind: uniform, short, sparse, or near a power of two from either side.
    pub fn word(&mut self) -> U256 {
        let shift = self.below(256) as usize;
        match self.below(8) {
            0 => U256::ZERO,
            1 => U256::MAX,
            2 => (U256::ONE << shift).wrapping_sub(U256::from(self.below(3))),
            3 => (U256::ONE << shift).wrapping_neg().wrapping_add(U256::from(self.below(3))),
            4 => self.uniform() >> shift,
            5 => U256::from(self.below(300)),
            6 => self.uniform() << shift,
            _ => self.uniform(),
        }
    }

    /// Words at the edges of unsigned, signed and limb arithmetic.
    #[must_use]
    pub fn edges() -> Vec<U256> {
        let one = U256::ONE;
        vec![
            U256::ZERO,
            one,
            U256::from(0xffff),
            U256::from(0x1_0000),
            U256::from(Val::ORDER_U64),
            one << 255,
            (one << 255) - one,
            (one << 240) - one,
            one << 240,
            (one << 255) + one,
            U256::MAX - one,
            U256::MAX,
        ]
    }
}

/// A changed copy of a trace, with the environment that agrees with whatever it now says: only the chip itself can refuse it.
pub fn forge<'a, A>(
    honest: &Isolated<'a, A>,
    edit: impl FnOnce(&mut RowMajorMatrix<Val>),
) -> (Isolated<'a, A>, Env)
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let mut forged = honest.clone();
    edit(&mut forged.trace);
    let env = forged.env();
    (forged, env)
}
