//! Verifying: the shell of checks around p3's verifier.
//!
//! p3's verifier trusts its caller for which tables there are and how high, which commitment the preprocessed columns have, and what the public values mean.
//! The shell pins all of these before the first hash is computed.

use std::sync::LazyLock;

use alloy_primitives::U256;
use p3_batch_stark::verify_batch;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_lookup::Lookups;
use zkrom_asm::isa::{CLK_BOUND, Reg};
use zkrom_executor::record::{Regs, Row};

use crate::chips::public;
use crate::config::ProofParams;
use crate::field::Val;
use crate::key::{common_data, packed_lookups};
use crate::machine::{Chip, ChipId, Shape, chips, machine_digest};
use crate::proof::{EndState, Proof, Statement, VerifyingKey};

/// Why a proof is refused.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The key belongs to another machine.
    #[error("the key was made for machine {got}, this program verifies machine {expected}")]
    Machine {
        /// This program's machine.
        expected: String,
        /// The key's.
        got: String,
    },
    /// The proof is of another program or machine.
    #[error("the proof is of ROM {got}, the key of ROM {expected}")]
    Rom {
        /// The key's ROM digest.
        expected: String,
        /// The proof's.
        got: String,
    },
    /// No such shape.
    #[error("shape {got} of {expected}")]
    Shape {
        /// Number of shapes.
        expected: usize,
        /// The proof's index.
        got: u8,
    },
    /// Missing, extra or reordered tables, or a wrong height.
    #[error("tables of log heights {got:?}, the shape has {expected:?}")]
    Heights {
        /// The shape's.
        expected: Vec<usize>,
        /// The proof's.
        got: Vec<usize>,
    },
    /// An end register that is no field element.
    #[error("end register {index} is {got}, not below {}", Val::ORDER_U32)]
    EndRegister {
        /// Its place.
        index: usize,
        /// Its value.
        got: u32,
    },
    /// A clock past its bound.
    #[error("end clock {got} is not below {CLK_BOUND}")]
    Clock {
        /// The clock.
        got: u32,
    },
    /// p3's verifier refused.
    #[error("the STARK is invalid: {0}")]
    Stark(String),
}

impl EndState {
    /// The end of a halted run in a trace of `height` rows.
    #[must_use]
    pub(crate) fn of(rows: &[Row], height: usize) -> Self {
        let last = rows.last().expect("a run has at least one row");
        let mut regs = last.regs;
        regs.set(Reg::Clk, regs.get(Reg::Clk) + (height - rows.len()) as u32);
        Self { upc: last.upc, regs: regs.0 }
    }

    fn public_values(&self) -> Vec<Val> {
        let start = core::iter::once(0).chain(Regs::start().0);
        let end = core::iter::once(self.upc).chain(self.regs);
        let halted = core::iter::once(1);
        start.chain(end).chain(halted).map(Val::from_u32).collect()
    }
}

/// What is the same for every key and proof, made once.
struct Machine {
    digest: [u8; 32],
    chips: Vec<Chip>,
    lookups: Vec<Lookups<Val>>,
}

static MACHINE: LazyLock<Machine> = LazyLock::new(|| {
    let chips = chips(None);
    Machine { digest: machine_digest(), lookups: packed_lookups(&chips), chips }
});

fn hex(bytes: &[u8; 32]) -> String {
    format!("{:#x}", U256::from_be_bytes(*bytes))
}

impl Proof {
    /// The public values of each chip, as the statement and the end have them: what a circuit that verifies the proof is told. The verifier refuses a proof whose end registers are no
    /// field elements; here they are reduced.
    #[must_use]
    pub fn public_values(&self) -> Vec<Vec<Val>> {
        ChipId::ALL
            .iter()
            .map(|id| match id {
                ChipId::Main => self.end.public_values(),
                ChipId::Public => {
                    public::public_values(&self.statement.public_in, &self.statement.public_out)
                }
                _ => vec![],
            })
            .collect()
    }
}

impl VerifyingKey {
    /// Verifies a proof made with the standard parameters, and returns what it proves.
    ///
    /// # Errors
    ///
    /// Why the proof is refused; never panics, whatever the proof.
    pub fn verify<'a>(&self, proof: &'a Proof) -> Result<&'a Statement, VerifyError> {
        self.verify_with(proof, ProofParams::STANDARD)
    }

    /// Verifies a proof made with other parameters: for tests.
    ///
    /// # Errors
    ///
    /// As [`Self::verify`].
    pub fn verify_with<'a>(
        &self,
        proof: &'a Proof,
        params: ProofParams,
    ) -> Result<&'a Statement, VerifyError> {
        let Machine { digest: machine, chips, lookups } = &*MACHINE;
        if self.machine_digest != *machine {
            return Err(VerifyError::Machine { expected: hex(machine), got: hex(&self.machine_digest) });
        }
        let rom = self.rom_digest();
        if proof.statement.rom_digest != rom {
            return Err(VerifyError::Rom { expected: hex(&rom), got: hex(&proof.statement.rom_digest) });
        }
        let shapes = Shape::table();
        let shape = shapes
            .get(usize::from(proof.shape))
            .ok_or(VerifyError::Shape { expected: shapes.len(), got: proof.shape })?;
        let heights = shape.log_heights();
        if proof.stark.degree_bits != heights {
            return Err(VerifyError::Heights { expected: heights, got: proof.stark.degree_bits.clone() });
        }
        let end = core::iter::once(proof.end.upc).chain(proof.end.regs);
        for (index, got) in end.enumerate() {
            if got >= Val::ORDER_U32 {
                return Err(VerifyError::EndRegister { index, got });
            }
        }
        let got = proof.end.regs[Reg::Clk as usize];
        if got >= CLK_BOUND {
            return Err(VerifyError::Clock { got });
        }
        let public_values = proof.public_values();
        let common = common_data(chips, lookups.clone(), self);
        verify_batch(&params.config(), chips, &proof.stark, &public_values, &common)
            .map_err(|e| VerifyError::Stark(e.to_string()))?;
        Ok(&proof.statement)
    }
}
