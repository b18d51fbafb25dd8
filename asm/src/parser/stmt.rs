//! Statements and blocks; an error ends at the statement's line.

use nom::{
    Parser,
    combinator::opt,
    multi::{many0, separated_list0, separated_list1},
    sequence::{delimited, preceded},
};

use super::{
    expr::{arguments, ends, expr},
    row::{clauses, row, target},
    tokens::{Parsed, Tokens, ident, punct, word},
};
use crate::{
    ast::{Cond, Part, RowStmt, Stmt, Target, TypeName, VarDecl},
    lexer::Tok,
    span::Spanned,
};

/// `{` statements `}`
pub fn block(i: Tokens<'_>) -> Parsed<'_, Vec<Stmt>> {
    let (mut rest, _) = punct("{")(i)?;
    let mut body = vec![];
    loop {
        rest = rest.skip_lines();
        if rest.at("}") {
            return Ok((rest.skip(), body));
        }
        if rest.rest.is_empty() {
            return i.fail("a closing `}` for this block", "every `{` needs its `}`");
        }
        match stmt(rest)
            .and_then(|(r, s)| if ends_line(&r) { Ok((r, s)) } else { r.expected("the end of the line") })
        {
            Ok((r, s)) => {
                body.push(s);
                rest = r;
            }
            Err(e) => {
                rest.report(e);
                rest = recover(rest);
            }
        }
    }
}

fn ends_line(i: &Tokens<'_>) -> bool {
    matches!(i.peek(), None | Some(Tok::Newline | Tok::Punct("}")))
}

/// Past the rest of the line, with the blocks that begin on it.
pub fn recover(mut i: Tokens<'_>) -> Tokens<'_> {
    let mut depth = 0;
    loop {
        match i.peek() {
            None => return i,
            Some(Tok::Newline) if depth == 0 => return i,
            Some(Tok::Punct("{")) => depth += 1,
            Some(Tok::Punct("}")) if depth == 0 => return i,
            Some(Tok::Punct("}")) => depth -= 1,
            _ => {}
        }
        i = i.skip();
    }
}

fn stmt(i: Tokens<'_>) -> Parsed<'_, Stmt> {
    let Some(Tok::Ident(first)) = i.peek() else { return i.expected("a statement") };
    let after = i.skip();
    if after.at(":") {
        return Ok((after.skip(), Stmt::Label(Spanned { node: first.clone(), span: i.span() })));
    }
    if after.at("!") {
        let (rest, args) = arguments(after.skip())?;
        let name = Spanned { node: first.clone(), span: i.span() };
        return Ok((rest, Stmt::Macro { name, args, span: i.until(&rest) }));
    }
    match first.as_str() {
        "local" => separated_list1(punct(","), var_decl).map(Stmt::Local).parse(after),
        "use" => use_stmt(after),
        "call" => call(i),
        "if" | "guess" => if_stmt(i),
        "while" => {
            let (rest, not) = opt(word("not")).parse(after)?;
            let (rest, cond) = condition(rest)?;
            let span = i.until(&rest);
            block.map(|body| Stmt::While { not: not.is_some(), cond: cond.clone(), body, span }).parse(rest)
        }
        "loop" => block.map(|body| Stmt::Loop { body, span: i.span() }).parse(after),
        "repeat" => repeat(i),
        "stack" if after.at("[") => match rewrite(i) {
            // `stack[0] = ...` begins alike.
            Err(_) if !after_brackets_arrow(after) => row.map(Stmt::Row).parse(i),
            other => other,
        },
        _ => row.map(Stmt::Row).parse(i),
    }
}

fn after_brackets_arrow(mut i: Tokens<'_>) -> bool {
    while !i.at("]") && !i.rest.is_empty() {
        i = i.skip();
    }
    i.skip().at("->")
}

/// `name` or `name[size]`
pub fn var_decl(i: Tokens<'_>) -> Parsed<'_, VarDecl> {
    let (rest, name) = ident("a variable's name")(i)?;
    let (rest, size) = opt(delimited(punct("["), expr, punct("]"))).parse(rest)?;
    Ok((rest, VarDecl { name, size }))
}

/// `:` space (`.` member)?
pub fn type_name(i: Tokens<'_>) -> Parsed<'_, TypeName> {
    let (rest, _) = punct(":")(i)?;
    let (rest, space) = ident("an address space")(rest)?;
    let (rest, member) = opt(preceded(punct("."), ident("`byte` or `ctx`"))).parse(rest)?;
    Ok((rest, TypeName { space, member }))
}

fn use_stmt(i: Tokens<'_>) -> Parsed<'_, Stmt> {
    let (rest, reg) = ident("a register")(i)?;
    let (rest, _) = word("as")(rest)?;
    let (rest, name) = ident("a name for the register")(rest)?;
    let (rest, ty) = opt(type_name).parse(rest)?;
    Ok((rest, Stmt::Use { reg, name, ty }))
}

fn call(i: Tokens<'_>) -> Parsed<'_, Stmt> {
    let (rest, proc) = ident("a procedure's name")(i.skip())?;
    let (rest, args) = arguments(rest)?;
    let (rest, fails) = many0(|i| {
        let (rest, _) = word("else")(i)?;
        let (rest, name) = ident("a failure's name")(rest)?;
        let (rest, to) = target(rest)?;
        Ok((rest, (name, to)))
    })
    .parse(rest)?;
    let (rest, parts) = clauses(rest)?;
    Ok((rest, Stmt::Call { proc, args, fails, parts, span: i.until(&rest) }))
}

fn condition(i: Tokens<'_>) -> Parsed<'_, Cond> {
    if i.at_word("fork") && i.skip().at_word("since") {
        return ident("a fork's name").map(Cond::Fork).parse(i.skip().skip());
    }
    row.map(Cond::Row).parse(i)
}

fn if_stmt(i: Tokens<'_>) -> Parsed<'_, Stmt> {
    let guess = i.at_word("guess");
    let (rest, not) = opt(word("not")).parse(i.skip())?;
    let (rest, cond) = if guess {
        let (r, name) = ident("the name of a hint")(rest)?;
        let (r, args) = arguments(r)?;
        let span = rest.until(&r);
        let part = Spanned { node: Part::Hint { lhs: None, name, args }, span };
        (r, Cond::Row(RowStmt { check: None, parts: vec![part], span }))
    } else {
        condition(rest)?
    };
    let span = i.until(&rest);
    if !rest.at("{") && !ends(&rest) {
        return rest.expected("`{`");
    }
    let (mut rest, then) = block(rest)?;
    let mut other = None;
    if rest.at_word("else") {
        let after = rest.skip();
        let (r, body) = if after.at_word("if") || after.at_word("guess") {
            if_stmt.map(|s| vec![s]).parse(after)?
        } else {
            block(after)?
        };
        rest = r;
        other = Some(body);
    }
    Ok((rest, Stmt::If { guess, not: not.is_some(), cond, then, other, span }))
}

fn repeat(i: Tokens<'_>) -> Parsed<'_, Stmt> {
    let (rest, var) = ident("a name for the counter")(i.skip())?;
    let (rest, _) = word("in")(rest)?;
    let (rest, from) = expr(rest)?;
    let (rest, _) = punct("..")(rest)?;
    let (rest, to) = expr(rest)?;
    let span = i.until(&rest);
    let (rest, body) = block(rest)?;
    Ok((rest, Stmt::Repeat { var, from, to, body, span }))
}

fn rewrite(i: Tokens<'_>) -> Parsed<'_, Stmt> {
    let names = delimited(punct("["), separated_list0(punct(","), ident("an item's name")), punct("]"));
    let items = delimited(punct("["), separated_list0(punct(","), expr), punct("]"));
    let (rest, (from, _, to)) = (names, punct("->"), items).parse(i.skip())?;
    let (rest, parts) = clauses(rest)?;
    Ok((rest, Stmt::Rewrite { from, to, parts, span: i.until(&rest) }))
}

/// Where a target leads, for errors.
impl Target {
    /// Its place.
    #[must_use]
    pub fn span(&self) -> crate::span::Span {
        match self {
            Self::Name(n) => n.span,
            Self::Break(s) | Self::Continue(s) => *s,
        }
    }
}
