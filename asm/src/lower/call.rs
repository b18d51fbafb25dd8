//! Calls: a row for each argument that is not in place, one for each failure's address, and the link row.

use super::{
    Lowerer,
    ir::{Dest, InputSlot, LabelId, Loc, RegParam, Row, Store, SymNext, UnitKind},
    row::Draft,
    scope::Symbol,
    value::{RegValue, Value},
};
use crate::{
    ast::{Expr, Name, Part, SExpr, Target},
    consts,
    diag::Diagnostic,
    isa::{Op, OperandA, OperandB, RegSource},
    span::{Span, Spanned},
};

impl Lowerer<'_> {
    /// Lowers a call.
    pub fn call(
        &mut self,
        proc: &Name,
        args: &[SExpr],
        fails: &[(Name, Target)],
        parts: &[Spanned<Part>],
        span: Span,
    ) -> Option<()> {
        let Some((Symbol::Proc(unit), _)) = self.names.get(&proc.node).copied() else {
            return self.error(
                Diagnostic::new(
                    "asm::unknown_proc",
                    proc.span,
                    format!("no procedure is called `{}`", proc.node),
                )
                .help("`call` is for `proc`; a routine does not return: `goto name`"),
            );
        };
        let callee = &self.units[unit];
        let (inputs, declared) = (callee.inputs.clone(), callee.span);
        let expected: Vec<(String, usize)> = callee.fails.clone();
        let link = callee.link;
        if matches!(callee.kind, UnitKind::Test(_)) {
            return self.error(Diagnostic::new("asm::call_test", proc.span, "a test cannot be called"));
        }
        if inputs.len() != args.len() {
            return self.error(
                Diagnostic::new(
                    "asm::arguments",
                    span,
                    format!("`{}` takes {} arguments, {} given", proc.node, inputs.len(), args.len()),
                )
                .note(declared, "declared here")
                .help("`_` stands for an input that is in place already"),
            );
        }
        let mut written: Vec<Loc> = vec![];
        let outputs = self.units[unit].reg_outputs.clone();
        for (slot, arg) in inputs.iter().zip(args) {
            if let (InputSlot::Reg(p), Expr::Hole) = (slot, &arg.node) {
                self.same_type(p, arg.span);
            }
            if arg.node != Expr::Hole {
                self.argument(*slot, arg, &mut written);
            }
        }
        for p in &outputs {
            self.same_type(p, span);
        }
        let labels = self.failure_rows(unit, &expected, fails, span)?;
        let mut draft = Draft::default();
        draft.row.span = span;
        self.parts(&mut draft, parts)?;
        if draft.word || draft.row.next != SymNext::Seq {
            return self.error(
                Diagnostic::new(
                    "asm::call_clause",
                    span,
                    "a call's row takes a register write and push or pop only",
                )
                .help("write operations and jumps on rows of their own"),
            );
        }
        let cell = self.var_addr(link?);
        draft.row.instr.op = Op::Link;
        draft.row.instr.c = Some(cell);
        draft.row.instr.c_write = true;
        draft.row.next = SymNext::Call(unit);
        draft.row.fails = labels;
        self.emit(draft.row);
        Some(())
    }

    /// Refuses a register that means one thing here and another to the callee.
    fn same_type(&mut self, p: &RegParam, span: Span) {
        let here = self.register_alias(p.reg).map(|(n, ty)| (n.to_owned(), ty));
        if let (Some((name, here)), Some(there)) = (here, p.ty)
            && here != there
        {
            self.error::<()>(
                Diagnostic::new(
                    "asm::space",
                    span,
                    format!("`{name}` holds `{here}` here and `{there}` in the procedure"),
                )
                .help("an offset belongs to the space it was made for"),
            );
        }
    }

    /// The row that puts an argument in its place.
    fn argument(&mut self, slot: InputSlot, arg: &SExpr, written: &mut Vec<Loc>) -> Option<()> {
        let mut draft = Draft::default();
        draft.row.span = arg.span;
        let value = self.value(arg)?;
        match slot {
            InputSlot::Word(var) => {
                match value {
                    Value::Const(n) => {
                        let Some(word) = consts::to_word(n) else {
                            return self.error(Diagnostic::new(
                                "asm::range",
                                arg.span,
                                "the constant is no word",
                            ));
                        };
                        draft.row.instr.b = OperandB::Imm(word);
                        draft.row.instr.op = Op::MovB;
                    }
                    Value::Cell(c) => {
                        self.word_cell(&c)?;
                        self.read_cell(&mut draft, &c);
                        draft.row.instr.a = OperandA::Mem(c.addr);
                        draft.row.instr.op = Op::MovA;
                    }
                    _ => {
                        return self.error(
                            Diagnostic::new(
                                "asm::argument",
                                arg.span,
                                "this input is a word: a cell or a constant",
                            )
                            .help("compute it into the input's cell and give `_`: `f.a = widen x0`"),
                        );
                    }
                }
                draft.row.instr.c = Some(self.var_addr(var));
                draft.row.instr.c_write = true;
                draft.row.stores.push(Store::Var(var, true));
                written.push(Loc::Var(var));
            }
            InputSlot::Reg(param) => {
                let v = match value {
                    Value::Reg(v) if v.source != RegSource::Result => v,
                    Value::Const(n) => RegValue { source: RegSource::Zero, imm: n, ty: None },
                    _ => {
                        return self.error(
                            Diagnostic::new("asm::argument", arg.span, "this input is a register")
                                .help("give a register expression, or `_` where the register is set already"),
                        );
                    }
                };
                if let (Some(to), Some(from)) = (param.ty, v.ty)
                    && to != from
                {
                    return self.error(
                        Diagnostic::new("asm::space", arg.span, format!("`{from}` is given for `{to}`"))
                            .help("an offset belongs to the space it was made for"),
                    );
                }
                self.set_w(&mut draft, &v, arg.span)?;
                draft.row.instr.reg = Some(param.reg);
                written.push(Loc::Reg(param.reg));
            }
        }
        let late = draft.row.reads.iter().find(|(l, _)| written[..written.len() - 1].contains(l)).copied();
        if let Some((_, span)) = late {
            return self.error(
                Diagnostic::new(
                    "asm::argument_order",
                    span,
                    "an earlier argument of this call has overwritten this",
                )
                .help("put the arguments in place by rows, and give `_`"),
            );
        }
        self.emit(draft.row);
        Some(())
    }

    /// The rows that tell the callee where its failures go.
    fn failure_rows(
        &mut self,
        unit: usize,
        expected: &[(String, usize)],
        fails: &[(Name, Target)],
        span: Span,
    ) -> Option<Vec<LabelId>> {
        let mut labels = vec![];
        for (name, _) in fails {
            if !expected.iter().any(|(n, _)| *n == name.node) {
                let declared = self.units[unit].span;
                return self.error(
                    Diagnostic::new(
                        "asm::unknown_failure",
                        name.span,
                        format!("the procedure has no failure `{}`", name.node),
                    )
                    .note(declared, "declared here"),
                );
            }
        }
        for (name, cell) in expected {
            let Some((_, target)) = fails.iter().find(|(n, _)| n.node == *name) else {
                return self.error(
                    Diagnostic::new(
                        "asm::unhandled_failure",
                        span,
                        format!("the failure `{name}` goes nowhere"),
                    )
                    .help(format!("`call ...(...) else {name} goto label`")),
                );
            };
            let Dest::Label(label) = self.dest(target)? else {
                return self.error(
                    Diagnostic::new(
                        "asm::failure_target",
                        target.span(),
                        "a failure goes to a label of the caller",
                    )
                    .help("a routine is named in `exits` of the procedure instead"),
                );
            };
            let mut row = Row { span, imm_label: Some(label), ..Row::default() };
            row.instr.b = OperandB::Imm(alloy_primitives::U256::ZERO);
            row.instr.op = Op::MovB;
            row.instr.c = Some(self.var_addr(*cell));
            row.instr.c_write = true;
            row.stores.push(Store::Var(*cell, true));
            self.emit(row);
            labels.push(label);
        }
        Some(labels)
    }
}
