//! Rows: one statement, one instruction.

use super::{
    Lowerer,
    ir::{Dest, LabelId, Loc, Role, Row, Store, SymNext},
    scope::{Bind, Symbol, reg_by_name},
    value::{Cell, RegValue, Value},
};
use crate::{
    ast::{Expr, NextClause, Part, Path, Rhs, RowStmt, SExpr, Target},
    consts,
    diag::Diagnostic,
    isa::{
        Addr, HintArg, HintCall, Op, Op2, OperandA, OperandB, Reg, RegExpr, RegSource, STACK_LIMIT, Space,
    },
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

    fn assign_register(&mut self, draft: &mut Draft, lhs: &Path, rhs: &Rhs) -> Option<()> {
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
                        return self.error(Diagnostic::new("asm::range", arg.span, "the constant is no word"));
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

    fn next(&mut self, draft: &mut Draft, next: &NextClause, span: Span) -> Option<()> {
        let needs_result = |this: &mut Self, draft: &mut Draft| {
            if !draft.word {
                return this.error::<()>(
                    Diagnostic::new("asm::result", span, "the row has no operation, so no result to use")
                        .help("`test a` gives a cell's word: `test a | if zero goto L`"),
                );
            }
            draft.uses_result = true;
            Some(())
        };
        let returning = |this: &mut Self, draft: &mut Draft, cell: Addr| {
            if draft.word {
                return this.error::<()>(
                    Diagnostic::new("asm::return", span, "a returning row has no operation")
                        .label("it reads the return address itself")
                        .help("write the operation as a row of its own"),
                );
            }
            draft.row.instr.a = OperandA::Mem(cell);
            draft.row.instr.op = Op::MovA;
            draft.row.next = SymNext::Return;
            Some(())
        };
        match next {
            NextClause::Dispatch | NextClause::Jump => {
                if !self.body.may_leave {
                    return self.error(
                        Diagnostic::new("asm::leave", span, "a procedure cannot go on to another EVM opcode")
                            .help("only `opcode` and `routine` code can: return first"),
                    );
                }
                let jump = matches!(next, NextClause::Jump);
                let kind = usize::from(jump);
                if self.faults[kind].is_none() {
                    let name = ["dispatch", "jump"][kind];
                    return self.error(
                        Diagnostic::new(
                            "asm::no_faults",
                            span,
                            format!("no fault vector is declared for `{name}`"),
                        )
                        .help(format!("declare `faults {name} {{ out_of_gas -> routine, ... }}`")),
                    );
                }
                if jump {
                    needs_result(self, draft)?;
                }
                draft.row.next = if jump { SymNext::EvmJump } else { SymNext::Dispatch };
                Some(())
            }
            NextClause::Goto(t) => {
                draft.row.next = SymNext::Jump(self.dest(t)?);
                Some(())
            }
            NextClause::Branch { guess, zero, target } => {
                needs_result(self, draft)?;
                let dest = self.dest(target)?;
                self.branch_kind(draft, *guess, span)?;
                draft.row.next = if *zero { SymNext::Zero(dest) } else { SymNext::NonZero(dest) };
                Some(())
            }
            NextClause::Charge { amount, target } => {
                let value = match self.value(amount)? {
                    Value::Reg(v) => v,
                    Value::Const(n) => RegValue { source: RegSource::Zero, imm: n, ty: None },
                    _ => {
                        return self.error(
                            Diagnostic::new(
                                "asm::register_expression",
                                amount.span,
                                "gas is a register expression",
                            )
                            .help("`charge x0 + 3 else L`, or `mul a, b | charge result else L`"),
                        );
                    }
                };
                if value.source == RegSource::Zero && value.imm.is_negative() {
                    return self.error(Diagnostic::new("asm::range", amount.span, "gas is not negative"));
                }
                if value.source == RegSource::Result {
                    needs_result(self, draft)?;
                }
                if draft.row.instr.reg.is_some() {
                    return self.error(
                        Diagnostic::new("asm::charge", span, "a charging row writes no register")
                            .help("the register expression is the gas: write the register on another row"),
                    );
                }
                self.set_w(draft, &value, amount.span)?;
                let dest = self.dest(target)?;
                draft.row.next = SymNext::Charge(dest);
                Some(())
            }
            NextClause::Return => {
                if self.body.test {
                    draft.row.next = SymNext::Halt;
                    return Some(());
                }
                let Some(link) = self.units[self.body.unit].link else {
                    return self.error(
                        Diagnostic::new("asm::return", span, "only a procedure returns")
                            .help("routines end with `dispatch`, `jump`, `goto` or `halt`"),
                    );
                };
                draft.row.returns = true;
                let addr = self.var_addr(link);
                returning(self, draft, addr)
            }
            NextClause::Fail(name) => {
                let unit = &self.units[self.body.unit];
                let Some((_, cell)) = unit.fails.iter().find(|(n, _)| *n == name.node).cloned() else {
                    return self.error(
                        Diagnostic::new(
                            "asm::unknown_failure",
                            name.span,
                            format!("`{}` is no failure of this code", name.node),
                        )
                        .help("declare it: `proc name(...) fails(name)`"),
                    );
                };
                let addr = self.var_addr(cell);
                returning(self, draft, addr)
            }
            NextClause::Halt => {
                let plain = !draft.word && draft.row.instr.reg.is_none() && draft.row.instr.dsp == 0;
                if !plain {
                    return self.error(
                        Diagnostic::new("asm::halt", span, "a halting row does nothing else")
                            .label("it repeats up to the end of the trace")
                            .help("write `halt` as a row of its own"),
                    );
                }
                draft.row.next = SymNext::Halt;
                Some(())
            }
        }
    }

    /// `guess` is for the rows of hints, `if` for all others.
    pub fn branch_kind(&mut self, draft: &mut Draft, guess: bool, span: Span) -> Option<()> {
        let hint = draft.row.instr.op == Op::Op2(Op2::Hint);
        draft.row.guess = guess;
        if hint != guess {
            let (message, help) = if hint {
                (
                    "a branch on a hint is written `guess`",
                    "`guess zero goto L`: the prover chooses, both ways must prove themselves",
                )
            } else {
                ("`guess` branches on the row's own hint", "write `if` for a branch on a value")
            };
            return self.error(Diagnostic::new("asm::guess", span, message).help(help));
        }
        Some(())
    }

    /// The address of a one-word variable.
    pub fn var_addr(&self, v: usize) -> Addr {
        Addr { space: self.vars[v].space, ctx: None, base: None, off: self.vars[v].off }
    }

    /// A jump's destination.
    pub fn dest(&mut self, t: &Target) -> Option<Dest> {
        let name = match t {
            Target::Name(n) => n,
            Target::Break(span) | Target::Continue(span) => {
                let Some((end, again)) = self.body.loops.last().copied() else {
                    return self.error(Diagnostic::new("asm::loop", *span, "there is no loop around this"));
                };
                return Some(Dest::Label(if matches!(t, Target::Break(_)) { end } else { again }));
            }
        };
        // A macro's parameter may be a label of the place it is used at.
        let (mut name, mut env) = (name.clone(), self.body.env);
        while let Some((Bind::Arg(e, outer), _)) = self.lookup_in(env, &name.node).cloned() {
            let Expr::Path(p) = &e.node else {
                return self.error(Diagnostic::new("asm::label", e.span, "a label's name is needed here"));
            };
            name = p.name.clone();
            env = outer;
        }
        if let Some((Symbol::Routine(u), _)) = self.names.get(&name.node).copied() {
            return Some(Dest::Unit(u));
        }
        let labels = self.body.envs[env].labels;
        Some(Dest::Label(self.label(labels, &name)))
    }

    fn lookup_in(&self, mut env: usize, name: &str) -> Option<&(Bind, Span)> {
        loop {
            let e = self.body.envs.get(env)?;
            if let Some(b) = e.names.get(name) {
                return Some(b);
            }
            env = e.parent?;
        }
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

    /// A label's number, made at its first mention.
    pub fn label(&mut self, labels: usize, name: &crate::ast::Name) -> LabelId {
        if let Some(id) = self.body.label_ids.get(&(labels, name.node.clone())) {
            return *id;
        }
        let id = self.new_label();
        self.body.labels[id].name = Some(name.clone());
        self.body.label_ids.insert((labels, name.node.clone()), id);
        id
    }
}
