//! Cells: variables, and cells of address spaces.

use super::{
    Lowerer,
    ir::{Loc, RegType, Role, VarId},
    scope::Symbol,
    value::{Cell, RegValue, Value},
};
use crate::{
    ast::{Name, Path, SExpr},
    consts,
    diag::Diagnostic,
    isa::{Addr, REG_BOUND, Reg, RegSource, Space},
    span::Span,
};

impl Lowerer<'_> {
    /// The variable of a procedure that others may touch: its inputs and outputs.
    pub fn member(&mut self, proc: &Name, member: &Name) -> Option<VarId> {
        let Some((Symbol::Proc(unit), _)) = self.names.get(&proc.node).copied() else {
            return self.error(
                Diagnostic::new(
                    "asm::unknown_proc",
                    proc.span,
                    format!("no procedure is called `{}`", proc.node),
                )
                .help("`name.cell` is an input or output of a procedure"),
            );
        };
        let found = self.vars.iter().position(|v| {
            v.owner == Some(unit)
                && v.name == member.node
                && matches!(v.role, Role::Input { .. } | Role::Output)
        });
        match found {
            Some(v) => Some(v),
            None => self.error(
                Diagnostic::new(
                    "asm::unknown_member",
                    member.span,
                    format!("`{}` has no input or output `{}`", proc.node, member.node),
                )
                .note(self.units[unit].span, "declared here"),
            ),
        }
    }

    pub fn var_value(&mut self, id: VarId, p: &Path) -> Option<Value> {
        let var = self.vars[id].clone();
        let mut cell = Cell {
            addr: Addr { space: var.space, ctx: None, base: None, off: var.off },
            var: Some((id, var.size.is_none())),
            byte: p.byte,
            regs: vec![],
            span: p.span,
        };
        if p.byte && var.space != Space::Heap {
            return self.error(
                Diagnostic::new(
                    "asm::space",
                    p.span,
                    "byte addresses are of `mem`, `heap`, `input` and buffers",
                )
                .help("declare it with `buffer`"),
            );
        }
        let Some(index) = &p.index else {
            if p.byte {
                return self.error(
                    Diagnostic::new("asm::index", p.span, "a byte address needs an index")
                        .help("`name.byte[0]`"),
                );
            }
            return Some(if var.size.is_some() { Value::Array(cell) } else { Value::Cell(cell) });
        };
        let Some(size) = var.size else {
            return self.error(
                Diagnostic::new("asm::not_indexable", p.span, format!("`{}` is one word", var.name))
                    .note(var.span, "declared without a size"),
            );
        };
        let (base, k) = self.index(index, var.space, p.byte)?;
        let unit = if p.byte { 32 } else { 1 };
        // With a register the constant may lie before the array: the register makes up for it.
        if base.is_none() && !(0..i64::from(size) * unit).contains(&k) {
            return self.error(
                Diagnostic::new("asm::range", index.span, format!("index {k} is outside `{}`", var.name))
                    .note(
                        var.span,
                        format!(
                            "it has {} {}",
                            i64::from(size) * unit,
                            if p.byte { "bytes" } else { "words" }
                        ),
                    ),
            );
        }
        cell.addr.base = base;
        cell.addr.off = self.offset(i64::from(var.off) * unit + k, index.span)?;
        cell.regs.extend(base.map(Loc::Reg));
        Some(Value::Cell(cell))
    }

    /// An index: a register or none, and a constant.
    fn index(&mut self, e: &SExpr, space: Space, byte: bool) -> Option<(Option<Reg>, i64)> {
        let before = self.index_space.replace(space);
        let value = self.value(e);
        self.index_space = before;
        let (base, imm, ty) = match value? {
            Value::Const(n) => (None, n, None),
            Value::Reg(RegValue { source: RegSource::Reg(r), imm, ty }) => (Some(r), imm, ty),
            _ => {
                return self.error(
                    Diagnostic::new(
                        "asm::index",
                        e.span,
                        "an index is a register, a constant, or a register plus a constant",
                    )
                    .help("read a cell into a register first: `x0 = narrow cell`"),
                );
            }
        };
        let wanted = if byte { RegType::Byte(space) } else { RegType::Word(space) };
        if let Some(ty) = ty.filter(|t| *t != wanted) {
            return self.error(
                Diagnostic::new("asm::space", e.span, format!("this register holds `{ty}`, not `{wanted}`"))
                    .label("an offset of another kind")
                    .help("an offset belongs to the space it was made for"),
            );
        }
        if let Some(r) = base.filter(|r| !Reg::BASES.contains(r)) {
            return self.error(
                Diagnostic::new(
                    "asm::base",
                    e.span,
                    format!("`{}` cannot be the base of an address", r.name()),
                )
                .help("bases are x0, x1, x2, x3 and sp"),
            );
        }
        Some((base, consts::to_i64(imm).unwrap_or(i64::MAX)))
    }

    pub fn offset(&mut self, off: i64, span: Span) -> Option<i32> {
        match i32::try_from(off) {
            Ok(o) if o.unsigned_abs() < REG_BOUND => Some(o),
            _ => self.error(
                Diagnostic::new("asm::range", span, "the offset is out of range")
                    .help("offsets have a magnitude below 2^29"),
            ),
        }
    }

    pub fn space_cell(&mut self, space: Space, p: &Path) -> Option<Cell> {
        let Some(index) = &p.index else {
            return self.error(
                Diagnostic::new("asm::index", p.span, format!("`{}` needs an index", space.name()))
                    .help(format!("`{}[...]`", space.name())),
            );
        };
        if space == Space::Global {
            return self.error(
                Diagnostic::new("asm::space", p.span, "globals have names")
                    .help("declare `global name` or `global name[size]`"),
            );
        }
        if p.byte && !matches!(space, Space::Mem | Space::Heap | Space::Input) {
            return self.error(
                Diagnostic::new("asm::space", p.span, format!("`{}` has no byte addresses", space.name()))
                    .help("byte addresses are of `mem`, `heap`, `input` and buffers"),
            );
        }
        let mut regs = vec![];
        let ctx = match &p.paren {
            Some(e) => {
                let r = self.context(e, space)?;
                regs.push(Loc::Reg(r));
                Some(r)
            }
            None => match space {
                Space::Stack | Space::Mem | Space::Frame => Some(Reg::Ctx),
                Space::Key => {
                    return self.error(
                        Diagnostic::new("asm::context", p.span, "`key` needs the key's index")
                            .help("`key(x1)[cell]`"),
                    );
                }
                _ => None,
            },
        };
        let (base, k) = self.index(index, space, p.byte)?;
        let (base, off) = if space == Space::Stack && p.paren.is_none() {
            if base.is_some() {
                return self.error(
                    Diagnostic::new(
                        "asm::index",
                        index.span,
                        "`stack[k]` counts from the top and takes a constant",
                    )
                    .help("cells by register are `stack(ctx)[x0]`, from the bottom"),
                );
            }
            (Some(Reg::Sp), -1 - k.clamp(-2000, 2000))
        } else {
            regs.extend(base.map(Loc::Reg));
            (base, k)
        };
        let off = self.offset(off, index.span)?;
        Some(Cell { addr: Addr { space, ctx, base, off }, var: None, byte: p.byte, regs, span: p.span })
    }

    fn context(&mut self, e: &SExpr, space: Space) -> Option<Reg> {
        if matches!(space, Space::Input | Space::Global) {
            return self.error(
                Diagnostic::new("asm::context", e.span, format!("`{}` has one context only", space.name()))
                    .help(format!("write `{}[...]`", space.name())),
            );
        }
        let value = self.value(e)?;
        let Value::Reg(RegValue { source: RegSource::Reg(r), imm, ty }) = value else {
            return self.error(Diagnostic::new("asm::context", e.span, "a context is a register"));
        };
        if !imm.is_zero() || !Reg::CONTEXTS.contains(&r) {
            return self.error(Diagnostic::new(
                "asm::context",
                e.span,
                "a context is x0, x1, x2, x3 or ctx, and nothing added",
            ));
        }
        let family =
            |s: Space| if matches!(s, Space::Stack | Space::Mem | Space::Frame) { Space::Frame } else { s };
        match ty {
            Some(RegType::Ctx(s)) if family(s) == family(space) => Some(r),
            None => Some(r),
            Some(ty) => self.error(
                Diagnostic::new(
                    "asm::space",
                    e.span,
                    format!("this register holds `{ty}`, not `{}.ctx`", space.name()),
                )
                .label("no context of this space"),
            ),
        }
    }
}
