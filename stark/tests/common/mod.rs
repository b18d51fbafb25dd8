//! What the whole-machine tests share.
#![allow(dead_code, missing_docs, reason = "each test binary uses a part of it")]

pub mod every_op;
pub mod forge;

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use alloy_primitives::U256;
use p3_air::BaseAir;
use p3_field::PrimeCharacteristicRing;
use p3_matrix::Matrix;
use p3_matrix::dense::RowMajorMatrix;
use zkrom_asm::{Files, Image, Options, assemble};
use zkrom_executor::hints::Hints;
use zkrom_executor::record::Record;
use zkrom_executor::{Executor, Input, Program};
use zkrom_stark::buses::Bus;
use zkrom_stark::check::{Deletion, Instance, check, evaluate_row};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::{Chip, ChipId};
use zkrom_stark::proof::{FileFormat, Proof};
use zkrom_stark::prove::Traces;

pub fn image(path: &str) -> Image {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    assemble(&root, &Files::Disk, &Options::default()).expect("the program assembles").image
}

pub fn input(public: &[u64], private: &[U256]) -> Input {
    let mut input = Input { private: private.to_vec(), ..Input::default() };
    for (slot, &word) in input.public.iter_mut().zip(public) {
        *slot = U256::from(word);
    }
    input
}

pub fn program(image: &Image) -> Program {
    Program::load(image, &Hints::default()).expect("the image loads")
}

pub fn record(image: &Image, input: Input) -> Record {
    Executor::new(&program(image), input).record().unwrap_or_else(|e| panic!("{}", e.render(&())))
}

/// Checks a run's traces, and proves and verifies it with few-query parameters.
pub fn whole(image: &Image, record: &Record) {
    let key = ProvingKey::new(image.clone(), ProofParams::TESTING);
    let traces = key.traces(record).expect("the run fits a shape");
    let instances: Vec<Instance<'_, _>> = key
        .chips
        .iter()
        .zip(&traces.matrices)
        .zip(&traces.public_values)
        .map(|((air, trace), public_values)| Instance { name: air.id().name(), air, trace, public_values })
        .collect();
    let report = check(&instances);
    assert!(report.is_ok(), "{report}");
    drop(instances);
    let proof = key.prove_traces(record, traces).expect("the prover runs");
    let statement = key.verifying.verify_with(&proof, ProofParams::TESTING).expect("the proof verifies");
    assert_eq!(statement.public_out, record.public_out);
    let bytes = proof.to_bytes();
    assert_eq!(Proof::from_bytes(&bytes).expect("it reads back").to_bytes(), bytes);
}

/// A number from the environment, for longer runs.
pub fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |v| v.parse().expect("a number"))
}

std::thread_local! {
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}
/// How many calls of [`caught`] are under way: panics of worker threads, which have no name, are theirs.
static UNDER_WAY: AtomicUsize = AtomicUsize::new(0);
static HOOK: Once = Once::new();

/// Gives the text of `f`'s panic instead of printing it.
pub fn caught<T>(f: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let print = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let worker = std::thread::current().name().is_none() && UNDER_WAY.load(Ordering::SeqCst) > 0;
            if !EXPECTED.get() && !worker {
                print(info);
            }
        }));
    });
    UNDER_WAY.fetch_add(1, Ordering::SeqCst);
    let before = EXPECTED.replace(true);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(f));
    EXPECTED.set(before);
    UNDER_WAY.fetch_sub(1, Ordering::SeqCst);
    result.map_err(|e| {
        let text = e.downcast_ref::<String>().map(String::as_str);
        text.or_else(|| e.downcast_ref::<&str>().copied()).unwrap_or("no text").to_owned()
    })
}

type Balance = HashMap<(Bus, Vec<Val>), Val>;

/// An honest run that others of its program are checked against: rows that do not differ from it are known to be fine, and its buses balance, so
/// only the rows that differ are evaluated.
pub struct Reference<'k> {
    pub key: &'k ProvingKey,
    pub traces: Traces,
    preprocessed: Vec<Option<RowMajorMatrix<Val>>>,
}

const fn is_table(id: ChipId) -> bool {
    matches!(id, ChipId::Rom | ChipId::Opcode | ChipId::Range16 | ChipId::Byte)
}

impl<'k> Reference<'k> {
    /// The run is checked in full.
    pub fn new(key: &'k ProvingKey, record: &Record) -> Self {
        let traces = key.traces(record).expect("the run fits a shape");
        let preprocessed = key.chips.iter().map(BaseAir::preprocessed_trace).collect();
        let reference = Self { key, traces, preprocessed };
        let found = reference.evaluate(&reference.traces, |_, _, _| true);
        assert!(found.is_empty(), "the honest run: {found:?}");
        reference
    }

    /// What refuses the traces: names of chips with a failed constraint and of buses out of balance; nothing if they are accepted.
    pub fn refusals(&self, traces: &Traces) -> BTreeSet<String> {
        if traces.shape != self.traces.shape {
            return self.evaluate(traces, |_, _, _| true);
        }
        self.evaluate(traces, |chip, row, next| {
            let differs =
                |r: usize| slice(&traces.matrices[chip], r) != slice(&self.traces.matrices[chip], r);
            traces.public_values[chip] != self.traces.public_values[chip] || differs(row) || differs(next)
        })
    }

    /// Whether the traces and public values are the honest ones.
    pub fn is_same(&self, traces: &Traces) -> bool {
        traces.shape == self.traces.shape
            && traces.public_values == self.traces.public_values
            && traces.matrices.iter().zip(&self.traces.matrices).all(|(a, b)| a.values == b.values)
    }

    fn evaluate(&self, traces: &Traces, differs: impl Fn(usize, usize, usize) -> bool) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut balance = Balance::new();
        let same_shape = traces.shape == self.traces.shape;
        let honest = core::ptr::eq(traces, &self.traces);
        for (chip, air) in self.key.chips.iter().enumerate() {
            let (matrix, public) = (&traces.matrices[chip], &traces.public_values[chip]);
            let height = matrix.height();
            for row in 0..height {
                if !differs(chip, row, (row + 1) % height) {
                    continue;
                }
                let table = is_table(air.id());
                let zero = |m: &RowMajorMatrix<Val>| slice(m, row).iter().all(|x| *x == Val::ZERO);
                // The fixed tables have no constraints: a row that is looked up by nobody says nothing.
                if !(table && zero(matrix)) {
                    self.add(chip, air, matrix, public, row, Val::ONE, &mut balance, Some(&mut found));
                }
                let (old, public) = (&self.traces.matrices[chip], &self.traces.public_values[chip]);
                if same_shape && !honest && !(table && zero(old)) {
                    self.add(chip, air, old, public, row, Val::NEG_ONE, &mut balance, None);
                }
            }
        }
        found.extend(balance.iter().filter(|x| *x.1 != Val::ZERO).map(|x| format!("~{}", x.0.0.name())));
        found
    }

    #[expect(clippy::too_many_arguments, reason = "one row of one chip")]
    fn add(
        &self,
        chip: usize,
        air: &Chip,
        matrix: &RowMajorMatrix<Val>,
        public: &[Val],
        row: usize,
        sign: Val,
        balance: &mut Balance,
        found: Option<&mut BTreeSet<String>>,
    ) {
        let b = evaluate_row(air, matrix, self.preprocessed[chip].as_ref(), public, row, Deletion::None);
        assert!(!is_table(air.id()) || b.num_constraints == 0, "the fixed tables have no constraints");
        if let Some(found) = found
            && !b.failures.is_empty()
        {
            found.insert(air.id().name().to_owned());
        }
        for m in b.messages {
            *balance.entry((m.bus, m.fields)).or_insert(Val::ZERO) += sign * m.count;
        }
    }
}

fn slice(m: &RowMajorMatrix<Val>, row: usize) -> &[Val] {
    &m.values[row * m.width..(row + 1) * m.width]
}
