//! A sample of the consensus test suites through the EVM ROM; the whole suites are `zkrom conformance`.

use zkrom::conformance::{SUITES, Selection, run_suite};
use zkrom_witness::vectors::find_or_skip;

/// One case of so many: under a minute.
const EVERY: u64 = 40;

#[test]
fn a_sample_of_the_suites_passes() {
    let selection = Selection { every: Some(EVERY), ..Selection::default() };
    for suite in SUITES {
        let Some(archive) = find_or_skip(suite.archive, "a_sample_of_the_suites_passes") else { continue };
        let report = run_suite(&suite, &archive, &selection, |_| {}, |_| {}).unwrap();
        let total = report.total();
        println!("{}: {total:?}, {} blocks, {} invalid", suite.name, report.blocks, report.invalid_blocks);
        assert!(total.passed > 100, "{}: the sample is too small", suite.name);
        for failure in &report.failures {
            println!("FAILED {} :: {}: {}", failure.file, failure.name, failure.reason);
        }
        assert_eq!(total.failed, 0, "{}", suite.name);
    }
}
