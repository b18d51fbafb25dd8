//! Names of p3's columns.

use core::mem::offset_of;

use p3_keccak_air::{KeccakCols, NUM_KECCAK_COLS};

/// Number of columns.
pub const WIDTH: usize = NUM_KECCAK_COLS;

/// Names of the columns, in order.
#[must_use]
pub fn names() -> Vec<String> {
    macro_rules! fields {
        ($($field:ident),* $(,)?) => {
            [$((stringify!($field), offset_of!(KeccakCols<u8>, $field))),*]
        };
    }
    crate::columns::names(
        &fields![
            step_flags,
            export,
            preimage,
            a,
            c,
            c_prime,
            a_prime,
            a_prime_prime,
            a_prime_prime_0_0_bits,
            a_prime_prime_prime_0_0_limbs,
        ],
        WIDTH,
    )
}
