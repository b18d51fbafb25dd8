//! A table's constraints at the out-of-domain point, from the AIR's own symbolic expressions.

use std::collections::HashMap;

use p3_air::symbolic::{BaseEntry, BaseLeaf, ExtEntry, ExtLeaf, SymbolicExpr, SymbolicExpression};
use p3_batch_stark::symbolic::{get_constraint_layout, get_symbolic_constraints};
use p3_field::PrimeCharacteristicRing;
use p3_lookup::{Kind, LogUpGadget, Lookup};
use zkrom_recursion::verifier::{ChildAir, layout};
use zkrom_stark::field::{Challenge, Val};

use super::linear::{Arena, Linear};
use crate::koala::{Ext, LIMIT_BITS};
use crate::r1cs::Builder;

/// Constraints folded with one power of the challenge's power: a group costs a reduction, a power the same.
const GROUP: usize = 20;

/// Values of a table at the out-of-domain point.
#[derive(Debug, Default)]
pub struct Values {
    /// Main columns.
    pub main: [Vec<Linear>; 2],
    /// Preprocessed columns.
    pub preprocessed: [Vec<Linear>; 2],
    /// Lookup columns, recomposed.
    pub lookup: [Vec<Linear>; 2],
    /// Public values.
    pub public: Vec<Linear>,
    /// Lookup challenges, two a lookup column.
    pub challenges: Vec<Linear>,
    /// The lookup terminal.
    pub terminal: Vec<Linear>,
    /// First, last and transition selectors.
    pub selectors: Vec<Linear>,
}

impl Values {
    fn base_leaf(&self, leaf: &BaseLeaf<Val>) -> Linear {
        match leaf {
            BaseLeaf::IsFirstRow => self.selectors[0].clone(),
            BaseLeaf::IsLastRow => self.selectors[1].clone(),
            BaseLeaf::IsTransition => self.selectors[2].clone(),
            BaseLeaf::Constant(c) => Linear::constant((*c).into()),
            BaseLeaf::Variable(v) => match v.entry {
                BaseEntry::Main { offset } => self.main[offset][v.index].clone(),
                BaseEntry::Preprocessed { offset } => self.preprocessed[offset][v.index].clone(),
                BaseEntry::Public => self.public[v.index].clone(),
                BaseEntry::Periodic => unreachable!("the plan refuses periodic columns"),
            },
        }
    }
}

/// Forms of expressions, by address: an expression used twice is evaluated once.
type Memo<L> = HashMap<*const SymbolicExpr<L>, Linear>;

/// Evaluates an expression, without recursion: sums may be thousands of terms deep.
fn evaluate<L>(
    b: &mut Builder,
    arena: &mut Arena,
    root: &SymbolicExpr<L>,
    memo: &mut Memo<L>,
    leaf: &mut impl FnMut(&mut Builder, &mut Arena, &L) -> Linear,
) -> Linear {
    let key = core::ptr::from_ref;
    let mut stack = vec![(root, false)];
    while let Some((e, ready)) = stack.pop() {
        if memo.contains_key(&key(e)) {
            continue;
        }
        let form = match e {
            SymbolicExpr::Leaf(l) => leaf(b, arena, l),
            SymbolicExpr::Neg { x, .. } if ready => memo[&key(&**x)].scale(Val::NEG_ONE),
            SymbolicExpr::Add { x, y, .. } if ready => {
                memo[&key(&**x)].add_scaled(&memo[&key(&**y)], Val::ONE)
            }
            SymbolicExpr::Sub { x, y, .. } if ready => {
                memo[&key(&**x)].add_scaled(&memo[&key(&**y)], Val::NEG_ONE)
            }
            SymbolicExpr::Mul { x, y, .. } if ready => {
                let (kx, ky) = (key(&**x), key(&**y));
                let (mut fx, mut fy) = (memo[&kx].clone(), memo[&ky].clone());
                let product = arena.mul(b, &mut fx, &mut fy);
                memo.insert(kx, fx);
                memo.insert(ky, fy);
                product
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
        memo.insert(key(e), form);
    }
    memo[&key(root)].clone()
}

/// Powers of the challenge that folds constraints.
#[derive(Debug)]
pub struct Folding {
    small: Vec<Ext>,
    giant: Ext,
}

impl Folding {
    /// The powers it needs, reduced.
    pub fn new(b: &mut Builder, alpha: &Ext) -> Self {
        let mut small = vec![Ext::one(), alpha.reduce(b)];
        while small.len() <= GROUP {
            let next = small[small.len() - 1].mul(b, &small[1]).reduce(b);
            small.push(next);
        }
        let giant = small.pop().expect("there are powers");
        Self { small, giant }
    }

    /// `sum alpha^(n - 1 - i) c_i`.
    fn fold(&self, b: &mut Builder, arena: &mut Arena, constraints: &[Linear]) -> Ext {
        let ascending: Vec<&Linear> = constraints.iter().rev().collect();
        let mut sum = Ext::zero();
        for group in ascending.chunks(GROUP).rev() {
            let scaled: Vec<Ext> = group
                .iter()
                .zip(&self.small)
                .map(|(c, power)| {
                    // Room for the power, for five products a coefficient and for the sum.
                    let c = arena.element(b, c).within(b, LIMIT_BITS - 45);
                    c.mul(b, power)
                })
                .collect();
            let group = Ext::sum(&scaled.iter().map(|x| (1, x)).collect::<Vec<_>>()).reduce(b);
            sum = sum.mul(b, &self.giant).add(&group);
        }
        sum
    }
}

/// All constraints of an AIR, lookups included, folded with the challenge in p3's order.
pub fn folded<A: ChildAir>(
    b: &mut Builder,
    arena: &mut Arena,
    air: &A,
    lookups: &[Lookup<Val>],
    values: &Values,
    alpha: &Folding,
) -> Ext {
    let gadget = LogUpGadget::new();
    let (base, ext) = get_symbolic_constraints::<Val, Challenge, A, _>(air, layout(air), lookups, &gadget);
    let order = get_constraint_layout::<Val, Challenge, A, _>(air, layout(air), lookups, &gadget);
    let mut forms = vec![Linear::constant(Challenge::ZERO); order.total_constraints()];
    let mut base_memo: Memo<BaseLeaf<Val>> = HashMap::new();
    for (constraint, &index) in base.iter().zip(&order.base_indices) {
        forms[index] = evaluate(b, arena, constraint, &mut base_memo, &mut |_, _, l| values.base_leaf(l));
    }
    let mut leaf = |b: &mut Builder, arena: &mut Arena, leaf: &ExtLeaf<Val, Challenge>| match leaf {
        ExtLeaf::Base(e) => {
            let e: &SymbolicExpression<Val> = e;
            evaluate(b, arena, e, &mut base_memo, &mut |_, _, l| values.base_leaf(l))
        }
        ExtLeaf::ExtConstant(c) => Linear::constant(*c),
        ExtLeaf::ExtVariable(v) => match v.entry {
            ExtEntry::Permutation { offset } => values.lookup[offset][v.index].clone(),
            ExtEntry::Challenge => values.challenges[v.index].clone(),
            ExtEntry::PermutationValue => values.terminal[v.index].clone(),
        },
    };
    let mut ext_memo = HashMap::new();
    for (constraint, &index) in ext.iter().zip(&order.ext_indices) {
        forms[index] = evaluate(b, arena, constraint, &mut ext_memo, &mut leaf);
    }
    alpha.fold(b, arena, &forms)
}

/// The challenges of each table's lookup columns: buses are numbered by first appearance, and a bus's base is `alpha + (number + 1) beta^width`, with the width of the widest
/// message of all.
pub fn lookup_challenges(
    b: &mut Builder,
    lookups: &[&[Lookup<Val>]],
    alpha: &Ext,
    beta: &Ext,
) -> Vec<Vec<Ext>> {
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
    let gamma = beta.pow(b, width);
    let bases: Vec<Ext> =
        (1..=buses).map(|k| alpha.add(&gamma.scale(Val::from_usize(k))).reduce(b)).collect();
    of_tables
        .iter()
        .map(|buses| buses.iter().flat_map(|&bus| [bases[bus].clone(), beta.clone()]).collect())
        .collect()
}
