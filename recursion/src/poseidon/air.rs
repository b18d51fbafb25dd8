//! Constraints of a permutation.

use p3_air::AirBuilder;
use p3_field::PrimeCharacteristicRing;
use p3_koala_bear::{
    GenericPoseidon2LinearLayersKoalaBear as Linear, KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL,
    KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL, KOALABEAR_POSEIDON2_RC_16_INTERNAL,
};
use p3_poseidon2::GenericPoseidon2LinearLayers;
use zkrom_stark::field::Val;

use super::{PermCols, WIDTH};

fn full_round<AB: AirBuilder<F = Val>>(
    builder: &mut AB,
    state: &mut [AB::Expr; WIDTH],
    constants: &[Val; WIDTH],
    after: &[AB::Var; WIDTH],
) {
    for (s, &c) in state.iter_mut().zip(constants) {
        *s = (s.clone() + AB::Expr::from(c)).cube();
    }
    Linear::external_linear_layer(state);
    for (s, &a) in state.iter_mut().zip(after) {
        builder.assert_eq(s.clone(), a);
        *s = a.into();
    }
}

/// Constrains a row's columns to one permutation.
pub fn eval_permutation<AB: AirBuilder<F = Val>>(builder: &mut AB, cols: &PermCols<AB::Var>) {
    let mut state: [AB::Expr; WIDTH] = cols.input.map(Into::into);
    Linear::external_linear_layer(&mut state);
    for (constants, after) in KOALABEAR_POSEIDON2_RC_16_EXTERNAL_INITIAL.iter().zip(&cols.begin) {
        full_round(builder, &mut state, constants, after);
    }
    for (&c, &after) in KOALABEAR_POSEIDON2_RC_16_INTERNAL.iter().zip(&cols.partial) {
        builder.assert_eq((state[0].clone() + AB::Expr::from(c)).cube(), after);
        state[0] = after.into();
        Linear::internal_linear_layer(&mut state);
    }
    for (constants, after) in KOALABEAR_POSEIDON2_RC_16_EXTERNAL_FINAL.iter().zip(&cols.end) {
        full_round(builder, &mut state, constants, after);
    }
}
