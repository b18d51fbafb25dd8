//! Declarations: names, variables and signatures, before any body is lowered.

use super::{
    Lowerer, Pending,
    ir::{InputSlot, Loc, RegParam, Role, Unit, UnitId, UnitKind},
    scope::{Bind, Symbol, reg_by_name, space_by_name},
};
use crate::{
    ast::{Item, ItemKind, Name, Param, Proc, VarDecl},
    consts::{self, Int},
    diag::Diagnostic,
    isa::{Reg, Space},
    span::{Span, Spanned},
};

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
                ItemKind::Layout(record, fields) => self.layout(&item.name, record.as_ref(), fields),
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

    fn layout(&mut self, name: &Name, record: Option<&Name>, fields: &[VarDecl]) {
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
        match record {
            Some(r) => self.declare(r, Symbol::Record),
            None if !self.plain_layouts.insert(space) => {
                self.error::<()>(
                    Diagnostic::new(
                        "asm::duplicate",
                        name.span,
                        format!("`{}` has a layout already", name.node),
                    )
                    .help("a space has one layout without a name, and any number of records"),
                );
                return;
            }
            None => {}
        }
        let full = |field: &str| record.map_or_else(|| field.to_owned(), |r| format!("{}.{field}", r.node));
        for f in fields {
            // A record's field is never written without the record's name.
            if record.is_none() {
                self.check_new_name(&f.name);
            }
            let size = match &f.size {
                Some(e) => self.small(e, 1, 1 << 20).unwrap_or(1) as u32,
                None => 1,
            };
            let fields = self.layouts.entry(space).or_default();
            if let Some((_, first)) = fields.insert(full(&f.name.node), (off, f.name.span)) {
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
        if let Some(r) = record {
            self.record_words.insert(full("words"), off);
            if let Some((_, span)) = self.layouts.get(&space).and_then(|l| l.get(&full("words"))).copied() {
                self.error::<()>(
                    Diagnostic::new(
                        "asm::duplicate",
                        span,
                        format!("`{}.words` is the size of the record", r.node),
                    )
                    .help("choose another name"),
                );
            }
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

    /// Declares a unit.
    pub fn unit(&mut self, name: String, item: &Item, kind: UnitKind) -> UnitId {
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
}
