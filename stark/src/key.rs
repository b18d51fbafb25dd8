//! Keys: what is made once for a program.

use p3_air::BaseAir;
use p3_batch_stark::common::{GlobalPreprocessed, PreprocessedInstanceMeta};
use p3_batch_stark::{CommonData, ProverData};
use p3_field::PrimeField32;
use p3_lookup::{LogUpGadget, Lookup, Lookups};
use sha2::{Digest, Sha256};
use zkrom_asm::image::Image;

use crate::config::{Config, ProofParams};
use crate::field::{Challenge, Val};
use crate::machine::{Chip, ChipId, Shape, chips, machine_digest};
use crate::proof::VerifyingKey;
use crate::prover::Plan;

/// Degree up to which messages are packed into one column, in every chip: what blowup 2 allows.
const LOOKUP_DEGREE: usize = 3;

/// What the ROM digest's preimage begins with: with 32 bytes thrice after it, two blocks of sha256.
pub const ROM_DIGEST_TAG: &[u8; 18] = b"zkrom rom digest 2";

impl VerifyingKey {
    /// Identity of program, machine and tables, what a contract pins: the sha256 of [`ROM_DIGEST_TAG`], the program's digest, the machine's, and the preprocessed commitment
    /// as canonical integers of four bytes, most significant first. The Groth16 circuit computes it again.
    #[must_use]
    pub fn rom_digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(ROM_DIGEST_TAG);
        hash.update(self.program_digest);
        hash.update(self.machine_digest);
        for element in self.preprocessed.roots().as_flattened() {
            hash.update(element.as_canonical_u32().to_be_bytes());
        }
        hash.finalize().into()
    }
}

/// What proving needs of a program.
pub struct ProvingKey {
    /// The program.
    pub image: Image,
    /// The chips with its tables.
    pub chips: Vec<Chip>,
    /// What the verifier needs.
    pub verifying: VerifyingKey,
    /// Commitment, its opening data and the packed lookups.
    pub(crate) data: ProverData<Config>,
    /// What the prover works out once.
    pub(crate) plan: Plan,
    /// The parameters it was made for.
    pub(crate) params: ProofParams,
}

impl core::fmt::Debug for ProvingKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ProvingKey").field("verifying", &self.verifying).finish_non_exhaustive()
    }
}

/// The packed lookups of every chip: the same for every program and shape.
#[must_use]
pub fn packed_lookups(chips: &[Chip]) -> Vec<Lookups<Val>> {
    let gadget = LogUpGadget::new();
    chips
        .iter()
        .map(|chip| Lookups::from_air::<Challenge, Chip>(chip).pack_same_bus(&gadget, LOOKUP_DEGREE))
        .collect()
}

/// The part of p3's data that prover and verifier share.
pub(crate) fn common_data(
    chips: &[Chip],
    lookups: Vec<Lookups<Val>>,
    key: &VerifyingKey,
) -> CommonData<Config> {
    let shape = &Shape::table()[0];
    let mut instances = Vec::with_capacity(chips.len());
    let mut matrix_to_instance = Vec::new();
    for (i, chip) in chips.iter().enumerate() {
        let width = chip.preprocessed_width();
        instances.push((width > 0).then(|| {
            matrix_to_instance.push(i);
            PreprocessedInstanceMeta {
                matrix_index: matrix_to_instance.len() - 1,
                width,
                degree_bits: shape.log_height(ChipId::ALL[i]),
            }
        }));
    }
    let preprocessed =
        GlobalPreprocessed { commitment: key.preprocessed.clone(), instances, matrix_to_instance };
    CommonData::new(Some(preprocessed), lookups)
}

impl ProvingKey {
    /// Makes the key of a program. Tables with preprocessed columns have the same height in every shape, so one key serves all.
    ///
    /// # Panics
    ///
    /// Where the image is too long for the ROM; loading an image checks that.
    #[must_use]
    pub fn new(image: Image, params: ProofParams) -> Self {
        let chips = chips(Some(&image));
        let shape = &Shape::table()[0];
        let data = ProverData::from_airs_and_degrees_with_lookup_budgets(
            &params.config(),
            &chips,
            &shape.log_heights(),
            &vec![LOOKUP_DEGREE; chips.len()],
            params.log_blowup,
        )
        .expect("committing to fixed tables of valid heights does not fail");
        let preprocessed =
            data.common.preprocessed.as_ref().expect("the ROM is preprocessed").commitment.clone();
        let verifying =
            VerifyingKey { program_digest: image.digest().0, machine_digest: machine_digest(), preprocessed };
        let lookups: Vec<&[Lookup<Val>]> = data.common.lookups.iter().map(|l| &**l).collect();
        let plan = Plan::new(&chips, &lookups);
        Self { image, chips, verifying, data, plan, params }
    }

    /// The packed lookups of every chip.
    #[must_use]
    pub fn lookups(&self) -> Vec<&[Lookup<Val>]> {
        self.data.common.lookups.iter().map(|l| &**l).collect()
    }
}
