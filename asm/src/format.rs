//! Formatter: one look for all sources.
//!
//! It works on tokens, so comments stay and a source with errors is formatted as far as it can be read. Lines stay where
//! they are broken; indentation, spaces and blank lines are set. Formatting twice changes nothing.

use crate::{
    lexer::{Tok, Token, lex},
    span::Span,
};

/// Formats a source text.
///
/// # Panics
///
/// Never: what is no token is left out of the token list, and then the text is returned as it is.
#[must_use]
pub fn format_source(text: &str) -> String {
    let (tokens, errors) = lex(text, 0);
    if errors.iter().any(|e| e.code == "asm::character") {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut depth = Depth::default();
    let mut blank = false;
    let mut opened = true;
    for line in tokens.split(|t| t.tok == Tok::Newline) {
        let Some(first) = line.first() else {
            blank = true;
            continue;
        };
        let closes = matches!(first.tok, Tok::Punct("}"));
        if blank && !opened && !closes {
            out.push('\n');
        }
        blank = false;
        let indent = depth.indent(line);
        out.push_str(&" ".repeat(4 * indent));
        write_line(&mut out, text, line);
        out.push('\n');
        depth.pass(line);
        opened = matches!(last_code(line), Some(Tok::Punct("{")));
    }
    out
}

/// Open brackets.
#[derive(Default)]
struct Depth {
    braces: usize,
    brackets: usize,
}

impl Depth {
    /// Indentation of a line that begins here.
    fn indent(&self, line: &[Token]) -> usize {
        let closing = line.iter().take_while(|t| matches!(t.tok, Tok::Punct("}"))).count();
        // A label stands a level further out than the rows after it.
        let label = matches!(line, [Token { tok: Tok::Ident(_), .. }, Token { tok: Tok::Punct(":"), .. }, rest @ ..]
            if rest.iter().all(|t| matches!(t.tok, Tok::Comment(_))));
        let continues = matches!(line.first().map(|t| &t.tok), Some(Tok::Punct("|"))) || self.brackets > 0;
        self.braces.saturating_sub(closing + usize::from(label)) + usize::from(continues)
    }

    fn pass(&mut self, line: &[Token]) {
        for t in line {
            match t.tok {
                Tok::Punct("{") => self.braces += 1,
                Tok::Punct("}") => self.braces = self.braces.saturating_sub(1),
                Tok::Punct("(" | "[") => self.brackets += 1,
                Tok::Punct(")" | "]") => self.brackets = self.brackets.saturating_sub(1),
                _ => {}
            }
        }
    }
}

fn last_code(line: &[Token]) -> Option<&Tok> {
    line.iter().rev().map(|t| &t.tok).find(|t| !matches!(t, Tok::Comment(_)))
}

fn source(text: &str, span: Span) -> &str {
    &text[span.start as usize..span.end as usize]
}

fn write_line(out: &mut String, text: &str, line: &[Token]) {
    for (i, t) in line.iter().enumerate() {
        if i > 0 {
            let before = (i > 1).then(|| &line[i - 2].tok);
            if matches!(t.tok, Tok::Comment(_) | Tok::Doc(_)) {
                out.push_str("    ");
            } else if spaced(before, &line[i - 1].tok, t, line, i) {
                out.push(' ');
            }
        }
        match &t.tok {
            // The text after the marker begins with one space, or is indented on purpose.
            Tok::Doc(s) if s.is_empty() => out.push_str(";!"),
            Tok::Doc(s) if s.starts_with(' ') => out.push_str(&format!(";!{s}")),
            Tok::Doc(s) => out.push_str(&format!(";! {s}")),
            Tok::Comment(s) => {
                let rest = s[1..].trim_end();
                let gap = if rest.is_empty() || rest.starts_with([' ', ';']) { "" } else { " " };
                out.push_str(&format!(";{gap}{rest}"));
            }
            _ => out.push_str(source(text, t.span)),
        }
    }
}

/// Whether a `-` after this token is a sign.
fn makes_sign(before: Option<&Tok>) -> bool {
    match before {
        None => true,
        Some(Tok::Punct(p)) => !matches!(*p, ")" | "]" | "}"),
        _ => false,
    }
}

/// Whether a space stands between two tokens of a line.
fn spaced(before: Option<&Tok>, left: &Tok, right: &Token, line: &[Token], i: usize) -> bool {
    match (left, &right.tok) {
        (Tok::Punct("(" | "[" | "." | ".." | "#" | "!"), _) => false,
        (Tok::Punct("-"), _) if makes_sign(before) => false,
        (_, Tok::Punct(")" | "]" | "," | "." | ".." | ":" | "!")) => false,
        // `call f(x)`, `name[2]`, `key(x1)[3]`, but `stack [a] -> [b]`.
        (Tok::Ident(_), Tok::Punct("(")) => false,
        (Tok::Ident(name), Tok::Punct("[")) => name == "stack" && is_rewrite(&line[i..]),
        (Tok::Punct(")"), Tok::Punct("[" | "(")) => false,
        _ => true,
    }
}

fn is_rewrite(from_bracket: &[Token]) -> bool {
    let end = from_bracket.iter().position(|t| t.tok == Tok::Punct("]"));
    end.is_some_and(|e| matches!(from_bracket.get(e + 1).map(|t| &t.tok), Some(Tok::Punct("->"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_indentation() {
        let ugly = "proc  f( a,b )->( r )  clobbers( x0 ){\n;note\n\n\nr=add a ,b|x0=x0 - 1\n|  return;end\n}\n\n\n\nbuffer b [ 2**3 ]";
        let want = "proc f(a, b) -> (r) clobbers(x0) {\n    ; note\n\n    r = add a, b | x0 = x0 - 1\n        | return    ; end\n}\n\nbuffer b[2 ** 3]\n";
        assert_eq!(format_source(ugly), want);
        assert_eq!(format_source(want), want);
    }

    #[test]
    fn signs_and_rewrites() {
        let text = "opcode X {\n    stack[-1] = widen pc - 1 | push 1\n    stack [a, b] -> [b, -1]\n}\n";
        assert_eq!(format_source(text), text);
    }
}
