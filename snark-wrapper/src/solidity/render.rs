//! The template with a key's words in it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::key::Words;

/// The contract with its placeholders, `{{NAME}}`:
///
/// | placeholder | value |
/// |---|---|
/// | `CONTRACT` | name of the contract |
/// | `ROOT` | import path of the contracts' `src/`, relative to the generated file |
/// | `NOTICE` | one natspec sentence: what the key is of, and whether it may be trusted |
/// | `TEMPLATE_SHA256`, `KEY_SHA256` | what the file was made from, so that a stale file can be told from its first lines |
/// | `ALPHA_X` .. `IC1_Y` | the 18 words of the key |
pub const TEMPLATE: &str = include_str!("../../../verifier-sol/templates/Groth16Verifier.sol.tpl");

/// Whose word it is that nobody kept the set-up's randomness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody's: the set-up is deterministic, and everybody can forge proofs.
    Development,
    /// Not said.
    Unknown,
    /// One sentence that says it, for the natspec.
    Stated(String),
}

impl Origin {
    fn notice(&self) -> &str {
        match self {
            Self::Development => {
                "UNSAFE development key: its set-up is public, so anyone can forge proofs. For tests only."
            }
            Self::Unknown => {
                "UNSAFE until shown otherwise: nobody said where this key comes from. Compare its digest with a ceremony's."
            }
            Self::Stated(notice) => notice,
        }
    }
}

/// What a contract is to be called, and what it says of its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Name of the contract.
    pub contract: String,
    /// Import path of the contracts' `src/`, relative to the generated file.
    pub root: String,
    /// Where the key comes from.
    pub origin: Origin,
}

/// Why no contract was written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The name is no Solidity identifier.
    #[error("{0:?} is no name for a contract: letters, digits and _ only, and no digit first")]
    Contract(String),
    /// The path cannot stand in an import.
    #[error("{0:?} is no import path: letters, digits, and -_./@ only")]
    Root(String),
    /// The notice cannot stand in one line of natspec.
    #[error("the notice must be one line of printable ASCII, not empty and not beginning with a tag (@)")]
    Notice,
    /// A key that calls itself a development key would get another origin.
    #[error("the file says that this is a development key, so the contract must say so too")]
    Development,
    /// The template asks for a value that does not exist.
    #[error("the template asks for an unknown value {0}")]
    UnknownPlaceholder(String),
    /// The template leaves a value out.
    #[error("the template does not use {0}")]
    UnusedValue(String),
}

impl Options {
    fn check(&self, key: &Words) -> Result<(), RenderError> {
        let identifier = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !self.contract.chars().all(identifier) || !self.contract.starts_with(|c: char| !c.is_ascii_digit())
        {
            return Err(RenderError::Contract(self.contract.clone()));
        }
        if self.root.is_empty() || !self.root.chars().all(|c| identifier(c) || "-./@".contains(c)) {
            return Err(RenderError::Root(self.root.clone()));
        }
        let notice = self.origin.notice();
        if notice.is_empty() || notice.starts_with('@') || !notice.chars().all(|c| matches!(c, ' '..='~')) {
            return Err(RenderError::Notice);
        }
        if key.development && self.origin != Origin::Development {
            return Err(RenderError::Development);
        }
        Ok(())
    }
}

/// sha256 of the template: a generated contract names it.
#[must_use]
pub fn template_digest() -> [u8; 32] {
    Sha256::digest(TEMPLATE).into()
}

/// The contract's source.
///
/// # Errors
/// Where an option cannot stand in the source.
pub fn render(key: &Words, options: &Options) -> Result<String, RenderError> {
    options.check(key)?;
    fill(TEMPLATE, &values(key, options))
}

pub(super) fn values(key: &Words, options: &Options) -> BTreeMap<String, String> {
    let hex = |bytes: &[u8; 32]| {
        bytes.iter().fold(String::from("0x"), |mut text, b| {
            let _ = write!(text, "{b:02x}");
            text
        })
    };
    let mut values: BTreeMap<_, _> =
        key.named().iter().map(|(name, word)| (name.clone(), hex(word))).collect();
    values.insert("CONTRACT".into(), options.contract.clone());
    values.insert("ROOT".into(), options.root.clone());
    values.insert("NOTICE".into(), options.origin.notice().into());
    values.insert("TEMPLATE_SHA256".into(), hex(&template_digest()));
    values.insert("KEY_SHA256".into(), hex(&key.digest()));
    values
}

/// Every placeholder must be known, and every value used.
pub(super) fn fill(template: &str, values: &BTreeMap<String, String>) -> Result<String, RenderError> {
    let mut unused: Vec<&String> = values.keys().collect();
    let mut out = String::with_capacity(2 * template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else {
            return Err(RenderError::UnknownPlaceholder(after.into()));
        };
        let value = values.get(name).ok_or_else(|| RenderError::UnknownPlaceholder(name.into()))?;
        unused.retain(|u| *u != name);
        out.push_str(before);
        out.push_str(value);
        rest = after;
    }
    if let Some(name) = unused.first() {
        return Err(RenderError::UnusedValue((*name).clone()));
    }
    out.push_str(rest);
    Ok(out)
}
