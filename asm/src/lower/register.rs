//! Register writes.

use super::{
    Lowerer,
    ir::Loc,
    row::Draft,
    scope::{Bind, reg_by_name},
    value::{RegValue, Value},
};
use crate::{
    ast::{Expr, Path, Rhs},
    consts,
    diag::Diagnostic,
    isa::{Op, OperandA, Reg, RegSource},
    span::{Span, Spanned},
};

impl Lowerer<'_> {
    /// Whether a left side is a register.
    pub fn is_register(&self, p: &Path) -> bool {
        if p.member.is_some() || p.paren.is_some() || p.index.is_some() || p.byte {
            return false;
        }
        match self.lookup(&p.name.node) {
            Some((Bind::Reg(..), _)) => true,
            Some((Bind::Arg(e, env), _)) => match &e.node {
                Expr::Path(inner) => {
                    let named = self.body.envs.get(*env).and_then(|e| e.names.get(&inner.name.node));
                    let plain = inner.member.is_none() && inner.index.is_none() && inner.paren.is_none();
                    plain
                        && (matches!(named, Some((Bind::Reg(..), _)))
                            || (named.is_none() && self.is_register_in(inner, *env)))
                }
                _ => false,
            },
            Some(_) => false,
            None => reg_by_name(&p.name.node).is_some(),
        }
    }

    fn is_register_in(&self, p: &Path, mut env: usize) -> bool {
        while let Some(e) = self.body.envs.get(env) {
            if let Some((bind, _)) = e.names.get(&p.name.node) {
                return match bind {
                    Bind::Reg(..) => true,
                    Bind::Arg(a, next) => match &a.node {
                        Expr::Path(inner) if inner.index.is_none() && inner.member.is_none() => {
                            self.is_register_in(inner, *next)
                        }
                        _ => false,
                    },
                    _ => false,
                };
            }
            let Some(parent) = e.parent else { break };
            env = parent;
        }
        reg_by_name(&p.name.node).is_some()
    }

    pub fn assign_register(&mut self, draft: &mut Draft, lhs: &Path, rhs: &Rhs) -> Option<()> {
        let Value::Reg(RegValue { source: RegSource::Reg(reg), ty, .. }) =
            self.value(&Spanned { node: Expr::Path(lhs.clone()), span: lhs.span })?
        else {
            return None;
        };
        if reg == Reg::Clk {
            return self.error(Diagnostic::new("asm::clk", lhs.span, "the clock cannot be written"));
        }
        let (value, span) = match rhs {
            Rhs::Op(op) if op.name.node == "narrow" => {
                if draft.word {
                    return self.error(
                        Diagnostic::new("asm::row_order", op.span, "the row has an operation already")
                            .help("`narrow` is one: take `result` of the row, or write another row"),
                    );
                }
                let [arg] = op.args.as_slice() else {
                    return self.error(Diagnostic::new("asm::operands", op.span, "`narrow` takes one cell"));
                };
                let (cell, imm) = match self.value(arg)? {
                    Value::Cell(c) => (c, consts::Int::ZERO),
                    Value::CellPlus(c, n) => (c, n),
                    _ => {
                        return self.error(
                            Diagnostic::new("asm::operands", arg.span, "`narrow` takes a cell")
                                .help("registers and constants are assigned without it: `x0 = x1 + 3`"),
                        );
                    }
                };
                self.word_cell(&cell)?;
                self.read_cell(draft, &cell);
                draft.row.instr.a = OperandA::Mem(cell.addr);
                draft.row.instr.op = Op::MovA;
                draft.word = true;
                (RegValue { source: RegSource::Result, imm, ty: None }, arg.span)
            }
            Rhs::Op(op) => {
                return self.error(
                    Diagnostic::new("asm::register_write", op.span, "an operation's result is a word")
                        .help("put the register write after it on the row: `add a, b | x0 = result`"),
                );
            }
            Rhs::Value(e) => match self.value(e)? {
                Value::Reg(v) => (v, e.span),
                Value::Const(n) => (RegValue { source: RegSource::Zero, imm: n, ty: None }, e.span),
                _ => {
                    return self.error(
                        Diagnostic::new(
                            "asm::register_write",
                            e.span,
                            "a register takes a register expression",
                        )
                        .help("a cell's word goes to a register by `narrow`, which proves it below 2^29"),
                    );
                }
            },
        };
        if let (Some(to), Some(from)) = (ty, value.ty)
            && to != from
        {
            return self.error(
                Diagnostic::new(
                    "asm::space",
                    span,
                    format!("`{from}` is assigned to a register that holds `{to}`"),
                )
                .help("an offset belongs to the space it was made for"),
            );
        }
        if value.source == RegSource::Result {
            if !draft.word {
                return self.error(
                    Diagnostic::new("asm::result", span, "the row has no operation, so no result")
                        .help("`result` is what the row's operation gives: `add a, b | x0 = result`"),
                );
            }
            draft.uses_result = true;
        }
        self.set_w(draft, &value, span)?;
        draft.row.instr.reg = Some(reg);
        Some(())
    }

    /// Sets the row's register expression; a second one must be the same.
    pub fn set_w(&mut self, draft: &mut Draft, value: &RegValue, span: Span) -> Option<()> {
        let w = self.reg_expr(value, span)?;
        if draft.has_w && draft.row.instr.w != w {
            return self.error(
                Diagnostic::new("asm::one_register_expression", span, "a row has one register expression")
                    .label("another one")
                    .help("use the same expression in both places, or write two rows"),
            );
        }
        if let RegSource::Reg(r) = w.source {
            draft.row.reads.push((Loc::Reg(r), span));
        }
        draft.has_w = true;
        draft.row.instr.w = w;
        Some(())
    }
}
