//! The keys of all compress circuits and of the join circuit, made once and kept in a file.
//!
//! Making them takes a minute or more, and wrapping one proof needs the digests of all but the circuit of one. So `recursion/keys.txt` has the digests; it names the machine it was made
//! for and is refused by any other. After a change of the machine, of the recursion's tables or verifier, or of the parameters, `cargo run --release -p zkrom-recursion --example keys`
//! writes it anew; tests compare the file with keys made on the spot.

use std::fmt::Write as _;

use p3_field::{PrimeCharacteristicRing, PrimeField32};
use zkrom_stark::field::Val;
use zkrom_stark::machine::{Shape, machine_digest};

use super::{Error, Parameters, Progress, compress_key, join_key};
use crate::keys::KeySet;
use crate::poseidon::RATE;

/// First line of the file.
const HEADER: &str = "zkrom recursion keys 1";
/// The file of this build.
const FILE: &str = include_str!("../../keys.txt");

/// Why a file of keys is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Another kind or version of file.
    #[error("the file begins with {got:?}, expected {HEADER:?}")]
    Header {
        /// What it begins with.
        got: String,
    },
    /// The keys of another machine.
    #[error("the keys are for machine {got}, this is {expected}: make them anew")]
    Machine {
        /// This machine.
        expected: String,
        /// The file's.
        got: String,
    },
    /// A line that is none of a key.
    #[error("line {line} is not eight field elements")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// Missing or extra keys.
    #[error("{got} keys, expected {expected}")]
    Number {
        /// Shapes and the join.
        expected: usize,
        /// The file's.
        got: usize,
    },
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, b| {
        write!(out, "{b:02x}").expect("writing to a string does not fail");
        out
    })
}

/// Makes all keys: those of the compress circuits in the order of the shapes, then the join's.
///
/// # Errors
///
/// Never, as the shapes are those of the table.
pub fn make_keys(parameters: &Parameters, progress: &mut Progress<'_>) -> Result<Vec<[Val; RATE]>, Error> {
    let shapes = Shape::table().len();
    let mut keys = Vec::with_capacity(shapes + 1);
    for shape in 0..shapes {
        keys.push(compress_key(shape as u8, parameters, progress)?.key.digest());
    }
    keys.push(join_key(parameters, progress).digest());
    Ok(keys)
}

/// The file of keys.
#[must_use]
pub fn keys_to_text(keys: &[[Val; RATE]]) -> String {
    let mut out = format!("{HEADER}\nmachine {}\n", hex(&machine_digest()));
    for key in keys {
        let words: Vec<String> = key.iter().map(|v| v.as_canonical_u32().to_string()).collect();
        out += &format!("{}\n", words.join(" "));
    }
    out
}

/// Reads a file of keys.
///
/// # Errors
///
/// Why it is refused.
pub fn keys_from_text(text: &str) -> Result<Vec<[Val; RATE]>, KeysError> {
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    if header != HEADER {
        return Err(KeysError::Header { got: header.to_owned() });
    }
    let machine = lines.next().unwrap_or_default();
    let expected = hex(&machine_digest());
    if machine.strip_prefix("machine ") != Some(&expected) {
        return Err(KeysError::Machine { expected, got: machine.to_owned() });
    }
    let mut keys = Vec::new();
    for (i, line) in lines.enumerate() {
        let word = |w: &str| w.parse().ok().filter(|v| *v < Val::ORDER_U32).map(Val::from_u32);
        let words: Option<Vec<Val>> = line.split(' ').map(word).collect();
        let key = words.and_then(|w| w.try_into().ok()).ok_or(KeysError::Line { line: i + 3 })?;
        keys.push(key);
    }
    let expected = Shape::table().len() + 1;
    if keys.len() != expected {
        return Err(KeysError::Number { expected, got: keys.len() });
    }
    Ok(keys)
}

/// The keys of this build at the standard parameters.
///
/// # Errors
///
/// Where the machine has changed since they were made.
pub fn standard_keys() -> Result<KeySet, KeysError> {
    Ok(KeySet::new(&keys_from_text(FILE)?))
}
