//! Expressions, paths and operations.

use nom::{
    Parser,
    combinator::opt,
    sequence::{delimited, preceded},
};

use super::tokens::{Parsed, Tokens, ident, punct};
use crate::{
    ast::{BinOp, Expr, OpCall, Path, SExpr},
    lexer::Tok,
    ops,
    span::Spanned,
};

/// Binary operators by level, weakest first.
const LEVELS: [&[(&str, BinOp)]; 5] = [
    &[("&", BinOp::And), ("^", BinOp::Xor)],
    &[("<<", BinOp::Shl), (">>", BinOp::Shr)],
    &[("+", BinOp::Add), ("-", BinOp::Sub)],
    &[("*", BinOp::Mul), ("/", BinOp::Div), ("%", BinOp::Rem)],
    &[("**", BinOp::Pow)],
];

/// An expression.
pub fn expr(i: Tokens<'_>) -> Parsed<'_, SExpr> {
    level(i, 0)
}

fn level(i: Tokens<'_>, n: usize) -> Parsed<'_, SExpr> {
    let Some(operators) = LEVELS.get(n) else { return unary(i) };
    let (mut rest, mut left) = level(i, n + 1)?;
    while let Some((_, op)) = operators.iter().find(|(p, _)| rest.at(p)) {
        let (r, right) = level(rest.skip(), n + 1)?;
        let span = left.span.to(right.span);
        left = Spanned { node: Expr::Bin(*op, Box::new(left), Box::new(right)), span };
        rest = r;
    }
    Ok((rest, left))
}

fn unary(i: Tokens<'_>) -> Parsed<'_, SExpr> {
    if i.at("-") {
        let (rest, e) = unary(i.skip())?;
        return Ok((rest, Spanned { node: Expr::Neg(Box::new(e)), span: i.until(&rest) }));
    }
    if i.at("(") {
        return delimited(punct("("), expr, punct(")")).parse(i);
    }
    match i.peek() {
        Some(Tok::Num(n)) => Ok((i.skip(), Spanned { node: Expr::Num(*n), span: i.span() })),
        Some(Tok::Ident(name)) if name == "_" => Ok((i.skip(), Spanned { node: Expr::Hole, span: i.span() })),
        Some(Tok::Ident(_)) => path.map(|p| Spanned { span: p.span, node: Expr::Path(p) }).parse(i),
        _ => i.expected("an operand"),
    }
}

/// A name, cell or built-in constant.
pub fn path(i: Tokens<'_>) -> Parsed<'_, Path> {
    let (mut rest, name) = ident("a name")(i)?;
    let (mut member, mut byte) = (None, false);
    if rest.at(".") {
        let (r, m) = ident("a name after the dot")(rest.skip())?;
        rest = r;
        if m.node == "byte" { byte = true } else { member = Some(m) }
    }
    let (mut rest, paren) = opt(delimited(punct("("), expr, punct(")"))).parse(rest)?;
    if rest.at(".") && !byte {
        let (r, m) = ident("`byte`")(rest.skip())?;
        if m.node != "byte" {
            return rest.skip().expected("`byte`");
        }
        byte = true;
        rest = r;
    }
    let (rest, index) = opt(delimited(punct("["), expr, punct("]"))).parse(rest)?;
    let span = i.until(&rest);
    Ok((rest, Path { name, member, paren: paren.map(Box::new), byte, index: index.map(Box::new), span }))
}

/// An operation with its operands. The caller has seen that a mnemonic comes next.
pub fn op_call(i: Tokens<'_>) -> Parsed<'_, OpCall> {
    let (rest, name) = ident("an operation")(i)?;
    let (rest, suffix) = opt(preceded(punct("."), ident("a modulus"))).parse(rest)?;
    let (rest, args) = if ends(&rest) { (rest, vec![]) } else { expr_list(rest)? };
    let span = i.until(&rest);
    Ok((rest, OpCall { name, suffix, args, span }))
}

/// Arguments between parentheses.
pub fn arguments(i: Tokens<'_>) -> Parsed<'_, Vec<SExpr>> {
    if i.at("(") && i.skip().at(")") {
        return Ok((i.skip().skip(), vec![]));
    }
    delimited(punct("("), expr_list, punct(")")).parse(i)
}

/// At least one expression; after a comma another one must come.
pub fn expr_list(i: Tokens<'_>) -> Parsed<'_, Vec<SExpr>> {
    let (mut rest, first) = expr(i)?;
    let mut list = vec![first];
    while rest.at(",") {
        let (r, e) = expr(rest.skip())?;
        list.push(e);
        rest = r;
    }
    Ok((rest, list))
}

/// Whether a part of a row ends here.
pub fn ends(i: &Tokens<'_>) -> bool {
    matches!(i.peek(), None | Some(Tok::Newline | Tok::Punct("|" | "{" | "}")))
}

/// Whether a mnemonic comes next.
pub fn at_mnemonic(i: &Tokens<'_>) -> bool {
    matches!(i.peek(), Some(Tok::Ident(name)) if ops::find(name).is_some())
}
