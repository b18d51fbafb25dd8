//! Parser: tokens to the syntax tree, on `nom`. Errors are collected and parsing goes on at the next statement.

mod expr;
mod item;
mod row;
mod stmt;
mod tokens;

use std::cell::RefCell;

use crate::{
    ast::Item,
    diag::Diagnostic,
    lexer::{Tok, Token, lex},
    span::Span,
};
use tokens::Tokens;

/// Parses a file.
#[must_use]
pub fn parse(text: &str, file: u32) -> (Vec<Item>, Vec<Diagnostic>) {
    let (raw, errors) = lex(text, file);
    let toks = statements(raw);
    let errors = RefCell::new(errors);
    let end = text.len() as u32;
    let mut i =
        Tokens { rest: &toks, errors: &errors, eof: Span { file, start: end.saturating_sub(1), end } };
    let mut items = vec![];
    loop {
        if i.skip_lines().rest.is_empty() {
            break;
        }
        match item::item(i) {
            Ok((rest, item)) => {
                items.push(item);
                i = rest;
                if !matches!(i.peek(), None | Some(Tok::Newline)) {
                    if let Err(e) = i.expected::<()>("the end of the line") {
                        i.report(e);
                    }
                    i = stmt::recover(i);
                }
            }
            Err(e) => {
                i.report(e);
                i = stmt::recover(i.skip_lines());
                if i.at("}") {
                    i = i.skip();
                }
            }
        }
    }
    (items, errors.into_inner())
}

/// Drops comments, line ends inside brackets, and line ends before a line that begins with `|`.
fn statements(raw: Vec<Token>) -> Vec<Token> {
    let mut depth = 0usize;
    let mut out: Vec<Token> = vec![];
    for t in raw {
        match &t.tok {
            Tok::Comment(_) => continue,
            Tok::Punct("(" | "[") => depth += 1,
            Tok::Punct(")" | "]") => depth = depth.saturating_sub(1),
            // A brace inside brackets means that one was left open.
            Tok::Punct("{" | "}") => depth = 0,
            Tok::Newline if depth > 0 => continue,
            Tok::Punct("|") => {
                while matches!(out.last(), Some(Token { tok: Tok::Newline, .. })) {
                    out.pop();
                }
            }
            _ => {}
        }
        out.push(t);
    }
    out
}
