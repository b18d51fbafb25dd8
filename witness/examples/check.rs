//! Checks block files statelessly: `cargo run --release -p zkrom-witness --example check -- FILE...`

use std::process::ExitCode;

use zkrom_witness::{BlockInput, BlockOutcome, check_block};

fn check(path: &str) -> Result<BlockOutcome, Box<dyn std::error::Error>> {
    let input = BlockInput::load(path)?;
    Ok(check_block(&input, &input.config()?)?)
}

fn main() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for path in std::env::args().skip(1) {
        match check(&path) {
            Ok(o) => {
                println!("{path}: block {} ({}) is valid", o.number, o.fork);
                println!("  state root    {}\n  receipts root {}", o.state_root, o.receipts_root);
                println!(
                    "  {} transactions, {} gas, {} steps",
                    o.transactions.len(),
                    o.gas_used,
                    o.coverage.steps()
                );
                println!("  {} of {} nodes used", o.witness.nodes_used, o.witness.nodes);
                for (address, calls) in &o.coverage.precompiles {
                    println!("  precompile {address}: {calls} calls");
                }
            }
            Err(error) => {
                eprintln!("{path}: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
