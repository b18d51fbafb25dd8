//! Registers and globals that a procedure overwrites must be declared, with the routines it may end in.

use std::collections::{BTreeMap, BTreeSet};

use super::leaves_to;
use crate::{
    diag::Diagnostic,
    isa::Reg,
    lower::{
        Lowered,
        ir::{Loc, Role, Store, SymNext, UnitId, UnitKind},
    },
    span::Span,
};

/// Checks a unit.
pub fn check(program: &Lowered, id: UnitId, errors: &mut Vec<Diagnostic>) {
    let unit = &program.units[id];
    if !matches!(unit.kind, UnitKind::Proc) {
        return;
    }
    let mut written: BTreeMap<Loc, Span> = BTreeMap::new();
    let mut exits: BTreeMap<UnitId, Span> = BTreeMap::new();
    for row in &unit.rows {
        let mut note = |l: Loc| {
            written.entry(l).or_insert(row.span);
        };
        if let Some(r) = row.instr.reg {
            note(Loc::Reg(r));
        }
        if row.instr.dsp != 0 {
            note(Loc::Reg(Reg::Sp));
        }
        if matches!(row.next, SymNext::Charge(_)) {
            note(Loc::Reg(Reg::Gas));
        }
        for s in &row.stores {
            match s {
                Store::Var(v, _) if program.vars[*v].role == Role::Global => note(Loc::Var(*v)),
                _ => {}
            }
        }
        if let Some(to) = leaves_to(row.next) {
            exits.entry(to).or_insert(row.span);
        }
        if let SymNext::Call(c) = row.next {
            let callee = &program.units[c];
            callee.clobbers.iter().for_each(|(l, _)| note(*l));
            callee.reg_outputs.iter().for_each(|p| note(Loc::Reg(p.reg)));
            for (to, _) in &callee.exits {
                exits.entry(*to).or_insert(row.span);
            }
        }
    }
    let name = |l: Loc| match l {
        Loc::Reg(r) => r.name().to_owned(),
        Loc::Var(v) => program.vars[v].name.clone(),
    };
    let outputs: BTreeSet<Loc> = unit.reg_outputs.iter().map(|p| Loc::Reg(p.reg)).collect();
    let declared: BTreeMap<Loc, Span> = unit.clobbers.iter().copied().collect();
    for (loc, span) in &written {
        if !outputs.contains(loc) && !declared.contains_key(loc) {
            errors.push(
                Diagnostic::new(
                    "asm::clobber",
                    *span,
                    format!("`{}` overwrites `{}`", unit.name, name(*loc)),
                )
                .label("overwritten here")
                .note(unit.span, "not declared here")
                .help(format!("declare `clobbers({})`", name(*loc))),
            );
        }
    }
    for (loc, span) in &declared {
        if !written.contains_key(loc) {
            errors.push(
                Diagnostic::new(
                    "asm::unneeded_clobber",
                    *span,
                    format!("`{}` never overwrites `{}`", unit.name, name(*loc)),
                )
                .help("remove it: callers would save what need not be"),
            );
        }
    }
    for (to, span) in &exits {
        if !unit.exits.iter().any(|(u, _)| u == to) {
            let routine = &program.units[*to].name;
            errors.push(
                Diagnostic::new("asm::exit", *span, format!("`{}` may end in `{routine}`", unit.name))
                    .label("jumps out of the procedure")
                    .note(unit.span, "not declared here")
                    .help(format!("declare `exits({routine})`")),
            );
        }
    }
    for (to, span) in &unit.exits {
        if !exits.contains_key(to) {
            errors.push(Diagnostic::new(
                "asm::unneeded_exit",
                *span,
                format!("`{}` never ends in `{}`", unit.name, program.units[*to].name),
            ));
        }
    }
}
