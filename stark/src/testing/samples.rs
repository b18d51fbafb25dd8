//! Seeded operands and forged traces for the chips' tests.

use alloy_primitives::U256;
use p3_air::{Air, BaseAir};
use p3_field::{PrimeCharacteristicRing, PrimeField32, PrimeField64};
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_executor::record::Op2Event;

use super::isolated::{Env, Isolated};
use super::mutation::next_random;
use crate::buses::{Bus, Message, Op2Msg};
use crate::check::{CheckBuilder, Deletion};
use crate::field::{Val, limbs};
use crate::lookups::LookupCounts;

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

/// The environment of a chip that answers `op2` messages: each event called once.
#[must_use]
pub fn op2_env(events: &[Op2Event]) -> Env {
    let mut env = Env::new();
    for e in events {
        let kind = Val::from_u32(e.op.kind());
        let message = Op2Msg { kind, a: limbs(e.a), b: limbs(e.b), r: limbs(e.r) };
        *env.entry((Bus::Op2, message.into_fields())).or_insert(Val::ZERO) -= Val::ONE;
    }
    env
}

/// Asserts that the counts are those of the lookups a trace makes.
///
/// # Panics
///
/// Where they differ.
pub fn assert_counts<A>(isolated: &Isolated<'_, A>, counts: &LookupCounts)
where
    A: BaseAir<Val> + for<'b> Air<CheckBuilder<'b>>,
{
    let preprocessed = isolated.air.preprocessed_trace();
    let mut made = LookupCounts::default();
    for row in 0..isolated.trace.height() {
        for m in isolated.row(preprocessed.as_ref(), row, Deletion::None).1 {
            let f: Vec<u32> = m.fields.iter().map(PrimeField32::as_canonical_u32).collect();
            let count = m.count.as_canonical_u32();
            match m.bus {
                Bus::Range16 => made.range16[f[0] as usize] += count,
                Bus::Byte => made.bytes[f[0] as usize][(f[1] + 256 * f[2]) as usize] += count,
                _ => {}
            }
        }
    }
    assert!(made.range16 == counts.range16, "range checks were not counted right");
    assert!(made.bytes == counts.bytes, "byte lookups were not counted right");
}
