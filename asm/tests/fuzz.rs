//! Damaged sources: the assembler reports, it never panics, and what it accepts keeps every rule.

use std::{fs, panic, path::Path};

use zkrom_asm::{Files, Options, assemble, format_source};

const SOURCES: [&str; 4] = [
    "tests/golden/good/features.zkasm",
    "tests/golden/good/control.zkasm",
    "tests/golden/bad/operands.zkasm",
    "../rom/bench/opcodes/memory.zkasm",
];

/// A small generator: tests are the same every time.
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// The words of a text with what stands between them.
fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = vec![];
    let mut kind = 9;
    for c in text.chars() {
        let k = if c.is_ascii_alphanumeric() || c == '_' {
            0
        } else if c == ' ' {
            1
        } else {
            2
        };
        if k == kind && k < 2 {
            if let Some(last) = out.last_mut() {
                last.push(c);
            }
        } else {
            out.push(c.to_string());
        }
        kind = k;
    }
    out
}

#[test]
fn damaged_sources_never_panic() {
    let mut rng = Rng(11);
    let mut accepted = 0;
    for path in SOURCES {
        let words = pieces(&fs::read_to_string(path).unwrap());
        for round in 0..500 {
            let mut w = words.clone();
            for _ in 0..=rng.below(4) {
                let (i, j) = (rng.below(w.len()), rng.below(w.len()));
                match rng.below(4) {
                    0 => drop(w.remove(i)),
                    1 => w[i] = words[rng.below(words.len())].clone(),
                    2 => w.swap(i, j),
                    _ => w.insert(i, words[rng.below(words.len())].clone()),
                }
            }
            let text = w.concat();
            let run = || {
                let once = format_source(&text);
                assert_eq!(format_source(&once), once);
                match assemble(Path::new("m"), &Files::memory([("m", &*text)]), &Options::default()) {
                    Ok(a) => {
                        a.image.check().unwrap();
                        true
                    }
                    Err(e) => {
                        assert!(!e.list.is_empty() && !e.render().is_empty());
                        false
                    }
                }
            };
            match panic::catch_unwind(panic::AssertUnwindSafe(run)) {
                Ok(ok) => accepted += usize::from(ok),
                Err(_) => panic!("round {round} of {path}:\n{text}"),
            }
        }
    }
    println!("{accepted} of {} accepted", 500 * SOURCES.len());
}
