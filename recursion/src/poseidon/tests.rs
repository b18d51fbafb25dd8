//! The columns hold p3's permutation.

use p3_field::PrimeCharacteristicRing;
use zkrom_stark::columns::view_mut;
use zkrom_stark::field::Val;
use zkrom_stark::testing::Samples;

use super::{PermCols, WIDTH, fill_permutation, permute};

#[test]
fn columns_hold_the_permutation() {
    let mut samples = Samples::new(1);
    for _ in 0..100 {
        let input: [Val; WIDTH] = core::array::from_fn(|_| Val::from_u64(samples.bits()));
        let mut row = vec![Val::ZERO; PermCols::WIDTH];
        let cols: &mut PermCols<Val> = view_mut(&mut row);
        fill_permutation(cols, &input);
        let mut expected = input;
        permute(&mut expected);
        assert_eq!(*cols.output(), expected);
    }
    assert_eq!(PermCols::WIDTH, 164);
}
