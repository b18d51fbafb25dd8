//! Choosing faults for a record.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use zkrom_asm::{
    image::Image,
    isa::{Instr, Next, Op, Op3, OperandA, OperandB, Reg},
};

use super::{Fault, FaultKind, Outcome, PortName, Tamper};
use crate::{field, record::Record};

/// `n` faults for a record of a program, seeded: the places a fault can be put are grouped by operation and kind of fault, and
/// the groups take turns, so that rare operations get as many as frequent ones. Fewer than `n` only where the record has no rows.
///
/// Every fault changes something: none leaves the record as it was.
#[must_use]
pub fn faults(image: &Image, record: &Record, seed: u64, n: usize) -> Vec<Fault> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let groups = groups(image, record);
    let mut out = Vec::with_capacity(n);
    for (group, places) in groups.iter().cycle().take(if groups.is_empty() { 0 } else { n }) {
        let row = places[rng.random_range(0..places.len())];
        out.push(Fault { row, kind: group.kind(image, record, row, &mut rng) });
    }
    out
}

/// Where a fault can be put: what a row's fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Site {
    Result,
    Stored,
    Read(u8),
    OldTime(u8),
    ChipRead,
    ChipWrite,
    ChipReadTime,
    ChipWriteTime,
    Register,
    State,
    Next,
    Branch,
    Opcode,
    NextPc,
    Dispatch,
}

/// A group of places: the operation (its `Debug` name) and the site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Group {
    site: Site,
    operation: String,
}

/// The rows of each group.
fn groups(image: &Image, record: &Record) -> BTreeMap<Group, Vec<u32>> {
    let sites: Vec<Vec<Group>> = image.instrs.iter().map(instruction_groups).collect();
    let mut chip_calls = record.mem_ops.iter().map(|e| (e.clk, e)).collect::<BTreeMap<_, _>>();
    let mut out = BTreeMap::<Group, Vec<u32>>::new();
    for (at, row) in record.rows.iter().enumerate() {
        let call = chip_calls.remove(&row.regs.get(Reg::Clk));
        for group in &sites[row.upc as usize] {
            let possible = match group.site {
                Site::ChipRead | Site::ChipReadTime => call.is_some_and(|c| !c.reads.is_empty()),
                Site::ChipWrite | Site::ChipWriteTime => call.is_some_and(|c| !c.writes.is_empty()),
                _ => true,
            };
            if possible {
                // Rows of a group look alike: the first ones will do.
                let places = out.entry(group.clone()).or_default();
                if places.len() < 1 << 12 {
                    places.push(at as u32);
                }
            }
        }
    }
    out
}

/// The groups an instruction's rows belong to.
fn instruction_groups(i: &Instr) -> Vec<Group> {
    if i.next == Next::Halt {
        return vec![];
    }
    let operation = match (i.op, i.next) {
        (Op::None, next) => format!("{next:?}").split('(').next().unwrap_or_default().to_owned(),
        (op, _) => format!("{op:?}"),
    };
    let mut sites = vec![Site::Result, Site::State, Site::Next];
    let ports = [matches!(i.a, OperandA::Mem(_)), matches!(i.b, OperandB::Mem(_)), i.c.is_some()];
    for (port, _) in ports.iter().enumerate().filter(|(_, used)| **used) {
        sites.extend([Site::Read(port as u8), Site::OldTime(port as u8)]);
    }
    if i.c_write {
        sites.push(Site::Stored);
    }
    if i.reg.is_some() {
        sites.push(Site::Register);
    }
    if matches!(i.op, Op::Mem(_)) {
        sites.extend([Site::ChipRead, Site::ChipWrite, Site::ChipReadTime, Site::ChipWriteTime]);
    }
    match i.next {
        Next::BranchZero(_) | Next::BranchNonZero(_) | Next::Charge(_) => sites.push(Site::Branch),
        Next::Dispatch(_) | Next::EvmJump(_) => sites.extend([Site::Opcode, Site::NextPc, Site::Dispatch]),
        _ => {}
    }
    sites.into_iter().map(|site| Group { site, operation: operation.clone() }).collect()
}

impl Group {
    /// A fault of this group in a row.
    fn kind(&self, image: &Image, record: &Record, at: u32, rng: &mut ChaCha20Rng) -> FaultKind {
        let row = &record.rows[at as usize];
        let clk = row.regs.get(Reg::Clk);
        let instr = &image.instrs[row.upc as usize];
        let port = |p| [PortName::A, PortName::B, PortName::C][p as usize];
        let call = || {
            let k = record.mem_ops.binary_search_by_key(&clk, |e| e.clk).expect("the group has calls only");
            &record.mem_ops[k]
        };
        match self.site {
            Site::Result => FaultKind::Result(tamper(row.result, instr.op, rng)),
            Site::Stored => FaultKind::Stored(tamper(row.result, Op::None, rng)),
            Site::Read(p) => FaultKind::Read(port(p), tamper(row.words[p as usize], Op::None, rng)),
            Site::OldTime(p) => {
                FaultKind::OldTime(port(p), other_time(row.old_times[p as usize], 4 * clk, rng))
            }
            Site::ChipRead => {
                let k = rng.random_range(0..call().reads.len());
                FaultKind::ChipRead(k, tamper(call().reads[k].old, Op::None, rng))
            }
            Site::ChipWrite => {
                let k = rng.random_range(0..call().writes.len());
                FaultKind::ChipWrite(k, tamper(call().writes[k].new, Op::None, rng))
            }
            Site::ChipReadTime => {
                let k = rng.random_range(0..call().reads.len());
                FaultKind::ChipReadTime(k, other_time(call().reads[k].old_time, 4 * clk, rng))
            }
            Site::ChipWriteTime => {
                let k = rng.random_range(0..call().writes.len());
                FaultKind::ChipWriteTime(k, other_time(call().writes[k].old_time, 4 * clk, rng))
            }
            Site::Register => {
                let reg = instr.reg.expect("the group has register writes only");
                FaultKind::Register(other(record.register_after(at, reg), rng))
            }
            Site::State => {
                let reg = Reg::ALL[rng.random_range(0..Reg::WRITABLE)];
                FaultKind::State(reg, other(record.register_after(at, reg), rng))
            }
            Site::Next => {
                let next = record.rows.get(at as usize + 1).map_or(row.upc, |r| r.upc);
                let len = image.instrs.len() as u32;
                let pick = rng.random_range(0..len);
                FaultKind::Next(if pick == next { (pick + 1) % len } else { pick })
            }
            Site::Branch => FaultKind::Branch,
            Site::Opcode => {
                let fetched = row.fetch.map_or(0, |f| f.opcode);
                FaultKind::Opcode((fetched + rng.random_range(1..256)) % 257)
            }
            Site::NextPc => FaultKind::NextPc(other(row.fetch.map_or(0, |f| f.next_pc), rng)),
            Site::Dispatch => {
                // The failures of this row, after `target`, are told by where it went.
                let target = match instr.next {
                    Next::Dispatch(t) | Next::EvmJump(t) => t,
                    _ => unreachable!("the group has dispatches only"),
                };
                let next = record.rows.get(at as usize + 1).map_or(row.upc, |r| r.upc);
                let failed = (target..target + 4).contains(&next).then(|| next - target);
                let causes = if matches!(instr.next, Next::EvmJump(_)) { 4 } else { 3 };
                match failed {
                    Some(_) if rng.random() => FaultKind::Dispatch(Outcome::Succeeds),
                    Some(c) => {
                        FaultKind::Dispatch(Outcome::Fails((c + rng.random_range(1..causes)) % causes))
                    }
                    None => FaultKind::Dispatch(Outcome::Fails(rng.random_range(0..causes))),
                }
            }
        }
    }
}

/// A change of a word that is no identity: the classes of mistakes a constraint may miss.
fn tamper(word: U256, op: Op, rng: &mut ChaCha20Rng) -> Tamper {
    let one = U256::ONE;
    let alias = match op {
        // The same residue, not canonical.
        Op::Op3(Op3::MulAdd(m) | Op3::MulSub(m)) => m.modulus(),
        // Half the range: sign mistakes.
        _ => one << 255,
    };
    let limb = 16 * rng.random_range(0..16usize);
    let tamper = match rng.random_range(0..7) {
        0 => Tamper::Add(one),
        1 => Tamper::Add(U256::MAX),
        2 => Tamper::Xor(one << rng.random_range(0..256usize)),
        3 => Tamper::Set(U256::from_be_bytes(rng.random::<[u8; 32]>())),
        4 => Tamper::Add(alias),
        // One limb up: a carry lost between limbs.
        5 => Tamper::Add(one << limb),
        _ => Tamper::Set(U256::ZERO),
    };
    if tamper.apply(word) == word { Tamper::Xor(one) } else { tamper }
}

/// Another register value.
fn other(value: u32, rng: &mut ChaCha20Rng) -> u32 {
    let pick = match rng.random_range(0..4) {
        0 => value.wrapping_add(1),
        1 => value.wrapping_sub(1),
        2 => value ^ (1 << rng.random_range(0..29)),
        _ => rng.random_range(0..1 << 29),
    } % field::FIELD_PRIME;
    if pick == value { (value + 1) % field::FIELD_PRIME } else { pick }
}

/// Another time of the previous access: an earlier one, the present, a later one.
fn other_time(time: u32, now: u32, rng: &mut ChaCha20Rng) -> u32 {
    let pick = match rng.random_range(0..4) {
        0 => 0,
        1 => now,
        2 => time + 1,
        _ => rng.random_range(0..now + 64),
    };
    if pick == time { time + 4 } else { pick }
}
