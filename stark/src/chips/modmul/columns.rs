//! The columns.

use zkrom_asm::isa::{LIMBS, ModulusId};

use crate::columns;

/// Carries between windows.
pub const CARRIES: usize = 31;

columns! {
    /// A row of the chip. With `sub`, the digits of `A` and `Q` are negative: `s = 1 - 2 sub`.
    pub struct ModMulCols<T> {
        /// One flag a modulus; their sum says whether the row is used.
        pub modulus: [T; ModulusId::ALL.len()],
        /// `C` is subtracted.
        pub sub: T,
        /// Limbs of `s A`.
        pub a: [T; LIMBS],
        /// Low bytes of `s A`'s limbs.
        pub a_lo: [T; LIMBS],
        /// Limbs of `B`.
        pub b: [T; LIMBS],
        /// Low bytes of `B`'s limbs.
        pub b_lo: [T; LIMBS],
        /// Limbs of the result `R`.
        pub r: [T; LIMBS],
        /// Limbs 0 to 15 of `s (Q + 8 sub)`.
        pub q: [T; LIMBS],
        /// Their low bytes.
        pub q_lo: [T; LIMBS],
        /// Limb 16 of `s (Q + 8 sub)` is `q_bit + 2 q_two`, where `q_bit` is 0 or `s`.
        pub q_bit: T,
        /// 0, `s` or `2 s`.
        pub q_two: T,
        /// `carry[k]` goes from window `k` to window `k + 1`.
        pub carry: [T; CARRIES],
        /// The integer identity's residue modulo 257 is zero: the cofactor is `cofactor[0] + 8 cofactor[1] - 2^18`.
        pub cofactor: [T; 2],
        /// The highest limb in which `R` and `M` differ is `4 row + column`: rows 0 to 2 (row 3 where none is set).
        pub at_row: [T; 3],
        /// Columns 0 to 2 (column 3 where none is set).
        pub at_col: [T; 3],
        /// `M - R - 1` at that limb.
        pub gap: T,
    }
}
