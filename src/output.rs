//! What a command prints: text for people, JSON for scripts.

use std::fmt::Write as _;

use miette::{IntoDiagnostic, Result};
use serde::Serialize;
use zkrom::cost::ChipCost;

/// Prints a result as JSON, or as the given text.
pub fn print<T: Serialize>(json: bool, value: &T, text: impl FnOnce(&T) -> String) -> Result<()> {
    if json {
        println!("{}", serde_json::to_string_pretty(value).into_diagnostic()?);
    } else {
        println!("{}", text(value));
    }
    Ok(())
}

/// A digest as hexadecimal.
pub fn hex(bytes: &[u8; 32]) -> String {
    alloy_primitives::B256::from(*bytes).to_string()
}

/// Words with their numbers, up to the last that is not zero.
pub fn numbered(words: &[String]) -> String {
    let used = words.iter().rposition(|x| x != "0x0").map_or(0, |i| i + 1);
    words[..used].iter().enumerate().map(|(i, x)| format!("\n  {i:>2}  {x}")).collect()
}

/// The table of chips: rows, columns, cells.
pub fn chips(chips: &[ChipCost]) -> String {
    let mut text = String::from("chip              rows  columns           cells\n");
    for c in chips {
        let _ = writeln!(text, "{:<12} {:>9} {:>8} {:>15}", c.chip, c.rows, c.columns, c.cells);
    }
    text.truncate(text.trim_end().len());
    text
}

/// Times of steps, a line each.
pub fn seconds(steps: &[(String, f64)]) -> String {
    steps.iter().map(|(step, seconds)| format!("{step:<32} {seconds:>8.2} s\n")).collect()
}

/// A line of a file of the system that holds a number of KiB, in GiB.
fn gib_of(path: &str, key: &str) -> Option<f64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix(key))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kib / f64::from(1 << 20))
}

/// Memory this machine has available, in GiB, where the system tells.
pub fn available_gib() -> Option<f64> {
    gib_of("/proc/meminfo", "MemAvailable:")
}

/// The most memory this process has held, in GiB, where the system tells.
pub fn peak_gib() -> Option<f64> {
    gib_of("/proc/self/status", "VmHWM:")
}
