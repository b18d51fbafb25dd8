//! A suite: its archive's cases, several at a time, counted by folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use alloy_primitives::keccak256;
use rayon::iter::{ParallelBridge, ParallelIterator};
use serde::Serialize;
use zkrom_witness::ChainConfig;
use zkrom_witness::fixtures::{ArchiveFiles, FixtureCase, FixtureError, ReadProgress};

use super::case::{Verdict, in_scope, judge};
use crate::EvmRom;

/// A suite of blockchain tests.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// Its name on the command line.
    pub name: &'static str,
    /// The archive among the test vectors.
    pub archive: &'static str,
    /// The folder in the archive.
    pub folder: &'static str,
}

/// The suites.
pub const SUITES: [Suite; 2] = [
    Suite { name: "eest", archive: "fixtures/eest_v5.4.0.tar.zst", folder: "blockchain_tests/" },
    Suite { name: "ethereum-tests", archive: "fixtures/ethereum_tests.tar.zst", folder: "BlockchainTests/" },
];

/// Which cases are run. Those of other rules than Paris to Cancun never are.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Part of the file's path.
    pub folder: Option<String>,
    /// Fork or transition (`Cancun`, `ParisToShanghaiAtTime15k`), in any case; all where empty.
    pub forks: Vec<String>,
    /// One case of so many, picked by name.
    pub every: Option<u64>,
    /// At most so many cases.
    pub limit: Option<usize>,
}

/// Cases of a folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderCount {
    /// The ROM agrees on all blocks.
    pub passed: usize,
    /// It does not.
    pub failed: usize,
    /// A block uses what it does not cover, and it agrees on all others.
    pub not_covered: usize,
}

/// A case that failed.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The file in the suite.
    pub file: String,
    /// The case.
    pub name: String,
    /// The block, and what was expected and got.
    pub reason: String,
}

/// What came of a suite.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Cases by folder.
    pub folders: BTreeMap<String, FolderCount>,
    /// Those that failed.
    pub failures: Vec<Failure>,
    /// Cases by what is not covered.
    pub not_covered: BTreeMap<String, usize>,
    /// Blocks run.
    pub blocks: usize,
    /// Blocks among them that are invalid.
    pub invalid_blocks: usize,
    /// Rows of the runs that halted.
    pub rows: u64,
}

impl Report {
    /// Cases in all.
    #[must_use]
    pub fn total(&self) -> FolderCount {
        self.folders.values().fold(FolderCount::default(), |sum, f| FolderCount {
            passed: sum.passed + f.passed,
            failed: sum.failed + f.failed,
            not_covered: sum.not_covered + f.not_covered,
        })
    }

    fn count(&mut self, folder: &str, case: &FixtureCase, done: CaseDone) {
        let count = self.folders.entry(folder.to_owned()).or_default();
        match done.verdict {
            Verdict::Passed => count.passed += 1,
            Verdict::NotCovered(what) => {
                count.not_covered += 1;
                *self.not_covered.entry(what).or_default() += 1;
            }
            Verdict::Failed(reason) => {
                count.failed += 1;
                self.failures.push(Failure { file: case.file.clone(), name: case.name.clone(), reason });
            }
        }
        self.blocks += done.blocks;
        self.invalid_blocks += done.invalid_blocks;
        self.rows += done.rows;
    }
}

struct CaseDone {
    verdict: Verdict,
    blocks: usize,
    invalid_blocks: usize,
    rows: u64,
}

impl Selection {
    fn takes(&self, case: &FixtureCase) -> Option<ChainConfig> {
        let named = |fork: &String| fork.eq_ignore_ascii_case(&case.network);
        let by_fork = self.forks.is_empty() || self.forks.iter().any(named);
        let config = case.config().ok().filter(|c| by_fork && in_scope(c))?;
        let picked = |every: u64| {
            let hash = keccak256(format!("{} {}", case.file, case.name));
            u64::from_be_bytes(hash[..8].try_into().expect("8 of 32 bytes")) % every.max(1) == 0
        };
        self.every.is_none_or(picked).then_some(config)
    }
}

/// The file's folder in the suite, as far as it says what is tested.
fn folder<'a>(suite: &Suite, file: &'a str) -> &'a str {
    let inside = file.strip_prefix(suite.folder).unwrap_or(file);
    inside.rsplit_once('/').map_or(inside, |(folder, _)| folder)
}

fn run_case(rom: &EvmRom, case: &FixtureCase, config: &ChainConfig) -> CaseDone {
    let mut done = CaseDone { verdict: Verdict::Passed, blocks: 0, invalid_blocks: 0, rows: 0 };
    let blocks = match case.replay(config) {
        Ok(blocks) => blocks,
        Err(e) => return CaseDone { verdict: Verdict::Failed(format!("the oracle disagrees: {e}")), ..done },
    };
    for (index, block) in blocks.iter().enumerate() {
        let (verdict, run) = judge(rom, config, block);
        done.blocks += 1;
        done.invalid_blocks += usize::from(block.built.verdict.is_err());
        done.rows += run.map_or(0, |r| r.outcome.rows.into());
        match verdict {
            Verdict::Failed(reason) => {
                return CaseDone { verdict: Verdict::Failed(format!("block {index}: {reason}")), ..done };
            }
            Verdict::NotCovered(_) => done.verdict = verdict,
            Verdict::Passed => {}
        }
    }
    done
}

/// Runs a suite's cases on all cores. `started` is told how the reading goes, `tick` the number of cases done.
///
/// # Errors
/// Where the archive or a file in it cannot be read.
pub fn run_suite(
    suite: &Suite,
    archive: &Path,
    selection: &Selection,
    started: impl FnOnce(ReadProgress),
    tick: impl Fn(usize) + Sync,
) -> Result<Report, FixtureError> {
    let rom = EvmRom::get();
    let (prefix, part) = (suite.folder, selection.folder.clone());
    let files = ArchiveFiles::open(archive, move |name| {
        let wanted = part.as_ref().is_none_or(|part| name.contains(part.as_str()));
        name.starts_with(prefix) && name.ends_with(".json") && wanted
    })?;
    started(files.progress());
    let report = Mutex::new(Report::default());
    let taken = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    files.par_bridge().try_for_each(|file| {
        let (name, json) = file?;
        for case in FixtureCase::read(&name, &json)? {
            let Some(config) = selection.takes(&case) else { continue };
            if selection.limit.is_some_and(|limit| taken.fetch_add(1, Ordering::Relaxed) >= limit) {
                continue;
            }
            let done = run_case(rom, &case, &config);
            let mut report = report.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            report.count(folder(suite, &case.file), &case, done);
            tick(finished.fetch_add(1, Ordering::Relaxed) + 1);
        }
        Ok::<_, FixtureError>(())
    })?;
    let mut report = report.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    report.failures.sort_by(|a, b| (&a.file, &a.name).cmp(&(&b.file, &b.name)));
    Ok(report)
}
