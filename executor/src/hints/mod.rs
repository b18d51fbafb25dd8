//! Hints: values the executor supplies and the program checks.
//!
//! A hint's function is no part of what is proved. It must be a function of its arguments and context alone, since a replay calls it again.

mod number;
mod secp256k1;

use std::{collections::BTreeMap, sync::Arc};

use alloy_primitives::U256;
use zkrom_asm::isa::{HintCall, Space};

use crate::{error::Flaw, record::Regs};

/// What a hint's function sees of the machine, before the hint's row.
pub struct HintContext<'a> {
    pub(crate) memory: &'a dyn ReadMemory,
    /// Registers.
    pub regs: Regs,
    /// The private input.
    pub input: &'a [U256],
    /// Keys numbered so far.
    pub keys: &'a [(U256, U256)],
}

impl HintContext<'_> {
    /// The word of a cell; zero where it was never written, and past the private input.
    #[must_use]
    pub fn read(&self, space: Space, ctx: u32, off: u32) -> U256 {
        self.memory.read(space, ctx, off)
    }
}

/// Memory as hints read it.
pub(crate) trait ReadMemory {
    /// The word of a cell.
    fn read(&self, space: Space, ctx: u32, off: u32) -> U256;
}

/// Why a hint has no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct HintError(
    /// What is wrong.
    pub String,
);

/// A hint's function.
pub type HintFn = Arc<dyn Fn(&HintContext<'_>, &[U256]) -> Result<U256, HintError> + Send + Sync>;

#[derive(Clone)]
struct Hint {
    arity: usize,
    call: HintFn,
}

/// The hint functions programs can name.
#[derive(Clone)]
pub struct Hints {
    known: BTreeMap<String, Hint>,
}

impl Default for Hints {
    /// The functions every program has.
    fn default() -> Self {
        let mut hints = Self { known: BTreeMap::new() };
        number::register(&mut hints);
        secp256k1::register(&mut hints);
        hints.register("input_len", 0, |ctx, _| Ok(U256::from(ctx.input.len())));
        hints.register("key_a", 1, |ctx, args| key(ctx, args[0]).map(|k| k.0));
        hints.register("key_b", 1, |ctx, args| key(ctx, args[0]).map(|k| k.1));
        hints
    }
}

fn key(ctx: &HintContext<'_>, index: U256) -> Result<(U256, U256), HintError> {
    let key = usize::try_from(index).ok().and_then(|i| ctx.keys.get(i));
    key.copied().ok_or_else(|| HintError(format!("no key {index}; the run has {} so far", ctx.keys.len())))
}

impl Hints {
    /// Adds a function, or replaces the one of that name. `call` is given `arity` arguments.
    pub fn register<F>(&mut self, name: &str, arity: usize, call: F)
    where
        F: Fn(&HintContext<'_>, &[U256]) -> Result<U256, HintError> + Send + Sync + 'static,
    {
        self.known.insert(name.to_owned(), Hint { arity, call: Arc::new(call) });
    }

    /// Names and numbers of arguments of all functions.
    pub fn list(&self) -> impl Iterator<Item = (&str, usize)> {
        self.known.iter().map(|(name, hint)| (name.as_str(), hint.arity))
    }

    /// The function of a name: for one that calls another, as tests of wrong hints do.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<HintFn> {
        self.known.get(name).map(|hint| hint.call.clone())
    }

    /// The function an instruction names.
    pub(crate) fn bind(&self, call: &HintCall) -> Result<HintFn, Flaw> {
        let name = call.name.clone();
        match self.known.get(&call.name) {
            None => Err(Flaw::UnknownHint { name }),
            Some(hint) if hint.arity != call.args.len() => {
                Err(Flaw::HintArity { name, expected: hint.arity, got: call.args.len() })
            }
            Some(hint) => Ok(hint.call.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
