//! Formatter (below).
/// Formats.
pub fn format_source(text: &str) -> String { text.to_owned() }
