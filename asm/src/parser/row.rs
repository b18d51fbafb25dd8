//! Rows: parts between `|`.

use nom::{Parser, combinator::opt, multi::many0, sequence::preceded};

use super::{
    expr::{arguments, at_mnemonic, expr, op_call, path},
    tokens::{Parsed, Tokens, ident, punct, word},
};
use crate::{
    ast::{NextClause, Part, Rhs, RowStmt, Target},
    lexer::Tok,
    span::Spanned,
};

/// A row: `check`? part (`|` part)*.
pub fn row(i: Tokens<'_>) -> Parsed<'_, RowStmt> {
    let (rest, check) = opt(word("check")).parse(i)?;
    let (rest, first) = part(rest)?;
    let (rest, more) = clauses(rest)?;
    let parts = std::iter::once(first).chain(more).collect();
    Ok((rest, RowStmt { check, parts, span: i.until(&rest) }))
}

/// (`|` part)*
pub fn clauses(i: Tokens<'_>) -> Parsed<'_, Vec<Spanned<Part>>> {
    many0(preceded(punct("|"), part)).parse(i)
}

/// One part of a row.
fn part(i: Tokens<'_>) -> Parsed<'_, Spanned<Part>> {
    let (rest, node) = part_node(i)?;
    Ok((rest, Spanned { node, span: i.until(&rest) }))
}

fn part_node(i: Tokens<'_>) -> Parsed<'_, Part> {
    let Some(Tok::Ident(first)) = i.peek() else { return i.expected("a statement") };
    let after = i.skip();
    let next = |(rest, n): (_, NextClause)| Ok((rest, Part::Next(n)));
    match first.as_str() {
        "dispatch" => next((after, NextClause::Dispatch)),
        "jump" => next((after, NextClause::Jump)),
        "return" => next((after, NextClause::Return)),
        "halt" => next((after, NextClause::Halt)),
        "fail" => next(ident("the failure's name").map(NextClause::Fail).parse(after)?),
        "goto" | "break" | "continue" => next(target.map(NextClause::Goto).parse(i)?),
        "if" | "guess" => next(branch(i)?),
        "charge" => {
            let (rest, amount) = expr(after)?;
            let (rest, _) = word("else")(rest)?;
            let (rest, label) = ident("a label")(rest)?;
            next((rest, NextClause::Charge { amount, target: Target::Name(label) }))
        }
        "push" | "pop" => {
            let push = first == "push";
            expr.map(|count| Part::Stack { push, count }).parse(after)
        }
        "hint" => hint(after),
        _ if at_mnemonic(&i) => op_call.map(Part::Op).parse(i),
        _ => {
            let (rest, lhs) = path(i)?;
            let (rest, _) = punct("=")(rest)?;
            if at_mnemonic(&rest) {
                return op_call.map(|op| Part::Assign { lhs: lhs.clone(), rhs: Rhs::Op(op) }).parse(rest);
            }
            expr.map(|e| Part::Assign { lhs: lhs.clone(), rhs: Rhs::Value(e) }).parse(rest)
        }
    }
}

/// `hint` (place `=`)? name `(` args `)`; the keyword is past.
fn hint(i: Tokens<'_>) -> Parsed<'_, Part> {
    let assigns = {
        let (rest, _) = path(i)?;
        rest.at("=")
    };
    let (rest, lhs) = if assigns {
        let (rest, lhs) = path(i)?;
        (rest.skip(), Some(lhs))
    } else {
        (i, None)
    };
    let (rest, name) = ident("the name of a hint")(rest)?;
    let (rest, args) = arguments(rest)?;
    Ok((rest, Part::Hint { lhs, name, args }))
}

/// `goto L`, `break`, `continue`
pub fn target(i: Tokens<'_>) -> Parsed<'_, Target> {
    if i.at_word("break") {
        return Ok((i.skip(), Target::Break(i.span())));
    }
    if i.at_word("continue") {
        return Ok((i.skip(), Target::Continue(i.span())));
    }
    if !i.at_word("goto") {
        return i.expected("`goto`, `break` or `continue`");
    }
    ident("a label").map(Target::Name).parse(i.skip())
}

/// `if zero goto L`, `guess nonzero break`
fn branch(i: Tokens<'_>) -> Parsed<'_, NextClause> {
    let guess = i.at_word("guess");
    let (rest, test) = ident("`zero` or `nonzero`")(i.skip())?;
    let zero = match test.node.as_str() {
        "zero" => true,
        "nonzero" => false,
        _ => {
            return i
                .skip()
                .fail("`zero` or `nonzero`", "the branch tests the row's result: `| if zero goto label`");
        }
    };
    let (rest, target) = target(rest)?;
    Ok((rest, NextClause::Branch { guess, zero, target }))
}
