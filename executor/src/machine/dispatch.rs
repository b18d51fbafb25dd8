//! EVM dispatch, push data and gas.

use alloy_primitives::U256;
use zkrom_asm::{
    image::OpcodeEntry,
    isa::{JUMPDEST, REG_BOUND, fault as cause},
};

use super::{CID, CLK, FORK, GAS, Machine, PC};
use crate::{
    error::{EvmPlace, Rule},
    fault::{FaultKind, Outcome},
    field,
    program::Decoded,
    record::Fetch,
    trace::Tracer,
};

impl<T: Tracer> Machine<'_, T> {
    /// Dispatches the opcode at `pc`, or at `jump`; the next micro-pc.
    #[inline(always)]
    pub(super) fn dispatch(
        &mut self,
        i: &Decoded,
        jump: Option<&U256>,
        sp: u32,
        fetch: &mut Option<Fetch>,
        fault: Option<FaultKind>,
    ) -> Result<u32, Box<Rule>> {
        let pc = match jump {
            None => self.regs[PC],
            Some(r) => self.integer(r, "the EVM jump")?,
        };
        if pc >= REG_BOUND {
            return Err(bad_pc(pc));
        }
        let cid = self.regs[CID];
        let (mut opcode, mut next_pc) = match self.codes.get(cid) {
            Ok(code) => code.fetch(pc),
            // Nobody answers for a code that was not loaded; a prover that does not look takes it to be empty.
            Err(_) if self.lenient => (0, pc + 1),
            Err(rule) => return Err(rule),
        };
        if T::FAULTS {
            match fault {
                Some(FaultKind::Opcode(other)) => opcode = other,
                Some(FaultKind::NextPc(other)) => next_pc = other % field::FIELD_PRIME,
                _ => {}
            }
        }
        *fetch = Some(Fetch { pc, opcode, next_pc });
        let gas = self.gas()?;
        let mut entry = OpcodeEntry::default();
        let mut outcome = if jump.is_some() && opcode != JUMPDEST {
            Outcome::Fails(cause::BAD_JUMP)
        } else {
            entry = self.opcode_entry(opcode)?;
            if !provable(sp, &entry) && !self.lenient {
                return Err(too_far(sp, &entry));
            }
            if sp < entry.need {
                Outcome::Fails(cause::UNDERFLOW)
            } else if sp > entry.max {
                Outcome::Fails(cause::OVERFLOW)
            } else if gas < entry.gas {
                Outcome::Fails(cause::OUT_OF_GAS)
            } else {
                Outcome::Succeeds
            }
        };
        if T::FAULTS
            && let Some(FaultKind::Dispatch(forced)) = fault
        {
            if forced == Outcome::Succeeds {
                entry = self.opcode_entry(opcode).unwrap_or_default();
            }
            outcome = forced;
        }
        if let Outcome::Fails(cause) = outcome {
            return Ok(i.target + cause);
        }
        self.regs[PC] = next_pc;
        self.regs[GAS] = field::add(gas, field::element(-(entry.gas as i32)));
        self.begin_opcode(EvmPlace { cid, pc, opcode });
        Ok(entry.handler)
    }

    /// Counts the rows of the opcode before and begins the next.
    #[inline(always)]
    fn begin_opcode(&mut self, place: EvmPlace) {
        let now = self.regs[CLK] + 1;
        let before = self.evm.map_or(256, |e| e.opcode as usize & 255);
        self.rows_by_opcode[before].rows += u64::from(now - self.dispatched_at);
        self.rows_by_opcode[place.opcode as usize & 255].dispatches += 1;
        self.dispatched_at = now;
        self.evm = Some(place);
    }

    #[inline(always)]
    fn opcode_entry(&self, opcode: u32) -> Result<OpcodeEntry, Box<Rule>> {
        let fork = self.regs[FORK];
        let entry = (opcode < 256).then(|| self.program.opcodes.get(fork as usize * 256 + opcode as usize));
        match entry.flatten() {
            Some(entry) => Ok(*entry),
            None if self.lenient => Ok(OpcodeEntry::default()),
            None => Err(no_entry(fork, opcode)),
        }
    }

    /// `gas -= W`, or the target where it is short.
    #[inline(always)]
    pub(super) fn charge(&mut self, i: &Decoded, w: u32, flipped: bool) -> Result<u32, Box<Rule>> {
        if w >= 1 << 30 && !self.lenient {
            return Err(bad_charge(w));
        }
        let gas = self.gas()?;
        if (gas >= w) == flipped {
            return Ok(i.target);
        }
        self.regs[GAS] = field::add(gas, (field::FIELD_PRIME - w) % field::FIELD_PRIME);
        Ok(self.upc + 1)
    }

    #[inline(always)]
    fn gas(&self) -> Result<u32, Box<Rule>> {
        let gas = self.regs[GAS];
        if gas < REG_BOUND || self.lenient { Ok(gas) } else { Err(bad_gas(gas)) }
    }

    /// The push data that ends at `pc`.
    #[inline(always)]
    pub(super) fn push_data(&mut self) -> Result<U256, Box<Rule>> {
        let (cid, pc) = (self.regs[CID], self.regs[PC]);
        match self.codes.get(cid).map(|code| code.push_data(pc)) {
            Ok(Some(word)) => Ok(word),
            Ok(None) | Err(_) if self.lenient => Ok(U256::ZERO),
            Ok(None) => Err(no_push(cid, pc)),
            Err(rule) => Err(rule),
        }
    }
}

/// Whether a difference below 2^16 proves what the stack height is to an opcode: too low, too high, or neither.
fn provable(sp: u32, entry: &OpcodeEntry) -> bool {
    let OpcodeEntry { need, max, .. } = *entry;
    let small = |x: u32| x < 1 << 16;
    if sp < need {
        small(need - sp - 1)
    } else if sp > max {
        small(sp - max - 1)
    } else {
        small(sp - need) && small(max - sp)
    }
}

#[cold]
fn too_far(sp: u32, entry: &OpcodeEntry) -> Box<Rule> {
    Box::new(Rule::StackTooFar { sp, need: entry.need, max: entry.max })
}

#[cold]
fn bad_pc(pc: u32) -> Box<Rule> {
    Box::new(Rule::PcOutOfRange { pc: field::signed(pc) })
}

#[cold]
fn bad_gas(gas: u32) -> Box<Rule> {
    Box::new(Rule::GasOutOfRange { gas: field::signed(gas) })
}

#[cold]
fn bad_charge(w: u32) -> Box<Rule> {
    Box::new(Rule::ChargeOutOfRange { w: field::signed(w) })
}

#[cold]
fn no_entry(fork: u32, opcode: u32) -> Box<Rule> {
    Box::new(Rule::NoOpcodeEntry { fork: field::signed(fork), opcode })
}

#[cold]
fn no_push(cid: u32, pc: u32) -> Box<Rule> {
    Box::new(Rule::NoPushData { cid: field::signed(cid), pc: field::signed(pc) })
}
