//! The tables' interactions.

use p3_air::{Air, BaseAir, WindowAccess};
use p3_field::{Field, PrimeCharacteristicRing};
use p3_lookup::InteractionBuilder;
use p3_matrix::dense::RowMajorMatrix;

use super::{ByteChip, BytePreprocessed, ByteTableCols, LOG_TABLE_HEIGHT, Range16Chip, Range16Cols};
use crate::buses::{ByteMsg, ByteOp, Range16Msg, provide};
use crate::columns::view;

impl<F: Field> BaseAir<F> for Range16Chip {
    fn width(&self) -> usize {
        Range16Cols::WIDTH
    }

    fn preprocessed_width(&self) -> usize {
        1
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<F>> {
        Some(RowMajorMatrix::new((0..1 << LOG_TABLE_HEIGHT).map(F::from_u32).collect(), 1))
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for Range16Chip {
    fn eval(&self, builder: &mut AB) {
        let value = builder.preprocessed().current_slice()[0];
        let main = builder.main();
        let cols: &Range16Cols<AB::Var> = view(main.current_slice());
        provide(builder, Range16Msg { value: value.into() }, cols.multiplicity);
    }
}

impl<F: Field> BaseAir<F> for ByteChip {
    fn width(&self) -> usize {
        ByteTableCols::WIDTH
    }

    fn preprocessed_width(&self) -> usize {
        BytePreprocessed::WIDTH
    }

    fn preprocessed_trace(&self) -> Option<RowMajorMatrix<F>> {
        let values = (0..1u32 << LOG_TABLE_HEIGHT)
            .flat_map(|i| {
                let (x, y) = (i % 256, i / 256);
                [x, y, x & y, x ^ y].map(F::from_u32)
            })
            .collect();
        Some(RowMajorMatrix::new(values, BytePreprocessed::WIDTH))
    }

    fn main_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn preprocessed_next_row_columns(&self) -> Vec<usize> {
        Vec::new()
    }

    fn max_constraint_degree(&self) -> Option<usize> {
        Some(3)
    }
}

impl<AB: InteractionBuilder<F: Field>> Air<AB> for ByteChip {
    fn eval(&self, builder: &mut AB) {
        let preprocessed = builder.preprocessed().clone();
        let &BytePreprocessed { x, y, and, xor } = view(preprocessed.current_slice());
        let main = builder.main();
        let cols: &ByteTableCols<AB::Var> = view(main.current_slice());
        for op in ByteOp::ALL {
            let z = match op {
                ByteOp::Pair => AB::Expr::ZERO,
                ByteOp::And => and.into(),
                ByteOp::Or => x + y - and,
                ByteOp::Xor => xor.into(),
            };
            let kind = AB::Expr::from_u32(op as u32);
            provide(builder, ByteMsg { kind, x: x.into(), y: y.into(), z }, cols.multiplicities[op as usize]);
        }
    }
}
