//! A small batch STARK with everything a wrap STARK has: tables of several heights, lookups, preprocessed columns with and without their next row, public values.

use std::sync::Arc;

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_batch_stark::{BatchProof, ProverData, StarkInstance, prove_batch, verify_batch};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Count, InteractionBuilder, Lookup};
use p3_matrix::dense::RowMajorMatrix;
use zkrom_recursion::outer::{OuterConfig, OuterParams};
use zkrom_recursion::verifier::Child;
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;

use crate::verifier::Cap;

/// Few queries and a little work at every site.
pub const PARAMS: OuterParams = OuterParams {
    proof: ProofParams {
        log_blowup: 2,
        log_final_poly_len: 1,
        max_log_arity: 3,
        num_queries: 3,
        query_pow_bits: 4,
        commit_pow_bits: 2,
        batch_pow_bits: 3,
        lookup_pow_bits: 3,
        ood_pow_bits: 3,
    },
    cap_height: 2,
};

/// The tables, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `a' = b`, `b' = a^2 b + a`, from and to public values; sends `(x, x^3)` each row.
    Chain,
    /// Knows cubes of its preprocessed column.
    Cube,
    /// Bits, with neither lookups nor preprocessed columns nor a next row.
    Bits,
    /// A preprocessed counter whose next row is read.
    Counter,
}

/// A table.
#[derive(Clone, Debug)]
pub struct Toy {
    kind: Kind,
    rows: usize,
    /// Public values of the bits.
    values: usize,
    preprocessed: Option<Arc<RowMajorMatrix<Val>>>,
}

const BUS: &str = "cube";

impl BaseAir<Val> for Toy {
    fn width(&self) -> usize {
        match self.kind {
            Kind::Chain => 4,
            Kind::Cube => 3,
            Kind::Bits => 2,
            Kind::Counter => 1,
        }
    }
    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        self.preprocessed.as_deref().cloned()
    }
    fn preprocessed_width(&self) -> usize {
        usize::from(matches!(self.kind, Kind::Cube | Kind::Counter))
    }
    fn main_next_row_columns(&self) -> Vec<usize> {
        if self.kind == Kind::Chain { (0..4).collect() } else { vec![] }
    }
    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        if self.kind == Kind::Counter { vec![0] } else { vec![] }
    }
    fn num_public_values(&self) -> usize {
        match self.kind {
            Kind::Chain => 3,
            Kind::Bits => self.values,
            _ => 0,
        }
    }
}

impl<AB: InteractionBuilder<F = Val>> Air<AB> for Toy {
    fn eval(&self, builder: &mut AB) {
        let main = builder.main();
        let row = main.current_slice();
        let public = builder.public_values().to_vec();
        match self.kind {
            Kind::Chain => {
                let (a, b, x, cube) = (row[0], row[1], row[2], row[3]);
                let next = main.next_slice();
                builder.when_first_row().assert_eq(a, public[0]);
                builder.when_first_row().assert_eq(b, public[1]);
                builder.when_last_row().assert_eq(b, public[2]);
                builder.when_transition().assert_eq(next[0], b);
                builder.when_transition().assert_eq(next[1], a * a * b + a);
                builder.push_interaction(
                    BUS,
                    [AB::Expr::from(x), cube.into()],
                    Count::bounded(AB::Expr::ONE, 1),
                );
            }
            Kind::Cube => {
                let (y, cube, times) = (row[0], row[1], row[2]);
                let preprocessed = builder.preprocessed().clone();
                let index = preprocessed.current_slice()[0];
                builder.assert_eq(y, index);
                builder.assert_eq(y * y * y, cube);
                builder.push_interaction(
                    BUS,
                    [AB::Expr::from(y), cube.into()],
                    Count::bounded(-AB::Expr::from(times), 1),
                );
            }
            Kind::Bits => {
                builder.assert_bool(row[0]);
                builder.when_first_row().assert_eq(row[1] + row[0], public[self.values - 1]);
            }
            Kind::Counter => {
                let preprocessed = builder.preprocessed().clone();
                let (now, next) = (preprocessed.current_slice()[0], preprocessed.next_slice()[0]);
                builder.when_transition().assert_eq(next - now, row[0]);
                builder.push_interaction(
                    BUS,
                    [AB::Expr::from(row[0]), row[0].into()],
                    Count::bounded(AB::Expr::ONE, 1),
                );
            }
        }
    }
}

/// A proof with everything its verifier is told.
pub struct ToyProof {
    /// Parameters.
    pub params: OuterParams,
    /// Tables.
    pub airs: Vec<Toy>,
    /// The prover's data, with the commitment to the preprocessed columns and the lookups.
    pub data: ProverData<OuterConfig>,
    /// log2 heights.
    pub log_heights: Vec<usize>,
    /// Public values.
    pub public: Vec<Vec<Val>>,
    /// The proof.
    pub proof: BatchProof<OuterConfig>,
}

impl core::fmt::Debug for ToyProof {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ToyProof").field("params", &self.params).finish_non_exhaustive()
    }
}

impl ToyProof {
    /// A proof from honest traces that `change` may spoil. The bits have a public value that is theirs, and those of a statement they know nothing of, before it.
    ///
    /// # Panics
    ///
    /// Where p3 refuses to prove.
    #[must_use]
    pub fn new(
        params: OuterParams,
        log_heights: [usize; 4],
        statement: &[Val],
        change: impl FnOnce(&mut Vec<RowMajorMatrix<Val>>, &mut Vec<Vec<Val>>),
    ) -> Self {
        let kinds = [Kind::Chain, Kind::Cube, Kind::Bits, Kind::Counter];
        let airs: Vec<Toy> = kinds
            .iter()
            .zip(log_heights)
            .map(|(&kind, h)| {
                let column = match kind {
                    Kind::Cube | Kind::Counter => Some((0..1 << h).map(Val::from_usize).collect()),
                    _ => None,
                };
                let preprocessed = column.map(|c| Arc::new(RowMajorMatrix::new(c, 1)));
                Toy { kind, rows: 1 << h, values: statement.len() + 1, preprocessed }
            })
            .collect();
        let (mut traces, mut public) = traces(&airs, statement);
        change(&mut traces, &mut public);
        let config = params.config();
        let log_heights = log_heights.to_vec();
        let data = ProverData::from_airs_and_degrees_with_lookup_budgets(
            &config,
            &airs,
            &log_heights,
            &vec![3; airs.len()],
            params.proof.log_blowup,
        )
        .expect("tables of valid heights");
        let refs: Vec<_> = traces.iter().collect();
        let instances = StarkInstance::new_multiple(&airs, &refs, &public);
        let proof = prove_batch(&config, &instances, &data).expect("p3 proves what it is given");
        Self { params, airs, data, log_heights, public, proof }
    }

    /// An honest proof.
    #[must_use]
    pub fn honest(params: OuterParams) -> Self {
        Self::new(params, [5, 4, 3, 3], &[], |_, _| {})
    }

    /// The commitment to the preprocessed columns.
    ///
    /// # Panics
    ///
    /// Never.
    #[must_use]
    pub fn key(&self) -> &Cap {
        &self.data.common.preprocessed.as_ref().expect("there are preprocessed columns").commitment
    }

    /// What it is as a child.
    #[must_use]
    pub fn child(&self) -> Child<'_, Toy> {
        let lookups: Vec<&[Lookup<Val>]> = self.data.common.lookups.iter().map(|l| &**l).collect();
        Child { airs: &self.airs, lookups, log_heights: self.log_heights.clone(), params: self.params.proof }
    }

    /// What p3 says of another proof and public values.
    ///
    /// # Errors
    ///
    /// Why p3 refuses it.
    pub fn native(&self, proof: &BatchProof<OuterConfig>, public: &[Vec<Val>]) -> Result<(), String> {
        verify_batch(&self.params.config(), &self.airs, proof, public, &self.data.common)
            .map_err(|e| format!("{e:?}"))
    }
}

fn traces(airs: &[Toy], statement: &[Val]) -> (Vec<RowMajorMatrix<Val>>, Vec<Vec<Val>>) {
    let rows = |i: usize| airs[i].rows;
    let (mut a, mut b) = (Val::ONE, Val::TWO);
    let mut public = vec![vec![a, b], vec![], statement.to_vec(), vec![]];
    let mut chain = Vec::with_capacity(4 * rows(0));
    let mut times = vec![0; rows(1)];
    for i in 0..rows(0) {
        let x = 3 * i % rows(1);
        times[x] += 1;
        chain.extend([a, b, Val::from_usize(x), Val::from_usize(x).cube()]);
        if i + 1 == rows(0) {
            public[0].push(b);
        }
        (a, b) = (b, a * a * b + a);
    }
    // The counter's steps are ones, and one is its own cube.
    times[1] += rows(3);
    let cube = (0..rows(1))
        .flat_map(|y| [Val::from_usize(y), Val::from_usize(y).cube(), Val::from_usize(times[y])])
        .collect();
    let bits: Vec<Val> =
        (0..rows(2)).flat_map(|i| [Val::from_bool(i % 3 == 0), Val::from_usize(7 * i + 5)]).collect();
    public[2].push(bits[0] + bits[1]);
    let steps = vec![Val::ONE; rows(3)];
    let matrices = [(chain, 4), (cube, 3), (bits, 2), (steps, 1)];
    (matrices.map(|(values, width)| RowMajorMatrix::new(values, width)).into(), public)
}
