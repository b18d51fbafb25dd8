//! What a command prints: text for people, JSON for scripts.

use miette::{IntoDiagnostic, Result};
use serde::Serialize;

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
