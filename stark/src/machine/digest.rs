//! What identifies the machine: a hash of everything a proof's meaning depends on besides the program.

use p3_air::BaseAir;
use p3_field::{PrimeCharacteristicRing, PrimeField32};
use p3_matrix::dense::RowMajorMatrix;
use sha2::{Digest, Sha256};

use super::{Chip, ChipId, Shape, chips};
use crate::check::{Deletion, evaluate_row};
use crate::config::ProofParams;
use crate::field::Val;

/// Version of the description below.
const DOMAIN: &[u8] = b"zkrom machine 1; plonky3 0.8.0; koala-bear quintic; poseidon2 16";
/// Random rows the constraints are evaluated on.
const SAMPLES: u64 = 4;

/// The digest of the machine: names, widths, public values, shapes, proof parameters, and for each chip the values of its constraints and bus
/// messages on seeded random rows. Two chips with different constraints or messages agree there with probability below 2^-100.
#[must_use]
pub fn machine_digest() -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(DOMAIN);
    for chip in chips(None) {
        describe(&mut hash, &chip);
    }
    for shape in Shape::table() {
        for chip in ChipId::ALL {
            hash.update([shape.log_height(*chip) as u8]);
        }
    }
    let params = postcard::to_allocvec(&ProofParams::STANDARD).expect("integers encode");
    hash.update(params);
    hash.finalize().into()
}

fn describe(hash: &mut Sha256, chip: &Chip) {
    let widths = [chip.width(), chip.preprocessed_width(), chip.num_public_values()];
    hash.update(chip.id().name());
    for x in widths {
        hash.update((x as u64).to_le_bytes());
    }
    let mut state = Sha256::digest(chip.id().name());
    let mut random = |n: usize| -> Vec<Val> {
        (0..n)
            .map(|_| {
                state = Sha256::digest(state);
                Val::from_u64(u64::from_le_bytes(state[..8].try_into().expect("8 bytes")))
            })
            .collect()
    };
    for _ in 0..SAMPLES {
        let main = RowMajorMatrix::new(random(2 * widths[0]), widths[0].max(1));
        let preprocessed = (widths[1] > 0).then(|| RowMajorMatrix::new(random(2 * widths[1]), widths[1]));
        let public = random(widths[2]);
        for row in 0..2 {
            let b = evaluate_row(chip, &main, preprocessed.as_ref(), &public, row, Deletion::None);
            for value in &b.values {
                hash.update(value.as_canonical_u32().to_le_bytes());
            }
            for m in &b.messages {
                hash.update(m.bus.name());
                for value in m.fields.iter().chain([&m.count]) {
                    hash.update(value.as_canonical_u32().to_le_bytes());
                }
            }
        }
    }
}
