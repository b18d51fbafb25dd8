//! Random programs that mostly make sense.

use alloy_primitives::{Address, U256};
use rand::{Rng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use zkrom_asm::evm::{self, Fork, OPCODES, Opcode};

struct Writer<'a> {
    rng: &'a mut ChaCha8Rng,
    fork: Fork,
    pool: &'a [Address],
    code: Vec<u8>,
    height: u32,
}

impl Writer<'_> {
    fn op(&mut self, name: &str) {
        let op = evm::find(name).unwrap_or_else(|| panic!("{name}"));
        if op.since > self.fork {
            return;
        }
        while self.height < op.need {
            self.number();
        }
        self.raw(op);
    }

    fn raw(&mut self, op: &Opcode) {
        self.code.push(op.byte);
        self.height = (self.height + op.leaves).saturating_sub(op.need);
    }

    fn push(&mut self, n: U256) {
        let bytes = n.to_be_bytes_trimmed_vec();
        let bytes = if bytes.is_empty() { vec![0] } else { bytes };
        self.code.push(0x5f + bytes.len() as u8);
        self.code.extend(bytes);
        self.height += 1;
    }

    fn small(&mut self, below: u64) {
        let n = self.rng.random_range(0..below);
        self.push(U256::from(n));
    }

    fn number(&mut self) {
        let n = match self.rng.random_range(0..10) {
            0 => U256::MAX,
            1 => U256::from(1) << 255usize,
            2 => U256::from_limbs(self.rng.random()),
            3 => U256::from(self.rng.random::<u64>()),
            4 => U256::ZERO,
            _ => U256::from(self.rng.random_range(0..300u64)),
        };
        self.push(n);
    }

    /// An offset in memory: near, seldom far, hardly ever absurd.
    fn offset(&mut self) {
        let n = match self.rng.random_range(0..200) {
            0 => U256::MAX - U256::from(self.rng.random_range(0..40u64)),
            1 => U256::from(1u64 << 28) + U256::from(self.rng.random_range(0..3u64)),
            2..6 => U256::from(self.rng.random_range(0..5000u64)),
            _ => U256::from(self.rng.random_range(0..200u64)),
        };
        self.push(n);
    }

    fn size(&mut self) {
        let n = match self.rng.random_range(0..200) {
            0 => U256::MAX,
            1..5 => U256::from(self.rng.random_range(0..3000u64)),
            5..40 => U256::ZERO,
            _ => U256::from(self.rng.random_range(0..100u64)),
        };
        self.push(n);
    }

    fn address(&mut self) {
        match self.rng.random_range(0..12) {
            0 => {
                let n = *[1, 2, 4].choose(self.rng).unwrap();
                self.push(U256::from(n));
            }
            1 => {
                let n = U256::from(self.rng.random::<u32>()) << 40usize;
                self.push(n);
            }
            2 => self.op("ADDRESS"),
            3 => self.op("CALLER"),
            4 => self.op("COINBASE"),
            5 => self.number_address(),
            _ => {
                let a = *self.pool.choose(self.rng).unwrap();
                // Bits above an address are ignored.
                let dirt = if self.rng.random_bool(0.1) { U256::from(7) << 160usize } else { U256::ZERO };
                self.push(U256::from_be_bytes(a.into_word().0) | dirt);
            }
        }
    }

    fn number_address(&mut self) {
        // Precompiles other than identity are not there yet, so no small numbers.
        let n = 0x1000 + self.rng.random_range(0..5u64);
        self.push(U256::from(n));
    }

    fn call(&mut self) {
        let kind = *["CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"].choose(self.rng).unwrap();
        self.size();
        self.offset();
        self.size();
        self.offset();
        if kind.starts_with("CALL") {
            let n = *[0, 0, 0, 1, 7, 999, 5000].choose(self.rng).unwrap();
            self.push(U256::from(n));
        }
        self.address();
        match self.rng.random_range(0..4) {
            0 => self.op("GAS"),
            1 => self.push(U256::MAX),
            _ => self.small(60_000),
        }
        self.op(kind);
    }

    /// Init code that returns something, or does something else, from memory.
    fn create(&mut self) {
        let mut init: Vec<u8> = match self.rng.random_range(0..6) {
            // Returns memory: zeros, that is STOPs.
            0 => vec![0x60, self.rng.random(), 0x60, 0, 0xf3],
            // Returns code that begins with 0xef.
            1 => vec![0x60, 0xef, 0x60, 0, 0x53, 0x60, 3, 0x60, 0, 0xf3],
            // Deploys `SELFDESTRUCT(CALLER)`.
            2 => vec![0x61, 0x33, 0xff, 0x60, 0, 0x52, 0x60, 2, 0x60, 30, 0xf3],
            // Destroys itself.
            3 => vec![0x33, 0xff],
            // Writes, logs, and reverts with data.
            4 => vec![0x60, 1, 0x60, 1, 0x55, 0x60, 4, 0x60, 0, 0xa0, 0x60, 5, 0x60, 1, 0xfd],
            // Writes a slot, deploys one that reads it.
            _ => vec![0x60, 9, 0x60, 1, 0x55, 0x62, 0x60, 1, 0x54, 0x60, 0, 0x52, 0x60, 3, 0x60, 29, 0xf3],
        };
        let size = init.len() as u64;
        init.resize(32, 0);
        self.push(U256::from_be_slice(&init));
        self.push(U256::from(64));
        self.op("MSTORE");
        let salted = self.rng.random_bool(0.5);
        if salted {
            self.small(2);
        }
        let size = if self.rng.random_bool(0.05) { 49_153 } else { size };
        self.push(U256::from(size));
        self.push(U256::from(64));
        let value = *[0, 0, 1, 100_000].choose(self.rng).unwrap();
        self.push(U256::from(value));
        self.op(if salted { "CREATE2" } else { "CREATE" });
    }

    fn jump(&mut self) {
        let conditional = self.rng.random_bool(0.5);
        if conditional {
            self.small(2);
        }
        let junk = self.rng.random_range(0..3usize);
        let bad = self.rng.random_bool(0.02);
        let to = self.code.len() + 4 + junk + usize::from(bad);
        self.code.extend([0x61, (to >> 8) as u8, to as u8, if conditional { 0x57 } else { 0x56 }]);
        self.height = self.height.saturating_sub(u32::from(conditional));
        // Skipped where the jump is taken.
        self.code
            .extend([0x5b, 0x58, 0x50][..junk].iter().copied().map(|b| if conditional { 0x5b } else { b }));
        self.code.push(0x5b);
    }

    fn step(&mut self, calls: bool) {
        let names = |list: &[&'static str], rng: &mut ChaCha8Rng| *list.choose(rng).unwrap();
        match self.rng.random_range(0..100) {
            0..18 => {
                let op = &OPCODES[self.rng.random_range(1..26)];
                let op = if op.name == "CLZ" { "NOT" } else { op.name };
                self.op(op);
            }
            18..26 => {
                let n = self.rng.random_range(1..=16);
                let kind = if self.rng.random_bool(0.5) { "DUP" } else { "SWAP" };
                self.op(&format!("{kind}{n}"));
            }
            26..32 => self.number(),
            32..35 => self.op("POP"),
            35..45 => {
                let op = names(&["MSTORE", "MSTORE", "MSTORE8", "MLOAD", "MSIZE", "CALLDATALOAD"], self.rng);
                if op.starts_with("MSTORE") {
                    self.number();
                }
                if op != "MSIZE" {
                    self.offset();
                }
                self.op(op);
            }
            45..51 => {
                let op =
                    names(&["CALLDATACOPY", "CODECOPY", "RETURNDATACOPY", "MCOPY", "KECCAK256"], self.rng);
                if op == "MCOPY" && self.fork < Fork::Cancun {
                    return;
                }
                if op == "RETURNDATACOPY" && self.rng.random_bool(0.9) {
                    // In bounds.
                    self.op("RETURNDATASIZE");
                    self.push(U256::ZERO);
                } else {
                    self.size();
                    if op != "KECCAK256" {
                        self.offset();
                    }
                }
                self.offset();
                self.op(op);
            }
            51..63 => {
                let op = names(&["SLOAD", "SLOAD", "SSTORE", "SSTORE", "TLOAD", "TSTORE"], self.rng);
                if op.starts_with('T') && self.fork < Fork::Cancun {
                    return;
                }
                if op.ends_with("STORE") {
                    self.small(3);
                }
                self.small(4);
                self.op(op);
            }
            63..70 => {
                let list = [
                    "ADDRESS",
                    "ORIGIN",
                    "CALLER",
                    "CALLVALUE",
                    "CALLDATASIZE",
                    "CODESIZE",
                    "GASPRICE",
                    "RETURNDATASIZE",
                    "COINBASE",
                    "TIMESTAMP",
                    "NUMBER",
                    "PREVRANDAO",
                    "GASLIMIT",
                    "CHAINID",
                    "SELFBALANCE",
                    "BASEFEE",
                    "PC",
                    "GAS",
                    "JUMPDEST",
                    "PUSH0",
                    "BLOBBASEFEE",
                ];
                let op = names(&list, self.rng);
                self.op(op);
            }
            70..75 => {
                let op =
                    names(&["BALANCE", "EXTCODESIZE", "EXTCODEHASH", "EXTCODECOPY", "BLOBHASH"], self.rng);
                if op == "EXTCODECOPY" {
                    self.size();
                    self.offset();
                    self.offset();
                }
                if op == "BLOBHASH" {
                    self.small(2);
                } else {
                    self.address();
                }
                self.op(op);
            }
            75..80 => {
                let n = self.rng.random_range(0..5);
                for _ in 0..n {
                    self.number();
                }
                self.size();
                self.offset();
                self.op(&format!("LOG{n}"));
            }
            80..85 => self.jump(),
            85..95 if calls => self.call(),
            95..98 if calls => self.create(),
            98 => {
                if self.rng.random_bool(0.3) {
                    let op = names(&["RETURN", "REVERT", "STOP", "SELFDESTRUCT"], self.rng);
                    if op == "SELFDESTRUCT" {
                        self.address();
                    } else if op != "STOP" {
                        self.size();
                        self.offset();
                    }
                    self.op(op);
                }
            }
            99 => {
                if self.rng.random_bool(0.2) {
                    let byte = self.rng.random();
                    self.code.push(byte);
                }
            }
            _ => self.op("POP"),
        }
    }
}

pub fn code(rng: &mut ChaCha8Rng, fork: Fork, pool: &[Address], steps: usize, calls: bool) -> Vec<u8> {
    let mut w = Writer { rng, fork, pool, code: vec![], height: 0 };
    for _ in 0..steps {
        w.step(calls);
    }
    // What is left is what comes back.
    if w.rng.random_bool(0.7) {
        w.push(U256::from(96));
        w.push(U256::ZERO);
        let well = w.rng.random_bool(0.85);
        w.op(if well { "RETURN" } else { "REVERT" });
    }
    w.code
}
