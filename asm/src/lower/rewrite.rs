//! Named stack rewrites: `stack [a, b] -> [b, a]` to moves and swaps.

use super::{
    Lowerer,
    ir::{Row, Store},
    row::Draft,
    value::Value,
};
use crate::{
    ast::{Expr, Name, Part, SExpr},
    consts,
    diag::Diagnostic,
    isa::{Addr, Op, OperandA, OperandB, Reg, STACK_LIMIT, Space},
    span::{Span, Spanned},
};
use alloy_primitives::U256;

/// Where a cell's new word comes from: another cell (counted from the bottom item named) or a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Cell(usize),
    Const(U256),
}

/// A row of a rewrite; cells are counted from the bottom item named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Move(usize, From),
    Swap(usize, usize),
}

/// The rows of a parallel assignment `cell i := sources[i]`: moves where nothing else needs the target, swaps for cycles.
fn plan(mut sources: Vec<From>) -> Vec<Step> {
    let mut steps = vec![];
    let mut pending: Vec<usize> = (0..sources.len()).filter(|&i| sources[i] != From::Cell(i)).collect();
    while !pending.is_empty() {
        let free =
            pending.iter().position(|&t| !pending.iter().any(|&o| o != t && sources[o] == From::Cell(t)));
        if let Some(k) = free {
            let t = pending.remove(k);
            steps.push(Step::Move(t, sources[t]));
            continue;
        }
        // Only cycles are left: one swap puts the first target right.
        let t = pending[0];
        let From::Cell(s) = sources[t] else { break };
        steps.push(Step::Swap(t, s));
        for &o in &pending {
            if sources[o] == From::Cell(t) {
                sources[o] = From::Cell(s);
            } else if sources[o] == From::Cell(s) {
                sources[o] = From::Cell(t);
            }
        }
        pending.retain(|&i| sources[i] != From::Cell(i));
    }
    steps
}

impl Lowerer<'_> {
    /// Lowers a rewrite: one row a move or swap; the last one carries the change of height and the clauses.
    pub fn rewrite(
        &mut self,
        from: &[Name],
        to: &[SExpr],
        parts: &[Spanned<Part>],
        span: Span,
    ) -> Option<()> {
        if from.len() > STACK_LIMIT as usize || to.len() > STACK_LIMIT as usize {
            return self.error(Diagnostic::new("asm::range", span, "more items than a stack holds"));
        }
        for (i, n) in from.iter().enumerate() {
            if let Some(first) = from[..i].iter().find(|m| m.node == n.node) {
                return self.error(
                    Diagnostic::new("asm::duplicate", n.span, format!("`{}` names two items", n.node))
                        .note(first.span, "first here"),
                );
            }
        }
        let mut sources = vec![];
        // From the bottom up, so that cell i of before and after are one.
        for e in to.iter().rev() {
            let named = match &e.node {
                Expr::Path(p) if p.member.is_none() && p.index.is_none() && p.paren.is_none() => {
                    from.iter().position(|n| n.node == p.name.node)
                }
                _ => None,
            };
            sources.push(match named {
                Some(i) => From::Cell(from.len() - 1 - i),
                None => match self.value(e)? {
                    Value::Const(n) => match consts::to_word(n) {
                        Some(w) => From::Const(w),
                        None => {
                            return self.error(Diagnostic::new(
                                "asm::range",
                                e.span,
                                "the constant is no word",
                            ));
                        }
                    },
                    _ => {
                        return self.error(Diagnostic::new(
                            "asm::rewrite",
                            e.span,
                            "an item after is one named before, or a constant",
                        ));
                    }
                },
            });
        }
        let addr = |cell: usize| Addr {
            space: Space::Stack,
            ctx: Some(Reg::Ctx),
            base: Some(Reg::Sp),
            off: cell as i32 - from.len() as i32,
        };
        let mut rows: Vec<Row> = plan(sources)
            .into_iter()
            .map(|step| {
                let mut row = Row { span, ..Row::default() };
                row.stores.push(Store::Memory(Space::Stack));
                match step {
                    Step::Move(t, source) => {
                        row.instr.c = Some(addr(t));
                        row.instr.c_write = true;
                        match source {
                            From::Cell(s) => {
                                row.instr.a = OperandA::Mem(addr(s));
                                row.instr.op = Op::MovA;
                            }
                            From::Const(w) => {
                                row.instr.b = OperandB::Imm(w);
                                row.instr.op = Op::MovB;
                            }
                        }
                    }
                    Step::Swap(a, b) => {
                        row.instr.a = OperandA::Mem(addr(a));
                        row.instr.b = OperandB::Mem(addr(b));
                        row.instr.op = Op::Swap;
                    }
                }
                row
            })
            .collect();
        let dsp = to.len() as i32 - from.len() as i32;
        let last = rows.pop().unwrap_or(Row { span, ..Row::default() });
        for row in rows {
            self.emit(row);
        }
        let mut draft = Draft { row: last, ..Draft::default() };
        for p in parts {
            let clause = matches!(&p.node, Part::Next(_))
                || matches!(&p.node, Part::Assign { lhs, .. } if self.is_register(lhs));
            if !clause {
                return self.error(Diagnostic::new(
                    "asm::rewrite",
                    p.span,
                    "a rewrite's last row takes a register write and a next clause only",
                ));
            }
        }
        self.parts(&mut draft, parts)?;
        draft.row.instr.dsp = dsp as i16;
        self.emit(draft.row);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(sources: &[From]) -> Vec<U256> {
        let n = 8;
        let mut cells: Vec<U256> = (0..n).map(U256::from).collect();
        for step in plan(sources.to_vec()) {
            match step {
                Step::Move(t, From::Cell(s)) => cells[t] = cells[s],
                Step::Move(t, From::Const(w)) => cells[t] = w,
                Step::Swap(a, b) => cells.swap(a, b),
            }
        }
        cells.truncate(sources.len());
        cells
    }

    #[test]
    fn every_rewrite_of_four_cells() {
        for code in 0..6u32.pow(4) {
            let sources: Vec<From> = (0..4)
                .map(|i| match code / 6u32.pow(i) % 6 {
                    5 => From::Const(U256::from(99)),
                    s => From::Cell(s as usize),
                })
                .collect();
            let want: Vec<U256> = sources
                .iter()
                .map(|s| match s {
                    From::Cell(c) => U256::from(*c),
                    From::Const(w) => *w,
                })
                .collect();
            assert_eq!(run(&sources), want, "{sources:?}");
            assert!(plan(sources.clone()).len() <= 4, "{sources:?}");
        }
    }
}
