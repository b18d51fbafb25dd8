//! Progress: a spinner with stage and elapsed time while long work runs, and the time each stage took.
//!
//! Stages are the tracing spans of this project and of Plonky3.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tracing::span::{Attributes, Id};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// The stages of proving with the spans that belong to them, in the order they are shown in. A span within another stage's is part of that stage.
const STAGES: [(&str, &[&str]); 7] = [
    ("trace", &["fill traces"]),
    ("LDE", &["coset_lde_batch", "coset_lde_batch_with_transform"]),
    ("commit", &["build merkle tree"]),
    ("lookups", &["keep message columns", "lookup columns"]),
    ("quotient", &["quotient values"]),
    ("FRI", &["open"]),
    ("grinding", &["grind"]),
];

/// Time spent in each stage, over all threads.
#[derive(Clone, Debug, Default)]
struct StageTimes(Arc<Mutex<BTreeMap<&'static str, Duration>>>);

impl StageTimes {
    /// The times so far.
    fn get(&self) -> Vec<(&'static str, Duration)> {
        let times = self.0.lock().map(|m| m.clone()).unwrap_or_default();
        STAGES.iter().filter_map(|(stage, _)| Some((*stage, *times.get(stage)?))).collect()
    }
}

struct Started(Instant, Option<&'static str>);

/// The layer that follows spans.
struct Stages {
    bar: ProgressBar,
    times: StageTimes,
}

fn stage_of(span: &str) -> Option<&'static str> {
    STAGES.iter().find(|(_, spans)| spans.contains(&span)).map(|(stage, _)| *stage)
}

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Stages {
    fn on_new_span(&self, attrs: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(id) else { return };
        let within =
            span.scope().skip(1).any(|s| s.extensions().get::<Started>().is_some_and(|s| s.1.is_some()));
        let stage = stage_of(attrs.metadata().name()).filter(|_| !within);
        if let Some(stage) = stage {
            self.bar.set_message(stage);
        }
        span.extensions_mut().insert(Started(Instant::now(), stage));
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        let Some(span) = ctx.span(&id) else { return };
        let extensions = span.extensions();
        let Some(Started(start, Some(stage))) = extensions.get() else { return };
        if let Ok(mut times) = self.times.0.lock() {
            *times.entry(*stage).or_default() += start.elapsed();
        }
    }
}

/// How long work may take before something moves on the screen.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// Runs `work`; where it takes long, with a spinner and the time on standard error.
pub fn waiting<T>(what: &'static str, work: impl FnOnce() -> T) -> T {
    if !std::io::stderr().is_terminal() {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, wait) = channel::<()>();
        scope.spawn(move || {
            if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                let bar = ProgressBar::new_spinner().with_elapsed(PATIENCE);
                let style = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]");
                bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                bar.set_message(what);
                bar.enable_steady_tick(Duration::from_millis(120));
                let _ = wait.recv();
                bar.finish_and_clear();
            }
        });
        let out = work();
        drop(done);
        out
    })
}

/// Runs `work` with a spinner on standard error (none where it is not a terminal), and returns the time of each stage too.
pub fn with_stages<T>(what: &str, work: impl FnOnce() -> T) -> (T, Vec<(&'static str, Duration)>) {
    let bar =
        if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{spinner} {prefix}: {msg} [{elapsed}]")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    bar.set_style(style);
    bar.set_prefix(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    let times = StageTimes::default();
    let layer = Stages { bar: bar.clone(), times: times.clone() };
    // Global, since worker threads do not inherit a thread's own subscriber; a process proves once.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
    let out = work();
    bar.finish_and_clear();
    (out, times.get())
}

/// Steps of long work: a spinner with the one under way on standard error (none where it is not a terminal), and the time each took.
pub struct Steps {
    bar: ProgressBar,
    times: Vec<(String, f64)>,
}

impl Steps {
    /// No step yet.
    pub fn new(what: &str) -> Self {
        let bar =
            if std::io::stderr().is_terminal() { ProgressBar::new_spinner() } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{spinner} {prefix}: {msg} [{elapsed}]")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(style);
        bar.set_prefix(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, times: vec![] }
    }

    /// A step begins (no time) or has ended.
    pub fn step(&mut self, name: &str, time: Option<Duration>) {
        match time {
            None => self.bar.set_message(name.to_owned()),
            Some(time) => self.times.push((name.to_owned(), time.as_secs_f64())),
        }
    }

    /// Runs a step.
    pub fn run<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        self.step(name, None);
        let start = Instant::now();
        let out = work();
        self.step(name, Some(start.elapsed()));
        out
    }

    /// The times of all.
    pub fn finish(self) -> Vec<(String, f64)> {
        self.bar.finish_and_clear();
        self.times
    }
}
