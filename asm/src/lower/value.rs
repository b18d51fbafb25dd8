//! Operands: what an expression is where it stands (a constant, a cell, or a register expression).

use super::{
    Lowerer,
    ir::{Loc, RegType, VarId},
    scope::{Bind, Symbol, reg_by_name, space_by_name},
};
use crate::{
    ast::{BinOp, Expr, Path, SExpr},
    consts::{self, Int},
    diag::Diagnostic,
    evm,
    isa::{Addr, RegExpr, RegSource},
    ops,
    span::Span,
};

/// A memory cell, or a byte address.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its address.
    pub addr: Addr,
    /// The variable it belongs to, and whether it is all of it.
    pub var: Option<(VarId, bool)>,
    /// Whether the offset counts bytes.
    pub byte: bool,
    /// Registers the address takes.
    pub regs: Vec<Loc>,
    /// Its place.
    pub span: Span,
}

/// A register expression, with the register's type.
#[derive(Clone, Debug)]
pub struct RegValue {
    /// Where it starts from.
    pub source: RegSource,
    /// What is added.
    pub imm: Int,
    /// What the register holds.
    pub ty: Option<RegType>,
}

/// An operand.
#[derive(Clone, Debug)]
pub enum Value {
    /// A constant.
    Const(Int),
    /// A cell.
    Cell(Cell),
    /// A cell and a constant added to it: only `narrow` takes it.
    CellPlus(Cell, Int),
    /// An array without an index: only memory chips take it.
    Array(Cell),
    /// A register expression.
    Reg(RegValue),
}

impl Lowerer<'_> {
    /// What an expression is.
    pub fn value(&mut self, e: &SExpr) -> Option<Value> {
        match &e.node {
            Expr::Num(n) => Some(Value::Const(consts::from_word(*n))),
            Expr::Path(p) => self.path_value(p),
            Expr::Hole => self.error(Diagnostic::new(
                "asm::hole",
                e.span,
                "`_` stands for an argument of a call that is in place already",
            )),
            Expr::Neg(inner) => {
                let n = self.constant(inner)?;
                Some(Value::Const(-n))
            }
            Expr::Bin(op, a, b) => {
                let left = self.value(a)?;
                let right = self.value(b)?;
                self.combine(*op, left, right, e.span)
            }
        }
    }

    fn combine(&mut self, op: BinOp, left: Value, right: Value, span: Span) -> Option<Value> {
        let signed = |n: Int| if op == BinOp::Sub { -n } else { n };
        match (left, right) {
            (Value::Const(a), Value::Const(b)) => match consts::apply(op, a, b) {
                Ok(n) => Some(Value::Const(n)),
                Err(m) => self.error(Diagnostic::new("asm::constant", span, m)),
            },
            (Value::Reg(r), Value::Const(n)) if matches!(op, BinOp::Add | BinOp::Sub) => {
                Some(Value::Reg(RegValue { imm: r.imm + signed(n), ..r }))
            }
            (Value::Cell(c), Value::Const(n)) if matches!(op, BinOp::Add | BinOp::Sub) => {
                Some(Value::CellPlus(c, signed(n)))
            }
            (Value::Reg(_), _) | (_, Value::Reg(_)) => {
                self.error(Diagnostic::new("asm::register_expression", span, "no register expression").help(
                    "a register expression is a register or `result`, plus or minus a constant: `x0 + 32`",
                ))
            }
            _ => self.error(
                Diagnostic::new("asm::expression", span, "cells take no operators")
                    .help("words are computed by operations, a row each: `t = add a, b`"),
            ),
        }
    }

    /// A constant's value.
    pub fn constant(&mut self, e: &SExpr) -> Option<Int> {
        match self.value(e)? {
            Value::Const(n) => Some(n),
            _ => self.error(
                Diagnostic::new("asm::not_constant", e.span, "a constant is needed here")
                    .help("numbers, `const` names and operators between them"),
            ),
        }
    }

    /// A constant within bounds.
    pub fn small(&mut self, e: &SExpr, low: i64, high: i64) -> Option<i64> {
        let n = self.constant(e)?;
        match consts::to_i64(n) {
            Some(n) if (low..=high).contains(&n) => Some(n),
            _ => self.error(
                Diagnostic::new("asm::range", e.span, format!("{n} is out of range"))
                    .help(format!("the least value is {low}, the greatest {high}")),
            ),
        }
    }

    fn path_value(&mut self, p: &Path) -> Option<Value> {
        let name = p.name.node.as_str();
        if let Some(n) = self.builtin(p) {
            return n;
        }
        if let Some(space) = space_by_name(name) {
            return self.space_cell(space, p).map(Value::Cell);
        }
        if let Some(member) = &p.member {
            if let Some((Symbol::Record, _)) = self.names.get(name) {
                let full = format!("{name}.{}", member.node);
                self.no_index(p)?;
                return self.field(&full, p);
            }
            let var = self.member(&p.name, member)?;
            return self.var_value(var, p);
        }
        if let Some(ctx) = &p.paren {
            return self.error(
                Diagnostic::new("asm::context", ctx.span, format!("`{name}` takes no context"))
                    .help("only address spaces do: `heap(x1)[x0]`"),
            );
        }
        if let Some((bind, _)) = self.lookup(name).cloned() {
            return match bind {
                Bind::Const(n) => self.no_index(p).map(|()| Value::Const(n)),
                Bind::Var(v) => self.var_value(v, p),
                Bind::Reg(r, ty) => self
                    .no_index(p)
                    .map(|()| Value::Reg(RegValue { source: RegSource::Reg(r), imm: Int::ZERO, ty })),
                Bind::Arg(e, env) => self.arg_value(&e, env, p),
            };
        }
        if self.index_space.and_then(|s| self.layouts.get(&s)).is_some_and(|l| l.contains_key(name)) {
            return self.field(name, p);
        }
        if let Some(r) = reg_by_name(name) {
            if let Some(alias) = self.register_name(r) {
                let help = format!("write `{alias}`");
                return self.error(
                    Diagnostic::new("asm::named_register", p.span, format!("`{name}` has a name here"))
                        .help(help),
                );
            }
            return self
                .no_index(p)
                .map(|()| Value::Reg(RegValue { source: RegSource::Reg(r), imm: Int::ZERO, ty: None }));
        }
        if name == "result" {
            return Some(Value::Reg(RegValue { source: RegSource::Result, imm: Int::ZERO, ty: None }));
        }
        match self.names.get(name).map(|(s, _)| *s) {
            Some(Symbol::Const(i)) => {
                self.no_index(p)?;
                self.const_item(i, &p.name).map(Value::Const)
            }
            Some(Symbol::Var(v)) => self.var_value(v, p),
            Some(_) => self.error(
                Diagnostic::new("asm::not_value", p.span, format!("`{name}` is code, not a value"))
                    .help("procedures are called: `call name(...)`; routines are gone to: `goto name`"),
            ),
            None => self.unknown_or_field(name, p),
        }
    }

    /// The offset of a layout's name, where it is one of the space being indexed.
    fn field(&mut self, name: &str, p: &Path) -> Option<Value> {
        let here = self.index_space.and_then(|s| self.layouts.get(&s)).and_then(|l| l.get(name));
        match here.map(|(off, _)| *off).or_else(|| self.record_words.get(name).copied()) {
            Some(off) => Some(Value::Const(Int::try_from(off).unwrap_or(Int::ZERO))),
            None => self.unknown_or_field(name, p),
        }
    }

    fn unknown_or_field(&mut self, name: &str, p: &Path) -> Option<Value> {
        let of = self.layouts.iter().filter(|(_, l)| l.contains_key(name)).map(|(s, _)| s.name()).min();
        match (of, self.index_space) {
            (Some(of), Some(here)) => self.error(
                Diagnostic::new(
                    "asm::space",
                    p.span,
                    format!("`{name}` is a cell of `{of}`, not of `{}`", here.name()),
                )
                .label("a name of another address space")
                .help(format!("`{of}[{name}]` is its cell")),
            ),
            (Some(of), None) => self.error(
                Diagnostic::new("asm::space", p.span, format!("`{name}` is a cell of `{of}`"))
                    .help(format!("write `{of}[{name}]`")),
            ),
            (None, _) => match &p.member {
                Some(m) => self.error(Diagnostic::new(
                    "asm::unknown_field",
                    m.span,
                    format!("`{}` has no field `{}`", p.name.node, m.node),
                )),
                None => self.unknown(&p.name),
            },
        }
    }

    /// `modulus(name)`, `opcode(NAME)` and `fork(name)`.
    fn builtin(&mut self, p: &Path) -> Option<Option<Value>> {
        let Some(arg) = &p.paren else { return None };
        let Expr::Path(Path { name: arg, .. }) = &arg.node else { return None };
        let found = match p.name.node.as_str() {
            "modulus" => ops::modulus(&arg.node).map(|m| consts::from_word(m.modulus())),
            "opcode" => evm::find(&arg.node).and_then(|o| Int::try_from(o.byte).ok()),
            "fork" => evm::Fork::find(&arg.node).and_then(|f| Int::try_from(f as u8).ok()),
            _ => return None,
        };
        Some(match found {
            Some(n) => Some(Value::Const(n)),
            None => self.error(Diagnostic::new(
                "asm::builtin",
                arg.span,
                format!("no {} is called `{}`", p.name.node, arg.node),
            )),
        })
    }

    fn no_index(&mut self, p: &Path) -> Option<()> {
        if p.index.is_some() || p.byte {
            return self.error(
                Diagnostic::new("asm::not_indexable", p.span, format!("`{}` has no cells", p.name.node))
                    .help("arrays and address spaces have: `buf[2]`, `heap(x1)[x0]`"),
            );
        }
        Some(())
    }

    fn arg_value(&mut self, e: &SExpr, env: usize, p: &Path) -> Option<Value> {
        let here = std::mem::replace(&mut self.body.env, env);
        let value = self.value(e);
        self.body.env = here;
        match value? {
            // The parameter names an array, the macro indexes it.
            Value::Array(c) if p.index.is_some() => {
                let (var, _) = c.var?;
                self.var_value(var, p)
            }
            v => self.no_index(p).map(|()| v),
        }
    }

    /// A register expression's columns.
    pub fn reg_expr(&mut self, v: &RegValue, span: Span) -> Option<RegExpr> {
        let imm = self.offset(consts::to_i64(v.imm).unwrap_or(i64::MAX), span)?;
        Some(RegExpr { source: v.source, imm })
    }
}
