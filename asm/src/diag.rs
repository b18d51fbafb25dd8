//! Diagnostics: errors and warnings with spans, carets and help.

use std::{fmt, sync::Arc};

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::span::{Sources, Span};

/// One error or warning.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Stable code, as `asm::unset_local`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where, and what is to be said there.
    pub span: Span,
    /// What stands at the caret.
    pub label: String,
    /// Other places that matter.
    pub notes: Vec<(Span, String)>,
    /// What to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic at a place.
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span, label: "here".into(), notes: vec![], help: None }
    }

    /// With text at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another place.
    #[must_use]
    pub fn note(mut self, span: Span, text: impl Into<String>) -> Self {
        self.notes.push((span, text.into()));
        self
    }
}

/// All diagnostics of a run, with the sources they point into. It is never empty when returned as an error.
#[derive(Clone)]
pub struct Diagnostics {
    /// The sources.
    pub sources: Arc<Sources>,
    /// The diagnostics, in order of their places.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Sorts by place and drops repetitions (as from a macro used twice).
    #[must_use]
    pub fn new(sources: Arc<Sources>, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
        list.dedup_by(|a, b| (a.span, a.code, &a.message) == (b.span, b.code, &b.message));
        Self { sources, list }
    }

    /// Renders every diagnostic with source lines and carets, without colours.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_with(GraphicalTheme::unicode_nocolor())
    }

    /// Renders every diagnostic in a theme.
    #[must_use]
    pub fn render_with(&self, theme: GraphicalTheme) -> String {
        let handler = GraphicalReportHandler::new_themed(theme).with_width(110);
        let mut out = String::new();
        for d in &self.list {
            // Writing to a String cannot fail.
            let _ = handler.render_report(&mut out, &Report::new(&self.sources, d));
        }
        let n = self.list.len();
        out.push_str(&format!("{n} error{}\n", if n == 1 { "" } else { "s" }));
        out
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render())
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} error(s) in the micro-assembly", self.list.len())
    }
}

impl std::error::Error for Diagnostics {}

/// One diagnostic with the text of its file, as miette takes it.
struct Report {
    code: &'static str,
    message: String,
    help: Option<String>,
    source: NamedSource<String>,
    labels: Vec<LabeledSpan>,
}

impl Report {
    fn new(sources: &Sources, d: &Diagnostic) -> Self {
        let file = d.span.file;
        let text = sources.files.get(file as usize).map_or("", |f| &*f.text);
        let at = |s: Span, t: &str| {
            LabeledSpan::new(Some(t.to_owned()), s.start as usize, (s.end.max(s.start) - s.start) as usize)
        };
        let mut labels = vec![at(d.span, &d.label)];
        let mut help = d.help.clone();
        for (s, t) in &d.notes {
            if s.file == file {
                labels.push(at(*s, t));
            } else {
                // A report shows one file: a place in another is named in the help.
                let (line, _) = sources.line_col(*s);
                let line = format!("{t}: {}:{line}", sources.name(s.file));
                help = Some(help.map_or(line.clone(), |h| format!("{h}\n{line}")));
            }
        }
        let source = NamedSource::new(sources.name(file), text.to_owned());
        Self { code: d.code, message: d.message.clone(), help, source, labels }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|h| Box::new(h) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
