//! Lowering: items to units of rows.

pub mod ir;

mod call;
mod cell;
mod collect;
mod control;
mod handlers;
mod next;
mod operation;
mod register;
mod rewrite;
mod row;
mod scope;
mod value;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alloy_primitives::U256;

use crate::{
    ast::{Item, Name, SExpr, Stmt, VarDecl},
    consts,
    diag::Diagnostic,
    isa::{REG_BOUND, Space},
    span::Span,
};
use ir::{LabelId, Role, Row, Unit, UnitId, Var, VarId};
use scope::{Env, Symbol};

/// An opcode's handler.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The opcode's name.
    pub name: String,
    /// Its byte.
    pub byte: u8,
    /// First fork's number.
    pub since: usize,
    /// Number of the fork that ends it.
    pub until: usize,
    /// The handler.
    pub unit: UnitId,
    /// The declaration.
    pub span: Span,
}

/// A lowered program.
#[derive(Debug, Default)]
pub struct Lowered {
    /// Variables.
    pub vars: Vec<Var>,
    /// Units in order of their declaration.
    pub units: Vec<Unit>,
    /// Handlers.
    pub bindings: Vec<Binding>,
    /// Handlers of undefined opcodes, and of defined ones that the program has no handler for.
    pub invalid: Option<UnitId>,
    /// See `invalid`.
    pub unsupported: Option<UnitId>,
    /// Fault vectors of `dispatch` and `jump`.
    pub faults: [Option<UnitId>; 2],
    /// The routine at micro-pc 0.
    pub main: Option<UnitId>,
    /// Errors.
    pub errors: Vec<Diagnostic>,
}

/// A label.
#[derive(Clone, Debug, Default)]
struct Label {
    name: Option<Name>,
    placed: Span,
    row: Option<usize>,
    alias: Option<LabelId>,
}

/// The body being lowered.
#[derive(Default)]
struct Body {
    unit: UnitId,
    rows: Vec<Row>,
    labels: Vec<Label>,
    label_ids: HashMap<(usize, String), LabelId>,
    label_spaces: usize,
    /// Labels placed at the next row.
    bound: Vec<LabelId>,
    envs: Vec<Env>,
    env: usize,
    loops: Vec<(LabelId, LabelId)>,
    site: Option<Span>,
    depth: usize,
    scratch: Option<VarId>,
    broken: bool,
    /// Whether it may go on to another EVM opcode.
    may_leave: bool,
    test: bool,
}

/// A body to lower: the unit, its statements, and what is bound in it.
struct Pending<'a> {
    unit: UnitId,
    stmts: &'a [Stmt],
    binds: Vec<(Name, scope::Bind)>,
    may_leave: bool,
}

/// The state of lowering.
pub struct Lowerer<'a> {
    items: &'a [Item],
    extra: &'a BTreeMap<String, U256>,
    errors: Vec<Diagnostic>,
    vars: Vec<Var>,
    next_off: HashMap<Space, i64>,
    names: HashMap<String, (Symbol, Span)>,
    /// Offsets by name, or `record.name`.
    layouts: HashMap<Space, HashMap<String, (u32, Span)>>,
    plain_layouts: BTreeSet<Space>,
    /// Sizes of records by `record.words`.
    record_words: HashMap<String, u32>,
    consts: HashMap<usize, Option<crate::consts::Int>>,
    const_stack: Vec<usize>,
    units: Vec<Unit>,
    pending: Vec<Pending<'a>>,
    bindings: Vec<Binding>,
    special: HashMap<&'static str, UnitId>,
    faults: [Option<UnitId>; 2],
    index_space: Option<Space>,
    body: Body,
}

/// Lowers a program; `extra` are constants from outside, as those shared with Rust.
#[must_use]
pub fn lower(items: &[Item], extra: &BTreeMap<String, U256>, tests: bool) -> Lowered {
    let mut l = Lowerer::new(items, extra);
    l.collect(tests);
    for p in std::mem::take(&mut l.pending) {
        l.lower_body(p);
    }
    let main = match l.names.get("main") {
        Some((Symbol::Routine(u), _)) => Some(*u),
        _ => None,
    };
    Lowered {
        vars: l.vars,
        units: l.units,
        bindings: l.bindings,
        invalid: l.special.get("invalid").copied(),
        unsupported: l.special.get("unsupported").copied(),
        faults: l.faults,
        main,
        errors: l.errors,
    }
}

/// Evaluates constant expressions outside any body, such as the words of tests.
pub struct Evaluator<'a>(Lowerer<'a>);

impl<'a> Evaluator<'a> {
    /// An evaluator over a program's constants.
    #[must_use]
    pub fn new(items: &'a [Item], extra: &'a BTreeMap<String, U256>) -> Self {
        let mut l = Lowerer::new(items, extra);
        l.collect(false);
        l.errors.clear();
        Self(l)
    }

    /// A word's value; what is wrong with it goes to `errors`.
    pub fn word(&mut self, e: &SExpr, errors: &mut Vec<Diagnostic>) -> Option<U256> {
        let value = self.0.constant(e);
        errors.append(&mut self.0.errors);
        let word = consts::to_word(value?);
        if word.is_none() {
            errors.push(Diagnostic::new("asm::range", e.span, "the constant is no word"));
        }
        word
    }
}

impl<'a> Lowerer<'a> {
    fn new(items: &'a [Item], extra: &'a BTreeMap<String, U256>) -> Self {
        Self {
            items,
            extra,
            errors: vec![],
            vars: vec![],
            next_off: HashMap::new(),
            names: HashMap::new(),
            layouts: HashMap::new(),
            plain_layouts: BTreeSet::new(),
            record_words: HashMap::new(),
            consts: HashMap::new(),
            const_stack: vec![],
            units: vec![],
            pending: vec![],
            bindings: vec![],
            special: HashMap::new(),
            faults: [None; 2],
            index_space: None,
            body: Body { envs: vec![Env::default()], ..Body::default() },
        }
    }

    fn lower_body(&mut self, p: Pending<'a>) {
        let test = matches!(self.units[p.unit].kind, ir::UnitKind::Test(_));
        self.body = Body {
            unit: p.unit,
            envs: vec![Env::default()],
            may_leave: p.may_leave,
            test,
            ..Body::default()
        };
        for (name, bind) in p.binds {
            self.bind(&name, bind);
        }
        self.stmts(p.stmts);
        let labels = self.resolve_labels();
        let body = std::mem::take(&mut self.body);
        let unit = &mut self.units[p.unit];
        unit.rows = body.rows;
        unit.labels = labels;
        unit.broken |= body.broken;
        self.body.envs = vec![Env::default()];
    }

    /// The row of each label; labels that were never placed are errors.
    fn resolve_labels(&mut self) -> Vec<usize> {
        let mut rows = vec![];
        for id in 0..self.body.labels.len() {
            let mut at = id;
            // An alias chain is never longer than the list.
            for _ in 0..self.body.labels.len() {
                match self.body.labels[at].alias {
                    Some(next) => at = next,
                    None => break,
                }
            }
            match (self.body.labels[at].row, self.body.labels[at].name.clone()) {
                (Some(row), _) => rows.push(row),
                (None, Some(name)) => {
                    self.unknown_label(&name);
                    rows.push(0);
                }
                (None, None) => rows.push(self.body.rows.len()),
            }
        }
        rows
    }

    fn unknown_label(&mut self, name: &Name) {
        let mut d = Diagnostic::new(
            "asm::unknown_label",
            name.span,
            format!("no label is called `{}` here", name.node),
        );
        d.help = Some(match self.names.get(&name.node) {
            Some((Symbol::Proc(_), _)) => "a procedure is called, not gone to: `call name(...)`".to_owned(),
            _ => "labels belong to one procedure: a jump out of it is a `return`, a failure or an exit to a routine".to_owned(),
        });
        self.error::<()>(d);
    }

    /// Appends a row.
    fn emit(&mut self, mut row: Row) {
        row.site = row.site.or(self.body.site);
        self.body.bound.clear();
        self.body.rows.push(row);
    }

    fn new_label(&mut self) -> LabelId {
        self.body.labels.push(Label::default());
        self.body.labels.len() - 1
    }

    fn new_label_space(&mut self) -> usize {
        self.body.label_spaces += 1;
        self.body.label_spaces
    }

    /// Places a label at the next row.
    fn place(&mut self, id: LabelId) {
        self.body.labels[id].row = Some(self.body.rows.len());
        self.body.bound.push(id);
    }

    /// Makes a variable; offsets are never reused, so that frames cannot overlap.
    fn new_var(&mut self, decl: &VarDecl, owner: Option<UnitId>, role: Role, space: Space) -> Option<VarId> {
        let size = match &decl.size {
            Some(e) => Some(self.small(e, 1, 1 << 23)? as u32),
            None => None,
        };
        let next = self.next_off.entry(space).or_default();
        let off = *next;
        *next += i64::from(size.unwrap_or(1));
        if *next >= i64::from(REG_BOUND) / 32 {
            return self.error(Diagnostic::new(
                "asm::range",
                decl.name.span,
                "the variables do not fit the space",
            ));
        }
        self.vars.push(Var {
            name: decl.name.node.clone(),
            owner,
            role,
            space,
            off: off as i32,
            size,
            span: decl.name.span,
        });
        Some(self.vars.len() - 1)
    }

    /// The unit's cell for values that the assembler itself keeps.
    fn scratch(&mut self) -> VarId {
        if let Some(v) = self.body.scratch {
            return v;
        }
        let off = self.next_off.entry(Space::Global).or_default();
        let var = Var {
            name: "(fork)".to_owned(),
            owner: Some(self.body.unit),
            role: Role::Local,
            space: Space::Global,
            off: *off as i32,
            size: None,
            span: Span::default(),
        };
        *off += 1;
        self.vars.push(var);
        let id = self.vars.len() - 1;
        self.body.scratch = Some(id);
        id
    }
}
