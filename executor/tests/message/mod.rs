//! The ROM's EVM on a small state.
#![allow(dead_code)]

pub mod generate;
pub mod reference;

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use alloy_primitives::{Address, B256, Bytes, Log, LogData, U256, keccak256};
use zkrom_asm::{Assembly, Files, Options, assemble, evm::Fork, isa::Space};
use zkrom_executor::{Executor, FinalMemory, Input, Program, hints::Hints};

pub const COINBASE: u64 = 0xc01;
pub const TIMESTAMP: u64 = 1_700_000_000;
pub const NUMBER: u64 = 19_000_000;
pub const RANDAO: u64 = 0x1234_5678;
pub const GAS_LIMIT: u64 = 1 << 60;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    pub nonce: u64,
    pub balance: U256,
    pub code: Bytes,
    pub slots: BTreeMap<U256, U256>,
}

#[derive(Clone, Debug)]
pub struct Message {
    pub sender: Address,
    /// `None` for a creation.
    pub target: Option<Address>,
    pub value: U256,
    /// Limit of the transaction.
    pub gas: u64,
    pub data: Bytes,
}

impl Message {
    /// Gas before the first opcode (EIP-2028, EIP-3860), without access list.
    pub fn intrinsic(&self, fork: Fork) -> u64 {
        let data: u64 = self.data.iter().map(|b| if *b == 0 { 4 } else { 16 }).sum();
        let create = if self.target.is_none() { 32_000 } else { 0 };
        let words = if self.target.is_none() && fork >= Fork::Shanghai {
            2 * self.data.len().div_ceil(32) as u64
        } else {
            0
        };
        21_000 + data + create + words
    }

    pub fn address(&self, nonce: u64) -> Address {
        self.target.unwrap_or_else(|| self.sender.create(nonce))
    }
}

/// What came of a message. Of codes, only the hash is known here.
#[derive(Clone, Debug, Default)]
pub struct Done {
    pub success: bool,
    pub gas_used: u64,
    pub output: Bytes,
    pub logs: Vec<Log>,
    pub accounts: BTreeMap<Address, Account>,
    pub rows: u32,
    /// Dispatches and rows of each opcode.
    pub opcodes: Vec<(u64, u64)>,
}

pub struct Rom {
    pub assembly: Assembly,
    pub program: Program,
    cells: Vec<String>,
    frame: Vec<String>,
}

fn layout(path: &str, space: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let body = text.split(&format!("layout {space} {{")).nth(1).unwrap().split('}').next().unwrap();
    body.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with(';')).map(str::to_owned).collect()
}

fn word(bytes: &[u8]) -> U256 {
    let mut w = [0; 32];
    w[..bytes.len()].copy_from_slice(bytes);
    U256::from_be_bytes(w)
}

fn address_word(a: Address) -> U256 {
    U256::from_be_bytes(a.into_word().0)
}

fn push_bytes(words: &mut Vec<U256>, bytes: &[u8]) {
    words.push(U256::from(bytes.len()));
    words.extend(bytes.chunks(32).map(word));
}

impl Rom {
    pub fn load() -> Self {
        let options = Options { require_headers: true, ..Options::default() };
        let assembly = assemble(Path::new("../rom/tests/evm.zkasm"), &Files::Disk, &options)
            .unwrap_or_else(|e| panic!("{}", e.render()));
        let program = Program::load(&assembly.image, &Hints::default()).unwrap();
        let cells = layout("../rom/state/layout.zkasm", "key");
        let frame = layout("../rom/evm/frame.zkasm", "frame");
        Self { assembly, program, cells, frame }
    }

    fn cell(&self, name: &str) -> u32 {
        self.cells.iter().position(|c| c == name).unwrap() as u32
    }

    fn frame(&self, name: &str) -> u32 {
        self.frame.iter().position(|c| c.starts_with(name)).unwrap() as u32
    }

    pub fn run(
        &self,
        fork: Fork,
        state: &BTreeMap<Address, Account>,
        message: &Message,
    ) -> Result<Done, String> {
        let intrinsic = message.intrinsic(fork);
        let nonce = state[&message.sender].nonce;
        let mut words = vec![U256::from(fork as u8)];
        words.extend([COINBASE, TIMESTAMP, NUMBER, RANDAO, GAS_LIMIT, 0, 1, 1, 0].map(U256::from));
        words.push(U256::from(state.len()));
        for (address, account) in state {
            let nonce = account.nonce + u64::from(*address == message.sender);
            words.extend([address_word(*address), U256::from(nonce), account.balance]);
            push_bytes(&mut words, &account.code);
            words.push(U256::from(account.slots.len()));
            words.extend(account.slots.iter().flat_map(|(s, v)| [*s, *v]));
        }
        let target = message.address(nonce);
        let mut warm = vec![address_word(message.sender), address_word(target)];
        if fork >= Fork::Shanghai {
            warm.push(U256::from(COINBASE));
        }
        words.push(U256::from(warm.len()));
        words.extend(warm);
        let gas = message.gas - intrinsic;
        words.extend([
            U256::from(u8::from(message.target.is_none())),
            address_word(message.sender),
            address_word(target),
        ]);
        words.extend([message.value, U256::from(gas)]);
        push_bytes(&mut words, &message.data);
        let input = Input { private: words, ..Input::default() };
        let (outcome, memory) =
            Executor::new(&self.program, input).run_to_memory().map_err(|e| self.explain(&e))?;
        let out = &outcome.public_out;
        let spent = message.gas - out[1].to::<u64>();
        let refund = out[7].to::<u64>().min(spent / 5);
        let accounts = self.accounts(&memory, out[8].to(), out[9].to());
        Ok(Done {
            success: !out[0].is_zero(),
            gas_used: spent - refund,
            output: bytes(&memory, Space::Mem, out[3].to(), out[4].to(), out[2].to()),
            logs: self.logs(&memory, out[6].to(), out[5].to()),
            accounts,
            rows: outcome.rows,
            opcodes: outcome.profile.opcodes.iter().map(|o| (o.dispatches, o.rows)).collect(),
        })
    }

    /// The routine a failed run ended in.
    fn explain(&self, e: &zkrom_executor::ExecError) -> String {
        let upc = format!("{e:?}").split("upc: ").nth(1).and_then(|s| s.split(',').next()?.parse().ok());
        if let Some(unit) = upc.and_then(|upc| self.assembly.source_map.unit(upc))
            && unit.name.starts_with("unsupported")
        {
            return unit.name.clone();
        }
        let text = e.to_string();
        format!("{text}: {e:?}").chars().take(600).collect::<String>() + ""
    }

    fn logs(&self, memory: &FinalMemory, list: u32, count: u32) -> Vec<Log> {
        (0..count)
            .map(|i| {
                let id: u32 = memory.read(Space::Heap, list, i).to();
                let f = |name, more| memory.read(Space::Frame, id, self.frame(name) + more);
                let topics = (0..f("log_topics", 0).to()).map(|t| B256::from(f("topic[", t))).collect();
                let data = bytes(memory, Space::Heap, id, 0, f("object_length", 0).to());
                let address = Address::from_word(B256::from(f("log_address", 0)));
                Log { address, data: LogData::new_unchecked(topics, data) }
            })
            .collect()
    }

    fn accounts(&self, memory: &FinalMemory, list: u32, count: u32) -> BTreeMap<Address, Account> {
        let mut accounts = BTreeMap::<Address, Account>::new();
        let mut incarnations = BTreeMap::new();
        let mut slots = vec![];
        for at in (0..count).step_by(3) {
            let read = |i| memory.read(Space::Heap, list, at + i);
            let (key, second, index): (U256, U256, u32) = (read(0), read(1), read(2).to());
            let address = Address::from_word(B256::from(key & ((U256::from(1) << 160) - U256::from(1))));
            let cell = |name| memory.read(Space::Key, index, self.cell(name));
            let tag: u64 = (key >> 248usize).to();
            if tag == 3 {
                let account = accounts.entry(address).or_default();
                account.nonce = cell("nonce").to();
                account.balance = cell("balance");
                account.code = B256::from(cell("code_hash")).to_vec().into();
                incarnations.insert(address, cell("incarnation"));
            } else {
                let incarnation = (key >> 160usize) & U256::from((1u128 << 88) - 1);
                slots.push((address, incarnation, second, cell("value")));
            }
        }
        for (address, incarnation, slot, value) in slots {
            if incarnations[&address] == incarnation && !value.is_zero() {
                accounts.get_mut(&address).unwrap().slots.insert(slot, value);
            }
        }
        let nothing = keccak256([]).to_vec();
        for account in accounts.values_mut() {
            if account.code[..] == nothing[..] {
                account.code = Bytes::new();
            }
        }
        accounts
    }
}

fn bytes(memory: &FinalMemory, space: Space, ctx: u32, offset: usize, length: usize) -> Bytes {
    if length == 0 {
        return Bytes::new();
    }
    let words = offset / 32..(offset + length).div_ceil(32);
    let all: Vec<u8> = words.flat_map(|w| memory.read(space, ctx, w as u32).to_be_bytes::<32>()).collect();
    let start = offset % 32;
    all[start..start + length].to_vec().into()
}

/// The state as text, for a failing test.
pub fn dump(state: &BTreeMap<Address, Account>) -> String {
    let mut out = String::new();
    for (address, account) in state {
        writeln!(out, "{address} {account:?}").unwrap();
    }
    out
}
