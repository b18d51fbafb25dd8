//! p3's constraints and the one message.

use core::borrow::Borrow;

use p3_air::{Air, BaseAir, WindowAccess};
use p3_keccak_air::{KeccakAir, KeccakCols, U64_LIMBS};
use p3_lookup::InteractionBuilder;

use super::{KeccakFChip, columns};
use crate::buses::{KeccakFMsg, receive};

impl<F> BaseAir<F> for KeccakFChip {
    fn width(&self) -> usize {
        columns::WIDTH
    }
}

impl<AB: InteractionBuilder> Air<AB> for KeccakFChip {
    fn eval(&self, builder: &mut AB) {
        KeccakAir {}.eval(builder);
        let main = builder.main();
        let local: &KeccakCols<AB::Var> = main.current_slice().borrow();
        let places = || (0..5).flat_map(|y| (0..5).flat_map(move |x| (0..U64_LIMBS).map(move |l| (y, x, l))));
        let before = places().map(|(y, x, l)| local.preimage[y][x][l].into());
        let after = places().map(|(y, x, l)| local.a_prime_prime_prime(y, x, l).into());
        receive(builder, KeccakFMsg { limbs: before.chain(after).collect() }, local.export);
    }
}
