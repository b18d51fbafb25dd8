//! Static checks on lowered units: what can be reached, what is set, what is clobbered, which hints are checked.

mod clobbers;
mod hints;
mod reach;
mod set;

use std::collections::BTreeSet;

use crate::{
    diag::Diagnostic,
    lower::{
        Lowered,
        ir::{Dest, SymNext, Unit, UnitId, UnitKind},
    },
};
pub use hints::{HintUse, Source};

/// What flow analysis finds besides errors.
#[derive(Debug, Default)]
pub struct Facts {
    /// Hints of each unit.
    pub hints: Vec<Vec<HintUse>>,
    /// Units that each unit calls, itself or through others.
    pub calls: Vec<BTreeSet<UnitId>>,
}

/// Runs all checks.
pub fn analyse(program: &Lowered, errors: &mut Vec<Diagnostic>) -> Facts {
    let calls = reach::calls(program, errors);
    let mut facts = Facts { hints: vec![vec![]; program.units.len()], calls };
    // A recursive program has no meaning for the rest.
    if errors.iter().any(|e| e.code == "asm::recursion") {
        return facts;
    }
    for (id, unit) in program.units.iter().enumerate() {
        if unit.broken || matches!(unit.kind, UnitKind::Faults) {
            continue;
        }
        if reach::check(unit, errors) {
            set::check(program, &facts.calls, id, errors);
            clobbers::check(program, id, errors);
            facts.hints[id] = hints::check(program, &facts.calls, id, errors);
        }
    }
    facts
}

/// Rows that may come after a row; `rows.len()` stands for falling off the end.
fn successors(unit: &Unit, i: usize) -> Vec<usize> {
    let row = &unit.rows[i];
    let label = |d: Dest| match d {
        Dest::Label(l) => Some(unit.labels[l]),
        Dest::Unit(_) => None,
    };
    let mut next: Vec<usize> = match row.next {
        SymNext::Seq | SymNext::Call(_) => vec![i + 1],
        SymNext::Jump(d) => label(d).into_iter().collect(),
        SymNext::Zero(d) | SymNext::NonZero(d) | SymNext::Charge(d) => {
            label(d).into_iter().chain([i + 1]).collect()
        }
        SymNext::Dispatch | SymNext::EvmJump | SymNext::Return | SymNext::Halt => vec![],
    };
    next.extend(row.fails.iter().map(|l| unit.labels[*l]));
    next
}

/// The routine that a row may go to.
fn leaves_to(next: SymNext) -> Option<UnitId> {
    match next {
        SymNext::Jump(Dest::Unit(u))
        | SymNext::Zero(Dest::Unit(u))
        | SymNext::NonZero(Dest::Unit(u))
        | SymNext::Charge(Dest::Unit(u)) => Some(u),
        _ => None,
    }
}
