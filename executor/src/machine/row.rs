//! One row.

use alloy_primitives::U256;
use zkrom_asm::isa::{Op, Op2, Reg};

use super::{CLK, Machine, SP, Words};
use crate::{
    error::Rule,
    fault::{FaultKind, PortName},
    field,
    hints::HintContext,
    memory::Cell,
    ops::{eval_op2_into, eval_op3},
    program::{BoundArg, Decoded, NextKind, Port, PortKind, slot},
    record::{Fetch, Op2Event, Op3Event, Regs, Row},
    trace::Tracer,
};

/// Registers and integers read from words stay below this bound.
const BOUND: u32 = zkrom_asm::isa::REG_BOUND;

impl<T: Tracer> Machine<'_, T> {
    /// Executes one row; whether it halts.
    #[inline(always)]
    pub(super) fn row(&mut self, w: &mut Words) -> Result<bool, Box<Rule>> {
        let program = self.program;
        let upc = self.upc;
        *w = Words::default();
        let clk = self.regs[CLK];
        self.recent[clk as usize % super::RECENT] = upc;
        let Some(i) = program.code.get(upc as usize) else {
            return Err(past_end(upc, program.code.len()));
        };
        self.rows_by_upc[upc as usize] += 1;
        let fault = if T::FAULTS { self.tracer.fault(clk) } else { None };
        let before = if T::RECORDS { self.registers() } else { Regs::default() };
        let now = 4 * clk;

        // Ports A and B.
        let mut old_times = [0; 3];
        match i.a_kind {
            PortKind::Mem => old_times[0] = self.read(i.a, PortName::A, now, fault, &mut w.a)?,
            PortKind::Value => w.a = U256::from(self.expression(i)),
            PortKind::None | PortKind::Addr => {}
        }
        match i.b_kind {
            PortKind::Mem => old_times[1] = self.read(i.b, PortName::B, now + 1, fault, &mut w.b)?,
            PortKind::Value => w.b = program.imms[i.extra as usize],
            PortKind::None | PortKind::Addr => {}
        }
        if i.op == Op::Swap {
            self.write(i.a, PortName::A, w.b)?;
            self.write(i.b, PortName::B, w.a)?;
        }

        // The operation, and port C: the last access of the row, but for the writes of stores.
        let c_at = if i.has_c { self.locate(i.c, 'C')? } else { (0, 0) };
        // Without times a cell that is only named is not looked for below.
        self.memory.check_context(i.c.space, c_at.0)?;
        let mut port_c = |m: &mut Self, w: &mut Words| -> Result<(), Box<Rule>> {
            if i.needs_c || (T::Cell::TIMED && i.has_c) {
                old_times[2] = m.access(i.c.space, c_at, PortName::C, now + 3, fault, &mut w.c)?;
            }
            Ok(())
        };
        match i.op {
            Op::Mem(op) => {
                if op.stores() {
                    port_c(self, w)?;
                }
                w.r = self.mem_op(op, i, w.c, fault)?;
                if !op.stores() {
                    port_c(self, w)?;
                }
            }
            op => {
                port_c(self, w)?;
                match op {
                    Op::None | Op::Swap | Op::Mem(_) => {}
                    Op::MovA => w.r = w.a,
                    Op::MovB => w.r = w.b,
                    Op::MovC => w.r = w.c,
                    Op::Link => w.r = U256::from(upc + 1),
                    Op::AssertEq => {
                        if w.a != w.b && !self.lenient {
                            return Err(assertion(w));
                        }
                    }
                    Op::PushData => w.r = self.push_data()?,
                    Op::Op2(op) => {
                        if !eval_op2_into(op, &w.a, &w.b, &mut w.r) {
                            w.r = self.special(op, i, w)?;
                        }
                    }
                    Op::Op3(op) => w.r = eval_op3(op, w.a, w.b, w.c),
                }
                if T::FAULTS
                    && let Some(FaultKind::Result(t)) = fault
                {
                    w.r = t.apply(w.r);
                }
                if T::RECORDS {
                    let Words { a, b, c, r } = *w;
                    match op {
                        Op::Op2(op) => self.tracer.op2(Op2Event { op, a, b, r }),
                        Op::Op3(op) => self.tracer.op3(Op3Event { op, a, b, c, r }),
                        _ => {}
                    }
                }
            }
        }
        if i.c_write {
            let stored = match fault {
                Some(FaultKind::Stored(t)) if T::FAULTS => t.apply(w.r),
                _ => w.r,
            };
            self.memory.cell(i.c.space, c_at.0, c_at.1)?.set(stored);
        }

        // What the registers become. They change only when nothing can fail any more, for the sake of reports.
        if i.w_source == slot::RESULT {
            self.regs[slot::RESULT as usize] = self.integer(&w.r, "the register expression")?;
        }
        let w_value = self.expression(i);
        let sp = if i.reg == Reg::Sp as u8 { w_value } else { self.regs[SP] };
        let sp = self.stack_height(sp, i.dsp)?;

        // The next instruction.
        let mut fetch: Option<Fetch> = None;
        let mut halts = false;
        let flipped = T::FAULTS && matches!(fault, Some(FaultKind::Branch));
        let mut next = match i.next {
            NextKind::Seq => upc + 1,
            NextKind::Jump => i.target,
            NextKind::Call => {
                self.call(i.target);
                i.target
            }
            NextKind::BranchZero => {
                if w.r.is_zero() != flipped {
                    i.target
                } else {
                    upc + 1
                }
            }
            NextKind::BranchNonZero => {
                if w.r.is_zero() == flipped {
                    i.target
                } else {
                    upc + 1
                }
            }
            NextKind::Return => {
                let to = self.integer(&w.r, "the return")?;
                self.leave(to);
                to
            }
            NextKind::Dispatch => self.dispatch(i, None, sp, &mut fetch, fault)?,
            NextKind::EvmJump => self.dispatch(i, Some(&w.r), sp, &mut fetch, fault)?,
            NextKind::Charge => self.charge(i, w_value, flipped)?,
            NextKind::Halt => {
                halts = true;
                upc
            }
        };
        self.regs[i.reg as usize % slot::COUNT] = match fault {
            Some(FaultKind::Register(value)) if T::FAULTS => value % field::FIELD_PRIME,
            _ => w_value,
        };
        self.regs[SP] = sp;
        if T::FAULTS {
            if let Some(FaultKind::Register(value)) = fault
                && i.reg == Reg::Sp as u8
            {
                self.regs[SP] = value % field::FIELD_PRIME;
            }
            next = self.tamper_state(fault, next);
        }
        if T::RECORDS {
            self.tracer.row(Row { upc, regs: before, words: [w.a, w.b, w.c], result: w.r, old_times, fetch });
        }
        self.upc = next;
        if !halts {
            self.regs[CLK] += 1;
        }
        Ok(halts)
    }

    /// The value `W` with the registers as they stand.
    #[inline(always)]
    fn expression(&self, i: &Decoded) -> u32 {
        field::add(self.regs[i.w_source as usize % slot::COUNT], i.w_imm)
    }

    /// The stack height after a row.
    #[inline(always)]
    fn stack_height(&self, sp: u32, dsp: i16) -> Result<u32, Box<Rule>> {
        let after = i64::from(sp) + i64::from(dsp);
        if (0..i64::from(BOUND)).contains(&after) {
            Ok(after as u32)
        } else if self.lenient {
            Ok(after.rem_euclid(i64::from(field::FIELD_PRIME)) as u32)
        } else {
            Err(stack_height(after))
        }
    }

    /// The context and offset of an address.
    #[inline(always)]
    pub(super) fn locate(&self, port: Port, name: char) -> Result<(u32, u32), Box<Rule>> {
        let off = field::add(self.regs[port.base as usize % slot::COUNT], port.off);
        if off >= BOUND {
            return Err(bad_offset(name, port.space, off));
        }
        Ok((self.regs[port.ctx as usize % slot::COUNT], off))
    }

    /// The access of a port: takes the word, returns the time of the previous access.
    #[inline(always)]
    fn read(
        &mut self,
        port: Port,
        name: PortName,
        now: u32,
        fault: Option<FaultKind>,
        word: &mut U256,
    ) -> Result<u32, Box<Rule>> {
        let at = self.locate(port, name.letter())?;
        self.access(port.space, at, name, now, fault, word)
    }

    #[inline(always)]
    fn access(
        &mut self,
        space: u8,
        at: (u32, u32),
        name: PortName,
        now: u32,
        fault: Option<FaultKind>,
        word: &mut U256,
    ) -> Result<u32, Box<Rule>> {
        let cell = self.memory.cell(space, at.0, at.1)?;
        let old_time = cell.touch(now);
        if T::FAULTS {
            match fault {
                Some(FaultKind::Read(p, t)) if p == name => cell.set(t.apply(cell.word())),
                Some(FaultKind::OldTime(p, time)) if p == name => {
                    *word = cell.word();
                    return Ok(time);
                }
                _ => {}
            }
        }
        *word = cell.word();
        Ok(old_time)
    }

    /// Stores a word in a port's cell.
    fn write(&mut self, port: Port, name: PortName, word: U256) -> Result<(), Box<Rule>> {
        let (ctx, off) = self.locate(port, name.letter())?;
        self.memory.cell(port.space, ctx, off)?.set(word);
        Ok(())
    }

    /// The integer in a word that is read as one.
    #[inline(always)]
    pub(super) fn integer(&self, r: &U256, reader: &'static str) -> Result<u32, Box<Rule>> {
        let [low, rest @ ..] = *r.as_limbs();
        if low < u64::from(BOUND) && rest == [0; 3] {
            return Ok(low as u32);
        }
        if self.lenient { Ok(low as u32 % field::FIELD_PRIME) } else { Err(too_large(reader, *r)) }
    }

    /// Two-operand operations that depend on more than their operands.
    #[inline(never)]
    fn special(&mut self, op: Op2, i: &Decoded, w: &Words) -> Result<U256, Box<Rule>> {
        let rule = match op {
            Op2::Hint => return self.hint(i),
            Op2::Split => {
                let value = self.expression(i);
                if value < 1 << 30 || self.lenient {
                    return Ok(U256::from(value));
                }
                Rule::SplitOutOfRange { w: field::signed(value) }
            }
            Op2::KeyId => return self.keys.id((w.a, w.b), self.lenient).map(U256::from),
            Op2::KeyCount => {
                self.keys.counted.get_or_insert(self.regs[CLK]);
                return Ok(U256::from(self.keys.list.len()));
            }
            Op2::PubIn(index) => return Ok(self.input.public[index as usize]),
            Op2::PubOut(index) => {
                let word = &mut self.public_out[index as usize];
                match *word {
                    Some(old) if old != w.a && !self.lenient => Rule::PubOutConflict { index, old, new: w.a },
                    _ => {
                        *word = Some(w.a);
                        return Ok(U256::ZERO);
                    }
                }
            }
            _ => unreachable!("{op:?} depends on its operands alone"),
        };
        Err(Box::new(rule))
    }

    fn hint(&self, i: &Decoded) -> Result<U256, Box<Rule>> {
        let hint = &self.program.hints[i.extra as usize];
        let mut args = Vec::with_capacity(hint.args.len());
        for arg in &hint.args {
            args.push(match *arg {
                BoundArg::Const(word) => word,
                BoundArg::Reg(reg) => U256::from(self.regs[reg as usize]),
                BoundArg::Mem(port) => {
                    let (ctx, off) = self.locate(port, 'H')?;
                    self.memory.peek(port.space, ctx, off)?
                }
            });
        }
        let context = HintContext {
            memory: &self.memory,
            regs: self.registers(),
            input: &self.input.private,
            keys: &self.keys.list,
        };
        match (hint.call)(&context, &args) {
            Ok(word) => Ok(word),
            // Any word does for a prover that does not look.
            Err(_) if self.lenient => Ok(U256::ZERO),
            Err(error) => Err(Box::new(Rule::Hint { name: hint.name.clone(), error })),
        }
    }

    /// Faults in what a row leaves behind.
    fn tamper_state(&mut self, fault: Option<FaultKind>, next: u32) -> u32 {
        match fault {
            Some(FaultKind::Next(upc)) => return upc,
            Some(FaultKind::State(Reg::Clk, value)) => {
                // The clock is advanced after this.
                self.regs[CLK] = value.clamp(self.regs[CLK], zkrom_asm::isa::CLK_BOUND - 1);
            }
            Some(FaultKind::State(reg, value)) => self.regs[reg as usize] = value % field::FIELD_PRIME,
            _ => {}
        }
        next
    }
}

impl PortName {
    const fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
        }
    }
}

#[cold]
fn past_end(upc: u32, len: usize) -> Box<Rule> {
    Box::new(Rule::UpcPastEnd { upc, len })
}

#[cold]
fn bad_offset(port: char, space: u8, off: u32) -> Box<Rule> {
    Box::new(Rule::OffsetOutOfRange { port, space, offset: field::signed(off) })
}

#[cold]
fn too_large(reader: &'static str, r: U256) -> Box<Rule> {
    Box::new(Rule::ResultTooLarge { reader, r })
}

#[cold]
fn assertion(w: &Words) -> Box<Rule> {
    Box::new(Rule::AssertEq { a: w.a, b: w.b })
}

#[cold]
fn stack_height(sp: i64) -> Box<Rule> {
    Box::new(Rule::StackHeight { sp })
}
