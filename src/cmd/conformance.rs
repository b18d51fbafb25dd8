//! `zkrom conformance`.

use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use miette::{IntoDiagnostic, Result, miette};
use serde::Serialize;
use zkrom::conformance::{FolderCount, Report, SUITES, Selection, run_suite};
use zkrom_witness::fixtures::ReadProgress;
use zkrom_witness::vectors;

use crate::output;

/// Run the blockchain tests of the consensus test suites, Paris to Cancun, through the EVM ROM (executed, not proved).
#[derive(Debug, Args)]
#[command(after_help = "The suites are looked for in the folder that ZKROM_VECTORS names.\n\nExamples:\n  \
    zkrom conformance\n  \
    zkrom conformance --suite eest --every 40\n  \
    zkrom conformance --suite stSStoreTest --fork Shanghai")]
pub struct Conformance {
    /// A suite (`eest`, `ethereum-tests`), or a part of the paths of its files.
    #[arg(long, value_name = "NAME|FOLDER")]
    suite: Option<String>,
    /// Forks or transitions; all by default.
    #[arg(long, value_delimiter = ',')]
    fork: Vec<String>,
    /// One case of so many, the same ones each time.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    every: Option<u64>,
    /// At most so many cases of each suite.
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
}

#[derive(Serialize)]
struct Done {
    suites: Vec<SuiteDone>,
    seconds: f64,
}

#[derive(Serialize)]
struct SuiteDone {
    suite: &'static str,
    total: FolderCount,
    #[serde(flatten)]
    report: Report,
}

/// The bar moves with the archive's bytes, since nobody knows the number of cases before they are read.
fn bar(name: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(4));
    let style = "{prefix} [{bar:30}] {percent}% {msg} [{elapsed}, {eta} left]";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_prefix(name.to_owned());
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

impl Conformance {
    pub fn run(&self, json: bool) -> Result<()> {
        let start = Instant::now();
        let suite = SUITES.iter().find(|s| Some(s.name) == self.suite.as_deref());
        let selection = Selection {
            folder: self.suite.clone().filter(|_| suite.is_none()),
            forks: self.fork.clone(),
            every: self.every,
            limit: self.limit,
        };
        let mut suites = vec![];
        for s in SUITES.iter().filter(|s| suite.is_none_or(|only| only.name == s.name)) {
            let archive = vectors::find(s.archive).ok_or_else(|| {
                miette!(
                    help = "set ZKROM_VECTORS to the folder of the test vectors",
                    "no {} there",
                    s.archive
                )
            })?;
            let (bar, begun) = (bar(s.name), Instant::now());
            let read = std::sync::OnceLock::<ReadProgress>::new();
            let started = |progress: ReadProgress| {
                bar.set_length(progress.size());
                let _ = read.set(progress);
            };
            let tick = |cases: usize| {
                bar.set_position(read.get().map_or(0, ReadProgress::read));
                let rate = cases as f64 / begun.elapsed().as_secs_f64();
                bar.set_message(format!("{cases} cases, {rate:.0}/s"));
            };
            let report = run_suite(s, &archive, &selection, started, tick).into_diagnostic()?;
            bar.finish_and_clear();
            suites.push(SuiteDone { suite: s.name, total: report.total(), report });
        }
        let done = Done { suites, seconds: start.elapsed().as_secs_f64() };
        output::print(json, &done, text)?;
        let failed: usize = done.suites.iter().map(|s| s.total.failed).sum();
        let run: usize =
            done.suites.iter().map(|s| s.total.passed + s.total.failed + s.total.not_covered).sum();
        match (failed, run) {
            (_, 0) => Err(miette!("no case is selected")),
            (0, _) => Ok(()),
            _ => Err(miette!("{failed} of {run} cases failed")),
        }
    }
}

fn text(done: &Done) -> String {
    let line = |name: &str, c: &FolderCount| {
        format!("{name:<72} {:>7} {:>7} {:>11}\n", c.passed, c.failed, c.not_covered)
    };
    let mut text = String::new();
    for SuiteDone { suite, total, report } in &done.suites {
        text.push_str(&format!("{suite:<72} {:>7} {:>7} {:>11}\n", "passed", "failed", "not covered"));
        for (folder, count) in &report.folders {
            text.push_str(&line(folder, count));
        }
        text.push_str(&line("in all", total));
        let blocks = (report.blocks, report.invalid_blocks, report.rows);
        text.push_str(&format!("{} blocks, {} of them invalid, {} rows\n", blocks.0, blocks.1, blocks.2));
        for (what, cases) in &report.not_covered {
            text.push_str(&format!("not covered: {cases:>6} cases, {what}\n"));
        }
        for f in &report.failures {
            text.push_str(&format!("FAILED {} :: {}\n  {}\n", f.file, f.name, f.reason));
        }
        text.push('\n');
    }
    text.push_str(&format!("{:.1} s", done.seconds));
    text
}
