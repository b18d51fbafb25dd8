//! Rows: one statement, one instruction.

use super::{
    Lowerer,
    ir::{Loc, Role, Row, Store, SymNext},
    value::{Cell, RegValue, Value},
};
use crate::{
    ast::{Expr, Part, Path, Rhs, RowStmt, SExpr},
    consts,
    diag::Diagnostic,
    isa::{Addr, HintArg, HintCall, Op, Op2, OperandA, OperandB, RegExpr, RegSource, STACK_LIMIT, Space},
    ops::{self, Mnemonic},
    span::{Span, Spanned},
};

/// A row being put together.
#[derive(Default)]
pub struct Draft {
    /// The row.
    pub row: Row,
    /// Whether it has an operation.
    pub word: bool,
    /// Whether `W` is taken.
    pub has_w: bool,
    /// Whether something uses the result.
    pub uses_result: bool,
}

/// The order of a row's parts.
fn rank(part: &Part, is_reg: bool) -> (u8, &'static str) {
    match part {
        Part::Assign { .. } if is_reg => (1, "a register write"),
        Part::Assign { .. } | Part::Op(_) | Part::Hint { .. } => (0, "an operation"),
        Part::Stack { .. } => (2, "push or pop"),
        Part::Next(_) => (3, "a next clause"),
    }
}

impl Lowerer<'_> {
    /// Lowers a row statement and appends the row.
    pub fn row_stmt(&mut self, stmt: &RowStmt) {
        if let Some(draft) = self.draft(stmt) {
            self.finish(draft, stmt);
        }
    }

    /// Lowers a condition: a row without a next clause.
    pub fn draft(&mut self, stmt: &RowStmt) -> Option<Draft> {
        let mut draft = Draft::default();
        draft.row.span = stmt.span;
        draft.row.check = stmt.check.is_some();
        self.parts(&mut draft, &stmt.parts)?;
        Some(draft)
    }

    /// Adds the parts of a row, in their order.
    pub fn parts(&mut self, draft: &mut Draft, parts: &[Spanned<Part>]) -> Option<()> {
        let mut last: Option<(u8, &str)> = None;
        for part in parts {
            let is_reg = matches!(&part.node, Part::Assign { lhs, .. } if self.is_register(lhs));
            let (rank, what) = rank(&part.node, is_reg);
            if let Some((_, before)) = last.filter(|(r, _)| *r >= rank) {
                let message = if what == before {
                    format!("a row has {what} at most once")
                } else {
                    format!("{what} stands before {before}")
                };
                return self.error(
                    Diagnostic::new("asm::row_order", part.span, message)
                        .help("a row is: operation | register write | push or pop | next"),
                );
            }
            last = Some((rank, what));
            self.part(draft, part)?;
        }
        Some(())
    }

    fn part(&mut self, draft: &mut Draft, part: &Spanned<Part>) -> Option<()> {
        match &part.node {
            Part::Assign { lhs, rhs } if self.is_register(lhs) => self.assign_register(draft, lhs, rhs),
            Part::Assign { lhs, rhs: Rhs::Op(op) } => self.operation(draft, Some(lhs), op),
            Part::Assign { lhs, rhs: Rhs::Value(e) } => self.assign_cell(draft, lhs, e),
            Part::Op(op) => self.operation(draft, None, op),
            Part::Hint { lhs, name, args } => self.hint(draft, lhs.as_ref(), &name.node, args, part.span),
            Part::Stack { push, count } => {
                let n = self.small(count, 1, i64::from(STACK_LIMIT))? as i16;
                draft.row.instr.dsp = if *push { n } else { -n };
                Some(())
            }
            Part::Next(next) => self.next(draft, next, part.span),
        }
    }

    fn assign_cell(&mut self, draft: &mut Draft, lhs: &Path, e: &SExpr) -> Option<()> {
        let dst = self.target_cell(lhs)?;
        match self.value(e)? {
            Value::Const(n) => {
                let Some(word) = consts::to_word(n) else {
                    return self.error(
                        Diagnostic::new("asm::range", e.span, "the constant is no word")
                            .help("words are 0 to 2**256 - 1; write a negative number as `2**256 - n`"),
                    );
                };
                draft.row.instr.b = OperandB::Imm(word);
                draft.row.instr.op = Op::MovB;
            }
            Value::Cell(c) => {
                self.word_cell(&c)?;
                self.read_cell(draft, &c);
                draft.row.instr.a = OperandA::Mem(c.addr);
                draft.row.instr.op = Op::MovA;
            }
            Value::Reg(_) => {
                return self.error(
                    Diagnostic::new("asm::widen", e.span, "a register is no word")
                        .help("`cell = widen x0 + 1` makes it one"),
                );
            }
            Value::CellPlus(..) => {
                return self.error(
                    Diagnostic::new("asm::expression", e.span, "cells take no operators")
                        .help("`t = add a, 1`"),
                );
            }
            Value::Array(c) => {
                return self.error(
                    Diagnostic::new("asm::index", c.span, "an array is no word")
                        .help("name one of its words: `name[0]`"),
                );
            }
        }
        draft.word = true;
        self.write_cell(draft, &dst)
    }

    /// The cell that a row's result goes to.
    pub fn target_cell(&mut self, lhs: &Path) -> Option<Cell> {
        let value = self.value(&Spanned { node: Expr::Path(lhs.clone()), span: lhs.span })?;
        match value {
            Value::Cell(c) => Some(c),
            Value::Array(c) => self.error(
                Diagnostic::new("asm::index", c.span, "an array is no word")
                    .help("name one of its words: `name[0]`"),
            ),
            _ => self.error(
                Diagnostic::new("asm::assignment", lhs.span, "this cannot be assigned to")
                    .help("cells and registers can"),
            ),
        }
    }

    /// Refuses a byte address where a word is meant.
    pub fn word_cell(&mut self, c: &Cell) -> Option<()> {
        if c.byte {
            return self.error(
                Diagnostic::new("asm::space", c.span, "a byte address is no word")
                    .help("`load` and `store` read and write 32 bytes at a byte address"),
            );
        }
        Some(())
    }

    /// Makes a cell the row's port C with the result stored.
    pub fn write_cell(&mut self, draft: &mut Draft, c: &Cell) -> Option<()> {
        self.word_cell(c)?;
        self.note_store(draft, c)?;
        draft.row.instr.c = Some(c.addr);
        draft.row.instr.c_write = true;
        Some(())
    }

    /// Records that the row writes at an address.
    pub fn note_store(&mut self, draft: &mut Draft, c: &Cell) -> Option<()> {
        if c.addr.space == Space::Input {
            return self.error(
                Diagnostic::new("asm::input_store", c.span, "the private input is read-only")
                    .help("copy it to a buffer first"),
            );
        }
        if let Some((v, _)) = c.var {
            let var = &self.vars[v];
            if matches!(var.role, Role::Output) && var.owner != Some(self.body.unit) {
                let span = var.span;
                return self.error(
                    Diagnostic::new("asm::output_store", c.span, "an output belongs to its procedure")
                        .note(span, "declared as an output"),
                );
            }
        }
        draft.row.stores.push(match c.var {
            Some((v, whole)) if c.addr.space == Space::Global => Store::Var(v, whole),
            _ => Store::Memory(c.addr.space),
        });
        for r in &c.regs {
            draft.row.reads.push((*r, c.span));
            draft.row.address.push(*r);
        }
        Some(())
    }

    /// Records that the row reads a cell.
    pub fn read_cell(&mut self, draft: &mut Draft, c: &Cell) {
        draft.row.reads.extend(c.regs.iter().map(|r| (*r, c.span)));
        if let Some((v, _)) = c.var {
            draft.row.reads.push((Loc::Var(v), c.span));
        }
    }

    fn hint(
        &mut self,
        draft: &mut Draft,
        lhs: Option<&Path>,
        name: &str,
        args: &[SExpr],
        span: Span,
    ) -> Option<()> {
        let mut call = HintCall { name: name.to_owned(), args: vec![] };
        for arg in args {
            let value = self.value(arg)?;
            call.args.push(match value {
                Value::Const(n) => match consts::to_word(n) {
                    Some(w) => HintArg::Const(w),
                    None => {
                        return self.error(Diagnostic::new(
                            "asm::range",
                            arg.span,
                            "the constant is no word",
                        ));
                    }
                },
                Value::Cell(c) => {
                    self.read_cell(draft, &c);
                    HintArg::Mem(c.addr)
                }
                Value::Array(c) => HintArg::Mem(c.addr),
                Value::Reg(RegValue { source: RegSource::Reg(r), imm, .. }) if imm.is_zero() => {
                    draft.row.reads.push((Loc::Reg(r), arg.span));
                    HintArg::Reg(r)
                }
                _ => {
                    return self.error(Diagnostic::new(
                        "asm::operands",
                        arg.span,
                        "a hint's argument is a cell, a register or a constant",
                    ));
                }
            });
        }
        draft.row.instr.op = Op::Op2(Op2::Hint);
        draft.row.instr.hint = Some(call);
        draft.word = true;
        let Some(lhs) = lhs else { return Some(()) };
        if self.is_register(lhs) {
            draft.uses_result = true;
            let Value::Reg(RegValue { source: RegSource::Reg(reg), .. }) =
                self.value(&Spanned { node: Expr::Path(lhs.clone()), span: lhs.span })?
            else {
                return None;
            };
            draft.row.instr.reg = Some(reg);
            draft.has_w = true;
            draft.row.instr.w = RegExpr { source: RegSource::Result, imm: 0 };
            return Some(());
        }
        let dst = self.target_cell(lhs)?;
        let local = dst
            .var
            .is_some_and(|(v, _)| self.vars[v].role != Role::Global && dst.addr.space == Space::Global);
        if !local {
            return self.error(
                Diagnostic::new("asm::hint_target", span, "a hint goes to a local, an output or a register")
                    .help("store it elsewhere once it is checked"),
            );
        }
        self.write_cell(draft, &dst)
    }

    /// The address of a one-word variable.
    pub fn var_addr(&self, v: usize) -> Addr {
        Addr { space: self.vars[v].space, ctx: None, base: None, off: self.vars[v].off }
    }

    /// Refuses a dropped result and appends the row.
    pub fn finish(&mut self, draft: Draft, stmt: &RowStmt) {
        let op = draft.row.instr.op;
        let silent = matches!(op, Op::None | Op::Swap | Op::AssertEq | Op::Link)
            || matches!(op, Op::Op2(Op2::PubOut(_)))
            || matches!(op, Op::Mem(m) if m.stores() || matches!(m, crate::isa::MemOp::LoadCode | crate::isa::MemOp::Copy))
            || matches!(draft.row.next, SymNext::Return);
        if draft.word && !silent && !draft.row.instr.c_write && !draft.uses_result {
            self.error::<()>(
                Diagnostic::new("asm::dropped", stmt.span, "the result goes nowhere")
                    .help("store it, take it with `| x0 = result`, or branch on it"),
            );
        }
        let branches = matches!(draft.row.next, SymNext::Zero(_) | SymNext::NonZero(_));
        if let Some(span) = stmt.check
            && op != Op::AssertEq
            && !branches
        {
            self.error::<()>(
                Diagnostic::new("asm::check", span, "this row checks nothing")
                    .help("`check` marks `assert_eq` and rows that branch with `if`"),
            );
        }
        self.emit(draft.row);
    }

    /// The mnemonic of an operation.
    pub fn mnemonic(name: &str) -> Option<Mnemonic> {
        ops::find(name)
    }
}
