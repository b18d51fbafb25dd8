//! Columns of the main chip.

use zkrom_asm::isa::{LIMBS, Reg};

use crate::chips::rom::columns::RomFields;
use crate::columns;

columns! {
    /// One row.
    pub struct MainCols<T> {
        /// Micro-pc.
        pub upc: T,
        /// Registers, indexed by [`Reg`].
        pub regs: [T; Reg::READABLE],
        /// Where the instruction is fetched: `upc`, or the idle instruction's.
        pub rom_upc: T,
        /// The instruction.
        pub f: RomFields<T>,
        /// Port A's word.
        pub a: [T; LIMBS],
        /// Port B's word.
        pub b: [T; LIMBS],
        /// Port C's old word.
        pub c: [T; LIMBS],
        /// Result word.
        pub r: [T; LIMBS],
        /// Contexts of the ports' addresses.
        pub port_ctx: [T; 3],
        /// Offsets of the ports' addresses.
        pub port_off: [T; 3],
        /// Times of the previous accesses.
        pub old_time: [T; 3],
        /// Low 16 bits of `now - old_time - 1`.
        pub diff_lo: [T; 3],
        /// The rest of it, 13 bits.
        pub diff_hi: [T; 3],
        /// `8 R_1` where `R` is taken as an integer.
        pub r1_scaled: T,
        /// Value of the register expression.
        pub w: T,
        /// Whether `R = 0`.
        pub zero: T,
        /// Inverse of the sum of `R`'s limbs, where not zero.
        pub sum_inv: T,
        /// Fetched opcode.
        pub opcode: T,
        /// Address after the fetched instruction.
        pub next_pc: T,
        /// Micro-pc of the opcode's handler.
        pub handler: T,
        /// Static gas.
        pub cost: T,
        /// Stack items needed.
        pub need: T,
        /// Greatest stack height before.
        pub max: T,
        /// Dispatch or charge succeeds.
        pub ok: T,
        /// Gas is short.
        pub short: T,
        /// Stack underflow.
        pub under: T,
        /// Stack overflow.
        pub over: T,
        /// Not a JUMPDEST.
        pub bad: T,
        /// Inverse of `opcode - JUMPDEST`, where `bad`.
        pub jd_inv: T,
        /// Difference that proves the stack outcome, lower bound.
        pub u: T,
        /// Difference that proves the stack outcome, upper bound.
        pub v: T,
        /// Difference that proves the gas outcome, low 16 bits.
        pub g_lo: T,
        /// The rest of it, 13 bits.
        pub g_hi: T,
    }
}

impl MainCols<u8> {
    /// Names of the columns, the instruction's fields by their own.
    #[must_use]
    pub fn column_names() -> Vec<String> {
        let mut fields = RomFields::<u8>::names().into_iter();
        Self::names()
            .into_iter()
            .map(|n| if n.starts_with("f[") { format!("f.{}", fields.next().unwrap_or(n)) } else { n })
            .collect()
    }
}
