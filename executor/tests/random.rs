//! Random programs: running and recording agree, on results and on failures, and the record reads back independently.

mod common;

use alloy_primitives::U256;
use common::*;
use rand::{Rng, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha20Rng;
use zkrom_asm::isa::{
    Addr, HintArg, HintCall, Instr, MemOp, ModulusId, Next, Op, Op2, Op3, OperandA, OperandB, Reg, RegExpr,
    RegSource, Space,
};
use zkrom_executor::{Executor, Input, Limits, Program, hints::Hints, record::Record};

fn word(rng: &mut ChaCha20Rng) -> U256 {
    match rng.random_range(0..4) {
        0 => U256::from(rng.random_range(0..70u64)),
        1 => U256::ONE << rng.random_range(0..256usize),
        2 => U256::MAX - U256::from(rng.random_range(0..5u64)),
        _ => U256::from_limbs(rng.random()),
    }
}

fn addr(rng: &mut ChaCha20Rng) -> Addr {
    // Few cells, so that accesses meet.
    let space = *Space::ALL.choose(rng).unwrap();
    let ctx = (space != Space::Input && rng.random_bool(0.5)).then(|| *Reg::CONTEXTS.choose(rng).unwrap());
    let base = rng.random_bool(0.4).then(|| *Reg::BASES.choose(rng).unwrap());
    Addr { space, ctx, base, off: rng.random_range(0..4) }
}

fn writable(rng: &mut ChaCha20Rng) -> Addr {
    loop {
        let addr = addr(rng);
        if addr.space != Space::Input {
            return addr;
        }
    }
}

fn operation(rng: &mut ChaCha20Rng) -> Op {
    const OP2: [Op2; 24] = [
        Op2::Add,
        Op2::Sub,
        Op2::Lt,
        Op2::Gt,
        Op2::Slt,
        Op2::Sgt,
        Op2::Eq,
        Op2::And,
        Op2::Or,
        Op2::Xor,
        Op2::Shl,
        Op2::Shr,
        Op2::Sar,
        Op2::Byte,
        Op2::SignExtend,
        Op2::Mul,
        Op2::Div,
        Op2::Sdiv,
        Op2::Mod,
        Op2::Smod,
        Op2::KeyId,
        Op2::Split,
        Op2::Hint,
        Op2::PubIn(3),
    ];
    let modulus = *ModulusId::ALL.choose(rng).unwrap();
    match rng.random_range(0..10) {
        0 => *[Op::None, Op::MovA, Op::MovB, Op::MovC, Op::Link, Op::Swap].choose(rng).unwrap(),
        1 | 2 => {
            use MemOp::{Copy, Keccak, Load, LoadCode, Sha256, Store, Store8};
            Op::Mem(*[Copy, Keccak, Load, LoadCode, Sha256, Store, Store8].choose(rng).unwrap())
        }
        3 | 4 => Op::Op3(
            *[Op3::AddMod, Op3::MulMod, Op3::MulAdd(modulus), Op3::MulSub(modulus)].choose(rng).unwrap(),
        ),
        5 if rng.random_bool(0.1) => Op::AssertEq,
        5 if rng.random_bool(0.2) => Op::Op2(Op2::PubOut(rng.random_range(0..16))),
        5 if rng.random_bool(0.02) => Op::Op2(Op2::KeyCount),
        _ => Op::Op2(*OP2.choose(rng).unwrap()),
    }
}

fn instruction(rng: &mut ChaCha20Rng, at: u32) -> Instr {
    let mut i = Instr { op: operation(rng), ..nop() };
    if rng.random_bool(0.7) {
        i.a = OperandA::Mem(addr(rng));
    }
    i.b = match rng.random_range(0..3) {
        0 => OperandB::None,
        1 => OperandB::Imm(word(rng)),
        _ => OperandB::Mem(addr(rng)),
    };
    if rng.random_bool(0.8) {
        i.c = Some(addr(rng));
        i.c_write = i.c.unwrap().space != Space::Input && rng.random_bool(0.8);
    }
    i.w.imm = rng.random_range(-1..5);
    i.w.source = match rng.random_range(0..48) {
        0 => RegSource::Result,
        1..16 => RegSource::Reg(*Reg::ALL.choose(rng).unwrap()),
        _ => RegSource::Zero,
    };
    if rng.random_bool(0.5) {
        i.reg = Some(Reg::ALL[rng.random_range(0..Reg::WRITABLE)]);
    }
    i.dsp = *[0, 0, 0, 0, 1, 2, -1].choose(rng).unwrap();
    match i.op {
        Op::Swap => {
            i.a = OperandA::Mem(writable(rng));
            i.b = OperandB::Mem(writable(rng));
        }
        Op::Mem(op) => {
            i.a = OperandA::Addr(if op.stores() { writable(rng) } else { addr(rng) });
            i.b = if op == MemOp::Copy { OperandB::Addr(writable(rng)) } else { OperandB::None };
        }
        Op::Op2(op @ (Op2::Split | Op2::Hint | Op2::PubIn(_) | Op2::KeyCount | Op2::PubOut(_))) => {
            i.b = OperandB::None;
            match op {
                Op2::PubOut(_) => {}
                Op2::Split => {
                    i.a = OperandA::Reg;
                    i.w = RegExpr { source: RegSource::Reg(Reg::Clk), imm: 4 };
                }
                _ => i.a = OperandA::None,
            }
            if op == Op2::Hint {
                let args = vec![HintArg::Mem(writable(rng)), HintArg::Reg(Reg::Clk)];
                i.hint = Some(HintCall { name: "mul_hi".into(), args });
            }
        }
        _ => {}
    }
    let target = at + rng.random_range(1..4);
    i.next = match rng.random_range(0..8) {
        0 => Next::Jump(target),
        1 => Next::BranchZero(target),
        2 => Next::BranchNonZero(target),
        3 if i.reg.is_none() => Next::Charge(target),
        _ => Next::Seq,
    };
    i
}

#[test]
fn running_and_recording_agree() {
    let (mut halted, mut rows) = (0, 0);
    for seed in 0..4000 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let n = rng.random_range(1..60);
        // Registers that leave room for offsets and pops.
        let start = [(Reg::Sp, 20), (Reg::X0, 5), (Reg::X1, 6), (Reg::X2, 4), (Reg::X3, 40), (Reg::Gas, 99)];
        let mut instrs: Vec<_> = start.iter().map(|&(reg, value)| set(reg, value)).collect();
        let first = instrs.len() as u32;
        instrs.extend((first..first + n).map(|at| instruction(&mut rng, at)));
        instrs.extend([halt(), halt(), halt()]);
        let image = image(instrs);
        let program = Program::load(&image, &Hints::default()).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
        let private = (0..8).map(|_| word(&mut rng)).collect();
        let input = Input { public: std::array::from_fn(|_| word(&mut rng)), private };
        let executor = Executor::new(&program, input).limits(Limits { rows: 100 });
        let checkpoints = executor.checkpoints(rng.random_range(1..20));
        match executor.run() {
            Ok(outcome) => {
                let record = executor.record().unwrap();
                assert_eq!(
                    (outcome.public_out, outcome.rows as usize),
                    (record.public_out, record.rows.len())
                );
                common::check::check(&image, &record);
                let checkpoints = checkpoints.unwrap();
                let middle = outcome.rows / 2;
                let mut parts = Record::default();
                parts.append(executor.replay(&checkpoints, 0..middle).unwrap());
                parts.append(executor.replay(&checkpoints, middle..outcome.rows).unwrap());
                assert_eq!(parts, record, "seed {seed}");
                halted += 1;
                rows += record.rows.len();
            }
            Err(error) => assert_eq!(checkpoints.unwrap_err(), error, "seed {seed}"),
        }
    }
    println!("{halted} of 4000 programs halted, after {rows} rows");
    assert!(halted > 400 && rows > 4000, "{halted} programs, {rows} rows: too few to mean anything");
}

/// An instruction of any fields at all.
fn wild(rng: &mut ChaCha20Rng) -> Instr {
    const EXTREMES: [i32; 9] =
        [0, 1, -1, i32::MIN, i32::MAX, 1 << 29, (1 << 29) - 1, -(1 << 29), 1 - (1 << 29)];
    let reg = |rng: &mut ChaCha20Rng| rng.random_bool(0.3).then(|| *Reg::ALL.choose(rng).unwrap());
    let number = |rng: &mut ChaCha20Rng| {
        if rng.random() { *EXTREMES.choose(rng).unwrap() } else { rng.random_range(0..9) }
    };
    let place = |rng: &mut ChaCha20Rng| Addr { ctx: reg(rng), base: reg(rng), off: number(rng), ..addr(rng) };
    let mut i = instruction(rng, 0);
    match rng.random_range(0..4) {
        0 => i.a = OperandA::Mem(place(rng)),
        1 => i.a = OperandA::Addr(place(rng)),
        2 => i.a = OperandA::Reg,
        _ => {}
    }
    match rng.random_range(0..4) {
        0 => i.b = OperandB::Mem(place(rng)),
        1 => i.b = OperandB::Addr(place(rng)),
        _ => {}
    }
    if rng.random() {
        i.c = Some(place(rng));
    }
    i.c_write = rng.random();
    if rng.random() {
        i.w.imm = number(rng);
    }
    let target = if rng.random_bool(0.9) {
        rng.random_range(0..12)
    } else {
        *[u32::MAX, 1 << 29, (1 << 29) - 1].choose(rng).unwrap()
    };
    match rng.random_range(0..6) {
        0 => i.next = Next::Dispatch(target),
        1 => i.next = Next::EvmJump(target),
        2 => i.next = Next::Return,
        3 => i.next = Next::Halt,
        _ => {}
    }
    if rng.random_bool(0.1) {
        i.dsp = *[i16::MIN, i16::MAX].choose(rng).unwrap();
    }
    i
}

#[test]
fn nothing_panics() {
    let mut loaded = 0;
    for seed in 0..3000 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        // Instructions that load, one by one; then programs of them.
        let ok = |i: &Instr| Program::load(&image(vec![i.clone()]), &Hints::default()).is_ok();
        let mut instrs: Vec<_> = (0..60).map(|_| wild(&mut rng)).filter(ok).take(12).collect();
        loaded += instrs.len();
        instrs.push(halt());
        let table = (0..256).map(|_| zkrom_asm::image::OpcodeEntry {
            handler: rng.random_range(0..13),
            gas: rng.random_range(0..3),
            need: 0,
            max: 1024,
        });
        let image = zkrom_asm::image::Image { instrs, opcodes: vec![table.collect()] };
        let program = Program::load(&image, &Hints::default()).unwrap();
        let input = private(&(0..8).map(|_| word(&mut rng)).collect::<Vec<_>>());
        let executor = Executor::new(&program, input).limits(Limits { rows: 200 });
        let run = executor.run().map(|o| o.rows);
        assert_eq!(executor.checkpoints(7).map(|c| c.outcome.rows), run);
        let _ = executor.unchecked().record().map(|r| r.rows.len());
    }
    println!("{loaded} instructions");
    assert!(loaded > 3000);
}
