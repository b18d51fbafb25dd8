//! Proving.

use std::time::{Duration, Instant};

use alloy_primitives::U256;
use p3_field::PrimeCharacteristicRing;
use p3_matrix::dense::RowMajorMatrix;
use tracing::info_span;
use zkrom_asm::isa::PUBLIC_WORDS;
use zkrom_executor::record::Record;

use crate::chips::{main, public};
use crate::config::{Challenger, Pcs};
use crate::field::{Challenge, Val};
use crate::key::ProvingKey;
use crate::machine::{ChipId, Shape, fill, rows};
use crate::proof::{EndState, Proof, Statement};
use crate::prover;

/// What any proof needs: preprocessed tables, their extensions, the shortest tables.
const FIXED_BYTES: u64 = 256 << 20;

/// Why a run was not proved.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// No shape holds the run.
    #[error("the run needs {rows} rows of chip {chip}, more than the {limit} of the largest shape")]
    TooLarge {
        /// The chip.
        chip: &'static str,
        /// Rows it needs.
        rows: usize,
        /// Rows the largest shape has.
        limit: usize,
    },
    /// p3's prover refused.
    #[error("the prover failed: {0}")]
    Prover(String),
}

/// A run with the traces it is proved from.
#[derive(Clone, Debug)]
pub struct Traces {
    /// Index of the shape.
    pub shape: usize,
    /// One trace a chip.
    pub matrices: Vec<RowMajorMatrix<Val>>,
    /// Public values of each chip.
    pub public_values: Vec<Vec<Val>>,
    end: EndState,
}

/// The public words of a run.
struct Words {
    public_in: [U256; PUBLIC_WORDS],
    public_out: [U256; PUBLIC_WORDS],
}

impl ProvingKey {
    /// The cheapest shape for the given rows of each chip, by committed cells.
    ///
    /// # Errors
    ///
    /// Where no shape is large enough.
    pub fn shape(&self, rows: &[usize]) -> Result<usize, ProveError> {
        Shape::pick(rows, |s| self.committed_cells(s)).ok_or_else(|| {
            let table = Shape::table();
            let largest = |chip: ChipId| table.iter().map(|s| s.height(chip)).max().unwrap_or(0);
            let over = |&&chip: &&ChipId| rows[chip as usize] > largest(chip);
            let chip = ChipId::ALL.iter().find(over).copied().unwrap_or(ChipId::Main);
            ProveError::TooLarge { chip: chip.name(), rows: rows[chip as usize], limit: largest(chip) }
        })
    }

    /// Base-field columns each chip commits to for a proof: main trace and lookups.
    #[must_use]
    pub fn committed_widths(&self) -> Vec<usize> {
        use p3_air::BaseAir;
        self.chips
            .iter()
            .zip(self.lookups())
            .map(|(c, l)| {
                c.width() + if l.is_empty() { 0 } else { (l.len() + 1) * crate::machine::CHALLENGE_DIMENSION }
            })
            .collect()
    }

    /// Cells committed for a proof of a shape, lookups included.
    #[must_use]
    pub fn committed_cells(&self, shape: &Shape) -> u64 {
        shape.log_heights().iter().zip(self.committed_widths()).map(|(&h, w)| (w as u64) << h).sum()
    }

    /// Bytes the prover needs at its peak, measured: traces twice (p3 clones them), their low-degree extensions at the blowup, and a working share.
    #[must_use]
    pub fn memory_estimate(&self, shape: &Shape) -> u64 {
        let cell = size_of::<Val>() as u64;
        let per_cell = 2 + (1 << self.params.log_blowup) + 1;
        self.committed_cells(shape) * cell * per_cell + FIXED_BYTES
    }

    /// The time that extending and committing to matrices of a shape's size takes, main traces and lookups, and nothing else: the floor no proof with this
    /// commitment scheme can go below.
    ///
    /// # Panics
    ///
    /// Where p3's commitment fails, which it does not for these heights.
    #[must_use]
    pub fn floor(&self, shape: &Shape) -> Duration {
        let config = self.params.config();
        let pcs = p3_uni_stark::StarkGenericConfig::pcs(&config);
        let matrices = |widths: Vec<usize>| {
            widths
                .into_iter()
                .zip(shape.log_heights())
                .filter(|(width, _)| *width > 0)
                .map(|(width, log_height)| {
                    let cell = |i: usize| Val::from_u64(i as u64 * 0x9e37_79b9);
                    let values = (0..width << log_height).map(cell).collect();
                    let domain = <Pcs as p3_commit::Pcs<Challenge, Challenger>>::natural_domain_for_degree(
                        pcs,
                        1 << log_height,
                    );
                    (domain, RowMajorMatrix::new(values, width))
                })
                .collect::<Vec<_>>()
        };
        let main: Vec<usize> = self.chips.iter().map(p3_air::BaseAir::width).collect();
        let lookups = self.committed_widths().iter().zip(&main).map(|(all, main)| all - main).collect();
        [matrices(main), matrices(lookups)]
            .into_iter()
            .map(|batch| {
                let start = Instant::now();
                let committed = <Pcs as p3_commit::Pcs<Challenge, Challenger>>::commit(pcs, batch);
                let time = start.elapsed();
                drop(committed.expect("committing to matrices of valid heights does not fail"));
                time
            })
            .sum()
    }

    /// Fills the traces of a recorded run.
    ///
    /// # Errors
    ///
    /// Where the run is too large for every shape.
    pub fn traces(&self, record: &Record) -> Result<Traces, ProveError> {
        let _span = info_span!("fill traces").entered();
        let shape = self.shape(&rows(record))?;
        let heights = &Shape::table()[shape];
        let matrices = fill(&self.chips, &self.image, record, heights);
        let main_values = main::public_values(&record.rows, heights.height(ChipId::Main));
        let end = EndState::of(&record.rows, heights.height(ChipId::Main));
        let public_values = ChipId::ALL
            .iter()
            .map(|id| match id {
                ChipId::Main => main_values.clone(),
                ChipId::Public => public::public_values(&record.public_in, &record.public_out),
                _ => vec![],
            })
            .collect();
        Ok(Traces { shape, matrices, public_values, end })
    }

    /// Proves a recorded run that halted.
    ///
    /// # Errors
    ///
    /// Where the run is too large for every shape, or the prover refuses.
    pub fn prove(&self, record: &Record) -> Result<Proof, ProveError> {
        self.prove_traces(record, self.traces(record)?)
    }

    /// Proves a recorded run that halted, and frees the record once the traces are filled.
    ///
    /// # Errors
    ///
    /// As [`Self::prove`].
    pub fn prove_consuming(&self, record: Record) -> Result<Proof, ProveError> {
        let traces = self.traces(&record)?;
        let words = Words { public_in: record.public_in, public_out: record.public_out };
        drop(record);
        self.prove_words(&words, traces)
    }

    /// Proves filled traces.
    ///
    /// # Errors
    ///
    /// Where the prover refuses. A release prover does not check the traces: a dishonest one yields a proof the verifier refuses.
    pub fn prove_traces(&self, record: &Record, traces: Traces) -> Result<Proof, ProveError> {
        self.prove_words(&Words { public_in: record.public_in, public_out: record.public_out }, traces)
    }

    fn prove_words(&self, words: &Words, traces: Traces) -> Result<Proof, ProveError> {
        let Traces { shape, matrices, public_values, end } = traces;
        let config = self.params.config();
        let stark = prover::prove(&config, &self.chips, &self.plan, &self.data, matrices, &public_values)
            .map_err(ProveError::Prover)?;
        Ok(Proof {
            statement: Statement {
                rom_digest: self.verifying.rom_digest(),
                public_in: words.public_in,
                public_out: words.public_out,
            },
            shape: shape as u8,
            end,
            stark,
        })
    }
}
