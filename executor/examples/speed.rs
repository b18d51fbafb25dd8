//! Rows per second of the interpreter, bare, with checkpoints, and recorded: `cargo run --release --example speed`.

use std::time::Instant;

use alloy_primitives::U256;
use zkrom_asm::{
    image::Image,
    isa::{Instr, Next, Op, Op2, OperandA, OperandB, Reg},
};
use zkrom_executor::{Executor, Input, Limits};

#[path = "../tests/common/mod.rs"]
mod common;
use common::{code_input, global, halt, load, mini_evm, nop, op2, set_from, store};

/// A loop of ROM arithmetic.
fn arithmetic(times: u64) -> Image {
    let mut instrs = vec![
        store(global(0), U256::from(times)),
        store(global(1), U256::from(0x1234_5678_9abc_def0u64)),
        op2(Op2::Add, global(1), global(2), global(2)),
        op2(Op2::Xor, global(2), global(1), global(3)),
        op2(Op2::Mul, global(3), global(2), global(4)),
        op2(Op2::Lt, global(4), global(3), global(5)),
        set_from(Reg::X0, Reg::X0, 1),
        op2(Op2::And, global(4), global(3), global(6)),
    ];
    instrs.push(Instr {
        a: OperandA::Mem(global(0)),
        b: OperandB::Imm(U256::ONE),
        next: Next::BranchNonZero(2),
        ..op2(Op2::Sub, global(0), global(0), global(0))
    });
    instrs.push(Instr { op: Op::None, ..nop() });
    instrs.push(halt());
    common::image(instrs)
}

/// An EVM loop in the mix of opcodes real code has.
fn evm_loop(times: u32) -> Vec<u8> {
    let mut code = vec![0x63];
    code.extend(times.to_be_bytes());
    let start = code.len() as u8;
    // JUMPDEST; x = ((n + 3) ^ n) < n, dropped; memory[32] = n; n -= 1
    code.extend([0x5b, 0x80, 0x60, 3, 0x01, 0x81, 0x18, 0x81, 0x90, 0x10, 0x50]);
    code.extend([0x80, 0x60, 32, 0x52, 0x60, 1, 0x90, 0x03, 0x80, 0x60, start, 0x57, 0x00]);
    code
}

fn measure(name: &str, image: &Image, input: Input) {
    let program = load(image);
    let executor = Executor::new(&program, input).limits(Limits::default());
    let rate = |what: &str, rows: u32, from: Instant| {
        let seconds = from.elapsed().as_secs_f64();
        println!(
            "{name:<12} {what:<12} {rows:>10} rows {seconds:>7.3} s {:>7.1} M rows/s",
            f64::from(rows) / seconds / 1e6
        );
    };
    let from = Instant::now();
    let outcome = executor.run().unwrap_or_else(|e| panic!("{}", e.render(&())));
    rate("run", outcome.rows, from);
    let from = Instant::now();
    let checkpoints = executor.checkpoints(1 << 20).expect("it ran before");
    rate("checkpoints", outcome.rows, from);
    let from = Instant::now();
    let part = executor.replay(&checkpoints, 0..1 << 20).expect("it ran before");
    rate("replay", part.rows.len() as u32, from);
}

fn main() {
    measure("arithmetic", &arithmetic(10_000_000), Input::default());
    measure("evm", &mini_evm(500_000_000), code_input(&evm_loop(2_000_000)));
}
