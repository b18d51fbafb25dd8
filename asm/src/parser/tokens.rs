//! Token streams as `nom` input, parse errors, and the smallest parsers.

use std::{cell::RefCell, iter::Enumerate, slice};

use nom::{
    Err, IResult, Input, Needed,
    error::{ErrorKind, ParseError},
};

use crate::{
    ast::Name,
    diag::Diagnostic,
    lexer::{Tok, Token},
    span::{Span, Spanned},
};

/// The rest of a token stream. Errors that were recovered from are collected on the side.
#[derive(Clone, Copy)]
pub struct Tokens<'a> {
    /// Tokens left.
    pub rest: &'a [Token],
    /// Where errors go.
    pub errors: &'a RefCell<Vec<Diagnostic>>,
    /// The end of the file.
    pub eof: Span,
}

/// A parser's result.
pub type Parsed<'a, T> = IResult<Tokens<'a>, T, Expected<'a>>;

/// What was expected, and where.
#[derive(Clone)]
pub struct Expected<'a> {
    /// Where.
    pub at: Tokens<'a>,
    /// What.
    pub what: Vec<String>,
    /// Advice.
    pub help: Option<String>,
}

impl<'a> Input for Tokens<'a> {
    type Item = &'a Token;
    type Iter = slice::Iter<'a, Token>;
    type IterIndices = Enumerate<slice::Iter<'a, Token>>;

    fn input_len(&self) -> usize {
        self.rest.len()
    }
    fn take(&self, index: usize) -> Self {
        Self { rest: &self.rest[..index], ..*self }
    }
    fn take_from(&self, index: usize) -> Self {
        Self { rest: &self.rest[index..], ..*self }
    }
    fn take_split(&self, index: usize) -> (Self, Self) {
        (self.take_from(index), self.take(index))
    }
    fn position<P: Fn(Self::Item) -> bool>(&self, predicate: P) -> Option<usize> {
        self.rest.iter().position(predicate)
    }
    fn iter_elements(&self) -> Self::Iter {
        self.rest.iter()
    }
    fn iter_indices(&self) -> Self::IterIndices {
        self.rest.iter().enumerate()
    }
    fn slice_index(&self, count: usize) -> Result<usize, Needed> {
        if count <= self.rest.len() { Ok(count) } else { Err(Needed::new(count - self.rest.len())) }
    }
}

impl<'a> ParseError<Tokens<'a>> for Expected<'a> {
    fn from_error_kind(at: Tokens<'a>, _: ErrorKind) -> Self {
        Self { at, what: vec![], help: None }
    }
    fn append(_: Tokens<'a>, _: ErrorKind, other: Self) -> Self {
        other
    }
    fn or(mut self, other: Self) -> Self {
        // The furthest error says most; at one place all alternatives count.
        match self.at.rest.len().cmp(&other.at.rest.len()) {
            std::cmp::Ordering::Less => self,
            std::cmp::Ordering::Greater => other,
            std::cmp::Ordering::Equal => {
                self.what.extend(other.what);
                self.help = self.help.or(other.help);
                self
            }
        }
    }
}

impl<'a> Tokens<'a> {
    /// The next token.
    pub fn peek(&self) -> Option<&'a Tok> {
        self.rest.first().map(|t| &t.tok)
    }

    /// Whether the next token is this punctuation.
    pub fn at(&self, p: &str) -> bool {
        matches!(self.peek(), Some(Tok::Punct(q)) if *q == p)
    }

    /// Whether the next token is this word.
    pub fn at_word(&self, w: &str) -> bool {
        matches!(self.peek(), Some(Tok::Ident(i)) if i == w)
    }

    /// The place of the next token.
    pub fn span(&self) -> Span {
        self.rest.first().map_or(self.eof, |t| t.span)
    }

    /// The place from here to just before `end`.
    pub fn until(&self, end: &Self) -> Span {
        let n = self.rest.len() - end.rest.len();
        if n == 0 { self.span() } else { self.rest[0].span.to(self.rest[n - 1].span) }
    }

    /// The stream without its first token.
    pub fn skip(&self) -> Self {
        self.take_from(1.min(self.rest.len()))
    }

    /// Past line ends (and headers that belong to nothing).
    pub fn skip_lines(mut self) -> Self {
        while matches!(self.peek(), Some(Tok::Newline | Tok::Doc(_))) {
            self = self.skip();
        }
        self
    }

    /// An error here.
    pub fn expected<T>(self, what: impl Into<String>) -> Parsed<'a, T> {
        Err(Err::Error(Expected { at: self, what: vec![what.into()], help: None }))
    }

    /// An error here that no alternative replaces.
    pub fn fail<T>(self, what: impl Into<String>, help: impl Into<String>) -> Parsed<'a, T> {
        Err(Err::Failure(Expected { at: self, what: vec![what.into()], help: Some(help.into()) }))
    }

    /// Records an error that parsing recovers from.
    pub fn report(&self, error: Err<Expected<'a>>) {
        let (Err::Error(e) | Err::Failure(e)) = error else { return };
        let found = match e.at.peek() {
            None => "the end of the file".to_owned(),
            Some(Tok::Newline) => "the end of the line".to_owned(),
            Some(Tok::Ident(i)) => format!("`{i}`"),
            Some(Tok::Num(n)) => format!("`{n}`"),
            Some(Tok::Str(s)) => format!("\"{s}\""),
            Some(Tok::Punct(p)) => format!("`{p}`"),
            Some(Tok::Doc(_) | Tok::Comment(_)) => "a comment".to_owned(),
        };
        let mut what = e.what.clone();
        what.sort();
        what.dedup();
        let what = if what.is_empty() { "something else".to_owned() } else { what.join(" or ") };
        let mut d = Diagnostic::new("asm::syntax", e.at.span(), format!("expected {what}, found {found}"))
            .label("not expected here");
        d.help = e.help;
        self.errors.borrow_mut().push(d);
    }
}

/// Punctuation.
pub fn punct<'a>(p: &'static str) -> impl Fn(Tokens<'a>) -> Parsed<'a, Span> {
    move |i| if i.at(p) { Ok((i.skip(), i.span())) } else { i.expected(format!("`{p}`")) }
}

/// A given word.
pub fn word<'a>(w: &'static str) -> impl Fn(Tokens<'a>) -> Parsed<'a, Span> {
    move |i| if i.at_word(w) { Ok((i.skip(), i.span())) } else { i.expected(format!("`{w}`")) }
}

/// Any word.
pub fn ident<'a>(what: &'static str) -> impl Fn(Tokens<'a>) -> Parsed<'a, Name> {
    move |i| match i.peek() {
        Some(Tok::Ident(name)) => Ok((i.skip(), Spanned { node: name.clone(), span: i.span() })),
        _ => i.expected(what),
    }
}
