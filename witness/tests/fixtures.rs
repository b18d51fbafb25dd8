//! The consensus test suites through oracle and witness builder.

use std::collections::BTreeMap;

use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use zkrom_witness::{
    fixtures::{ArchiveFiles, FixtureCase},
    vectors::find_or_skip,
};

/// Archives and the folders of their blockchain tests.
const SUITES: [(&str, &str); 2] = [
    ("fixtures/eest_v5.4.0.tar.zst", "blockchain_tests/"),
    ("fixtures/ethereum_tests.tar.zst", "BlockchainTests/"),
];

/// Older and later releases, and the gas-heavy blocks of the benchmarks.
const MORE: [(&str, &str); 4] = [
    ("fixtures/eest_bal-v5.7.0-alpha_prague_osaka.tar.zst", "blockchain_tests"),
    ("fixtures/eest_older_release_supplement.tar.zst", "blockchain_tests/"),
    ("fixtures/legacytests_cancun.tar.zst", "Cancun/BlockchainTests/"),
    ("fixtures/eest_v5.4.0.tar.zst", "benchmark/blockchain_tests/"),
];

#[derive(Default)]
struct Tally {
    passed: usize,
    failed: Vec<String>,
    networks: BTreeMap<String, usize>,
    invalid_blocks: usize,
    blocks: usize,
}

impl Tally {
    fn run(&mut self, case: &FixtureCase) {
        let Ok(config) = case.config() else { return };
        *self.networks.entry(case.network.clone()).or_default() += 1;
        match case.replay(&config) {
            Ok(blocks) => {
                self.passed += 1;
                self.blocks += blocks.len();
                self.invalid_blocks += blocks.iter().filter(|b| b.expect_exception.is_some()).count();
            }
            Err(error) => self.failed.push(format!("{} :: {}: {error}", case.file, case.name)),
        }
    }

    fn finish(self, what: &str) -> usize {
        println!(
            "{what}: {} passed ({} blocks, {} of them invalid), {} failed; {:?}",
            self.passed,
            self.blocks,
            self.invalid_blocks,
            self.failed.len(),
            self.networks
        );
        for failure in &self.failed {
            println!("FAILED {failure}");
        }
        self.failed.len()
    }
}

/// A seeded sample: a tenth of the files, and of each at most two cases.
#[test]
fn a_sample_of_the_suites_replays() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    for (archive, folder) in SUITES {
        let Some(path) = find_or_skip(archive, "a_sample_of_the_suites_replays") else { continue };
        let mut tally = Tally::default();
        for file in ArchiveFiles::open(&path, move |name| name.starts_with(folder)).unwrap() {
            let (name, json) = file.unwrap();
            if !rng.random_ratio(1, 11) {
                continue;
            }
            let mut cases = FixtureCase::read(&name, &json).unwrap();
            cases.retain(|case| case.config().is_ok());
            cases.shuffle(&mut rng);
            cases.iter().take(2).for_each(|case| tally.run(case));
        }
        assert!(tally.passed + tally.failed.len() > 100, "the sample is too small");
        assert_eq!(tally.finish(archive), 0);
    }
}

/// All cases of these suites.
fn replay_all(suites: &[(&str, &'static str)], test: &str) {
    let mut failed = 0;
    for &(archive, folder) in suites {
        let Some(path) = find_or_skip(archive, test) else { continue };
        let mut tally = Tally::default();
        let wanted = move |name: &str| name.starts_with(folder) && name.ends_with(".json");
        for file in ArchiveFiles::open(&path, wanted).unwrap() {
            let (name, json) = file.unwrap();
            FixtureCase::read(&name, &json).unwrap().iter().for_each(|case| tally.run(case));
        }
        failed += tally.finish(&format!("{archive} {folder}"));
    }
    assert_eq!(failed, 0);
}

/// In some minutes: `cargo test --release -p zkrom-witness --test fixtures -- --ignored --nocapture whole`.
#[test]
#[ignore = "takes minutes"]
fn the_whole_suites_replay() {
    replay_all(&SUITES, "the_whole_suites_replay");
}

/// As above, with `other` instead of `whole`.
#[test]
#[ignore = "takes minutes"]
fn other_suites_replay() {
    replay_all(&MORE, "other_suites_replay");
}
