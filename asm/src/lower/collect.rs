//! Declarations: names, variables and signatures, before any body is lowered.

use super::{
    Lowerer, Pending,
    ir::{InputSlot, Loc, RegParam, Role, Row, SymNext, Unit, UnitId, UnitKind},
    scope::{Bind, Symbol, reg_by_name, space_by_name},
};
use alloy_primitives::U256;

use crate::{
    ast::{Item, ItemKind, Name, Param, Proc, VarDecl},
    consts::{self, Int},
    diag::Diagnostic,
    evm::{self, Fork},
    isa::{Op, OperandB, Reg, Space},
    span::{Span, Spanned},
};

/// Faults in the order of [`fault`](crate::isa::fault), with those that a dispatch can have.
const FAULTS: [&str; 4] = ["out_of_gas", "underflow", "overflow", "bad_jump"];

impl<'a> Lowerer<'a> {
    /// Declares everything.
    pub fn collect(&mut self, tests: bool) {
        let items: &'a [Item] = self.items;
        for (i, name) in self.extra.keys().enumerate() {
            self.names.insert(name.clone(), (Symbol::Const(items.len() + i), Span::default()));
        }
        for (i, item) in items.iter().enumerate() {
            match &item.kind {
                ItemKind::Const(_) => self.declare(&item.name, Symbol::Const(i)),
                ItemKind::Macro { .. } => self.declare(&item.name, Symbol::Macro(i)),
                _ => {}
            }
        }
        for item in items {
            match &item.kind {
                ItemKind::Global(vars) => self.variables(vars, Space::Global),
                ItemKind::Buffer(vars) => self.variables(vars, Space::Heap),
                ItemKind::Layout(fields) => self.layout(&item.name, fields),
                _ => {}
            }
        }
        // Every constant is looked at, used or not.
        for (i, item) in items.iter().enumerate() {
            if matches!(item.kind, ItemKind::Const(_)) {
                self.const_item(i, &item.name);
            }
        }
        let mut procs = vec![];
        for item in items {
            let kind = match &item.kind {
                ItemKind::Proc(p) => match &p.test {
                    Some(_) if !tests => continue,
                    Some(attr) => UnitKind::Test(Box::new(attr.clone())),
                    None => UnitKind::Proc,
                },
                ItemKind::Routine { .. } => UnitKind::Routine,
                _ => continue,
            };
            let symbol = if matches!(kind, UnitKind::Routine) { Symbol::Routine } else { Symbol::Proc };
            let unit = self.unit(item.name.node.clone(), item, kind);
            self.declare(&item.name, symbol(unit));
            procs.push((unit, item));
        }
        for (unit, item) in procs {
            match &item.kind {
                ItemKind::Proc(p) => self.proc(unit, p),
                ItemKind::Routine { inputs, body } => {
                    let mut binds = vec![];
                    for p in inputs {
                        if let Some(slot) = self.input(unit, p, &mut binds) {
                            if let InputSlot::Word(_) = slot {
                                self.error::<()>(
                                    Diagnostic::new(
                                        "asm::routine_input",
                                        p.name.span,
                                        "a routine takes registers only",
                                    )
                                    .help("pass words in globals or in a frame"),
                                );
                            }
                            self.units[unit].inputs.push(slot);
                        }
                    }
                    self.pending.push(Pending { unit, stmts: body, binds, may_leave: true });
                }
                _ => {}
            }
        }
        for item in items {
            match &item.kind {
                ItemKind::Opcode { .. } => self.opcode(item),
                ItemKind::Faults(entries) => self.fault_vector(item, entries),
                _ => {}
            }
        }
    }

    fn declare(&mut self, name: &Name, symbol: Symbol) {
        self.check_new_name(name);
        if let Some((_, first)) = self.names.get(&name.node) {
            let first = *first;
            self.error::<()>(
                Diagnostic::new("asm::duplicate", name.span, format!("`{}` is declared already", name.node))
                    .label("declared again")
                    .note(first, "first declared here"),
            );
            return;
        }
        self.names.insert(name.node.clone(), (symbol, name.span));
    }

    fn variables(&mut self, vars: &[VarDecl], space: Space) {
        for v in vars {
            if space == Space::Heap && v.size.is_none() {
                self.error::<()>(
                    Diagnostic::new("asm::buffer", v.name.span, "a buffer has a size")
                        .help("`buffer name[words]`"),
                );
                continue;
            }
            if let Some(id) = self.new_var(v, None, Role::Global, space) {
                self.declare(&v.name, Symbol::Var(id));
            }
        }
    }

    fn layout(&mut self, name: &Name, fields: &[VarDecl]) {
        let space = match space_by_name(&name.node) {
            Some(
                s @ (Space::Frame | Space::Key | Space::Journal | Space::Heap | Space::Mem | Space::Input),
            ) => s,
            _ => {
                self.error::<()>(
                    Diagnostic::new(
                        "asm::unknown_space",
                        name.span,
                        format!("`{}` has no layout", name.node),
                    )
                    .help("layouts are of frame, key, heap, mem, input and journal"),
                );
                return;
            }
        };
        let mut off = 0u32;
        if self.layouts.contains_key(&space) {
            self.error::<()>(
                Diagnostic::new("asm::duplicate", name.span, format!("`{}` has a layout already", name.node))
                    .help("a space has one layout"),
            );
            return;
        }
        self.layouts.insert(space, Default::default());
        for f in fields {
            self.check_new_name(&f.name);
            let size = match &f.size {
                Some(e) => self.small(e, 1, 1 << 20).unwrap_or(1) as u32,
                None => 1,
            };
            let fields = self.layouts.entry(space).or_default();
            if let Some((_, first)) = fields.insert(f.name.node.clone(), (off, f.name.span)) {
                self.error::<()>(
                    Diagnostic::new(
                        "asm::duplicate",
                        f.name.span,
                        format!("`{}` is in the layout already", f.name.node),
                    )
                    .note(first, "first here"),
                );
            }
            off += size;
        }
    }

    /// The value of a constant item.
    pub fn const_item(&mut self, i: usize, at: &Name) -> Option<Int> {
        if let Some(extra) = i.checked_sub(self.items.len()) {
            return self.extra.values().nth(extra).map(|n| consts::from_word(*n));
        }
        if let Some(n) = self.consts.get(&i) {
            return *n;
        }
        if self.const_stack.contains(&i) {
            return self.error(Diagnostic::new(
                "asm::const_cycle",
                at.span,
                format!("`{}` is defined by itself", at.node),
            ));
        }
        let ItemKind::Const(e) = &self.items[i].kind else { return None };
        self.const_stack.push(i);
        // A constant means the same wherever it is used.
        let space = self.index_space.take();
        let body = std::mem::take(&mut self.body);
        let value = self.constant(e);
        let broken = self.body.broken;
        self.body = body;
        self.body.broken |= broken;
        self.index_space = space;
        self.const_stack.pop();
        self.consts.insert(i, value);
        value
    }

    fn unit(&mut self, name: String, item: &Item, kind: UnitKind) -> UnitId {
        let mut unit = Unit::new(name, item.name.span, kind);
        unit.doc = item.doc.iter().map(|d| d.node.clone()).collect();
        self.units.push(unit);
        self.units.len() - 1
    }

    fn input(&mut self, unit: UnitId, p: &Param, binds: &mut Vec<(Name, Bind)>) -> Option<InputSlot> {
        if let Some(param) = self.register_param(p, binds) {
            return param.map(InputSlot::Reg);
        }
        let decl = VarDecl { name: p.name.clone(), size: None };
        let var = self.new_var(&decl, Some(unit), Role::Input { untrusted: p.untrusted }, Space::Global)?;
        binds.push((p.name.clone(), Bind::Var(var)));
        Some(InputSlot::Word(var))
    }

    /// The parameter, where it is a register.
    fn register_param(&mut self, p: &Param, binds: &mut Vec<(Name, Bind)>) -> Option<Option<RegParam>> {
        if reg_by_name(&p.name.node).is_none() && p.alias.is_none() {
            if let Some(ty) = &p.ty {
                let span = ty.space.span;
                return Some(
                    self.error(
                        Diagnostic::new("asm::typed_word", span, "a word has no type")
                            .help("registers have: `x0 as name: heap`"),
                    ),
                );
            }
            return None;
        }
        let reg = self.index_register(&p.name);
        let ty = p.ty.as_ref().and_then(|t| self.reg_type(t));
        Some(reg.map(|reg| {
            if let Some(alias) = &p.alias
                && !binds.iter().any(|(n, _)| n.node == alias.node)
            {
                binds.push((alias.clone(), Bind::Reg(reg, ty)));
            }
            RegParam { reg, ty, untrusted: p.untrusted }
        }))
    }

    fn proc(&mut self, unit: UnitId, p: &'a Proc) {
        let mut binds = vec![];
        for input in &p.inputs {
            if let Some(slot) = self.input(unit, input, &mut binds) {
                self.units[unit].inputs.push(slot);
            }
        }
        for output in &p.outputs {
            if output.untrusted {
                self.error::<()>(
                    Diagnostic::new("asm::untrusted_output", output.name.span, "an output is not untrusted")
                        .help("check it before it is returned"),
                );
            }
            match self.register_param(output, &mut binds) {
                Some(Some(param)) => self.units[unit].reg_outputs.push(param),
                Some(None) => {}
                None => {
                    let decl = VarDecl { name: output.name.clone(), size: None };
                    if let Some(var) = self.new_var(&decl, Some(unit), Role::Output, Space::Global) {
                        binds.push((output.name.clone(), Bind::Var(var)));
                        self.units[unit].outputs.push(var);
                    }
                }
            }
        }
        let test = matches!(self.units[unit].kind, UnitKind::Test(_));
        if test && !(p.inputs.is_empty() && p.outputs.is_empty() && p.fails.is_empty()) {
            let span = self.units[unit].span;
            self.error::<()>(Diagnostic::new(
                "asm::test",
                span,
                "a test has no inputs, outputs and failures",
            ));
        }
        self.proc_cells(unit, p, test);
        for name in &p.clobbers {
            self.clobber(unit, name);
        }
        for name in &p.exits {
            match self.names.get(&name.node) {
                Some((Symbol::Routine(u), _)) => {
                    let u = *u;
                    self.units[unit].exits.push((u, name.span));
                }
                _ => {
                    self.error::<()>(Diagnostic::new(
                        "asm::unknown_routine",
                        name.span,
                        format!("no routine is called `{}`", name.node),
                    ));
                }
            }
        }
        self.pending.push(Pending { unit, stmts: &p.body, binds, may_leave: false });
    }

    /// The cells of the return address and of the failures.
    fn proc_cells(&mut self, unit: UnitId, p: &Proc, test: bool) {
        let hidden = |name: &str, span| VarDecl { name: Spanned { node: name.to_owned(), span }, size: None };
        if !test {
            let span = self.units[unit].span;
            let link = self.new_var(&hidden("(return)", span), Some(unit), Role::Link, Space::Global);
            self.units[unit].link = link;
        }
        for name in &p.fails {
            let cell = self.new_var(&hidden(&name.node, name.span), Some(unit), Role::Link, Space::Global);
            self.units[unit].fails.extend(cell.map(|c| (name.node.clone(), c)));
        }
    }

    fn clobber(&mut self, unit: UnitId, name: &Name) {
        let loc = match (reg_by_name(&name.node), self.names.get(&name.node)) {
            (Some(Reg::Clk), _) => None,
            (Some(r), _) => Some(Loc::Reg(r)),
            (None, Some((Symbol::Var(v), _))) => Some(Loc::Var(*v)),
            _ => None,
        };
        match loc {
            Some(loc) => self.units[unit].clobbers.push((loc, name.span)),
            None => {
                self.error::<()>(Diagnostic::new(
                    "asm::clobber",
                    name.span,
                    format!("`{}` is no register and no global", name.node),
                ));
            }
        }
    }

    fn opcode(&mut self, item: &'a Item) {
        let ItemKind::Opcode { last, each, since, until, body } = &item.kind else { return };
        if matches!(item.name.node.as_str(), "invalid" | "unsupported") {
            let key = if item.name.node == "invalid" { "invalid" } else { "unsupported" };
            let unit = self.unit(item.name.node.clone(), item, UnitKind::Opcode);
            if let Some(first) = self.special.insert(key, unit) {
                let first = self.units[first].span;
                self.error::<()>(
                    Diagnostic::new("asm::duplicate", item.name.span, format!("`{key}` is declared already"))
                        .note(first, "first here"),
                );
            }
            self.pending.push(Pending { unit, stmts: body, binds: vec![], may_leave: true });
            return;
        }
        let Some(first_op) = self.evm_opcode(&item.name) else { return };
        let last_op = match last {
            Some(l) => self.evm_opcode(l),
            None => Some(first_op),
        };
        let Some(last_op) = last_op else { return };
        if last_op.byte < first_op.byte {
            self.error::<()>(Diagnostic::new("asm::range", item.name.span, "the range of opcodes is empty"));
            return;
        }
        let mut fork = |name: &Option<Name>, absent: usize| match name {
            None => Some(absent),
            Some(n) => match Fork::find(&n.node) {
                Some(f) => Some(f as usize),
                None => self.unknown_fork(n),
            },
        };
        let (Some(since), Some(until)) = (fork(since, 0), fork(until, Fork::ALL.len())) else { return };
        let mut shared = None;
        for (number, byte) in (first_op.byte..=last_op.byte).enumerate() {
            let Some(op) = evm::by_byte(byte) else { continue };
            let unit = match (shared, each) {
                (Some(unit), None) => unit,
                _ => {
                    let name = match (last, each) {
                        (Some(l), None) => format!("{}..{}", item.name.node, l.node),
                        _ => op.name.to_owned(),
                    };
                    let unit = self.unit(name, item, UnitKind::Opcode);
                    let binds = each
                        .iter()
                        .map(|n| (n.clone(), Bind::Const(Int::try_from(number).unwrap_or(Int::ZERO))));
                    self.pending.push(Pending { unit, stmts: body, binds: binds.collect(), may_leave: true });
                    unit
                }
            };
            shared = Some(unit);
            let (since, name, span) = (since.max(op.since as usize), op.name.to_owned(), item.name.span);
            let twice = self.bindings.iter().find(|b| b.byte == byte && b.since < until && since < b.until);
            if let Some(first) = twice.map(|b| b.span) {
                self.error::<()>(
                    Diagnostic::new(
                        "asm::duplicate_opcode",
                        span,
                        format!("{name} has a handler already in one of these forks"),
                    )
                    .note(first, "first here"),
                );
            }
            self.bindings.push(super::Binding { name, byte, since, until, unit, span });
        }
    }

    fn evm_opcode(&mut self, name: &Name) -> Option<&'static evm::Opcode> {
        match evm::find(&name.node) {
            Some(o) => Some(o),
            None => self.error(
                Diagnostic::new("asm::unknown_opcode", name.span, format!("the EVM has no opcode `{}`", name.node))
                    .help("names are those of the EIPs in capitals; `invalid` and `unsupported` are the handlers of the rest"),
            ),
        }
    }

    fn fault_vector(&mut self, item: &Item, entries: &[(Name, Name)]) {
        let kind = match item.name.node.as_str() {
            "dispatch" => 0,
            "jump" => 1,
            _ => {
                self.error::<()>(Diagnostic::new(
                    "asm::faults",
                    item.name.span,
                    "a fault vector is of `dispatch` or of `jump`",
                ));
                return;
            }
        };
        if let Some(first) = self.faults[kind].map(|u| self.units[u].span) {
            self.error::<()>(
                Diagnostic::new("asm::duplicate", item.name.span, "this fault vector is declared already")
                    .note(first, "first here"),
            );
            return;
        }
        let unit = self.unit(format!("faults {}", item.name.node), item, UnitKind::Faults);
        self.faults[kind] = Some(unit);
        for (name, _) in entries {
            if !FAULTS[..3 + kind].contains(&name.node.as_str()) {
                self.error::<()>(
                    Diagnostic::new(
                        "asm::faults",
                        name.span,
                        format!("`{}` is no fault of `{}`", name.node, item.name.node),
                    )
                    .help(FAULTS[..3 + kind].join(", ")),
                );
            }
        }
        for (k, fault) in FAULTS.iter().enumerate() {
            let entry = entries.iter().find(|(n, _)| n.node == *fault);
            let span = entry.map_or(item.name.span, |(n, _)| n.span);
            let next = match entry {
                Some((_, to)) => match self.names.get(&to.node) {
                    Some((Symbol::Routine(u), _)) => SymNext::Jump(super::ir::Dest::Unit(*u)),
                    _ => {
                        self.error::<()>(Diagnostic::new(
                            "asm::unknown_routine",
                            to.span,
                            format!("no routine is called `{}`", to.node),
                        ));
                        SymNext::Halt
                    }
                },
                None if k == 3 && kind == 0 => {
                    // A dispatch at `pc` never fails for want of a JUMPDEST: a row that cannot be satisfied.
                    let mut row = Row { span, ..Row::default() };
                    row.instr.op = Op::AssertEq;
                    row.instr.b = OperandB::Imm(U256::ONE);
                    self.units[unit].rows.push(row);
                    continue;
                }
                None => {
                    self.error::<()>(
                        Diagnostic::new(
                            "asm::faults",
                            item.name.span,
                            format!("the fault `{fault}` goes nowhere"),
                        )
                        .help(format!("`{fault} -> routine`")),
                    );
                    SymNext::Halt
                }
            };
            self.units[unit].rows.push(Row { next, span, ..Row::default() });
        }
    }
}
