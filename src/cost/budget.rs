//! Rows per EVM opcode beside what they should cost at most.

use serde::Serialize;
use zkrom_asm::source_map::SourceMap;

use super::Costs;

/// Name, ranges of opcodes (first and last), rows.
type Line = (&'static str, &'static [(u8, u8)], u32);

/// Rows of the main chip that an opcode may cost on average, by the opcodes' bytes. KECCAK256 is of 64 bytes, SLOAD and SSTORE of warm
/// slots, EXP of a full exponent; a block's mix differs.
const BUDGETS: [Line; 12] = [
    ("ADD SUB LT GT SLT SGT EQ AND OR XOR", &[(0x01, 0x01), (0x03, 0x03), (0x10, 0x14), (0x16, 0x18)], 2),
    ("PUSH", &[(0x5f, 0x7f)], 2),
    ("DUP SWAP", &[(0x80, 0x9f)], 2),
    ("JUMP", &[(0x56, 0x56)], 3),
    ("JUMPDEST", &[(0x5b, 0x5b)], 1),
    ("MUL DIV MOD", &[(0x02, 0x02), (0x04, 0x04), (0x06, 0x06)], 2),
    ("MULMOD", &[(0x09, 0x09)], 3),
    ("SHL SHR SAR BYTE", &[(0x1a, 0x1d)], 3),
    ("MLOAD MSTORE", &[(0x51, 0x52)], 6),
    ("KECCAK256", &[(0x20, 0x20)], 12),
    ("SLOAD SSTORE", &[(0x54, 0x55)], 25),
    ("CALL", &[(0xf1, 0xf1)], 100),
];
/// EXP.
const EXP: (u8, u32) = (0x0a, 1200);
/// Recovering a public key, by transactions and by the precompile.
const ECRECOVER: u32 = 2500;

/// A line of the comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Budget {
    /// The opcodes.
    pub opcodes: &'static str,
    /// How often they were executed.
    pub count: u64,
    /// Rows of the main chip each, on average; none where there were none.
    pub rows_each: Option<f64>,
    /// What they may cost.
    pub budget: u32,
}

impl Budget {
    fn new(opcodes: &'static str, count: u64, rows: u64, budget: u32) -> Self {
        let rows_each = (count > 0).then(|| rows as f64 / count as f64);
        Self { opcodes, count, rows_each, budget }
    }
}

/// A run beside the budgets.
#[must_use]
pub fn budgets(costs: &Costs, map: Option<&SourceMap>) -> Vec<Budget> {
    let line = |name, ranges: &[(u8, u8)], budget| {
        let of =
            costs.opcodes.iter().filter(|(o, _)| ranges.iter().any(|(from, to)| (from..=to).contains(o)));
        let (count, rows) = of.fold((0, 0), |(count, rows), (_, c)| (count + c.count, rows + c.rows));
        Budget::new(name, count, rows, budget)
    };
    let mut out: Vec<Budget> =
        BUDGETS.iter().map(|&(name, ranges, budget)| line(name, ranges, budget)).collect();
    out.push(line("EXP", &[(EXP.0, EXP.0)], EXP.1));
    // The procedures of the curve together.
    let file =
        |place: u32| map.and_then(|m| m.files.get(place as usize)).is_some_and(|f| f.contains("rom/crypto/"));
    let units = map.map_or(&[][..], |m| &m.units).iter().filter(|u| file(u.place.file));
    let rows = units.filter_map(|u| costs.procedures.get(&u.name)).map(|c| c.rows).sum();
    let count = costs.procedures.get("recover_sender").map_or(0, |c| c.count);
    out.push(Budget::new("ecrecover", count, rows, ECRECOVER));
    out
}
