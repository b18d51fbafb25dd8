//! The tables against a chip that looks things up: honest lookups balance, all others do not, in the checker and in proofs.

use std::collections::HashSet;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_batch_stark::{ProverData, StarkInstance, prove_batch, verify_batch};
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_lookup::InteractionBuilder;
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use p3_util::log2_strict_usize;

use super::{ByteChip, Range16Chip, byte_trace, range16_trace};
use crate::buses::{Bus, ByteMsg, ByteOp, range16, send};
use crate::check::{Deletion, Instance, check, evaluate_row};
use crate::config::ProofParams;
use crate::field::Val;
use crate::lookups::LookupCounts;
use crate::testing::Samples;

/// A table, or a chip whose rows are `(value, kind, x, y, z)`, each looked up once.
#[derive(Clone, Copy)]
enum Party {
    Range,
    Byte,
    User,
}

impl BaseAir<Val> for Party {
    fn width(&self) -> usize {
        match self {
            Self::Range => BaseAir::<Val>::width(&Range16Chip),
            Self::Byte => BaseAir::<Val>::width(&ByteChip),
            Self::User => 5,
        }
    }
    fn preprocessed_width(&self) -> usize {
        match self {
            Self::Range => BaseAir::<Val>::preprocessed_width(&Range16Chip),
            Self::Byte => BaseAir::<Val>::preprocessed_width(&ByteChip),
            Self::User => 0,
        }
    }
    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
        match self {
            Self::Range => Range16Chip.preprocessed_trace(),
            Self::Byte => ByteChip.preprocessed_trace(),
            Self::User => None,
        }
    }
    fn max_constraint_degree(&self) -> Option<usize> {
        match self {
            Self::Byte => BaseAir::<Val>::max_constraint_degree(&ByteChip),
            _ => None,
        }
    }
}

impl<AB: InteractionBuilder<F = Val>> Air<AB> for Party {
    fn eval(&self, builder: &mut AB) {
        match self {
            Self::Range => Range16Chip.eval(builder),
            Self::Byte => ByteChip.eval(builder),
            Self::User => {
                let main = builder.main();
                let [value, kind, x, y, z] = core::array::from_fn(|i| main.current_slice()[i]);
                range16(builder, value, AB::Expr::ONE);
                let message = ByteMsg { kind: kind.into(), x: x.into(), y: y.into(), z: z.into() };
                send(builder, message, AB::Expr::ONE);
            }
        }
    }
}

const PARTIES: [Party; 3] = [Party::Range, Party::Byte, Party::User];

/// Lookups of each kind and of the edges, and the tables' counts of them.
fn lookups() -> (Vec<[u32; 5]>, LookupCounts) {
    let mut samples = Samples::new(1);
    let mut counts = LookupCounts::default();
    let rows = (0..64u32)
        .map(|i| {
            let value = [0, 65535, samples.below(65536) as u16][i as usize % 3];
            let op = ByteOp::ALL[samples.below(4) as usize];
            let [x, y] = core::array::from_fn(|_| [0, 255, samples.below(256) as u8][i as usize / 3 % 3]);
            counts.range16(value);
            counts.byte(op, x, y);
            [value.into(), op as u32, x.into(), y.into(), op.apply(x, y).into()]
        })
        .collect();
    (rows, counts)
}

fn traces(rows: &[[u32; 5]], counts: &LookupCounts) -> Vec<RowMajorMatrix<Val>> {
    let user = RowMajorMatrix::new(rows.iter().flatten().map(|&v| Val::from_u32(v)).collect(), 5);
    vec![range16_trace(counts), byte_trace(counts), user]
}

fn balanced(traces: &[RowMajorMatrix<Val>]) -> bool {
    let instances: Vec<_> = PARTIES
        .iter()
        .zip(traces)
        .map(|(air, trace)| Instance { name: "party", air, trace, public_values: &[] })
        .collect();
    check(&instances).is_ok()
}

fn proves(traces: &[RowMajorMatrix<Val>]) -> bool {
    let config = ProofParams::TESTING.config();
    let degrees: Vec<usize> = traces.iter().map(|t| log2_strict_usize(t.height())).collect();
    let data = ProverData::from_airs_and_degrees(&config, &PARTIES, &degrees).expect("keys");
    let public = vec![vec![]; PARTIES.len()];
    let refs: Vec<_> = traces.iter().collect();
    let instances = StarkInstance::new_multiple(&PARTIES, &refs, &public);
    let Ok(proof) = prove_batch(&config, &instances, &data) else { return false };
    verify_batch(&config, &PARTIES, &proof, &public, &data.common).is_ok()
}

#[test]
fn honest_lookups_balance() {
    let (rows, counts) = lookups();
    let traces = traces(&rows, &counts);
    assert!(balanced(&traces));
    assert!(proves(&traces));
}

#[test]
fn wrong_lookups_and_multiplicities_do_not() {
    let (rows, counts) = lookups();
    let mut wrong = Vec::new();
    for (column, value) in
        [(0, 65536), (0, Val::ORDER_U32 - 1), (1, 4), (2, 256), (3, 256), (4, 256), (4, 300)]
    {
        for row in [0, 7, 63] {
            let mut rows = rows.clone();
            rows[row][column] = value;
            wrong.push(traces(&rows, &counts));
        }
    }
    for op in ByteOp::ALL {
        let mut counts = counts.clone();
        counts.byte(op, 3, 200);
        wrong.push(traces(&rows, &counts));
    }
    let mut more = counts;
    more.range16(9);
    wrong.push(traces(&rows, &more));
    for (i, traces) in wrong.iter().enumerate() {
        assert!(!balanced(traces), "dishonest lookups {i} accepted");
    }
    for traces in wrong.iter().step_by(9) {
        assert!(!proves(traces), "proof of dishonest lookups accepted");
    }
    println!("tables: {} dishonest lookups and multiplicities refused", wrong.len());
}

/// The entries are exactly the valid ones: right, all there, none twice.
#[test]
fn entries_are_exact() {
    let ones = |width| RowMajorMatrix::new(vec![Val::ONE; width << 16], width);
    let mut entries = HashSet::new();
    for (air, main) in [(Party::Range, ones(1)), (Party::Byte, ones(4))] {
        let preprocessed = air.preprocessed_trace();
        for row in 0..1 << 16 {
            for m in evaluate_row(&air, &main, preprocessed.as_ref(), &[], row, Deletion::None).messages {
                assert_eq!(m.count, -Val::ONE);
                let f: Vec<u32> = m.fields.iter().map(PrimeField32::as_canonical_u32).collect();
                match m.bus {
                    Bus::Range16 => assert!(f[0] < 1 << 16),
                    _ => {
                        let z = ByteOp::ALL[f[0] as usize].apply(f[1] as u8, f[2] as u8);
                        assert!(f[1] < 256 && f[2] < 256 && f[3] == u32::from(z));
                    }
                }
                assert!(entries.insert((m.bus, f)));
            }
        }
    }
    assert_eq!(entries.len(), 5 << 16);
}
