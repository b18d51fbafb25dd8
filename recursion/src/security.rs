//! Proven security of a stage, from its actual shape, by p3-security.

use p3_batch_stark::num_batched_openings;
use p3_batch_stark::symbolic::get_symbolic_constraints;
use p3_lookup::LogUpGadget;
use p3_security::report::SecurityReport;
use p3_uni_stark::OpeningShape;
use zkrom_stark::field::{Challenge, Val};
use zkrom_stark::machine::Measures;

use crate::quintic::D;
use crate::stage::{ProvingKey, Scheme};
use crate::tables::Table;
use crate::verifier::{Child, ChildAir, layout};

/// What decides the security of a kind of proof besides its parameters.
#[must_use]
pub fn measure<A: ChildAir>(child: &Child<'_, A>) -> Measures {
    let mut m = Measures {
        log_height: child.log_heights.iter().copied().max().unwrap_or(0),
        constraints: 0,
        degree: 0,
        openings: 0,
        columns: 0,
        interactions: 0,
        message_width: 0,
    };
    for ((air, lookups), instance) in child.airs.iter().zip(&child.lookups).zip(&child.plan().instances) {
        let (base, ext) =
            get_symbolic_constraints::<Val, Challenge, A, _>(air, layout(air), lookups, &LogUpGadget::new());
        m.constraints += base.len() + ext.len();
        let of_base = base.iter().map(p3_air::SymbolicExpression::degree_multiple);
        let of_ext = ext.iter().map(p3_air::symbolic::SymbolicExpressionExt::degree_multiple);
        m.degree = of_base.chain(of_ext).fold(m.degree, usize::max);
        let i = instance;
        m.openings += num_batched_openings(
            i.width,
            i.next,
            i.preprocessed,
            i.preprocessed_next,
            i.chunks,
            i.lookups,
            D,
            OpeningShape::new(),
        );
        let of_lookups = if i.lookups > 0 { D * (i.lookups + 1) } else { 0 };
        m.columns += i.width + i.preprocessed + of_lookups + D * i.chunks;
        for lookup in *lookups {
            m.interactions += lookup.elements.len();
            m.message_width = lookup.elements.iter().map(Vec::len).fold(m.message_width, usize::max);
        }
    }
    m
}

/// Measures and report of a stage's proofs.
#[must_use]
pub fn security<S: Scheme>(key: &ProvingKey<S>) -> (Measures, SecurityReport) {
    let child: Child<'_, Table> = key.as_child();
    let measures = measure(&child);
    let report = zkrom_stark::machine::report(&measures, &child.params);
    (measures, report)
}
