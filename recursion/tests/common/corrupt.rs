//! Corrupting proofs, as trees of numbers.

use rand::Rng;
use rand_chacha::ChaCha20Rng;
use serde_json::Value;

/// Pointers to all numbers of a tree, and to its arrays.
pub fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            out.push(at.to_owned());
            items.iter().enumerate().for_each(|(i, v)| pointers(v, &format!("{at}/{i}"), out));
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(k, v)| pointers(v, &format!("{at}/{k}"), out));
        }
        Value::Number(_) => out.push(at.to_owned()),
        _ => {}
    }
}

/// The pointer with its indices removed: the kind of field.
pub fn kind(pointer: &str) -> String {
    pointer.split('/').map(|p| if p.parse::<usize>().is_ok() { "*" } else { p }).collect::<Vec<_>>().join("/")
}

pub fn corrupt(value: &mut Value, rng: &mut ChaCha20Rng) -> bool {
    match value {
        Value::Number(n) => {
            let before = n.as_u64().unwrap_or(0);
            let after = match rng.random_range(0..4) {
                0 => before ^ 1,
                1 => before ^ (1 << rng.random_range(0..30)),
                2 => 0,
                _ => rng.random_range(0..0x7f00_0001),
            };
            *value = after.into();
            after != before
        }
        Value::Array(items) if !items.is_empty() => {
            match rng.random_range(0..3) {
                0 => drop(items.pop()),
                1 => items.push(items[0].clone()),
                _ => items.clear(),
            }
            true
        }
        _ => false,
    }
}
