//! Handlers of EVM opcodes, and fault vectors.

use alloy_primitives::U256;

use super::{
    Binding, Lowerer, Pending,
    ir::{Dest, Row, SymNext, UnitKind},
    scope::{Bind, Symbol},
};
use crate::{
    ast::{Item, ItemKind, Name},
    consts::Int,
    diag::Diagnostic,
    evm::{self, Fork},
    isa::{Op, OperandB},
};

/// Faults in the order of [`fault`](crate::isa::fault); the last one is of jumps only.
const FAULTS: [&str; 4] = ["out_of_gas", "underflow", "overflow", "bad_jump"];

impl<'a> Lowerer<'a> {
    pub fn opcode(&mut self, item: &'a Item) {
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
            self.bindings.push(Binding { name, byte, since, until, unit, span });
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

    pub fn fault_vector(&mut self, item: &Item, entries: &[(Name, Name)]) {
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
                    Some((Symbol::Routine(u), _)) => SymNext::Jump(Dest::Unit(*u)),
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
