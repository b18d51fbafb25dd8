//! Statements other than rows: labels, declarations, blocks, macros.

use super::{
    Lowerer,
    ir::{Dest, Role, Row, Store, SymNext},
    row::Draft,
    scope::{Bind, Env, Symbol},
};
use crate::{
    ast::{Cond, ItemKind, Name, SExpr, Stmt},
    consts::Int,
    diag::Diagnostic,
    evm::Fork,
    isa::{Op, Op2, OperandA, OperandB, Reg, RegExpr, RegSource},
    span::Span,
};

/// Macro expansions inside each other.
const MAX_DEPTH: usize = 32;
/// Rounds of a `repeat`.
const MAX_ROUNDS: i64 = 4096;

/// What an `if`, `guess` or `while` tests.
#[derive(Clone, Copy)]
struct Test<'a> {
    cond: &'a Cond,
    not: bool,
    guess: bool,
}

impl Lowerer<'_> {
    /// Lowers statements.
    pub fn stmts(&mut self, body: &[Stmt]) {
        for s in body {
            self.stmt(s);
        }
    }

    fn stmt(&mut self, s: &Stmt) {
        match s {
            Stmt::Label(name) => self.user_label(name),
            Stmt::Local(vars) => {
                for v in vars {
                    let unit = self.body.unit;
                    if let Some(id) = self.new_var(v, Some(unit), Role::Local, crate::isa::Space::Global) {
                        self.bind(&v.name, Bind::Var(id));
                    }
                }
            }
            Stmt::Use { reg, name, ty } => {
                let Some(r) = self.index_register(reg) else { return };
                let ty = ty.as_ref().and_then(|t| self.reg_type(t));
                self.bind(name, Bind::Reg(r, ty));
            }
            Stmt::Row(r) => self.row_stmt(r),
            Stmt::Call { proc, args, fails, parts, span } => {
                self.call(proc, args, fails, parts, *span);
            }
            Stmt::If { guess, not, cond, then, other, span } => {
                let test = Test { cond, not: *not, guess: *guess };
                self.if_stmt(test, then, other.as_deref(), *span);
            }
            Stmt::While { not, cond, body, span } => {
                let (again, top, end) = (self.new_label(), self.new_label(), self.new_label());
                self.go(again, *span);
                self.place(top);
                self.body.loops.push((end, again));
                self.scoped(|this| this.stmts(body));
                self.body.loops.pop();
                self.place(again);
                // The condition stands after the body: one row a round.
                self.condition(Test { cond, not: *not, guess: false }, false, top, *span);
                self.place(end);
            }
            Stmt::Loop { body, span } => {
                let (again, end) = (self.new_label(), self.new_label());
                self.place(again);
                self.body.loops.push((end, again));
                self.scoped(|this| this.stmts(body));
                self.body.loops.pop();
                self.go(again, *span);
                self.place(end);
            }
            Stmt::Repeat { var, from, to, body, .. } => self.repeat(var, from, to, body),
            Stmt::Macro { name, args, span } => self.expand(name, args, *span),
            Stmt::Rewrite { from, to, parts, span } => {
                self.rewrite(from, to, parts, *span);
            }
        }
    }

    /// Runs in an environment of its own, for the declarations of a block.
    pub fn scoped(&mut self, f: impl FnOnce(&mut Self)) {
        let parent = self.body.env;
        let labels = self.body.envs[parent].labels;
        self.body.envs.push(Env { parent: Some(parent), labels, ..Env::default() });
        self.body.env = self.body.envs.len() - 1;
        f(self);
        self.body.env = parent;
    }

    fn user_label(&mut self, name: &Name) {
        self.check_new_name(name);
        if let Some((symbol, span)) = self.names.get(&name.node).copied() {
            let what = if matches!(symbol, Symbol::Routine(_)) { "a routine" } else { "declared already" };
            self.error::<()>(
                Diagnostic::new("asm::duplicate", name.span, format!("`{}` is {what}", name.node))
                    .note(span, "first declared here"),
            );
            return;
        }
        let labels = self.body.envs[self.body.env].labels;
        let id = self.label(labels, name);
        if self.body.labels[id].row.is_some() || self.body.labels[id].alias.is_some() {
            let first = self.body.labels[id].placed;
            self.error::<()>(
                Diagnostic::new(
                    "asm::duplicate_label",
                    name.span,
                    format!("label `{}` is placed twice", name.node),
                )
                .label("again here")
                .note(first, "first here"),
            );
            return;
        }
        self.body.labels[id].placed = name.span;
        self.body.labels[id].name = Some(name.clone());
        self.place(id);
    }

    /// Goes to a label at the end of a block: on the last row where that is free, else on a row of its own.
    pub fn go(&mut self, target: usize, span: Span) {
        let here = std::mem::take(&mut self.body.bound);
        if !here.contains(&target) && !self.body.rows.is_empty() {
            let last = self.body.rows.last_mut();
            let free = match last.as_ref().map(|r| r.next) {
                Some(SymNext::Seq) => {
                    if let Some(row) = last {
                        row.next = SymNext::Jump(Dest::Label(target));
                    }
                    true
                }
                Some(
                    SymNext::Jump(_) | SymNext::Dispatch | SymNext::EvmJump | SymNext::Return | SymNext::Halt,
                ) => true,
                _ => false,
            };
            if free {
                for l in here {
                    self.body.labels[l].row = None;
                    self.body.labels[l].alias = Some(target);
                }
                return;
            }
        }
        self.body.bound = here;
        self.emit(Row { next: SymNext::Jump(Dest::Label(target)), span, ..Row::default() });
    }

    /// Emits a condition's row (or rows), which goes to `target` where the condition is false, or with `on_false = false`
    /// where it is true.
    fn condition(&mut self, test: Test<'_>, on_false: bool, target: usize, span: Span) -> Option<()> {
        let Test { cond, not, guess } = test;
        let draft = match cond {
            Cond::Row(r) => {
                let mut draft = self.draft(r)?;
                if !draft.word {
                    return self.error(
                        Diagnostic::new("asm::condition", span, "a condition is an operation")
                            .help("`if lt a, b {`"),
                    );
                }
                draft.uses_result = true;
                if !guess && draft.row.instr.op == Op::Op2(Op2::Hint) {
                    return self.error(
                        Diagnostic::new("asm::guess", span, "a branch on a hint is written `guess`")
                            .help("`guess name(args) { ... } else { ... }`: both ways must prove themselves"),
                    );
                }
                if draft.row.next != SymNext::Seq {
                    return self.error(Diagnostic::new(
                        "asm::condition",
                        span,
                        "a condition has no next clause",
                    ));
                }
                draft.row.guess = guess;
                draft
            }
            Cond::Fork(name) => self.fork_condition(name, span)?,
        };
        let mut row = draft.row;
        // Condition true: result nonzero, unless turned.
        let branch_on_zero = on_false != (not != matches!(cond, Cond::Fork(_)));
        let dest = Dest::Label(target);
        row.next = if branch_on_zero { SymNext::Zero(dest) } else { SymNext::NonZero(dest) };
        self.emit(row);
        Some(())
    }

    /// `fork since F`: a row that widens the register, and one that compares; its result is 1 *before* F.
    fn fork_condition(&mut self, name: &Name, span: Span) -> Option<Draft> {
        let Some(fork) = Fork::find(&name.node) else {
            return self.unknown_fork(name);
        };
        let var = self.scratch();
        let addr = self.var_addr(var);
        let mut widen = Row { span, ..Row::default() };
        widen.instr.a = OperandA::Reg;
        widen.instr.op = Op::Op2(Op2::Split);
        widen.instr.w = RegExpr { source: RegSource::Reg(Reg::Fork), imm: 0 };
        widen.instr.c = Some(addr);
        widen.instr.c_write = true;
        widen.stores.push(Store::Var(var, true));
        self.emit(widen);
        let mut draft = Draft { word: true, uses_result: true, ..Draft::default() };
        draft.row.span = span;
        draft.row.instr.a = OperandA::Mem(addr);
        draft.row.instr.b = OperandB::Imm(alloy_primitives::U256::from(fork as u8));
        draft.row.instr.op = Op::Op2(Op2::Lt);
        draft.row.reads.push((super::ir::Loc::Var(var), span));
        Some(draft)
    }

    /// An error for a fork that is none.
    pub fn unknown_fork<T>(&mut self, name: &Name) -> Option<T> {
        self.error(
            Diagnostic::new("asm::unknown_fork", name.span, format!("no fork is called `{}`", name.node))
                .help(Fork::ALL.map(Fork::name).join(", ")),
        )
    }

    fn if_stmt(&mut self, test: Test<'_>, then: &[Stmt], other: Option<&[Stmt]>, span: Span) {
        let (no, end) = (self.new_label(), self.new_label());
        self.condition(test, true, no, span);
        self.scoped(|this| this.stmts(then));
        if let Some(other) = other {
            self.go(end, span);
            self.place(no);
            self.scoped(|this| this.stmts(other));
        } else {
            self.place(no);
        }
        self.place(end);
    }

    fn repeat(&mut self, var: &Name, from: &SExpr, to: &SExpr, body: &[Stmt]) {
        let (Some(low), Some(high)) =
            (self.small(from, -MAX_ROUNDS, i64::MAX), self.small(to, -MAX_ROUNDS, i64::MAX))
        else {
            return;
        };
        if high.saturating_sub(low) > MAX_ROUNDS {
            self.error::<()>(
                Diagnostic::new("asm::range", to.span, format!("more than {MAX_ROUNDS} rounds"))
                    .help("`loop` repeats at run time"),
            );
            return;
        }
        let parent = self.body.env;
        let labels = self.body.envs[parent].labels;
        for n in low..high {
            self.body.envs.push(Env { parent: Some(parent), labels, ..Env::default() });
            self.body.env = self.body.envs.len() - 1;
            self.bind(var, Bind::Const(Int::try_from(n).unwrap_or(Int::ZERO)));
            self.stmts(body);
            self.body.env = parent;
        }
    }

    fn expand(&mut self, name: &Name, args: &[SExpr], span: Span) {
        let Some((Symbol::Macro(item), declared)) = self.names.get(&name.node).copied() else {
            self.error::<()>(
                Diagnostic::new(
                    "asm::unknown_macro",
                    name.span,
                    format!("no macro is called `{}`", name.node),
                )
                .help("procedures are called without `!`: `call name(...)`"),
            );
            return;
        };
        let items = self.items;
        let ItemKind::Macro { params, body } = &items[item].kind else { return };
        if params.len() != args.len() {
            self.error::<()>(
                Diagnostic::new(
                    "asm::arguments",
                    span,
                    format!("`{}` takes {} arguments, {} given", name.node, params.len(), args.len()),
                )
                .note(declared, "declared here"),
            );
            return;
        }
        if self.body.depth >= MAX_DEPTH {
            self.error::<()>(
                Diagnostic::new("asm::macro_depth", span, "macros are expanded inside each other too deeply")
                    .help("a macro cannot use itself"),
            );
            return;
        }
        let caller = self.body.env;
        let labels = self.new_label_space();
        self.body.envs.push(Env { parent: None, labels, ..Env::default() });
        self.body.env = self.body.envs.len() - 1;
        for (p, a) in params.iter().zip(args) {
            self.bind(p, Bind::Arg(a.clone(), caller));
        }
        let site = self.body.site;
        self.body.site = site.or(Some(span));
        self.body.depth += 1;
        self.stmts(body);
        self.body.depth -= 1;
        self.body.site = site;
        self.body.env = caller;
    }
}
