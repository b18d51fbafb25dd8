//! Constraints of the wrap circuit for the recursion's tables, measured and estimated, by part.
//!
//! `cargo run --release -p zkrom-snark-wrapper --example cost -- [key=value ...]` with `blowup`, `final`, `arity` (log2), `queries`, `cap` (log2) and `heights` (log2, separated by
//! commas, of the tables in order).

use p3_bn254::Bn254;
use p3_field::PrimeCharacteristicRing;
use p3_symmetric::MerkleCap;
use zkrom_recursion::stage::packed_lookups;
use zkrom_recursion::tables::{Layout, Table};
use zkrom_recursion::verifier::Child;
use zkrom_snark_wrapper::r1cs::{Builder, Mode};
use zkrom_snark_wrapper::statement::PUBLIC_VALUES;
use zkrom_snark_wrapper::verifier::{Cap, Verifier, Zeros, estimate, window};
use zkrom_stark::config::ProofParams;

fn main() {
    let mut params = ProofParams {
        log_blowup: 4,
        log_final_poly_len: 2,
        max_log_arity: 3,
        num_queries: 41,
        query_pow_bits: 20,
        commit_pow_bits: 16,
        batch_pow_bits: 16,
        lookup_pow_bits: 16,
        ood_pow_bits: 16,
    };
    let mut cap_height = 6;
    let mut log_heights = vec![14, 13, 13, 13];
    for argument in std::env::args().skip(1) {
        let Some((key, value)) = argument.split_once('=') else {
            panic!("{argument}: key=value is expected")
        };
        let number = || value.parse::<usize>().unwrap_or_else(|e| panic!("{argument}: {e}"));
        match key {
            "blowup" => params.log_blowup = number(),
            "final" => params.log_final_poly_len = number(),
            "arity" => params.max_log_arity = number(),
            "queries" => params.num_queries = number(),
            "cap" => cap_height = number(),
            "heights" => {
                log_heights =
                    value.split(',').map(|h| h.parse().unwrap_or_else(|e| panic!("{h}: {e}"))).collect();
            }
            _ => panic!("{key}: no such parameter"),
        }
    }
    let tables = Table::all(Layout { children: 1, public_values: PUBLIC_VALUES });
    let lookups = packed_lookups(&tables);
    let child = Child { airs: &tables, lookups: lookups.iter().map(|l| &**l).collect(), log_heights, params };
    let plan = child.plan();
    let key: Cap = MerkleCap::new(vec![[Bn254::ZERO]; 1 << cap_height]);
    let mut b = Builder::new(Mode::Witness);
    Verifier { child: &child, plan: &plan, cap_height, key: &key }
        .verify(&mut b, &mut Zeros)
        .expect("zeros have every shape");
    let columns: usize = plan.batches.iter().flat_map(|b| &b.matrices).map(|m| m.width).sum();
    let claims: usize = plan.batches.iter().flat_map(|b| &b.matrices).map(|m| m.width * m.points).sum();
    println!(
        "{columns} columns, {claims} claimed values, heights {:?}, arities {:?}, {} powers",
        child.log_heights,
        plan.log_arities,
        window(&plan)
    );
    println!("measured {}", b.num_constraints());
    for (part, n) in b.counts() {
        println!("{n:10} {part}");
    }
    let e = estimate(&plan, cap_height);
    println!("estimated {}, the AIRs' constraints left out", e.total());
    for (part, n) in &e.query {
        println!("{:10} {part}, {n} a query", n * e.queries);
    }
    for (part, n) in &e.fixed {
        println!("{n:10} {part}");
    }
}
