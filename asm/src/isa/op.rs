//! Operations: what gives the result word `R` of a row.

use alloy_primitives::{U256, uint};
use serde::{Deserialize, Serialize};

/// What computes `R`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Op {
    /// `R = 0`.
    #[default]
    None,
    /// `R = A`.
    MovA,
    /// `R = B`.
    MovB,
    /// `R = C` (port C's old value).
    MovC,
    /// `R = upc + 1`: the return address of a call.
    Link,
    /// `R = 0`; A's and B's cells exchange their words.
    Swap,
    /// `R = 0`; the row is unsatisfiable unless `A = B`.
    AssertEq,
    /// `R` is the push data that ends at [`Reg::Pc`](super::Reg::Pc) in code [`Reg::Cid`](super::Reg::Cid).
    PushData,
    /// Two-operand operation of another chip: `R = f(A, B)`.
    Op2(Op2),
    /// Three-operand operation of another chip: `R = f(A, B, C)`.
    Op3(Op3),
    /// Operation of a chip that accesses memory itself.
    Mem(MemOp),
}

/// Two-operand operations: message `(kind, A, B, R)` on the `op2` bus.
///
/// Where the EVM has an opcode of the same name, operands are in its order: `A` is the top of the stack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Op2 {
    /// `A + B mod 2^256`.
    Add,
    /// `A - B mod 2^256`.
    Sub,
    /// `A < B`, unsigned, as 0 or 1.
    Lt,
    /// `A > B`, unsigned.
    Gt,
    /// `A < B` in two's complement.
    Slt,
    /// `A > B` in two's complement.
    Sgt,
    /// `A = B`.
    Eq,
    /// Bitwise and.
    And,
    /// Bitwise or.
    Or,
    /// Bitwise exclusive or.
    Xor,
    /// `B << A`, zero from 256 on (EIP-145).
    Shl,
    /// `B >> A`, zero from 256 on.
    Shr,
    /// Arithmetic `B >> A`.
    Sar,
    /// Byte `A` of `B`, counted from the most significant; zero from 32 on.
    Byte,
    /// `B` sign-extended from its byte `A`, counted from the least significant; `B` from 31 on.
    SignExtend,
    /// `A * B mod 2^256`.
    Mul,
    /// `A / B`, zero where `B = 0`.
    Div,
    /// Signed division, truncated towards zero; zero where `B = 0` (Yellow Paper, H.2: -2^255 / -1 = -2^255).
    Sdiv,
    /// `A mod B`, zero where `B = 0`.
    Mod,
    /// Signed remainder with the dividend's sign; zero where `B = 0`.
    Smod,
    /// Any word the executor supplies (a hint): only its limbs are range-checked. `A = B = 0`.
    Hint,
    /// The word of register expression `W` (port A must be [`OperandA::Reg`](super::OperandA::Reg)). `B = 0`; unsatisfiable from 2^30 on.
    Split,
    /// The index of key `(A, B)`: the keys of a run are numbered from 0, each once, in an order the prover chooses (the executor: first use).
    KeyId,
    /// The number of keys of the run. `A = B = 0`.
    KeyCount,
    /// Public input word `i`. `A = B = 0`.
    PubIn(u8),
    /// Sets public output word `i` to `A`; `R = 0`, `B = 0`. Setting it twice to different words is unsatisfiable.
    PubOut(u8),
}

impl Op2 {
    /// The number of the operation in `op2` messages. Numbers of [`Op2`] and [`Op3`] never coincide.
    #[must_use]
    pub const fn kind(self) -> u32 {
        match self {
            Self::Add => 1,
            Self::Sub => 2,
            Self::Lt => 3,
            Self::Gt => 4,
            Self::Slt => 5,
            Self::Sgt => 6,
            Self::Eq => 7,
            Self::And => 8,
            Self::Or => 9,
            Self::Xor => 10,
            Self::Shl => 11,
            Self::Shr => 12,
            Self::Sar => 13,
            Self::Byte => 14,
            Self::SignExtend => 15,
            Self::Mul => 16,
            Self::Div => 17,
            Self::Sdiv => 18,
            Self::Mod => 19,
            Self::Smod => 20,
            Self::Hint => 23,
            Self::Split => 24,
            Self::KeyId => 25,
            Self::KeyCount => 26,
            Self::PubIn(i) => 64 + i as u32,
            Self::PubOut(i) => 80 + i as u32,
        }
    }
}

/// Three-operand operations: message `(kind, A, B, C, R)` on the `op3` bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Op3 {
    /// `A + B mod C` over the integers, zero where `C = 0`.
    AddMod,
    /// `A * B mod C`, zero where `C = 0`.
    MulMod,
    /// `A * B + C mod M`, canonical, for any words `A`, `B`, `C`.
    MulAdd(ModulusId),
    /// `A * B - C mod M`, canonical, for any words `A`, `B`, `C`.
    MulSub(ModulusId),
}

impl Op3 {
    /// The number of the operation in `op3` messages.
    #[must_use]
    pub const fn kind(self) -> u32 {
        match self {
            Self::AddMod => 21,
            Self::MulMod => 22,
            Self::MulAdd(m) => 32 + 2 * m as u32,
            Self::MulSub(m) => 33 + 2 * m as u32,
        }
    }
}

/// A fixed modulus of the modular-multiplication chip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum ModulusId {
    /// secp256k1's base field (SEC 2, 2.4.1).
    Secp256k1P = 0,
    /// secp256k1's group order.
    Secp256k1N = 1,
    /// P-256's base field (FIPS 186-4, D.1.2.3).
    P256P = 2,
    /// P-256's group order.
    P256N = 3,
    /// BN254's base field (EIP-196).
    Bn254P = 4,
    /// BN254's group order.
    Bn254R = 5,
    /// BLS12-381's group order (EIP-4844's field for point evaluation).
    Bls12R = 6,
}

impl ModulusId {
    /// All moduli, in order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Secp256k1P,
        Self::Secp256k1N,
        Self::P256P,
        Self::P256N,
        Self::Bn254P,
        Self::Bn254R,
        Self::Bls12R,
    ];

    /// The modulus.
    #[must_use]
    pub const fn modulus(self) -> U256 {
        uint!(match self {
            Self::Secp256k1P => 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f_U256,
            Self::Secp256k1N => 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256,
            Self::P256P => 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff_U256,
            Self::P256N => 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551_U256,
            Self::Bn254P => 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47_U256,
            Self::Bn254R => 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001_U256,
            Self::Bls12R => 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001_U256,
        })
    }

    /// The modulus's name in the micro-assembly.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secp256k1P => "secp256k1_p",
            Self::Secp256k1N => "secp256k1_n",
            Self::P256P => "p256_p",
            Self::P256N => "p256_n",
            Self::Bn254P => "bn254_p",
            Self::Bn254R => "bn254_r",
            Self::Bls12R => "bls12_r",
        }
    }
}

/// Operations of chips that access memory themselves: message
/// `(kind, clk, A.space, A.ctx, A.off, B.space, B.ctx, B.off, X3, R)` on the `memop` bus.
///
/// Ports A and B are addresses without an access ([`OperandA::Addr`](super::OperandA::Addr)). Byte offsets and lengths are below 2^29.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum MemOp {
    /// `R` = keccak256 of the `X3` bytes from word offset `A.off`. No B.
    Keccak = 1,
    /// `R` = sha256 of the `X3` bytes from word offset `A.off`. No B.
    Sha256 = 2,
    /// Binds code id `clk` to the `X3` bytes from word offset `A.off`; `R = 0`. No B.
    LoadCode = 3,
    /// Copies `X3` bytes from byte offset `A.off` to byte offset `B.off`, as if through a buffer; `R = 0`.
    Copy = 4,
    /// `R` = the 32 bytes from byte offset `A.off`. No B.
    Load = 5,
    /// Writes `R` = port C's old value to the 32 bytes from byte offset `A.off`. No B.
    Store = 6,
    /// Writes the lowest byte of `R` = port C's old value to byte offset `A.off`. No B.
    Store8 = 7,
}

impl MemOp {
    /// The number of the operation in `memop` messages.
    #[must_use]
    pub const fn kind(self) -> u32 {
        self as u32
    }

    /// Whether the operation takes port C's old value as `R` (a store) rather than producing `R`.
    #[must_use]
    pub const fn stores(self) -> bool {
        matches!(self, Self::Store | Self::Store8)
    }
}
