//! Reads of locals and registers that nothing has set.

use std::collections::BTreeSet;

use super::leaves_to;
use crate::{
    diag::Diagnostic,
    isa::Reg,
    lower::{
        Lowered,
        ir::{InputSlot, Loc, Role, Store, SymNext, UnitId, UnitKind},
    },
    span::Span,
};

type Set = BTreeSet<Loc>;

/// Whether a location must be set before it is read.
fn followed(program: &Lowered, loc: Loc) -> bool {
    match loc {
        Loc::Reg(r) => matches!(r, Reg::X0 | Reg::X1 | Reg::X2 | Reg::X3),
        Loc::Var(v) => program.vars[v].role != Role::Global,
    }
}

fn slot(input: &InputSlot) -> Loc {
    match input {
        InputSlot::Word(v) => Loc::Var(*v),
        InputSlot::Reg(p) => Loc::Reg(p.reg),
    }
}

/// Checks a unit.
pub fn check(program: &Lowered, calls: &[BTreeSet<UnitId>], id: UnitId, errors: &mut Vec<Diagnostic>) {
    let unit = &program.units[id];
    let n = unit.rows.len();
    let mut states: Vec<Option<Set>> = vec![None; n];
    states[0] = Some(unit.inputs.iter().map(slot).collect());
    let mut work = vec![0];
    while let Some(i) = work.pop() {
        let Some(state) = states[i].clone() else { continue };
        for (s, after) in flow(program, calls, id, i, state) {
            if s >= n {
                continue;
            }
            let merged = match &states[s] {
                None => after,
                Some(before) => before.intersection(&after).copied().collect(),
            };
            if states[s].as_ref() != Some(&merged) {
                states[s] = Some(merged);
                work.push(s);
            }
        }
    }
    for (i, state) in states.iter().enumerate() {
        if let Some(state) = state {
            report(program, id, i, state, errors);
        }
    }
}

/// What a row's own writes set.
fn written(program: &Lowered, id: UnitId, i: usize, state: &mut Set) {
    let row = &program.units[id].rows[i];
    for s in &row.stores {
        if let Store::Var(v, _) = s {
            state.insert(Loc::Var(*v));
        }
    }
    state.extend(row.instr.reg.map(Loc::Reg));
}

/// States after a row, by the row that comes next.
fn flow(
    program: &Lowered,
    calls: &[BTreeSet<UnitId>],
    id: UnitId,
    i: usize,
    mut state: Set,
) -> Vec<(usize, Set)> {
    let unit = &program.units[id];
    let row = &unit.rows[i];
    written(program, id, i, &mut state);
    let SymNext::Call(callee) = row.next else {
        return super::successors(unit, i).into_iter().map(|s| (s, state.clone())).collect();
    };
    let inside = |u: UnitId| u == callee || calls[callee].contains(&u);
    state.retain(|l| match l {
        Loc::Var(v) => !program.vars[*v].owner.is_some_and(inside),
        Loc::Reg(_) => true,
    });
    let c = &program.units[callee];
    for (l, _) in &c.clobbers {
        state.remove(l);
    }
    for p in &c.reg_outputs {
        state.remove(&Loc::Reg(p.reg));
    }
    let mut out: Vec<(usize, Set)> = row.fails.iter().map(|l| (unit.labels[*l], state.clone())).collect();
    state.extend(c.outputs.iter().map(|v| Loc::Var(*v)));
    state.extend(c.reg_outputs.iter().map(|p| Loc::Reg(p.reg)));
    out.push((i + 1, state));
    out
}

fn report(program: &Lowered, id: UnitId, i: usize, state: &Set, errors: &mut Vec<Diagnostic>) {
    let unit = &program.units[id];
    let row = &unit.rows[i];
    let name = |l: Loc| match l {
        Loc::Reg(r) => r.name().to_owned(),
        Loc::Var(v) => {
            let var = &program.vars[v];
            match var.owner.filter(|o| *o != id) {
                Some(o) => format!("{}.{}", program.units[o].name, var.name),
                None => var.name.clone(),
            }
        }
    };
    let mut unset = |loc: Loc, span: Span, message: String, help: &str| {
        let mut d =
            Diagnostic::new("asm::unset", span, message).label("not set on every way here").help(help);
        if let Loc::Var(v) = loc {
            d = d.note(program.vars[v].span, "declared here");
        }
        errors.push(d);
    };
    for (loc, span) in &row.reads {
        if followed(program, *loc) && !state.contains(loc) {
            let help = match loc {
                Loc::Reg(_) => {
                    "set it first, or declare it as an input; a call leaves only what it does not clobber"
                }
                Loc::Var(_) => "set it first; a call overwrites the cells of all that it calls",
            };
            unset(*loc, *span, format!("`{}` is read but may not be set", name(*loc)), help);
        }
    }
    let mut after = state.clone();
    written(program, id, i, &mut after);
    if let SymNext::Call(callee) = row.next {
        for input in program.units[callee].inputs.iter().map(slot) {
            if !after.contains(&input) {
                let message =
                    format!("input `{}` of `{}` may not be set", name(input), program.units[callee].name);
                unset(
                    input,
                    row.span,
                    message,
                    "give an argument instead of `_`, or write the input's cell first",
                );
            }
        }
    }
    if let Some(to) = leaves_to(row.next) {
        for input in program.units[to].inputs.iter().map(slot) {
            if !after.contains(&input) {
                let message =
                    format!("`{}` takes `{}`, which may not be set", program.units[to].name, name(input));
                unset(input, row.span, message, "set it before");
            }
        }
    }
    if row.returns && matches!(unit.kind, UnitKind::Proc) {
        let outputs = unit.outputs.iter().map(|v| Loc::Var(*v));
        for out in outputs.chain(unit.reg_outputs.iter().map(|p| Loc::Reg(p.reg))) {
            if !after.contains(&out) {
                unset(
                    out,
                    row.span,
                    format!("output `{}` may not be set", name(out)),
                    "set it before returning",
                );
            }
        }
    }
}
