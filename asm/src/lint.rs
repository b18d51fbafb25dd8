//! Headers: every procedure says what it is for.

use crate::{
    ast::{Item, ItemKind},
    diag::Diagnostic,
    lower::ir::{Dest, SymNext, Unit},
};

/// Errors for items whose header is missing or lacks a field.
#[must_use]
pub fn headers(items: &[Item]) -> Vec<Diagnostic> {
    let mut errors = vec![];
    for item in items {
        let fields: &[&str] = match &item.kind {
            ItemKind::Proc(p) if p.test.is_some() => continue,
            ItemKind::Proc(_) => &["Inputs:", "Outputs:", "Rows:"],
            ItemKind::Routine { .. } => &["Inputs:", "Rows:"],
            ItemKind::Opcode { .. } => &["Stack:", "Rows:"],
            _ => continue,
        };
        let purpose = item.doc.iter().map(|d| d.node.trim()).find(|l| !l.is_empty());
        if purpose.is_none() || purpose.is_some_and(|l| fields.iter().any(|f| l.starts_with(f))) {
            errors.push(
                Diagnostic::new("asm::header", item.name.span, format!("`{}` has no header", item.name.node))
                    .label("its purpose is not said")
                    .help(format!("lines before it: `;! What it is for.`{}", listed(fields))),
            );
            continue;
        }
        for field in fields {
            if !item.doc.iter().any(|d| d.node.contains(field)) {
                errors.push(
                    Diagnostic::new(
                        "asm::header",
                        item.name.span,
                        format!("the header of `{}` lacks `{field}`", item.name.node),
                    )
                    .help(format!("`;! {field} ...` (`none` where there are none)")),
                );
            }
        }
    }
    errors
}

/// The number a header gives for rows, where it is a number and nothing else.
fn stated_rows(doc: &[String]) -> Option<usize> {
    let line = doc.iter().find_map(|d| d.split("Rows:").nth(1))?;
    line.trim().parse().ok()
}

/// Errors for headers that state another number of rows than the code has, where it has one way through and calls nothing.
#[must_use]
pub fn rows(units: &[Unit]) -> Vec<Diagnostic> {
    let straight = |u: &Unit| {
        u.rows.iter().enumerate().all(|(i, r)| {
            let last = i + 1 == u.rows.len();
            match r.next {
                SymNext::Seq => true,
                SymNext::Jump(Dest::Unit(_))
                | SymNext::Return
                | SymNext::Halt
                | SymNext::Dispatch
                | SymNext::EvmJump => last,
                _ => false,
            }
        })
    };
    units
        .iter()
        .filter(|u| straight(u))
        .filter_map(|u| {
            let stated = stated_rows(&u.doc).filter(|n| *n != u.rows.len())?;
            Some(
                Diagnostic::new("asm::header_rows", u.span, format!("the header says {stated} rows"))
                    .label(format!("there are {}", u.rows.len()))
                    .help(format!("`Rows: {}`", u.rows.len())),
            )
        })
        .collect()
}

fn listed(fields: &[&str]) -> String {
    fields.iter().map(|f| format!(", `;! {f} ...`")).collect()
}
