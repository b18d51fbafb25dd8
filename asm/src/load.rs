//! Reading a program: a file and what it includes, each once.

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use crate::{
    ast::{Item, ItemKind},
    diag::Diagnostic,
    parser::parse,
    span::{Files, SourceFile, Sources, Span},
};

/// A program's items, in the order of the files' inclusion.
#[derive(Debug, Default)]
pub struct Program {
    /// Sources.
    pub sources: Sources,
    /// Items without the includes.
    pub items: Vec<Item>,
    /// Errors.
    pub errors: Vec<Diagnostic>,
}

/// Reads a file and its includes.
#[must_use]
pub fn load(path: &Path, files: &Files) -> Program {
    let mut p = Program::default();
    add(&mut p, &normal(path), files, None);
    p
}

/// The path without `.` and without `a/..`, so that a file has one name.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn add(p: &mut Program, path: &Path, files: &Files, from: Option<Span>) {
    if p.sources.files.iter().any(|f| f.path == path) {
        return;
    }
    let text = match files.read(path) {
        Ok(t) => t,
        Err(e) => {
            let span = from.unwrap_or_default();
            if from.is_none() {
                p.sources.files.push(SourceFile { path: path.to_owned(), text: Arc::from("") });
            }
            p.errors.push(
                Diagnostic::new("asm::include", span, format!("cannot read {}: {e}", path.display()))
                    .help("paths are relative to the file that includes them"),
            );
            return;
        }
    };
    let file = p.sources.files.len() as u32;
    p.sources.files.push(SourceFile { path: path.to_owned(), text: Arc::from(text.as_str()) });
    let (items, errors) = parse(&text, file);
    p.errors.extend(errors);
    for item in items {
        if let ItemKind::Include(name) = &item.kind {
            let target = path.parent().unwrap_or(Path::new("")).join(name);
            add(p, &normal(&target), files, Some(item.name.span));
        } else {
            p.items.push(item);
        }
    }
}
