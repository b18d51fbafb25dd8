//! Filling a permutation's columns.

use std::sync::LazyLock;

use p3_field::PrimeCharacteristicRing;
use p3_koala_bear::{
    GenericPoseidon2LinearLayersKoalaBear as Linear, KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL,
    KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL, KOALABEAR_POSEIDON2_RC_16_INTERNAL, Poseidon2KoalaBear,
    default_koalabear_poseidon2_16,
};
use p3_poseidon2::GenericPoseidon2LinearLayers;
use p3_symmetric::Permutation;
use zkrom_stark::field::Val;

use super::{PermCols, WIDTH};

static PERMUTATION: LazyLock<Poseidon2KoalaBear<16>> = LazyLock::new(default_koalabear_poseidon2_16);

/// p3's permutation.
pub fn permute(state: &mut [Val; WIDTH]) {
    PERMUTATION.permute_mut(state);
}

fn full_round(state: &mut [Val; WIDTH], constants: &[Val; WIDTH], after: &mut [Val; WIDTH]) {
    for (s, &c) in state.iter_mut().zip(constants) {
        *s = (*s + c).cube();
    }
    Linear::external_linear_layer(state);
    *after = *state;
}

/// Fills the columns of the permutation of `input`.
pub fn fill_permutation(cols: &mut PermCols<Val>, input: &[Val; WIDTH]) {
    cols.input = *input;
    let mut state = *input;
    Linear::external_linear_layer(&mut state);
    for (constants, after) in KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL.iter().zip(&mut cols.begin) {
        full_round(&mut state, constants, after);
    }
    for (&c, after) in KOALABEAR_POSEIDON2_RC_16_INTERNAL.iter().zip(&mut cols.partial) {
        state[0] = (state[0] + c).cube();
        *after = state[0];
        Linear::internal_linear_layer(&mut state);
    }
    for (constants, after) in KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL.iter().zip(&mut cols.end) {
        full_round(&mut state, constants, after);
    }
}

/// Fills all columns after the input as the permutation does, but for an error of one in the column `step` places after the input, on which the rest is computed.
#[cfg(test)]
pub(crate) fn refill_permutation(cols: &mut PermCols<Val>, step: usize) {
    use super::{HALF_FULL_ROUNDS, PARTIAL_ROUNDS};
    let full = WIDTH * HALF_FULL_ROUNDS;
    let mut state = cols.input;
    Linear::external_linear_layer(&mut state);
    let wrong = |state: &mut [Val; WIDTH], after: &mut [Val; WIDTH], round: usize, first: usize| {
        if (first + WIDTH * round..first + WIDTH * (round + 1)).contains(&step) {
            state[step - first - WIDTH * round] += Val::ONE;
            *after = *state;
        }
    };
    for (r, constants) in KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL.iter().enumerate() {
        full_round(&mut state, constants, &mut cols.begin[r]);
        wrong(&mut state, &mut cols.begin[r], r, 0);
    }
    for (r, &c) in KOALABEAR_POSEIDON2_RC_16_INTERNAL.iter().enumerate() {
        state[0] = (state[0] + c).cube();
        if step == full + r {
            state[0] += Val::ONE;
        }
        cols.partial[r] = state[0];
        Linear::internal_linear_layer(&mut state);
    }
    for (r, constants) in KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL.iter().enumerate() {
        full_round(&mut state, constants, &mut cols.end[r]);
        wrong(&mut state, &mut cols.end[r], r, full + PARTIAL_ROUNDS);
    }
}
