//! The chips as one AIR type, in their fixed order.

use p3_air::{Air, BaseAir};
use p3_lookup::InteractionBuilder;
use p3_matrix::dense::RowMajorMatrix;

use crate::chips::arith::ArithChip;
use crate::chips::bitwise::BitwiseChip;
use crate::chips::bytecode::BytecodeChip;
use crate::chips::copy::CopyChip;
use crate::chips::input::InputChip;
use crate::chips::keccak::KeccakChip;
use crate::chips::keccak_f::KeccakFChip;
use crate::chips::keys::KeysChip;
use crate::chips::main::MainChip;
use crate::chips::memory::MemoryChip;
use crate::chips::modmul::ModMulChip;
use crate::chips::muldiv::MulDivChip;
use crate::chips::opcode::OpcodeChip;
use crate::chips::public::PublicChip;
use crate::chips::pushdata::PushDataChip;
use crate::chips::rom::RomChip;
use crate::chips::sha256::Sha256Chip;
use crate::chips::shift::ShiftChip;
use crate::chips::tables::{ByteChip, Range16Chip};
use crate::chips::word::WordChip;
use crate::field::Val;

macro_rules! chips {
    ($( $(#[$meta:meta])* $name:ident($chip:ty) = $text:literal, )*) => {
        /// A chip's identity; the order is that of tables in a proof.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum ChipId { $( $(#[$meta])* $name ),* }

        impl ChipId {
            /// All chips, in order.
            pub const ALL: &'static [Self] = &[$( Self::$name ),*];

            /// The chip's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$name => $text ),* }
            }
        }

        /// A chip of the machine.
        #[derive(Clone, Debug)]
        pub enum Chip { $( $(#[$meta])* $name($chip) ),* }

        impl Chip {
            /// The chip's identity.
            #[must_use]
            pub const fn id(&self) -> ChipId {
                match self { $( Self::$name(_) => ChipId::$name ),* }
            }
        }

        impl BaseAir<Val> for Chip {
            fn width(&self) -> usize {
                match self { $( Self::$name(c) => BaseAir::<Val>::width(c) ),* }
            }
            fn preprocessed_trace(&self) -> Option<RowMajorMatrix<Val>> {
                match self { $( Self::$name(c) => c.preprocessed_trace() ),* }
            }
            fn preprocessed_width(&self) -> usize {
                match self { $( Self::$name(c) => BaseAir::<Val>::preprocessed_width(c) ),* }
            }
            fn main_next_row_columns(&self) -> Vec<usize> {
                match self { $( Self::$name(c) => BaseAir::<Val>::main_next_row_columns(c) ),* }
            }
            fn preprocessed_next_row_columns(&self) -> Vec<usize> {
                match self { $( Self::$name(c) => BaseAir::<Val>::preprocessed_next_row_columns(c) ),* }
            }
            fn num_public_values(&self) -> usize {
                match self { $( Self::$name(c) => BaseAir::<Val>::num_public_values(c) ),* }
            }
        }

        impl<AB: InteractionBuilder<F = Val>> Air<AB> for Chip {
            fn eval(&self, builder: &mut AB) {
                match self { $( Self::$name(c) => c.eval(builder) ),* }
            }
        }
    };
}

chips! {
    /// One row an instruction.
    Main(MainChip) = "main",
    /// The program.
    Rom(RomChip) = "rom",
    /// The opcode table.
    Opcode(OpcodeChip) = "opcode",
    /// Public input and output words.
    Public(PublicChip) = "public",
    /// First and last states of memory cells.
    Memory(MemoryChip) = "memory",
    /// The private input.
    Input(InputChip) = "input",
    /// Loaded codes.
    Bytecode(BytecodeChip) = "bytecode",
    /// Push data as words.
    PushData(PushDataChip) = "push-data",
    /// Addition, subtraction, comparison.
    Arith(ArithChip) = "arith",
    /// Bitwise operations.
    Bitwise(BitwiseChip) = "bitwise",
    /// Shifts, byte, sign extension.
    Shift(ShiftChip) = "shift",
    /// Hints and register words.
    Word(WordChip) = "word",
    /// Keys and their indices.
    Keys(KeysChip) = "keys",
    /// Multiplication, division, remainders.
    MulDiv(MulDivChip) = "muldiv",
    /// Multiplication modulo a fixed prime.
    ModMul(ModMulChip) = "modmul",
    /// Byte copies, loads and stores at any byte offset.
    Copy(CopyChip) = "copy",
    /// The keccak256 sponge.
    Keccak(KeccakChip) = "keccak",
    /// Keccak-f permutations.
    KeccakF(KeccakFChip) = "keccak-f",
    /// SHA-256.
    Sha256(Sha256Chip) = "sha256",
    /// 16-bit range table.
    Range16(Range16Chip) = "range16",
    /// Byte table.
    Byte(ByteChip) = "byte",
}
