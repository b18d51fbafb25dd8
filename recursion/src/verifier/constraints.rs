//! A table's constraints at the out-of-domain point, from the AIR's own symbolic expressions.

use std::collections::HashMap;
use std::hash::Hash;

use p3_air::symbolic::{BaseEntry, BaseLeaf, ExtEntry, ExtLeaf, SymbolicExpr, SymbolicExpression};
use p3_batch_stark::symbolic::{get_constraint_layout, get_symbolic_constraints};
use p3_lookup::{Kind, LogUpGadget, Lookup};
use zkrom_stark::field::{Challenge, Val};

use super::plan::{ChildAir, layout};
use crate::circuit::{Builder, Slot};

/// Values of a table at the out-of-domain point.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Main columns.
    pub main: [Vec<Slot>; 2],
    /// Preprocessed columns.
    pub preprocessed: [Vec<Slot>; 2],
    /// Lookup columns, recomposed.
    pub lookup: [Vec<Slot>; 2],
    /// Public values.
    pub public: Vec<Slot>,
    /// Lookup challenges, two a lookup column.
    pub challenges: Vec<Slot>,
    /// The lookup terminal.
    pub terminal: Vec<Slot>,
    /// First, last and transition selectors.
    pub selectors: [Slot; 3],
}

impl Default for Slot {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

impl Values {
    fn base_leaf(&self, builder: &mut Builder, leaf: &BaseLeaf<Val>) -> Slot {
        let [first, last, transition] = self.selectors;
        match leaf {
            BaseLeaf::IsFirstRow => first,
            BaseLeaf::IsLastRow => last,
            BaseLeaf::IsTransition => transition,
            BaseLeaf::Constant(c) => builder.base(*c),
            BaseLeaf::Variable(v) => match v.entry {
                BaseEntry::Main { offset } => self.main[offset][v.index],
                BaseEntry::Preprocessed { offset } => self.preprocessed[offset][v.index],
                BaseEntry::Public => self.public[v.index],
                BaseEntry::Periodic => unreachable!("the plan refuses periodic columns"),
            },
        }
    }
}

/// Slots of expressions, by address: an expression used twice is evaluated once.
type Memo<L> = HashMap<*const SymbolicExpr<L>, Slot>;

/// Evaluates an expression, without recursion: sums may be thousands of terms deep.
fn evaluate<L>(
    builder: &mut Builder,
    root: &SymbolicExpr<L>,
    memo: &mut Memo<L>,
    leaf: &mut impl FnMut(&mut Builder, &L) -> Slot,
) -> Slot
where
    *const SymbolicExpr<L>: Hash + Eq,
{
    let key = core::ptr::from_ref;
    let mut stack = vec![(root, false)];
    while let Some((e, ready)) = stack.pop() {
        if memo.contains_key(&key(e)) {
            continue;
        }
        let slot = match e {
            SymbolicExpr::Leaf(l) => leaf(builder, l),
            SymbolicExpr::Neg { x, .. } if ready => {
                let x = memo[&key(&**x)];
                builder.neg(x)
            }
            SymbolicExpr::Add { x, y, .. }
            | SymbolicExpr::Sub { x, y, .. }
            | SymbolicExpr::Mul { x, y, .. }
                if ready =>
            {
                let (x, y) = (memo[&key(&**x)], memo[&key(&**y)]);
                match e {
                    SymbolicExpr::Add { .. } => builder.add(x, y),
                    SymbolicExpr::Sub { .. } => builder.sub(x, y),
                    _ => builder.mul(x, y),
                }
            }
            SymbolicExpr::Neg { x, .. } => {
                stack.extend([(e, true), (&**x, false)]);
                continue;
            }
            SymbolicExpr::Add { x, y, .. }
            | SymbolicExpr::Sub { x, y, .. }
            | SymbolicExpr::Mul { x, y, .. } => {
                stack.extend([(e, true), (&**y, false), (&**x, false)]);
                continue;
            }
        };
        memo.insert(key(e), slot);
    }
    memo[&key(root)]
}

/// All constraints of an AIR, lookups included, folded with the challenge in p3's order.
pub fn folded<A: ChildAir>(
    builder: &mut Builder,
    air: &A,
    lookups: &[Lookup<Val>],
    values: &Values,
    alpha: Slot,
) -> Slot {
    let gadget = LogUpGadget::new();
    let (base, ext) = get_symbolic_constraints::<Val, Challenge, A, _>(air, layout(air), lookups, &gadget);
    let order = get_constraint_layout::<Val, Challenge, A, _>(air, layout(air), lookups, &gadget);
    let mut slots = vec![Slot::default(); order.total_constraints()];
    let mut base_memo: Memo<BaseLeaf<Val>> = HashMap::new();
    for (constraint, &index) in base.iter().zip(&order.base_indices) {
        slots[index] = evaluate(builder, constraint, &mut base_memo, &mut |b, l| values.base_leaf(b, l));
    }
    let mut leaf = |builder: &mut Builder, leaf: &ExtLeaf<Val, Challenge>| match leaf {
        ExtLeaf::Base(e) => {
            let e: &SymbolicExpression<Val> = e;
            evaluate(builder, e, &mut base_memo, &mut |b, l| values.base_leaf(b, l))
        }
        ExtLeaf::ExtConstant(c) => builder.constant(*c),
        ExtLeaf::ExtVariable(v) => match v.entry {
            ExtEntry::Permutation { offset } => values.lookup[offset][v.index],
            ExtEntry::Challenge => values.challenges[v.index],
            ExtEntry::PermutationValue => values.terminal[v.index],
        },
    };
    let mut ext_memo = HashMap::new();
    for (constraint, &index) in ext.iter().zip(&order.ext_indices) {
        slots[index] = evaluate(builder, constraint, &mut ext_memo, &mut leaf);
    }
    let zero = builder.zero();
    slots.into_iter().fold(zero, |sum, slot| builder.mul_add(sum, alpha, slot))
}

/// The challenges of each table's lookup columns: buses are numbered by first appearance, and a bus's base is `alpha + (number + 1) beta^width`, with the width of the widest
/// message of all.
pub fn lookup_challenges(
    builder: &mut Builder,
    lookups: &[&[Lookup<Val>]],
    alpha: Slot,
    beta: Slot,
) -> Vec<Vec<Slot>> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut buses = 0;
    let mut of_tables: Vec<Vec<usize>> = Vec::with_capacity(lookups.len());
    for &lookups in lookups {
        let mut of_table = Vec::with_capacity(lookups.len());
        for lookup in lookups {
            let number = match &lookup.kind {
                Kind::Global(name) => *numbers.entry(name).or_insert(buses),
                Kind::Local => buses,
            };
            buses = buses.max(number + 1);
            of_table.push(number);
        }
        of_tables.push(of_table);
    }
    let messages = lookups.iter().copied().flatten().flat_map(|l| &l.elements);
    let width = messages.map(Vec::len).max().unwrap_or(1);
    let gamma = builder.pow(beta, width);
    let mut base = alpha;
    let bases: Vec<Slot> = (0..buses)
        .map(|_| {
            base = builder.add(base, gamma);
            base
        })
        .collect();
    of_tables.iter().map(|buses| buses.iter().flat_map(|&bus| [bases[bus], beta]).collect()).collect()
}
