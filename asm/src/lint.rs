//! Headers: every procedure says what it is for.

use crate::{
    ast::{Item, ItemKind},
    diag::Diagnostic,
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

fn listed(fields: &[&str]) -> String {
    fields.iter().map(|f| format!(", `;! {f} ...`")).collect()
}
