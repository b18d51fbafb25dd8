//! The bus messages of a chip as a straight-line program.
//!
//! p3 hands out the elements and counts of messages as symbolic expressions, and evaluates each by walking its tree: a sub-expression that three elements
//! share is computed three times, and one that is nested in itself exponentially often. Here each distinct node is one instruction of a program that runs
//! over all messages of a chip at once, on packed rows.

use std::collections::HashMap;
use std::sync::Arc;

use p3_air::symbolic::{BaseEntry, BaseLeaf, SymbolicExpression};
use p3_field::{Algebra, BasedVectorSpace, PrimeCharacteristicRing, PrimeField32};
use p3_lookup::Lookup;

use super::{PackedChallenge, PackedVal};
use crate::field::{Challenge, Val};

/// The result of an earlier instruction.
type Reg = u32;

/// An instruction; its result goes to the next register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    /// A main column of this row, by its place among those that messages read.
    Main(u32),
    /// A main column of the next row.
    MainNext(u32),
    /// A preprocessed column of this row.
    Preprocessed(u32),
    /// A preprocessed column of the next row.
    PreprocessedNext(u32),
    /// A public value.
    Public(u32),
    /// A constant, in canonical form.
    Constant(u32),
    Add(Reg, Reg),
    Sub(Reg, Reg),
    Neg(Reg),
    Mul(Reg, Reg),
}

/// A message: where its elements and its count are found.
#[derive(Debug)]
struct Term {
    elements: Vec<Reg>,
    count: Reg,
}

/// The messages of a chip: some in each lookup column.
#[derive(Debug, Default)]
pub(super) struct Messages {
    ops: Vec<Op>,
    columns: Vec<Vec<Term>>,
    /// The main columns that are read, in ascending order.
    reads: Vec<usize>,
    /// Whether the next row is read.
    reads_next: bool,
    /// Whether the next preprocessed row is read.
    reads_preprocessed_next: bool,
}

/// Rows the program reads.
pub(super) struct Rows<'a> {
    /// Main columns of this row, those of [`Messages::reads`].
    pub main: &'a [PackedVal],
    /// Those of the next row; may be empty where [`Messages::reads_next`] says so.
    pub main_next: &'a [PackedVal],
    /// Preprocessed columns of this row.
    pub preprocessed: &'a [PackedVal],
    /// Those of the next row; may be empty where it is not read.
    pub preprocessed_next: &'a [PackedVal],
    /// The public values.
    pub public_values: &'a [Val],
}

/// The challenges of a lookup column, prepared.
pub(super) struct ColumnChallenges {
    /// What a message is subtracted from.
    alpha: Challenge,
    /// For each coordinate, the coefficients of a message's elements.
    powers: Vec<Vec<Val>>,
}

#[derive(Default)]
struct Compiler {
    out: Messages,
    /// The register of each distinct instruction.
    numbers: HashMap<Op, Reg>,
    /// The register of each node met, by address: the nodes live as long as the compiler.
    nodes: HashMap<*const SymbolicExpression<Val>, Reg>,
}

impl Compiler {
    fn emit(&mut self, op: Op) -> Reg {
        *self.numbers.entry(op).or_insert_with(|| {
            self.out.ops.push(op);
            (self.out.ops.len() - 1) as Reg
        })
    }

    fn node(&mut self, node: &Arc<SymbolicExpression<Val>>) -> Reg {
        let key = Arc::as_ptr(node);
        if let Some(&reg) = self.nodes.get(&key) {
            return reg;
        }
        let reg = self.expression(node);
        self.nodes.insert(key, reg);
        reg
    }

    fn expression(&mut self, expression: &SymbolicExpression<Val>) -> Reg {
        use p3_air::symbolic::SymbolicExpr as E;
        let op = match expression {
            E::Leaf(leaf) => self.leaf(leaf),
            E::Add { x, y, .. } => Op::Add(self.node(x), self.node(y)),
            E::Sub { x, y, .. } => Op::Sub(self.node(x), self.node(y)),
            E::Neg { x, .. } => Op::Neg(self.node(x)),
            E::Mul { x, y, .. } => Op::Mul(self.node(x), self.node(y)),
        };
        self.emit(op)
    }

    fn leaf(&mut self, leaf: &BaseLeaf<Val>) -> Op {
        match leaf {
            BaseLeaf::Constant(c) => Op::Constant(c.as_canonical_u32()),
            BaseLeaf::Variable(v) => {
                let index = v.index as u32;
                match v.entry {
                    BaseEntry::Main { offset: 0 } => Op::Main(self.read(v.index)),
                    BaseEntry::Main { .. } => {
                        self.out.reads_next = true;
                        Op::MainNext(self.read(v.index))
                    }
                    BaseEntry::Preprocessed { offset: 0 } => Op::Preprocessed(index),
                    BaseEntry::Preprocessed { .. } => {
                        self.out.reads_preprocessed_next = true;
                        Op::PreprocessedNext(index)
                    }
                    BaseEntry::Public => Op::Public(index),
                    BaseEntry::Periodic => panic!("a message reads a periodic column"),
                }
            }
            // Selectors are scaled differently on the trace and off it.
            BaseLeaf::IsFirstRow | BaseLeaf::IsLastRow | BaseLeaf::IsTransition => {
                panic!("a message depends on its row's position")
            }
        }
    }

    fn read(&self, column: usize) -> u32 {
        self.out.reads.binary_search(&column).expect("all columns were collected") as u32
    }
}

/// Collects the main columns a set of expressions reads.
fn main_columns(lookups: &[Lookup<Val>]) -> Vec<usize> {
    use p3_air::symbolic::SymbolicExpr as E;
    let mut out = std::collections::BTreeSet::new();
    let mut seen = std::collections::HashSet::new();
    let mut stack: Vec<&SymbolicExpression<Val>> =
        lookups.iter().flat_map(|l| l.elements.iter().flatten().chain(&l.multiplicities)).collect();
    while let Some(expression) = stack.pop() {
        if !seen.insert(core::ptr::from_ref(expression)) {
            continue;
        }
        match expression {
            E::Leaf(BaseLeaf::Variable(v)) => {
                if let BaseEntry::Main { .. } = v.entry {
                    out.insert(v.index);
                }
            }
            E::Leaf(_) => {}
            E::Add { x, y, .. } | E::Sub { x, y, .. } | E::Mul { x, y, .. } => stack.extend([&**x, &**y]),
            E::Neg { x, .. } => stack.push(x),
        }
    }
    out.into_iter().collect()
}

impl Messages {
    /// Compiles a chip's packed lookups.
    ///
    /// # Panics
    ///
    /// Where a message uses what no chip's does: selectors, periodic columns, exclusive messages.
    pub(super) fn new(lookups: &[Lookup<Val>]) -> Self {
        let mut compiler = Compiler::default();
        compiler.out.reads = main_columns(lookups);
        for lookup in lookups {
            assert!(lookup.flags.is_none(), "exclusive messages");
            let column = lookup
                .elements
                .iter()
                .zip(&lookup.multiplicities)
                .map(|(elements, count)| Term {
                    elements: elements.iter().map(|e| compiler.expression(e)).collect(),
                    count: compiler.expression(count),
                })
                .collect();
            compiler.out.columns.push(column);
        }
        compiler.out
    }

    /// The main columns that are read, in the order of [`Rows::main`].
    pub(super) fn reads(&self) -> &[usize] {
        &self.reads
    }

    /// Whether the next row's main columns are read.
    pub(super) fn reads_next(&self) -> bool {
        self.reads_next
    }

    /// Whether the next row's preprocessed columns are read.
    pub(super) fn reads_preprocessed_next(&self) -> bool {
        self.reads_preprocessed_next
    }

    /// Number of lookup columns, the accumulator not included.
    pub(super) fn columns(&self) -> usize {
        self.columns.len()
    }

    /// Number of messages in a column.
    pub(super) fn terms(&self, column: usize) -> usize {
        self.columns[column].len()
    }

    /// Prepares the challenges, which come as two for each column.
    pub(super) fn challenges(&self, challenges: &[Challenge]) -> Vec<ColumnChallenges> {
        self.columns
            .iter()
            .zip(challenges.chunks_exact(2))
            .map(|(terms, pair)| {
                let width = terms.iter().map(|t| t.elements.len()).max().unwrap_or(0);
                let mut powers: Vec<Challenge> = pair[1].powers().take(width).collect();
                powers.reverse();
                let dimension = <Challenge as BasedVectorSpace<Val>>::DIMENSION;
                let coordinate = |d: usize| {
                    powers.iter().map(|p| p.as_basis_coefficients_slice()[d]).collect::<Vec<Val>>()
                };
                ColumnChallenges { alpha: pair[0], powers: (0..dimension).map(coordinate).collect() }
            })
            .collect()
    }

    /// Runs the program on some rows.
    pub(super) fn run(&self, rows: &Rows<'_>, regs: &mut Vec<PackedVal>) {
        regs.clear();
        regs.reserve(self.ops.len());
        for op in &self.ops {
            let value = match *op {
                Op::Main(i) => rows.main[i as usize],
                Op::MainNext(i) => rows.main_next[i as usize],
                Op::Preprocessed(i) => rows.preprocessed[i as usize],
                Op::PreprocessedNext(i) => rows.preprocessed_next[i as usize],
                Op::Public(i) => rows.public_values[i as usize].into(),
                Op::Constant(c) => Val::from_u32(c).into(),
                Op::Add(x, y) => regs[x as usize] + regs[y as usize],
                Op::Sub(x, y) => regs[x as usize] - regs[y as usize],
                Op::Neg(x) => -regs[x as usize],
                Op::Mul(x, y) => regs[x as usize] * regs[y as usize],
            };
            regs.push(value);
        }
    }

    /// Denominator and count of a message, after [`Self::run`]: `alpha - sum_i e_i beta^(k - 1 - i)` and `m`.
    pub(super) fn fraction(
        &self,
        column: usize,
        term: usize,
        challenges: &ColumnChallenges,
        regs: &[PackedVal],
        scratch: &mut Vec<PackedVal>,
    ) -> (PackedChallenge, PackedVal) {
        let term = &self.columns[column][term];
        scratch.clear();
        scratch.extend(term.elements.iter().map(|&e| regs[e as usize]));
        let combined = PackedChallenge::from_basis_coefficients_fn(|d| {
            PackedVal::batched_linear_combination(scratch, &challenges.powers[d])
        });
        (PackedChallenge::from(challenges.alpha) - combined, regs[term.count as usize])
    }
}
