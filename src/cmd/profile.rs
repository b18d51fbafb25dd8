//! Where a run's rows and cells went, as tables and JSON.

use std::fmt;

use serde::Serialize;
use zkrom::cost::{Budget, Cost, Costs, budgets, opcode_name};
use zkrom_asm::source_map::SourceMap;

/// Procedures shown in the table; JSON has all.
const PROCEDURES_SHOWN: usize = 40;

/// A profile.
#[derive(Serialize)]
pub struct ProfileJson {
    opcodes: Vec<Line>,
    outside_opcodes: Cost,
    budget: Vec<Budget>,
    procedures: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    #[serde(flatten)]
    cost: Cost,
}

impl ProfileJson {
    /// The profile of a run, greatest shares first.
    pub fn new(costs: &Costs, map: Option<&SourceMap>) -> Self {
        let opcodes = costs.opcodes.iter().map(|(&o, &cost)| Line { name: opcode_name(o), cost });
        let procedures = costs.procedures.iter().map(|(name, &cost)| Line { name: name.clone(), cost });
        Self {
            opcodes: sorted(opcodes.collect()),
            outside_opcodes: costs.outside,
            budget: budgets(costs, map),
            procedures: sorted(procedures.collect()),
        }
    }
}

fn sorted(mut lines: Vec<Line>) -> Vec<Line> {
    lines.sort_by(|a, b| b.cost.cells.cmp(&a.cost.cells).then_with(|| a.name.cmp(&b.name)));
    lines
}

fn table(f: &mut fmt::Formatter<'_>, what: &str, lines: &[Line], shown: usize) -> fmt::Result {
    writeln!(
        f,
        "{what:<32} {:>9} {:>10} {:>14} {:>9} {:>12}",
        "times", "rows", "cells", "rows each", "cells each"
    )?;
    for Line { name, cost } in lines.iter().take(shown) {
        let each = |n: u64| n as f64 / cost.count.max(1) as f64;
        let (rows, cells) = (each(cost.rows), each(cost.cells));
        writeln!(
            f,
            "{name:<32} {:>9} {:>10} {:>14} {rows:>9.1} {cells:>12.0}",
            cost.count, cost.rows, cost.cells
        )?;
    }
    if lines.len() > shown {
        writeln!(f, "... and {} more (--json has all)", lines.len() - shown)?;
    }
    Ok(())
}

impl fmt::Display for ProfileJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.opcodes.is_empty() {
            table(f, "EVM opcode", &self.opcodes, usize::MAX)?;
            let Cost { rows, cells, .. } = self.outside_opcodes;
            writeln!(f, "{:<32} {:>9} {rows:>10} {cells:>14}\n", "(transactions and block)", "")?;
            writeln!(f, "{:<40} {:>9} {:>9} {:>7}", "budget", "times", "rows each", "budget")?;
            for line in &self.budget {
                let Some(each) = line.rows_each else { continue };
                let over = if each > f64::from(line.budget) { "  over" } else { "" };
                writeln!(f, "{:<40} {:>9} {each:>9.1} {:>7}{over}", line.opcodes, line.count, line.budget)?;
            }
            writeln!(f)?;
        }
        table(f, "procedure", &self.procedures, PROCEDURES_SHOWN)
    }
}
