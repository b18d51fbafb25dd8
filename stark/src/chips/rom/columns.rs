//! The fields of an instruction, as columns of the ROM and of the main chip.

use zkrom_asm::isa::Reg;

use crate::columns;

columns! {
    /// The fields of an instruction: flags, then values. In the ROM and in messages the flags are packed, [`PACK`] a column.
    pub struct RomFields<T> {
        /// The idle instruction: no effect at all, the registers keep their values.
        pub idle: T,
        /// Port A accesses memory.
        pub a_en: T,
        /// `A[0] = W`.
        pub a_reg: T,
        /// Port A's context register, one of [`Reg::CONTEXTS`].
        pub a_ctx: [T; Reg::CONTEXTS.len()],
        /// Port A's base register, one of [`Reg::BASES`].
        pub a_base: [T; Reg::BASES.len()],
        /// Port B accesses memory.
        pub b_en: T,
        /// `B` is the instruction's immediate.
        pub b_imm: T,
        /// Port B's context register.
        pub b_ctx: [T; Reg::CONTEXTS.len()],
        /// Port B's base register.
        pub b_base: [T; Reg::BASES.len()],
        /// Port C accesses memory.
        pub c_en: T,
        /// Port C stores `R`.
        pub c_write: T,
        /// Port C's context register.
        pub c_ctx: [T; Reg::CONTEXTS.len()],
        /// Port C's base register.
        pub c_base: [T; Reg::BASES.len()],
        /// `R` comes from another chip.
        pub r_bus: T,
        /// `R = A`.
        pub r_a: T,
        /// `R = B`.
        pub r_b: T,
        /// `R = C`.
        pub r_c: T,
        /// `R = upc + 1`.
        pub r_link: T,
        /// A's and B's cells exchange their words.
        pub swap: T,
        /// `A = B`.
        pub assert_eq: T,
        /// `R` is push data.
        pub push_data: T,
        /// A message on the `op2` bus.
        pub op2: T,
        /// A message on the `op3` bus.
        pub op3: T,
        /// A message on the `memop` bus.
        pub memop: T,
        /// `W` starts from the integer in `R`.
        pub w_result: T,
        /// `W` starts from a register.
        pub w_reg: [T; Reg::READABLE],
        /// The register that takes `W`.
        pub set: [T; Reg::WRITABLE],
        /// Jumps to the target.
        pub jump: T,
        /// Jumps to the target where `R = 0`.
        pub branch_zero: T,
        /// Jumps to the target where `R != 0`.
        pub branch_nonzero: T,
        /// Jumps to `R`.
        pub ret: T,
        /// Dispatches an EVM opcode.
        pub dispatch: T,
        /// Dispatches from address `R`, which must hold a JUMPDEST; set together with `dispatch`.
        pub evm_jump: T,
        /// Charges `W` gas.
        pub charge: T,
        /// Stays.
        pub halt: T,
        // From here on values; all before are flags.
        /// Port A's space.
        pub a_space: T,
        /// Port A's constant offset.
        pub a_off: T,
        /// Port B's space.
        pub b_space: T,
        /// Port B's constant offset.
        pub b_off: T,
        /// Port C's space.
        pub c_space: T,
        /// Port C's constant offset.
        pub c_off: T,
        /// Number of the operation.
        pub kind: T,
        /// What `W` adds.
        pub w_imm: T,
        /// What is added to the stack height.
        pub dsp: T,
        /// The target.
        pub target: T,
    }
}

/// Fields that are values; they come last.
pub const VALUES: usize = 10;
/// Fields that are flags.
pub const FLAGS: usize = RomFields::<u8>::WIDTH - VALUES;
/// Flags in one packed column: few enough for a field element.
pub const PACK: usize = 20;
/// Packed columns.
pub const PACKED: usize = FLAGS.div_ceil(PACK);

columns! {
    /// Preprocessed columns of the ROM, in the order of a [`RomMsg`](crate::buses::RomMsg).
    pub struct RomPreCols<T> {
        /// The micro-pc: the row number; -1 on rows past the program, which nothing can fetch.
        pub upc: T,
        /// The instruction's flags, `sum 2^i flag_i` over each [`PACK`] of them.
        pub packed: [T; PACKED],
        /// The instruction's values.
        pub values: [T; VALUES],
        /// The instruction's immediate; zero where it has none.
        pub imm: [T; zkrom_asm::isa::LIMBS],
    }
}

columns! {
    /// Main columns of the ROM.
    pub struct RomCols<T> {
        /// Times the instruction was executed.
        pub mult: T,
    }
}
