//! One wrong step of a run, honest from there and as consistent as a cheating prover would make it: refused, wherever it is.
//!
//! `ZKROM_FAULTS=100` tries a hundred faults of each kind at each operation, instead of three.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{U256, keccak256};
use common::forge::{as_the_verifier, force_outcome};
use common::{Reference, caught, every_op, image, input, program, setting};
use rayon::prelude::*;
use zkrom_asm::Image;
use zkrom_asm::isa::{Next, Op, Op2, Space, fault};
use zkrom_executor::record::Record;
use zkrom_executor::{DispatchOutcome, Executor, Fault, FaultKind, Input, Limits, Program, faults};
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::prove::Traces;

/// Faults drawn for one that is wanted: runs that do not halt, and changes of nothing, do not count.
const DRAWN: usize = 4;

/// What became of a fault.
enum Verdict {
    /// Refused by these chips and buses (marked `~`).
    Refused(BTreeSet<String>),
    /// It is another run the program allows; with the reason.
    Allowed(&'static str),
    /// The fault is in nothing that is proved: the traces are the honest ones.
    Same,
    /// The run does not halt, or goes where no row can be: there is no trace.
    NoRun,
    /// The trace filler gives up.
    NoTrace(String),
    /// Accepted, and no run of the program.
    Accepted,
    /// A run the program allows, refused.
    Lost(BTreeSet<String>),
}

struct Subject<'a> {
    name: &'a str,
    image: &'a Image,
    program: &'a Program,
    input: &'a Input,
    honest: &'a Record,
    reference: Reference<'a>,
}

fn operation(image: &Image, record: &Record, row: u32) -> String {
    let instr = &image.instrs[record.rows[row as usize].upc as usize];
    match (instr.op, instr.next) {
        (Op::None, next) => format!("{next:?}").split('(').next().unwrap_or_default().to_owned(),
        (op, _) => format!("{op:?}"),
    }
}

fn site(kind: FaultKind) -> String {
    match kind {
        FaultKind::Read(port, _) => format!("Read {port:?}"),
        FaultKind::OldTime(port, _) => format!("OldTime {port:?}"),
        other => format!("{other:?}").split('(').next().unwrap_or_default().to_owned(),
    }
}

impl Subject<'_> {
    fn group(&self, fault: &Fault) -> (String, String) {
        (operation(self.image, self.honest, fault.row), site(fault.kind))
    }

    fn executor(&self) -> Executor<'_> {
        let rows = 3 * self.honest.rows.len() as u32 + 200;
        Executor::new(self.program, self.input.clone()).limits(Limits { rows })
    }

    /// The groups take turns, so the list repeats its groups with a period.
    fn draw(&self, each: usize, seed: u64) -> BTreeMap<(String, String), Vec<Fault>> {
        let probe = faults(self.image, self.honest, seed, 4_000);
        let first = self.group(&probe[0]);
        let period = 1 + probe[1..].iter().position(|f| self.group(f) == first).expect("groups take turns");
        let mut out: BTreeMap<_, Vec<Fault>> = BTreeMap::new();
        for fault in faults(self.image, self.honest, seed, period * each) {
            out.entry(self.group(&fault)).or_default().push(fault);
        }
        out
    }

    /// The run with a fault, and its traces with the fault's outcome forced where the filler would put the true one.
    fn forge(&self, fault: Fault) -> Result<(Record, Traces), Verdict> {
        let run = caught(|| self.executor().unchecked().record_with_fault(fault));
        let Ok(Ok(record)) = run else { return Err(Verdict::NoRun) };
        let key = self.reference.key;
        let mut traces = match caught(|| key.traces(&record)) {
            Ok(Ok(traces)) => traces,
            Ok(Err(e)) => return Err(Verdict::NoTrace(e.to_string())),
            Err(panic) => return Err(Verdict::NoTrace(panic)),
        };
        let row = fault.row as usize;
        let next = self.image.instrs[record.rows[row].upc as usize].next;
        match (fault.kind, next) {
            (FaultKind::Dispatch(outcome), _) => force_outcome(key, &record, &mut traces, row, outcome),
            (FaultKind::Branch, Next::Charge(target)) => {
                let short = record.rows[row + 1].upc == target;
                let outcome =
                    if short { DispatchOutcome::Fails(fault::OUT_OF_GAS) } else { DispatchOutcome::Succeeds };
                force_outcome(key, &record, &mut traces, row, outcome);
            }
            _ => {}
        }
        as_the_verifier(&mut traces);
        Ok((record, traces))
    }

    /// Whether the run is one the program allows, by the executor alone.
    fn allowed(&self, fault: Fault, record: &Record) -> Option<&'static str> {
        let instr = &self.image.instrs[record.rows[fault.row as usize].upc as usize];
        if instr.op == Op::Op2(Op2::Hint) && matches!(fault.kind, FaultKind::Result(_)) {
            // Only the hint's value was forced; every check of the executor is on.
            let checked = self.executor().record_with_fault(fault);
            return checked.is_ok_and(|r| r == *record).then_some("another value of a hint");
        }
        let private: Vec<U256> = record.input.iter().map(|c| c.word).collect();
        if private != self.input.private {
            // No fault at all, but another private input.
            let other = Executor::new(self.program, Input { private, ..self.input.clone() }).record();
            return other.is_ok_and(|r| r == *record).then_some("another private input");
        }
        None
    }

    fn judge(&self, fault: Fault) -> Verdict {
        let (record, traces) = match self.forge(fault) {
            Ok(forged) => forged,
            Err(verdict) => return verdict,
        };
        if self.reference.is_same(&traces) {
            return Verdict::Same;
        }
        let refusals = self.reference.refusals(&traces);
        match (refusals.is_empty(), self.allowed(fault, &record)) {
            (true, Some(why)) => Verdict::Allowed(why),
            (true, None) => Verdict::Accepted,
            (false, None) => Verdict::Refused(refusals),
            (false, Some(_)) => Verdict::Lost(refusals),
        }
    }
}

#[derive(Default)]
struct Tally {
    tried: usize,
    refused: usize,
    allowed: usize,
    same: usize,
    no_run: usize,
    no_trace: usize,
    places: BTreeMap<String, usize>,
    wrong: Vec<String>,
    listed: Vec<String>,
}

impl Tally {
    fn of(subject: &Subject<'_>, list: &[Fault], wanted: usize) -> Self {
        let mut t = Self::default();
        for &fault in list {
            if t.refused + t.allowed >= wanted {
                break;
            }
            t.tried += 1;
            match subject.judge(fault) {
                Verdict::Refused(places) => {
                    t.refused += 1;
                    places.into_iter().for_each(|p| *t.places.entry(p).or_default() += 1);
                }
                Verdict::Allowed(why) => {
                    t.allowed += 1;
                    t.listed.push(format!("{why}: {} {fault:?}", subject.name));
                }
                Verdict::Same => t.same += 1,
                Verdict::NoRun => t.no_run += 1,
                Verdict::NoTrace(why) => {
                    t.no_trace += 1;
                    if t.no_trace == 1 {
                        t.listed.push(format!("no trace: {} {fault:?}: {why}", subject.name));
                    }
                }
                Verdict::Accepted => t.wrong.push(format!("ACCEPTED: {} {fault:?}", subject.name)),
                Verdict::Lost(by) => t.wrong.push(format!("LOST: {} {fault:?} by {by:?}", subject.name)),
            }
        }
        t
    }
}

/// A program's run, handed to `f`.
fn with_subject<T>(name: &str, image: &Image, input: &Input, f: impl FnOnce(&Subject<'_>) -> T) -> T {
    let program = program(image);
    let honest = Executor::new(&program, input.clone()).record().expect("the program halts");
    let key = ProvingKey::new(image.clone(), ProofParams::TESTING);
    let reference = Reference::new(&key, &honest);
    f(&Subject { name, image, program: &program, input, honest: &honest, reference })
}

fn programs() -> Vec<(&'static str, Image, Input)> {
    let word = |i: u64| U256::from(i) << (17 * i as usize);
    let words: Vec<U256> = (1..6).map(word).collect();
    let (leaf, sibling) = (word(3), word(7));
    let pair = [leaf.to_be_bytes::<32>(), sibling.to_be_bytes::<32>()].concat();
    let mut merkle = input(&[0, 1], &[leaf, U256::ZERO, sibling]);
    merkle.public[0] = keccak256(pair).into();
    vec![
        ("every_op", every_op::image(), every_op::input()),
        ("factorial", image("rom/examples/factorial.zkasm"), input(&[9], &[])),
        ("keccak", image("rom/examples/keccak.zkasm"), input(&[120], &words)),
        ("memcopy", image("rom/examples/memcopy.zkasm"), input(&[], &[U256::from(7) << 250, U256::MAX])),
        ("merkle", image("rom/examples/merkle.zkasm"), merkle),
    ]
}

#[test]
fn faults_are_refused() {
    let wanted = setting("ZKROM_FAULTS", 3);
    let (mut wrong, mut totals) = (vec![], [0; 6]);
    for (name, image, input) in programs() {
        let table = with_subject(name, &image, &input, |subject| {
            assert_eq!(Space::ALL.len(), 8);
            let groups: Vec<_> = subject.draw(DRAWN * wanted, 7).into_iter().collect();
            groups.into_par_iter().map(|(g, list)| (g, Tally::of(subject, &list, wanted))).collect::<Vec<_>>()
        });
        println!("\n{name}: operation, fault: tried, refused, allowed, same, no run, no trace; by");
        for ((operation, site), t) in table {
            let counts = [t.tried, t.refused, t.allowed, t.same, t.no_run, t.no_trace];
            totals.iter_mut().zip(counts).for_each(|(a, b)| *a += b);
            let places: Vec<String> = t.places.iter().map(|(p, n)| format!("{p} {n}")).collect();
            println!("{operation:28} {site:14} {counts:3?} {}", places.join(", "));
            t.listed.iter().for_each(|l| println!("    {l}"));
            wrong.extend(t.wrong);
        }
    }
    println!("\ntried, refused, allowed, same, no run, no trace: {totals:?}");
    assert!(wrong.is_empty(), "{} faults:\n{}", wrong.len(), wrong.join("\n"));
}

/// The block program's run on a sample block.
fn with_block<T>(name: &str, f: impl FnOnce(&Subject<'_>) -> T) -> T {
    let block = zkrom_witness::samples::find(name).expect("the sample is there").make().expect("it is made");
    let config = block.config().expect("its network is known");
    let private = zkrom_witness::rom_input(&block, &config);
    with_subject("block", &image("rom/main.zkasm"), &Input { private, ..Input::default() }, f)
}

/// Judges faults of any groups together.
fn judged(subject: &Subject<'_>, list: &[Fault]) -> Tally {
    let mut whole = Tally::default();
    for t in list.par_iter().map(|f| Tally::of(subject, &[*f], 1)).collect::<Vec<_>>() {
        whole.tried += t.tried;
        whole.refused += t.refused;
        whole.allowed += t.allowed;
        whole.same += t.same;
        whole.no_run += t.no_run;
        whole.no_trace += t.no_trace;
        t.places.into_iter().for_each(|(p, n)| *whole.places.entry(p).or_default() += n);
        whole.wrong.extend(t.wrong);
        t.listed.iter().for_each(|l| println!("    {l}"));
    }
    let counts = [whole.tried, whole.refused, whole.allowed, whole.same, whole.no_run, whole.no_trace];
    println!("tried, refused, allowed, same, no run, no trace: {counts:?}; by {:?}", whole.places);
    assert!(whole.wrong.is_empty(), "{} faults:\n{}", whole.wrong.len(), whole.wrong.join("\n"));
    whole
}

/// Faults in the run of the block program on a sample block; `ZKROM_BLOCK_FAULTS` says how many.
#[test]
fn faults_in_a_block_are_refused() {
    let wanted = setting("ZKROM_BLOCK_FAULTS", 200);
    with_block("transfer", |subject| {
        let tally = judged(subject, &faults(subject.image, subject.honest, 11, wanted));
        assert!(2 * tally.refused > wanted);
    });
}

/// Each branch, charge and dispatch of the ROM that a block's run comes to, ended the other way: calls that fail or do not, accounts and slots that are absent
/// or are not, signatures that are invalid, jumps, gas. One in `ZKROM_BRANCHES`, 1 for all.
#[test]
fn other_ways_in_a_block_are_refused() {
    let step = setting("ZKROM_BRANCHES", 8);
    for name in ["failing-call", "create2"] {
        with_block(name, |subject| {
            let mut seen = BTreeSet::new();
            let mut list = vec![];
            for (at, pair) in subject.honest.rows.windows(2).enumerate() {
                let (upc, row) = (pair[0].upc, at as u32);
                if !seen.insert((upc, pair[1].upc)) {
                    continue;
                }
                match subject.image.instrs[upc as usize].next {
                    Next::BranchZero(_) | Next::BranchNonZero(_) | Next::Charge(_) => {
                        list.push(Fault { row, kind: FaultKind::Branch });
                    }
                    Next::Dispatch(t) | Next::EvmJump(t) => {
                        let failed = (t..t + 4).contains(&pair[1].upc);
                        let other =
                            if failed { DispatchOutcome::Succeeds } else { DispatchOutcome::Fails(row % 3) };
                        list.push(Fault { row, kind: FaultKind::Dispatch(other) });
                    }
                    _ => {}
                }
            }
            let some: Vec<Fault> = list.iter().copied().step_by(step).collect();
            println!("{name}: {} of {} ways", some.len(), list.len());
            let tally = judged(subject, &some);
            assert_eq!(tally.allowed + tally.same, 0);
            assert!(2 * tally.refused > some.len());
        });
    }
}

/// A few faults of every kind, proved by a prover that does not look, and refused by the verifier.
#[test]
fn the_verifier_refuses_faults() {
    let wanted = setting("ZKROM_PROVED_FAULTS", 20);
    with_subject("every_op", &every_op::image(), &every_op::input(), |subject| {
        let mut by_site: BTreeMap<String, Vec<Fault>> = BTreeMap::new();
        let mut drawn: Vec<_> = subject.draw(3, 20).into_iter().collect();
        // A different operation for each site first.
        let turn = drawn.len() / 3;
        drawn.rotate_left(turn);
        for ((_, site), list) in drawn {
            by_site.entry(site).or_default().extend(list);
        }
        let most = by_site.values().map(Vec::len).max().unwrap_or(0);
        let turns = (0..most)
            .flat_map(|i| by_site.iter().filter_map(move |(s, l)| Some((s, *l.get(7 * i % l.len())?))));
        let (mut refused, mut prover) = (0, 0);
        let mut sites = BTreeSet::new();
        for (site, fault) in turns {
            if refused == wanted {
                break;
            }
            let Ok((record, traces)) = subject.forge(fault) else { continue };
            if subject.reference.is_same(&traces) || subject.allowed(fault, &record).is_some() {
                continue;
            }
            refused += 1;
            sites.insert(site.clone());
            let key = subject.reference.key;
            match caught(|| key.prove_traces(&record, traces)) {
                Ok(Ok(proof)) => {
                    let verdict =
                        caught(|| key.verifying.verify_with(&proof, ProofParams::TESTING).map(|_| ()));
                    let error = verdict.expect("the verifier does not panic").expect_err("refused");
                    println!("{site}: {fault:?}: {error}");
                }
                other => {
                    prover += 1;
                    println!("{site}: {fault:?}: the prover gives up: {other:?}");
                }
            }
        }
        println!("{refused} refused, {prover} of them by the prover already; {} sites", sites.len());
        assert_eq!(refused, wanted);
    });
}
