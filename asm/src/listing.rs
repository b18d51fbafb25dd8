//! Listings: rows per procedure, each with its statement; and the list of hints with what checks them.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{
    flow::{Facts, Source},
    image::Image,
    link::Layout,
    lower::{
        Lowered,
        ir::{Loc, Unit},
    },
    source_map::SourceMap,
    span::{Sources, Span},
};

/// A hint, or an untrusted input, with the rows that check it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HintInfo {
    /// The executor's function; for an untrusted input its name.
    pub name: String,
    /// `hint`, `guess` or `untrusted input`.
    pub kind: String,
    /// The procedure.
    pub procedure: String,
    /// Micro-pc of the hint; for an untrusted input of the procedure's first row.
    pub upc: u32,
    /// `file:line` of it.
    pub place: String,
    /// Rows that check it; none for a guess, whose two ways prove themselves.
    pub checks: Vec<CheckInfo>,
}

/// A row that checks a hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckInfo {
    /// Its micro-pc.
    pub upc: u32,
    /// `file:line` of it.
    pub place: String,
    /// Its statement.
    pub statement: String,
}

/// The statement of a source line, on one line.
fn statement(sources: &Sources, span: Span) -> String {
    sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lists all hints of the image.
#[must_use]
pub fn hints(program: &Lowered, facts: &Facts, layout: &Layout, sources: &Sources) -> Vec<HintInfo> {
    let mut out = vec![];
    for (u, base) in &layout.units {
        let unit: &Unit = &program.units[*u];
        let place = |span: Span| format!("{}:{}", sources.name(span.file), sources.line_col(span).0);
        for h in &facts.hints[*u] {
            let (name, kind, row, span) = match h.source {
                Source::Row(i) => {
                    let name = unit.rows[i].instr.hint.as_ref().map_or_else(String::new, |c| c.name.clone());
                    (name, if h.guess { "guess" } else { "hint" }, i, unit.rows[i].span)
                }
                Source::Input(Loc::Var(v)) => {
                    (program.vars[v].name.clone(), "untrusted input", 0, program.vars[v].span)
                }
                Source::Input(Loc::Reg(r)) => (r.name().to_owned(), "untrusted input", 0, unit.span),
            };
            let check = |i: &usize| CheckInfo {
                upc: (base + i) as u32,
                place: place(unit.rows[*i].span),
                statement: statement(sources, unit.rows[*i].span),
            };
            out.push(HintInfo {
                name,
                kind: kind.to_owned(),
                procedure: unit.name.clone(),
                upc: (base + row) as u32,
                place: place(span),
                checks: h.checks.iter().map(check).collect(),
            });
        }
    }
    out
}

/// The list of hints as text.
#[must_use]
pub fn hints_text(list: &[HintInfo]) -> String {
    let mut out = String::new();
    for h in list {
        let _ = writeln!(out, "{:5}  {} {} in {} ({})", h.upc, h.kind, h.name, h.procedure, h.place);
        if h.checks.is_empty() {
            let _ = writeln!(out, "       both ways prove themselves");
        }
        for c in &h.checks {
            let _ = writeln!(out, "       checked by {:5}  {} ({})", c.upc, c.statement, c.place);
        }
    }
    out
}

/// The listing: units in order of their addresses, each row with its micro-pc, line and statement.
#[must_use]
pub fn listing(
    program: &Lowered,
    layout: &Layout,
    image: &Image,
    map: &SourceMap,
    sources: &Sources,
) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} rows, digest {}", image.instrs.len(), image.digest());
    for (info, (u, base)) in map.units.iter().zip(&layout.units) {
        let file = map.files.get(info.place.file as usize).map_or("?", |f| f);
        let _ =
            writeln!(out, "\n{} {}: {} rows  {file}:{}", info.kind, info.name, info.rows, info.place.line);
        for (i, row) in program.units[*u].rows.iter().enumerate() {
            let upc = base + i;
            let line = map.rows.get(upc).map_or(0, |p| p.line);
            let shown = crate::display::instruction(&image.instrs[upc]);
            let _ = writeln!(out, "{upc:6}  {line:5}  {shown:60}  ; {}", statement(sources, row.span));
        }
    }
    out
}
