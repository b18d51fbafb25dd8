//! Source texts and positions in them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A range of bytes in a source file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Index of the file in [`Sources`].
    pub file: u32,
    /// First byte.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
}

impl Span {
    /// The smallest range that holds both.
    #[must_use]
    pub fn to(self, end: Self) -> Self {
        Self { file: self.file, start: self.start.min(end.start), end: self.end.max(end.end) }
    }
}

/// A node with its place in the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The node.
    pub node: T,
    /// Where it stands.
    pub span: Span,
}

/// Where sources are read from.
#[derive(Clone, Debug)]
pub enum Files {
    /// The file system.
    Disk,
    /// Texts by path, for tests and editors.
    Memory(BTreeMap<String, String>),
}

impl Files {
    /// Virtual files from pairs of path and text.
    pub fn memory<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::Memory(files.into_iter().map(|(p, t)| (p.to_owned(), t.to_owned())).collect())
    }

    /// The text at a path.
    ///
    /// # Errors
    ///
    /// When there is no such file or it is not UTF-8; the message has no path.
    pub fn read(&self, path: &Path) -> Result<String, String> {
        match self {
            Self::Disk => std::fs::read_to_string(path).map_err(|e| e.to_string()),
            Self::Memory(m) => {
                m.get(&*path.to_string_lossy()).cloned().ok_or_else(|| "no such file".to_owned())
            }
        }
    }
}

/// A source file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its path as first named.
    pub path: PathBuf,
    /// Its text.
    pub text: Arc<str>,
}

/// All sources of a program, in order of their first inclusion.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The files; [`Span::file`] is an index into them.
    pub files: Vec<SourceFile>,
}

impl Sources {
    /// The file's path with `/` between its parts, as listings and maps print it.
    #[must_use]
    pub fn name(&self, file: u32) -> String {
        self.files
            .get(file as usize)
            .map_or_else(|| "?".to_owned(), |f| f.path.to_string_lossy().replace('\\', "/"))
    }

    /// Line and column of a span's start, both from 1.
    #[must_use]
    pub fn line_col(&self, span: Span) -> (u32, u32) {
        let Some(f) = self.files.get(span.file as usize) else { return (0, 0) };
        let before = &f.text[..(span.start as usize).min(f.text.len())];
        let line = before.matches('\n').count() as u32 + 1;
        let col = before.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
        (line, col)
    }

    /// The text of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.files
            .get(span.file as usize)
            .and_then(|f| f.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }
}
