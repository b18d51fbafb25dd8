//! Random contracts: statements that leave the stack as they found it, so that most runs reach the end.

use alloy_primitives::{Address, Bytes, U256};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use zkrom_witness::ForkName;

/// Bytecode under construction.
#[derive(Default)]
pub struct Code(pub Vec<u8>);

impl Code {
    /// Opcodes as they are.
    pub fn ops(&mut self, ops: &[u8]) -> &mut Self {
        self.0.extend(ops);
        self
    }

    /// The shortest push of a word.
    pub fn push(&mut self, word: U256) -> &mut Self {
        let bytes = word.to_be_bytes_trimmed_vec();
        let bytes = if bytes.is_empty() { vec![0] } else { bytes };
        self.0.push(0x5f + bytes.len() as u8);
        self.ops(&bytes)
    }

    fn small(&mut self, n: u64) -> &mut Self {
        self.push(U256::from(n))
    }

    /// Words, the last on top.
    fn words(&mut self, words: &[u64]) -> &mut Self {
        words.iter().fold(self, |code, &n| code.small(n))
    }
}

/// What contracts are made for.
pub struct World {
    /// Rules.
    pub fork: ForkName,
    /// Addresses worth calling, reading and paying.
    pub addresses: Vec<Address>,
}

impl World {
    /// One of the addresses.
    pub fn any(&self, rng: &mut ChaCha8Rng) -> Address {
        self.addresses[rng.random_range(0..self.addresses.len())]
    }

    /// A contract's code.
    pub fn contract(&self, rng: &mut ChaCha8Rng) -> Bytes {
        let mut code = Code::default();
        for _ in 0..rng.random_range(2..12) {
            self.statement(&mut code, rng);
        }
        self.end(&mut code, rng);
        code.0.into()
    }

    /// Init code that deploys a small contract, fails, or returns what cannot be deployed.
    pub fn init_code(&self, rng: &mut ChaCha8Rng) -> Bytes {
        let mut code = Code::default();
        for _ in 0..rng.random_range(0..4) {
            self.statement(&mut code, rng);
        }
        match rng.random_range(0..8) {
            0 => code.words(&[0, 0]).ops(&[0xfd]),
            1 => code.ops(&[0xfe]),
            // EIP-3541: code must not begin with 0xef.
            2 => code.words(&[0xef, 0]).ops(&[0x53]).words(&[1, 0]).ops(&[0xf3]),
            // SSTORE of the caller's word, STOP.
            _ => code.push(U256::from(0x33_5f35_u64)).small(0).ops(&[0x52]).words(&[5, 29]).ops(&[0xf3]),
        };
        code.0.into()
    }

    fn statement(&self, code: &mut Code, rng: &mut ChaCha8Rng) {
        let cancun = self.fork >= ForkName::Cancun;
        let slot = rng.random_range(0..5u64);
        match rng.random_range(0..25) {
            0 | 1 => code.words(&[rng.random_range(0..3), slot]).ops(&[0x55]),
            2 => code.small(slot).ops(&[0x54]).small(1).ops(&[0x01]).small(slot).ops(&[0x55]),
            3 => code.small(0).ops(&[0x35]).small(slot).ops(&[0x55]),
            4 | 5 | 23 => {
                let topics = rng.random_range(0..5u8);
                for _ in 0..topics {
                    code.push(U256::from(rng.random::<u64>()));
                }
                code.words(&[rng.random_range(0..100), rng.random_range(0..40)]).ops(&[0xa0 + topics])
            }
            6..=8 => self.call(code, rng),
            9 => {
                let init = self.small_init(rng);
                let salted = rng.random();
                let size = init.len() as u64;
                code.push(U256::from_be_slice(&init)).small(0).ops(&[0x52]);
                if salted {
                    code.small(rng.random_range(0..3));
                }
                code.words(&[size, 32 - size, rng.random_range(0..2)]);
                code.ops(&[if salted { 0xf5 } else { 0xf0 }]).small(slot).ops(&[0x55])
            }
            10 => code
                .push(self.any(rng).into_word().into())
                .ops(&[[0x31, 0x3b, 0x3f][rng.random_range(0..3)], 0x50]),
            11 => {
                let ops = [
                    0x30, 0x32, 0x33, 0x34, 0x3a, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x58, 0x59,
                    0x5a,
                ];
                code.ops(&[ops[rng.random_range(0..ops.len())]]).small(slot).ops(&[0x55])
            }
            12 => code
                .words(&[rng.random_range(0..70), rng.random_range(0..70)])
                .ops(&[0x20])
                .small(0)
                .ops(&[0x52]),
            13 => self.arithmetic(code, rng),
            // CALLDATACOPY, CODECOPY, EXTCODECOPY.
            14 => {
                let (op, length) = ([0x37, 0x39, 0x3c][rng.random_range(0..3)], rng.random_range(0..80));
                code.words(&[length, rng.random_range(0..40), rng.random_range(0..80)]);
                if op == 0x3c {
                    code.push(self.any(rng).into_word().into());
                }
                code.ops(&[op])
            }
            15 => code.words(&[0, 0, 0]).ops(&[0x3d, 0x50, 0x50, 0x50, 0x50]),
            16 => code.ops(&[0x43]).small(rng.random_range(0..4)).ops(&[0x90, 0x03, 0x40, 0x50]),
            17 => code.small(rng.random_range(0..300)).ops(&[0x51, 0x50]),
            18 => code.words(&[rng.random::<u8>().into(), rng.random_range(0..300)]).ops(&[0x53]),
            19 if cancun => {
                code.words(&[rng.random_range(0..3), slot]).ops(&[0x5d]).small(slot).ops(&[0x5c, 0x50])
            }
            20 if cancun => code
                .words(&[rng.random_range(0..90), rng.random_range(0..90), rng.random_range(0..90)])
                .ops(&[0x5e]),
            21 => self.branch(code, rng),
            22 if rng.random_ratio(1, 4) => code.push(self.any(rng).into_word().into()).ops(&[0xff]),
            _ => code.words(&[slot, slot + 1]).ops(&[0x90, 0x81, 0x50, 0x50, 0x50]),
        };
    }

    /// A call of any kind, its result stored.
    fn call<'c>(&self, code: &'c mut Code, rng: &mut ChaCha8Rng) -> &'c mut Code {
        let op = [0xf1, 0xf1, 0xf2, 0xf4, 0xfa][rng.random_range(0..5)];
        let target = match rng.random_range(0..6) {
            // Precompiles that the ROM covers.
            0 => Address::with_last_byte([1, 2, 4][rng.random_range(0..3)]),
            _ => self.any(rng),
        };
        code.words(&[
            rng.random_range(0..64),
            rng.random_range(0..64),
            rng.random_range(0..130),
            rng.random_range(0..64),
        ]);
        if op <= 0xf2 {
            code.small(if rng.random_ratio(1, 3) { rng.random_range(1..1000) } else { 0 });
        }
        code.push(target.into_word().into());
        if rng.random_ratio(1, 3) {
            code.small(rng.random_range(0..60_000));
        } else {
            code.ops(&[0x5a]);
        }
        code.ops(&[op]).small(rng.random_range(0..5)).ops(&[0x55])
    }

    fn arithmetic<'c>(&self, code: &'c mut Code, rng: &mut ChaCha8Rng) -> &'c mut Code {
        let word = |rng: &mut ChaCha8Rng| U256::from_limbs(rng.random()) >> rng.random_range(0..256);
        let ops = [
            0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0a, 0x0b, 0x10, 0x11, 0x12, 0x13, 0x14, 0x16, 0x17,
            0x18, 0x1a, 0x1b, 0x1c, 0x1d,
        ];
        code.push(word(rng)).push(word(rng)).ops(&[ops[rng.random_range(0..ops.len())]]);
        code.push(word(rng)).push(word(rng)).ops(&[0x08 + rng.random_range(0..2u8)]);
        code.small(rng.random_range(0..5)).ops(&[0x55])
    }

    /// Over a revert, if the first byte of the call data is even.
    fn branch<'c>(&self, code: &'c mut Code, rng: &mut ChaCha8Rng) -> &'c mut Code {
        let bit = rng.random_range(0..8u32);
        code.small(0).ops(&[0x35]).small(u64::from(248 + bit)).ops(&[0x1c]).small(1).ops(&[0x16, 0x15]);
        // PUSH2 after, JUMPI, PUSH1 0, PUSH1 0, REVERT, JUMPDEST.
        let after = code.0.len() + 3 + 1 + 5;
        code.ops(&[0x61, (after >> 8) as u8, after as u8, 0x57, 0x60, 0, 0x60, 0, 0xfd, 0x5b])
    }

    fn end(&self, code: &mut Code, rng: &mut ChaCha8Rng) {
        match rng.random_range(0..16) {
            0 | 9 => code.words(&[rng.random_range(0..70), 0]).ops(&[0xfd]),
            1 => code.ops(&[0xfe]),
            // Too few items; a jump to no JUMPDEST.
            2 => code.ops(&[0x50]),
            3 => code.words(&[1]).ops(&[0x56]),
            4..=7 => code.words(&[rng.random_range(0..70), rng.random_range(0..40)]).ops(&[0xf3]),
            _ => code.ops(&[0]),
        };
    }

    /// Init code that fits a word: returns nothing, one byte, or reverts.
    fn small_init(&self, rng: &mut ChaCha8Rng) -> Vec<u8> {
        match rng.random_range(0..4) {
            0 => vec![0x60, 1, 0x60, 0, 0xfd],
            1 => vec![0x60, 7, 0x60, 1, 0x55, 0x00],
            _ => vec![0x60, 1, 0x60, 31, 0xf3],
        }
    }
}
