//! Names: what a word means where it stands.

use std::collections::HashMap;

use super::{
    Lowerer,
    ir::{RegType, UnitId, VarId},
};
use crate::{
    ast::{Name, SExpr, TypeName},
    consts::Int,
    diag::Diagnostic,
    isa::{Reg, Space},
    ops,
    span::Span,
};

/// A name of the whole program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// A constant: index of its item, or of an entry of the options.
    Const(usize),
    /// A global or buffer.
    Var(VarId),
    /// A procedure.
    Proc(UnitId),
    /// A routine.
    Routine(UnitId),
    /// A macro: index of its item.
    Macro(usize),
    /// A record of a layout.
    Record,
}

/// A name of a body.
#[derive(Clone, Debug)]
pub enum Bind {
    /// A counter of `repeat` or `each`.
    Const(Int),
    /// A macro's parameter: what was given, and the environment it is meant in.
    Arg(SExpr, usize),
    /// An input, output or local.
    Var(VarId),
    /// A named register.
    Reg(Reg, Option<RegType>),
}

/// An environment: a body's, a block's with a counter, or a macro expansion's.
#[derive(Clone, Debug, Default)]
pub struct Env {
    /// Its names.
    pub names: HashMap<String, (Bind, Span)>,
    /// Registers that have a name here and must be called by it.
    pub named_regs: HashMap<Reg, String>,
    /// Where else to look.
    pub parent: Option<usize>,
    /// Labels of different expansions differ.
    pub labels: usize,
}

/// The register of a name.
#[must_use]
pub fn reg_by_name(name: &str) -> Option<Reg> {
    Reg::ALL.into_iter().find(|r| r.name() == name)
}

/// The space of a name.
#[must_use]
pub fn space_by_name(name: &str) -> Option<Space> {
    Space::ALL.into_iter().find(|s| s.name() == name)
}

impl Lowerer<'_> {
    /// Records an error.
    pub fn error<T>(&mut self, d: Diagnostic) -> Option<T> {
        self.errors.push(d);
        self.body.broken = true;
        None
    }

    /// The meaning of a name in the body being lowered.
    pub fn lookup(&self, name: &str) -> Option<&(Bind, Span)> {
        let mut env = Some(self.body.env);
        while let Some(e) = env.and_then(|e| self.body.envs.get(e)) {
            if let Some(b) = e.names.get(name) {
                return Some(b);
            }
            env = e.parent;
        }
        None
    }

    /// The name that a register must be called by here.
    pub fn register_name(&self, reg: Reg) -> Option<&str> {
        let mut env = Some(self.body.env);
        while let Some(e) = env.and_then(|e| self.body.envs.get(e)) {
            if let Some(n) = e.named_regs.get(&reg) {
                return Some(n);
            }
            env = e.parent;
        }
        None
    }

    /// What the named register holds here, and its name.
    pub fn register_alias(&self, reg: Reg) -> Option<(&str, RegType)> {
        let name = self.register_name(reg)?;
        match self.lookup(name) {
            Some((Bind::Reg(_, Some(ty)), _)) => Some((name, *ty)),
            _ => None,
        }
    }

    /// Refuses names that mean something already.
    pub fn check_new_name(&mut self, name: &Name) {
        if ops::reserved(&name.node) {
            self.error::<()>(
                Diagnostic::new(
                    "asm::reserved",
                    name.span,
                    format!("`{}` is a word of the language", name.node),
                )
                .help("choose another name"),
            );
        }
    }

    /// Declares a name in the innermost environment.
    pub fn bind(&mut self, name: &Name, bind: Bind) {
        self.check_new_name(name);
        let before =
            self.lookup(&name.node).map(|(_, s)| *s).or_else(|| self.names.get(&name.node).map(|(_, s)| *s));
        if let Some(span) = before {
            self.error::<()>(
                Diagnostic::new("asm::duplicate", name.span, format!("`{}` is declared already", name.node))
                    .label("declared again")
                    .note(span, "first declared here")
                    .help("a name means one thing: nothing is shadowed"),
            );
        }
        let env = self.body.env;
        if let Bind::Reg(reg, _) = bind {
            self.body.envs[env].named_regs.insert(reg, name.node.clone());
        }
        self.body.envs[env].names.insert(name.node.clone(), (bind, name.span));
    }

    /// The type of a register.
    pub fn reg_type(&mut self, ty: &TypeName) -> Option<RegType> {
        let Some(space) = space_by_name(&ty.space.node) else {
            return self.error(
                Diagnostic::new(
                    "asm::unknown_space",
                    ty.space.span,
                    format!("`{}` is no address space", ty.space.node),
                )
                .help("spaces are: stack, mem, frame, key, heap, input, journal"),
            );
        };
        match ty.member.as_ref().map(|m| m.node.as_str()) {
            None => Some(RegType::Word(space)),
            Some("byte") => Some(RegType::Byte(space)),
            Some("ctx") => Some(RegType::Ctx(space)),
            Some(_) => self.error(
                Diagnostic::new(
                    "asm::unknown_type",
                    ty.space.span,
                    "a register holds `space`, `space.byte` or `space.ctx`",
                )
                .help("word offset, byte offset, or context"),
            ),
        }
    }

    /// An index register by its own name, for declarations.
    pub fn index_register(&mut self, name: &Name) -> Option<Reg> {
        match reg_by_name(&name.node) {
            Some(r @ (Reg::X0 | Reg::X1 | Reg::X2 | Reg::X3)) => Some(r),
            _ => self.error(
                Diagnostic::new("asm::register", name.span, format!("`{}` is no index register", name.node))
                    .help("index registers are x0, x1, x2 and x3; the others need no declaration"),
            ),
        }
    }

    /// An error for a name that means nothing, with the nearest one that does.
    pub fn unknown<T>(&mut self, name: &Name) -> Option<T> {
        let mut known: Vec<String> = self.names.keys().cloned().collect();
        let mut env = Some(self.body.env);
        while let Some(e) = env.and_then(|e| self.body.envs.get(e)) {
            known.extend(e.names.keys().cloned());
            env = e.parent;
        }
        known.sort();
        let near = known.iter().map(|k| (distance(k, &name.node), k)).min().filter(|(d, _)| *d <= 2);
        let mut d =
            Diagnostic::new("asm::unknown_name", name.span, format!("`{}` is not declared", name.node));
        d.help = Some(match near {
            Some((_, k)) => format!("did you mean `{k}`?"),
            None => "declare it with `local`, `global`, `const` or as an input".to_owned(),
        });
        self.error(d)
    }
}

/// Edit distance between two names.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
