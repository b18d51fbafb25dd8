//! The zkrom command line.
fn main() {}
