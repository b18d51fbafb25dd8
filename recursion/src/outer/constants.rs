//! Round constants of Poseidon2 over BN254, width 3, 8 full and 56 partial rounds (the instance of
//! HorizenLabs that `p3-bn254` is tested against but does not ship), from the Grain LFSR of the Poseidon
//! paper (eprint 2019/458, appendix E): one constant for each word of a full round, one for a partial round.

use num_bigint::BigUint;
use p3_bn254::Bn254;
use p3_field::Field;

/// Words of the state.
pub const WIDTH: usize = 3;
/// Words that absorb.
pub const RATE: usize = 2;
/// Full rounds, half before and half after the partial ones.
pub const FULL_ROUNDS: usize = 8;
/// Partial rounds.
pub const PARTIAL_ROUNDS: usize = 56;

const FIELD_BITS: usize = 254;

/// The round constants, in the order of use.
#[derive(Clone, Debug)]
pub struct RoundConstants {
    /// First half of the full rounds.
    pub initial: Vec<[Bn254; WIDTH]>,
    /// Partial rounds.
    pub internal: Vec<Bn254>,
    /// Second half of the full rounds.
    pub terminal: Vec<[Bn254; WIDTH]>,
}

/// The constants of the instance.
#[must_use]
pub fn round_constants() -> RoundConstants {
    let mut grain = Grain::new();
    let full = |grain: &mut Grain| -> Vec<[Bn254; WIDTH]> {
        (0..FULL_ROUNDS / 2).map(|_| core::array::from_fn(|_| grain.field_element())).collect()
    };
    let initial = full(&mut grain);
    let internal = (0..PARTIAL_ROUNDS).map(|_| grain.field_element()).collect();
    let terminal = full(&mut grain);
    RoundConstants { initial, internal, terminal }
}

/// The 80-bit Grain LFSR in self-shrinking mode.
struct Grain {
    state: [bool; 80],
    head: usize,
}

impl Grain {
    fn new() -> Self {
        let mut state = [true; 80];
        // Field kind (prime), S-box kind (power map), then the parameters, each most significant bit first.
        let fields = [(1, 2), (0, 4), (FIELD_BITS, 12), (WIDTH, 12), (FULL_ROUNDS, 10), (PARTIAL_ROUNDS, 10)];
        let mut at = 0;
        for (value, width) in fields {
            for i in (0..width).rev() {
                state[at] = value >> i & 1 == 1;
                at += 1;
            }
        }
        let mut grain = Self { state, head: 0 };
        for _ in 0..160 {
            grain.clock();
        }
        grain
    }

    fn clock(&mut self) -> bool {
        let bit = [0, 13, 23, 38, 51, 62].iter().fold(false, |acc, i| acc ^ self.state[(self.head + i) % 80]);
        self.state[self.head] = bit;
        self.head = (self.head + 1) % 80;
        bit
    }

    /// Of each pair of bits, the second counts where the first is set.
    fn bit(&mut self) -> bool {
        while !self.clock() {
            self.clock();
        }
        self.clock()
    }

    fn field_element(&mut self) -> Bn254 {
        loop {
            let mut bytes = [0u8; 32];
            for i in (0..FIELD_BITS).rev() {
                bytes[i / 8] |= u8::from(self.bit()) << (i % 8);
            }
            let x = BigUint::from_bytes_le(&bytes);
            // p3 would reduce what the generator throws away.
            if x < Bn254::order() {
                return Bn254::from_biguint(x).expect("254 bits");
            }
        }
    }
}
