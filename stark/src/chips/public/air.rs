//! The constraints; numbers as in the module's documentation.

use core::array::from_fn;

use p3_air::{Air, AirBuilder, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::isa::{LIMBS, Op2};

use super::{HEIGHT, NUM_PUBLIC_VALUES, PublicChip, PublicCols, PublicPreprocessed};
use crate::buses::{Op2Msg, Word, provide, range16};
use crate::columns::view;

impl<F: Field> BaseAir<F> for PublicChip {
    fn width(&self) -> usize {
        PublicCols::WIDTH
    }

    fn preprocessed_width(&self) -> usize {
        PublicPreprocessed::WIDTH
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<F>> {
        let values = (0..HEIGHT)
            .flat_map(|row| {
                from_fn::<_, { PublicPreprocessed::WIDTH }, _>(|column| {
                    F::from_bool(column == row / 8 || column == 4 + row % 8)
                })
            })
            .collect();
        Some(RowMajorMatrix::new(values, PublicPreprocessed::WIDTH))
    }

    fn num_public_values(&self) -> usize {
        NUM_PUBLIC_VALUES
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for PublicChip {
    fn eval(&self, builder: &mut AB) {
        let preprocessed = builder.preprocessed().clone();
        let &PublicPreprocessed { high, low } = view(preprocessed.current_slice());
        let main = builder.main();
        let cols: &PublicCols<AB::Var> = view(main.current_slice());
        let c = |n: usize| AB::Expr::from_usize(n);
        let is_out = high[2] + high[3];

        // 1
        let public: Vec<AB::Expr> = builder.public_values().iter().map(|&value| value.into()).collect();
        for j in 0..LIMBS {
            let bound = (0..4).fold(AB::Expr::ZERO, |sum, u| {
                let of_low = (0..8)
                    .fold(AB::Expr::ZERO, |sum, v| sum + public[LIMBS * (8 * u + v) + j].clone() * low[v]);
                sum + of_low * high[u]
            });
            builder.assert_eq(bound, cols.word[j]);
        }
        // 2
        builder.assert_eq(cols.multiplicity * cols.inverse, cols.set);
        builder.assert_zero((AB::Expr::ONE - cols.set) * cols.inverse);
        // 3
        let sum = cols.word.iter().fold(AB::Expr::ZERO, |sum, &limb| sum + limb);
        builder.when(is_out.clone()).assert_zero((AB::Expr::ONE - cols.set) * sum);

        for limb in cols.word {
            range16(builder, limb, AB::Expr::ONE);
        }

        let row = high.iter().enumerate().map(|(u, &flag)| c(8 * u) * flag);
        let row = row.chain(low.iter().enumerate().map(|(v, &flag)| c(v) * flag));
        let kind = row.fold(c(Op2::PubIn(0).kind() as usize), |kind, term| kind + term);
        let a: Word<AB::Expr> = cols.word.map(|limb| is_out.clone() * limb);
        let r = from_fn(|j| -a[j].clone() + cols.word[j]);
        let message = Op2Msg { kind, a, b: from_fn(|_| AB::Expr::ZERO), r };
        provide(builder, message, cols.multiplicity);
    }
}
