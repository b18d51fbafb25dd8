//! The uVM instruction set: THE table that assembler, executor and AIR all read.
//!
//! # One row
//!
//! An instruction is one row of the main chip. With `clk` the row's clock, it does, in this order:
//!
//! 1. **Read ports.** Port A at time `4 clk`, port B at `4 clk + 1` and port C at `4 clk + 3` each name a memory
//!    cell (see [`Addr`]) and hand over the 256-bit word it holds. `A` and `B` may also be an immediate (B), a
//!    register expression (A), an address without an access, or absent (the word zero).
//! 2. **Operate.** [`Op`] gives the result word `R` from `A`, `B` and `C`'s old value; arithmetic is asked from another chip
//!    over a bus. A chip that touches memory for the row reads at time `4 clk + 2` and writes at `4 clk + 3`.
//! 3. **Write.** Port C stores `R` where [`Instr::c_write`] is set; [`Op::Swap`] exchanges A's and B's cells.
//! 4. **Registers.** At most one register takes `W = source + imm` ([`RegExpr`]); then `sp += dsp`.
//! 5. **Next.** [`Next`] chooses the next micro-pc; [`Next::Dispatch`] fetches the next EVM opcode, charges its static gas
//!    and checks the stack in the same row.
//!
//! Registers hold field elements (in honest runs integers below 2^30); words are 16 limbs of 16 bits.

pub mod code;
mod instr;
mod op;
pub mod page;
mod reg;
mod space;

pub use instr::{Addr, HintArg, HintCall, Instr, Next, OperandA, OperandB};
pub use op::{MemOp, ModulusId, Op, Op2, Op3};
pub use reg::{Reg, RegExpr, RegSource};
pub use space::Space;

/// Limbs of 16 bits in a word.
pub const LIMBS: usize = 16;
/// Words of public input, and of public output, of a program.
pub const PUBLIC_WORDS: usize = 16;
/// log2 of the fixed height of the ROM chip: every image is padded to it, so a new program is not a new circuit.
pub const LOG_ROM_HEIGHT: usize = 15;
/// Instructions a ROM image can hold.
pub const ROM_HEIGHT: usize = 1 << LOG_ROM_HEIGHT;
/// Forks the opcode table has room for.
pub const MAX_FORKS: usize = 8;
/// Stride of a fork in the opcode table's key `fork * OPCODE_STRIDE + opcode`; the upper half stays empty, so that the
/// marker of push data ([`PUSH_DATA`]) never finds an entry.
pub const OPCODE_STRIDE: usize = 512;
/// What the bytecode chip reports instead of an opcode for a byte inside push data.
pub const PUSH_DATA: u32 = 256;
/// The EVM opcode a jump must land on.
pub const JUMPDEST: u32 = 0x5b;
/// EVM stack limit (Yellow Paper, 9.1).
pub const STACK_LIMIT: u32 = 1024;
/// Registers and everything read from a word into a register stay below this bound.
pub const REG_BOUND: u32 = 1 << 29;
/// Clocks stay below this bound, so that times stay below 2^29.
pub const CLK_BOUND: u32 = 1 << 27;
/// The clock of the first row. Zero is the time of first values.
pub const FIRST_CLK: u32 = 1;
/// What a failed dispatch adds to the instruction's target: one entry for each cause.
pub mod fault {
    /// Gas short of the opcode's static cost.
    pub const OUT_OF_GAS: u32 = 0;
    /// Fewer stack items than the opcode needs.
    pub const UNDERFLOW: u32 = 1;
    /// More than 1024 stack items after the opcode.
    pub const OVERFLOW: u32 = 2;
    /// The byte jumped to is not a JUMPDEST opcode.
    pub const BAD_JUMP: u32 = 3;
}
