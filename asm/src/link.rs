//! Linking: units that are reached get addresses, labels become numbers, opcode tables are filled.

use std::collections::{BTreeSet, HashMap};

use alloy_primitives::U256;

use crate::{
    diag::Diagnostic,
    evm::{Fork, OPCODES},
    image::{Image, OpcodeEntry},
    isa::{Instr, Next, OperandB, ROM_HEIGHT, STACK_LIMIT},
    lower::{
        Lowered,
        ir::{Dest, Row, SymNext, UnitId, UnitKind},
    },
    span::Span,
    validate::validate,
};

/// Addresses of a linked program.
#[derive(Debug, Default)]
pub struct Layout {
    /// Units in order of their addresses, with the address.
    pub units: Vec<(UnitId, usize)>,
}

impl Layout {
    /// The address of a unit that is in the image.
    #[must_use]
    pub fn base(&self, unit: UnitId) -> Option<usize> {
        self.units.iter().find(|(u, _)| *u == unit).map(|(_, b)| *b)
    }
}

/// Units a row refers to.
fn references(program: &Lowered, row: &Row) -> Vec<UnitId> {
    let mut out = vec![];
    let mut dest = |d: Dest| {
        if let Dest::Unit(u) = d {
            out.push(u);
        }
    };
    match row.next {
        SymNext::Jump(d) | SymNext::Zero(d) | SymNext::NonZero(d) | SymNext::Charge(d) => dest(d),
        SymNext::Call(u) => out.push(u),
        SymNext::Dispatch => out.extend(program.faults[0]),
        SymNext::EvmJump => out.extend(program.faults[1]),
        SymNext::Seq | SymNext::Return | SymNext::Halt => {}
    }
    out
}

/// Links a program.
pub fn link(program: &Lowered, errors: &mut Vec<Diagnostic>) -> (Image, Layout) {
    let Some(main) = program.main else {
        errors.push(
            Diagnostic::new("asm::no_main", Span::default(), "the program has no `routine main`")
                .help("execution begins there: `routine main() { ... halt }`"),
        );
        return Default::default();
    };
    let mut live = BTreeSet::new();
    let mut stack: Vec<UnitId> = vec![main];
    stack.extend(program.bindings.iter().map(|b| b.unit));
    stack.extend(program.invalid.into_iter().chain(program.unsupported));
    stack.extend(program.faults.into_iter().flatten());
    stack.extend((0..program.units.len()).filter(|u| matches!(program.units[*u].kind, UnitKind::Test(_))));
    while let Some(u) = stack.pop() {
        if live.insert(u) {
            stack.extend(program.units[u].rows.iter().flat_map(|r| references(program, r)));
        }
    }
    let order = std::iter::once(main).chain(live.into_iter().filter(|u| *u != main));
    let mut layout = Layout::default();
    let mut bases = HashMap::new();
    let mut at = 0;
    for u in order {
        layout.units.push((u, at));
        bases.insert(u, at);
        at += program.units[u].rows.len();
    }
    if at > ROM_HEIGHT {
        errors.push(
            Diagnostic::new("asm::too_long", program.units[main].span, format!("the program has {at} rows"))
                .help(format!("a ROM image holds {ROM_HEIGHT}: make procedures of repeated code")),
        );
    }
    let mut image = Image::default();
    for (u, base) in &layout.units {
        for row in &program.units[*u].rows {
            let instr = instruction(program, &bases, *u, *base, row);
            let checked = validate(&instr, image.instrs.len(), at);
            if let Err(e) = checked {
                errors.push(Diagnostic::new("asm::invalid_instruction", row.span, e.to_string()));
            }
            image.instrs.push(instr);
        }
    }
    image.opcodes = opcodes(program, &bases, errors);
    (image, layout)
}

fn instruction(
    program: &Lowered,
    bases: &HashMap<UnitId, usize>,
    unit: UnitId,
    base: usize,
    row: &Row,
) -> Instr {
    let u = &program.units[unit];
    let at = |d: Dest| match d {
        Dest::Label(l) => (base + u.labels[l]) as u32,
        Dest::Unit(t) => bases.get(&t).copied().unwrap_or(0) as u32,
    };
    let fault = |k: usize| program.faults[k].map_or(0, |f| at(Dest::Unit(f)));
    let mut i = row.instr.clone();
    i.next = match row.next {
        SymNext::Seq => Next::Seq,
        SymNext::Jump(d) => Next::Jump(at(d)),
        SymNext::Zero(d) => Next::BranchZero(at(d)),
        SymNext::NonZero(d) => Next::BranchNonZero(at(d)),
        SymNext::Charge(d) => Next::Charge(at(d)),
        SymNext::Call(c) => Next::Jump(at(Dest::Unit(c))),
        SymNext::Dispatch => Next::Dispatch(fault(0)),
        SymNext::EvmJump => Next::EvmJump(fault(1)),
        SymNext::Return => Next::Return,
        SymNext::Halt => Next::Halt,
    };
    if let Some(l) = row.imm_label {
        i.b = OperandB::Imm(U256::from(at(Dest::Label(l))));
    }
    i
}

/// The opcode tables: none for a program without handlers, else one for each fork.
fn opcodes(
    program: &Lowered,
    bases: &HashMap<UnitId, usize>,
    errors: &mut Vec<Diagnostic>,
) -> Vec<Vec<OpcodeEntry>> {
    let dispatches = program.faults.iter().any(Option::is_some);
    let Some(span) = program.bindings.first().map(|b| b.span) else {
        if dispatches {
            errors.push(Diagnostic::new(
                "asm::no_opcodes",
                Span::default(),
                "the program dispatches but has no `opcode`",
            ));
        }
        return vec![];
    };
    let Some(invalid) = program.invalid else {
        errors.push(
            Diagnostic::new("asm::no_invalid", span, "the program has no `opcode invalid`")
                .help("undefined opcodes go there: `opcode invalid { ... }`"),
        );
        return vec![];
    };
    let entry = |unit: UnitId| OpcodeEntry {
        handler: bases.get(&unit).copied().unwrap_or(0) as u32,
        gas: 0,
        need: 0,
        max: STACK_LIMIT,
    };
    let mut missing = BTreeSet::new();
    let mut tables = vec![];
    for fork in Fork::ALL {
        let mut table = vec![entry(invalid); 256];
        for op in OPCODES.iter().filter(|o| o.since <= fork) {
            let bound = |b: &&crate::lower::Binding| {
                b.byte == op.byte && (b.since..b.until).contains(&(fork as usize))
            };
            table[usize::from(op.byte)] = match (program.bindings.iter().find(bound), program.unsupported) {
                (Some(b), _) => OpcodeEntry { gas: op.gas, need: op.need, max: op.max(), ..entry(b.unit) },
                (None, Some(u)) => entry(u),
                (None, None) => {
                    missing.insert(op.name);
                    entry(invalid)
                }
            };
        }
        tables.push(table);
    }
    if !missing.is_empty() {
        let list = missing.into_iter().collect::<Vec<_>>().join(", ");
        errors.push(
            Diagnostic::new("asm::missing_opcodes", span, "some opcodes have no handler")
                .help(format!("declare `opcode unsupported {{ ... }}` for these, or handlers: {list}")),
        );
    }
    tables
}
