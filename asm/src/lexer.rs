//! Lexer: text to tokens, comments and line ends included (the formatter needs them).

use alloy_primitives::U256;
use nom::{
    IResult, Parser,
    branch::alt,
    bytes::complete::{tag, take_till, take_while, take_while1},
    character::complete::{char, satisfy},
    combinator::{recognize, value},
    sequence::{delimited, pair, preceded},
};

use crate::{diag::Diagnostic, span::Span};

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tok {
    /// A name or keyword.
    Ident(String),
    /// A number: decimal, or hexadecimal after `0x`; `_` may stand between digits.
    Num(U256),
    /// A text between quotes, without escapes.
    Str(String),
    /// Punctuation.
    Punct(&'static str),
    /// `;! ...`: the text after the marker.
    Doc(String),
    /// `; ...`: the whole comment.
    Comment(String),
    /// The end of a line.
    Newline,
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub tok: Tok,
    /// Where it stands.
    pub span: Span,
}

/// Punctuation, longest first.
const PUNCTUATION: [&str; 25] = [
    "->", "<<", ">>", "**", "..", "|", "=", "{", "}", "(", ")", "[", "]", ",", ":", ".", "+", "-", "*", "/",
    "%", "&", "^", "!", "#",
];

fn ident(i: &str) -> IResult<&str, Tok> {
    recognize(pair(satisfy(|c| c.is_ascii_alphabetic() || c == '_'), take_while(is_word)))
        .map(|s: &str| Tok::Ident(s.to_owned()))
        .parse(i)
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn number(i: &str) -> IResult<&str, &str> {
    recognize(pair(satisfy(|c| c.is_ascii_digit()), take_while(is_word))).parse(i)
}

fn string(i: &str) -> IResult<&str, Tok> {
    delimited(char('"'), take_while(|c| c != '"' && c != '\n'), char('"'))
        .map(|s: &str| Tok::Str(s.to_owned()))
        .parse(i)
}

fn comment(i: &str) -> IResult<&str, Tok> {
    let rest = || take_till(|c| c == '\n');
    alt((
        preceded(tag(";!"), rest()).map(|s: &str| Tok::Doc(s.trim_end().to_owned())),
        recognize(preceded(char(';'), rest())).map(|s: &str| Tok::Comment(s.trim_end().to_owned())),
    ))
    .parse(i)
}

fn punctuation(i: &str) -> IResult<&str, Tok> {
    for p in PUNCTUATION {
        if let Ok((rest, _)) = tag::<_, _, nom::error::Error<&str>>(p).parse(i) {
            return Ok((rest, Tok::Punct(p)));
        }
    }
    Err(nom::Err::Error(nom::error::Error::new(i, nom::error::ErrorKind::Tag)))
}

/// The value of a number's text.
fn parse_number(text: &str) -> Option<U256> {
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |d| (d, 16));
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    U256::from_str_radix(&digits, u64::from(radix)).ok()
}

/// Splits a text into tokens; what is no token becomes a diagnostic.
#[must_use]
pub fn lex(text: &str, file: u32) -> (Vec<Token>, Vec<Diagnostic>) {
    let (mut tokens, mut errors) = (vec![], vec![]);
    let mut rest = text;
    loop {
        let blank =
            take_while1::<_, _, nom::error::Error<&str>>(|c| c == ' ' || c == '\t' || c == '\r').parse(rest);
        if let Ok((r, _)) = blank {
            rest = r;
        }
        if rest.is_empty() {
            return (tokens, errors);
        }
        let start = (text.len() - rest.len()) as u32;
        let at = |r: &str| Span { file, start, end: (text.len() - r.len()) as u32 };
        let plain = alt((value(Tok::Newline, char('\n')), comment, ident, string, punctuation)).parse(rest);
        if let Ok((r, tok)) = plain {
            tokens.push(Token { tok, span: at(r) });
            rest = r;
        } else if let Ok((r, digits)) = number(rest) {
            match parse_number(digits) {
                Some(n) => tokens.push(Token { tok: Tok::Num(n), span: at(r) }),
                None => {
                    errors.push(
                        Diagnostic::new(
                            "asm::number",
                            at(r),
                            format!("`{digits}` is not a number below 2^256"),
                        )
                        .help(
                            "numbers are decimal or `0x` hexadecimal, with `_` between digits where it helps",
                        ),
                    );
                    // A stand-in keeps the statement whole.
                    tokens.push(Token { tok: Tok::Num(U256::ZERO), span: at(r) });
                }
            }
            rest = r;
        } else {
            let c = rest.chars().next().unwrap_or(' ');
            let r = &rest[c.len_utf8()..];
            errors.push(Diagnostic::new("asm::character", at(r), format!("`{c}` begins no token")));
            rest = r;
        }
    }
}
