//! What stages cost at other parameters, without proving anything.
//!
//! `ZKROM_STAGES="blowup,queries,final,arity,work,cap,least heights..;..." cargo test --release -p zkrom-recursion --test explore -- --ignored --nocapture`; the last one is the wrap.

use zkrom_recursion::compress::Exposed;
use zkrom_recursion::pipeline::Parameters;
use zkrom_recursion::security::measure;
use zkrom_recursion::shrink;
use zkrom_recursion::stage::packed_lookups;
use zkrom_recursion::tables::{Layout, Table, TableId};
use zkrom_recursion::verifier::{Child, Plan, Source};
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::machine::report;

struct Stage {
    params: ProofParams,
    cap: usize,
    least: Vec<usize>,
}

fn stage(text: &str) -> Stage {
    let n: Vec<usize> = text.split(',').map(|x| x.trim().parse().expect("a number")).collect();
    let params = ProofParams {
        log_blowup: n[0],
        num_queries: n[1],
        log_final_poly_len: n[2],
        max_log_arity: n[3],
        query_pow_bits: n[4],
        ..ProofParams::STANDARD
    };
    let other = std::env::var("ZKROM_WORK").ok();
    let other: Vec<usize> =
        other.iter().flat_map(|w| w.split(',')).map(|x| x.parse().expect("a number")).collect();
    let params = match other[..] {
        [commit_pow_bits, batch_pow_bits, lookup_pow_bits, ood_pow_bits] => {
            ProofParams { commit_pow_bits, batch_pow_bits, lookup_pow_bits, ood_pow_bits, ..params }
        }
        _ => params,
    };
    Stage { params, cap: n[5], least: n[6..].to_vec() }
}

fn describe(name: &str, child: &Child<'_, Table>, rows: &[usize]) -> Plan {
    let m = measure(child);
    let plan = child.plan();
    println!("== {name}: {rows:?} rows, heights {:?}", child.log_heights);
    println!(
        "   {} columns, {:.2} bits; FRI {:?} of {:?}",
        m.columns,
        report(&m, &child.params).security_bits(),
        plan.log_arities,
        plan.log_heights
    );
    println!("   constraints {}, interactions {}", m.constraints, m.interactions);
    for (i, instance) in plan.instances.iter().enumerate() {
        let lookups = if instance.lookups > 0 { 5 * (instance.lookups + 1) } else { 0 };
        println!(
            "   {:9} 2^{:2}: {:3} main {:3} preprocessed {:3} lookup {:3} quotient",
            TableId::ALL[i].name(),
            instance.log_height,
            instance.width,
            instance.preprocessed,
            lookups,
            5 * instance.chunks
        );
    }
    plan
}

#[test]
#[ignore = "for exploring"]
fn explore() {
    let stages = std::env::var("ZKROM_STAGES")
        .unwrap_or_else(|_| "3,57,3,3,20,0,9,9,9,9;4,43,3,3,20,5,9,9,9,9".to_owned());
    let layout = |children| Layout { children, public_values: Exposed::BLOCKS.public_values() };
    let standard = Parameters::standard();
    let tables = Table::all(layout(2));
    let lookups = packed_lookups(&tables);
    let first = Child {
        airs: &tables,
        lookups: lookups.iter().map(|l| &**l).collect(),
        log_heights: standard.tree_log_heights.clone(),
        params: standard.tree,
    };
    let mut plan = describe("compress", &first, &[]);
    let one = Table::all(layout(1));
    let one_lookups = packed_lookups(&one);
    let mut circuit = shrink::first(&first, &plan);
    let parsed: Vec<_> = stages.split(';').map(stage).collect();
    for (i, Stage { params, cap, least }) in parsed.iter().enumerate() {
        let (params, cap) = (*params, *cap);
        let rows: Vec<usize> = TableId::ALL.iter().map(|id| id.rows(&circuit)).collect();
        let needed = circuit.log_heights(4);
        let log_heights = needed.iter().zip(least).map(|(n, l)| *n.max(l)).collect();
        let now =
            Child { airs: &one, lookups: one_lookups.iter().map(|l| &**l).collect(), log_heights, params };
        plan = describe(&format!("stage {i}"), &now, &rows);
        // What BN254 hashing and the circuit that verifies it would cost.
        let mut permutations = 0.0;
        let mut per_query = 0.0;
        let mut values = 0;
        for batch in &plan.batches {
            let mut of_batch = 0.0;
            for m in &batch.matrices {
                of_batch += (m.width as f64 / 16.0) * f64::from(1_u32 << m.log_height);
                values += m.width;
                per_query += m.width as f64 * (31.0 + 252.0 / 16.0 + 2.0);
            }
            of_batch += f64::from(1_u32 << batch.log_height());
            per_query += (batch.log_height().saturating_sub(cap)) as f64 * 255.0;
            if batch.source != Source::Preprocessed {
                permutations += of_batch;
            }
        }
        let mut height = plan.log_global_height();
        for &arity in &plan.log_arities {
            height -= arity;
            let row = 5.0 * f64::from(1_u32 << arity);
            permutations += f64::from(1_u32 << height) * (1.0 + row / 16.0);
            per_query += row * 49.0 + 1500.0 + height.saturating_sub(cap) as f64 * 255.0;
        }
        let r1cs = per_query * params.num_queries as f64;
        println!(
            "   {values} values; as a wrap: {permutations:.0} permutations, {:.1} s; {per_query:.0} constraints a query, {:.2} M; {:.1} s in all",
            permutations / 168e3,
            r1cs / 1e6,
            permutations / 168e3 + 14e-6 * r1cs
        );
        circuit = shrink::next(&now, &plan, &[Val::default(); 8]);
    }
}
