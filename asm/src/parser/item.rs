//! Items: what stands at the top level of a file.

use nom::{
    Parser,
    combinator::opt,
    multi::{separated_list0, separated_list1},
    sequence::{delimited, preceded},
};

use super::{
    expr::expr,
    stmt::{block, type_name, var_decl},
    tokens::{Parsed, Tokens, ident, punct, word},
};
use crate::{
    ast::{Item, ItemKind, Name, Param, Proc, SExpr, TestAttr, VarDecl},
    lexer::Tok,
    span::Spanned,
};

/// An item with its header.
pub fn item(mut i: Tokens<'_>) -> Parsed<'_, Item> {
    let mut doc = vec![];
    let mut newlines = 0;
    loop {
        match i.peek() {
            Some(Tok::Doc(text)) => {
                // What stands before a blank line is about the file.
                if newlines > 1 {
                    doc.clear();
                }
                newlines = 0;
                doc.push(Spanned { node: text.clone(), span: i.span() });
            }
            Some(Tok::Newline) => newlines += 1,
            _ => break,
        }
        i = i.skip();
    }
    let (i, test) = opt(test_attr).parse(i)?;
    let i = i.skip_lines();
    let (i, keyword) = ident("an item")(i)?;
    let (i, (name, kind)) = match keyword.node.as_str() {
        "include" => include(i)?,
        "const" => {
            let (i, name) = ident("the constant's name")(i)?;
            let (i, _) = punct("=")(i)?;
            expr.map(|e| (name.clone(), ItemKind::Const(e))).parse(i)?
        }
        "global" => {
            separated_list1(punct(","), var_decl).map(|v| (keyword.clone(), ItemKind::Global(v))).parse(i)?
        }
        "buffer" => {
            separated_list1(punct(","), var_decl).map(|v| (keyword.clone(), ItemKind::Buffer(v))).parse(i)?
        }
        "layout" => layout(i)?,
        "proc" => proc(i, test)?,
        "routine" => {
            let (i, name) = ident("the routine's name")(i)?;
            let (i, inputs) = params(i)?;
            block.map(|body| (name.clone(), ItemKind::Routine { inputs: inputs.clone(), body })).parse(i)?
        }
        "opcode" => opcode(i)?,
        "faults" => faults(i)?,
        "macro" => {
            let (i, name) = ident("the macro's name")(i)?;
            let (i, params) =
                delimited(punct("("), separated_list0(punct(","), ident("a parameter")), punct(")"))
                    .parse(i)?;
            block.map(|body| (name.clone(), ItemKind::Macro { params: params.clone(), body })).parse(i)?
        }
        _ => {
            return i.fail(
                "an item before this",
                "items are: include, const, global, buffer, layout, proc, routine, opcode, faults, macro",
            );
        }
    };
    Ok((i, Item { doc, name, kind }))
}

fn include(i: Tokens<'_>) -> Parsed<'_, (Name, ItemKind)> {
    let Some(Tok::Str(path)) = i.peek() else { return i.expected("a path between quotes") };
    let name = Spanned { node: path.clone(), span: i.span() };
    Ok((i.skip(), (name, ItemKind::Include(path.clone()))))
}

/// Entries between braces, separated by commas or line ends.
fn braced<'a, T>(i: Tokens<'a>, entry: impl Fn(Tokens<'a>) -> Parsed<'a, T>) -> Parsed<'a, Vec<T>> {
    let (mut i, _) = punct("{")(i)?;
    let mut list = vec![];
    loop {
        i = i.skip_lines();
        if i.at("}") {
            return Ok((i.skip(), list));
        }
        let (rest, e) = entry(i)?;
        list.push(e);
        i = if rest.at(",") { rest.skip() } else { rest };
        if !matches!(i.peek(), Some(Tok::Newline | Tok::Punct("}"))) && !rest.at(",") {
            return i.expected("`,` or `}`");
        }
    }
}

fn layout(i: Tokens<'_>) -> Parsed<'_, (Name, ItemKind)> {
    let (i, space) = ident("an address space")(i)?;
    let (i, record) =
        if i.at("{") { (i, None) } else { ident("a record's name or `{`").map(Some).parse(i)? };
    let (i, fields): (_, Vec<VarDecl>) = braced(i, var_decl)?;
    Ok((i, (space, ItemKind::Layout(record, fields))))
}

fn faults(i: Tokens<'_>) -> Parsed<'_, (Name, ItemKind)> {
    let (i, kind) = ident("`dispatch` or `jump`")(i)?;
    let (i, entries) = braced(i, |i| {
        let (i, fault) = ident("a fault's name")(i)?;
        let (i, _) = punct("->")(i)?;
        let (i, to) = ident("a routine's name")(i)?;
        Ok((i, (fault, to)))
    })?;
    Ok((i, (kind, ItemKind::Faults(entries))))
}

fn param(i: Tokens<'_>) -> Parsed<'_, Param> {
    let (i, untrusted) = opt(word("untrusted")).parse(i)?;
    let (i, name) = ident("a name")(i)?;
    let (i, alias) = opt(preceded(word("as"), ident("a name for the register"))).parse(i)?;
    let (i, ty) = opt(type_name).parse(i)?;
    Ok((i, Param { untrusted: untrusted.is_some(), name, alias, ty }))
}

fn params(i: Tokens<'_>) -> Parsed<'_, Vec<Param>> {
    delimited(punct("("), separated_list0(punct(","), param), punct(")")).parse(i)
}

fn names(i: Tokens<'_>) -> Parsed<'_, Vec<Name>> {
    delimited(punct("("), separated_list0(punct(","), ident("a name")), punct(")")).parse(i)
}

fn proc(i: Tokens<'_>, test: Option<TestAttr>) -> Parsed<'_, (Name, ItemKind)> {
    let (i, name) = ident("the procedure's name")(i)?;
    let (i, inputs) = params(i)?;
    let (i, outputs) = opt(preceded(punct("->"), params)).parse(i)?;
    let mut p = Proc {
        test,
        inputs,
        outputs: outputs.unwrap_or_default(),
        clobbers: vec![],
        fails: vec![],
        exits: vec![],
        body: vec![],
    };
    let (i, clobbers) = opt(preceded(word("clobbers"), names)).parse(i)?;
    let (i, fails) = opt(preceded(word("fails"), names)).parse(i)?;
    let (i, exits) = opt(preceded(word("exits"), names)).parse(i)?;
    p.clobbers = clobbers.unwrap_or_default();
    p.fails = fails.unwrap_or_default();
    p.exits = exits.unwrap_or_default();
    if !i.at("{") {
        return i.fail(
            "the procedure's body",
            "a procedure is `proc name(inputs) -> (outputs) clobbers(...) fails(...) exits(...) { ... }`, in this order",
        );
    }
    let (i, body) = block(i)?;
    p.body = body;
    Ok((i, (name, ItemKind::Proc(Box::new(p)))))
}

fn opcode(i: Tokens<'_>) -> Parsed<'_, (Name, ItemKind)> {
    let (i, first) = ident("an opcode's name")(i)?;
    let (i, last) = opt(preceded(punct(".."), ident("the last opcode's name"))).parse(i)?;
    let (i, each) = opt(preceded(word("each"), ident("a name for the opcode's number"))).parse(i)?;
    let (i, since) = opt(preceded(word("since"), ident("a fork's name"))).parse(i)?;
    let (i, until) = opt(preceded(word("until"), ident("a fork's name"))).parse(i)?;
    let (i, body) = block(i)?;
    Ok((i, (first, ItemKind::Opcode { last, each, since, until, body })))
}

/// `#[test(key = [words], stuck)]`
fn test_attr(i: Tokens<'_>) -> Parsed<'_, TestAttr> {
    let (i, _) = (punct("#"), punct("["), word("test")).parse(i)?;
    let mut attr = TestAttr::default();
    let mut i = i;
    if i.at("(") {
        i = i.skip();
        while !i.at(")") {
            let (rest, key) = ident("`public`, `private`, `output` or `stuck`")(i)?;
            i = rest;
            if key.node == "stuck" {
                attr.stuck = true;
            } else {
                let (rest, _) = punct("=")(i)?;
                let (rest, list) = word_list(rest)?;
                i = rest;
                match key.node.as_str() {
                    "public" => attr.public = list,
                    "private" => attr.private = list,
                    "output" => attr.output = Some(list),
                    _ => {
                        return i.fail(
                            "`public`, `private`, `output` or `stuck` before this",
                            "see the manual on tests",
                        );
                    }
                }
            }
            if i.at(",") {
                i = i.skip();
            }
        }
        i = i.skip();
    }
    let (i, _) = punct("]")(i)?;
    Ok((i, attr))
}

fn word_list(i: Tokens<'_>) -> Parsed<'_, Vec<SExpr>> {
    delimited(punct("["), separated_list0(punct(","), expr), punct("]")).parse(i)
}
