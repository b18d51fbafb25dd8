//! A small batch STARK with lookups, preprocessed columns and public values, proved and verified with BN254 commitments.

use p3_batch_stark::{BatchProof, ProverData, StarkInstance, prove_batch, verify_batch};
use p3_field::{PrimeCharacteristicRing, PrimeField};
use p3_symmetric::Permutation;

use super::*;
use crate::tables::{Table, TableId, public_values};
use crate::testing::toy;

/// The first word of the permutation of (0, 1, 2), as HorizenLabs and gnark publish it.
#[test]
fn permutation_matches_the_published_vector() {
    let out = permutation().permute([Bn254::ZERO, Bn254::ONE, Bn254::TWO]);
    let hex = out[0].as_canonical_biguint().to_str_radix(16);
    assert_eq!(hex, "bb61d24daca55eebcb1929a82650f328134334da98ea4f847f760054f4a3033");
}

#[test]
fn a_batch_stark_round_trips() {
    let (circuit, mut hints) = toy(1, 1);
    let run = circuit.run(&mut hints).expect("an honest run");
    let log_heights = circuit.log_heights(4);
    let tables = Table::of(&circuit, &log_heights);
    let public = public_values(&run.public, &run.points);
    let traces: Vec<_> =
        TableId::ALL.iter().zip(&log_heights).map(|(id, &h)| id.trace(&circuit, &run, 1 << h)).collect();
    // Caps below, at and above the height of FRI's last tree.
    for cap_height in [0, 2, 4] {
        let proof = ProofParams { query_pow_bits: 2, ..ProofParams::TESTING };
        let config = OuterParams { proof, cap_height }.config();
        let data = ProverData::from_airs_and_degrees_with_lookup_budgets(
            &config,
            &tables,
            &log_heights,
            &vec![3; tables.len()],
            proof.log_blowup,
        )
        .expect("tables of valid heights");
        let refs: Vec<_> = traces.iter().collect();
        let instances = StarkInstance::new_multiple(&tables, &refs, &public);
        let stark = prove_batch(&config, &instances, &data).expect("p3 proves it");
        let bytes = postcard::to_allocvec(&stark).expect("a proof can be written");
        let mut stark: BatchProof<OuterConfig> = postcard::from_bytes(&bytes).expect("and read");
        let verify = |stark: &_| verify_batch(&config, &tables, stark, &public, &data.common);
        verify(&stark).expect("an honest proof");
        assert_eq!(stark.commitments.main.num_roots(), 1 << cap_height);
        stark.opening_proof.final_poly[0] += Challenge::ONE;
        assert!(verify(&stark).is_err());
    }
}
