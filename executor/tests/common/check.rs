//! An independent reading of a record: every access follows the one before it, every event is what its row says.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use zkrom_asm::{
    image::Image,
    isa::{Addr, Instr, Next, Op, OperandA, OperandB, Reg, RegSource, Space},
};
use zkrom_executor::{
    code::Code,
    eval_op2, eval_op3,
    record::{CellAddr, Record, Regs, Row},
};

const P: i64 = 0x7f00_0001;

fn locate(addr: &Addr, regs: &Regs) -> CellAddr {
    let reg = |r: Option<Reg>| r.map_or(0, |r| i64::from(regs.get(r)));
    let off = (reg(addr.base) + i64::from(addr.off)).rem_euclid(P);
    assert!(off < 1 << 29);
    CellAddr { space: addr.space.number(), ctx: reg(addr.ctx) as u32, off: off as u32 }
}

fn expression(instr: &Instr, row: &Row) -> u32 {
    let source = match instr.w.source {
        RegSource::Zero => 0,
        RegSource::Reg(r) => i64::from(row.regs.get(r)),
        RegSource::Result => {
            assert!(row.result < U256::from(1 << 29));
            row.result.to::<i64>()
        }
    };
    (source + i64::from(instr.w.imm)).rem_euclid(P) as u32
}

/// One access: (time, cell) -> (previous time, word before, word after).
type Accesses = BTreeMap<(u32, CellAddr), (u32, U256, U256)>;

/// Checks a whole run's record.
pub fn check(image: &Image, record: &Record) {
    let mut accesses = Accesses::new();
    let mut add = |time, cell, old_time, old, new| {
        assert!(accesses.insert((time, cell), (old_time, old, new)).is_none(), "one access a time");
    };
    let (mut op2, mut op3) = (record.op2.iter(), record.op3.iter());
    let mut mem_ops = record.mem_ops.iter();
    let mut codes = BTreeMap::new();
    for (at, row) in record.rows.iter().enumerate() {
        let instr = &image.instrs[row.upc as usize];
        let clk = row.regs.get(Reg::Clk);
        assert_eq!(clk as usize, at + 1);
        let [a, b, c] = row.words;
        match &instr.a {
            OperandA::Mem(addr) => {
                let new = if instr.op == Op::Swap { b } else { a };
                add(4 * clk, locate(addr, &row.regs), row.old_times[0], a, new);
            }
            OperandA::Reg => assert_eq!(a, U256::from(expression(instr, row))),
            _ => assert_eq!((a, row.old_times[0]), (U256::ZERO, 0)),
        }
        match &instr.b {
            OperandB::Mem(addr) => {
                let new = if instr.op == Op::Swap { a } else { b };
                add(4 * clk + 1, locate(addr, &row.regs), row.old_times[1], b, new);
            }
            OperandB::Imm(word) => assert_eq!(b, *word),
            _ => assert_eq!((b, row.old_times[1]), (U256::ZERO, 0)),
        }
        match &instr.c {
            Some(addr) => {
                let new = if instr.c_write { row.result } else { c };
                add(4 * clk + 3, locate(addr, &row.regs), row.old_times[2], c, new);
            }
            None => assert_eq!((c, row.old_times[2]), (U256::ZERO, 0)),
        }
        let r = match instr.op {
            Op::None | Op::Swap => U256::ZERO,
            Op::MovA => a,
            Op::MovB => b,
            Op::MovC => c,
            Op::Link => U256::from(row.upc + 1),
            Op::AssertEq => {
                assert_eq!(a, b);
                U256::ZERO
            }
            Op::PushData => {
                let code: &Code = &codes[&row.regs.get(Reg::Cid)];
                code.push_data(row.regs.get(Reg::Pc)).unwrap()
            }
            Op::Op2(op) => {
                let event = op2.next().unwrap();
                assert_eq!((event.op, event.a, event.b, event.r), (op, a, b, row.result));
                eval_op2(op, a, b).unwrap_or(row.result)
            }
            Op::Op3(op) => {
                let event = op3.next().unwrap();
                assert_eq!((event.op, event.a, event.b, event.c, event.r), (op, a, b, c, row.result));
                eval_op3(op, a, b, c)
            }
            Op::Mem(op) => {
                let event = mem_ops.next().unwrap();
                let OperandA::Addr(addr) = &instr.a else { panic!("checked at load") };
                assert_eq!((event.op, event.clk, event.a), (op, clk, locate(addr, &row.regs)));
                assert_eq!((event.len, event.r), (row.regs.get(Reg::X3), row.result));
                for x in &event.reads {
                    assert_eq!(x.old, x.new);
                    add(4 * clk + 2, x.addr, x.old_time, x.old, x.new);
                }
                for x in &event.writes {
                    add(4 * clk + 3, x.addr, x.old_time, x.old, x.new);
                }
                if op == zkrom_asm::isa::MemOp::LoadCode {
                    let words = event.reads.iter().flat_map(|x| x.old.to_be_bytes::<32>());
                    codes.insert(clk, Code::new(words.take(event.len as usize).collect()));
                }
                if op.stores() { c } else { row.result }
            }
        };
        assert_eq!(row.result, r, "row {at}: {instr:?}");
        if let Some(after) = record.rows.get(at + 1) {
            check_step(image, instr, row, after);
        } else {
            assert_eq!(instr.next, Next::Halt);
        }
    }
    assert!(op2.next().is_none() && op3.next().is_none() && mem_ops.next().is_none());
    check_memory(record, &accesses);
}

/// Registers and micro-pc from one row to the next.
fn check_step(image: &Image, instr: &Instr, row: &Row, after: &Row) {
    let mut want = row.regs;
    want.set(Reg::Clk, row.regs.get(Reg::Clk) + 1);
    let w = expression(instr, row);
    if let Some(reg) = instr.reg {
        want.set(reg, w);
    }
    want.set(Reg::Sp, (i64::from(want.get(Reg::Sp)) + i64::from(instr.dsp)) as u32);
    let gas = row.regs.get(Reg::Gas);
    let next = match instr.next {
        Next::Seq => row.upc + 1,
        Next::Jump(t) => t,
        Next::BranchZero(t) => {
            if row.result.is_zero() {
                t
            } else {
                row.upc + 1
            }
        }
        Next::BranchNonZero(t) => {
            if row.result.is_zero() {
                row.upc + 1
            } else {
                t
            }
        }
        Next::Return => row.result.to(),
        Next::Charge(t) if gas < w => t,
        Next::Charge(_) => {
            want.set(Reg::Gas, gas - w);
            row.upc + 1
        }
        Next::Dispatch(t) | Next::EvmJump(t) => {
            let fetch = row.fetch.unwrap();
            let jump = matches!(instr.next, Next::EvmJump(_));
            assert_eq!(fetch.pc, if jump { row.result.to() } else { row.regs.get(Reg::Pc) });
            if jump && fetch.opcode != 0x5b {
                t + 3
            } else {
                let entry = image.opcodes[row.regs.get(Reg::Fork) as usize][fetch.opcode as usize];
                let sp = want.get(Reg::Sp);
                if sp < entry.need {
                    t + 1
                } else if sp > entry.max {
                    t + 2
                } else if gas < entry.gas {
                    t
                } else {
                    want.set(Reg::Gas, gas - entry.gas);
                    want.set(Reg::Pc, fetch.next_pc);
                    entry.handler
                }
            }
        }
        Next::Halt => panic!("a halt is the last row"),
    };
    assert_eq!((after.upc, after.regs), (next, want), "{instr:?}");
}

/// Every cell's accesses form a chain from zero, or the input, to its last state.
fn check_memory(record: &Record, accesses: &Accesses) {
    let input = |off: u32| record.input[off as usize].word;
    let mut state = BTreeMap::<CellAddr, (u32, U256)>::new();
    for (&(time, cell), &(old_time, old, new)) in accesses {
        let is_input = cell.space == Space::Input.number();
        let first = (0, if is_input { input(cell.off) } else { U256::ZERO });
        let before = state.insert(cell, (time, new)).unwrap_or(first);
        assert_eq!((old_time, old), before, "{cell:?} at {time}");
        assert!(old_time < time);
        assert!(!is_input || old == new);
    }
    for (off, cell) in record.input.iter().enumerate() {
        let addr = CellAddr { space: Space::Input.number(), ctx: 0, off: off as u32 };
        let time = state.remove(&addr).map_or(0, |s| s.0);
        assert_eq!(cell.time, time);
    }
    let cells: Vec<_> = record.memory.iter().map(|c| (c.addr, (c.time, c.word))).collect();
    assert_eq!(cells, state.into_iter().collect::<Vec<_>>());
}
