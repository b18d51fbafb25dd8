//! `zkrom security`.

use std::path::PathBuf;

use clap::Args;
use miette::{Result, miette};
use serde::Serialize;
use zkrom_stark::config::ProofParams;
use zkrom_stark::key::packed_lookups;
use zkrom_stark::machine::{Measures, Shape, TARGET_BITS, chips, measure, report};
use zkrom_stark::proof::Proof;

use crate::{files, output};

/// Proven security of a proof, term by term, from its actual shape; of the worst shape where no proof is named.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  zkrom security factorial.proof")]
pub struct Security {
    /// The proof.
    proof: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    bits: f64,
    regime: String,
    terms: Vec<(String, f64)>,
    measures: MeasuresJson,
    params: ProofParams,
}

#[derive(Serialize)]
struct MeasuresJson {
    log_height: usize,
    constraints: usize,
    degree: usize,
    openings: usize,
    columns: usize,
    interactions: usize,
    message_width: usize,
}

impl From<Measures> for MeasuresJson {
    fn from(m: Measures) -> Self {
        Self {
            log_height: m.log_height,
            constraints: m.constraints,
            degree: m.degree,
            openings: m.openings,
            columns: m.columns,
            interactions: m.interactions,
            message_width: m.message_width,
        }
    }
}

impl Security {
    pub fn run(&self, json: bool) -> Result<()> {
        let table = Shape::table();
        let shape = match &self.proof {
            Some(path) => {
                let index = files::load::<Proof>(path)?.shape;
                table
                    .get(usize::from(index))
                    .ok_or_else(|| miette!("the proof names shape {index} of {}", table.len()))?
            }
            None => table.last().ok_or_else(|| miette!("no shapes"))?,
        };
        let chips = chips(None);
        let lookups = packed_lookups(&chips);
        let measures = measure(&chips, &lookups, &shape.log_heights());
        let security = report(&measures, &ProofParams::STANDARD);
        let (regime, _) = security.binding();
        let chosen = match &security.ldr {
            Some(ldr) if ldr.regime == regime => ldr,
            _ => &security.udr,
        };
        let out = Report {
            bits: security.security_bits(),
            regime: format!("{regime:?}"),
            terms: chosen.terms().iter().map(|t| (t.label.to_owned(), t.bits.bits())).collect(),
            measures: measures.into(),
            params: ProofParams::STANDARD,
        };
        output::print(json, &out, |r| {
            let mut text = format!("{:.1} bits proven ({})\n", r.bits, r.regime);
            for (label, bits) in &r.terms {
                text.push_str(&format!("{bits:>8.1}  {label}\n"));
            }
            text.push_str(&format!(
                "height 2^{}, {} constraints of degree {}, {} opened columns, {} openings, {} messages a row of at most {} elements",
                r.measures.log_height,
                r.measures.constraints,
                r.measures.degree,
                r.measures.columns,
                r.measures.openings,
                r.measures.interactions,
                r.measures.message_width
            ));
            text
        })?;
        if out.bits < TARGET_BITS {
            return Err(miette!("{:.1} bits are below the target of {TARGET_BITS}", out.bits));
        }
        Ok(())
    }
}
