//! The mnemonics: one table from the word in the source to the operation and the shape of its operands.

use crate::isa::{MemOp, ModulusId, Op2};

/// What a mnemonic stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mnemonic {
    /// `op a, b`: a cell and a cell or constant.
    Two(Op2),
    /// `op a, b, c`: the result goes to `c`'s cell or to none.
    AddMod,
    /// As [`Mnemonic::AddMod`].
    MulMod,
    /// `mul_add.modulus a, b, c`
    MulAdd,
    /// `mul_sub.modulus a, b, c`
    MulSub,
    /// `swap a, b`: two cells.
    Swap,
    /// `assert_eq a, b`
    AssertEq,
    /// `push_data`
    PushData,
    /// `test a`: the result is the cell's word, for a branch.
    Test,
    /// `x0 = narrow a`: the cell's word to a register.
    Narrow,
    /// `widen x0 + 1`: a register expression to a word.
    Widen,
    /// `key_id a, b`: two cells.
    KeyId,
    /// `key_count`
    KeyCount,
    /// `public_in i`
    PublicIn,
    /// `public_out i, a`
    PublicOut,
    /// `op address, x3`, or as the operation needs.
    Mem(MemOp),
}

/// All mnemonics.
pub const MNEMONICS: [(&str, Mnemonic); 42] = [
    ("add", Mnemonic::Two(Op2::Add)),
    ("sub", Mnemonic::Two(Op2::Sub)),
    ("lt", Mnemonic::Two(Op2::Lt)),
    ("gt", Mnemonic::Two(Op2::Gt)),
    ("slt", Mnemonic::Two(Op2::Slt)),
    ("sgt", Mnemonic::Two(Op2::Sgt)),
    ("eq", Mnemonic::Two(Op2::Eq)),
    ("and", Mnemonic::Two(Op2::And)),
    ("or", Mnemonic::Two(Op2::Or)),
    ("xor", Mnemonic::Two(Op2::Xor)),
    ("shl", Mnemonic::Two(Op2::Shl)),
    ("shr", Mnemonic::Two(Op2::Shr)),
    ("sar", Mnemonic::Two(Op2::Sar)),
    ("byte", Mnemonic::Two(Op2::Byte)),
    ("signextend", Mnemonic::Two(Op2::SignExtend)),
    ("mul", Mnemonic::Two(Op2::Mul)),
    ("div", Mnemonic::Two(Op2::Div)),
    ("sdiv", Mnemonic::Two(Op2::Sdiv)),
    ("mod", Mnemonic::Two(Op2::Mod)),
    ("smod", Mnemonic::Two(Op2::Smod)),
    ("addmod", Mnemonic::AddMod),
    ("mulmod", Mnemonic::MulMod),
    ("mul_add", Mnemonic::MulAdd),
    ("mul_sub", Mnemonic::MulSub),
    ("swap", Mnemonic::Swap),
    ("assert_eq", Mnemonic::AssertEq),
    ("push_data", Mnemonic::PushData),
    ("test", Mnemonic::Test),
    ("narrow", Mnemonic::Narrow),
    ("widen", Mnemonic::Widen),
    ("key_id", Mnemonic::KeyId),
    ("key_count", Mnemonic::KeyCount),
    ("public_in", Mnemonic::PublicIn),
    ("public_out", Mnemonic::PublicOut),
    ("keccak", Mnemonic::Mem(MemOp::Keccak)),
    ("sha256", Mnemonic::Mem(MemOp::Sha256)),
    ("load_code", Mnemonic::Mem(MemOp::LoadCode)),
    ("copy", Mnemonic::Mem(MemOp::Copy)),
    ("load", Mnemonic::Mem(MemOp::Load)),
    ("store", Mnemonic::Mem(MemOp::Store)),
    ("store8", Mnemonic::Mem(MemOp::Store8)),
    ("hint", Mnemonic::Two(Op2::Hint)),
];

/// The mnemonic of a word. (`hint` has a syntax of its own.)
#[must_use]
pub fn find(name: &str) -> Option<Mnemonic> {
    if name == "hint" {
        return None;
    }
    MNEMONICS.iter().find(|(n, _)| *n == name).map(|(_, m)| *m)
}

/// The name of a two-operand operation, for listings.
#[must_use]
pub fn op2_name(op: Op2) -> &'static str {
    MNEMONICS.iter().find(|(_, m)| *m == Mnemonic::Two(op)).map_or("?", |(n, _)| n)
}

/// The name of a memory-chip operation, for listings.
#[must_use]
pub fn mem_name(op: MemOp) -> &'static str {
    MNEMONICS.iter().find(|(_, m)| *m == Mnemonic::Mem(op)).map_or("?", |(n, _)| n)
}

/// The modulus of a name.
#[must_use]
pub fn modulus(name: &str) -> Option<ModulusId> {
    ModulusId::ALL.into_iter().find(|m| m.name() == name)
}

/// Words that statements and clauses begin with or contain.
const KEYWORDS: [&str; 40] = [
    "include",
    "const",
    "global",
    "buffer",
    "layout",
    "proc",
    "routine",
    "opcode",
    "faults",
    "macro",
    "local",
    "use",
    "as",
    "call",
    "if",
    "else",
    "guess",
    "not",
    "check",
    "while",
    "loop",
    "repeat",
    "in",
    "break",
    "continue",
    "goto",
    "return",
    "fail",
    "halt",
    "dispatch",
    "jump",
    "charge",
    "push",
    "pop",
    "zero",
    "nonzero",
    "result",
    "hint",
    "untrusted",
    "modulus",
];

/// Whether a word cannot be a name in a program.
#[must_use]
pub fn reserved(name: &str) -> bool {
    KEYWORDS.contains(&name)
        || find(name).is_some()
        || crate::isa::Reg::ALL.iter().any(|r| r.name() == name)
        || crate::isa::Space::ALL.iter().any(|s| s.name() == name)
        || name == "_"
}
