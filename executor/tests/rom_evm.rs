//! The ROM's EVM.
use std::path::Path;
use zkrom_asm::{Files, Options, assemble};
use revm as _;
#[test]
fn assembles() {
    let options = Options { require_headers: true, ..Options::default() };
    if let Err(e) = assemble(Path::new("../rom/tests/evm.zkasm"), &Files::Disk, &options) { panic!("{}", e.render()) }
}
