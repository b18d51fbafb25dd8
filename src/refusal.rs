//! Why the EVM ROM refuses a block, in words.
//!
//! A rule that does not hold ends in a procedure that no row satisfies; the first line of its header in the source says what rule it is.

use serde::Serialize;
use zkrom_asm::source_map::SourceMap;
use zkrom_executor::ExecError;

use crate::rom::Places;

/// What kind of refusal it is, by the procedure's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `invalid_...`: the block or its witness breaks a rule.
    Invalid,
    /// `unsupported_...`: the ROM does not cover something the block needs.
    Unsupported,
    /// `missing_...`: the witness lacks something.
    Missing,
    /// Anything else: the ROM's fault, or a run that is too long.
    Stuck,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{} ({procedure}): {rule}", self.prefix())]
pub struct Refusal {
    /// Its kind.
    pub kind: Kind,
    /// The procedure that the run ended in.
    pub procedure: String,
    /// The rule: the first line of the procedure's header, or what the executor says.
    pub rule: String,
    /// The executor's report, with places in the ROM's sources.
    #[serde(skip)]
    pub report: String,
}

impl Kind {
    fn of(procedure: &str) -> Self {
        match procedure.split_once('_') {
            Some(("invalid", _)) => Self::Invalid,
            Some(("unsupported", _)) => Self::Unsupported,
            Some(("missing", _)) => Self::Missing,
            _ => Self::Stuck,
        }
    }
}

impl Refusal {
    /// The refusal that a failed run of the ROM is.
    #[must_use]
    pub fn new(error: &ExecError, map: &SourceMap) -> Self {
        let failure = &error.0;
        let report = error.render(&Places(map));
        // The procedure of the row, or the innermost call that has such a name.
        let places = std::iter::once(failure.upc).chain(failure.calls.iter().rev().map(|c| c.target));
        let units = places.filter_map(|upc| map.unit(upc as usize));
        for unit in units {
            let kind = Kind::of(&unit.name);
            if kind != Kind::Stuck {
                let rule = unit.purpose.trim_end_matches('.').to_owned();
                return Self { kind, procedure: unit.name.clone(), rule, report };
            }
        }
        let procedure = map.unit(failure.upc as usize).map_or_else(String::new, |u| u.name.clone());
        Self { kind: Kind::Stuck, procedure, rule: failure.rule.to_string(), report }
    }

    const fn prefix(&self) -> &'static str {
        match self.kind {
            Kind::Invalid => "the block is invalid",
            Kind::Unsupported => "the block is not covered",
            Kind::Missing => "the witness is incomplete",
            Kind::Stuck => "the ROM cannot go on",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        match self.kind {
            Kind::Invalid => "no such block has a proof; get block and witness from another source",
            Kind::Unsupported => "docs/rom.md lists what the ROM covers",
            Kind::Missing => {
                "get the witness again (debug_executionWitness of another client), or make it with `zkrom witness`"
            }
            Kind::Stuck => {
                "this is a fault of the ROM or a run beyond the machine's bound: please report it with the block"
            }
        }
    }
}
