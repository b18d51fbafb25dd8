//! Reachability of rows, and the call graph.

use std::collections::BTreeSet;

use super::successors;
use crate::{
    diag::Diagnostic,
    lower::{
        Lowered,
        ir::{SymNext, Unit, UnitId, UnitKind},
    },
};

/// Units each unit calls, itself or through others; recursion is an error, since frames are static.
pub fn calls(program: &Lowered, errors: &mut Vec<Diagnostic>) -> Vec<BTreeSet<UnitId>> {
    let direct: Vec<BTreeSet<UnitId>> = program
        .units
        .iter()
        .map(|u| {
            u.rows.iter().filter_map(|r| if let SymNext::Call(c) = r.next { Some(c) } else { None }).collect()
        })
        .collect();
    let mut all = vec![];
    for (id, unit) in program.units.iter().enumerate() {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<UnitId> = direct[id].iter().copied().collect();
        while let Some(u) = stack.pop() {
            if seen.insert(u) {
                stack.extend(&direct[u]);
            }
        }
        if seen.contains(&id) {
            let call = unit
                .rows
                .iter()
                .find(|r| matches!(r.next, SymNext::Call(c) if c == id || reaches(&direct, c, id)));
            let span = call.map_or(unit.span, |r| r.span);
            errors.push(
                Diagnostic::new("asm::recursion", span, format!("`{}` calls itself", unit.name))
                    .label("by this call, directly or through others")
                    .help("frames are allocated once: keep what recursion would in a buffer, and loop"),
            );
        }
        all.push(seen);
    }
    all
}

fn reaches(direct: &[BTreeSet<UnitId>], from: UnitId, to: UnitId) -> bool {
    let mut seen = BTreeSet::new();
    let mut stack = vec![from];
    while let Some(u) = stack.pop() {
        if u == to {
            return true;
        }
        if seen.insert(u) {
            stack.extend(&direct[u]);
        }
    }
    false
}

/// Rows that are never reached, and ends that are. Whether the unit is whole.
pub fn check(unit: &Unit, errors: &mut Vec<Diagnostic>) -> bool {
    let what = match unit.kind {
        UnitKind::Proc => "procedure",
        UnitKind::Test(_) => "test",
        UnitKind::Routine => "routine",
        _ => "handler",
    };
    if unit.rows.is_empty() {
        errors.push(
            Diagnostic::new("asm::falls_off", unit.span, format!("{what} `{}` is empty", unit.name))
                .help("a procedure ends with `return`; other code with `dispatch`, `jump`, `goto` or `halt`"),
        );
        return false;
    }
    let n = unit.rows.len();
    let mut seen = vec![false; n];
    let mut stack = vec![0];
    let mut whole = true;
    while let Some(i) = stack.pop() {
        if std::mem::replace(&mut seen[i], true) {
            continue;
        }
        for s in successors(unit, i) {
            if s < n {
                stack.push(s);
            } else {
                whole = false;
                errors.push(
                    Diagnostic::new("asm::falls_off", unit.rows[i].span, format!("control leaves the end of {what} `{}`", unit.name))
                        .label("nothing comes after this")
                        .help("a procedure ends with `return`; other code with `dispatch`, `jump`, `goto` or `halt`"),
                );
            }
        }
    }
    let mut i = 0;
    while i < n {
        if seen[i] {
            i += 1;
            continue;
        }
        // One report for a run of rows.
        errors.push(
            Diagnostic::new("asm::unreachable", unit.rows[i].span, "this is never reached")
                .help("remove it, or place a label that something goes to"),
        );
        while i < n && !seen[i] {
            i += 1;
        }
    }
    whole
}
