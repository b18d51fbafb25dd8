//! Source map: micro-pc to file, line and procedure.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::{
    file::{FileError, write_atomic},
    link::Layout,
    lower::{
        Lowered,
        ir::{UnitKind, VarId},
    },
    span::{Sources, Span},
};

/// A place in a source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Index into [`SourceMap::files`].
    pub file: u32,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// A procedure, routine, handler, fault vector or test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitInfo {
    /// Its name.
    pub name: String,
    /// `proc`, `routine`, `opcode`, `faults` or `test`.
    pub kind: String,
    /// Micro-pc of its first row.
    pub start: u32,
    /// Its rows.
    pub rows: u32,
    /// Its declaration.
    pub place: Place,
    /// The first line of its header.
    pub purpose: String,
    /// The offset in the global space of its return address, for a procedure: a debugger's call stack.
    pub link: Option<u32>,
}

/// A variable of the ROM, for debuggers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VarInfo {
    /// `name`, or `proc.name`.
    pub name: String,
    /// The space's name: `global` or `heap`.
    pub space: String,
    /// First word.
    pub offset: u32,
    /// Number of words.
    pub words: u32,
}

/// What comes from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMap {
    /// Paths of the sources.
    pub files: Vec<String>,
    /// Statement of each row.
    pub rows: Vec<Place>,
    /// Macro invocations that rows come from: row and place, ascending.
    pub macros: Vec<(u32, Place)>,
    /// Units in order of their addresses.
    pub units: Vec<UnitInfo>,
    /// Variables.
    pub variables: Vec<VarInfo>,
}

impl SourceMap {
    /// The unit that a row belongs to.
    #[must_use]
    pub fn unit(&self, upc: usize) -> Option<&UnitInfo> {
        let after = self.units.partition_point(|u| u.start as usize <= upc);
        self.units[..after].last().filter(|u| upc < (u.start + u.rows) as usize)
    }

    /// `file:line (procedure)` of a row, for messages.
    #[must_use]
    pub fn describe(&self, upc: usize) -> String {
        let Some(p) = self.rows.get(upc) else { return format!("micro-pc {upc}") };
        let file = self.files.get(p.file as usize).map_or("?", |f| f);
        let unit = self.unit(upc).map_or("?", |u| &u.name);
        format!("{file}:{} ({unit})", p.line)
    }

    /// Writes the map as JSON.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        let json = serde_json::to_vec(self).map_err(|e| FileError::Encode(e.to_string()))?;
        write_atomic(path, &json)
    }

    /// Reads a map.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or is no map.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        let bytes = std::fs::read(path).map_err(|e| FileError::io(path, &e))?;
        serde_json::from_slice(&bytes).map_err(|e| FileError::Body(e.to_string()))
    }
}

/// The name of a kind of unit.
#[must_use]
pub fn kind_name(kind: &UnitKind) -> &'static str {
    match kind {
        UnitKind::Proc => "proc",
        UnitKind::Routine => "routine",
        UnitKind::Opcode => "opcode",
        UnitKind::Faults => "faults",
        UnitKind::Test(_) => "test",
    }
}

/// Makes the map of a linked program.
#[must_use]
pub fn build(program: &Lowered, layout: &Layout, sources: &Sources) -> SourceMap {
    let place = |s: Span| {
        let (line, column) = sources.line_col(s);
        Place { file: s.file, line, column }
    };
    let mut map = SourceMap {
        files: (0..sources.files.len() as u32).map(|f| sources.name(f)).collect(),
        ..SourceMap::default()
    };
    let offset = |v: VarId| program.vars[v].off as u32;
    for (u, base) in &layout.units {
        let unit = &program.units[*u];
        for row in &unit.rows {
            if let Some(site) = row.site {
                map.macros.push((map.rows.len() as u32, place(site)));
            }
            map.rows.push(place(row.span));
        }
        map.units.push(UnitInfo {
            name: unit.name.clone(),
            kind: kind_name(&unit.kind).to_owned(),
            start: *base as u32,
            rows: unit.rows.len() as u32,
            place: place(unit.span),
            purpose: unit.doc.first().map(|d| d.trim().to_owned()).unwrap_or_default(),
            link: unit.link.map(offset),
        });
    }
    for var in &program.vars {
        let owner = match var.owner {
            Some(u) if layout.base(u).is_none() => continue,
            Some(u) => format!("{}.", program.units[u].name),
            None => String::new(),
        };
        map.variables.push(VarInfo {
            name: format!("{owner}{}", var.name),
            space: var.space.name().to_owned(),
            offset: var.off as u32,
            words: var.size.unwrap_or(1),
        });
    }
    map
}
