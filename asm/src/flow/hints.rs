//! Hints: every one must flow into a row marked `check` before its data leaves the procedure.
//!
//! The rule is syntactic. A location *carries* a hint when the hint, or a value computed from one that carries it, was
//! written there. A `check` row (an `assert_eq`, or a branch) that reads a carrying location checks the hint: from there
//! on nothing carries it. Until then its data may not be stored outside the procedure's cells and index registers, be
//! returned, be given to a trusting input, decide a branch, or be the base of an address that is written.

use std::collections::{BTreeMap, BTreeSet};

use super::{leaves_to, successors};
use crate::{
    diag::Diagnostic,
    isa::{Op, Op2, Reg},
    lower::{
        Lowered,
        ir::{InputSlot, Loc, Role, Row, Store, SymNext, UnitId},
    },
};

/// Where an untrusted value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The hint on a row.
    Row(usize),
    /// An untrusted input.
    Input(Loc),
}

/// A hint and the rows that check it.
#[derive(Clone, Debug)]
pub struct HintUse {
    /// Where it comes from.
    pub source: Source,
    /// Rows of the unit that check it.
    pub checks: Vec<usize>,
    /// Whether it only chooses a way (`guess`): both ways prove themselves.
    pub guess: bool,
}

type State = BTreeSet<(Source, Loc)>;

struct Hints<'a> {
    program: &'a Lowered,
    calls: &'a [BTreeSet<UnitId>],
    id: UnitId,
    checks: BTreeMap<Source, BTreeSet<usize>>,
    errors: Vec<Diagnostic>,
}

/// Checks a unit and lists its hints.
pub fn check(
    program: &Lowered,
    calls: &[BTreeSet<UnitId>],
    id: UnitId,
    errors: &mut Vec<Diagnostic>,
) -> Vec<HintUse> {
    let unit = &program.units[id];
    let mut h = Hints { program, calls, id, checks: BTreeMap::new(), errors: vec![] };
    let untrusted = unit.inputs.iter().filter_map(|i| match i {
        InputSlot::Word(v) => {
            matches!(program.vars[*v].role, Role::Input { untrusted: true }).then_some(Loc::Var(*v))
        }
        InputSlot::Reg(p) => p.untrusted.then_some(Loc::Reg(p.reg)),
    });
    let entry: State = untrusted.map(|l| (Source::Input(l), l)).collect();
    let mut states: Vec<Option<State>> = vec![None; unit.rows.len()];
    states[0] = Some(entry.clone());
    let mut work = vec![0];
    while let Some(i) = work.pop() {
        let Some(state) = states[i].clone() else { continue };
        let after = h.step(i, state, false);
        for s in successors(unit, i) {
            let Some(slot) = states.get_mut(s) else { continue };
            let merged = slot.as_ref().map_or_else(|| after.clone(), |b| b | &after);
            if slot.as_ref() != Some(&merged) {
                *slot = Some(merged);
                work.push(s);
            }
        }
    }
    for (i, state) in states.into_iter().enumerate() {
        if let Some(state) = state {
            h.step(i, state, true);
        }
    }
    let mut list = vec![];
    let rows = unit.rows.iter().enumerate().filter(|(_, r)| r.instr.op == Op::Op2(Op2::Hint));
    let sources = entry.into_iter().map(|(s, _)| s).chain(rows.map(|(i, _)| Source::Row(i)));
    for source in sources {
        let checks: Vec<usize> = h.checks.get(&source).into_iter().flatten().copied().collect();
        let guess = matches!(source, Source::Row(i) if unit.rows[i].guess);
        if checks.is_empty() && !guess {
            let (span, what) = match source {
                Source::Row(i) => (unit.rows[i].span, "this hint".to_owned()),
                Source::Input(Loc::Var(v)) => {
                    (program.vars[v].span, format!("the untrusted input `{}`", program.vars[v].name))
                }
                Source::Input(Loc::Reg(r)) => (unit.span, format!("the untrusted input `{}`", r.name())),
            };
            h.errors.push(
                Diagnostic::new("asm::unchecked_hint", span, format!("nothing checks {what}"))
                    .label("the prover may choose any value")
                    .help("a row marked `check` must read it, or a value computed from it: `check assert_eq t, a`"),
            );
        }
        list.push(HintUse { source, checks, guess });
    }
    errors.append(&mut h.errors);
    list
}

impl Hints<'_> {
    /// The state after a row; with `report`, errors and checks are recorded.
    fn step(&mut self, i: usize, mut state: State, report: bool) -> State {
        let program = self.program;
        let row = &program.units[self.id].rows[i];
        let is_hint = row.instr.op == Op::Op2(Op2::Hint);
        let mut carried: BTreeSet<Source> =
            state.iter().filter(|(_, l)| row.reads.iter().any(|(r, _)| r == l)).map(|(s, _)| *s).collect();
        if row.check {
            for s in &carried {
                self.checks.entry(*s).or_default().insert(i);
            }
            state.retain(|(s, _)| !carried.contains(s));
            carried.clear();
        }
        if is_hint {
            // The arguments are data for the executor only.
            carried.clear();
        }
        if report && !carried.is_empty() {
            self.escapes(row);
        }
        if is_hint {
            carried.insert(Source::Row(i));
        }
        let mut write = |loc: Loc, whole: bool| {
            if whole {
                state.retain(|(_, l)| *l != loc);
            }
            state.extend(carried.iter().map(|s| (*s, loc)));
        };
        for s in &row.stores {
            if let Store::Var(v, whole) = s {
                write(Loc::Var(*v), *whole);
            }
        }
        if let Some(r) = row.instr.reg {
            let from_result = row.instr.w.source == crate::isa::RegSource::Result;
            let from_reg = matches!(row.instr.w.source, crate::isa::RegSource::Reg(_));
            if from_result || from_reg {
                write(Loc::Reg(r), true);
            } else {
                state.retain(|(_, l)| *l != Loc::Reg(r));
            }
        }
        if let SymNext::Call(c) = row.next {
            self.call(i, row, c, &mut state, report);
        }
        if report {
            self.leaving(row, &state);
        }
        state
    }

    /// A call consumes what its untrusted inputs carry, and overwrites cells and registers.
    fn call(&mut self, i: usize, row: &Row, callee: UnitId, state: &mut State, report: bool) {
        let program = self.program;
        let c = &program.units[callee];
        let mut consumed = BTreeSet::new();
        for input in &c.inputs {
            let (loc, untrusted) = match input {
                InputSlot::Word(v) => {
                    (Loc::Var(*v), matches!(program.vars[*v].role, Role::Input { untrusted: true }))
                }
                InputSlot::Reg(p) => (Loc::Reg(p.reg), p.untrusted),
            };
            let sources: Vec<Source> = state.iter().filter(|(_, l)| *l == loc).map(|(s, _)| *s).collect();
            if untrusted {
                consumed.extend(sources);
            } else if report && !sources.is_empty() {
                self.errors.push(
                    Diagnostic::new(
                        "asm::hint_escapes",
                        row.span,
                        format!("`{}` is given a hint that nothing has checked", c.name),
                    )
                    .help("check it before, or declare the input `untrusted` and check it there"),
                );
            }
        }
        for s in &consumed {
            self.checks.entry(*s).or_default().insert(i);
        }
        let calls = &self.calls[callee];
        state.retain(|(s, l)| {
            let lost = match l {
                Loc::Var(v) => program.vars[*v].owner.is_some_and(|o| o == callee || calls.contains(&o)),
                Loc::Reg(_) => {
                    c.clobbers.iter().any(|(k, _)| k == l)
                        || c.reg_outputs.iter().any(|p| Loc::Reg(p.reg) == *l)
                }
            };
            !lost && !consumed.contains(s)
        });
    }

    /// Errors of a row that reads unchecked data.
    fn escapes(&mut self, row: &Row) {
        let program = self.program;
        let stored = row.stores.iter().find_map(|s| match s {
            Store::Memory(space) => Some(format!("stored to `{}`", space.name())),
            Store::Var(v, _) if program.vars[*v].role == Role::Global => {
                Some(format!("stored to the global `{}`", program.vars[*v].name))
            }
            Store::Var(..) => None,
        });
        let special = row.instr.reg.filter(|r| !matches!(r, Reg::X0 | Reg::X1 | Reg::X2 | Reg::X3));
        let branches = matches!(row.next, SymNext::Zero(_) | SymNext::NonZero(_));
        let what = if let Some(s) = stored {
            s
        } else if let Some(r) = special {
            format!("put into `{}`", r.name())
        } else if matches!(row.instr.op, Op::Op2(Op2::PubOut(_))) {
            "made public".to_owned()
        } else if matches!(row.next, SymNext::Charge(_)) {
            "charged".to_owned()
        } else if branches {
            self.errors.push(
                Diagnostic::new(
                    "asm::branch_on_hint",
                    row.span,
                    "this branches on a hint that nothing has checked",
                )
                .help(
                    "write `check` before the row if the branch is the check; a free choice is a `guess` row",
                ),
            );
            return;
        } else {
            return;
        };
        self.errors.push(
            Diagnostic::new("asm::hint_escapes", row.span, format!("a hint is {what} before it is checked"))
                .help("a row marked `check` must come first"),
        );
    }

    /// Errors of a row that leaves the unit while outputs or a routine's registers carry unchecked data.
    fn leaving(&mut self, row: &Row, state: &State) {
        let unit = &self.program.units[self.id];
        let carries = |l: Loc| state.iter().any(|(_, c)| *c == l);
        let mut escapes = |name: &str, how: &str| {
            self.errors.push(
                Diagnostic::new(
                    "asm::hint_escapes",
                    row.span,
                    format!("`{name}` is {how} with a hint that nothing has checked"),
                )
                .help("a row marked `check` must come first"),
            );
        };
        if row.returns {
            for v in &unit.outputs {
                if carries(Loc::Var(*v)) {
                    escapes(&self.program.vars[*v].name, "returned");
                }
            }
            for p in &unit.reg_outputs {
                if carries(Loc::Reg(p.reg)) {
                    escapes(p.reg.name(), "returned");
                }
            }
        }
        if let Some(to) = leaves_to(row.next) {
            for input in &self.program.units[to].inputs {
                if let InputSlot::Reg(p) = input
                    && carries(Loc::Reg(p.reg))
                {
                    escapes(p.reg.name(), "passed on");
                }
            }
        }
    }
}
