//! Failures forced on an honest run, each kind by hand: refused by the check and by the verifier.

mod common;

use std::sync::LazyLock;

use alloy_primitives::U256;
use common::forge::{as_the_verifier, edit_main, force_outcome, get_main_row, main_row, multiplicity, shift};
use common::{Reference, caught, every_op, program};
use p3_field::PrimeCharacteristicRing;
use p3_matrix::Matrix;
use zkrom_asm::isa::{LIMBS, Next, Op, Op2, PUBLIC_WORDS, Reg, Space, fault};
use zkrom_asm::{Image, isa::MemOp};
use zkrom_executor::record::{Access, Record};
use zkrom_executor::{DispatchOutcome, Executor, Fault, FaultKind, PortName, Program, Tamper};
use zkrom_stark::chips::main::columns::MainCols;
use zkrom_stark::chips::rom::{IDLE_UPC, encode_idle};
use zkrom_stark::columns::view;
use zkrom_stark::config::ProofParams;
use zkrom_stark::field::Val;
use zkrom_stark::key::ProvingKey;
use zkrom_stark::machine::ChipId;
use zkrom_stark::proof::EndState;
use zkrom_stark::prove::Traces;

struct Honest {
    image: Image,
    program: Program,
    key: ProvingKey,
    record: Record,
}

static HONEST: LazyLock<Honest> = LazyLock::new(|| {
    let image = every_op::image();
    let record = common::record(&image, every_op::input());
    let key = ProvingKey::new(image.clone(), ProofParams::TESTING);
    Honest { program: program(&image), image, key, record }
});

static REFERENCE: LazyLock<Reference<'static>> =
    LazyLock::new(|| Reference::new(&HONEST.key, &HONEST.record));

impl Honest {
    fn traces(&self, record: &Record) -> Traces {
        self.key.traces(record).expect("the run fits a shape")
    }

    /// The first row for which `is` holds, given its next micro-pc.
    fn find(&self, is: impl Fn(&zkrom_asm::isa::Instr, u32) -> bool) -> u32 {
        let rows = &self.record.rows;
        let at = rows.windows(2).position(|w| is(&self.image.instrs[w[0].upc as usize], w[1].upc));
        at.expect("the program has such a row") as u32
    }

    /// The run with one fault, honest from there.
    fn faulty(&self, row: u32, kind: FaultKind) -> Record {
        let executor = Executor::new(&self.program, every_op::input()).unchecked();
        executor.record_with_fault(Fault { row, kind }).unwrap_or_else(|e| panic!("{}", e.render(&())))
    }

    /// The run in which a dispatch or charge ends as it should not.
    fn outcome(&self, row: u32, outcome: DispatchOutcome) -> (Record, Traces) {
        let record = self.faulty(row, FaultKind::Dispatch(outcome));
        let mut traces = self.traces(&record);
        force_outcome(&self.key, &record, &mut traces, row as usize, outcome);
        (record, traces)
    }
}

/// Claims the end that the last row has; what the verifier is to be told.
fn claim_end(traces: &mut Traces) -> EndState {
    let last = get_main_row(traces, traces.matrices[ChipId::Main as usize].height() - 1);
    let number = |x: &Val| p3_field::PrimeField32::as_canonical_u32(x);
    let end = EndState { upc: number(&last.upc), regs: core::array::from_fn(|i| number(&last.regs[i])) };
    let values = &mut traces.public_values[ChipId::Main as usize];
    let state = core::iter::once(end.upc).chain(end.regs).map(Val::from_u32);
    values.iter_mut().skip(1 + Reg::READABLE).zip(state).for_each(|(v, s)| *v = s);
    end
}

/// Asserts that the check refuses the run, then that the verifier does; prints by what.
fn refused(name: &str, record: &Record, mut traces: Traces) {
    let key = &HONEST.key;
    as_the_verifier(&mut traces);
    let end = claim_end(&mut traces);
    let refusals = REFERENCE.refusals(&traces);
    assert!(!refusals.is_empty(), "{name}: ACCEPTED by the check");
    // The verifier is told the public words that were proved.
    let limbs = traces.public_values[ChipId::Public as usize].clone();
    let word = |k: usize| {
        let limbs = limbs[k * LIMBS..(k + 1) * LIMBS].iter().rev();
        limbs.fold(U256::ZERO, |w, l| (w << 16) + U256::from(p3_field::PrimeField32::as_canonical_u32(l)))
    };
    let error = match caught(|| key.prove_traces(record, traces)) {
        Ok(Ok(mut proof)) => {
            proof.end = end;
            proof.statement.public_in = core::array::from_fn(word);
            proof.statement.public_out = core::array::from_fn(|k| word(PUBLIC_WORDS + k));
            let verdict = caught(|| key.verifying.verify_with(&proof, ProofParams::TESTING).map(|_| ()));
            verdict.expect("the verifier does not panic").expect_err(name).to_string()
        }
        Ok(Err(e)) => e.to_string(),
        Err(panic) => format!("the prover panics: {panic}"),
    };
    println!("{name}: {refusals:?}; {error}");
}

#[test]
fn outcomes_of_dispatches_and_charges() {
    let h = &*HONEST;
    // Micro-pcs from a dispatch's target on are its causes.
    let dispatch = |cause: Option<u32>, evm_jump: bool| {
        h.find(|i, next| {
            let target = match i.next {
                Next::Dispatch(t) if !evm_jump => t,
                Next::EvmJump(t) if evm_jump => t,
                _ => return false,
            };
            cause.map_or(next < target || next > target + 3, |c| next == target + c)
        })
    };
    let causes = [
        ("out of gas", fault::OUT_OF_GAS),
        ("underflow", fault::UNDERFLOW),
        ("overflow", fault::OVERFLOW),
        ("bad jump", fault::BAD_JUMP),
    ];
    for (name, cause) in causes {
        for evm_jump in [false, true] {
            let row = dispatch(None, evm_jump);
            let (record, traces) = h.outcome(row, DispatchOutcome::Fails(cause));
            refused(&format!("{name} on a success, jump {evm_jump}"), &record, traces);
        }
        let row = dispatch(Some(cause), cause == fault::BAD_JUMP);
        let (record, traces) = h.outcome(row, DispatchOutcome::Succeeds);
        refused(&format!("success on {name}"), &record, traces);
    }
    for short in [true, false] {
        let row =
            h.find(|i, next| matches!(i.next, Next::Charge(t) if (t == next) == short && t != next + 1));
        let record = h.faulty(row, FaultKind::Branch);
        let mut traces = h.traces(&record);
        let outcome =
            if short { DispatchOutcome::Succeeds } else { DispatchOutcome::Fails(fault::OUT_OF_GAS) };
        force_outcome(&h.key, &record, &mut traces, row as usize, outcome);
        refused(&format!("charge, short {short}, the other way"), &record, traces);
    }
}

#[test]
fn ways_not_to_go() {
    let h = &*HONEST;
    for taken in [true, false] {
        let zero = h.find(|i, next| matches!(i.next, Next::BranchZero(t) if (t == next) == taken));
        let record = h.faulty(zero, FaultKind::Branch);
        refused(&format!("branch on zero, taken {taken}, the other way"), &record, h.traces(&record));
        let rows = &h.record.rows;
        let non = |w: &[zkrom_executor::record::Row]| match h.image.instrs[w[0].upc as usize].next {
            Next::BranchNonZero(t) => (t == w[1].upc) == taken,
            _ => false,
        };
        let nonzero = rows.windows(2).position(non).expect("both ways are taken") as u32;
        let record = h.faulty(nonzero, FaultKind::Branch);
        refused(&format!("branch on nonzero, taken {taken}, the other way"), &record, h.traces(&record));
    }
    let halt = h.image.instrs.iter().position(|i| i.next == Next::Halt).expect("the program halts") as u32;
    let record = h.faulty(40, FaultKind::Next(halt));
    refused("early halt", &record, h.traces(&record));
    let back = h.faulty(40, FaultKind::Next(h.record.rows[39].upc));
    refused("an instruction twice", &back, h.traces(&back));
    let row = h.find(|i, _| i.next == Next::Return);
    let record = h.faulty(row, FaultKind::Next(h.record.rows[row as usize + 1].upc + 1));
    refused("return to another place", &record, h.traces(&record));
}

#[test]
fn first_and_last_rows() {
    let h = &*HONEST;
    let mut record = h.record.clone();
    record.rows.remove(0);
    refused("first row not at 0", &record, h.traces(&record));
    // The first row is at 0 once more, but the run goes on elsewhere.
    let mut record = h.record.clone();
    record.rows.remove(1);
    refused("second row skipped", &record, h.traces(&record));
    for by in [-1, 1, 1000] {
        let mut record = h.record.clone();
        shift(&mut record, 1, by);
        refused(&format!("clock starts {by} later"), &record, h.traces(&record));
    }
    let mut traces = h.traces(&h.record);
    edit_main(&mut traces, 0, |c| c.regs[Reg::Gas as usize] = Val::from_u32(1000));
    refused("a register not 0 at first", &h.record, traces);
    let height = h.traces(&h.record).matrices[ChipId::Main as usize].height();
    let mut traces = h.traces(&h.record);
    let nop = *get_main_row(&traces, 0);
    edit_main(&mut traces, height - 1, |c| {
        let regs = c.regs;
        *c = nop;
        c.regs = regs;
    });
    let halt = h.record.rows.last().expect("not empty").upc as usize;
    multiplicity(&mut traces, ChipId::Rom, halt, 0, Val::NEG_ONE);
    multiplicity(&mut traces, ChipId::Rom, 0, 0, Val::ONE);
    refused("last row not a halt", &h.record, traces);
    let mut traces = h.traces(&h.record);
    edit_main(&mut traces, height - 1, idle);
    multiplicity(&mut traces, ChipId::Rom, halt, 0, Val::NEG_ONE);
    multiplicity(&mut traces, ChipId::Rom, IDLE_UPC as usize, 0, Val::ONE);
    refused("last row idle", &h.record, traces);
}

/// Makes a row of the main chip the idle instruction: its micro-pc and registers stay.
fn idle(cols: &mut MainCols<Val>) {
    let (upc, regs) = (cols.upc, cols.regs);
    *cols = *view(&[Val::ZERO; MainCols::<u8>::WIDTH]);
    (cols.upc, cols.regs, cols.rom_upc) = (upc, regs, Val::from_u32(IDLE_UPC));
    cols.f = *view(&encode_idle());
    cols.zero = Val::ONE;
}

/// The honest traces with an idle row put before a row, and the last row, a halt, left out.
fn with_idle_row(h: &Honest, before: usize) -> Traces {
    let mut traces = h.traces(&h.record);
    let width = MainCols::<u8>::WIDTH;
    let m = &mut traces.matrices[ChipId::Main as usize];
    let row: Vec<Val> = m.values[before * width..(before + 1) * width].to_vec();
    m.values.splice(before * width..before * width, row);
    m.values.truncate(m.values.len() - width);
    idle(main_row(&mut traces, before));
    let halt = h.record.rows.last().expect("not empty").upc as usize;
    multiplicity(&mut traces, ChipId::Rom, halt, 0, Val::NEG_ONE);
    multiplicity(&mut traces, ChipId::Rom, IDLE_UPC as usize, 0, Val::ONE);
    claim_end(&mut traces);
    traces
}

#[test]
fn idle_rows() {
    let h = &*HONEST;
    // An idle row changes nothing: with it, the run is the same, and its statement too. This shows that the forgeries below are refused for
    // what they do, not for how they are made.
    let mut traces = with_idle_row(h, 40);
    as_the_verifier(&mut traces);
    assert!(REFERENCE.refusals(&traces).is_empty(), "an idle row is harmless");
    let mut traces = with_idle_row(h, 40);
    edit_main(&mut traces, 40, |c| c.upc += Val::ONE);
    refused("an idle row, then another instruction", &h.record, traces);
    let mut traces = with_idle_row(h, 40);
    edit_main(&mut traces, 40, |c| c.regs[Reg::Gas as usize] += Val::ONE);
    refused("an idle row that changes a register", &h.record, traces);
    let mut traces = with_idle_row(h, 40);
    edit_main(&mut traces, 40, |c| c.f.op2 = Val::ONE);
    refused("an idle row that operates", &h.record, traces);
    // The row after the idle row is left out: idle in place of an instruction.
    let mut traces = h.traces(&h.record);
    let upc = h.record.rows[40].upc as usize;
    edit_main(&mut traces, 40, idle);
    multiplicity(&mut traces, ChipId::Rom, upc, 0, Val::NEG_ONE);
    multiplicity(&mut traces, ChipId::Rom, IDLE_UPC as usize, 0, Val::ONE);
    refused("idle in place of an instruction", &h.record, traces);
    let mut traces = h.traces(&h.record);
    edit_main(&mut traces, 40, |c| c.rom_upc = Val::from_u32(IDLE_UPC));
    refused("an instruction fetched from the idle instruction's place", &h.record, traces);
}

#[test]
fn times_and_cells() {
    let h = &*HONEST;
    for (name, by) in [("two operations at one timestamp", -1), ("a clock that jumps on", 3)] {
        let mut record = h.record.clone();
        shift(&mut record, 50, by);
        refused(name, &record, h.traces(&record));
    }
    let first = |space: Space| {
        let rows = h.record.rows.iter().enumerate();
        let mut reads = rows.filter_map(|(k, r)| {
            let i = &h.image.instrs[r.upc as usize];
            let c = i.c.as_ref().filter(|c| c.space == space && r.old_times[2] == 0)?;
            Some((k as u32, c.off))
        });
        reads.next().expect("a cell is first used by port C").0
    };
    for space in [Space::Global, Space::Stack] {
        let fault = FaultKind::Read(PortName::C, Tamper::Set(U256::from(77)));
        let record = h.faulty(first(space), fault);
        refused(&format!("first read of {} not zero", space.name()), &record, h.traces(&record));
    }
    let cells = h.record.memory.len();
    for (name, time, word) in [("without an access", 0, U256::ZERO), ("with its last state", 1, U256::ONE)] {
        let mut record = h.record.clone();
        let mut twin = record.memory[cells / 2];
        if time == 0 {
            (twin.time, twin.word) = (time, word);
        }
        record.memory.insert(cells / 2, twin);
        refused(&format!("boundary row twice, {name}"), &record, h.traces(&record));
    }
    let mut record = h.record.clone();
    record.memory.remove(cells / 2);
    refused("boundary row left out", &record, h.traces(&record));
    let mut record = h.record.clone();
    record.memory.swap(3, 4);
    refused("boundary rows in another order", &record, h.traces(&record));
    let mut record = h.record.clone();
    record.input.pop();
    refused("a word of the private input left out", &record, h.traces(&record));
}

#[test]
fn one_code_id_for_two_codes() {
    let h = &*HONEST;
    let load = |r: &Record| r.mem_ops.iter().position(|e| e.op == MemOp::LoadCode).expect("a code is loaded");
    // The same call once more, of the words after: consistent with memory, whose last accesses these become.
    let mut record = h.record.clone();
    let at = load(&record);
    let mut twin = record.mem_ops[at].clone();
    twin.a.off += 1;
    let now = 4 * twin.clk + 2;
    let cell = record.memory.iter_mut().find(|c| c.addr == twin.a).expect("the buffer's second word");
    assert!(cell.time < now, "nothing reads it later");
    twin.reads = vec![Access { addr: twin.a, old_time: cell.time, old: cell.word, new: cell.word }];
    cell.time = now;
    record.mem_ops.insert(at + 1, twin);
    refused("a code id with two codes", &record, h.traces(&record));
    // In its place: other bytes for the same id.
    let mut record = h.record.clone();
    record.mem_ops[at].reads[0].old ^= U256::ONE << 240;
    record.mem_ops[at].reads[0].new ^= U256::ONE << 240;
    refused("a code with another byte", &record, h.traces(&record));
}

#[test]
fn instructions_not_in_the_rom() {
    let h = &*HONEST;
    let add = h.find(|i, _| i.op == Op::Op2(Op2::Add));
    let upc = h.record.rows[add as usize].upc as usize;
    type Edit = fn(&mut MainCols<Val>);
    let edits: [(&str, Edit); 5] = [
        ("another kind", |c| c.f.kind += Val::ONE),
        ("another target", |c| c.f.target += Val::ONE),
        ("no write", |c| c.f.c_write = Val::ZERO),
        ("fetched from a row past the program", |c| c.rom_upc = Val::NEG_ONE),
        ("fetched from the instruction after", |c| c.rom_upc += Val::ONE),
    ];
    for (name, edit) in edits {
        let mut traces = h.traces(&h.record);
        edit_main(&mut traces, add as usize, edit);
        // Without the honest instruction's multiplicity, and for a row past the program with that row's.
        multiplicity(&mut traces, ChipId::Rom, upc, 0, Val::NEG_ONE);
        if name.contains("past") {
            multiplicity(&mut traces, ChipId::Rom, IDLE_UPC as usize - 1, 0, Val::ONE);
        }
        refused(&format!("instruction: {name}"), &h.record, traces);
    }
    for by in [Val::ONE, Val::NEG_ONE, -Val::from_u32(2)] {
        let mut traces = h.traces(&h.record);
        multiplicity(&mut traces, ChipId::Rom, upc, 0, by);
        refused("a wrong multiplicity", &h.record, traces);
    }
    let mut traces = h.traces(&h.record);
    edit_main(&mut traces, add as usize, |c| c.b[3] += Val::ONE);
    refused("another operand", &h.record, traces);
}

#[test]
fn public_words() {
    let h = &*HONEST;
    let (input, output) = (0, 16);
    for row in [input, input + 15, output, output + 3, output + 15] {
        // In the public values alone, and in the chip as well.
        for in_chip in [false, true] {
            let mut traces = h.traces(&h.record);
            traces.public_values[ChipId::Public as usize][row * LIMBS + 2] += Val::ONE;
            if in_chip {
                let m = &mut traces.matrices[ChipId::Public as usize];
                let width = m.width;
                m.values[row * width..(row + 1) * width].iter_mut().for_each(|x| {
                    if *x != Val::ZERO {
                        *x += Val::ONE;
                    }
                });
            }
            refused(&format!("public word {row} changed, in the chip {in_chip}"), &h.record, traces);
        }
    }
    for slot in [0, 7, 15] {
        let mut record = h.record.clone();
        record.public_out[slot] ^= U256::ONE << 77;
        refused(&format!("another output {slot}"), &record, h.traces(&record));
        let mut record = h.record.clone();
        record.public_in[slot] ^= U256::ONE << 77;
        refused(&format!("another input {slot}"), &record, h.traces(&record));
    }
}
