//! Next clauses: branches, charges, returns, dispatches.

use super::{
    Lowerer,
    ir::{Dest, LabelId, SymNext},
    row::Draft,
    scope::{Bind, Symbol},
    value::{RegValue, Value},
};
use crate::{
    ast::{Expr, Name, NextClause, Target},
    diag::Diagnostic,
    isa::{Addr, Op, Op2, OperandA, RegSource},
    span::Span,
};

impl Lowerer<'_> {
    pub fn next(&mut self, draft: &mut Draft, next: &NextClause, span: Span) -> Option<()> {
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

    /// A label's number, made at its first mention.
    pub fn label(&mut self, labels: usize, name: &Name) -> LabelId {
        if let Some(id) = self.body.label_ids.get(&(labels, name.node.clone())) {
            return *id;
        }
        let id = self.new_label();
        self.body.labels[id].name = Some(name.clone());
        self.body.label_ids.insert((labels, name.node.clone()), id);
        id
    }
}
