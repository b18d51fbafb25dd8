//! The machine: the chips in their order, the shapes their tables may have, and what identifies them.

mod chip;
mod digest;
mod inventory;
mod security;
mod shapes;
mod traces;


use zkrom_asm::image::Image;

use crate::chips::opcode::OpcodeChip;
use crate::chips::rom::RomChip;
use crate::field::{Challenge, Val};

pub use chip::{Chip, ChipId};
pub use digest::machine_digest;
pub use inventory::{ChipInventory, WIDTH_BUDGET, inventory, page};
pub use security::{Measures, TARGET_BITS, measure, report};
pub use shapes::Shape;
pub use traces::{fill, rows};

/// The chips, with a program's preprocessed tables or, for the verifier, without.
#[must_use]
pub fn chips(image: Option<&Image>) -> Vec<Chip> {
    let empty = Image::default();
    let image = image.unwrap_or(&empty);
    ChipId::ALL
        .iter()
        .map(|id| match id {
            ChipId::Main => Chip::Main(crate::chips::main::MainChip),
            ChipId::Rom => Chip::Rom(RomChip::new(image)),
            ChipId::Opcode => Chip::Opcode(OpcodeChip::new(image)),
            ChipId::Public => Chip::Public(crate::chips::public::PublicChip),
            ChipId::Memory => Chip::Memory(crate::chips::memory::MemoryChip),
            ChipId::Input => Chip::Input(crate::chips::input::InputChip),
            ChipId::Bytecode => Chip::Bytecode(crate::chips::bytecode::BytecodeChip),
            ChipId::Arith => Chip::Arith(crate::chips::arith::ArithChip),
            ChipId::Bitwise => Chip::Bitwise(crate::chips::bitwise::BitwiseChip),
            ChipId::Shift => Chip::Shift(crate::chips::shift::ShiftChip),
            ChipId::Word => Chip::Word(crate::chips::word::WordChip),
            ChipId::Keys => Chip::Keys(crate::chips::keys::KeysChip),
            ChipId::MulDiv => Chip::MulDiv(crate::chips::muldiv::MulDivChip),
            ChipId::ModMul => Chip::ModMul(crate::chips::modmul::ModMulChip),
            ChipId::PushData => Chip::PushData(crate::chips::pushdata::PushDataChip),
            ChipId::Copy => Chip::Copy(crate::chips::copy::CopyChip),
            ChipId::Keccak => Chip::Keccak(crate::chips::keccak::KeccakChip),
            ChipId::KeccakF => Chip::KeccakF(crate::chips::keccak_f::KeccakFChip),
            ChipId::Sha256 => Chip::Sha256(crate::chips::sha256::Sha256Chip),
            ChipId::Range16 => Chip::Range16(crate::chips::tables::Range16Chip),
            ChipId::Byte => Chip::Byte(crate::chips::tables::ByteChip),
        })
        .collect()
}


/// Dimension of the challenge field.
pub const CHALLENGE_DIMENSION: usize = <Challenge as p3_field::BasedVectorSpace<Val>>::DIMENSION;
