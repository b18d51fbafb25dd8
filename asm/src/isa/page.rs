//! The instruction set as a page of the docs, from the tables that assembler, executor and constraints read.

use std::fmt::Write as _;

use super::{
    CLK_BOUND, FIRST_CLK, LIMBS, LOG_ROM_HEIGHT, MAX_FORKS, MemOp, ModulusId, OPCODE_STRIDE, Op2, Op3,
    PUBLIC_WORDS, PUSH_DATA, REG_BOUND, Reg, STACK_LIMIT, Space, fault,
};

/// What is said of a register, an operation or a space beside its number.
macro_rules! about {
    ($($item:expr => $text:expr),* $(,)?) => { [$(($item, $text)),*] };
}

const SPACES: [(Space, &str); Space::ALL.len()] = about![
    Space::Global => "variables of the ROM: procedure frames and globals; context 0",
    Space::Stack => "EVM stacks; the context is the call frame's",
    Space::Mem => "EVM memory as big-endian words, 32 bytes a cell; the context is a call frame's",
    Space::Frame => "fields of a call frame or another object",
    Space::Key => "cells of a key; the context is the key's index",
    Space::Heap => "buffers and objects: bytes as in `mem`, or tables of words",
    Space::Input => "the private input: read-only, first values are the prover's choice; context 0, no gap",
    Space::Journal => "changes of state, for reverts; context 0",
];

const REGISTERS: [(Reg, &str); Reg::READABLE] = about![
    Reg::X0 => "index",
    Reg::X1 => "index",
    Reg::X2 => "index",
    Reg::X3 => "index; byte length given to memory chips",
    Reg::Ctx => "context: the current call frame",
    Reg::Sp => "EVM stack height",
    Reg::Pc => "address after the EVM instruction at work",
    Reg::Gas => "gas left, below 2^29; the rest is in memory",
    Reg::Cid => "code id: the clock of the row that loaded the code",
    Reg::Fork => "fork, an index into the opcode table",
    Reg::Clk => "clock; read-only",
];

const OP2: [(Op2, &str); 26] = about![
    Op2::Add => "A + B modulo 2^256",
    Op2::Sub => "A - B modulo 2^256",
    Op2::Lt => "A < B, as 0 or 1",
    Op2::Gt => "A > B",
    Op2::Slt => "A < B in two's complement",
    Op2::Sgt => "A > B in two's complement",
    Op2::Eq => "A = B",
    Op2::And => "bitwise and",
    Op2::Or => "bitwise or",
    Op2::Xor => "bitwise exclusive or",
    Op2::Shl => "B << A, zero from 256 on",
    Op2::Shr => "B >> A, zero from 256 on",
    Op2::Sar => "arithmetic B >> A",
    Op2::Byte => "byte A of B from the most significant; zero from 32 on",
    Op2::SignExtend => "B sign-extended from its byte A",
    Op2::Mul => "A B modulo 2^256",
    Op2::Div => "A / B, zero where B = 0",
    Op2::Sdiv => "signed A / B, truncated; zero where B = 0",
    Op2::Mod => "A mod B, zero where B = 0",
    Op2::Smod => "signed remainder with A's sign; zero where B = 0",
    Op2::Hint => "any word the prover chooses, of 16-bit limbs; A = B = 0",
    Op2::Split => "the word of the register expression W; none from 2^30 on; B = 0",
    Op2::KeyId => "the index of key (A, B): one index a key, one key an index, from 0 without a gap",
    Op2::KeyCount => "the number of keys; A = B = 0",
    Op2::PubIn(0) => "public input word i; A = B = 0 (kinds from here on, one a word)",
    Op2::PubOut(0) => "0; public output word i is A, B = 0 (kinds from here on, one a word)",
];

const MEM_OPS: [(MemOp, &str); 7] = about![
    MemOp::Keccak => "keccak256 of the X3 bytes from word A.off",
    MemOp::Sha256 => "sha256 of the X3 bytes from word A.off",
    MemOp::LoadCode => "0; binds code id clk to the X3 bytes from word A.off",
    MemOp::Copy => "0; X3 bytes from byte A.off to byte B.off, as if through a buffer",
    MemOp::Load => "the 32 bytes from byte A.off",
    MemOp::Store => "C; written to the 32 bytes from byte A.off",
    MemOp::Store8 => "C; its lowest byte is written to byte A.off",
];

const FIELDS: &str = "\
| field | values | what |
|---|---|---|
| `a` | none, cell, address, register expression | port A: the word 0; the cell's word; the word 0 and an address for a memory chip; `A[0] = W` (`Split` alone) |
| `b` | none, cell, address, immediate | port B: likewise; a constant word of the instruction |
| `c`, `c_write` | none, cell; bit | port C: the cell's old word, or the word 0; whether `R` is stored there |
| `op` | see below | what gives `R` |
| `w` | 0, `R` or a register, plus a constant | the register expression `W`, in the field; the constant's magnitude is below 2^29 |
| `reg` | none or a register but `clk` | the register that takes `W` |
| `dsp` | -1024 to 1024 | added to `sp`, after the register |
| `next` | see below | which instruction comes next |
| `hint` | name and arguments | the executor's function behind a hint; no part of what is proved |

A cell is (space, context, offset): the context a register of `x0 x1 x2 x3 ctx` or 0, the offset a register of `x0 x1 x2 x3 sp` or 0, plus a
constant of magnitude below 2^29. No cell has a first value unless its context and offset are below 2^29 + 2^16.
";

const STEPS: &str = "\
A row with clock `clk` reads port A at time `4 clk`, port B at `4 clk + 1` and port C at `4 clk + 3`; a memory chip it calls reads at `4 clk + 2` and
writes at `4 clk + 3`. Then port C stores `R` (or `swap` exchanges A's and B's cells), the register takes `W`, `sp` moves, and `next` says where to go.
";

const PLAIN: &str = "\
| operation | R |
|---|---|
| `None` | 0 |
| `MovA`, `MovB`, `MovC` | A, B, C |
| `Link` | micro-pc + 1 |
| `Swap` | 0; A's and B's cells exchange their words |
| `AssertEq` | 0; no proof unless A = B |
| `PushData` | the push data that ends at `pc` in code `cid` |
";

const NEXT: &str = "\
| next | goes to | no proof unless |
|---|---|---|
| `Seq` | the following row | |
| `Jump(t)` | `t` | |
| `BranchZero(t)`, `BranchNonZero(t)` | `t` where R = 0, R != 0; else the following row | |
| `Return` | R | R < 2^29, and an instruction is there |
| `Dispatch(t)` | the handler of the opcode at (`cid`, `pc`); `t` plus a fault number where it fails | the code is loaded, the opcode table has an entry; `sp`, gas and needs differ by less than 2^16 and 2^29 |
| `EvmJump(t)` | likewise from address R, which must hold JUMPDEST | R < 2^29; likewise |
| `Charge(t)` | the following row, `gas -= W`; `t` where gas < W | 0 <= W < 2^30 is the program's duty |
| `Halt` | itself, to the end of the trace | |

A dispatch that succeeds charges the static gas and sets `pc` to the address after the instruction. Where several faults hold the prover picks one.
";

fn table(out: &mut String, heads: [&str; 3], rows: impl Iterator<Item = [String; 3]>) {
    let _ = writeln!(out, "| {} |\n|---|---|---|", heads.join(" | "));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out.push('\n');
}

/// The page `docs/isa.md`.
#[must_use]
pub fn page() -> String {
    let mut out = String::from(
        "# The instruction set\n\nGenerated from `asm/src/isa`; a test compares this page with the code. What each thing means is said there too.\n\n",
    );
    let _ = writeln!(out, "A word is {LIMBS} limbs of 16 bits. Registers are field elements.\n");
    let _ = writeln!(out, "## One row\n\n{STEPS}\n## Fields\n\n{FIELDS}\n## Registers\n");
    let bases = |r: Reg| if Reg::BASES.contains(&r) { "base " } else { "" };
    let contexts = |r: Reg| if Reg::CONTEXTS.contains(&r) { "context" } else { "" };
    table(
        &mut out,
        ["register", "what", "in addresses"],
        REGISTERS.iter().map(|(r, text)| {
            let ports = format!("{}{}", bases(*r), contexts(*r));
            [format!("{} `{}`", *r as u8, r.name()), (*text).into(), ports.trim_end().into()]
        }),
    );
    out.push_str("## Spaces\n\n");
    let space =
        |(s, text): &(Space, &str)| [s.number().to_string(), format!("`{}`", s.name()), (*text).into()];
    table(&mut out, ["number", "space", "what"], SPACES.iter().map(space));
    let _ = writeln!(
        out,
        "## Operations\n\n{PLAIN}\nTwo operands, asked from another chip: `(kind, A, B, R)`.\n"
    );
    let op2 = |(op, text): &(Op2, &str)| [op.kind().to_string(), format!("`{op:?}`"), (*text).into()];
    table(&mut out, ["kind", "operation", "R"], OP2.iter().map(op2));
    out.push_str("Three operands: `(kind, A, B, C, R)`.\n\n");
    let mut op3 = vec![
        (Op3::AddMod, "A + B mod C over the integers, zero where C = 0".to_owned()),
        (Op3::MulMod, "A B mod C, zero where C = 0".to_owned()),
    ];
    for m in ModulusId::ALL {
        op3.push((Op3::MulAdd(m), format!("A B + C mod `{}`, canonical", m.name())));
        op3.push((Op3::MulSub(m), format!("A B - C mod `{}`, canonical", m.name())));
    }
    let row = |(op, text): (Op3, String)| [op.kind().to_string(), format!("`{op:?}`"), text];
    table(&mut out, ["kind", "operation", "R"], op3.into_iter().map(row));
    out.push_str("Chips that access memory themselves: `(kind, clk, A, B, X3, R)`. Byte offsets and lengths are below 2^29.\n\n");
    let mem = |(op, text): &(MemOp, &str)| [op.kind().to_string(), format!("`{op:?}`"), (*text).into()];
    table(&mut out, ["kind", "operation", "R"], MEM_OPS.iter().map(mem));
    let _ = writeln!(
        out,
        "## Next\n\n{NEXT}\nFault numbers: out of gas {}, underflow {}, overflow {}, bad jump {}.\n",
        fault::OUT_OF_GAS,
        fault::UNDERFLOW,
        fault::OVERFLOW,
        fault::BAD_JUMP
    );
    out.push_str("## Bounds\n\n| what | bound |\n|---|---|\n");
    for (what, bound) in [
        ("instructions of a ROM, the idle one included", 1 << LOG_ROM_HEIGHT),
        ("clocks; the first is ", u64::from(CLK_BOUND)),
        ("integers read from words into registers", u64::from(REG_BOUND)),
        ("public words, in and out each", PUBLIC_WORDS as u64),
        ("forks", MAX_FORKS as u64),
        ("EVM stack height", u64::from(STACK_LIMIT)),
        ("stride of a fork in the opcode table's keys", OPCODE_STRIDE as u64),
        ("opcode fetched inside push data", u64::from(PUSH_DATA)),
    ] {
        let what = if what.ends_with(' ') { format!("{what}{FIRST_CLK}") } else { what.to_owned() };
        let _ = writeln!(out, "| {what} | {bound} |");
    }
    out
}
